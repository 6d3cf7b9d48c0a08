"""What containers give and table finding takes: grids of text as a person sees them, or finished records.

`containers.open_input(path, options, progress)` turns a path (file, archive or folder) into an iterator of `Grid`s and
`Canonical`s. It knows bytes, encodings, delimiters, sheets and interchange formats; it knows nothing of headers, column
meanings or names of patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..records import Notice, RowLedger


@dataclass(frozen=True)
class Grid:
    """One sheet, text file or HTML table: every physical row, header and footer included, every cell as text.

    `table` is a `pyarrow.Table` whose columns are called "0", "1", … and hold dictionary<int32, string>, one chunk or
    many, all chunks of a column sharing one dictionary; the dictionary has no duplicates and no "" (an empty cell is
    null, a cell of blanks is kept as it stands). Text is exactly what the cell shows: numbers as stored ("45", "7.5",
    never "45.0"), number formats that carry leading zeros or dashes applied, real dates as ISO ("2024-03-05",
    "2024-03-05T10:15:00"), booleans "TRUE"/"FALSE", error cells ("#REF!") as shown.

    Rows shorter than the widest are padded with nulls; blank rows stay (all null). So row i of `table` is the file's
    row `first_row + i` as a spreadsheet counts (a quoted line break does not start a row), unless `row_numbers` is
    given. Text without any delimiter (printed reports) has one column: its lines, leading blanks kept.
    """

    file: str
    """The file as the user named it; inside an archive or folder "a.zip!inner.csv", "folder/inner.csv"."""
    sheet: str
    """Sheet name; for an HTML page with several tables "table 2"; "" for text."""
    table: Any  # pyarrow.Table
    first_row: int = 1
    row_numbers: np.ndarray | None = None
    """int64 per row of `table` when rows are not consecutive, else None."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged ranges as (row, column, last row, last column), 0-based in `table`, ends included; the value stands in
    the first cell, the others are null."""
    container: str = ""
    """"text", "lines" (no delimiter), "workbook", "html", "parquet": how the grid was stored."""
    titled: bool = False
    """True when row 0 is known to be the header (Parquet column names)."""
    role: str = ""
    """"records" or a name of `records.COMPANION_COLUMNS` when a folder's layout says it; "" = to be found out."""
    notices: tuple[Notice, ...] = ()

    def row_number(self, index: int) -> int:
        """The row a person sees for row `index` of `table`."""
        return self.first_row + index if self.row_numbers is None else int(self.row_numbers[index])

    def source_rows(self) -> np.ndarray:
        """int64 per row of `table`: the row a person sees."""
        if self.row_numbers is not None:
            return self.row_numbers
        return np.arange(self.first_row, self.first_row + self.table.num_rows, dtype=np.int64)


@dataclass(frozen=True)
class Canonical:
    """An interchange format that says itself what everything means (FHIR, HL7 v2, ASAP, OMOP): nothing left to find.

    `records` has records.RECORD_COLUMNS (text categoricals, int `source_row`: resource, message or segment number in
    the file), `rejected` and `ignored` have records.ROW_NOTE_COLUMNS, `companions` maps names of
    records.COMPANION_COLUMNS to frames of text.
    """

    file: str
    format: str
    """"FHIR R4", "HL7 v2", "ASAP 4.2", "OMOP CDM"."""
    records: pd.DataFrame
    rejected: pd.DataFrame
    ignored: pd.DataFrame
    rows: RowLedger
    companions: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
