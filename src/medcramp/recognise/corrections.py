"""Corrections by the pharmacist: a table of texts and what they should read, or a filled-in worklist workbook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from medcramp.errors import ColumnsNotUnderstoodError
from medcramp.recognise.tables import read_rows

SHEET = "unrecognised"
TEXT_HEADINGS = ("text", "drug line", "drug", "as written", "line")
CORRECT_HEADINGS = ("correct to", "correct_to", "correction", "corrected", "should read")
HEADER_WITHIN = 20


def read_corrections(path: Path) -> dict[str, str]:
    """Text → what it should read. A CSV/TSV, or a workbook (its sheet "Unrecognised", else the first); rows whose
    correction is empty are left out. Raises InputUnreadableError or ColumnsNotUnderstoodError."""
    rows = read_rows(path, SHEET)
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        heads = [cell.strip().lower() for cell in row]
        text = next((heads.index(name) for name in TEXT_HEADINGS if name in heads), None)
        right = next((heads.index(name) for name in CORRECT_HEADINGS if name in heads), None)
        if text is not None and right is not None:
            return _pairs(rows[number + 1 :], text, right)
    if rows and all(len(row) == 2 for row in rows if any(row)):
        return _pairs(rows, 0, 1)
    raise ColumnsNotUnderstoodError(
        "the corrections were not found", remedy='two columns are needed, headed "text" and "correct to"', file=path
    )


def _pairs(rows: Iterable[list[str]], text: int, right: int) -> dict[str, str]:
    long_enough = (row for row in rows if len(row) > max(text, right))
    return {row[text]: row[right].strip() for row in long_enough if row[text].strip() and row[right].strip()}
