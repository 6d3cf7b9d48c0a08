"""Columns by position: finds the line of titles of a printed report and where to cut the lines below it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medcramp.knowledge.columns import Columns

SEARCHED_LINES = 400
LONGEST_TITLE_WORDS = 4
ENOUGH_FIELDS = 3
LABEL = re.compile(r"(?:^|(?<=\s))[^\W\d_]\w*(?:(?:[ .#/'-]|\. )\w+){0,3}[.#]?\s?:(?=\s|$)")
CHUNKS = re.compile(r"\s{2,}")


@dataclass(frozen=True)
class Title:
    """One title of the line and the positions it covers (end excluded)."""

    text: str
    start: int
    end: int
    field: str


@dataclass(frozen=True)
class Titles:
    """The line(s) of titles."""

    first: int
    last: int
    titles: tuple[Title, ...]
    texts: frozenset[str]


@dataclass(frozen=True)
class Slot:
    """Positions [start, end) of a column; `field` "" = of no use."""

    field: str
    start: int
    end: int


def find_titles(lines: Sequence[str], columns: Columns) -> Titles | None:
    """The line, with the one above it when that completes its titles, that holds most known titles."""
    best: Titles | None = None
    most = ENOUGH_FIELDS - 1
    for index, line in enumerate(lines[:SEARCHED_LINES]):
        above = lines[index - 1] if index and _completes(lines[index - 1], line) else ""
        titles = _titles(line, above, columns)
        fields = {title.field for title in titles if title.field and title.field != "other"}
        if "drug" in fields and len(fields) > most:
            most = len(fields)
            first = index - 1 if above else index
            best = Titles(first, index, titles, frozenset({line.strip(), above.strip()} - {""}))
    return best


def _completes(above: str, line: str) -> bool:
    """Whether a line stands word for word over the one below: the first half of two-line titles."""
    upper = list(re.finditer(r"\S+", above))
    lower = list(re.finditer(r"\S+", line))
    over = [any(u.start() <= w.end() and w.start() <= u.end() for w in lower) for u in upper]
    return len(upper) >= 2 and all(over) and not any(c.isdigit() or c == ":" for c in above)


def _titles(line: str, above: str, columns: Columns) -> tuple[Title, ...]:
    words = [(found.start(), found.end(), found[0]) for found in re.finditer(r"\S+", line)]
    upper = [(found.start(), found.end(), found[0]) for found in re.finditer(r"\S+(?: \S+)*", above)]
    titles: list[Title] = []
    place = 0
    while place < len(words):
        size = _longest(words, place, columns) if not above else 1
        if above and _joined_known(words, place, columns):
            size = _longest(words, place, columns)
        start, end = words[place][0], words[place + size - 1][1]
        text = line[start:end]
        over = next((u[2] for u in _words(upper, above) if u[0] < end + 1 and u[1] > start - 1), "")
        together = f"{over} {text}".strip()
        field = _field(together, columns) if over else ""
        titles.append(Title(together if field else text, start, end, field or _field(text, columns)))
        place += size
    return _strongest(titles, columns)


def _strongest(titles: Sequence[Title], columns: Columns) -> tuple[Title, ...]:
    """Of several titles with one field the one that says it most plainly keeps it."""
    best: dict[str, Title] = {}
    for title in titles:
        rival = best.get(title.field)
        if rival is None or _says(title, columns) > _says(rival, columns):
            best[title.field] = title
    return tuple(title if best[title.field] is title else replace(title, field="") for title in titles)


def _says(title: Title, columns: Columns) -> int:
    return columns.meanings(title.text, "records").get(title.field, 0)


def _words(upper: list[tuple[int, int, str]], above: str) -> list[tuple[int, int, str]]:
    return [(found.start(), found.end(), found[0]) for found in re.finditer(r"\S+", above)] if upper else []


def _joined_known(words: list[tuple[int, int, str]], place: int, columns: Columns) -> bool:
    return _longest(words, place, columns) > 1


def _longest(words: list[tuple[int, int, str]], place: int, columns: Columns) -> int:
    """How many words from here, one blank apart, make the longest known title; 1 when none does."""
    for size in range(min(LONGEST_TITLE_WORDS, len(words) - place), 1, -1):
        part = words[place : place + size]
        near = all(right[0] - left[1] == 1 for left, right in itertools.pairwise(part))
        if near and _strength(" ".join(word for _, _, word in part), columns) >= 3:
            return size
    return 1


def _strength(text: str, columns: Columns) -> int:
    return max(columns.meanings(text, "records").values(), default=0)


def _field(text: str, columns: Columns) -> str:
    meanings = columns.meanings(text, "records")
    usable = {name: strength for name, strength in meanings.items() if strength >= 2}
    return max(usable, key=lambda name: usable[name], default="")


def is_data(line: str, titles: Titles) -> bool:
    """A line that fills several columns and labels none of them."""
    chunks = [chunk for chunk in CHUNKS.split(line.strip()) if chunk]
    return len(chunks) >= 3 and not LABEL.search(line) and line.strip() not in titles.texts and "---" not in line


def slots(titles: Titles, data: Sequence[str]) -> list[Slot]:
    """Cut between neighbouring titles where most data lines are blank, as near to the right title as can be."""
    ordered = titles.titles
    cuts = [0]
    for left, right in itertools.pairwise(ordered):
        places = range(max(left.start + 1, cuts[-1] + 1), right.end)
        blanks = {c: sum(1 for line in data if c >= len(line) or line[c] == " ") for c in places}
        goal = right.start - 1
        cuts.append(max(places, key=lambda c: (blanks[c], -abs(c - goal)), default=right.start))
    cuts.append(1 << 20)
    return [Slot(title.field, cuts[place], cuts[place + 1]) for place, title in enumerate(ordered)]


def cut(line: str, parts: Sequence[Slot]) -> dict[str, str]:
    """The texts of a line by field; a word that lies across a cut goes where most of it is."""
    cells: dict[str, str] = {}
    words: dict[Slot, list[str]] = {}
    for found in re.finditer(r"\S+", line):
        words.setdefault(_under(found, parts), []).append(found[0])
    for part in parts:
        text = " ".join(words.get(part, ()))
        if text and part.field and part.field != "other" and part.field not in cells:
            cells[part.field] = text
    return cells


def conforms(line: str, parts: Sequence[Slot]) -> bool:
    """Whether the line keeps to the columns: few words lie across a cut."""
    crossed = sum(
        1 for part in parts[1:] if part.start < len(line) and line[part.start] != " " and line[part.start - 1] != " "
    )
    return crossed <= max(1, len(parts) // 3)


def starts_under(line: str, parts: Sequence[Slot], fields: set[str]) -> bool:
    """Whether most of the first word of a line lies in the column of one of these fields."""
    word = re.search(r"\S+", line)
    return word is not None and _under(word, parts).field in fields


def _under(word: re.Match[str], parts: Sequence[Slot]) -> Slot:
    """The column that holds most of a word, the right one of two that hold as much."""
    return max(parts, key=lambda part: (min(word.end(), part.end) - max(word.start(), part.start), part.start))
