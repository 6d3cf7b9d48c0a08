"""Delimited rows that a spreadsheet kept in one column are cut once more; columns of names and reports are not."""

import openpyxl
import pytest

from fixtures.lists import read, told
from medcramp.errors import UserError

ROWS = [
    'MRN;Patient;Drug;Qty;"Sig; as written"',
    '17;"ADLER; ANN";FUROSEMIDE 40 MG TABLET;60;"take 1; daily"',
    '18;"BROOK; BOB";LISINOPRIL 10 MG TABLET;90;1 tab daily',
]
READ = [
    ("17", "FUROSEMIDE 40 MG TABLET", "60", "take 1; daily"),
    ("18", "LISINOPRIL 10 MG TABLET", "90", "1 tab daily"),
]


def test_lines_that_are_one_quoted_cell_each(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("\r\n".join('"' + row.replace('"', '""') + '"' for row in ROWS))
    assert told(read(path), "patient_id", "drug", "quantity", "sig") == READ


def test_rows_pasted_into_the_first_column(tmp_path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append([row])
    book.save(tmp_path / "export.xlsx")
    result = read(tmp_path / "export.xlsx")
    assert told(result, "patient_id", "drug", "quantity", "sig") == READ
    assert told(result, "source_row") == [(2,), (3,)]


@pytest.mark.parametrize("lines", [["ADLER, ANN", "BROOK, BOB", "CARR, CARL"], ["Dear reader,", "", "all is well."]])
def test_names_and_prose_are_no_table(tmp_path, lines):
    path = tmp_path / "export.csv"
    path.write_text("\n".join(f'"{line}"' for line in lines))
    with pytest.raises(UserError):
        read(path)
