"""A row per fill or order: titles, headings above, totals, blank and merged patient cells, several sheets and files."""

import csv

import pytest
from openpyxl import Workbook

from fixtures.lists import ADLER, BROOK, FILLS, read, read_rows, reasons, told, tuples, write
from medcramp.errors import ColumnsNotUnderstoodError


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


def test_a_plain_title_is_not_read_with_a_heading_that_means_something_else(tmp_path):
    rows = [("Patient", "", "Drug", ""), ("Name", "DOB", "Name", "Directions"),
            ("ADLER, ANN", "03/24/1944", "FUROSEMIDE 40 MG TABLET", "take 1 daily")]  # fmt: skip
    assert told(read_rows(tmp_path, rows), "patient_name", "drug", "sig") == [
        ("ADLER, ANN", "FUROSEMIDE 40 MG TABLET", "take 1 daily")
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


def test_tables_below_one_another_are_read_each_on_its_own(tmp_path):
    rows = [
        ("Patients",),
        ("Patient ID", "Name", "DOB", "Sex"),
        ("P1", "Adler, Ann", "03/24/1944", "F"),
        ("P2", "Brook, Bob", "07/04/1939", "M"),
        (),
        ("Medications",),
        ("Patient ID", "Drug Name", "Qty", "Days Supply", "Fill Date"),
        ("P1", "Furosemide 40 mg tablet", "60", "30", "03/04/2025"),
        ("P2", "Lisinopril 10 mg tablet", "90", "90", "03/25/2025"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "source_row", "patient_name", "birth_date", "drug", "quantity") == [
        (8, *ADLER, "Furosemide 40 mg tablet", "60"),
        (9, *BROOK, "Lisinopril 10 mg tablet", "90"),
    ]


def test_sections_of_a_record_belong_to_the_patient_at_the_top(tmp_path):
    rows = [
        ("PATIENT DEMOGRAPHICS",),
        ("name", "Ann Adler"),
        ("sex", "Female"),
        (),
        ("MEDICATIONS",),
        ("Medication", "Dose", "Route", "Frequency", "Indication"),
        ("Furosemide", "40 mg", "Oral", "Once daily", "CHF"),
        ("Simvastatin", "20 mg", "Oral", "At bedtime", "Lipids"),
        (),
        ("LABORATORY RESULTS",),
        ("Test", "Value", "Reference Range", "Date", "Flag"),
        ("Potassium", "3.1", "3.5-5.1", "01/03/2026", "L"),
    ]
    result = read_rows(tmp_path, rows)
    assert told(result, "patient_name", "sex", "drug", "dosing") == [
        ("Ann Adler", "F", "Furosemide", "40 mg Once daily"),
        ("Ann Adler", "F", "Simvastatin", "20 mg At bedtime"),
    ]


def test_a_short_table_between_remarks(tmp_path):
    rows = [
        ("PDMP Patient Report",),
        ("Name: ADLER, ANN", "", "DOB: 03/24/1944", "", "Sex: Female"),
        ("Prescriptions: 3", "Prescribers: 1"),
        (),
        ("Filled", "Written", "ID", "Drug", "QTY", "Days", "Prescriber", "RX #"),
        ("03/14/2025", "03/13/2025", "1", "Zolpidem Tartrate 5 Mg Tablet", "30.00", "30", "To Bak", "710"),
        ("02/27/2025", "02/26/2025", "1", "Gabapentin 300 Mg Capsule", "90.00", "30", "To Bak", "711"),
        ("02/13/2025", "02/12/2025", "1", "Gabapentin 100 Mg Capsule", "90.00", "30", "To Bak", "712"),
        (),
        ("Providers",),
        ("Name", "Address", "City", "State"),
        ("BAKER, TOM", "1 ROAD", "TOWN", "AL"),
    ]
    path = tmp_path / "report.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)  # ragged: no row is padded
    result = read(path)
    assert told(result, "patient_name", "birth_date", "sex", "start_date", "quantity", "days_supply") == [
        ("ADLER, ANN", "1944-03-24", "F", "2025-03-14", "30", "30"),
        ("ADLER, ANN", "1944-03-24", "F", "2025-02-27", "90", "30"),
        ("ADLER, ANN", "1944-03-24", "F", "2025-02-13", "90", "30"),
    ]


def test_the_period_of_the_report_and_birth_dates_do_not_date_supplies(tmp_path):
    period = [
        ("MRN", "Start Date", "End date", "Medication Name", "med_start_date"),
        ("17", "01/01/2025", "03/31/2025", "Furosemide 40 mg", "03/13/2025"),
        ("18", "01/01/2025", "03/31/2025", "Simvastatin 20 mg", "03/14/2025"),
    ]
    assert told(read_rows(tmp_path, period), "start_date") == [("2025-03-13",), ("2025-03-14",)]
    born = [
        ("ID", "Name", "Date", "Drug", "Date", "Qty"),
        ("17", "Adler, Ann", "03/24/1944", "Furosemide 40 mg", "03/13/2025", "30"),
        ("18", "Brook, Bob", "07/04/1999", "Simvastatin 20 mg", "03/14/2025", "30"),
    ]
    assert told(read_rows(tmp_path, born), "start_date") == [("2025-03-13",), ("2025-03-14",)]


def test_a_product_code_lost_in_one_column_is_taken_from_another(tmp_path):
    rows = [
        ("Patient ID", "Drug", "NDC", "RAW_NDC"),
        ("17", "Furosemide 40 mg", "00000000000", "00054-4299-25"),
        ("18", "Simvastatin 20 mg", "16714068501", "00143126301"),
    ]
    assert told(read_rows(tmp_path, rows), "ndc") == [("00054429925",), ("16714068501",)]


def test_two_columns_of_the_store_and_doses_stand_behind_the_record(tmp_path):
    rows = [("Store Number", "MRN", "Drug"), ("07", "17", "Furosemide 40 mg"), ("08", "18", "Simvastatin 20 mg")]
    assert told(read_rows(tmp_path, rows), "store", "dosing") == [("07", None), ("08", None)]


def test_a_code_of_the_substance_is_a_medicine_too(tmp_path):
    rows = [("Patient ID", "ATC", "Date"), ("17", "C03CA01", "14.03.2025"), ("18", "C10AA05", "15.03.2025")]
    assert told(read_rows(tmp_path, rows), "patient_id", "atc") == [("17", "C03CA01"), ("18", "C10AA05")]


def test_customers_that_are_shops_are_no_patients(tmp_path):
    rows = [("Order Date", "Item", "NDC", "Qty Ordered", "Customer")]
    rows += [("04/13/2025", f"FUROSEMIDE {n} MG TABLET", "00054429925", "3", "HILL STREET PHARMACY") for n in (20, 40)]
    with pytest.raises(ColumnsNotUnderstoodError, match="no patients"):
        read_rows(tmp_path, rows)


@pytest.mark.parametrize("product", ["Garden hose", "Blue chair"])
def test_orders_of_other_goods_are_refused(tmp_path, product):
    rows = [
        ("Order ID", "Customer Name", "Drug", "Quantity", "Order Date"),
        *((str(n), name, f"{product} {word}", "1", "01/02/2025")
          for n, (name, word) in enumerate([("DOE, JANE", "green"), ("DOE, JIM", "large"), ("ROE, RAE", "small")])),
    ]  # fmt: skip
    with pytest.raises(ColumnsNotUnderstoodError, match="holds no medicine that is known"):
        read_rows(tmp_path, rows)
    assert len(read_rows(tmp_path, rows, columns={"drug": "Drug"}).records) == 3
