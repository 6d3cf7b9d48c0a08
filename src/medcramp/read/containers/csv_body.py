"""The body of a large delimited file, through pyarrow's CSV reader: only the columns asked for, as integer codes.

Regular files go through in one parallel pass. When rows turn out ragged or hold quoted line breaks, the file is read
again on one thread: the parallel reader, cutting the file at line ends, silently drops rows whose quoted line break it
hits, so its rows are counted against the line ends of the file. Very large files are streamed in batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.columns import (
    DICTIONARY,
    accumulated,
    check_cells,
    codes_of,
    encoded,
    rows_table,
    table_of,
    windows,
)
from medcramp.read.containers.csv_pieces import PieceFile, pieces
from medcramp.read.containers.dialect import NO_DELIMITER, check_quotes, parsed
from medcramp.read.containers.source import Source
from medcramp.read.containers.text import utf8_chunks
from medcramp.read.grids import Body
from medcramp.read.options import Limits
from medcramp.records import Progress

BLOCK_BYTES = 16 << 20
"""More than any piece of the file, so that pieces stay as they are cut here."""
STREAM_FROM_BYTES = 256 << 20
"""Larger files are streamed: slower, but memory no longer grows with the text."""
MOST_RAGGED_ROWS = 1_000_000


def load(
    source: Source, delimiter: str, width: int, limits: Limits, progress: Progress, columns: Sequence[int]
) -> Body:
    """Rows of the file for the columns asked (0-based), see `grids.Body`."""
    try:
        return _Reading(source, delimiter, width, limits, progress, careful=False).body(columns)
    except (pa.ArrowInvalid, _NotRegularError):
        pass
    try:
        return _Reading(source, delimiter, width, limits, progress, careful=True).body(columns)
    except (pa.ArrowInvalid, _NotRegularError) as error:
        # Slow, but only this tells which row it is.
        check_quotes(utf8_chunks(source), delimiter, limits, source.name)
        raise InputUnreadableError(
            "cannot be cut into rows and cells", file=source.name, remedy="export it again as CSV or Excel"
        ) from error


class _NotRegularError(Exception):
    """Rows were dropped, or an open quote swallowed the end of the file."""


@dataclass
class _Reading:
    """One pass over the file. `careful`: rows are numbered, ragged ones kept aside, quoted line breaks expected."""

    source: Source
    delimiter: str
    width: int
    limits: Limits
    progress: Progress
    careful: bool
    ended: bool = False
    line_ends: int = 0
    ragged: dict[int, str] = field(default_factory=dict)
    """Row number (1-based) → text of rows that are shorter or longer than `width`."""

    def body(self, columns: Sequence[int]) -> Body:
        """The rows, in order."""
        asked = list(dict.fromkeys(columns)) or [0]
        read = self._streamed if self.source.size > STREAM_FROM_BYTES else self._at_once
        table = read(asked)
        if not self.ended or not (self.careful or table.num_rows == self.line_ends):
            raise _NotRegularError
        check_cells(table, self.limits, self.source.name)
        table, overlong = self._woven(table, asked)
        chosen = table.select([asked.index(column) for column in columns])
        return Body(chosen.rename_columns([str(column) for column in columns]), overlong)

    def _at_once(self, asked: Sequence[int]) -> Any:
        return table_of(accumulated([pacsv.read_csv(self._stream(), *self._settings(asked))]), 0)

    def _streamed(self, asked: Sequence[int]) -> Any:
        return table_of(accumulated(windows(pacsv.open_csv(self._stream(), *self._settings(asked)))), 0)

    def _stream(self) -> Any:
        end = self.delimiter * self.width
        return pa.PythonFile(PieceFile(self._marked(end)), mode="r")

    def _marked(self, end: str) -> Iterator[bytes]:
        """The text, then one row too long by one empty cell: the reader reports it unless an open quote swallows it."""
        done = 0
        for piece in pieces(utf8_chunks(self.source)):
            done += len(piece)
            self.progress(f"Reading {self.source.name}", min(done, self.source.size), self.source.size)
            yield self._counted(piece)
        yield end.encode() + b"\n"

    def _counted(self, text: bytes) -> bytes:
        """The text itself; lines that end in it are counted, whichever of the three conventions it follows."""
        self.line_ends += int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord("\n")))  # faster than bytes.count
        if b"\r" in text:
            self.line_ends += text.count(b"\r") - text.count(b"\r\n")
        return text

    def _settings(self, asked: Sequence[int]) -> tuple[Any, Any, Any]:
        names = [f"c{position}" for position in range(self.width)]
        return (
            pacsv.ReadOptions(column_names=names, block_size=BLOCK_BYTES, use_threads=not self.careful),
            pacsv.ParseOptions(
                delimiter=self.delimiter,
                quote_char=False if self.delimiter == NO_DELIMITER else '"',
                newlines_in_values=self.careful and self.delimiter != NO_DELIMITER,
                ignore_empty_lines=False,
                invalid_row_handler=self._on_invalid_row,
            ),
            pacsv.ConvertOptions(
                include_columns=[names[position] for position in asked],
                column_types={names[position]: DICTIONARY for position in asked},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                check_utf8=False,  # utf8_chunks gives nothing else
            ),
        )

    def _on_invalid_row(self, row: Any) -> str:
        if row.text == self.delimiter * self.width:
            self.ended = True
            return "skip"
        if not self.careful or len(self.ragged) == MOST_RAGGED_ROWS:
            # Row numbers are known only to a reader on one thread: stop, and begin again with it.
            return "error"
        self.ragged[row.number] = row.text
        return "skip"

    def _woven(self, table: Any, asked: Sequence[int]) -> tuple[Any, np.ndarray]:
        """The table with the ragged rows back in their places, and which of them are too long."""
        numbers = sorted(self.ragged)
        if not numbers:
            return table, np.empty(0, dtype=np.int64)
        rows = [self._cells(self.ragged[number]) for number in numbers]
        extra = rows_table(rows, self.width).select(list(asked))
        places = np.asarray(numbers, dtype=np.int64) - 1
        regular = np.ones(table.num_rows + len(rows), dtype=bool)
        regular[places] = False
        order = np.concatenate([np.flatnonzero(regular), places])
        columns = []
        for column in accumulated([table, extra]):
            codes = codes_of(column.chunk(0))
            woven = np.empty_like(codes)
            woven[order] = codes
            columns.append(encoded(woven, column.chunk(0).dictionary))
        overlong = [place for place, row in zip(places, rows, strict=True) if len(row) > self.width]
        return table_of(columns, len(regular)), np.asarray(overlong, dtype=np.int64)

    def _cells(self, text: str) -> Sequence[str]:
        rows = parsed(text, self.delimiter, self.limits, self.source.name)
        return rows[0] if rows else ()
