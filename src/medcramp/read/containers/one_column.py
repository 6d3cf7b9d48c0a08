"""Delimited rows that a spreadsheet kept in one column, or wrote back as one quoted cell a line: cut once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from medcramp.read.containers.columns import check_cells, check_width, rows_table
from medcramp.read.containers.dialect import JUDGED_ROWS, NO_DELIMITER, WIDER_THAN_NAMES, find_delimiter, parsed
from medcramp.read.grids import HEAD_ROWS, Grid, loaded
from medcramp.read.options import Limits


def parted(grid: Grid, limits: Limits) -> Grid:
    """The grid with its one column cut into several; the grid itself where nothing cuts most rows alike."""
    if grid.container not in {"lines", "workbook"} or grid.width != 1 or grid.titled or grid.role:
        return grid
    first = _texts(grid.head.slice(0, JUDGED_ROWS))
    bare = [_unquoted(text) for text in first]
    if grid.container == "lines" and bare == first:
        return grid  # no delimiter was found in these very lines
    delimiter = find_delimiter("\n".join(bare), limits)
    if delimiter == NO_DELIMITER:
        return grid
    rows = [_cells(_unquoted(text), delimiter, limits, grid.file) for text in _texts(grid.table)]
    width = max(map(len, rows), default=1)
    if width < WIDER_THAN_NAMES:
        return grid
    check_width(width, limits, grid.file, grid.sheet)
    table = check_cells(rows_table(rows, width), limits, grid.file, grid.sheet)
    return replace(grid, head=table.slice(0, HEAD_ROWS), loader=loaded(table), container="text", merged=())


def _texts(table: pa.Table) -> list[str]:
    return [text or "" for text in table.column(0).to_pylist()]


def _unquoted(text: str) -> str:
    """A line that is one quoted cell, without its quotation marks."""
    inside = text.strip()
    if len(inside) < 2 or inside[0] != '"' or inside[-1] != '"' or '"' in inside[1:-1].replace('""', ""):
        return text
    return inside[1:-1].replace('""', '"')


def _cells(text: str, delimiter: str, limits: Limits, file: str) -> Sequence[str]:
    """The cells of one line; a text with line breaks of its own stays whole."""
    rows = parsed(text, delimiter, limits, file, complete=False) if "\n" not in text else []
    return rows[0] if len(rows) == 1 and rows[0] else [text]
