"""Several medicines in a row: lists in a cell, groups of columns, administration records, forms."""

import pytest

from fixtures.lists import read_rows, reasons, told, tuples


@pytest.mark.parametrize(
    "cell",
    [
        "Furosemide 40 mg tab - take 1 tablet daily; Simvastatin 20 mg tab - 1 tab at bedtime",
        "1. Furosemide 40 mg tab - take 1 tablet daily\n2. Simvastatin 20 mg tab - 1 tab at bedtime",
        "Furosemide 40 mg tab take 1 tablet daily | Simvastatin 20 mg tab 1 tab at bedtime",
        "1) Furosemide 40 mg tab: take 1 tablet daily 2) Simvastatin 20 mg tab: 1 tab at bedtime",
    ],
    ids=["semicolons", "numbered lines", "bars", "numbered in a line"],
)
def test_a_list_in_a_cell(tmp_path, cell):
    result = read_rows(tmp_path, [("MRN", "Active Medications"), ("17", cell), ("18", "Lisinopril 10 mg tab")])
    assert told(result, "source_row", "patient_id", "drug", "sig") == [
        (2, "17", "Furosemide 40 mg tab", "take 1 tablet daily"),
        (2, "17", "Simvastatin 20 mg tab", "1 tab at bedtime"),
        (3, "18", "Lisinopril 10 mg tab", None),
    ]
    assert result.rows.used == 2


def test_commas_part_a_list_only_between_medicines(tmp_path):
    rows = [
        ("MRN", "Medications"),
        ("17", "Furosemide 40 mg Tab, Simvastatin 20 mg Tab"),
        ("18", "potassium chloride 20 mEq oral tablet, extended release"),
    ]
    assert told(read_rows(tmp_path, rows), "patient_id", "drug") == [
        ("17", "Furosemide 40 mg Tab"),
        ("17", "Simvastatin 20 mg Tab"),
        ("18", "potassium chloride 20 mEq oral tablet, extended release"),
    ]


@pytest.mark.parametrize(
    "titles",
    [
        ("MRN", "Medication 1", "Qty 1", "Medication 2", "Qty 2"),
        ("MRN", "Med1_Name", "Med1_Qty", "Med2_Name", "Med2_Qty"),
        ("MRN", "Drug", "Qty", "Drug", "Qty"),
        ("MRN", "Drug", "Qty", "Drug2", "Qty2"),
    ],
    ids=["numbers", "numbers inside", "repeated", "first without a number"],
)
def test_medicines_across(tmp_path, titles):
    rows = [
        titles,
        ("17", "Furosemide", "60", "Simvastatin", "30"),
        ("18", "", "", "Lisinopril", "90"),
        ("19", "", "", "", ""),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "source_row", "patient_id", "drug", "quantity") == [
        (2, "17", "Furosemide", "60"),
        (2, "17", "Simvastatin", "30"),
        (3, "18", "Lisinopril", "90"),
    ]
    assert reasons(result.ignored) == {4: "no medicine in this row"}


def test_medicines_across_by_kind_of_column_and_the_first_row_of_them(tmp_path):
    rows = [
        ("Resident", "DOB", "Med 1", "Med 2", "Dose 1", "Dose 2", "Frequency 1", "Frequency 2"),
        ("Adler, Ann", "03/24/1944", "Furosemide", "", "40 mg", "", "BID", ""),
        ("Brook, Bob", "07/04/1939", "Lisinopril", "Simvastatin", "10 mg", "20 mg", "daily", "HS"),
    ]
    assert told(read_rows(tmp_path, rows), "source_row", "patient_name", "drug", "dosing") == [
        (2, "Adler, Ann", "Furosemide", "40 mg BID"),
        (3, "Brook, Bob", "Lisinopril", "10 mg daily"),
        (3, "Brook, Bob", "Simvastatin", "20 mg HS"),
    ]


def test_an_administration_record_of_one_resident_with_nothing_but_medicine_and_days(tmp_path):
    rows = [
        ("Resident:", "Adler, Ann", "DOB:", "03/24/1944", "Allergies:", "NKDA"),
        (),
        ("Medication", "Time", *(str(day) for day in range(1, 31))),
        ("Furosemide 40 mg tablet", "0800", *["KS"] * 30),
        ("", "1600", *["AB"] * 30),
    ]
    assert told(read_rows(tmp_path, rows), "source_row", "patient_name", "drug") == [
        (4, "Adler, Ann", "Furosemide 40 mg tablet")
    ]


def test_directions_in_the_row_below_are_no_medicine(tmp_path):
    rows = [
        ("Name: Adler, Ann", "", "DOB: 03/24/1944"),
        ("Order", "Hour", *(str(day) for day in range(1, 31))),
        ("FUROSEMIDE 40 MG TABLET", "0800", *["KS"] * 30),
        ("TAKE 1 TABLET BY MOUTH TWICE DAILY", "1600", *["KS"] * 30),
        ("SIMVASTATIN 20 MG TABLET", "2100", *["KS"] * 30),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "drug", "sig") == [
        ("FUROSEMIDE 40 MG TABLET", "TAKE 1 TABLET BY MOUTH TWICE DAILY"),
        ("SIMVASTATIN 20 MG TABLET", None),
    ]
    assert reasons(result.ignored) == {4: "directions of the medicine above"}


