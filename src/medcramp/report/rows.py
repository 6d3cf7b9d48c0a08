"""CSV rows that repeat: a table of patients × things has few distinct rows once the first column is set aside.

Such rows are formatted once each and copied, which is several times faster than formatting every cell of every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Column = tuple[NDArray[np.int32], Sequence[str]]
"""Codes into distinct, already neutral texts; -1 = unknown."""

# Copying pays when rows repeat at least this often; below, Arrow formats cell by cell.
_WORTHWHILE = 8
_ROWS_AT_ONCE = 1 << 16
_LARGEST_KEY = 1 << 62


def repeated_rows(columns: Sequence[Column]) -> tuple[NDArray[np.int64], list[bytes]] | None:
    """The rows without their first column as (code per row, distinct rows as CSV); None when they hardly repeat."""
    size = len(columns[0][0])
    key = np.zeros(size, dtype=np.int64)
    distinct = 1
    for codes, texts in columns[1:]:
        if distinct * (len(texts) + 1) > _LARGEST_KEY:
            key, found = pd.factorize(key)
            distinct = len(found)
        key = key * (len(texts) + 1) + (codes.astype(np.int64) + 1)
        distinct *= len(texts) + 1
    codes_of_rows, firsts = _first_rows(key)
    if size < _WORTHWHILE * len(firsts):
        return None
    cells = [(codes[firsts].tolist(), [cell(text) for text in texts]) for codes, texts in columns[1:]]
    rows = [
        ",".join("" if codes[row] < 0 else texts[codes[row]] for codes, texts in cells) for row in range(len(firsts))
    ]
    return codes_of_rows, [f",{row}\n".encode() for row in rows]


def write_repeated(first: Column, codes: NDArray[np.int64], rows: Sequence[bytes], file: BinaryIO) -> None:
    """Write the first column beside the repeated rest."""
    heads = np.array([*(cell(text).encode() for text in first[1]), b""], dtype=object)
    tails = np.array(rows, dtype=object)
    for start in range(0, len(codes), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        pieces: list[bytes] = [b""] * (2 * len(codes[part]))
        pieces[0::2] = heads[first[0][part]].tolist()
        pieces[1::2] = tails[codes[part]].tolist()
        file.write(b"".join(pieces))


def cell(text: str) -> str:
    """One text as a CSV cell, quoted when it must be."""
    if text and not any(mark in text for mark in ',"\n\r'):
        return text
    return '"' + text.replace('"', '""') + '"'


def _first_rows(key: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Codes of the keys in order of appearance, and the first row of each."""
    codes, found = pd.factorize(key)
    firsts = np.full(len(found), len(key), dtype=np.int64)
    np.minimum.at(firsts, codes, np.arange(len(key)))
    return codes, firsts
