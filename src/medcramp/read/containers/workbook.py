"""Workbooks (XLSX, XLSM, XLS, ODS): visible sheets as grids of what the cells show. Macros are never run."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast
from xml.etree.ElementTree import ParseError

import numpy as np
import python_calamine as calamine
from defusedxml.common import DefusedXmlException

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.columns import check_cells, check_width, table_of, text_column
from medcramp.read.containers.expansion import DAMAGE
from medcramp.read.containers.number_formats import formatted_cells, sheet_parts, shown, zero_formats
from medcramp.read.containers.source import Source
from medcramp.read.containers.workbook_guard import check_package, opened, too_large
from medcramp.read.containers.xls_guard import check_records
from medcramp.read.grids import HEAD_ROWS, Body, Grid
from medcramp.read.options import Limits, ReadOptions
from medcramp.records import Notice, Progress

SINCE_1904 = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true)["']""")


def workbook_grids(source: Source, options: ReadOptions, progress: Progress, *, zipped: bool) -> Iterator[Grid]:
    """A grid for every sheet with cells: the one that was asked for, else all visible ones in their order.

    `zipped`: the workbook is a zip package (all but XLS). Raises InputUnreadableError when it is damaged, hostile, or
    has no such sheet.
    """
    if zipped:
        check_package(source, options.limits)
    else:
        check_records(source, options.limits)
    formats = _zero_formats(source) if zipped else {}
    since_1904 = zipped and _since_1904(source)
    with _readable(source.name):
        book = calamine.load_workbook(source.open())
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    if len(sheets) > options.limits.sheets:
        raise too_large(options.limits, source.name)
    chosen = _chosen(sheets, options.sheet, source.name)
    skipped = [sheet.name for sheet in sheets if sheet not in chosen and options.sheet is None]
    notices = tuple(
        Notice("hidden sheet not read; name it with --sheet to read it", source.name, name) for name in skipped
    )
    for done, sheet in enumerate(chosen):
        progress(f"Reading {source.name}", done, len(chosen))
        grid = _grid(source, book, sheet.name, formats, options.limits, notices if done == 0 else ())
        yield replace(grid, since_1904=since_1904)
    progress(f"Reading {source.name}", len(chosen), len(chosen))


def _chosen(sheets: Sequence[Any], asked: str | None, file: str) -> list[Any]:
    if asked is None:
        return [sheet for sheet in sheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    found = [sheet for sheet in sheets if sheet.name.strip().casefold() == asked.strip().casefold()]
    if not found:
        names = ", ".join(f'"{sheet.name}"' for sheet in sheets[:20])
        raise InputUnreadableError(f'has no sheet "{asked}"', file=file, remedy=f"use one of its sheets: {names}")
    return found


def _grid(
    source: Source, book: Any, name: str, formats: dict[int, str], limits: Limits, notices: tuple[Notice, ...]
) -> Grid:
    with _readable(source.name, name):
        sheet = book.get_sheet_by_name(name)
        height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
        if height * width > limits.cells:
            raise too_large(limits, source.name)
        check_width(width, limits, source.name, f'sheet "{name}"')
        merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        rows = sheet.to_python(skip_empty_area=False)
    if formats:
        _apply_formats(source, name, formats, rows)
    columns = list(zip(*rows, strict=True))
    del rows
    return Grid(
        file=source.name,
        sheet=name,
        head=_Cells(source.name, name, [column[:HEAD_ROWS] for column in columns], limits).load(range(width)).table,
        loader=_Cells(source.name, name, columns, limits).load,
        merged=tuple(range_ for range_ in merged if range_[2] < height and range_[3] < width),
        container="workbook",
        notices=notices,
    )


@dataclass
class _Cells:
    """The cells of one sheet as Python values, column by column."""

    file: str
    sheet: str
    columns: Sequence[Sequence[Any]]
    limits: Limits

    def load(self, asked: Sequence[int]) -> Body:
        """Text of the columns asked for."""
        cells = self.columns or [()]  # an empty sheet is a grid of one empty column
        texts = [text_column(cells[position], cell_text) for position in asked]
        table = table_of(texts, len(self.columns[0]) if self.columns else 0)
        check_cells(table, self.limits, self.file, f'sheet "{self.sheet}"')
        names = [str(position) for position in asked] or table.column_names
        return Body(table.rename_columns(names), np.empty(0, dtype=np.int64))


def cell_text(value: object) -> str:
    """A cell's value as text: numbers without a trailing ".0", dates ISO, midnight left out, booleans in capitals."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(timespec="seconds")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)


def number_text(number: float) -> str:
    """A number as a spreadsheet shows it: whole numbers without a point, others with at most 15 digits."""
    if abs(number) < 1e17 and number == int(number):
        return str(int(number))
    return f"{number:.15g}"


def _zero_formats(source: Source) -> dict[int, str]:
    """Formats with leading zeros in the workbook's styles; none for a package without such a part (ODS)."""
    with _readable(source.name), opened(source) as package:
        names = package.namelist()
        return zero_formats(package.read("xl/styles.xml")) if "xl/styles.xml" in names else {}


def _since_1904(source: Source) -> bool:
    """Whether the workbook says that its days count from 1904."""
    with _readable(source.name), opened(source) as package:
        names = package.namelist()
        return "xl/workbook.xml" in names and bool(SINCE_1904.search(package.read("xl/workbook.xml")))


def _apply_formats(source: Source, name: str, formats: dict[int, str], rows: list[list[Any]]) -> None:
    """Replaces numbers by what their format shows, in place."""
    with _readable(source.name, name), opened(source) as package:
        part = sheet_parts(package).get(name)
        if part is None:
            return
        for row, column, code in formatted_cells(package.read(part), formats):
            if row < len(rows) and column < len(rows[row]) and isinstance(rows[row][column], float):
                rows[row][column] = shown(rows[row][column], code) or rows[row][column]


@contextmanager
def _readable(file: str, sheet: str = "") -> Iterator[None]:
    """Turns every way a damaged workbook shows itself into one refusal."""
    try:
        yield
    except (calamine.CalamineError, zipfile.BadZipFile, ParseError, DefusedXmlException, LookupError, *DAMAGE) as error:
        raise _damaged(file, sheet) from error
    except BaseException as error:
        # The reader is written in Rust; its panics are not `Exception`s, and mean that the file made no sense.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(file, sheet) from cast("Exception", error)


def _damaged(file: str, sheet: str) -> InputUnreadableError:
    return InputUnreadableError(
        "is damaged, cut short, or not the workbook its first bytes promise",
        file=file,
        place=f'sheet "{sheet}"' if sheet else "",
        remedy="open it in a spreadsheet program and save it again, or export as CSV",
    )
