"""The sheet that says how the workbook came about, how to read it and what it cannot see."""

from __future__ import annotations

from typing import Any

from medcramp.escape import neutral
from medcramp.records import Tables
from medcramp.report.info import RunInfo
from medcramp.report.manifest import by_value
from medcramp.report.workbook.cells import fitting
from medcramp.report.workbook.options import said_of_most
from medcramp.report.workbook.sheet import Book, lines_of, row_height

NAME = "About"
_TEXT_WIDTH = 105
HOW_TO_READ = (
    (
        "Priority",
        "Derived from the findings: the most urgent one decides. 'Main reason' names it; there is no hidden score.",
    ),
    (
        "Severity, urgency, evidence",
        "Three separate columns. Severity: how bad the consequence is. Urgency: how soon to act. "
        "Evidence: how well the link to cramps is supported. "
        "A severe finding may rest on weak evidence, and the other way round.",
    ),
    (
        "Certainty",
        "'confirmed': every fact the rule needs is on file. 'verify': a fact is missing; 'Missing fact' names it. "
        "The finding may not apply once it is known.",
    ),
    (
        "Electrolyte arrows",
        "↓ and ↑: the direction of the whole regimen. ↕: medicines pull both ways. "
        "No size is claimed; check the laboratory value.",
    ),
    (
        "Options",
        "'ok', 'caution', 'avoid', or 'not assessed' when a fact is missing; 'To ask first' says which. "
        "Look at the likely cause before adding a medicine.",
    ),
    (
        "Recognised",
        "'approximate' was used but needs your confirmation; 'ambiguous' and 'unknown' were not used in any finding.",
    ),
    ("Yellow columns", "Yours. Give this workbook to the next run with --previous and what you typed is carried over."),
    ("[+] above the columns", "Opens folded columns: facts compared, mechanism, sources, input rows."),
)
CANNOT_SEE = (
    "Medicines bought elsewhere, over the counter, given in hospital or as samples, unless they are in the export.",
    "Whether a medicine is really taken. A dispensing date is not a swallowed tablet.",
    "Symptoms. A finding says that a medicine can cause cramps, not that this patient's cramps come from it.",
    "Conditions, allergies, pregnancy, kidney function and laboratory values that were not given as companion files.",
    "Causes of cramps outside the medicine list: nerve, vessel, thyroid, dialysis, exercise, posture, alcohol.",
    "Interactions outside the scope of cramps and electrolytes. This is no substitute for a full interaction check.",
)


def write(book: Book, tables: Tables, info: RunInfo) -> None:
    """Fill the About sheet: label in A, text in B."""
    sheet = book.add_sheet(NAME)
    sheet.set_column(0, 0, 30, book.styles.named("body"))
    sheet.set_column(1, 1, _TEXT_WIDTH, book.styles.named("body"))
    sheet.write_string(0, 0, "About this workbook", book.styles.named("title"))
    sheet.set_row(0, 28)
    row = 2
    ignored = [(f"ignored: {reason}", f"{count:,}") for reason, count in by_value(tables.ignored["reason"]).items()]
    rejected = [(f"rejected: {reason}", f"{count:,}") for reason, count in by_value(tables.rejected["reason"]).items()]
    blocks = [
        ("How to read it", [*HOW_TO_READ, *(("Options in general", text) for text in said_of_most(tables.options))]),
        ("What it cannot see", [("", text) for text in CANNOT_SEE]),
        ("Versions and settings", _versions(info)),
        ("Row ledger", [*_ledger(info), *rejected, *ignored]),
        ("Input files", [(file.role, f"{file.name}  (sha256 {file.sha256})") for file in info.inputs]),
        ("Notices", [(" ".join(filter(None, (note.file, note.place))), note.message) for note in info.notices]),
    ]
    for title, lines in blocks:
        if lines:
            row = _write_block(book, sheet, row, title, lines)


def _versions(info: RunInfo) -> list[tuple[str, str]]:
    return [
        ("Program", f"medcramp {info.program_version}"),
        ("Knowledge", f"{info.knowledge_version} (sha256 {info.knowledge_hash})"),
        (
            "Index date",
            f"{info.as_of.isoformat()}: medicines count as active, ages and laboratory values as current, on this day",
        ),
        ("Jurisdiction", info.jurisdiction),
        *((str(key).replace("_", " ").capitalize(), _setting(value)) for key, value in info.settings.items()),
    ]


def _setting(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _ledger(info: RunInfo) -> list[tuple[str, str]]:
    rows = info.rows
    verdict = "balances" if rows.balances else "DOES NOT BALANCE: please report this"
    text = (
        f"{rows.read:,} read = {rows.used:,} used + {rows.rejected:,} rejected + {rows.ignored:,} ignored ({verdict})"
    )
    return [("Rows", text)]


def _write_block(book: Book, sheet: Any, row: int, title: str, lines: list[tuple[str, str]]) -> int:
    style = book.styles.named
    sheet.write_string(row, 0, title, style("section"))
    sheet.write_blank(row, 1, None, style("section"))
    for label, text in lines:
        row += 1
        sheet.write_string(row, 0, fitting(neutral(label)), style("wrap"))
        sheet.write_string(row, 1, fitting(neutral(text)), style("wrap"))
        sheet.set_row(row, row_height(lines_of(text, _TEXT_WIDTH)))
    return row + 2
