"""HTML pages that hold tables, as some systems write them and call them .xls.

Every pattern here is linear in the page: no tag can run past the next "<" and nothing is tried twice (possessive "*+");
comments and scripts are cut out first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.cells import CellCollector
from medcramp.read.containers.source import Source
from medcramp.read.containers.text import utf8_chunks
from medcramp.read.grids import Grid
from medcramp.read.options import Limits, ReadOptions
from medcramp.records import Progress

_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|title|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:]*+)([^<>]*+)>")
_ATTRIBUTE = re.compile(r"""\b(colspan|rowspan|type)\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BREAKS = {"br", "p", "div", "li"}


def html_grids(source: Source, options: ReadOptions, progress: Progress) -> Iterator[Grid]:
    """A grid for every table of the page with more than one cell; rows are counted through all tables, as a
    spreadsheet program lays them out. Raises InputUnreadableError for a page without a table (a login page, say)."""
    if source.size > options.limits.document_bytes:
        source.whole(options.limits)  # refuses
    page = b"".join(utf8_chunks(source)).decode()
    progress(f"Reading {source.name}", source.size, source.size)
    reader = _Page(source.name, options.limits)
    reader.read(_UNSEEN.sub("", page))
    tables = [table for table in reader.tables if sum(map(len, table.rows)) > 1]
    if reader.asks_password or not any(len(table.rows) > 1 for table in tables):
        what = "is a login page, not an export" if reader.asks_password else "is a web page without a table"
        raise InputUnreadableError(
            what, file=source.name, remedy="log in and download the export again, as CSV or Excel"
        )
    first_row = 1
    for number, table in enumerate(tables, start=1):
        table.sheet = f"table {number}" if len(tables) > 1 else ""
        yield table.grid(first_row, "html")
        first_row += len(table.rows)


@dataclass
class _Open:
    """A table whose end has not come; `cell` holds the pieces of the cell being read, None between cells."""

    table: CellCollector
    cell: list[str] | None = None
    across: int = 0
    down: int = 0

    def end_cell(self) -> None:
        """Puts the cell that was being read into the table."""
        if self.cell is None:
            return
        lines = "".join(self.cell).replace("\u00a0", " ").split("\n")
        text = "\n".join(line for line in (line.strip() for line in lines) if line)
        self.table.add(text, self.across, self.down)
        self.cell = None


class _Page:
    """Collects the tables of a page; a table inside a cell is a table of its own."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.tables: list[CellCollector] = []
        self.asks_password = False
        self._open: list[_Open] = []

    def read(self, page: str) -> None:
        """Takes in the whole page."""
        at = 0
        for tag in _TAG.finditer(page):
            self._text(page[at : tag.start()])
            at = tag.end()
            closing, name, attributes = tag[1], tag[2].lower(), tag[3]
            if closing:
                self._end(name)
            else:
                self._start(name, attributes)
        while self._open:
            self._end("table")

    def _text(self, text: str) -> None:
        if self._open and self._open[-1].cell is not None and text:
            self._open[-1].cell.append(_BLANKS.sub(" ", html.unescape(text)))

    def _start(self, name: str, attributes: str) -> None:
        if name == "input":
            self.asks_password |= _attributes(attributes).get("type") == "password"
        elif name == "table":
            if len(self.tables) == self.limits.sheets:
                raise InputUnreadableError(
                    f"holds more than {self.limits.sheets} tables", file=self.file, remedy="export as CSV or Excel"
                )
            self.tables.append(CellCollector(self.file, "", self.limits))
            self._open.append(_Open(self.tables[-1]))
        elif not self._open:
            return
        elif name == "tr":
            self._open[-1].end_cell()
            self._open[-1].table.start_row()
        elif name in {"td", "th"}:
            current, spans = self._open[-1], _attributes(attributes)
            current.end_cell()
            current.cell = []
            current.across, current.down = _span(spans.get("colspan")), _span(spans.get("rowspan"))
        elif name in _BREAKS and self._open[-1].cell:
            self._open[-1].cell.append("\n")

    def _end(self, name: str) -> None:
        if self._open and name in {"td", "th", "tr", "table"}:
            self._open[-1].end_cell()
            if name == "table":
                self._open.pop()


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): value.lower() for name, value in _ATTRIBUTE.findall(text[:10_000])}


def _span(text: str | None) -> int:
    """How many more columns or rows a cell covers."""
    digits = text or ""
    return max(int(digits) - 1, 0) if digits.isascii() and digits.isdigit() and len(digits) < 7 else 0
