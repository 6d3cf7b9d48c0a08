"""Blank patient cells that mean "same as above": merged cells, and lists that name each patient once."""

from __future__ import annotations

import numpy as np

from medcramp.read.shapes.shaped import PERSON_FIELDS, Shaped, field_column
from medcramp.read.tables import Column
from medcramp.read.understand import MEDICINE, Understood

ENOUGH_BLANKS = 0.3
"""Part of the rows with a medicine whose patient cells are all blank: below it, a blank is a missing patient."""


def fill_merged(shaped: Shaped, u: Understood) -> Shaped:
    """The value of a merged range stands for each of its rows."""
    first_row = u.grid.first_row
    columns: dict[int, Column] = {}
    for top, left, bottom, right in u.grid.merged:
        if bottom == top or left != right or top <= u.header.last or left >= shaped.table.source.width:
            continue
        column = columns.get(left) or shaped.table.column(left)
        inside = (shaped.table.rows >= first_row + top) & (shaped.table.rows <= first_row + bottom)
        columns[left] = column.forward_fill(inside & ~column.known)
    named = {name: columns[place] for name, places in shaped.meaning.fields.items() for place in places[:1]
             if place in columns}  # fmt: skip
    return shaped.extended(named, "merged cells") if named else shaped


def fill_blanks(shaped: Shaped) -> Shaped:
    """Patient cells taken from the row above where the whole patient is blank under a medicine, if many are."""
    carried = {name: field_column(shaped, name) for name in PERSON_FIELDS if shaped.meaning.has(name)}
    medicine = np.zeros(len(shaped.table), dtype=bool)
    for name in MEDICINE:
        medicine |= field_column(shaped, name).known
    person = np.zeros(len(shaped.table), dtype=bool)
    for column in carried.values():
        person |= column.known
    blank = medicine & ~person
    if not medicine.any() or blank.sum() < ENOUGH_BLANKS * medicine.sum():
        return shaped
    anchor = np.maximum.accumulate(np.where(person, np.arange(len(person)), -1))
    reach = blank & (anchor >= 0)
    rows = np.where(reach, anchor, np.arange(len(person)))
    shaped.notices.append(f"{int(reach.sum())} rows with blank patient cells were read as the patient above")
    return shaped.extended({name: column.take(rows) for name, column in carried.items()}, "blank cells mean the same")
