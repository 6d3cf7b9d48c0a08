"""Cells that slipped from under their titles: unquoted commas, titles that are missing, remarks without a title."""

import pytest

from fixtures.lists import read, reasons, told

TITLES = "Patient Name,Rx Number,Drug Name,Qty,Fill Date"


def written(folder, *lines):
    path = folder / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_names_with_an_unquoted_comma(tmp_path):
    path = written(
        tmp_path,
        TITLES,
        "ADLER, ANN,700,FUROSEMIDE 40 MG TABLET,60,03/04/2025",
        "BROOK, BOB,701,LISINOPRIL 10 MG TABLET,90,03/14/2025",
    )
    result = read(path)
    assert told(result, "patient_name", "drug", "quantity", "start_date") == [
        ("ADLER, ANN", "FUROSEMIDE 40 MG TABLET", "60", "2025-03-04"),
        ("BROOK, BOB", "LISINOPRIL 10 MG TABLET", "90", "2025-03-14"),
    ]
    assert any("one cell more than there are titles" in notice.message for notice in result.notices)


def test_row_names_without_a_title(tmp_path):
    path = written(tmp_path, "MRN,Drug,Qty,Fill Date", "r1,17,Furosemide 40 mg,60,03/04/2025",
                   "r2,18,Lisinopril 10 mg,90,03/14/2025")  # fmt: skip
    assert told(read(path), "patient_id", "drug", "quantity") == [
        ("17", "Furosemide 40 mg", "60"),
        ("18", "Lisinopril 10 mg", "90"),
    ]


def test_a_remark_behind_the_last_title_leaves_the_row_as_it_is(tmp_path):
    path = written(
        tmp_path,
        TITLES,
        *(f"Ann Adler,{n},Furosemide {n} mg,60,03/04/2025" for n in range(10, 15)),
        "Bob Brook,701,Lisinopril 10 mg,90,03/14/2025,call him",
    )
    assert told(read(path), "drug", "quantity")[-1] == ("Lisinopril 10 mg", "90")


@pytest.mark.parametrize("drug", ["METFORMIN HCL 1,000 MG TABLET", "FOLIC ACID, B12 TABLET"])
def test_a_row_that_an_unquoted_comma_has_shifted_is_rejected(tmp_path, drug):
    path = written(
        tmp_path,
        TITLES,
        *(f"Ann Adler,{n},Furosemide {n} mg,60,03/04/2025" for n in range(10, 15)),
        f"Bob Brook,701,{drug},90,03/14/2025",
    )
    result = read(path)
    assert len(result.records) == 5
    assert reasons(result.rejected) == {7: "more cells than columns: an unquoted delimiter has shifted them"}
