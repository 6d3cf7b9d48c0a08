"""One general way to put a table on a sheet: header, filter, widths, formats, links, print set-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from medcramp.report.tables import text_codes
from medcramp.report.workbook.cells import text_cells, value_cells
from medcramp.report.workbook.styles import DISPLAY, Styles

LETTER, A4 = 1, 9
# Left out when nobody has a value.
OPTIONAL = ("patient_name", "birth_date", "options_link", "paper")
LINE_HEIGHT, HEIGHT_LIMIT = 13.0, 409.0
# Arial 10 sets more characters than a column has units; breaking at words gives some back.
CHARACTERS_PER_UNIT = 1.25
# Excel takes 65,530 links on one sheet; the writer would leave out the cells of further ones.
LINK_LIMIT = 65_000


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    `kind` is a named style (text, wrap, code, number, count, date, entry, entry_date), `list` for a `;`-joined cell
    shown one a line, or `word:<family>` for coloured words. `folded` columns lie in an outline that opens with the [+]
    above them. `choices` names the list of codes a pharmacist picks from.
    """

    name: str
    title: str
    width: float
    kind: str = "text"
    folded: bool = False
    choices: str = ""

    @property
    def wraps(self) -> bool:
        return self.kind in ("wrap", "list")

    @property
    def is_entry(self) -> bool:
        return self.kind.startswith("entry")


