"""Where a table begins: the row, or pair of rows, whose cells are known column titles."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medcramp.knowledge.columns import Columns, header_key
from medcramp.read import dates
from medcramp.read.values import tidy

SEARCHED_ROWS = 60
LONGEST_TITLE = 80
ENOUGH_FIELDS = 2
ENOUGH_SCORE = 4.0
FEWEST_DAYS = 7
ENOUGH_ROWS = 3
ENOUGH_TYPED = 2
"""Columns of dates or figures under words: the words are titles, known or not."""
OTHER_WEIGHT = 0.4
ASIDE = {"other", "store"}
"""Fields that stand beside records and addresses alike."""
DATA_PENALTY = 1.5
DAYS_WEIGHT = 2.0
"""What days across say of a table: a medicine beside them is an administration record."""
PLAIN = 3
"""Strength of a title that says by itself what it means."""
VALUE = re.compile(r"^(?P<label>[^:]+):\s*(?P<value>\S.*)$")
Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """Rows `first`…`last` of the grid hold the titles (-1, -1 = there is no header row)."""

    first: int
    last: int
    titles: tuple[str, ...]
    groups: tuple[str, ...]
    score: float


def looks_like_data(text: str) -> bool:
    """A date, a number or a long text: what a title is not."""
    if len(text) > LONGEST_TITLE or re.fullmatch(r"[\d.,/:$()%+ -]{2,}", text):
        return True
    return dates.parse(text, dates.Reading()) is not None


def title_meanings(columns: Columns, title: str, group: str, kind: str) -> Mapping[str, int]:
    """Field → strength of a title, alone or read together with the heading above it, whichever says more."""
    alone = columns.meanings(title, kind) if title else {}
    if not group:
        return alone
    together = columns.meanings(f"{group} {title}", kind)
    plain = max(alone.values(), default=0) == PLAIN and not alone.keys() & together.keys()
    if plain and together.keys() & columns.meanings(group, kind).keys():
        return alone  # "Directions" under "Drug": the heading says nothing that the title does not say better
    return together if max(together.values(), default=0) >= max(alone.values(), default=0) else alone


def find(sample: Sequence[Cells], kind: str, columns: Columns, named: Sequence[str] = ()) -> Header | None:
    """The best header among the first rows of a grid for a table of this kind, or None.

    `named` are titles the user mapped: they count as known whatever they say.
    """
    wanted = {header_key(title) for title in named}
    best: Header | None = None
    for row in range(min(len(sample), SEARCHED_ROWS)):
        for candidate in _candidates(sample, row):
            scored = _score(candidate, kind, columns, wanted)
            if scored and (best is None or scored.score > best.score + 0.01 or _adds_groups(best, scored)):
                best = scored
    return best


def _adds_groups(best: Header, scored: Header) -> bool:
    """The same row of titles, read with the headings above it, and no worse for that."""
    return scored.last == best.last and scored.first < best.first and scored.score >= best.score


def given(sample: Sequence[Cells], columns_count: int) -> Header:
    """The header of a grid whose first row is known to hold the titles."""
    titles = tuple(tidy(cell or "") for cell in sample[0]) if len(sample) else ("",) * columns_count
    return Header(0, 0, titles, ("",) * len(titles), ENOUGH_SCORE)


def unknown_titles(sample: Sequence[Cells]) -> Header | None:
    """The first row, when it is titles in words nobody knows: no figures, above columns of dates and figures."""
    filled = [row for row in sample if any(tidy(cell or "") for cell in row)]
    if len(filled) < ENOUGH_ROWS:
        return None
    first = [tidy(cell or "") for cell in filled[0]]
    if any(looks_like_data(cell) for cell in first) or sum(map(bool, first)) < len(first) / 2:
        return None
    below = [[tidy(row[place] or "") for row in filled[1:]] for place in range(len(first))]
    typed = sum(1 for title, cells in zip(first, below, strict=True)
                if title and not any(c.isdigit() for c in title) and any(cells)
                and all(looks_like_data(cell) for cell in cells if cell))  # fmt: skip
    row = next(number for number, cells in enumerate(sample) if any(tidy(cell or "") for cell in cells))
    return Header(row, row, tuple(first), ("",) * len(first), 0.0) if typed >= ENOUGH_TYPED else None


def absent(columns_count: int) -> Header:
    """No header row: titles are empty and contents must say what the columns are."""
    return Header(-1, -1, ("",) * columns_count, ("",) * columns_count, 0.0)


def _candidates(sample: Sequence[Cells], row: int) -> list[Header]:
    titles = [tidy(cell or "") for cell in sample[row]]
    if not any(titles):
        return []
    single = Header(row, row, tuple(titles), ("",) * len(titles), 0.0)
    if row == 0:
        return [single]
    above = [tidy(cell or "") for cell in sample[row - 1]]
    filled = [cell for cell in above if cell]
    if len(filled) < 2 or any(looks_like_data(cell) or ":" in cell for cell in filled):
        return [single]
    across = _runs_across(titles)
    if any(title not in across and (looks_like_data(title) or VALUE.search(title)) for title in titles if title):
        return [single]  # the first record or the first patient, not the second row of titles
    groups, current = [], ""
    for upper, title in zip(above, titles, strict=True):
        current = upper or current
        groups.append(current if title else "")
    merged = [title or upper for upper, title in zip(above, titles, strict=True)]
    return [single, Header(row - 1, row, tuple(merged), tuple(groups), 0.0)]


def _runs_across(titles: Sequence[str]) -> set[str]:
    """Titles that are days: 1, 2, … 31, or dates, side by side, of an administration record."""
    days = [title for title in titles if re.fullmatch(r"[1-9]|[12]\d|3[01]", title)]
    dated = [title for title in titles if re.fullmatch(r"\d{1,2}[-/]\d{1,2}([-/]\d{2,4})?", title)]
    return {title for found in (days, dated) if len(found) >= FEWEST_DAYS for title in found}


def days_across(titles: Sequence[str]) -> bool:
    """Whether the titles are those of an administration record."""
    return bool(_runs_across(titles))


def _labels(titles: Sequence[str]) -> set[str]:
    """Cells that label the cell beside them ("DOB:", "03/09/1944"); titles may all end with a colon."""
    filled = [title for title in titles if title]
    return {one for one, other in itertools.pairwise(filled) if one.endswith(":") and not other.endswith(":")}


def _label_and_value(title: str, kind: str, columns: Columns) -> bool:
    """Whether a cell says something under its own label ("Sex: F"); both halves of "Patient: Name" are titles."""
    parts = VALUE.match(title)
    if parts is None:
        return False
    label, value = columns.meanings(parts["label"], kind), columns.meanings(parts["value"], kind)
    return bool(label) and not value


def _score(header: Header, kind: str, columns: Columns, wanted: set[str]) -> Header | None:
    fields: dict[str, float] = {}
    score = 0.0
    across = _runs_across(header.titles)
    if across and kind == "records":
        fields["days across"] = DAYS_WEIGHT
    labels = _labels(header.titles)
    for title, group in zip(header.titles, header.groups, strict=True):
        if not title or title in across or title in labels or _label_and_value(title, kind, columns):
            continue
        if header_key(title) in wanted:
            fields[f"={title}"] = 3.0
            continue
        found = title_meanings(columns, title, group, kind)
        if found:
            field, strength = max(found.items(), key=lambda item: item[1])
            if field in ASIDE:
                score += OTHER_WEIGHT
            else:
                fields[field] = max(fields.get(field, 0.0), float(strength))
        elif looks_like_data(title):
            score -= DATA_PENALTY
    if len(fields) < ENOUGH_FIELDS or sum(fields.values()) < ENOUGH_SCORE:
        return None
    score += sum(fields.values())
    return Header(header.first, header.last, header.titles, header.groups, score) if score > 0 else None
