"""Rows of CSV from coded columns: every distinct text is made a cell once, then rows are gathered and joined by Arrow.

Arrow's own CSV writer looks at every cell of every row for what must be quoted; here that has been decided per
distinct text, so that a row is only copied together. Gathering and joining hold no lock: tables can be written side by
side in threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Small enough that the rows being joined stay in the processor's cache.
_ROWS_AT_ONCE = 1 << 14
_MUST_BE_QUOTED = re.compile(r'[,"\n\r]')


def write_rows(columns: Sequence[pa.Array], file: BinaryIO) -> None:
    """Append the rows of `columns`, all of one length, as CSV (UTF-8, line feed).

    Columns hold texts that are cells already (see `cells`), dictionary-encoded or plain; null = unknown.
    """
    for start in range(0, len(columns[0]), _ROWS_AT_ONCE):
        parts = [_texts(column.slice(start, _ROWS_AT_ONCE)) for column in columns]
        rows = pc.binary_join_element_wise(*parts[:-1], _ended(parts[-1]), ",") if parts[1:] else _ended(parts[0])
        _, offsets, data = rows.buffers()
        first, last = np.frombuffer(offsets, dtype=np.int32)[[0, len(rows)]]
        file.write(memoryview(data)[first:last])


def cells(texts: Iterable[str | None]) -> list[str]:
    """Distinct texts as CSV cells, quoted where they must be; None is an empty cell."""
    return ["" if text is None else '"' + text.replace('"', '""') + '"' if _quoted(text) else text for text in texts]


def _quoted(text: str) -> bool:
    return not text or _MUST_BE_QUOTED.search(text) is not None


def _texts(column: pa.Array) -> pa.Array:
    plain = column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
    return pc.fill_null(plain, "") if plain.null_count else plain


def _ended(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(texts, "\n", "")
