"""Parquet files: column names as the header row, values as text, row groups streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.columns import (
    DICTIONARY,
    accumulated,
    check_cells,
    check_width,
    table_of,
    text_column,
    windows,
    without_blank,
)
from medcramp.read.containers.source import Source
from medcramp.read.containers.workbook import cell_text
from medcramp.read.grids import HEAD_ROWS, Body, Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Progress

_BATCH_ROWS = 131_072


def parquet_grids(source: Source, options: ReadOptions, progress: Progress) -> Iterator[Grid]:
    """The one grid of a Parquet file; row 1 holds the column names, as it would in a text file."""
    try:
        schema = pq.ParquetFile(source.open()).schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:  # ValueError: a column name that is no text
        raise _damaged(source.name) from error
    check_width(len(schema), options.limits, source.name)
    body = _ParquetBody(source, schema, options, progress)
    yield Grid(
        file=source.name,
        sheet="",
        head=body.table(range(len(schema)), HEAD_ROWS - 1),
        loader=body.load,
        container="parquet",
        titled=True,
    )


@dataclass(frozen=True)
class _ParquetBody:
    """Reads columns of one file."""

    source: Source
    schema: pa.Schema
    options: ReadOptions
    progress: Progress

    @property
    def names(self) -> list[str]:
        """Column names in the order of the file."""
        return [str(name) for name in self.schema.names]

    def load(self, columns: Sequence[int]) -> Body:
        """All rows."""
        return Body(self.table(columns), np.empty(0, dtype=np.int64))

    def table(self, columns: Sequence[int], rows: int | None = None) -> pa.Table:
        """The titles and the first `rows` rows (None = all) of the columns."""
        asked = list(dict.fromkeys(columns)) or [0]
        try:
            texts = accumulated(windows(self._batches(asked, rows)))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(self.source.name) from error
        table = table_of([texts[asked.index(column)] for column in columns], 0)
        check_cells(table, self.options.limits, self.source.name)
        return table.rename_columns([str(column) for column in columns] or table.column_names)

    def _batches(self, asked: Sequence[int], rows: int | None) -> Iterator[pa.RecordBatch]:
        titles = [text_column([self.names[column]], str) for column in asked]
        yield pa.RecordBatch.from_arrays(titles, names=[str(column) for column in asked])
        strings = [field.name for field in self.schema if pa.types.is_string(field.type)]
        with pq.ParquetFile(self.source.open(), read_dictionary=strings) as file:
            # Columns are chosen by name; where names repeat, all are read and chosen by position.
            wanted = None if len(set(self.names)) < len(self.names) else [self.names[column] for column in asked]
            total, done = file.metadata.num_rows, 0
            for batch in file.iter_batches(min(_BATCH_ROWS, rows or _BATCH_ROWS), columns=wanted):
                if rows is not None and done >= rows:
                    return
                batch = batch if rows is None else batch.slice(0, rows - done)
                done += batch.num_rows
                self.progress(f"Reading {self.source.name}", done, total)
                found = [column if wanted is None else self.names[column] for column in asked]
                batch.validate(full=True)  # positions in range, text in UTF-8: not promised by a damaged file
                texts = [_as_text(batch.column(place)) for place in found]
                yield pa.RecordBatch.from_arrays(texts, names=[str(column) for column in asked])


def _as_text(column: pa.Array) -> pa.DictionaryArray:
    """Any column as dictionary-encoded text; each distinct value is rendered once."""
    if pa.types.is_string(column.type):
        return without_blank(column.dictionary_encode())
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s", column.type.tz), safe=False)
    if pa.types.is_nested(column.type):
        return text_column([None if value is None else str(value) for value in column.to_pylist()], str)
    if column.type == DICTIONARY and not column.dictionary.null_count:
        return without_blank(column)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    shown = text_column(column.dictionary.to_pylist(), _shown)
    return pa.DictionaryArray.from_arrays(pc.take(shown.indices, column.indices.cast(pa.int32())), shown.dictionary)


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, float) and value != value:
        return ""
    return cell_text(value)


def _damaged(file: str) -> InputUnreadableError:
    return InputUnreadableError(
        "is a damaged or incomplete Parquet file", file=file, remedy="write it again, or export as CSV"
    )
