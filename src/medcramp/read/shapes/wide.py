"""Medication 1 … Medication N: one row per patient, a group of columns per medicine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read.header import title_meanings
from medcramp.read.meaning import RECORDS_ONLY, DrugTest, contents_of, fits
from medcramp.read.shapes.shaped import PERSON_FIELDS, Shaped
from medcramp.read.tables import Column, empty, stack

NUMBER = re.compile(r"(?<![A-Za-z])(\d{1,3})(?!\d)|(?<=[A-Za-z])(\d{1,3})(?!\d)")
LETTER = re.compile(r"(.*[^\W\d_])[ _-]([A-J])")
Group = dict[str, int]
"""Field → column, for the columns of one medicine."""


def unpivot(shaped: Shaped, columns: Columns, drug_test: DrugTest) -> Shaped:
    """One record per medicine of a row; tables with a single group of medicine columns come back as they are."""
    groups = medicine_groups(shaped, columns, drug_test)
    if len(groups) < 2:
        return shaped
    table = shaped.table
    rows = len(table)
    named = [_named(group, table.column, rows) for group in groups]
    none = ~np.any(named, axis=0)
    named[0] = named[0] | none  # a row without any medicine stays, to be accounted for
    kept = [np.flatnonzero(mask) for mask in named]
    order = np.argsort(np.concatenate(kept), kind="stable")
    fields = sorted({name for group in groups for name in group})
    found = {
        name: stack(
            [
                (table.column(group[name]) if name in group else empty(rows)).take(places)
                for group, places in zip(groups, kept, strict=True)
            ]
        ).take(order)
        for name in fields
    }
    return shaped.exploded(np.concatenate(kept)[order], found, f"{len(groups)} medicines per row")


def _named(group: Group, column: Callable[[int], Column], rows: int) -> np.ndarray:
    mask = np.zeros(rows, dtype=bool)
    for name in ("drug", "ndc", "generic_name"):
        if name in group:
            mask |= column(group[name]).known
    return mask


def medicine_groups(shaped: Shaped, columns: Columns, drug_test: DrugTest) -> list[Group]:
    """The groups in their order: columns that share a number, or repeat their titles, around a medicine column each."""
    found: dict[int, Group] = {}
    bases: dict[int, str] = {}
    table = shaped.table
    people = {place for name in PERSON_FIELDS for place in shaped.meaning.fields.get(name, ())}
    for place, (number, base, group) in enumerate(_numbers(table.titles, table.groups)):
        if number is None or place in people:
            continue
        meanings = {
            name: strength
            for name, strength in title_meanings(columns, base, group, "records").items()
            if name in RECORDS_ONLY
        }
        name = _best(meanings, table.column(place), columns, drug_test)
        if name:
            found.setdefault(number, {}).setdefault(name, place)
            if name == "drug":
                bases[number] = base
    groups = [found[number] for number in sorted(found) if "drug" in found[number]]
    if len(set(bases.values())) != 1 or len(groups) < 2:
        return []
    return groups if _differ(shaped, groups) else []


def _numbers(titles: Sequence[str], groups: Sequence[str]) -> list[tuple[int | None, str, str]]:
    """(number, title without it, heading without it) per column.

    A title without a number is the first of its family when others of that title carry one ("Drug", "Drug 2"), and
    the n-th when it is repeated n times.
    """
    parts = [(numbered(title), numbered(group)) for title, group in zip(titles, groups, strict=True)]
    bases = [base for (_, base), _ in parts]
    families = {base for (number, base), _ in parts if number is not None}
    seen: dict[str, int] = {}
    result: list[tuple[int | None, str, str]] = []
    for (number, base), (group_number, group) in parts:
        if number is None and group_number is not None:
            number = group_number
        if number is None and base in families:
            number = 1
        elif number is None and bases.count(base) > 1 and base:
            seen[base] = seen.get(base, 0) + 1
            number = seen[base]
        result.append((number, base, group))
    return result


def numbered(title: str) -> tuple[int | None, str]:
    """ "Medication 2" → (2, "Medication"), "Med2_Dose" → (2, "Med Dose"), "Qty.1" → (1, "Qty"), "Drug B" → (2, …)."""
    found = [match for match in NUMBER.finditer(title) if not match.group(0).startswith("0")]
    if not found:
        lettered = LETTER.fullmatch(title.strip())
        return (1 + ord(lettered[2]) - ord("A"), lettered[1]) if lettered else (None, title.strip())
    last = found[-1]
    base = re.sub(r"[\s._-]+", " ", f"{title[: last.start()]} {title[last.end() :]}").strip(" ._-#()")
    return int(last[0]), base


def _best(meanings: Mapping[str, int], column: Column, columns: Columns, drug_test: DrugTest) -> str:
    """The field whose title and contents agree best; "" when none does. Empty columns keep their title's word."""
    contents = contents_of(column, drug_test, columns)
    scores = {name: strength + fits(name, strength, contents) for name, strength in meanings.items()}
    scores = {name: score for name, score in scores.items() if score >= meanings[name]}
    return max(scores, key=lambda name: scores[name], default="")


def _differ(shaped: Shaped, groups: list[Group]) -> bool:
    """Whether the groups hold different medicines: two columns that repeat one medicine are no groups."""
    first, second = (shaped.table.column(group["drug"]) for group in groups[:2])
    both = first.known & second.known
    if not both.any():
        return True
    rows = np.flatnonzero(both)[:500]
    same = sum(1 for row in rows if first.values[first.codes[row]] == second.values[second.codes[row]])
    return same < 0.5 * len(rows)