@dataclass
class Book:
    """The workbook under construction: the writer's object, its styles, and what every sheet repeats."""

    writer: Any
    styles: Styles
    footer: str
    paper: int

    def add_sheet(self, name: str, colour: str = "") -> Any:
        """A new sheet, ready to print: landscape, one page wide, page x of y."""
        sheet = self.writer.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(self.paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_header(f'&L&"Arial,Bold"{name}&R&"Arial,Regular"Confidential: patient data')
        sheet.set_footer(f"&L&8{self.footer}&C&8Page &P of &N&R&8For review by a pharmacist")
        sheet.hide_gridlines(2)
        if colour:
            sheet.set_tab_color(colour)
        return sheet


_STYLE = {"word": "word", "list": "wrap"}

Links = Mapping[str, Sequence[str | None]]
"""Column name → per row the place it leads to ("internal:…" or "external:…"), or None."""


def shown(columns: Sequence[Column], frame: pd.DataFrame) -> list[Column]:
    """The columns there is something for: those of the frame, and those the pharmacist fills."""
    empty = {name for name in OPTIONAL if name in frame.columns and frame[name].isna().all()}
    return [
        column for column in columns if column.is_entry or (column.name in frame.columns and column.name not in empty)
    ]


def write_table(
    book: Book,
    sheet: Any,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    links: Links | None = None,
    print_entries: bool = True,
) -> None:
    """Write `frame` under a header row; entry columns stay as typed or blank. Folded columns are not printed."""
    links = links or {}
    frame = _with_lines(frame, columns)
    _write_header(book, sheet, columns, len(frame))
    _set_heights(sheet, columns, frame)
    _set_printed(sheet, columns, len(frame), print_entries)
    for position, column in enumerate(columns):
        style = book.styles.named(_STYLE.get(column.kind.partition(":")[0], column.kind))
        options = {"level": 1, "hidden": True} if column.folded else {}
        # Yellow only where there is a row to fill; the other columns are ruled all the way down, like paper.
        sheet.set_column(position, position, column.width, None if column.is_entry else style, options)
        if column.is_entry:
            _write_blank(sheet, position, len(frame), style)
        if column.name not in frame.columns:
            continue
        if column.name in links:
            linked_rows = LINK_LIMIT // len(links)
            _write_links(book, sheet, position, frame[column.name], links[column.name], linked_rows)
        elif column.kind.startswith("word:"):
            _write_words(book, sheet, position, frame[column.name], column.kind.removeprefix("word:"))
        elif column.kind in ("number", "count", "date", "entry_date"):
            _write_values(sheet, position, frame[column.name], column.kind, style)
        else:
            _write_texts(sheet, position, frame[column.name], style)
    if not len(frame):
        sheet.write_string(1, 0, "Nothing to show here.", book.styles.named("text"))


def _with_lines(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """`frame` with its `;`-joined cells broken into lines, once per distinct text."""
    broken = {}
    for column in columns:
        if column.kind == "list" and column.name in frame.columns:
            codes, distinct = text_codes(frame[column.name])
            lines = [text.replace(";", "\n") for text in distinct]
            table = np.asarray([*lines, None], dtype=object)
            broken[column.name] = pd.Series(table[codes], index=frame.index, dtype=object)
    return frame.assign(**broken)


def _write_header(book: Book, sheet: Any, columns: Sequence[Column], rows: int) -> None:
    sheet.set_row(0, 32)
    for position, column in enumerate(columns):
        sheet.write_string(
            0, position, column.title, book.styles.named("entry_header" if column.is_entry else "header")
        )
    sheet.freeze_panes(1, _frozen(columns))
    sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
    sheet.repeat_rows(0)
    if any(column.folded for column in columns):
        sheet.outline_settings(symbols_right=False)


def _set_printed(sheet: Any, columns: Sequence[Column], rows: int, entries: bool) -> None:
    printed = [place for place, column in enumerate(columns) if not column.folded and (entries or not column.is_entry)]
    sheet.print_area(0, 0, max(rows, 1), printed[-1])


def _set_heights(sheet: Any, columns: Sequence[Column], frame: pd.DataFrame) -> None:
    """Rows tall enough for their wrapped text: not every program works that out when it opens the file."""
    tallest = np.ones(len(frame), dtype=int)
    for column in columns:
        if column.wraps and not column.folded:
            tallest = np.maximum(tallest, line_counts(frame[column.name], column.width))
    for row in np.flatnonzero(tallest > 1).tolist():
        sheet.set_row(row + 1, row_height(int(tallest[row])))


def line_counts(column: pd.Series, width: float) -> np.ndarray:
    """Lines each text takes when wrapped at `width` (spreadsheet units, about one digit each)."""
    codes, distinct = text_codes(column)
    table = np.asarray([*(lines_of(text, width) for text in distinct), 1], dtype=int)
    return np.asarray(table[codes])


def lines_of(text: str, width: float) -> int:
    """Lines `text` takes when wrapped at `width`."""
    per_line = max(CHARACTERS_PER_UNIT * width - 2, 4)
    return sum(max(1, ceil(len(part) / per_line)) for part in text.split("\n"))


def row_height(lines: int) -> float:
    """Height of a row of so many lines, in points."""
    return min(LINE_HEIGHT * lines + 2, HEIGHT_LIMIT)


def _frozen(columns: Sequence[Column]) -> int:
    """Columns that stay in view: up to and including the patient's."""
    names = [column.name for column in columns]
    return names.index("patient_id") + 1 if "patient_id" in names[:3] else 0


def _write_texts(sheet: Any, position: int, column: pd.Series, style: Any) -> None:
    for row, text in enumerate(text_cells(column), start=1):
        if text is not None:
            sheet.write_string(row, position, text, style)


def _write_values(sheet: Any, position: int, column: pd.Series, kind: str, style: Any) -> None:
    for row, value in enumerate(value_cells(column, kind.removeprefix("entry_")), start=1):
        if value is None:
            continue
        if isinstance(value, str):
            sheet.write_string(row, position, value, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, position, datetime(value.year, value.month, value.day), style)
        else:
            sheet.write_number(row, position, value, style)


def _write_words(book: Book, sheet: Any, position: int, column: pd.Series, family: str) -> None:
    for row, word in enumerate(text_cells(column), start=1):
        if word is not None:
            sheet.write_string(row, position, DISPLAY.get(word, word), book.styles.word(family, word))


def _write_links(
    book: Book, sheet: Any, position: int, column: pd.Series, targets: Sequence[str | None], linked_rows: int
) -> None:
    style, plain = book.styles.named("link"), book.styles.named("code")
    for row, (text, target) in enumerate(zip(text_cells(column), targets, strict=True), start=1):
        if text is None:
            continue
        if target is None or row > linked_rows:
            sheet.write_string(row, position, text, plain)
        else:
            sheet.write_url(row, position, target, style, text)


def _write_blank(sheet: Any, position: int, rows: int, style: Any) -> None:
    for row in range(1, rows + 1):
        sheet.write_blank(row, position, None, style)
