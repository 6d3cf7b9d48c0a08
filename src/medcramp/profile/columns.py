"""Text columns of records as numbers and dates: each distinct text is understood once, then gathered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.logic.facts import Dates

_NUMBER = re.compile(r"\s*([-+]?[\d.,]*\d)\s*(?:(?!e[-+]?\d)[a-z].*)?", re.IGNORECASE | re.DOTALL)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
SEXES = ("F", "M")
_YEARS = {"y": 1.0, "m": 1 / 12, "w": 1 / 52.18, "d": 1 / 365.25}


def categorical(column: pd.Series) -> pd.Series:
    """The column as a categorical (as records are; companion tables may hold plain text)."""
    return column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")


def each_text(column: pd.Series, value_of: Callable[[str], Any], dtype: Any, unknown: Any) -> NDArray[Any]:
    """`value_of` once per distinct text, gathered to rows; `unknown` where the text is missing."""
    column = categorical(column)
    table = np.empty(len(column.cat.categories) + 1, dtype=dtype)
    for place, text in enumerate(column.cat.categories):
        table[place] = value_of(str(text))
    table[-1] = unknown
    gathered: NDArray[Any] = table[column.cat.codes.to_numpy()]
    return gathered


def dates(column: pd.Series) -> Dates:
    """ISO dates (a time of day is dropped) as datetime64[D]; NaT where missing or not a date."""
    return each_text(column, _date, "datetime64[D]", np.datetime64("NaT", "D"))


def _date(text: str) -> np.datetime64:
    try:
        return np.datetime64(text.strip()[:10], "D")
    except ValueError:
        return np.datetime64("NaT", "D")


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """Numbers; NaN where missing or not a plain number."""
    return each_text(column, number, float, np.nan)


def number(text: str) -> float:
    """A number as people type it ("1,250", "3.1 H", "30 days"), NaN for anything else ("<0.5", "3/4/25")."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return np.nan
    plain = match[1].replace(",", "") if _THOUSANDS.fullmatch(match[1]) else match[1].replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return np.nan


def ages(column: pd.Series) -> NDArray[np.float64]:
    """Ages in years ("71", "18 months"); NaN where missing or not understood."""
    return each_text(column, _age, float, np.nan)


def _age(text: str) -> float:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([ymwd]?)[a-z.]*\s*", text.lower())
    return float(match[1]) * _YEARS[match[2] or "y"] if match else np.nan


def sexes(column: pd.Series) -> NDArray[np.int64]:
    """Codes into SEXES; -1 for unknown or other."""
    words = {"f": 0, "female": 0, "woman": 0, "m": 1, "male": 1, "man": 1}
    return each_text(column, lambda text: words.get(text.strip().lower(), -1), np.int64, -1)
