"""Workbooks: what a cell shows, which sheets are read, where merged ranges lie."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from fixtures.exports import book_of, excel_xml, grids, ods_package, texts, written, xlsx, zipped
from medcramp.errors import InputUnreadableError, UserError
from medcramp.read import read_inputs
from medcramp.read.containers.number_formats import shown, zero_formats
from medcramp.read.containers.sheet_extent import CellScan
from medcramp.read.containers.workbook import number_text
from medcramp.read.options import ReadOptions

VALUES: list[tuple[object, str | None, str | None]] = [
    # value, number format (None = general), what the grid holds
    ("00054", None, "00054"),
    (45, None, "45"),
    (7.5, None, "7.5"),
    (54429925, "00000000000", "00054429925"),
    (54429925, '00000"-"0000"-"00', "00054-4299-25"),
    (544299250, "00000\\-0000\\-00", "00544-2992-50"),
    (5551234567, "000-000-0000", "555-123-4567"),
    (7.5, "0000", "7.5"),
    (0.5, "0.00", "0.5"),
    (1234567, "#,##0", "1234567"),
    (dt.datetime(2024, 3, 5), None, "2024-03-05"),
    (dt.datetime(2026, 9, 4, 14, 28, 45), "m/d/yyyy h:mm:ss AM/PM", "2026-09-04T14:28:45"),
    (dt.time(10, 15), None, "10:15:00"),
    (True, None, "TRUE"),
    (False, None, "FALSE"),
    (46269.6576388889, None, "46269.6576388889"),
    (None, None, None),
]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_cells_hold_what_they_show(epoch: dt.datetime | None, tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        if epoch:
            book.epoch = epoch
        sheet = book.worksheets[0]
        for row, (value, code, _) in enumerate(VALUES, start=1):
            cell = sheet.cell(row, 2, value)
            if code:
                cell.number_format = code

    (grid,) = grids(written(tmp_path, book_of(fill)))
    assert [row[1] for row in texts(grid)] == [text for _, _, text in VALUES[: grid.head.num_rows]]
    assert grid.head.num_rows == len(VALUES) - 1  # nothing below the last filled cell


def test_mixed_columns_keep_their_kinds(tmp_path: Path) -> None:
    column = [1, True, "1", 1.0, "TRUE", False, 0, "", "0"]
    (grid,) = grids(written(tmp_path, book_of(lambda b: [b.worksheets[0].append([c, "x"]) for c in column])))
    expected = ["1", "TRUE", "1", "1", "TRUE", "FALSE", "0", None, "0"]
    assert [row[0] for row in texts(grid)] == expected


def test_rows_and_columns_before_the_table_are_counted(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.worksheets[0]["C5"] = "x"

    (grid,) = grids(written(tmp_path, book_of(fill)))
    assert grid.width == 3
    assert texts(grid) == [[None] * 3] * 4 + [[None, None, "x"]]
    assert grid.source_rows(5)[-1] == 5


def sheets(book: openpyxl.Workbook) -> None:
    book.worksheets[0].append(["visible"])
    for name, state in (("Lookup", "hidden"), ("Deep", "veryHidden"), ("Empty", "visible"), ("Last", "visible")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        if name != "Empty":
            sheet.append([name])


def test_hidden_sheets_are_left_out_with_a_notice_and_read_when_named(tmp_path: Path) -> None:
    path = written(tmp_path, book_of(sheets))
    found = grids(path)
    assert [grid.sheet for grid in found if grid.head.num_rows] == ["Sheet", "Last"]
    assert sorted(notice.place for grid in found for notice in grid.notices) == ["Deep", "Lookup"]
    (hidden,) = grids(path, ReadOptions(sheet=" lookup "))
    assert texts(hidden) == [["Lookup"]] and not hidden.notices
    with pytest.raises(InputUnreadableError, match='"Last"'):
        grids(path, ReadOptions(sheet="nothing of the kind"))


def test_merged_ranges(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        sheet.append(["patient", "drug"])
        for drug in ("one", "two", "three"):
            sheet.append([None, drug])
        sheet["A2"] = "GARCIA"
        sheet.merge_cells("A2:A4")

    (grid,) = grids(written(tmp_path, book_of(fill)))
    assert grid.merged == ((1, 0, 3, 0),)
    assert [row[0] for row in texts(grid)] == ["patient", "GARCIA", None, None]


MERGED_HTML = b"<table><tr><th colspan=2>All</th></tr><tr><td rowspan=2>GARCIA<td>one<tr><td>two</table>"


def test_merged_ranges_of_html(tmp_path: Path) -> None:
    (grid,) = grids(written(tmp_path, MERGED_HTML))
    assert texts(grid) == [["All", None], ["GARCIA", "one"], [None, "two"]]
    assert grid.merged == ((0, 0, 0, 1), (1, 0, 2, 0))


def test_html_text_is_what_a_browser_shows(tmp_path: Path) -> None:
    content = b"""<html><style>td{x}</style><table><tr><td>Disp.<br>Qty</td><td> a&nbsp; b\n c </td></tr>
    <tr><td><b>&lt;5</b> mg</td><td><script>alert(1)</script><p>x</p><p>y</p></td></tr></table>
    <table><tr><td>second</td><td>table</td></tr></table>"""
    first, second = grids(written(tmp_path, content))
    assert texts(first) == [["Disp.\nQty", "a  b c"], ["<5 mg", "x\ny"]]
    assert (first.sheet, second.sheet, second.first_row) == ("table 1", "table 2", 3)


def test_excel_xml_places_kinds_and_merges(tmp_path: Path) -> None:
    cells = (
        '<Row ss:Index="2"><Cell ss:Index="2"><Data ss:Type="Number">45.0</Data></Cell></Row>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="DateTime">2024-03-05T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Boolean">1</Data></Cell></Row>'
    )
    content = excel_xml([["x"]]).replace(b'<Row><Cell><Data ss:Type="String">x</Data></Cell></Row>', cells.encode())
    (grid,) = grids(written(tmp_path, content))
    assert texts(grid) == [[None, None, None], [None, "45", None], ["2024-03-05", None, "TRUE"]]
    assert grid.merged == ((2, 0, 2, 1),)


def test_macros_are_neither_run_nor_read(tmp_path: Path) -> None:
    import zipfile

    plain = zipfile.ZipFile(io.BytesIO(xlsx([["x", "y"]])))
    members = {name: plain.read(name) for name in plain.namelist()} | {"xl/vbaProject.bin": b"\xd0\xcf junk"}
    (grid,) = grids(written(tmp_path, zipped(members), "a.xlsm"))
    assert texts(grid) == [["x", "y"]]


def test_repeated_empty_cells_of_opendocument_cost_nothing(tmp_path: Path) -> None:
    cells = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    (grid,) = grids(written(tmp_path, ods_package(cells)))
    assert texts(grid) == [["x"]]


STYLES = """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="3">
<numFmt numFmtId="164" formatCode="00000000000"/><numFmt numFmtId="165" formatCode="0.00"/>
<numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="165"/><xf numFmtId="164"/><xf numFmtId="166"/></cellXfs></styleSheet>"""


def test_only_formats_of_zeros_and_literals_count() -> None:
    assert zero_formats(STYLES.encode()) == {2: "00000000000"}


@settings(deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(st.integers(0, 10**13), st.integers(2, 14))
def test_zero_formats_add_zeros_and_nothing_else(number: int, places: int) -> None:
    assert shown(float(number), "0" * places) == str(number).zfill(places)


@given(st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e9, 1e9).map(lambda value: round(value, 4))))
def test_numbers_keep_their_value_and_show_no_needless_point(number: float) -> None:
    text = number_text(float(number))
    assert float(text) == number
    assert not text.endswith(".0")


def test_an_empty_workbook_is_refused_in_words(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(UserError):
        read_inputs([tmp_path / "empty.xlsx"], ReadOptions(), {})


def test_plain_numbers_are_days_since_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    for epoch, number in ((CALENDAR_MAC_1904, 44298), (None, 45760)):
        book = openpyxl.Workbook()
        book.epoch = epoch or book.epoch
        book.active.append(["MRN", "Drug", "Fill Date"])
        book.active.append(["17", "Furosemide 40 mg tab", number])
        book.save(tmp_path / "export.xlsx")
        records = read_inputs([tmp_path / "export.xlsx"], ReadOptions(), {}).records
        assert records["start_date"].tolist() == ["2025-04-13"]


@pytest.mark.parametrize(
    ("cell", "near", "plain"),
    [
        (b'<c r="B2"><v>1</v></c>', True, True),
        (b'<c r="AB2" t="s"><v>1:c </v></c>', False, True),
        (b'<c r="B1000000"/>', False, True),
        (b"<c><v>1</v></c>", False, False),
        (b'<x:c r="B2"/>', False, False),
        (b'<c r="B2"/>\0', False, False),
    ],
)
def test_cells_look_the_same_wherever_their_bytes_are_cut(cell: bytes, near: bool, plain: bool) -> None:
    sheet = b'<row r="2"><c r="A2"/>' + cell + b"</row>"
    for first in range(len(sheet)):
        for second in range(first, len(sheet)):
            scan = CellScan()
            assert all(scan.look_at(piece) for piece in (sheet[:first], sheet[first:second], sheet[second:]))
            assert (scan.near, scan.plain) == (near, plain), (first, second)
