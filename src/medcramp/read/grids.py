"""What containers give and table finding takes: grids of text as a person sees them, or finished records.

`containers.open_input(path, options, progress)` turns a path (file, archive or folder) into an iterator of `Grid`s and
`Canonical`s. It knows bytes, encodings, delimiters, sheets and interchange formats; it knows nothing of headers, column
meanings or names of patients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from medcramp.records import Notice, RowLedger

HEAD_ROWS = 1000
UNKNOWN = -1
"""The code of an empty cell."""


def smallest(distinct: int) -> type[np.signedinteger]:
    """The smallest integer type that can number `distinct` texts."""
    return np.int8 if distinct <= 127 else np.int16 if distinct <= 32_767 else np.int32


@dataclass(frozen=True)
class Body:
    """All rows of a grid, for the columns that were asked for."""

    table: Any
    """pyarrow.Table, see `Grid`."""
    overlong: np.ndarray
    """int64, rows that hold more cells than the grid has columns (an unquoted delimiter in a text, usually): their
    cells may have shifted, so they cannot be trusted; the cells beyond the last column are not in `table`."""


@dataclass(frozen=True)
class Grid:
    """One sheet, text file or HTML table: every physical row, header and footer included, every cell as text.

    Look at `head` (the first HEAD_ROWS rows, all columns), decide which columns matter, then `load` those: a column
    that is not asked for costs next to nothing, however many rows there are. `table` is everything at once.

    Every table is a `pyarrow.Table` whose columns are called "0", "1", … (the position in the grid) and hold
    dictionary<int8, int16 or int32, string>; all chunks of a column share one dictionary, which has no duplicates and
    no "" (an empty cell is null; a cell of blanks stays as it is; entries that no row uses may remain). Text is exactly
    what the cell shows: numbers as stored ("45", "7.5", never "45.0"), number formats with leading zeros or dashes
    applied, real dates as ISO ("2024-03-05", "2024-03-05T10:15:00"), booleans "TRUE"/"FALSE", error cells ("#REF!") as
    shown.

    Short rows are padded with nulls and blank rows stay (all null), so row i is the file's row `first_row + i` as a
    spreadsheet counts (a quoted line break does not start a row). Text without any delimiter (printed reports) has
    one column: its lines, leading blanks kept.
    """

    file: str
    """The file as the user named it; inside an archive or folder "a.zip!inner.csv", "folder/inner.csv"."""
    sheet: str
    """Sheet name; "" for text and for a page or file that holds one table."""
    head: Any
    """pyarrow.Table of the first HEAD_ROWS rows (all rows when there are fewer)."""
    loader: Callable[[Sequence[int]], Body] = field(repr=False)
    first_row: int = 1
    row_numbers: np.ndarray | None = None
    """int64 per row, for interchange formats whose rows are resources or segments: their place in the file."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged ranges as (row, column, last row, last column), 0-based in the grid, ends included; the value stands in
    the first cell, the others are null."""
    container: str = ""
    """How the grid was stored: "text", "lines" (no delimiter), "workbook", "html", "parquet", "FHIR R4", …"""
    titled: bool = False
    """True when row 0 is known to be the header (Parquet column names)."""
    since_1904: bool = False
    """The workbook counts days from 1904: what plain numbers in date columns mean (cells shown as dates are ISO)."""
    role: str = ""
    """"records" or a name of `records.COMPANION_COLUMNS` when a folder's layout says it; "" = to be found out."""
    notices: tuple[Notice, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.head.num_columns)

    def load(self, columns: Sequence[int] | None = None) -> Body:
        """All rows of the given columns (0-based positions; None = all), in the order asked.

        Raises InputUnreadableError when a later part of the file turns out to be damaged.
        """
        return self.loader(range(self.width) if columns is None else columns)

    @cached_property
    def table(self) -> Any:
        """All rows and columns; convenient for grids known to be small."""
        return self.load().table

    def source_rows(self, rows: int) -> np.ndarray:
        """The row number a person sees, for each of the first `rows` rows (integers)."""
        if self.row_numbers is not None:
            return self.row_numbers[:rows]
        return np.arange(self.first_row, self.first_row + rows, dtype=np.int32)


def loaded(table: Any, overlong: Sequence[int] = ()) -> Callable[[Sequence[int]], Body]:
    """Loader for a grid that is in memory already."""
    rows = np.asarray(overlong, dtype=np.int64)

    def load(columns: Sequence[int]) -> Body:
        return Body(table.select(list(columns)), rows)

    return load


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
