"""Every shape of list gives one record per medicine, and an account of every row."""

import pytest
from openpyxl import Workbook

from fixtures.lists import FILLS, read, read_rows, reasons, told, tuples, write

ADLER = ("Adler, Ann", "1944-03-24")
BROOK = ("Brook, Bob", "1939-07-04")


def test_a_row_per_fill(tmp_path):
    result = read_rows(tmp_path, FILLS)
    assert told(result, "source_row", "patient_id", "drug", "ndc", "quantity", "days_supply", "start_date") == [
        (2, "P1", "Furosemide 40 mg tablet", "00054429925", "60", "30", "2025-03-04"),
        (3, "P1", "Simvastatin 20 mg tablet", "16714068501", "30", "30", "2025-03-14"),
        (4, "P2", "Lisinopril 10 mg tablet", "00143126301", "90", "90", "2025-03-25"),
    ]
    assert result.rows.used == 3


def test_title_rows_footers_totals_and_repeated_titles(tmp_path):
    rows = [
        ("Dispensing report",),
        ("Generated: 03/20/2025",),
        (),
        FILLS[0],
        FILLS[1],
        ("Page 1 of 2",),
        FILLS[0],
        FILLS[2],
        ("",) * 11,
        ("Grand Total", "", "", "", "", "", "", "90"),
        ("CONFIDENTIAL",),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "source_row") == [(5,), (8,)]
    assert reasons(result.ignored) == {
        6: "a page heading",
        7: "column titles repeated",
        10: "a total, not a record",
        11: "a note of the report",
    }


