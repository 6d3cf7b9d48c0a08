"""Columns of a frame as lists of cell values: understood once per distinct text, then gathered."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from medcramp.escape import neutral
from medcramp.report.tables import text_codes

# Excel's limit for the text of one cell; the rest is in the CSV tables.
CELL_LIMIT = 32_767
_CUT = " … (cut; the full text is in tables/)"
# At most 15 digits: beyond that a spreadsheet would change the number.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,10})?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_EXCEL_DAY = date(1900, 3, 1)

Cell = str | float | date | None


def text_cells(column: pd.Series) -> list[str | None]:
    """Every value as harmless text that fits a cell; None where unknown or empty."""
    codes, distinct = text_codes(column)
    return _gather(codes, [fitting(neutral(text)) or None for text in distinct])


def value_cells(column: pd.Series, kind: str) -> list[Cell]:
    """Values of a "number" or "date" column: real numbers and dates where the text is one, else harmless text."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return [None if value != value else float(value) for value in column.astype(float)]
    codes, distinct = text_codes(column)
    understand = _as_number if kind in ("number", "count") else _as_date
    return _gather(codes, [understand(text) for text in distinct])


def fitting(text: str) -> str:
    """`text`, cut to what one cell can hold and saying so."""
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(_CUT)] + _CUT


def _gather(codes: np.ndarray, distinct: list[Any]) -> list[Any]:
    table = np.empty(len(distinct) + 1, dtype=object)
    table[:-1] = distinct
    table[-1] = None
    return list(table[codes])


def _as_number(text: str) -> Cell:
    return float(text) if _NUMBER.fullmatch(text) else (fitting(neutral(text)) or None)


def _as_date(text: str) -> Cell:
    if _ISO_DATE.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return neutral(text)
        if day >= _FIRST_EXCEL_DAY:
            return day
    return fitting(neutral(text)) or None
