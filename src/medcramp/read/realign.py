"""Cells that have slipped from under their titles: an unquoted comma in a text, or a column without a title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read import dates, values
from medcramp.read.header import Header, title_meanings
from medcramp.read.meaning import DATE_FIELDS, Contents, DrugTest, Meaning, contents_of, fits
from medcramp.read.tables import Table

CLEARLY_BETTER = 1.0
"""By how much the contents must fit shifted titles better than the titles as they stand (a contradiction counts -1)."""
MOST = 0.5
SPLIT_NAME = ("Last Name", "First Name")
FIGURES = ("quantity", "days_supply", "age")


def realigned(table: Table, header: Header, columns: Columns, drug_test: DrugTest) -> tuple[Header, str]:
    """The titles where the contents say they belong, and what to tell; the header as it is when nothing has slipped.

    Looks only at tables whose rows mostly hold one cell more than there are titles.
    """
    last = _last_titled(header)
    if last < 1 or last + 1 >= len(header.titles) or len(table) < 2:
        return header, ""
    if table.column(last + 1).known.sum() < MOST * len(table):
        return header, ""
    contents = [contents_of(table.column(place), drug_test, columns) for place in range(last + 2)]
    as_it_is = _fit(header.titles, contents, columns)
    shifted = [_with_gap(header.titles, place, last, columns) for place in range(last + 1)]
    fits_of = [_fit(titles, contents, columns) for titles in shifted]
    fit, place = max(fits_of), fits_of.index(max(fits_of))
    if fit < as_it_is + CLEARLY_BETTER:
        return header, ""
    groups = (*header.groups[:place], "", *header.groups[place : last + 1], *header.groups[last + 2 :])
    said = f"after {header.titles[place - 1]!r}" if place else "before the first"
    return replace(header, titles=shifted[place], groups=groups), (
        f"the rows hold one cell more than there are titles; the contents say that a title is missing {said}"
    )


def slipped_rows(table: Table, meaning: Meaning) -> np.ndarray:
    """Which rows reach beyond the last title and do not fit the columns: an unquoted delimiter has shifted their cells.

    A row with a remark in a column without a title fits, and stays.
    """
    slipped = np.zeros(len(table), dtype=bool)
    titled = [place for place, title in enumerate(table.titles) if title]
    if not titled or titled[-1] + 1 >= len(table.titles):
        return slipped
    reach = np.zeros(len(table), dtype=bool)
    for place in range(titled[-1] + 1, len(table.titles)):
        reach |= table.column(place).known
    rows = np.flatnonzero(reach)
    if not len(rows) or len(rows) > MOST * len(table):
        return slipped
    for name in (*DATE_FIELDS, *FIGURES):
        for place in meaning.fields.get(name, ())[:1]:
            cells = table.column(place).take(rows)
            odd = [code for code in cells.used if not _can_be(name, values.tidy(cells.values[code]))]
            slipped[rows[np.isin(cells.codes, odd)]] = True
    return slipped


def _can_be(name: str, text: str) -> bool:
    if not any(c.isalnum() for c in text):
        return True
    if name in DATE_FIELDS:
        return dates.parse(text, dates.Reading()) is not None
    return values.number(text, False) is not None or values.number(text, True) is not None


def _last_titled(header: Header) -> int:
    return max((place for place, title in enumerate(header.titles) if title), default=-1)


def _with_gap(titles: Sequence[str], place: int, last: int, columns: Columns) -> tuple[str, ...]:
    """Titles with none at `place`; behind a title of a whole name the gap is taken for the first name."""
    before = list(titles[:place])
    gap = ""
    if before and "patient_name" in columns.meanings(before[-1], "records"):
        before[-1], gap = SPLIT_NAME
    return (*before, gap, *titles[place : last + 1], *titles[last + 2 :])


def _fit(titles: Sequence[str], contents: Sequence[Contents], columns: Columns) -> float:
    """How well the contents fit the titles: the sum of what they say to the plainest meaning of each."""
    total = 0.0
    for title, column in zip(titles, contents, strict=False):
        meanings = title_meanings(columns, title, "", "records") if title else {}
        if meanings and column.texts:
            name, strength = max(meanings.items(), key=lambda item: item[1])
            total += fits(name, min(strength, 2), column)
    return total
