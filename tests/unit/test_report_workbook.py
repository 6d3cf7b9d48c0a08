"""The workbook: sheets, order, links, drop-downs, limits, print set-up; read back with openpyxl."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from fixtures.report_tables import made_up_run, made_up_tables
from medcramp.records import OPTION_COLUMNS, PRIORITIES
from medcramp.report.codes import choices, dur_codes
from medcramp.report.info import ReportConfig
from medcramp.report.workbook.build import write_workbook
from medcramp.report.workbook.electrolytes import grid
from medcramp.report.workbook.options import by_option, said_of_most
from medcramp.report.workbook.summary import CONTENTS

ONLY_AFTER_AN_EARLIER_RUN = {"Settled", "Resolved", "Carried over"}
SHEETS = ["Summary", *(name for name, _ in CONTENTS if name not in ONLY_AFTER_AN_EARLIER_RUN)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "worklist.xlsx"
    write_workbook(made_up_tables(), made_up_run(), ReportConfig(), path)
    return path


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def column(sheet: object, title: str) -> list[object]:
    headers = [cell.value for cell in sheet[1]]  # type: ignore[index]
    place = headers.index(title)
    return [row[place].value for row in sheet.iter_rows(min_row=2)]  # type: ignore[attr-defined]


def test_sheets_are_those_the_contents_announce(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS


def test_worklist_has_every_patient_most_pressing_first(book: openpyxl.Workbook) -> None:
    priorities = column(book["Worklist"], "Priority")
    assert len(priorities) == 40
    assert priorities == sorted(priorities, key=PRIORITIES.index)


def test_findings_follow_the_worklist(book: openpyxl.Workbook) -> None:
    patients = column(book["Worklist"], "Patient")
    found = list(dict.fromkeys(column(book["Findings"], "Patient")))
    assert found == [patient for patient in patients if patient in set(found)]
    assert len(column(book["Findings"], "Finding id")) == len(made_up_tables().findings)


@pytest.mark.parametrize("name", SHEETS[1:-2])
def test_table_sheets_are_frozen_filtered_and_ready_to_print(book: openpyxl.Workbook, name: str) -> None:
    sheet = book[name]
    assert re.fullmatch(r"[A-D]2", sheet.freeze_panes)
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.page_setup.orientation == "landscape"
    # One page wide is the format's default and is left out of the file.
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert "&P of &N" in sheet.oddFooter.center.text.replace("&[Page]", "&P").replace("&[Pages]", "&N").replace(
        "&amp;", "&"
    )


def test_links_lead_to_the_first_row_of_the_same_patient(book: openpyxl.Workbook) -> None:
    followed = 0
    for cell in book["Worklist"]["B"][1:]:
        if cell.hyperlink:
            name, place = re.fullmatch(r"'(.+)'!(\w+)", cell.hyperlink.location).groups()  # type: ignore[union-attr]
            assert book[name][place].value == cell.value
            followed += 1
    assert followed == made_up_tables().findings["patient_id"].nunique()


def test_beyond_the_limit_of_links_the_cells_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medcramp.report.workbook.sheet.LINK_LIMIT", 40)
    write_workbook(made_up_tables(), made_up_run(), ReportConfig(), tmp_path / "w.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Worklist"]
    assert sum(cell.hyperlink is not None for row in sheet.iter_rows() for cell in row) <= 40
    assert None not in column(sheet, "Patient")


def test_entry_columns_offer_the_codes(book: openpyxl.Workbook) -> None:
    offered = {}
    for rule in book["Worklist"].data_validations.dataValidation:
        if rule.type == "list":
            area = rule.formula1.removeprefix("Codes!").replace("$", "")
            offered[str(rule.sqref)[0]] = [row[0].value for row in book["Codes"][area]]
    assert sorted(offered.values()) == sorted([choices("reason"), choices("service"), choices("result")])


def test_severity_is_a_word_on_a_colour(book: openpyxl.Workbook) -> None:
    severities = [cell for cell in book["Findings"]["C"][1:] if cell.value]
    fills = {cell.value: cell.fill.fgColor.rgb for cell in severities}
    assert set(fills) == {"contraindicated", "major", "moderate", "minor", "info"}
    assert len(set(fills.values())) == 5


def test_codes_are_text_and_dates_are_dates(book: openpyxl.Workbook) -> None:
    assert set(column(book["Medications"], "NDC")) == {"00093505601"}
    starts = column(book["Medications"], "Start")
    assert {type(value) for value in starts} == {datetime, str}
    assert set(column(book["Medications"], "Quantity")) == {30}


def test_electrolytes_show_arrow_and_word(book: openpyxl.Workbook) -> None:
    seen = set(column(book["Electrolytes"], "Potassium")) - {None}
    assert seen <= {"↓ down", "↑ up", "↕ mixed", "– none"} and "↓ down" in seen


def test_there_is_no_formula_and_no_macro(book: openpyxl.Workbook, path: Path) -> None:
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    with ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower() or "external" in name.lower()]


def test_summary_has_native_charts(path: Path) -> None:
    with ZipFile(path) as archive:
        assert len([name for name in archive.namelist() if name.startswith("xl/charts/chart")]) == 4


def test_what_does_not_fit_is_said_on_the_first_sheet(tmp_path: Path) -> None:
    config = ReportConfig(max_findings=7, max_details=5)
    write_workbook(made_up_tables(), made_up_run(), config, tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    first = [cell.value for cell in book["Summary"]["A"] if isinstance(cell.value, str)]
    assert "Findings: the first 7 of 60 rows, most pressing first; all of them are in tables/." in first
    assert book["Findings"].max_row == 8
    assert book["Medications"].max_row == 6


def test_the_same_run_gives_the_same_bytes(tmp_path: Path, path: Path) -> None:
    write_workbook(made_up_tables(), made_up_run(), ReportConfig(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_only_ids_leaves_names_and_birth_dates_out(tmp_path: Path) -> None:
    write_workbook(made_up_tables(), made_up_run(), ReportConfig(only_ids=True), tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    for sheet in book:
        headers = {cell.value for cell in sheet[1]}
        assert not headers & {"Name", "Born"}


def test_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    tables = made_up_tables(3)
    tables.rejected["text"] = tables.rejected["text"].cat.rename_categories(["x" * 40_000])
    write_workbook(tables, made_up_run(), ReportConfig(), tmp_path / "w.xlsx")
    (text,) = column(openpyxl.load_workbook(tmp_path / "w.xlsx")["Rejected rows"], "The row as read")
    assert isinstance(text, str) and len(text) <= 32_767 and text.endswith("tables/)")


def test_codes_are_unique_within_their_field_and_explained() -> None:
    keys = [(code.field, code.code) for code in dur_codes()]
    assert len(keys) == len(set(keys))
    assert all(len(code.code) == 2 and code.meaning and code.checked for code in dur_codes())


def test_an_option_says_which_reason_belongs_to_which_form() -> None:
    rows = [
        ("P1", "x", "cream", "caution", "caution: thin skin;useful in general", "A"),
        ("P1", "x", "gel", "ok", "useful in general", "A"),
        ("P1", "x", "capsule", "avoid", "useful in general;avoid: kidney", "A"),
    ]
    table = pd.DataFrame(rows, columns=["patient_id", "option", "form", "status", "reasons", "label"])
    found = by_option(table.reindex(columns=list(OPTION_COLUMNS)), pd.Series(["P1"]), 10).iloc[0]
    assert found["worst"] == "ok"
    assert found["forms"] == "ok: gel\ncaution: cream\navoid: capsule"
    assert found["reasons"] == "capsule: avoid: kidney\ncream: caution: thin skin"


def test_remarks_made_of_most_options_are_said_once() -> None:
    table = made_up_tables(8).options.assign(reasons="only here;said everywhere")
    table.loc[0, "reasons"] = "said everywhere"
    assert said_of_most(table) == ("only here", "said everywhere")
    assert said_of_most(table.assign(status="ok")) == ()


def test_a_patient_of_whom_only_a_doubt_is_known_stays_on_the_electrolyte_sheet() -> None:
    table = made_up_tables(4).electrolytes.assign(last_value=None, net="none", note=None)
    ids = made_up_tables(4).patients["patient_id"]
    assert grid(table, ids).empty
    doubtful = table.assign(note=["may act too", *[None] * (len(table) - 1)])
    assert grid(doubtful, ids)["notes"].tolist() == ["potassium: may act too"]


def test_a_converted_result_is_rounded_for_reading() -> None:
    table = made_up_tables(4).electrolytes.assign(last_value=0.61714, unit="mmol/L", last_date="2026-01-10", net="down")
    found = grid(table, pd.Series(["00000"]))
    assert found["magnesium_last"].iloc[0] == "0.62 mmol/L\n2026-01-10"
