"""Several tables one below the other in a sheet or text: each with the text at the top, which may name the patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from medcramp.knowledge.columns import Columns, header_key
from medcramp.read import header as headers
from medcramp.read.grids import HEAD_ROWS, Grid, loaded
from medcramp.read.header import Cells
from medcramp.read.tables import head_of
from medcramp.read.understand import KINDS, sample_rows

CONTAINERS = {"text", "workbook", "html"}
DATA_CELLS = 3
"""A row with as many cells is part of a table; with fewer it may be a title or a remark."""


def sections(grid: Grid, columns: Columns) -> Iterator[Grid]:
    """The tables of a short grid, in their order; the grid itself when it holds one."""
    if grid.container not in CONTAINERS or grid.titled or grid.role or grid.head.num_rows >= HEAD_ROWS:
        yield grid
        return
    rows = sample_rows(head_of(grid), HEAD_ROWS)
    starts = list(_title_rows(rows, columns))
    if len(starts) < 2:
        yield grid
        return
    bounds = [0, *(_begin(rows, start) for start in starts[1:]), len(rows)]
    top = range(starts[0])
    for number in range(len(starts)):
        own = range(bounds[number], bounds[number + 1])
        yield _part(grid, [*(top if number else ()), *own])


def _title_rows(rows: list[list[str | None]], columns: Columns) -> Iterator[int]:
    """Rows of titles that differ from those of the table above, at the top or below a blank row or a heading."""
    current: frozenset[str] = frozenset()
    for number, row in enumerate(rows):
        if _filled(row) < 2 or (number and _filled(rows[number - 1]) > 1) or not _are_titles(row, columns):
            continue
        titles = frozenset(header_key(cell) for cell in row if cell)
        one_row = number + 2 < len(rows) and _filled(rows[number + 2]) < 2
        if titles != current and (current or not one_row):  # labels over one row of values at the top name the patient
            current = titles
            yield number


def _are_titles(row: Cells, columns: Columns) -> bool:
    return any(headers.find([row], kind, columns) for kind in KINDS)


def _begin(rows: list[list[str | None]], titles: int) -> int:
    """Where the text above a row of titles begins: below the last row of the table before it."""
    start = titles
    while start and _filled(rows[start - 1]) < DATA_CELLS:
        start -= 1
    return start


def _filled(row: Cells) -> int:
    return sum(1 for cell in row if cell and cell.strip())


def _part(grid: Grid, rows: list[int]) -> Grid:
    """Some rows of a grid, under the numbers a person sees; merged ranges stay as they are in the sheet."""
    numbers = grid.source_rows(grid.head.num_rows)[np.array(rows)]
    table = grid.table.take(rows)
    return replace(grid, head=table, loader=loaded(table), row_numbers=numbers)
