"""Building the columns of a grid: text → integer codes into distinct values, in Arrow's dictionary form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medcramp.errors import InputUnreadableError
from medcramp.read.grids import HEAD_ROWS, Grid, loaded
from medcramp.read.options import Limits

DICTIONARY = pa.dictionary(pa.int32(), pa.string())


def encoded(codes: np.ndarray, values: pa.Array) -> pa.DictionaryArray:
    """Dictionary array from int32 codes (-1 = empty) and their distinct values."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), values)


def codes_of(array: pa.DictionaryArray) -> np.ndarray:
    """int32 codes of a dictionary array, -1 where it is null."""
    return np.asarray(array.indices.fill_null(-1))


def table_of(columns: Sequence[Any], rows: int) -> pa.Table:
    """Table with the columns named by position; `rows` matters only when there is no column."""
    if not columns:
        return pa.table({"0": encoded(np.full(rows, -1, dtype=np.int32), pa.array([], pa.string()))})
    return pa.table(list(columns), names=[str(i) for i in range(len(columns))])


def text_column(cells: Sequence[Any], shown: Callable[[Any], str]) -> pa.DictionaryArray:
    """Column of any Python values; `shown` turns a distinct value into text ("" and None are empty cells)."""
    kinds = set(map(type, cells))
    if kinds - {str}:
        if bool in kinds and kinds & {int, float}:
            # 1 and True are one key to a Python dictionary, but two different cells.
            cells = [shown(cell) if isinstance(cell, bool) else cell for cell in cells]
        texts = {value: value if isinstance(value, str) else shown(value) for value in set(cells) if value is not None}
        cells = [texts.get(cell) for cell in cells]
    return without_blank(pa.array(cells, pa.string()).dictionary_encode())


def without_blank(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The column with "" as null, in the cells and in the dictionary."""
    blank = pc.index(column.dictionary, "").as_py()
    if blank < 0:
        return column
    codes = codes_of(column)
    numbers = np.arange(len(column.dictionary) + 1, dtype=np.int32)
    numbers[blank:] -= 1
    numbers[[blank, -1]] = -1
    return encoded(numbers[codes], column.dictionary.filter(pc.not_equal(column.dictionary, "")))


def rows_table(rows: Sequence[Sequence[str]], width: int) -> pa.Table:
    """Table of text rows, each padded or cut to `width` cells."""
    columns = list(zip_longest(*(row[:width] for row in rows), fillvalue=""))
    columns += [("",) * len(rows)] * (width - len(columns))
    return table_of([text_column(column, str) for column in columns], len(rows))


def check_cells(table: pa.Table, limits: Limits, file: str, place: str = "") -> pa.Table:
    """The table itself, when it is within the limits on width and on the length of a cell."""
    check_width(table.num_columns, limits, file, place)
    for column in table.columns:
        for chunk in column.chunks[:1]:
            longest = pc.max(pc.utf8_length(chunk.dictionary)).as_py()
            if longest and longest > limits.cell_characters:
                raise cell_too_long(limits, file, place)
    return table


def check_width(width: int, limits: Limits, file: str, place: str = "") -> None:
    """Refuses a table that is wider than any export."""
    if width > limits.columns:
        raise InputUnreadableError(
            f"has more than {limits.columns:,} columns: this is no list of medicines",
            file=file,
            place=place,
            remedy="choose the columns you need when you export, or raise the limit in the settings",
        )


def cell_too_long(limits: Limits, file: str, place: str = "") -> InputUnreadableError:
    """What to say of a cell that is longer than any text a pharmacy system writes."""
    return InputUnreadableError(
        f"holds a cell of more than {limits.cell_characters:,} characters",
        file=file,
        place=place,
        remedy="look for a quotation mark that is never closed, or raise the limit in the settings",
    )


def memory_grid(table: pa.Table, overlong: Sequence[int] = (), **about: Any) -> Grid:
    """Grid over a table that is in memory; `about` are the other fields of `Grid`."""
    return Grid(head=table.slice(0, HEAD_ROWS), loader=loaded(table, overlong), **about)


def accumulated(batches: Iterable[pa.RecordBatch], window: int = 24) -> Iterator[pa.ChunkedArray]:
    """The columns of a stream of batches, each column's chunks sharing one dictionary.

    Memory: int32 codes for every cell, each distinct value once, and the text of `window` batches.
    """
    values: list[pa.Array] = []
    codes: list[list[np.ndarray]] = []
    waiting: list[pa.RecordBatch] = []

    def take_in() -> None:
        table = pa.Table.from_batches(waiting).unify_dictionaries()
        for position, column in enumerate(table.columns):
            if position == len(values):
                values.append(pa.array([], pa.string()))
                codes.append([])
            values[position], numbers = _merged(values[position], column.chunk(0).dictionary)
            for chunk in column.chunks:
                # The extra entry at the end is where code -1 (empty) points.
                codes[position].append(numbers[codes_of(chunk)])
        waiting.clear()

    for batch in batches:
        waiting.append(batch)
        if len(waiting) == window:
            take_in()
    if waiting:
        take_in()
    for distinct, chunks in zip(values, codes, strict=True):
        yield pa.chunked_array([encoded(chunk, distinct) for chunk in chunks], DICTIONARY)
        chunks.clear()


def _merged(known: pa.Array, incoming: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Known values followed by the new ones, and int32 positions there of the incoming values (plus a last -1)."""
    found = pc.index_in(incoming, value_set=known)
    fresh = incoming.filter(pc.is_null(found))
    numbers = np.asarray(found.fill_null(-1)).astype(np.int32)
    numbers[numbers < 0] = np.arange(len(known), len(known) + len(fresh), dtype=np.int32)
    return pa.concat_arrays([known, fresh]), np.append(numbers, np.int32(-1))
