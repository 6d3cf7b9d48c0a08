"""Interchange formats as grids: they say themselves what everything means, so their titles are the canonical names.

Everything after that (dates, product codes, status words, names, the ledger) is the same road as for any other table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from medcramp.read.containers.columns import check_cells, check_width, memory_grid, rows_table
from medcramp.read.grids import Grid
from medcramp.read.options import Limits
from medcramp.records import Notice

ROW = "source_row"

RECORD_TITLES = (
    "patient_id",
    "Last Name",
    "First Name",
    "Middle Name",
    "Suffix",
    "birth_date",
    "sex",
    "drug",
    "ndc",
    "rxcui",
    "atc",
    "strength",
    "form",
    "route",
    "sig",
    "Frequency",
    "quantity",
    "days_supply",
    "start_date",
    "end_date",
    "status",
    "prescriber",
    "Rx Number",
    "Refill Number",
)
COMPANION_TITLES: Mapping[str, tuple[str, ...]] = {
    "patients": ("patient_id", "Last Name", "First Name", "birth_date", "sex", "Deceased"),
    "conditions": ("patient_id", "icd10", "date"),
    "labs": ("patient_id", "test", "value", "unit", "date", "upper_limit"),
    "allergies": ("patient_id", "substance", "reaction"),
}
Row = Mapping[str, str | int]
"""One record: ROW → its place in the file, title → text; titles that are absent are unknown."""


@dataclass
class Gathered:
    """Rows of one file, by role: "records" or a companion's name."""

    file: str
    format: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def add(self, role: str, row: Row) -> None:
        """Takes in one row."""
        self.rows.setdefault(role, []).append(row)

    def grids(self, limits: Limits, titles: Mapping[str, Sequence[str]] | None = None) -> list[Grid]:
        """The grids, records first; columns that no row fills are left out, `titles` overrides the canonical ones."""
        known = {"records": RECORD_TITLES, **COMPANION_TITLES, **(titles or {})}
        found = [role for role in known if self.rows.get(role)]
        return [
            titled_grid(
                self.file, self.format, role, known[role], self.rows[role], limits, self.notices if at == 0 else ()
            )
            for at, role in enumerate(found)
        ]


def titled_grid(
    file: str,
    container: str,
    role: str,
    titles: Sequence[str],
    rows: Sequence[Row],
    limits: Limits,
    notices: Sequence[Notice] = (),
) -> Grid:
    """Grid of the rows under a header row of the titles that any of them fills; sheet = role, for companions."""
    filled = [title for title in titles if any(row.get(title) for row in rows)] or list(titles)
    check_width(len(filled), limits, file)
    texts = [filled, *([str(row.get(title) or "") for title in filled] for row in rows)]
    table = check_cells(rows_table(texts, len(filled)), limits, file)
    numbers = [0, *(int(row.get(ROW, at)) for at, row in enumerate(rows, start=1))]
    return memory_grid(
        table,
        file=file,
        sheet="" if role in {"", "records"} else role,
        row_numbers=np.asarray(numbers, dtype=np.int64),
        container=container,
        titled=True,
        role=role,
        notices=tuple(notices),
    )
