"""`identify`, `drug` and corrections: files in, tables out."""

import csv
import gzip

import pytest
from click.testing import CliRunner
from xlsxwriter import Workbook

from medcramp.cli_identify import drug, identify
from medcramp.errors import ColumnsNotUnderstoodError, InputUnreadableError
from medcramp.recognise import code_store, read_corrections


def identified(source, out, *options):
    result = CliRunner().invoke(identify, [str(source), "--column", "Drug", "--out", str(out), *options])
    if result.exception:
        raise result.exception
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"Id,Drug\n1,furosemide\n2,\n3,Lasix\n"),
        ("a.csv", "\ufeffId;Drug\n1;furosemide\n2;\n3;Lasix\n".encode()),
        ("a.txt", "Id\tDrug\n1\tfurosemide\n2\t\n3\tLasix\n".encode("utf-16")),
        ("a.csv.gz", gzip.compress(b"Id,Drug\n1,furosemide\n2,\n3,Lasix\n")),
    ],
    ids=["comma", "byte order mark and semicolon", "UTF-16 and tab", "gzip"],
)
def test_one_row_out_per_row_in_the_same_order(tmp_path, name, content):
    source = tmp_path / name
    source.write_bytes(content)
    rows = identified(source, tmp_path / "out.csv")
    assert [row["text"] for row in rows] == ["furosemide", "", "Lasix"]
    assert [row["ingredients"] for row in rows] == ["furosemide", "", "furosemide"]


def test_a_column_that_is_not_there(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("Id,Medication\n1,furosemide\n", encoding="utf-8")
    with pytest.raises(ColumnsNotUnderstoodError, match="Medication"):
        identified(source, tmp_path / "out.csv")


def test_corrections_reach_identify(tmp_path):
    source, corrections = tmp_path / "a.csv", tmp_path / "c.csv"
    source.write_text("Drug\nwater pill\n", encoding="utf-8")
    corrections.write_text("text,correct to\nWater pill,furosemide 40 mg\n", encoding="utf-8")
    (row,) = identified(source, tmp_path / "out.csv", "--corrections", str(corrections))
    assert (row["text"], row["ingredients"]) == ("water pill", "furosemide")


CODED = "Drug,DIN\nunreadable scrawl,2\nFUROSEMIDE 40MG,362166\ntorsemide,362166\nlasix,\n,00362166\n,\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A table of one DIN, installed for this test only."""
    monkeypatch.setattr(code_store, "default_folder", lambda: tmp_path / "codes")
    table = tmp_path / "din.csv"
    table.write_text("Product name,DIN\nFurosemide 40 mg tablet,00362166\n", encoding="utf-8")
    code_store.install(table)


@pytest.mark.parametrize("option", ["din=DIN", "ndc=DIN", "DIN"])
def test_codes_beside_the_lines_are_looked_up(tmp_path, installed, option):
    source = tmp_path / "a.csv"
    source.write_text(CODED, encoding="utf-8")
    rows = identified(source, tmp_path / "out.csv", "--code-column", option)
    assert [row["ingredients"] for row in rows] == ["", "furosemide", "furosemide", "furosemide", "furosemide"]
    assert [row["status"] for row in rows] == ["unknown", "exact", "approximate", "exact", "exact"]
    assert "disagree" in rows[2]["note"]


def test_codes_without_a_table_change_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(code_store, "default_folder", lambda: tmp_path / "codes")
    source = tmp_path / "a.csv"
    source.write_text(CODED, encoding="utf-8")
    with_codes = identified(source, tmp_path / "out.csv", "--code-column", "din=DIN")
    assert with_codes == identified(source, tmp_path / "out.csv")


@pytest.mark.parametrize("option", ["upc=DIN", "Drug", "din="])
def test_a_code_column_of_no_known_kind_is_a_usage_error(tmp_path, option):
    source = tmp_path / "a.csv"
    source.write_text(CODED, encoding="utf-8")
    command = [str(source), "--column", "Drug", "--out", str(tmp_path / "out.csv"), "--code-column", option]
    assert CliRunner().invoke(identify, command).exit_code == 2


def test_a_country_settles_names(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("Drug\nUrex\n", encoding="utf-8")
    assert identified(source, tmp_path / "out.csv")[0]["status"] == "ambiguous"
    (row,) = identified(source, tmp_path / "out.csv", "--jurisdiction", "us")
    assert (row["ingredients"], row["note"]) == ("methenamine", "urex → methenamine (as sold in US)")


def workbook(path):
    with Workbook(str(path)) as book:
        book.add_worksheet("Summary").write_string(0, 0, "text")
        sheet = book.add_worksheet("Unrecognised")
        rows = [
            ("Drug lines to look at",),
            ("text", "records", "correct to"),
            ("wtr pill", 3, "furosemide"),
            ("x", 1, ""),
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def test_corrections_from_the_workbook_filled_in(tmp_path):
    workbook(tmp_path / "worklist.xlsx")
    assert read_corrections(tmp_path / "worklist.xlsx") == {"wtr pill": "furosemide"}


def test_corrections_without_headings(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("wtr pill,furosemide\n", encoding="utf-8")
    assert read_corrections(path) == {"wtr pill": "furosemide"}


def test_what_holds_no_corrections_is_refused(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    with pytest.raises(ColumnsNotUnderstoodError):
        read_corrections(path)
    broken = tmp_path / "c.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(InputUnreadableError):
        read_corrections(broken)


def test_one_line_explained():
    output = CliRunner().invoke(drug, ["LISINOPRIL-HCTZ 20-12.5 MG TA"]).output
    for told in ("hctz → hydrochlorothiazide", "20 mg; 12.5 mg", "ace_inhibitor", "thiazide", "potassium"):
        assert told in output


def test_one_line_that_is_not_understood_is_explained_too():
    output = CliRunner().invoke(drug, ["hydroxizine"]).output
    assert "ambiguous" in output and "hydralazine" in output
