"""Small plain tables in and out: all that `identify` and corrections need of files."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from medcramp.errors import ColumnsNotUnderstoodError, InputUnreadableError, OutputError

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
DELIMITERS = ",;\t|"
HEADER_WITHIN = 30


def read_rows(path: Path, sheet: str = "") -> list[list[str]]:
    """All rows of a text table (any usual delimiter, optionally gzipped), a Parquet file, or a workbook's sheet.

    Of a workbook the sheet called `sheet` is taken (case does not matter), else the first. Raises InputUnreadableError.
    """
    kind = path.suffix.lower()
    try:
        if kind in WORKBOOKS:
            return _workbook(path, sheet)
        if kind == ".parquet":
            return _parquet(path)
        return _text(path)
    except (OSError, EOFError, csv.Error) as error:
        raise InputUnreadableError(f"cannot be read: {type(error).__name__}", file=path) from None


def read_columns(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """Texts of some columns, one per data row. Raises ColumnsNotUnderstoodError when a heading is missing."""
    rows = read_rows(path)
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        heads = [cell.strip() for cell in row]
        if set(columns) <= set(heads):
            data = [cells for cells in rows[number + 1 :] if any(cells)]
            places = [heads.index(column) for column in columns]
            return [[cells[at] if len(cells) > at else "" for cells in data] for at in places]
    known = [cell for cell in (rows[0] if rows else []) if cell]
    missing = next((column for column in columns if column not in known), columns[0])
    raise ColumnsNotUnderstoodError(
        f"there is no column {missing!r}", remedy=f"choose from: {', '.join(known)}", file=path
    )


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV under a temporary name, readable by the owner only, and rename it. Raises OutputError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                table.to_csv(file, index=False)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", file=path) from None


def _text(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    if path.suffix.lower() == ".gz":
        content = gzip.decompress(content)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count)))


def _parquet(path: Path) -> list[list[str]]:
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(path)
    except ArrowException as error:
        raise InputUnreadableError(f"is no Parquet file: {type(error).__name__}", file=path) from None
    columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in table.columns]
    return [list(table.column_names), *(list(row) for row in zip(*columns, strict=True))]


def _workbook(path: Path, sheet: str) -> list[list[str]]:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        name = next((name for name in workbook.sheet_names if name.strip().lower() == sheet), workbook.sheet_names[0])
        values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (IndexError, python_calamine.CalamineError) as error:
        raise InputUnreadableError(f"cannot be read as a workbook: {type(error).__name__}", file=path) from None
    return [[str(cell) for cell in row] for row in values]
