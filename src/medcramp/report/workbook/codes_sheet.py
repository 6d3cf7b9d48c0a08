"""The sheet that explains the pharmacist's codes, and the drop-downs that draw on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from medcramp.report.codes import FIELDS, choices, dur_codes
from medcramp.report.workbook.sheet import Book, Column

NAME = "Codes"
_FIRST_ROW = 4
_EARLIEST = date(2000, 1, 1)
_INTRO = (
    "The drop-downs on Worklist and Findings use the NCPDP DUR/PPS codes, so that what you record here can be put on a "
    "claim as it stands. Meanings were compared with published lists (CMS T-MSIS claim codebook, AHRQ USHIK, a payer "
    "manual); the standard itself is sold by NCPDP and was not read. Check with your payer before billing."
)


def write(book: Book) -> None:
    """One block per field, side by side with what each code is for here; its choices are the drop-down's source."""
    sheet = book.add_sheet(NAME)
    style = book.styles.named
    sheet.set_column(0, 0, 44, style("body"))
    sheet.set_column(1, 1, 54, style("body"))
    sheet.set_column(2, 2, 36, style("body"))
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, "Codes for what you did", style("title"))
    sheet.merge_range(1, 0, 1, 2, _INTRO, style("body"))
    sheet.set_row(1, 44)
    for field, row in _first_rows().items():
        sheet.write_string(row - 1, 0, FIELDS[field], style("header"))
        sheet.write_string(row - 1, 1, "Used here for", style("header"))
        sheet.write_string(row - 1, 2, "Meaning checked against", style("header"))
        for offset, code in enumerate(code for code in dur_codes() if code.field == field):
            sheet.write_string(row + offset, 0, code.choice, style("text"))
            sheet.write_string(row + offset, 1, code.used_here, style("wrap"))
            sheet.write_string(row + offset, 2, code.checked, style("wrap"))


def add_choices(sheet: Any, columns: Sequence[Column], rows: int) -> None:
    """Drop-downs on the entry columns; another text is let through after a question, so nothing typed is refused."""
    for position, column in enumerate(columns):
        if column.choices:
            first = _first_rows()[column.choices]
            last = first + len(choices(column.choices)) - 1
            rule: dict[str, object] = {
                "validate": "list",
                "source": f"={NAME}!$A${first + 1}:$A${last + 1}",
                "error_type": "warning",
                "error_title": "Not on the list",
                "error_message": "This is not one of the codes on the Codes sheet. Keep it anyway?",
            }
        elif column.kind == "entry_date":
            rule = {
                "validate": "date",
                "criteria": ">=",
                "value": _EARLIEST,
                "input_title": "Settled until",
                "input_message": "Until this date the finding is listed as settled next time.",
                "error_type": "warning",
                "error_title": "Not a date",
                "error_message": "Please type a date, for example 2030-01-31.",
            }
        else:
            continue
        sheet.data_validation(1, position, max(rows, 1), position, rule)


def _first_rows() -> dict[str, int]:
    """First row (0-based) of each field's choices."""
    rows, row = {}, _FIRST_ROW
    for field in FIELDS:
        rows[field] = row
        row += len(choices(field)) + 3
    return rows
