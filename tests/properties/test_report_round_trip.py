"""Decisions typed into a workbook come back with the next run: nothing is lost, nothing lands on another row."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.report_tables import made_up_run, made_up_tables
from medcramp.escape import sheet_key
from medcramp.records import Tables
from medcramp.report.carry import carry
from medcramp.report.info import ReportConfig
from medcramp.report.previous import Previous, read_previous
from medcramp.report.workbook.build import write_workbook

PATIENTS = 9
TABLES = made_up_tables(PATIENTS)
FINDINGS = len(TABLES.findings)
# (sheet, title of the column that names a row, title of the column typed into)
PLACES = (
    ("Findings", "Finding id", "Notes"),
    ("Findings", "Finding id", "Result ▾"),
    ("Findings", "Finding id", "Settled until"),
    ("Findings", "Finding id", "A column of my own"),
    ("Worklist", "Patient", "Notes"),
    ("Unrecognised", "Text as written", "Correct to"),
)
typed_text = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("=+-@'"),
    min_size=1,
    max_size=20,
).filter(lambda text: bool(sheet_key(text)))
decisions = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.integers(2, FINDINGS + 3)),
    typed_text | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(decisions=decisions, gone=st.sets(st.integers(0, FINDINGS - 1), max_size=6), limit=st.sampled_from([3, 50_000]))
def test_nothing_typed_is_lost_and_no_row_gets_another_s_note(decisions: dict, gone: set[int], limit: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        first, second = Path(name, "first.xlsx"), Path(name, "second.xlsx")
        write_workbook(TABLES, made_up_run(), ReportConfig(), first)
        where = type_into(first, decisions)
        kept = replace(TABLES, findings=TABLES.findings.drop(index=list(gone)).reset_index(drop=True))
        previous = write_again(first, kept, ReportConfig(max_findings=limit), second)
        after = read_previous(second)
    assert typed_values(after) == typed_values(previous) == Counter(text for text, _ in where)
    for cell in after.typed:
        if cell.sheet != "Carried over" and cell.column.startswith("entry_") and cell.key:
            assert (sheet_key(cell.value), cell.key) in where


def type_into(path: Path, decisions: dict) -> list[tuple[str, str]]:
    """Type the decisions with openpyxl; returns what was typed and the id of its row."""
    book = openpyxl.load_workbook(path)
    where = []
    for ((sheet_name, key_title, title), row), value in decisions.items():
        sheet = book[sheet_name]
        titles = [cell.value for cell in sheet[1]]
        if title not in titles:
            sheet.cell(1, len(titles) + 1).value = title
            titles.append(title)
        cell = sheet.cell(row, titles.index(title) + 1)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
        text = value.isoformat() if isinstance(value, date) else str(value)
        where.append((sheet_key(text), sheet_key(str(sheet.cell(row, titles.index(key_title) + 1).value or ""))))
    book.save(path)
    return where


def write_again(old: Path, tables: Tables, config: ReportConfig, new: Path) -> Previous:
    previous = read_previous(old)
    info = made_up_run()
    write_workbook(tables, info, config, new, carry(previous, tables, info.as_of))
    return previous


def typed_values(previous: Previous) -> Counter[str]:
    return Counter(sheet_key(cell.value) for cell in previous.typed)
