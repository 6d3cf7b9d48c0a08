"""One column of a CSV in, one table out: all that `identify` needs of files."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path

import pandas as pd

from medcramp.errors import ColumnsNotUnderstoodError, InputUnreadableError, OutputError


def read_column(path: Path, column: str) -> list[str]:
    """Texts of one column, one per data row. Raises InputUnreadableError or ColumnsNotUnderstoodError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            if column not in header:
                known = ", ".join(header)
                raise ColumnsNotUnderstoodError(
                    f"there is no column {column!r}", remedy=f"--column takes one of: {known}", file=path
                )
            at = header.index(column)
            return [row[at] if len(row) > at else "" for row in rows if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputUnreadableError(f"cannot be read: {type(error).__name__}", file=path) from None


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV under a temporary name, owner-only, and rename it. Raises OutputError."""
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
