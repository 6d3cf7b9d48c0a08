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
FIRST_WORDS = re.compile(r"[^\W\d_]+")
AMOUNT = re.compile(
    r"\d\s?(?:mg|mcg|µg|μg|ug|g|gm|gram|meq|mmol|units?|iu|ml|%|microgram(?:me)?s?|act)\b", re.IGNORECASE
)


@cache
def load(folder: Path | None = None) -> frozenset[str]:
    """Lower-case words (4 letters or more) by which medicines are told, everyday words left out.

    The first word of ingredients and of brands of one word; the first two of brands of several ("blue gel") and of
    ingredients whose first is short ("corn silk"), for the first alone is often a word of everyday speech.
    """
    root = (folder or knowledge_folder()) / "vocabulary"
    words: set[str] = set()
    for tables, column in NAME_COLUMNS.items():
        for path in sorted(root.glob(tables)):
            for _, (name,) in read_columns(path, column):
                found = FIRST_WORDS.findall(name.lower())[:2]
                if len(found) > 1 or (found and len(found[0]) >= SHORTEST_WORD):
                    telling = column == "ingredient" and len(found[0]) >= SHORTEST_CUT
                    words.add(found[0] if telling else " ".join(found))
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
    first = words[:4]
    if any(_known(word) for word in first if len(word) >= SHORTEST_WORD):
        return True
    return " ".join(first[:2]) in load()


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
    return tuple(sorted(word for word in load() if " " not in word))
