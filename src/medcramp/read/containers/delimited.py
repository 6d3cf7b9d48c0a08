"""The grid of a text file, delimited or not: small files whole, of large ones the first rows and a loader."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from medcramp.errors import InputUnreadableError
from medcramp.read.containers import csv_body
from medcramp.read.containers.columns import check_cells, check_width, memory_grid, rows_table
from medcramp.read.containers.dialect import DELIMITERS, LONGEST_ROW_BYTES, NO_DELIMITER, find_delimiter, parsed
from medcramp.read.containers.source import Source
from medcramp.read.containers.text import utf8_chunks
from medcramp.read.grids import HEAD_ROWS, Grid
from medcramp.read.options import Limits, ReadOptions
from medcramp.records import Progress

SAMPLE_BYTES = 1 << 20


def delimited_grids(source: Source, options: ReadOptions, progress: Progress) -> Iterator[Grid]:
    """The one grid of a text file: parsed at once when it fits the sample, else its body is read when loaded."""
    text, complete = _sample(source, options.limits)
    delimiter = find_delimiter(text, options.limits)
    rows = parsed(text, delimiter, options.limits, source.name, complete)
    if not complete and len(rows) > 1:
        rows.pop()  # cut by the end of the sample
    width = max(map(len, rows), default=1)
    check_width(width, options.limits, source.name)
    container = "lines" if delimiter == NO_DELIMITER else "text"
    if complete:
        table = check_cells(rows_table(rows, width), options.limits, source.name)
        yield memory_grid(table, file=source.name, sheet="", container=container)
        return
    yield Grid(
        file=source.name,
        sheet="",
        head=rows_table(rows[:HEAD_ROWS], width),
        loader=partial(csv_body.load, source, delimiter, width, options.limits, progress),
        container=container,
    )


def _sample(source: Source, limits: Limits) -> tuple[str, bool]:
    """The beginning of the text, enough for many rows, and whether that is all of it."""
    held = bytearray()
    chunks = utf8_chunks(source)
    for chunk in chunks:
        held += chunk
        if len(held) >= SAMPLE_BYTES and (b"\n" in held or b"\r" in held):
            break
        if len(held) >= LONGEST_ROW_BYTES:
            widest = max(held.count(mark.encode()) for mark in DELIMITERS)
            check_width(widest, limits, source.name)
            raise InputUnreadableError(
                f"has no end of line in its first {LONGEST_ROW_BYTES >> 20} MiB: this is not a table",
                file=source.name,
                remedy="export it again as CSV or Excel",
            )
    else:
        return held.decode(), True
    if len(held) > SAMPLE_BYTES or any(chunks):
        # Enough lines to judge by; if the first is longer than that, all there is.
        ended = max(held.rfind(b"\n", 0, SAMPLE_BYTES), held.rfind(b"\r", 0, SAMPLE_BYTES))
        return held[: ended + 1 or len(held)].decode(errors="ignore"), False
    return held.decode(), True
