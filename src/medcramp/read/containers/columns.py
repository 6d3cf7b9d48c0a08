"""Building the columns of a grid: text → integer codes into distinct values, in Arrow's dictionary form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medcramp.errors import InputUnreadableError
from medcramp.read.grids import HEAD_ROWS, UNKNOWN, Grid, loaded, smallest
from medcramp.read.options import Limits

DICTIONARY = pa.dictionary(pa.int32(), pa.string())
WINDOW_BYTES = 32 << 20


def encoded(codes: np.ndarray, values: pa.Array) -> pa.DictionaryArray:
    """Dictionary array from codes (-1 = empty) and their distinct values."""
    empty = codes < 0
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=empty if empty.any() else None), values)


def codes_of(array: pa.DictionaryArray) -> np.ndarray:
    """Codes of a dictionary array, -1 where it is null."""
    indices = array.indices
    return np.asarray(indices.fill_null(UNKNOWN) if indices.null_count else indices)


def table_of(columns: Sequence[Any], rows: int) -> pa.Table:
    """Table with the columns named by position; `rows` matters only when there is no column."""
    if not columns:
        return pa.table({"0": encoded(np.full(rows, -1, dtype=np.int32), pa.array([], pa.string()))})
    return pa.table(list(columns), names=[str(i) for i in range(len(columns))])


def text_column(cells: Sequence[Any], shown: Callable[[Any], str]) -> pa.DictionaryArray:
    """Column of any Python values; `shown` turns a distinct value into text ("" and None are empty cells)."""
    try:
        # Mostly all cells are text; Arrow finds out as it goes, which spares a look at every cell.
        return without_blank(pa.array(cells, pa.string()).dictionary_encode())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return without_blank(pa.array(_shown(cells, shown), pa.string()).dictionary_encode())


def _shown(cells: Sequence[Any], shown: Callable[[Any], str]) -> list[str | None]:
    """The cells as text, each distinct value worked out once."""
    kinds = set(map(type, cells))
    if bool in kinds and kinds & {int, float}:
        # 1 and True are one key to a Python dictionary, but two different cells.
        cells = [shown(cell) if isinstance(cell, bool) else cell for cell in cells]
    texts = {value: value if isinstance(value, str) else shown(value) for value in set(cells) if value is not None}
    return [texts.get(cell) for cell in cells]


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


@dataclass(eq=False)
class _Growing:
    """A column while it is read: its distinct values so far and, per table, the smallest codes that number them."""

    values: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    codes: list[np.ndarray] = field(default_factory=list)

    def add(self, chunks: pa.ChunkedArray) -> None:
        """More rows of dictionary-encoded text."""
        chunks = chunks.unify_dictionaries()
        if not chunks.num_chunks:
            return
        incoming = chunks.chunk(0).dictionary
        found = pc.index_in(incoming, value_set=self.values)
        fresh = incoming.filter(pc.is_null(found))
        places = np.asarray(found.fill_null(UNKNOWN)).astype(np.int32)
        places[places < 0] = np.arange(len(self.values), len(self.values) + len(fresh), dtype=np.int32)
        self.values = pa.concat_arrays([self.values, fresh])
        # The extra entry at the end is where code -1 (empty) points.
        places = np.append(places, np.int32(UNKNOWN)).astype(smallest(len(self.values)))
        self.codes.append(places[np.concatenate([codes_of(chunk) for chunk in chunks.chunks])])

    def whole(self) -> pa.ChunkedArray:
        """All rows in one piece."""
        codes = np.concatenate(self.codes) if self.codes else np.empty(0, dtype=np.int8)
        self.codes.clear()
        return pa.chunked_array([encoded(codes, self.values)])


def accumulated(tables: Iterable[pa.Table]) -> list[pa.ChunkedArray]:
    """The columns of tables below each other (dictionary-encoded text), each in one piece.

    Memory: a code of one to four bytes for every cell, each distinct value once, and one table at a time.
    """
    columns: list[_Growing] = []
    # Arrow and numpy let go of the interpreter: columns grow side by side.
    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        for table in tables:
            columns = columns or [_Growing() for _ in table.columns]
            list(pool.map(_Growing.add, columns, table.columns))
    return [column.whole() for column in columns]


def windows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """A stream of batches as a few larger tables, for what has a cost per table."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        waiting.append(batch)
        size += batch.nbytes
        if size > WINDOW_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting.clear()
            size = 0
    if waiting:
        yield pa.Table.from_batches(waiting)
