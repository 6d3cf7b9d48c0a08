"""The first sheet: what needs attention, how much of the input was understood, four charts, and where things are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from medcramp.records import PRIORITIES, SEVERITIES, Tables
from medcramp.report.carry import Carried
from medcramp.report.charting import chart_data, mask
from medcramp.report.info import ReportConfig, RunInfo
from medcramp.report.manifest import by_value, counts
from medcramp.report.ranking import lacking_lines, of_all
from medcramp.report.workbook import charts
from medcramp.report.workbook.charts import LAST_TIME
from medcramp.report.workbook.sheet import Book, lines_of, row_height

_MEANING = {
    "urgent today": "act today: see the finding before anything else",
    "contact prescriber": "a question or proposal for the prescriber",
    "review": "look at it in the next medication review",
    "counsel": "speak with the patient; no change proposed",
    "nothing found": "no finding; see Not assessed for what could not be checked",
}
CONTENTS = (
    ("Worklist", "One row per patient, most pressing first. The yellow columns are yours to fill."),
    ("Findings", "Every finding with the patient's own medicines, what to do, and what was missing."),
    ("Settled", "Findings that you settled until a date which has not passed."),
    ("Resolved", "Findings of the last workbook that are no more."),
    (
        "Carried over",
        "What you typed last time in rows that no longer exist. Delete a row here when you no longer need it.",
    ),
    ("Medications", "What each line of the export was recognised as."),
    ("Electrolytes", "What the whole regimen does to potassium, magnesium, sodium, calcium and phosphate."),
    ("Options", "Treatment options and whether each is suitable for the patient."),
    ("Unrecognised", "Texts that could not be read as a medicine, with the nearest names."),
    ("Rejected rows", "Rows of the input that could not be used, and why."),
    ("Not assessed", "What could not be checked for lack of a fact, and what would settle it."),
    ("Evidence", "The sources behind the statements."),
    ("Codes", "The codes of the drop-downs."),
    ("About", "Versions, settings, row ledger, how to read this workbook and what it cannot see."),
)
_CHANGES = {
    "new": "not there last time",
    "changed": "severity, urgency, certainty or medicines are different; what you typed is kept",
    "persisting": "as last time",
    "settled": "settled until a date that has not passed; on the sheet Settled",
    "resolved": "there last time, not any more; on the sheet Resolved",
}
_UNKNOWN_CHANGE = "the last workbook did not show all findings of its run"
_LABEL, _VALUE, _NOTE = 0, 1, 2
_NOTE_WIDTH = 62
_MOST_LACKING = 8


def write(
    book: Book,
    sheet: Any,
    tables: Tables,
    info: RunInfo,
    cut: dict[str, tuple[int, int]],
    config: ReportConfig,
    carried: Carried | None,
) -> None:
    """Fill the Summary sheet; numbers in columns A to C, charts beside them."""
    style = book.styles.named
    sheet.set_column(_LABEL, _LABEL, 25, style("body"))
    sheet.set_column(_VALUE, _VALUE, 9, style("body"))
    sheet.set_column(_NOTE, _NOTE, _NOTE_WIDTH, style("body"))
    sheet.write_string(0, 0, "Cramp worklist", style("title"))
    sheet.write_string(1, 0, _subtitle(info), style("subtitle"))
    sheet.set_row(0, 28)
    row = _write_warnings(book, sheet, 2, cut)
    row = _write_priorities(book, sheet, row + 1, tables)
    row = _write_numbers(book, sheet, row + 1, tables, info)
    row = _write_lacking(book, sheet, row + 1, tables)
    if carried is not None:
        row = _write_changes(book, sheet, row + 1, carried)
    row = _write_contents(book, sheet, row + 1)
    data = chart_data(tables, config)
    if carried is not None and carried.severities_before:
        before = pd.DataFrame({LAST_TIME: {word: carried.severities_before.get(word, 0) for word in SEVERITIES}})
        data["severity"] = data["severity"].join(mask(before, config.mask_below))
    charts.write(book, sheet, data, row)


def _subtitle(info: RunInfo) -> str:
    return (
        f"Medicines linked to leg and foot cramps · index date {info.as_of.isoformat()} · {info.jurisdiction} · "
        "a proposal for review by a pharmacist, not a decision"
    )


def _write_warnings(book: Book, sheet: Any, row: int, cut: dict[str, tuple[int, int]]) -> int:
    for name, (shown, total) in cut.items():
        text = f"{name}: the first {shown:,} of {total:,} rows, most pressing first; all of them are in tables/."
        sheet.merge_range(row, _LABEL, row, _NOTE, text, book.styles.named("warning"))
        row += 1
    return row


def _write_priorities(book: Book, sheet: Any, row: int, tables: Tables) -> int:
    style = book.styles.named
    row = _section(book, sheet, row, "Patients by priority")
    for priority, count in by_value(tables.patients["priority"], PRIORITIES).items():
        sheet.write_string(row, _LABEL, priority, book.styles.word("priority", priority))
        sheet.write_number(row, _VALUE, count, style("count"))
        sheet.write_string(row, _NOTE, _MEANING.get(priority, ""), style("wrap"))
        row += 1
    return row


def _write_numbers(book: Book, sheet: Any, row: int, tables: Tables, info: RunInfo) -> int:
    style = book.styles.named
    found = counts(tables)
    row = _section(book, sheet, row, "What was read and understood")
    lines = [
        ("Rows read", info.rows.read, "used + rejected + ignored"),
        ("Rows used", info.rows.used, "see Medications"),
        ("Rows rejected", info.rows.rejected, "see Rejected rows"),
        ("Rows ignored", info.rows.ignored, "rows that name no medicine; see tables/ignored.csv"),
        ("Medication records", found["medications"], "a row may hold several"),
        ("Patients", found["patients"], ""),
        ("Findings", found["findings"], "see Findings"),
        ("… of them to verify", found["findings_to_verify"], "a fact is missing; the finding names it"),
        ("Findings per 1,000 records", found["findings_per_1000_medications"], ""),
    ]
    for label, value, note in lines:
        sheet.write_string(row, _LABEL, label, style("text"))
        if value is not None:
            sheet.write_number(row, _VALUE, value, style("count" if isinstance(value, int) else "number"))
        sheet.write_string(row, _NOTE, note, style("wrap"))
        row += 1
    sheet.write_string(row, _LABEL, "Medicines recognised", style("text"))
    if found["recognised_share"] is not None:
        sheet.write_number(row, _VALUE, found["recognised_share"], style("percent"))
    sheet.write_string(
        row, _NOTE, "of medication records, devices left out; the rest is on Unrecognised", style("wrap")
    )
    return row + 1


def _write_lacking(book: Book, sheet: Any, row: int, tables: Tables) -> int:
    """What nobody in the list has, and how many findings wait for it: said here once instead of at every patient."""
    general = of_all(tables.not_assessed).head(_MOST_LACKING)
    if not len(general):
        return row - 1
    style = book.styles.named
    row = _section(book, sheet, row, "What one more column would settle")
    for missing, findings, line in zip(general["missing"], general["findings"], lacking_lines(general), strict=True):
        sheet.write_string(row, _LABEL, missing, style("wrap"))
        sheet.write_number(row, _VALUE, findings, style("count"))
        sheet.write_string(row, _NOTE, line, style("wrap"))
        sheet.set_row(row, row_height(lines_of(line, _NOTE_WIDTH)))
        row += 1
    return row


def _write_changes(book: Book, sheet: Any, row: int, carried: Carried) -> int:
    style = book.styles.named
    row = _section(book, sheet, row, "Findings since the last workbook")
    found = by_value(pd.Series(list(carried.change.values()), dtype=object), tuple(_CHANGES))
    found["resolved"] = len(carried.resolved)
    for word, count in found.items():
        sheet.write_string(row, _LABEL, word or "not known", book.styles.word("change", word))
        sheet.write_number(row, _VALUE, count, style("count"))
        sheet.write_string(row, _NOTE, _CHANGES.get(word, _UNKNOWN_CHANGE), style("wrap"))
        row += 1
    return row


def _write_contents(book: Book, sheet: Any, row: int) -> int:
    row = _section(book, sheet, row, "In this workbook")
    there = {other.get_name() for other in book.writer.worksheets()}
    for name, text in CONTENTS:
        if name not in there:
            continue
        sheet.write_url(row, _LABEL, f"internal:'{name}'!A1", book.styles.named("link"), name)
        sheet.merge_range(row, _VALUE, row, _NOTE, text, book.styles.named("wrap"))
        row += 1
    return row


def _section(book: Book, sheet: Any, row: int, title: str) -> int:
    style = book.styles.named("section")
    sheet.write_string(row, _LABEL, title, style)
    for column in (_VALUE, _NOTE):
        sheet.write_blank(row, column, None, style)
    return row + 1
