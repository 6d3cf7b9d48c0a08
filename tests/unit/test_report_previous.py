"""An earlier workbook: what is new, changed, settled or resolved, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from fixtures.report_tables import made_up_run, made_up_tables
from medcramp import report
from medcramp.errors import InputUnreadableError
from medcramp.records import Tables
from medcramp.report.carry import carry
from medcramp.report.info import ReportConfig
from medcramp.report.previous import Previous, Typed, read_previous
from medcramp.report.workbook.build import write_workbook

AS_OF = date(2026, 1, 31)
TABLES = made_up_tables(12)


@pytest.fixture(scope="module")
def last_time(tmp_path_factory: pytest.TempPathFactory) -> Previous:
    path = tmp_path_factory.mktemp("last") / "worklist.xlsx"
    write_workbook(TABLES, made_up_run(), ReportConfig(), path)
    return read_previous(path)


def with_typed(previous: Previous, *cells: Typed) -> Previous:
    return replace(previous, typed=(*previous.typed, *cells))


def finding_with(**wanted: str) -> str:
    rows = TABLES.findings
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return str(rows["finding_id"].iloc[0])


def changed(tables: Tables, finding: str, **values: str) -> Tables:
    findings = tables.findings.copy()
    for name, value in values.items():
        findings[name] = findings[name].astype(object)
        findings.loc[findings["finding_id"] == finding, name] = value
    return replace(tables, findings=findings)


def test_an_untouched_workbook_holds_nothing_typed_and_all_findings(last_time: Previous) -> None:
    assert last_time.typed == ()
    assert set(last_time.findings) == set(TABLES.findings["finding_id"])


def test_the_same_run_again_changes_nothing(last_time: Previous) -> None:
    carried = carry(last_time, TABLES, AS_OF)
    assert set(carried.change.values()) == {"persisting"}
    assert not carried.resolved and not carried.leftovers


def test_new_changed_and_resolved_findings_are_told_apart(last_time: Previous) -> None:
    first, second = TABLES.findings["finding_id"].iloc[:2]
    worse = changed(TABLES, second, severity="contraindicated")
    renamed = changed(worse, first, finding_id="F-new")
    carried = carry(last_time, renamed, AS_OF)
    assert carried.change["F-new"] == "new"
    assert carried.change[second] == "changed"
    assert set(carried.resolved) == {first}


def test_a_workbook_that_was_cut_cannot_say_what_is_new(last_time: Previous) -> None:
    cut = replace(last_time, findings={}, complete=False)
    assert set(carry(cut, TABLES, AS_OF).change.values()) == {""}


@pytest.mark.parametrize(
    ("until", "urgency", "state"),
    [
        ("2026-01-31", "routine", "settled"),
        ("2026-01-30", "routine", "persisting"),
        ("next visit", "routine", "persisting"),
        ("2027-01-01", "emergency", "persisting"),
    ],
)
def test_settled_until_its_date_but_never_an_emergency(
    last_time: Previous, until: str, urgency: str, state: str
) -> None:
    finding = finding_with(urgency=urgency)
    typed = with_typed(last_time, Typed("Findings", finding, "entry_until", until))
    assert carry(typed, TABLES, AS_OF).change[finding] == state


def test_a_settled_finding_that_changed_comes_back(last_time: Previous) -> None:
    finding = finding_with(urgency="routine")
    typed = with_typed(last_time, Typed("Findings", finding, "entry_until", "2027-01-01"))
    other = changed(TABLES, finding, drugs="something new 5 mg")
    assert carry(typed, other, AS_OF).change[finding] == "changed"


def test_two_texts_for_one_cell_are_both_kept(last_time: Previous) -> None:
    finding = finding_with(urgency="routine")
    typed = with_typed(
        last_time,
        Typed("Findings", finding, "entry_notes", "first"),
        Typed("Findings", finding, "entry_notes", "second"),
    )
    carried = carry(typed, TABLES, AS_OF)
    assert carried.entries["finding"][finding] == {"entry_notes": "first"}
    assert [cell.value for cell in carried.leftovers] == ["second"]


def test_a_settled_patient_goes_to_the_end_until_something_new_turns_up(last_time: Previous) -> None:
    rows = TABLES.findings
    urgent = set(rows.loc[rows["urgency"] == "emergency", "patient_id"])
    patient = next(found for found in rows["patient_id"] if found not in urgent)
    typed = with_typed(last_time, Typed("Worklist", patient, "entry_until", "2027-01-01"))
    assert carry(typed, TABLES, AS_OF).settled_patients == {patient}
    finding = rows.loc[rows["patient_id"] == patient, "finding_id"].iloc[0]
    assert patient not in carry(typed, changed(TABLES, finding, finding_id="F-new"), AS_OF).settled_patients


def test_the_workbook_shows_settled_resolved_and_leftovers(last_time: Previous, tmp_path: Path) -> None:
    finding = finding_with(urgency="routine")
    typed = with_typed(
        last_time,
        Typed("Findings", finding, "entry_until", "2027-01-01"),
        Typed("Findings", "F-gone", "entry_notes", "=call back"),
    )
    gone = TABLES.findings["finding_id"].iloc[-1]
    fewer = replace(TABLES, findings=TABLES.findings.iloc[:-1])
    report.write(fewer, made_up_run(), tmp_path, previous=typed)
    book = openpyxl.load_workbook(tmp_path / "worklist.xlsx")
    cells = {name: {cell.value for row in book[name].iter_rows() for cell in row} for name in book.sheetnames}
    assert finding in cells["Settled"] and finding not in cells["Findings"]
    assert gone in cells["Resolved"]
    assert "'=call back" in cells["Carried over"]
    assert read_previous(tmp_path / "worklist.xlsx").complete
    assert any("1 settled" in str(value) for value in cells["Worklist"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"patient,drug\n"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.xlsx").write_bytes(content)
    with pytest.raises(InputUnreadableError):
        read_previous(tmp_path / "p.xlsx")


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "p.xlsx")
    with pytest.raises(InputUnreadableError, match="not a worklist"):
        read_previous(tmp_path / "p.xlsx")
