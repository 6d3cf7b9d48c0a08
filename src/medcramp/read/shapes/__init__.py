"""Brings a table to one row per medication record, whatever its shape."""

from __future__ import annotations

from collections.abc import Mapping

from medcramp.knowledge.columns import Columns
from medcramp.read.meaning import DrugTest
from medcramp.read.shapes import (
    continuation,
    crosstab,
    directions_below,
    forms,
    headings,
    lists,
    person_cells,
    printed,
    wide,
)
from medcramp.read.shapes.shaped import Shaped, plain
from medcramp.read.understand import PERSON, Understood

__all__ = ["Shaped", "shape"]


def shape(u: Understood, columns: Columns, drug_test: DrugTest, settled: Mapping[str, str]) -> Shaped | None:
    """The records of a table, or None when it holds none."""
    if u.kind != "records" or {"drug", "medicines"} & set(u.missing):
        if u.kind and u.kind != "records" and not u.missing:
            return None
        return printed.read_printed(u, columns, drug_test) or forms.read_form(u, columns, drug_test)
    shaped = plain(u)
    if not shaped.meaning.has(*PERSON):
        shaped = headings.person_headings(shaped, u.above, columns, drug_test)
    if not shaped.meaning.has(*PERSON) or headings.one_code_for_all(shaped):
        shaped = headings.person_above(shaped, u.above, columns, drug_test)
    if not shaped.meaning.has(*PERSON):
        return None
    if u.grid.merged:
        shaped = continuation.fill_merged(shaped, u)
    shaped = continuation.fill_blanks(shaped)
    shaped = person_cells.part_cells(shaped, columns)
    shaped = directions_below.joined(shaped, columns, drug_test)
    shaped = crosstab.one_row_per_order(shaped)
    shaped = wide.unpivot(shaped, columns, drug_test)
    shaped = lists.split_lists(shaped, columns, drug_test)
    return lists.split_directions(shaped, columns, always=shaped.origin is not None)
