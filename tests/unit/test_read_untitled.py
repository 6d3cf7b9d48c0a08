"""Tables without a row of titles, or with titles that nobody knows."""

import pytest

from fixtures.lists import read_rows, told
from medcramp.errors import ColumnsNotUnderstoodError


def test_no_titles_at_all(tmp_path):
    rows = [
        (
            "700",
            "ADLER,ANN",
            "03/24/1944",
            "FUROSEMIDE 40 MG TABLET",
            "00054429925",
            "60",
            "30",
            "03/04/2025",
            "TAKE 1 TABLET TWICE DAILY",
        ),
        (
            "701",
            "ADLER,ANN",
            "03/24/1944",
            "SIMVASTATIN 20 MG TABLET",
            "16714068501",
            "30",
            "30",
            "03/14/2025",
            "TAKE 1 TABLET AT BEDTIME",
        ),
        (
            "702",
            "BROOK,BOB",
            "07/04/1939",
            "LISINOPRIL 10 MG TABLET",
            "00143126301",
            "180",
            "90",
            "03/25/2025",
            "TAKE 2 TABLETS DAILY",
        ),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "birth_date", "drug", "ndc", "quantity", "days_supply", "start_date", "sig")[
        2
    ] == (
        "BROOK,BOB",
        "1939-07-04",
        "LISINOPRIL 10 MG TABLET",
        "00143126301",
        "180",
        "90",
        "2025-03-25",
        "TAKE 2 TABLETS DAILY",
    )


def test_without_titles_figures_that_could_be_either_stay_unknown_and_are_said(tmp_path):
    rows = [("ADLER,ANN", "FUROSEMIDE 40 MG TABLET", "30", "30"), ("BROOK,BOB", "LISINOPRIL 10 MG TABLET", "90", "90")]
    result = read_rows(tmp_path, rows)
    assert told(result, "quantity", "days_supply") == [(None, None), (None, None)]
    assert any("--map quantity=" in notice.message for notice in result.notices)


def test_a_code_with_a_leading_zero_is_no_amount(tmp_path):
    rows = [("0412", "ADLER,ANN", "FUROSEMIDE 40 MG TABLET", "60", "30"),
            ("0412", "BROOK,BOB", "LISINOPRIL 10 MG TABLET", "90", "90")]  # fmt: skip
    assert told(read_rows(tmp_path, rows), "quantity", "days_supply")[0] == ("60", "30")


def test_half_tablets_last_longer_than_their_count(tmp_path):
    rows = [
        ("ADLER,ANN", "03/24/1944", "FUROSEMIDE 40 MG TABLET", "45", "90"),
        ("ADLER,ANN", "03/24/1944", "SIMVASTATIN 20 MG TABLET", "90", "90"),
        ("BROOK,BOB", "07/04/1939", "LISINOPRIL 10 MG TABLET", "180", "90"),
        ("BROOK,BOB", "07/04/1939", "METFORMIN 500 MG TABLET", "120", "30"),
    ]
    assert told(read_rows(tmp_path, rows), "quantity", "days_supply")[0] == ("45", "90")


def test_split_names_beside_a_birth_date(tmp_path):
    rows = [
        ("ADLER", "ANN", "1944-03-24", "FUROSEMIDE 40 MG TABLET", "2025-03-04"),
        ("BROOK", "BOB", "1939-07-04", "LISINOPRIL 10 MG TABLET", "2025-03-14"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "birth_date") == [("ADLER, ANN", "1944-03-24"), ("BROOK, BOB", "1939-07-04")]
    assert any("parts of the patient's name" in notice.message for notice in result.notices)


def test_a_code_that_stands_for_one_person_each_is_the_id_beside_names(tmp_path):
    rows = [
        ("700", "2041", "44", "ADLER", "ANN", "1944-03-24", "FUROSEMIDE 40 MG TABLET", "2025-03-04"),
        ("701", "2041", "44", "ADLER", "ANN", "1944-03-24", "SIMVASTATIN 20 MG TABLET", "2025-03-04"),
        ("702", "2053", "44", "BROOK", "BOB", "1939-07-04", "LISINOPRIL 10 MG TABLET", "2025-03-14"),
        ("703", "2053", "44", "BROOK", "BOB", "1939-07-04", "METFORMIN 500 MG TABLET", "2025-03-14"),
    ]
    assert told(read_rows(tmp_path, rows), "patient_id") == [("2041",), ("2041",), ("2053",), ("2053",)]


def test_directions_and_the_only_dates_under_titles_that_say_nothing(tmp_path):
    rows = [
        ("MRN", "Drug", "When", "Notes"),
        ("17", "Furosemide 40 mg tab", "03/14/2025", "take 1 tablet daily"),
        ("18", "Simvastatin 20 mg tab", "03/15/2025", "1 tab at bedtime"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "start_date", "sig") == [
        ("2025-03-14", "take 1 tablet daily"),
        ("2025-03-15", "1 tab at bedtime"),
    ]
    assert any("'When'" in notice.message for notice in result.notices)


def test_dates_whose_title_says_something_else_do_not_date_supplies(tmp_path):
    rows = [("MRN", "Drug", "Last Visit"), ("17", "Furosemide 40 mg tab", "03/14/2025"),
            ("18", "Simvastatin 20 mg tab", "03/15/2025")]  # fmt: skip
    assert told(read_rows(tmp_path, rows), "start_date") == [(None,), (None,)]


def test_a_column_of_short_codes_is_no_directions(tmp_path):
    rows = [("PATID", "NDC", "DISPENSE_DATE", "SRC"), ("17", "00054429925", "2025-03-14", "OD"),
            ("18", "16714068501", "2025-03-15", "OD")]  # fmt: skip
    assert told(read_rows(tmp_path, rows), "sig") == [(None,), (None,)]


def test_titles_in_words_nobody_knows_are_no_record(tmp_path):
    rows = [
        ("Qwert", "Zuiop", "Asdfg", "Hjkl"),
        ("ADLER, ANN", "24/03/1944", "FUROSEMIDE 40 MG TABLET", "13/03/2025"),
        ("BROOK, BOB", "04/07/1939", "LISINOPRIL 10 MG TABLET", "14/03/2025"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "source_row", "birth_date", "start_date") == [
        (2, "1944-03-24", "2025-03-13"),
        (3, "1939-07-04", "2025-03-14"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [("blue", "red", "one"), ("green", "12", "two"), ("yellow", "7", "three")],
        [("apple", "blue", "today"), ("pear", "iron", "tomorrow"), ("plum", "gold", "never")],
        [("a", "Ann Adler", "Iron"), ("b", "Bob Brook", "Zinc"), ("c", "Carl Carr", "Senna")],
    ],
    ids=["colours", "fruits", "words that are medicines too"],
)
def test_a_handful_of_words_is_no_list_of_patients_and_medicines(tmp_path, rows):
    with pytest.raises(ColumnsNotUnderstoodError):
        read_rows(tmp_path, rows)


def test_a_title_that_says_nothing_over_medicines(tmp_path):
    rows = [
        ("Patient ID", "DOB", "Fill Date", "Zuiop"),
        ("17", "03/24/1944", "03/04/2025", "Furosemide 40 mg tablet"),
        ("18", "07/04/1939", "03/14/2025", "Lisinopril 10 mg tablet"),
    ]
    assert told(read_rows(tmp_path, rows), "drug") == [("Furosemide 40 mg tablet",), ("Lisinopril 10 mg tablet",)]
