"""Columns as codes into distinct texts, and tables of them: what every step of reading works on.

A text is understood once, however many rows hold it; the answer is gathered by code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from medcramp.errors import InputUnreadableError
from medcramp.read.grids import HEAD_ROWS, UNKNOWN, Grid, smallest


@dataclass(frozen=True, eq=False)
class Column:
    """`values[codes]`: one text per row; code -1 = empty. `values` are distinct and may hold texts no row uses.

    Codes are signed integers, the smallest kind that can number the texts where there are many rows: they are what
    memory holds of a large file.
    """

    codes: np.ndarray  # int8, int16 or int32
    values: np.ndarray  # object (str)
    compact: bool = False
    """True when every text is known to be used."""

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def known(self) -> np.ndarray:
        """Which rows hold a text."""
        return self.codes >= 0

    @cached_property
    def used(self) -> np.ndarray:
        """Indices into `values` that some row uses, in order of `values`."""
        if self.compact:
            return np.arange(len(self.values))
        seen = np.zeros(len(self.values) + 1, dtype=bool)
        seen[self.codes] = True  # code -1 marks the last place
        return np.flatnonzero(seen[:-1])

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts that rows use."""
        return list(self.values[self.used])

    @cached_property
    def counts(self) -> np.ndarray:
        """Rows per distinct used text, aligned with `texts`."""
        counts: np.ndarray = np.bincount(self.codes[self.known], minlength=len(self.values))[self.used]
        return counts

    def take(self, rows: np.ndarray | slice) -> Column:
        """The given rows (indices, a slice or a boolean mask)."""
        return Column(self.codes[rows], self.values)

    def keep(self, rows: np.ndarray) -> Column:
        """The rows of a boolean mask; the column itself when that is all of them."""
        return self if rows.all() else self.take(rows)

    def map(self, understand: Callable[[str], str | None]) -> Column:
        """Each distinct used text replaced by what `understand` makes of it; None = unknown."""
        used = self.used
        return self.recode([understand(text) for text in self.values[used]], used)

    def recode(self, results: Sequence[str | None], used: np.ndarray | None = None) -> Column:
        """`results` aligned with the used texts: equal results share one code."""
        used = self.used if used is None else used
        codes: dict[str, int] = {}
        table = np.full(len(self.values) + 1, UNKNOWN, dtype=np.int32)
        table[used] = [UNKNOWN if not text else codes.setdefault(text, len(codes)) for text in results]
        return Column(table.astype(smallest(len(codes)))[self.codes], objects(codes), compact=True)

    def where(self, keep: np.ndarray) -> Column:
        """Unknown in the rows that are not kept."""
        if keep.all():
            return self
        return Column(np.where(keep, self.codes, self.codes.dtype.type(UNKNOWN)), self.values)

    def fill(self, other: Column) -> Column:
        """Unknown rows take the text of `other`."""
        if not len(self.values):
            return other
        empty = ~self.known
        if not len(other.values) or not other.known[empty].any():
            return self
        both, place = merge_values((self.values, other.values))
        mine, others = gather(place[0], self.codes), gather(place[1], other.codes)
        return Column(np.where(empty, others, mine), both)

    def forward_fill(self, within: np.ndarray | None = None) -> Column:
        """Unknown rows take the nearest text above them; `within` masks the rows that may take one."""
        rows = np.where(self.known, np.arange(len(self)), -1)
        above = np.maximum.accumulate(rows) if len(rows) else rows
        filled = np.where(above >= 0, self.codes[above], UNKNOWN)
        if within is not None:
            filled = np.where(within | self.known, filled, UNKNOWN)
        return Column(filled.astype(self.codes.dtype), self.values)

    def decoded(self) -> list[str | None]:
        """One text per row (small tables only)."""
        return [None if code < 0 else self.values[code] for code in self.codes]

    def categorical(self) -> pd.Categorical:
        """As pandas categorical: only used texts, in the order the file brings them, smallest codes that fit."""
        used, texts = self.used, self.values
        codes = self.codes.astype(smallest(len(texts)), copy=False)
        if len(used) < len(texts):
            table = np.full(len(texts) + 1, UNKNOWN, dtype=smallest(len(used)))
            table[used] = np.arange(len(used))
            codes, texts = table[codes], texts[used]
        return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype=object), validate=False)


