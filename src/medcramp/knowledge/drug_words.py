"""Does a text look like a medicine? A cheap test for finding the drug column; recognising is another matter."""

from __future__ import annotations

import bisect
import re
from functools import cache
from pathlib import Path

from medcramp.knowledge import columns
from medcramp.knowledge.files import knowledge_folder, read_columns, read_csv

SHORTEST_WORD = 4
SHORTEST_CUT = 7
NAME_COLUMNS = {"ingredients*.csv": "ingredient", "brands*.csv": "brand"}
FIRST_WORD = re.compile(r"[^\W\d_]+")
AMOUNT = re.compile(
    r"\d\s?(?:mg|mcg|µg|μg|ug|g|gm|gram|meq|mmol|units?|iu|ml|%|microgram(?:me)?s?|act)\b", re.IGNORECASE
)


@cache
def load(folder: Path | None = None) -> frozenset[str]:
    """Lower-case first words (4 letters or more) of all ingredients and brands, everyday words left out."""
    root = (folder or knowledge_folder()) / "vocabulary"
    words: set[str] = set()
    for tables, column in NAME_COLUMNS.items():
        for path in sorted(root.glob(tables)):
            firsts = (FIRST_WORD.search(name.lower()) for _, (name,) in read_columns(path, column))
            words.update(first[0] for first in firsts if first and len(first[0]) >= SHORTEST_WORD)
    everyday = form_words(folder) | set(columns.load(folder).sig_words)
    return frozenset(words - everyday)


@cache
def form_words(folder: Path | None = None) -> frozenset[str]:
    """Lower-case words for dose forms."""
    path = (folder or knowledge_folder()) / "vocabulary" / "forms.csv"
    if not path.exists():
        return frozenset()
    return frozenset(row["word"].lower() for _, row in read_csv(path) if row.get("word"))


def looks_like_drug(text: str) -> bool:
    """True when the text holds a name of the vocabulary, or an amount with a unit beside a word."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not words:
        return False
    if AMOUNT.search(text) and len(words[0]) > 1:
        return True
    return any(_known(word) for word in words[:4] if len(word) >= SHORTEST_WORD)


def _known(word: str) -> bool:
    """In the vocabulary, or the beginning of one of its words (labels cut names short)."""
    if word in load():
        return True
    if len(word) < SHORTEST_CUT:
        return False
    words = _in_order()
    place = bisect.bisect_left(words, word)
    return place < len(words) and words[place].startswith(word)


@cache
def _in_order() -> tuple[str, ...]:
    return tuple(sorted(load()))
