"""Patients named outside the columns: above the table, in headings, on the pages of printed reports."""

import pytest

from fixtures.lists import read, read_rows, reasons, told, tuples


def test_the_patient_above_the_table(tmp_path):
    rows = [
        ("Patient Report",),
        ("Patient Identity", "", "DOB", "Gender"),
        ("ADLER, ANN", "", "03/24/1944", "female"),
        (),
        ("Fill Date", "ID", "Drug", "Qty", "Days"),
        ("03/18/2025", "1", "Pregabalin 75 Mg", "60", "30"),
        ("02/15/2025", "2", "Zolpidem Tartrate 10 Mg", "30", "30"),
        (),
        ("*Per the rules of the programme.",),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "birth_date", "sex", "drug") == [
        ("ADLER, ANN", "1944-03-24", "F", "Pregabalin 75 Mg"),
        ("ADLER, ANN", "1944-03-24", "F", "Zolpidem Tartrate 10 Mg"),
    ]


@pytest.mark.parametrize(
    "block",
    [("Patient Name: ADLER, ANN", "", "Date of Birth: 03/24/1944", "", "Sex: F"),
     ("Patient:", "ADLER, ANN", "DOB:", "03/24/1944", "Allergies:", "NKDA", "Sex:", "F")],
    ids=["label and value in a cell", "label beside value"],
)  # fmt: skip
def test_labels_with_their_values_are_no_row_of_titles(tmp_path, block):
    rows = [block, (), ("Drug", "Qty", "Filled"), ("Pregabalin 75 Mg", "60", "03/18/2025")]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "birth_date", "sex", "drug", "quantity") == [
        ("ADLER, ANN", "1944-03-24", "F", "Pregabalin 75 Mg", "60")
    ]


def test_the_first_heading_is_no_second_row_of_titles(tmp_path):
    rows = [
        ("", "Drug", "Strength", "Directions", "Start Date", "Qty"),
        ("Resident: Adler, Ann (20417)  DOB 03/24/1944",),
        ("", "Furosemide", "40 mg", "1 tab by mouth daily", "04/13/2025", "30"),
        ("Resident: Brook, Bob (20533)  DOB 07/04/1939",),
        ("", "Lisinopril", "10 mg", "1 tab by mouth daily", "04/14/2025", "30"),
    ]
    assert told(read_rows(tmp_path, rows), "patient_id", "patient_name", "birth_date", "drug") == [
        ("20417", "Adler, Ann", "1944-03-24", "Furosemide"),
        ("20533", "Brook, Bob", "1939-07-04", "Lisinopril"),
    ]


def test_the_first_heading_stands_above_the_titles_and_is_continued_on_the_next_page(tmp_path):
    titles = ("", "Medication", "Directions", "Start")
    rows = [
        ("Sunrise Assisted Living",),
        ("Adler, Ann   DOB: 03/24/1944   Room: 10A",),
        titles,
        ("", "Furosemide 40 mg tab", "1 tab daily", "04/13/2025"),
        ("Sunrise Assisted Living",),
        ("Adler, Ann (continued)",),
        titles,
        ("", "Simvastatin 20 mg tab", "1 tab at bedtime", "04/14/2025"),
        ("Brook, Bob   DOB: 07/04/1939   Room: 11A",),
        titles,
        ("", "Lisinopril 10 mg tab", "1 tab daily", "04/15/2025"),
    ]
    assert told(read_rows(tmp_path, rows), "patient_name", "birth_date", "drug") == [
        ("Adler, Ann", "1944-03-24", "Furosemide 40 mg tab"),
        ("Adler, Ann", "1944-03-24", "Simvastatin 20 mg tab"),
        ("Brook, Bob", "1939-07-04", "Lisinopril 10 mg tab"),
    ]


def test_directions_under_the_records_of_a_profile_without_a_column_for_them(tmp_path):
    path = tmp_path / "profile.txt"
    path.write_text("""PATIENT: ADLER, ANN (20417)   DOB 03/24/1944
    RX#      DRUG                         QTY    DS  LAST FILL
    810001   TORSEMIDE 20 MG TABLET        90    90  04/14/2025
             TAKE 1 TABLET BY MOUTH EVERY
             MORNING
    810002   LOSARTAN 50 MG TABLET         90    90  04/16/2025
             SIG: 1 TAB PO DAILY
    PATIENT TOTAL: 2 PRESCRIPTIONS
""")
    assert told(read(path), "patient_id", "patient_name", "birth_date", "drug", "sig") == [
        ("20417", "ADLER, ANN", "1944-03-24", "TORSEMIDE 20 MG TABLET", "TAKE 1 TABLET BY MOUTH EVERY MORNING"),
        ("20417", "ADLER, ANN", "1944-03-24", "LOSARTAN 50 MG TABLET", "1 TAB PO DAILY"),
    ]


