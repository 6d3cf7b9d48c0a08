"""Rows of CSV from coded columns: every distinct text is made a cell once, then rows are gathered and joined by Arrow.

Arrow's own CSV writer looks at every cell of every row for what must be quoted; here that has been decided per
distinct text, so that a row is only copied together. Gathering and joining hold no lock: tables can be written side by
side in threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column = Any
"""Cells of all rows: a pa.Array, dictionary-encoded or plain, none missing; or a str, the same cell in every row."""

# Small enough that the rows being joined stay in the processor's cache.
_ROWS_AT_ONCE = 1 << 14
_MUST_BE_QUOTED = re.compile(r'[,"\n\r]')


def write_rows(columns: Sequence[Column], size: int, file: BinaryIO) -> None:
    """Append `size` rows of `columns` as CSV (UTF-8, line feed)."""
    columns = _side_by_side_constants_joined(columns)
    if isinstance(columns[0], str) and not columns[1:]:
        file.write(f"{columns[0]}\n".encode() * size)
        return
    for start in range(0, size, _ROWS_AT_ONCE):
        parts = [column if isinstance(column, str) else _part(column, start) for column in columns]
        last = parts[-1]
        parts[-1] = f"{last}\n" if isinstance(last, str) else pc.binary_join_element_wise(last, "\n", "")
        rows = pc.binary_join_element_wise(*parts, ",")
        _, offsets, data = rows.buffers()
        first, end = np.frombuffer(offsets, dtype=np.int32)[[0, len(rows)]]
        file.write(memoryview(data)[first:end])


def coded(codes: NDArray[np.int32], texts: Sequence[str | None]) -> Column:
    """Codes into distinct texts (-1 = unknown, an empty cell) as a column of cells."""
    if len(codes) and bool((codes == codes[0]).all()):
        return cells([None if codes[0] < 0 else texts[codes[0]]])[0]
    known = np.where(codes < 0, np.int32(len(texts)), codes)
    return pa.DictionaryArray.from_arrays(pa.array(known), pa.array(cells([*texts, None]), type=pa.string()))


def cells(texts: Iterable[str | None]) -> list[str]:
    """Distinct texts as CSV cells, quoted where they must be; None is an empty cell."""
    return ["" if text is None else '"' + text.replace('"', '""') + '"' if _quoted(text) else text for text in texts]


def _quoted(text: str) -> bool:
    return not text or _MUST_BE_QUOTED.search(text) is not None


def _part(column: pa.Array, start: int) -> pa.Array:
    part = column.slice(start, _ROWS_AT_ONCE)
    return part.dictionary_decode() if isinstance(part, pa.DictionaryArray) else part


def _side_by_side_constants_joined(columns: Sequence[Column]) -> list[Column]:
    joined: list[Column] = []
    for column in columns:
        if joined and isinstance(column, str) and isinstance(joined[-1], str):
            joined[-1] = f"{joined[-1]},{column}"
        else:
            joined.append(column)
    return joined