def test_headings_above_titles_give_them_meaning(tmp_path):
    rows = [
        ("Patient", "", "", "Medication", "", "Potassium", ""),
        ("Name", "DOB", "ID", "Name", "Qty", "Value", "Date"),
        ("Adler, Ann", "24-Mar-1944", "P1", "Furosemide 40mg tablets", "28", "3.1", "01-Mar-2025"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_id", "patient_name", "drug", "quantity") == [
        ("P1", "Adler, Ann", "Furosemide 40mg tablets", "28")
    ]
    assert tuples(result.companions["labs"], "patient_id", "test", "value", "date") == [
        ("P1", "potassium", "3.1", "2025-03-01")
    ]


def test_two_columns_of_one_title_that_disagree_are_unknown_and_said(tmp_path):
    rows = [
        ("ID", "Age", "Drug", "Qty", "Qty"),
        ("17", "71", "Furosemide", "60", "60"),
        ("18", "66", "Insulin", "1", "3"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "quantity") == [("60",), (None,)]
    assert any("disagree in 1 rows" in notice.message for notice in result.notices)


def test_blank_patient_cells_mean_the_patient_above(tmp_path):
    rows = [
        ("NHS Number", "Full Name", "Age", "Name, Dosage and Quantity", "Date of Issue"),
        (
            "943 476 5919",
            "Adler, Ann (Mrs)",
            "81",
            "Furosemide 40mg tablets One To Be Taken Each Day, 28 tablet",
            "03-Mar-2025",
        ),
        ("", "", "", "Simvastatin 40mg tablets 1 ON, 28 tablet", "04-Mar-2025"),
        ("943 476 5870", "Brook, Bob (Mr)", "", "Amlodipine 10mg tablets", "05-Mar-2025"),
        ("", "", "", "Co-codamol 8mg/500mg tablets 1-2 Up To Four Times A Day If Required, 100 tablet", "08-Mar-2025"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_id", "age", "drug", "sig", "quantity") == [
        ("943 476 5919", "81", "Furosemide 40mg tablets", "One To Be Taken Each Day", "28"),
        ("943 476 5919", "81", "Simvastatin 40mg tablets", "1 ON", "28"),
        ("943 476 5870", None, "Amlodipine 10mg tablets", None, None),
        ("943 476 5870", None, "Co-codamol 8mg/500mg tablets", "1-2 Up To Four Times A Day If Required", "100"),
    ]


def test_a_few_blank_patients_are_missing_ones_and_rejected(tmp_path):
    rows = [("MRN", "Drug"), *[(str(1000 + n), "Furosemide 40 mg") for n in range(9)], ("", "Simvastatin 20 mg")]
    result = read_rows(tmp_path, rows)
    assert len(result.records) == 9
    assert reasons(result.rejected) == {11: "no patient in this row"}


def test_merged_cells_stand_for_every_row_of_theirs(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in [
        ("Resident", "DOB", "Medication", "Prescriber"),
        ("Adler, Ann", "03/24/1944", "Furosemide 40 mg", "Dr. A"),
        ("", "", "Simvastatin 20 mg", ""),
        ("Brook, Bob", "07/04/1939", "Lisinopril 10 mg", "Dr. B"),
    ]:
        sheet.append(row)
    for cells in ("A2:A3", "B2:B3", "D2:D3"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "list.xlsx")
    assert told(read(tmp_path / "list.xlsx"), "patient_name", "birth_date", "drug", "prescriber") == [
        (*ADLER, "Furosemide 40 mg", "Dr. A"),
        (*ADLER, "Simvastatin 20 mg", "Dr. A"),
        (*BROOK, "Lisinopril 10 mg", "Dr. B"),
    ]


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


def test_several_sheets_joined_by_a_key(tmp_path):
    book = Workbook()
    sheets = {
        "README": [("Join on PatientID",)],
        "Patients": [
            ("PatientID", "LastName", "FirstName", "BirthDate", "Sex", "Pregnant", "Deceased"),
            ("17", "Adler", "Ann", "03/24/1994", "F", "Y", "N"),
            ("18", "Brook", "Bob", "07/04/1939", "M", "N/A", "Y"),
        ],
        "Fills": [
            ("RxNo", "PatientID", "DrugLabelName", "QtyDisp"),
            ("700", "17", "FUROSEMIDE 40 MG", "60"),
            ("701", "18", "LISINOPRIL 10 MG", "90"),
        ],
        "Labs": [
            ("PatientID", "Test", "Result", "Units", "Collected"),
            ("17", "Potassium", "3.1", "mmol/L", "03/01/2025"),
        ],
    }
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    result = read(tmp_path / "book.xlsx")
    assert told(result, "source_sheet", "patient_id", "patient_name", "birth_date", "sex", "drug") == [
        ("Fills", "17", "Adler, Ann", "1994-03-24", "F", "FUROSEMIDE 40 MG"),
        ("Fills", "18", "Brook, Bob", "1939-07-04", "M", "LISINOPRIL 10 MG"),
    ]
    assert tuples(result.companions["patients"], "patient_id", "pregnant", "flags") == [
        ("17", "yes", None),
        ("18", None, "deceased"),
    ]
    assert tuples(result.companions["labs"], "patient_id", "test", "value", "unit") == [
        ("17", "Potassium", "3.1", "mmol/L")
    ]


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


def test_a_sheet_can_be_named(tmp_path):
    book = Workbook()
    for name, drug in (("Old", "FUROSEMIDE 40 MG"), ("New", "LISINOPRIL 10 MG")):
        sheet = book.create_sheet(name)
        sheet.append(("MRN", "Drug"))
        sheet.append(("17", drug))
    book.save(tmp_path / "book.xlsx")
    assert told(read(tmp_path / "book.xlsx", sheet="new"), "drug") == [("LISINOPRIL 10 MG",)]


def test_several_files_are_read_together(tmp_path):
    from medcramp.read import read_inputs

    paths = [write(tmp_path / f"{n}.csv", [("MRN", "Drug"), (str(n), "Furosemide 40 mg")]) for n in (17, 18)]
    result = read_inputs(paths)
    assert told(result, "patient_id", "drug") == [("17", "Furosemide 40 mg"), ("18", "Furosemide 40 mg")]
    assert result.rows.read == 2


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
