"""Form-like lists: "Medication: …" / "How I take it: …" blocks, one record per block, the person named once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read.ledger import IGNORED, Fates
from medcramp.read.meaning import DrugTest, Meaning
from medcramp.read.shapes.headings import Person, pairs, person_in, take
from medcramp.read.shapes.shaped import Shaped
from medcramp.read.tables import column_of, table_from
from medcramp.read.understand import PERSON, Understood
from medcramp.read.values import tidy

OUTSIDE = "not part of a record"
RECORD_LABELS = (
    "drug",
    "generic_name",
    "ndc",
    "strength",
    "form",
    "route",
    "sig",
    "quantity",
    "days_supply",
    "fill_date",
    "start_date",
    "written_date",
    "end_date",
    "status",
    "prescriber",
    "rx_number",
)
LONGEST_FORM = 5_000


@dataclass
class Form:
    """Records found so far, and which rows said anything."""

    records: list[dict[str, str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    person: Person = field(default_factory=dict)
    told: set[int] = field(default_factory=set)


def read_form(u: Understood, columns: Columns, drug_test: DrugTest) -> Shaped | None:
    """The records of a form, or None when the sheet is none."""
    if u.grid.head.num_rows > LONGEST_FORM:
        return None
    whole, _ = u.whole
    rows = [[cell or "" for cell in row] for row in zip(*(c.decoded() for c in whole.columns), strict=True)]
    form = Form()
    for index, row in enumerate(rows):
        for label, value in row_pairs(row, columns):
            _take(form, index, label, value, columns)
    named = [record for record in form.records if drug_test(record["drug"])]
    if len(named) < max(1, 0.5 * len(form.records)) or not form.records:
        return None
    for person, record in zip(form.people, form.records, strict=True):
        if not set(person) & set(PERSON):
            person.update(person_in(rows[: form.starts[0]], columns) | person)
        record.update(person)
    if not any(set(record) & set(PERSON) for record in form.records):
        return None
    return _shaped(u, form, rows)


def row_pairs(row: Sequence[str], columns: Columns) -> list[tuple[str, str]]:
    """Label and value pairs of a row: inside cells, and a label cell with its neighbour."""
    cells = [tidy(cell) for cell in row if tidy(cell)]
    found: list[tuple[str, str]] = []
    for number, cell in enumerate(cells):
        inside = [(label, value) for label, value in pairs(cell, columns) if value]
        found += inside
        if not inside and cell.endswith(":") and number + 1 < len(cells) and not cells[number + 1].endswith(":"):
            found.append((cell.rstrip(": "), cells[number + 1]))
    if not found and len(cells) == 2:
        found.append((cells[0], cells[1]))
    return found


def _take(form: Form, index: int, label: str, value: str, columns: Columns) -> None:
    meanings = columns.meanings(label, "records")
    name = next((n for n in RECORD_LABELS if meanings.get(n, 0) >= 3), "")
    if name == "drug":
        form.records.append({"drug": value})
        form.starts.append(index)
        form.people.append(dict(form.person))
    elif name and form.records:
        form.records[-1].setdefault(name, value)
    elif meanings.get("substance", 0) >= 3:
        form.person["substance"] = value
    else:
        fresh: Person = {}
        if not take(fresh, label, value, columns):
            return
        if set(fresh) & set(form.person):
            form.person = {}
        form.person.update(fresh)
    form.told.add(index)


def _shaped(u: Understood, form: Form, rows: Sequence[Sequence[str]]) -> Shaped:
    whole, _ = u.whole
    filled = np.array([any(tidy(cell) for cell in row) for row in rows], dtype=bool)
    place = np.cumsum(filled) - 1
    source = whole.take(filled)
    names = sorted({name for record in form.records for name in record})
    table = table_from(
        whole.file,
        whole.sheet,
        [column_of([record.get(name) for record in form.records]) for name in names],
        whole.rows[form.starts],
        tuple(names),
    )
    silent = filled.copy()
    silent[sorted(form.told)] = False
    fates = Fates(len(source))
    fates.mark(silent[filled], IGNORED, OUTSIDE)
    meaning = Meaning({name: (index,) for index, name in enumerate(names)}, {}, {})
    return Shaped(
        ["form: one block per medicine"], table, meaning, Fates(len(table)), source, place[form.starts], fates
    )
