"""Read back a workbook of an earlier run: which findings it held, and every cell a person typed into it.

Rows are known by their id, never by their place, so a sorted or filtered workbook reads the same. What was typed is
whatever stands in an entry column, in a column the person added, or on a sheet the person added.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from medcramp.errors import InputUnreadableError
from medcramp.escape import sheet_key
from medcramp.report.workbook import sheets
from medcramp.report.workbook.sheet import Column

# A workbook of 50,000 findings unpacks to well under a tenth of this.
_LARGEST_UNPACKED = 4 * 2**30
_FINDING_FACTS = ("patient_id", "severity", "urgency", "certainty", "title", "drugs", "rule")
# Sheets that this program writes, with their columns and the column that names a row.
KEYED: Mapping[str, tuple[tuple[Column, ...], str]] = {
    "Findings": (sheets.FINDINGS, "finding_id"),
    "Settled": (sheets.FINDINGS, "finding_id"),
    "Worklist": (sheets.WORKLIST, "patient_id"),
    "Unrecognised": (sheets.UNRECOGNISED, "text"),
    "Carried over": (sheets.CARRIED_OVER, ""),
}
_OURS_WITHOUT_ENTRIES = (
    "Summary", "Medications", "Electrolytes", "Options", "Rejected rows", "Not assessed", "Evidence", "Codes", "About",
    "Resolved",
)  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """One typed cell: the sheet and row it belonged to (`key` "" = no row of ours), its column, and what it says."""

    sheet: str
    key: str
    column: str
    value: str
    about: str = ""


@dataclass(frozen=True)
class Previous:
    """An earlier workbook: its findings by id, what was typed, and whether all findings of that run were on it."""

    findings: Mapping[str, Mapping[str, str]]
    typed: tuple[Typed, ...]
    complete: bool = True


def read_previous(path: Path) -> Previous:
    """Read the workbook at `path`. Raises InputUnreadableError when it is none of ours or cannot be opened."""
    import openpyxl

    _refuse_bomb(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except Exception as error:
        raise InputUnreadableError("cannot be opened as an Excel workbook", remedy=_REMEDY, file=path) from error
    try:
        if "Findings" not in book.sheetnames or "Worklist" not in book.sheetnames:
            raise InputUnreadableError("is not a worklist of medcramp", remedy=_REMEDY, file=path)
        rows = {name: _rows(book[name]) for name in book.sheetnames if name not in _OURS_WITHOUT_ENTRIES}
        complete = not any(cell.startswith("Findings: the first") for row in _rows(book["Summary"]) for cell in row)
    finally:
        book.close()
    findings: dict[str, Mapping[str, str]] = {}
    typed: list[Typed] = []
    for name, cells in rows.items():
        if name in KEYED:
            table = _Table(name, *KEYED[name], cells)
            typed.extend(table.typed())
            if name in ("Findings", "Settled"):
                findings.update(table.facts(_FINDING_FACTS))
        else:
            typed.extend(_foreign(name, cells))
    return Previous(findings, tuple(typed), complete)


_REMEDY = "Give --previous the worklist.xlsx of an earlier run, saved as .xlsx."


class _Table:
    """One keyed sheet: a header row of titles, then rows."""

    def __init__(self, sheet: str, columns: tuple[Column, ...], key: str, cells: list[tuple[str, ...]]) -> None:
        self.sheet = sheet
        self.key = key
        titles = {column.title: column for column in columns}
        header, self.rows = (cells[0], cells[1:]) if cells else ((), [])
        width = max(map(len, cells), default=0)
        padded = [*header, *[""] * (width - len(header))]
        self.known = [titles.get(title) for title in padded]
        self.names = [
            column.name if column else title or f"column {place}"
            for place, (title, column) in enumerate(zip(padded, self.known, strict=True), start=1)
        ]

    def typed(self) -> Iterator[Typed]:
        """Every non-empty cell of an entry column or of a column that is not ours."""
        if self.sheet == "Carried over":
            yield from self._carried_again()
            return
        for row in self.rows:
            facts = self._facts(row)
            for name, column, text in zip(self.names, self.known, row, strict=False):
                if text and (column is None or column.is_entry):
                    yield Typed(self.sheet, sheet_key(facts.get(self.key, "")), name, text, _about(facts))

    def facts(self, names: Iterable[str]) -> dict[str, Mapping[str, str]]:
        """Row key → the named facts, for rows that have a key."""
        names = tuple(names)
        found = (self._facts(row) for row in self.rows)
        keyed = ((sheet_key(row.get(self.key, "")), row) for row in found)
        return {key: {name: row.get(name, "") for name in names} for key, row in keyed if key}

    def _facts(self, row: tuple[str, ...]) -> dict[str, str]:
        return {name: text for name, column, text in zip(self.names, self.known, row, strict=False) if column}

    def _carried_again(self) -> Iterator[Typed]:
        """Rows of the sheet of leftovers keep their origin; a cell added beside them is a leftover of its own."""
        for row in self.rows:
            facts = self._facts(row)
            if facts.get("value"):
                origin = (facts.get(name, "") for name in ("sheet", "key", "column", "value", "about"))
                yield Typed(*origin)
            for name, column, text in zip(self.names, self.known, row, strict=False):
                if text and column is None:
                    yield Typed(self.sheet, "", name, text, facts.get("about", ""))


def _foreign(sheet: str, cells: list[tuple[str, ...]]) -> Iterator[Typed]:
    for number, row in enumerate(cells, start=1):
        for place, text in enumerate(row, start=1):
            if text:
                yield Typed(sheet, "", f"row {number}, column {place}", text)


def _about(facts: Mapping[str, str]) -> str:
    return ", ".join(filter(None, (facts.get("patient_id"), facts.get("title") or facts.get("text"))))


def _rows(sheet: Any) -> list[tuple[str, ...]]:
    return [tuple(_text(value) for value in row) for row in sheet.iter_rows(values_only=True)]


def _text(value: object) -> str:
    """A typed value as text: dates ISO, whole numbers without a decimal point; blanks around it do not count."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        whole_day = value.time() == datetime.min.time()
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise InputUnreadableError("cannot be opened as an Excel workbook", remedy=_REMEDY, file=path) from error
    if unpacked > _LARGEST_UNPACKED:
        raise InputUnreadableError("unpacks to more than a worklist can hold", remedy=_REMEDY, file=path)
