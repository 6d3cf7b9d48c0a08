"""One general way to put a table on a sheet: header, filter, widths, formats, links, print set-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from medcramp.report.workbook.cells import text_cells, value_cells
from medcramp.report.workbook.styles import DISPLAY, Styles

LETTER, A4 = 1, 9
# Excel drops links beyond this many on one sheet.
LINK_LIMIT = 65_000


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    `kind` is a named style (text, wrap, code, number, count, date, entry, entry_date) or `word:<family>` for coloured
    words. `folded` columns lie in an outline that opens with the [+] above them. `choices` names the list of codes a
    pharmacist picks from.
    """

    name: str
    title: str
    width: float
    kind: str = "text"
    folded: bool = False
    choices: str = ""

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
        sheet.set_header(f'&L&"Calibri,Bold"{name}&R&"Calibri,Regular"Confidential: patient data')
        sheet.set_footer(f"&L&8{self.footer}&C&8Page &P of &N&R&8For review by a pharmacist")
        sheet.hide_gridlines(2)
        if colour:
            sheet.set_tab_color(colour)
        return sheet


Links = Mapping[str, Sequence[str | None]]
"""Column name → per row the place inside the workbook it leads to, or None."""


def write_table(
    book: Book, sheet: Any, columns: Sequence[Column], frame: pd.DataFrame, links: Links | None = None
) -> None:
    """Write `frame` under a header row; entry columns stay as typed or blank."""
    links = links or {}
    _write_header(book, sheet, columns, len(frame))
    for position, column in enumerate(columns):
        style = book.styles.named("word" if column.kind.startswith("word:") else column.kind)
        options = {"level": 1, "hidden": True} if column.folded else {}
        sheet.set_column(position, position, column.width, style, options)
        if column.name not in frame.columns:
            _write_blank(sheet, position, len(frame), style, column)
        elif column.name in links:
            _write_links(book, sheet, position, frame[column.name], links[column.name])
        elif column.kind.startswith("word:"):
            _write_words(book, sheet, position, frame[column.name], column.kind.removeprefix("word:"))
        elif column.kind in ("number", "count", "date", "entry_date"):
            _write_values(sheet, position, frame[column.name], column.kind, style)
        else:
            _write_texts(sheet, position, frame[column.name], style)
    if not len(frame):
        sheet.write_string(1, 0, "Nothing to show here.", book.styles.named("text"))


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


def _write_links(book: Book, sheet: Any, position: int, column: pd.Series, targets: Sequence[str | None]) -> None:
    style, plain = book.styles.named("link"), book.styles.named("code")
    for row, (text, target) in enumerate(zip(text_cells(column), targets, strict=True), start=1):
        if text is None:
            continue
        if target is None or row > LINK_LIMIT:
            sheet.write_string(row, position, text, plain)
        else:
            sheet.write_url(row, position, f"internal:{target}", style, text)


def _write_blank(sheet: Any, position: int, rows: int, style: Any, column: Column) -> None:
    if column.is_entry:
        for row in range(1, rows + 1):
            sheet.write_blank(row, position, None, style)