class Table:
    """Rows of columns, loaded when asked for, with the rows a person sees; titles once the header is known.

    `groups` holds, per column, the heading of the header row above its title ("Creatinine" over "Value"), or "".
    """

    def __init__(
        self, file: str, sheet: str, source: Source, select: np.ndarray | slice, rows: np.ndarray,
        titles: tuple[str, ...] = (), groups: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.file, self.sheet, self.source, self.select, self.rows = file, sheet, source, select, rows
        self.titles = titles or ("",) * source.width
        self.groups = groups or ("",) * source.width
        self._taken: dict[int, Column] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, place: int) -> Column:
        """One column; loads it when it has not been read yet."""
        if place not in self._taken:
            whole = self.source.column(place)
            self._taken[place] = whole if self._is_whole(len(whole)) else whole.take(self.select)
        return self._taken[place]

    def _is_whole(self, rows: int) -> bool:
        return isinstance(self.select, slice) and self.select.start in (0, None) and len(self.rows) == rows

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column; loads what has not been read yet, in one go."""
        self.source.load(range(self.source.width))
        return tuple(self.column(place) for place in range(self.source.width))

    @property
    def loaded(self) -> tuple[Column, ...]:
        """The columns read so far."""
        return tuple(self.column(place) for place in sorted(self.source.cache))

    def take(self, rows: np.ndarray | slice) -> Table:
        """The given rows (indices, a boolean mask, or a slice without a step)."""
        if isinstance(rows, slice) and isinstance(self.select, slice):
            start = (self.select.start or 0) + (rows.start or 0)
            select: np.ndarray | slice = slice(start, start + len(self.rows[rows]))
        else:
            select = self._selected()[rows]
        return Table(self.file, self.sheet, self.source, select, self.rows[rows], self.titles, self.groups)

    def _selected(self) -> np.ndarray:
        if not isinstance(self.select, slice):
            return self.select
        start = self.select.start or 0
        return np.arange(start, start + len(self.rows))

    def titled(self, titles: tuple[str, ...], groups: tuple[str, ...]) -> Table:
        """The same rows under these titles."""
        return Table(self.file, self.sheet, self.source, self.select, self.rows, titles, groups)

    def row_texts(self, rows: np.ndarray) -> np.ndarray:
        """Cells of the given rows joined by " | ", for the owner of the data."""
        import pyarrow.compute as pc

        if not len(rows):
            return np.empty(0, dtype=object)
        cells = [
            pa.array(column.values, pa.string()).take(pa.array(column.codes[rows], mask=~column.known[rows]))
            for column in self.columns
        ]
        joined = pc.binary_join_element_wise(*cells, " | ", null_handling="skip")
        return np.asarray(joined.to_numpy(zero_copy_only=False), dtype=object)


class Source:
    """The columns of a grid, each read once; `load` reads several in one pass over the file."""

    def __init__(self, width: int, loader: Callable[[Sequence[int]], Sequence[Column]]) -> None:
        self.width = width
        self.loader = loader
        self.cache: dict[int, Column] = {}

    def load(self, places: Iterable[int]) -> None:
        """Read the columns at these places, unless they have been."""
        wanted = [place for place in places if place not in self.cache]
        if wanted:
            self.cache.update(zip(wanted, self.loader(wanted), strict=True))

    def column(self, place: int) -> Column:
        """One column of the whole grid."""
        self.load([place])
        return self.cache[place]


def table_from(
    file: str, sheet: str, columns: Sequence[Column], rows: np.ndarray, titles: tuple[str, ...] = ()
) -> Table:
    """A table of columns that are there already."""
    source = Source(len(columns), lambda places: [columns[place] for place in places])
    return Table(file, sheet, source, slice(0, len(rows)), rows, titles)


def objects(texts: Sequence[str] | dict[str, int]) -> np.ndarray:
    """1-d object array of texts."""
    array = np.empty(len(texts), dtype=object)
    array[:] = list(texts)
    return array


def gather(table: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """`table[codes]`, where code -1 stays -1; of the type of the table."""
    gathered: np.ndarray = np.append(table, table.dtype.type(UNKNOWN))[codes]
    return gathered


def merge_values(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """One array of distinct texts for several, and per part where each of its texts went."""
    place: dict[str, int] = {}
    tables = [np.array([place.setdefault(text, len(place)) for text in part], dtype=np.int32) for part in parts]
    return objects(place), [table.astype(smallest(len(place))) for table in tables]


def constant(text: str | None, rows: int) -> Column:
    """The same text in every row (None or "": unknown everywhere)."""
    if not text:
        return empty(rows)
    return Column(np.broadcast_to(np.int8(0), rows), objects([text]), compact=rows > 0)


def empty(rows: int) -> Column:
    """Unknown in every row."""
    return Column(np.broadcast_to(np.int8(UNKNOWN), rows), objects([]), compact=True)


def column_of(texts: Sequence[str | None]) -> Column:
    """Column of one text per row."""
    codes: dict[str, int] = {}
    return Column(
        np.array([UNKNOWN if not text else codes.setdefault(text, len(codes)) for text in texts], dtype=np.int32),
        objects(codes),
    )


def stack(columns: Sequence[Column]) -> Column:
    """Columns below each other."""
    if len(columns) == 1:
        return columns[0]
    values, places = merge_values([column.values for column in columns])
    return Column(
        np.concatenate([gather(place, column.codes) for place, column in zip(places, columns, strict=True)]), values
    )


def combine(columns: Sequence[Column], join: Callable[[tuple[str | None, ...]], str | None]) -> Column:
    """One text per row from several columns; `join` is called once per distinct combination."""
    codes, first = combinations(columns)
    parts = [[None if code < 0 else column.values[code] for code in column.codes[first]] for column in columns]
    return Column(codes, np.empty(len(first), dtype=object), compact=True).recode(
        [join(texts) for texts in zip(*parts, strict=True)]
    )


def combinations(columns: Sequence[Column]) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct combinations of several columns: (int32 per row, first row of each combination)."""
    codes = columns[0].codes.astype(np.int64) + 1
    for column in columns[1:]:
        codes, _ = pd.factorize(codes * (len(column.values) + 1) + (column.codes + 1))
    codes, distinct = pd.factorize(codes)
    first = np.empty(len(distinct), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return codes.astype(np.int32), first


def columns_of(table: pa.Table, file: str) -> list[Column]:
    """The columns of an Arrow table of dictionary-encoded text; codes in one piece without gaps are not copied.

    Raises InputUnreadableError when a text is damaged (a broken Parquet file may hold any bytes).
    """
    try:
        return [_column_of(chunks) for chunks in table.columns]
    except (pa.ArrowException, UnicodeDecodeError):
        raise InputUnreadableError(
            "holds text that is damaged (not UTF-8)", remedy="export the file again", file=file
        ) from None


def _column_of(chunks: pa.ChunkedArray) -> Column:
    if not chunks.num_chunks:
        return empty(0)
    values = chunks.chunk(0).dictionary.to_numpy(zero_copy_only=False)
    pieces = [
        np.asarray(chunk.indices.fill_null(UNKNOWN) if chunk.indices.null_count else chunk.indices)
        for chunk in chunks.chunks
    ]
    codes = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    return Column(codes.astype(smallest(len(values)), copy=False), np.asarray(values, dtype=object))


def head_of(grid: Grid) -> Table:
    """The first rows of a grid, all columns."""
    rows = grid.source_rows(grid.head.num_rows)
    return table_from(grid.file, grid.sheet, columns_of(grid.head, grid.file), rows)


def body_of(grid: Grid, wanted: Sequence[int]) -> tuple[Table, np.ndarray]:
    """The whole grid with the wanted columns read (the others follow on demand), and the rows that hold too many cells.

    A grid that is no longer than its head is read whole.
    """
    places = range(grid.width) if grid.head.num_rows < HEAD_ROWS else sorted(set(wanted))
    body = grid.load(places)
    source = Source(grid.width, lambda more: columns_of(grid.load(more).table, grid.file))
    source.cache.update(zip(places, columns_of(body.table, grid.file), strict=True))
    rows = body.table.num_rows
    return Table(grid.file, grid.sheet, source, slice(0, rows), grid.source_rows(rows)), body.overlong