def test_a_form_made_for_one_person_by_its_title(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("""MEDICATION LIST FOR Ann B Adler, DOB: 03/24/1944
Allergies or side effects: Penicillin (hives)

Medication: Furosemide 40 mg tablet
How I use it: 1 tablet in the morning
Date I started using it: 01/15/2025

Medication: Simvastatin 20 mg tablet
How I use it: 1 tablet at bedtime
""")
    assert told(read(path), "patient_name", "birth_date", "drug", "sig", "start_date") == [
        ("Ann B Adler", "1944-03-24", "Furosemide 40 mg tablet", "1 tablet in the morning", "2025-01-15"),
        ("Ann B Adler", "1944-03-24", "Simvastatin 20 mg tablet", "1 tablet at bedtime", None),
    ]


def test_name_and_birth_date_joined_by_a_slash(tmp_path):
    rows = [("Patient / DOB", "Drug / Directions"), ("ADLER, ANN / 03/24/1944", "Furosemide 40 mg tab - 1 tab daily")]
    assert told(read_rows(tmp_path, rows), "patient_name", "birth_date", "drug", "sig") == [
        ("ADLER, ANN", "1944-03-24", "Furosemide 40 mg tab", "1 tab daily")
    ]


def test_groups_under_patient_headings(tmp_path):
    titles = ("Rx #", "Fill Date", "Drug", "Qty", "Days")
    rows = [
        ("Hill Pharmacy",),
        ("Patient: ADLER, ANN", "", "DOB: 03/24/1944"),
        titles,
        ("700", "03/04/2025", "FUROSEMIDE 40 MG TABLET", "60", "30"),
        ("Total prescriptions: 1",),
        ("Patient: BROOK, BOB", "", "DOB: 07/04/1939"),
        titles,
        ("701", "03/07/2025", "LISINOPRIL 10 MG TAB", "90", "90"),
        ("Page 1 of 2",),
        ("Patient: BROOK, BOB (CONTINUED)",),
        titles,
        ("702", "03/17/2025", "SIMVASTATIN 20 MG TAB", "90", "90"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "birth_date", "drug") == [
        ("ADLER, ANN", "1944-03-24", "FUROSEMIDE 40 MG TABLET"),
        ("BROOK, BOB", "1939-07-04", "LISINOPRIL 10 MG TAB"),
        ("BROOK, BOB", "1939-07-04", "SIMVASTATIN 20 MG TAB"),
    ]


PRINTED = """\
HILL PHARMACY                       PATIENT PRESCRIPTION PROFILE                       PAGE   1
RUN DATE: 03/20/2025

ADLER, ANN                    DOB: 03/24/1944   SEX: F   ACCT: 10021
  RX#      DATE       DRUG NAME                       QTY  DAYS  DIRECTIONS
  700      03/04/2025 FUROSEMIDE 40 MG TABLET          60    30  TAKE 1 TABLET BY MOUTH
                                                                 TWICE DAILY
  701      03/14/2025 SIMVASTATIN 20 MG TABLET         30    30  TAKE 1 TABLET DAILY
     TOTAL RX FOR PATIENT: 2

BROOK, BOB                    DOB: 07/04/1939   SEX: M   ACCT: 10034
  RX#      DATE       DRUG NAME                       QTY  DAYS  DIRECTIONS
  702      03/07/2025 LISINOPRIL 10 MG TABLET          90    90  1 TAB PO QAM

HILL PHARMACY                       PATIENT PRESCRIPTION PROFILE                       PAGE   2
RUN DATE: 03/20/2025

BROOK, BOB (CONTINUED)
  RX#      DATE       DRUG NAME                       QTY  DAYS  DIRECTIONS
  703      03/17/2025 METFORMIN HCL 1,000 MG TABLET   180    90  TAKE 1 TABLET TWICE A DAY
                                                                 WITH MEALS
     TOTAL RX FOR PATIENT: 2
GRAND TOTAL RX: 4
*** END OF REPORT ***
"""


def test_a_wrapped_line_may_begin_a_little_before_its_title(tmp_path):
    path = tmp_path / "orders.txt"
    path.write_text("""Order Date  Medication                 Qty   DS  Directions

ADLER, ANN      DOB: 03/24/1944   MRN: 20417
  04/14/25  TORSEMIDE 20 MG TABLET      90   90  TAKE 1 TABLET EVERY
                                               MORNING
  04/16/25  LOSARTAN 50 MG TABLET       90   90  1 TAB PO DAILY
""")
    assert told(read(path), "start_date", "drug", "sig") == [
        ("2025-04-14", "TORSEMIDE 20 MG TABLET", "TAKE 1 TABLET EVERY MORNING"),
        ("2025-04-16", "LOSARTAN 50 MG TABLET", "1 TAB PO DAILY"),
    ]


def test_a_printed_report(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(PRINTED, encoding="utf-8")
    result = read(path)
    assert told(
        result, "patient_id", "patient_name", "sex", "drug", "quantity", "days_supply", "start_date", "sig"
    ) == [
        (
            "10021",
            "ADLER, ANN",
            "F",
            "FUROSEMIDE 40 MG TABLET",
            "60",
            "30",
            "2025-03-04",
            "TAKE 1 TABLET BY MOUTH TWICE DAILY",
        ),
        ("10021", "ADLER, ANN", "F", "SIMVASTATIN 20 MG TABLET", "30", "30", "2025-03-14", "TAKE 1 TABLET DAILY"),
        ("10034", "BROOK, BOB", "M", "LISINOPRIL 10 MG TABLET", "90", "90", "2025-03-07", "1 TAB PO QAM"),
        (
            "10034",
            "BROOK, BOB",
            "M",
            "METFORMIN HCL 1,000 MG TABLET",
            "180",
            "90",
            "2025-03-17",
            "TAKE 1 TABLET TWICE A DAY WITH MEALS",
        ),
    ]
    assert result.rows.read == len([line for line in PRINTED.splitlines() if line.strip()])


PROFILE = """\
Medication Profile             Mar 20, 2025@10:44:56          Page:    1 of    1
ADLER,ANN                                               <A>
  PID: 000-24-6802                                 Ht(cm): 160.02 (02/08/2024)
  DOB: MAR 24,1944 (81)                            Wt(kg): 70.45 (02/08/2024)
  SEX: FEMALE
 CrCL: 38.4(est.) (CREAT:1.2mg/dL 2/11/25)       BSA (m2): 1.77
                                                              ISSUE  LAST REF DAY
 #  RX #         DRUG                                 QTY ST  DATE  FILL REM SUP
-------------------------------------ACTIVE-------------------------------------
 1 7012345$e     FUROSEMIDE 40MG TAB                   60 A> 01-06 03-04   3  30
 2 7012395       FLUTICAS 100/SALMETEROL 50 INHL DISK 60 E> 06-01 12-02   11 30
                   Qty: 2
------------------------------------PENDING-------------------------------------
 3 AMLODIPINE 10MG TAB                          QTY: 90      ISDT: 03-19  REF: 3
-------------------------NON-VA MEDS (Not dispensed by VA)----------------------
   QUININE SULFATE 324MG CAP 1 CAP AT BEDTIME BY MOUTH  Date Documented: 02/01/25
"""


def test_a_profile_screen_with_sections_and_dates_without_years(tmp_path):
    path = tmp_path / "profile.txt"
    path.write_text(PROFILE, encoding="utf-8")
    result = read(path)
    assert told(result, "drug", "quantity", "days_supply", "start_date", "status", "sig") == [
        ("FUROSEMIDE 40MG TAB", "60", "30", "2025-03-04", "A>", None),
        ("FLUTICAS 100/SALMETEROL 50 INHL DISK 60", "2", "30", "2024-12-02", "E>", None),
        ("AMLODIPINE 10MG TAB", "90", None, None, "PENDING", None),
        ("QUININE SULFATE 324MG CAP", None, None, None, "NON-VA MEDS", "1 CAP AT BEDTIME BY MOUTH"),
    ]
    assert set(told(result, "patient_id", "birth_date", "sex")) == {("000-24-6802", "1944-03-24", "F")}
    assert tuples(result.companions["labs"], "test", "value", "unit", "date") == [
        ("creat", "1.2", "mg/dL", "2025-02-11")
    ]


TWO_OF_A_NAME = """\
HILL PHARMACY                       PATIENT PRESCRIPTION PROFILE                       PAGE   1
RUN DATE: 03/20/2025
  RX#      DATE       DRUG NAME                       QTY  DAYS
GARCIA, MARIA
DOB: 11/30/1958
  700      03/04/2025 FUROSEMIDE 40 MG TABLET          60    30
GARCIA, MARIA
DOB: 02/14/1987
  701      03/14/2025 SIMVASTATIN 20 MG TABLET         30    30
HILL PHARMACY                       PATIENT PRESCRIPTION PROFILE                       PAGE   2
GARCIA, MARIA (CONTINUED)
  702      03/07/2025 LISINOPRIL 10 MG TABLET          90    90
"""


def test_two_people_of_one_name_under_headings_of_two_lines_stay_two(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(TWO_OF_A_NAME, encoding="utf-8")
    assert told(read(path), "patient_name", "birth_date", "drug") == [
        ("GARCIA, MARIA", "1958-11-30", "FUROSEMIDE 40 MG TABLET"),
        ("GARCIA, MARIA", "1987-02-14", "SIMVASTATIN 20 MG TABLET"),
        ("GARCIA, MARIA", "1987-02-14", "LISINOPRIL 10 MG TABLET"),
    ]


def test_the_same_in_a_spreadsheet(tmp_path):
    rows = [
        ("Rx #", "Fill Date", "Drug", "Qty", "Days"),
        ("Patient: GARCIA, MARIA",),
        ("DOB: 11/30/1958",),
        ("700", "03/04/2025", "FUROSEMIDE 40 MG TABLET", "60", "30"),
        ("Patient: GARCIA, MARIA",),
        ("DOB: 02/14/1987",),
        ("701", "03/14/2025", "SIMVASTATIN 20 MG TABLET", "30", "30"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "birth_date", "drug") == [
        ("1958-11-30", "FUROSEMIDE 40 MG TABLET"),
        ("1987-02-14", "SIMVASTATIN 20 MG TABLET"),
    ]
    assert len(set(told(result, "patient_id"))) == 2


def test_totals_per_patient_are_no_medicines(tmp_path):
    rows = [
        ("Rx #", "Drug", "Qty", "Date Filled"),
        ("Patient: Adler, Ann   DOB: 03/24/1944",),
        ("700", "Furosemide 40 mg tablet", "60", "03/04/2025"),
        ("", "Patient Total", "60"),
        ("Patient: Brook, Bob   DOB: 07/04/1939",),
        ("701", "Lisinopril 10 mg tablet", "90", "03/14/2025"),
        ("", "Patient Total", "90"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "drug") == [
        ("Adler, Ann", "Furosemide 40 mg tablet"),
        ("Brook, Bob", "Lisinopril 10 mg tablet"),
    ]
    assert reasons(result.ignored)[4] == "a total, not a record"


def test_columns_by_position_with_names_that_hold_a_comma(tmp_path):
    path = tmp_path / "query.txt"
    path.write_text(
        "Patient ID  Patient Name       DOB         Drug                      Qty  Fill Date\n"
        "----------- ------------------ ----------- ------------------------- ---- ----------\n"
        "17          ADLER, ANN         03/24/1944  FUROSEMIDE 40 MG TABLET   60   03/04/2025\n"
        "18          BROOK, BOB         07/04/1939  METFORMIN 1,000 MG TABLET 90   03/14/2025\n"
        "\n(2 rows affected)\n",
        encoding="utf-8",
    )
    assert told(read(path), "patient_id", "patient_name", "birth_date", "drug", "quantity", "start_date") == [
        ("17", "ADLER, ANN", "1944-03-24", "FUROSEMIDE 40 MG TABLET", "60", "2025-03-04"),
        ("18", "BROOK, BOB", "1939-07-04", "METFORMIN 1,000 MG TABLET", "90", "2025-03-14"),
    ]


@pytest.mark.parametrize(
    ("title", "cell", "told_of"),
    [
        ("Patient", "ADLER, ANN (03/24/1944)", (None, "ADLER, ANN", "1944-03-24")),
        ("Patient", "4401 - ADLER, ANN", ("4401", "ADLER, ANN", None)),
        ("Patient Name", "ADLER, ANN [4401]", ("4401", "ADLER, ANN", None)),
    ],
)
def test_cells_that_name_the_patient_and_more(tmp_path, title, cell, told_of):
    rows = [(title, "Drug"), (cell, "Furosemide 40 mg"), (cell, "Simvastatin 20 mg")]
    found = told(read_rows(tmp_path, rows), "patient_id", "patient_name", "birth_date")
    assert len(set(found)) == 1
    for value, wanted in zip(found[0], told_of, strict=True):
        assert value == wanted or (wanted is None and str(value).startswith("name:"))


def test_birth_date_age_and_sex_in_one_cell(tmp_path):
    rows = [("MRN", "DOB/Sex", "Drug"), ("17", "03/24/1944 F", "Furosemide 40 mg"), ("18", "07/04/1939 M", "Iron 5 mg")]
    assert told(read_rows(tmp_path, rows), "birth_date", "sex") == [("1944-03-24", "F"), ("1939-07-04", "M")]
    rows = [("MRN", "Age/Sex", "Drug"), ("17", "81/F", "Furosemide 40 mg"), ("18", "86/M", "Iron 5 mg")]
    assert told(read_rows(tmp_path, rows), "age", "sex") == [("81", "F"), ("86", "M")]


def test_a_code_with_letters_is_an_id_and_no_name(tmp_path):
    rows = [("Patient", "Drug"), ("pat-10021", "Furosemide 40 mg"), ("pat-10022", "Iron 5 mg")]
    assert told(read_rows(tmp_path, rows), "patient_id", "patient_name") == [("pat-10021", None), ("pat-10022", None)]
