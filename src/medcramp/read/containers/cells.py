"""Collecting a table cell by cell, with merged ranges, for markup that is read as a stream of events."""

from __future__ import annotations

from dataclasses import dataclass, field

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.columns import cell_too_long, check_width, memory_grid, rows_table
from medcramp.read.grids import Grid
from medcramp.read.options import Limits


@dataclass
class CellCollector:
    """Rows of text that grow cell by cell; a cell skips the places that a merged cell above already covers."""

    file: str
    sheet: str
    limits: Limits
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    cells: int = 0
    _covered: dict[int, int] = field(default_factory=dict)
    """Column → last row that a merged cell covers there."""

    def start_row(self, row: int | None = None) -> None:
        """Begins the next row, or the given one (0-based) if it lies further down."""
        while row is not None and len(self.rows) < row:
            self._count(1)
            self.rows.append([])
        self.rows.append([])
        self._count(1)

    def add(self, text: str, across: int = 0, down: int = 0, column: int | None = None) -> None:
        """Puts a cell into the current row, at the next free place or the given column (0-based)."""
        if not self.rows:
            self.start_row()
        if len(text) > self.limits.cell_characters:
            raise cell_too_long(self.limits, self.file, self._place)
        current, here = self.rows[-1], len(self.rows) - 1
        while (column is None or len(current) < column) and (
            column is not None or self._covered.get(len(current), -1) >= here
        ):
            current.append("")
            self._check(current)
        left = len(current)
        current.append(text)
        if across or down:
            check_width(left + across + 1, self.limits, self.file, self._place)
            current.extend([""] * across)
            self.merged.append((here, left, here + down, left + across))
            for place in range(left, left + across + 1) if down else ():
                self._covered[place] = here + down
        self._check(current)

    def grid(self, first_row: int, container: str) -> Grid:
        """The finished grid; merged ranges end where the rows end."""
        width = max(map(len, self.rows), default=0)
        merged = ((top, left, min(bottom, len(self.rows) - 1), right) for top, left, bottom, right in self.merged)
        return memory_grid(
            rows_table(self.rows, width),
            file=self.file,
            sheet=self.sheet,
            first_row=first_row,
            merged=tuple(merged),
            container=container,
        )

    @property
    def _place(self) -> str:
        row = f"row {max(len(self.rows), 1)}"
        return f'sheet "{self.sheet}", {row}' if self.sheet else row

    def _check(self, current: list[str]) -> None:
        check_width(len(current), self.limits, self.file, self._place)
        self._count(1)

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > self.limits.cells:
            raise InputUnreadableError(
                f"asks for more than {self.limits.cells:,} cells",
                file=self.file,
                remedy="export as CSV, or raise the limit in the settings",
            )
