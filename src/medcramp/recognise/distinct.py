"""Distinct values of categorical columns: what is equal is understood once, the rows only carry numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_LARGEST_KEY = np.iinfo(np.int64).max
Numbers = NDArray[np.int32]
Meant = TypeVar("Meant", bound=Hashable)


def distinct(columns: Sequence[pd.Series]) -> tuple[Numbers, NDArray[np.intp]]:
    """Rows that are equal in all categorical columns share a number: (number per row, first row of each number)."""
    return combined([(column.cat.codes.to_numpy(), len(column.cat.categories)) for column in columns])


def combined(columns: Sequence[tuple[NDArray[np.integer[Any]], int]]) -> tuple[Numbers, NDArray[np.intp]]:
    """The same for columns of numbers below a size (-1 counts as a value), each given as (numbers, size)."""
    key, room = np.zeros(len(columns[0][0]), dtype=np.int64), 1
    for numbers, size in columns:
        width = size + 1
        if room > _LARGEST_KEY // width:
            key, found = pd.factorize(key)
            room = len(found)
        key *= width
        key += numbers
        key += 1
        room *= width
    number, found = pd.factorize(key)  # in order of appearance: row order of the input, not of codes
    first = np.empty(len(found), dtype=np.intp)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return number.astype(np.int32), first


def understood(column: pd.Series, understand: Callable[[str], Meant]) -> tuple[NDArray[np.int64], list[Meant]]:
    """Understand every distinct text of a categorical column once, an unknown one as "".

    Gives the place of the meaning per row, and the meanings; texts that mean the same share one.
    """
    codes = column.cat.codes.to_numpy(dtype=np.int64)
    texts = [str(text) for text in column.cat.categories]
    used = np.flatnonzero(np.bincount(codes + 1, minlength=len(texts) + 1)) - 1
    place = np.zeros(len(texts) + 1, dtype=np.int64)
    meanings: dict[Meant, int] = {}
    for code in used.tolist():
        meaning = understand(texts[code] if code >= 0 else "")
        place[code] = meanings.setdefault(meaning, len(meanings))
    return place[codes], list(meanings)