def test_a_form_with_blocks(tmp_path):
    rows = [
        ("My Medication List", ""),
        ("For: Ann Adler", "DOB: 03/24/1944"),
        ("Allergies: penicillin (hives)", ""),
        ("Medication:", "Furosemide 40 mg Tab"),
        ("How I take it:", "1 tab every morning"),
        ("Why I use it:", "Swelling"),
        ("Medication:", "Magnesium oxide 400 mg"),
        ("How I take it:", "1 tablet at night"),
        ("Prescriber:", "Self"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "birth_date", "drug", "sig", "prescriber") == [
        ("Ann Adler", "1944-03-24", "Furosemide 40 mg Tab", "1 tab every morning", None),
        ("Ann Adler", "1944-03-24", "Magnesium oxide 400 mg", "1 tablet at night", "Self"),
    ]
    assert tuples(result.companions["allergies"], "substance", "reaction") == [("penicillin", "hives")]


def test_an_administration_record(tmp_path):
    days = [str(day) for day in range(1, 15)]
    rows = [
        ("Medication Administration Record",),
        ("Resident: Adler, Ann", "", "DOB: 03/24/1944"),
        ("Medication", "Directions", "Time", *days),
        ("Furosemide 40 mg tab", "1 tablet twice daily", "0800", *["AB"] * 9),
        ("Furosemide 40 mg tab", "1 tablet twice daily", "1600", *["AB"] * 9),
        ("Simvastatin 20 mg tab", "1 tablet at bedtime", "2100", *["AB"] * 9),
        ("R = refused, H = held",),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "drug", "sig") == [
        ("Adler, Ann", "Furosemide 40 mg tab", "1 tablet twice daily"),
        ("Adler, Ann", "Simvastatin 20 mg tab", "1 tablet at bedtime"),
    ]


@pytest.mark.parametrize("separator", ["; ", "\n", " | ", "~", " // ", "<br>", "\t", "\n• "])
def test_lists_parted_in_many_ways(tmp_path, separator):
    pieces = ["Furosemide 40 mg tab - take 1 tablet daily", "Simvastatin 20 mg tab - 1 tab at bedtime"]
    result = read_rows(tmp_path, [("MRN", "Medications"), ("17", separator.join(pieces)), ("18", "Iron 10 mg tab")])
    assert told(result, "patient_id", "drug", "sig") == [
        ("17", "Furosemide 40 mg tab", "take 1 tablet daily"),
        ("17", "Simvastatin 20 mg tab", "1 tab at bedtime"),
        ("18", "Iron 10 mg tab", None),
    ]


@pytest.mark.parametrize("separator", [",", " + ", "/", " and "])
def test_marks_that_join_ingredients_part_a_list_only_between_whole_products(tmp_path, separator):
    rows = [
        ("MRN", "Medications"),
        ("17", f"Furosemide 40 mg Tab{separator}Simvastatin 20 mg Tab"),
        ("18", f"Lisinopril{separator}Hydrochlorothiazide 20-12.5 mg Tab"),
        ("19", "Furosemide 20 mg Tab"),
    ]
    result = read_rows(tmp_path, rows)
    assert [told(result, "patient_id").count((number,)) for number in ("17", "18", "19")] == [2, 1, 1]


def test_directions_on_the_line_below_belong_to_the_medicine_above(tmp_path):
    cell = "Furosemide 40 mg tab\n  take 1 tablet daily\nSimvastatin 20 mg tab\n  1 tab at bedtime"
    assert told(read_rows(tmp_path, [("MRN", "Medications"), ("17", cell)]), "drug", "sig") == [
        ("Furosemide 40 mg tab", "take 1 tablet daily"),
        ("Simvastatin 20 mg tab", "1 tab at bedtime"),
    ]


@pytest.mark.parametrize("titles", [("Med #1", "Med #2"), ("Drug A", "Drug B"), ("medication1", "medication2")])
def test_medicines_across_under_numbers_and_letters(tmp_path, titles):
    rows = [("Study ID", *titles), ("17", "furosemide", "simvastatin"), ("18", "lisinopril", "")]
    assert told(read_rows(tmp_path, rows), "patient_id", "drug") == [
        ("17", "furosemide"),
        ("17", "simvastatin"),
        ("18", "lisinopril"),
    ]


def test_signatures_below_an_administration_record_are_no_medicines(tmp_path):
    days = [str(day) for day in range(1, 32)]
    rows = [
        ("Resident: ADLER, ANN", "", "DOB: 03/24/1944"),
        ("Medication", "Dose", "Frequency", *days),
        ("Furosemide 40 mg tab", "1 TAB", "BID", *["JD"] * 28),
        ("Simvastatin 20 mg tab", "1 TAB", "QHS", *["JD"] * 28),
        (),
        ("Initials", "Signature"),
        ("JD", "Jane Doe RN"),
    ]
    assert told(read_rows(tmp_path, rows), "patient_name", "drug", "dosing") == [
        ("ADLER, ANN", "Furosemide 40 mg tab", "1 TAB BID"),
        ("ADLER, ANN", "Simvastatin 20 mg tab", "1 TAB QHS"),
    ]
