"""Which column means what: titles propose, contents decide."""

import pytest

from fixtures.lists import FILLS, read_rows, told
from medcramp.errors import ColumnsNotUnderstoodError, UsageError
from medcramp.knowledge import columns
from medcramp.knowledge.columns import header_key
from medcramp.knowledge.drug_words import looks_like_drug
from medcramp.read.meaning import looks_like_directions, looks_like_name

COLUMNS = columns.load()


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Patient Full Name Last then First", "patient_name"),
        ("NHS Number", "patient_id"),
        ("Dispensed Item Name", "drug"),
        ("Dispensed Item NDC", "ndc"),
        ("Durée (jours)", "days_supply"),
        ("RX #", "rx_number"),
        ("Disp.\nQty", "quantity"),
        ("442-E7", "quantity_thousandths"),
        ("F_302_C2", "patient_id"),
        ("Qté servie", "quantity"),
        ("Medication / Directions", "drug"),
        ("Drug & Dose", "drug"),
        ("Med1 Sig", "sig"),
        ("Patient / DOB", "patient_name"),
        ("DOB/Sex", "person_facts"),
        ("Date of Issue2", "fill_date"),
        ("pt_date_of_birth", "birth_date"),
        ("Patient Cell Phone", "other"),
        ("Days Supply Ends On", "other"),
    ],
)
def test_titles(title, field):
    found = COLUMNS.meanings(title, "records")
    assert max(found, key=lambda name: found[name]) == field


@pytest.mark.parametrize(
    "title", ["Patient Directions", "Patient Contribution", "Primary Group Number", "Prescriber NPI", "Drug Pkg Size"]
)
def test_titles_that_only_look_like_the_patient_or_the_quantity(title):
    assert not {"patient_id", "patient_name", "quantity"} & set(COLUMNS.meanings(title, "records"))


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("PATDOB", "birth_date"), ("PatLast", "last_name"), ("PAT_LAST_NM", "last_name"), ("PAT_NBR", "patient_id"),
        ("DSPN_QTY", "quantity"), ("DAYS_SPLY", "days_supply"), ("FILL_DT", "fill_date"),
        ("Quantity Disp'd", "quantity"),
        ("Pt Name (Last, First)", "patient_name"), ("DOCNAME", "prescriber"), ("TRANSSTATUS", "transaction"),
    ],
)  # fmt: skip
def test_abbreviated_and_glued_titles_say_what_they_say_in_full(title, field):
    meanings = COLUMNS.meanings(title, "records")
    assert meanings[field] == max(meanings.values()) >= 2


@pytest.mark.parametrize("title", ["Patient Phone No", "Doctor Phone", "PATADDR1", "Patient Copay", "Qty Remaining"])
def test_abbreviations_do_not_make_up_patients_or_amounts(title):
    assert not {"patient_id", "patient_name", "quantity", "drug"} & set(COLUMNS.meanings(title, "records"))


def test_every_title_of_the_table_is_found_again():
    for header in COLUMNS.headers:
        kind = header.tables.split(";")[0] or "records"
        assert header.field in COLUMNS.meanings(header.header, kind), header.header


def test_no_title_says_two_things_plainly():
    plain: dict[tuple[str, str], set[str]] = {}
    for header in COLUMNS.headers:
        if header.strength == 3:
            plain.setdefault((header_key(header.header), header.tables), set()).add(header.field)
    both = {key: fields for key, fields in plain.items() if len(fields) > 1 and fields != {"test", "loinc"}}
    assert not both


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("TAKE 1 TABLET BY MOUTH DAILY", True),
        ("1 co 2 fois par jour", True),
        ("UD PER INR", True),
        ("1 OM", True),
        ("take with food; do not crush", False),
        ("FUROSEMIDE 40 MG TABLET", False),
        ("ADLER, ANN", False),
    ],
)
def test_directions(text, is_one):
    assert looks_like_directions(text, COLUMNS) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("ADLER,ANN", True),
        ("van den Berg, Pieter", True),
        ("O’Brien, Siobhán (Mrs)", True),
        ("R = refused, H = held", False),
        ("12A", False),
        ("furosemide", False),
    ],
)
def test_names(text, is_one):
    assert looks_like_name(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Furosemide", True),
        ("HYDROCODON-ACETAMINOPH 5-325", True),
        ("made-up thing 20 mg", True),
        ("K-Dur", True),
        ("Blue chair", False),
        ("today", False),
        ("ADLER, ANN", False),
        ("Page 1", False),
        ("12345", False),
    ],
)
def test_medicines(text, is_one):
    assert looks_like_drug(text) is is_one


def test_a_column_of_names_called_patient_is_a_name_and_one_of_codes_an_id(tmp_path):
    named = read_rows(tmp_path, [("Patient", "Drug"), ("Adler, Ann", "Furosemide"), ("Brook, Bob", "Simvastatin")])
    coded = read_rows(tmp_path, [("Patient", "Drug"), ("A-17", "Furosemide"), ("B-18", "Simvastatin")])
    assert told(named, "patient_name") == [("Adler, Ann",), ("Brook, Bob",)]
    assert told(coded, "patient_id", "patient_name") == [("A-17", None), ("B-18", None)]


def test_several_columns_that_name_the_medicine_give_one_record(tmp_path):
    rows = [
        ("MRN", "Drug Name", "Generic Name", "NDC"),
        ("1", "LASIX 40 MG TAB", "furosemide", "00054429925"),
        ("1", "", "simvastatin", ""),
    ]
    assert told(read_rows(tmp_path, rows), "drug") == [("LASIX 40 MG TAB",), ("simvastatin",)]


def test_rx_numbers_called_prescription_are_no_medicine(tmp_path):
    rows = [("Patient ID", "Prescription", "Item Name"), ("1", "700123", "Furosemide"), ("2", "700124", "Simvastatin")]
    assert told(read_rows(tmp_path, rows), "drug") == [("Furosemide",), ("Simvastatin",)]


def test_a_map_overrides_what_would_be_found(tmp_path):
    rows = [("SEQ", "THING", "Drug"), ("1", "Furosemide", "no"), ("2", "Simvastatin", "no")]
    result = read_rows(tmp_path, rows, columns={"patient_id": "SEQ", "drug": "thing"})
    assert told(result, "patient_id", "drug") == [("1", "Furosemide"), ("2", "Simvastatin")]


def test_a_map_takes_column_numbers(tmp_path):
    result = read_rows(tmp_path, FILLS, columns={"drug": "6", "patient_id": "2"})
    assert told(result, "patient_id", "drug")[0] == ("P1", "Furosemide 40 mg tablet")


def test_a_map_to_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(UsageError, match="Drug Name"):
        read_rows(tmp_path, FILLS, columns={"drug": "Medicament"})


def test_a_field_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(UsageError, match="birth_date"):
        read_rows(tmp_path, FILLS, columns={"dob": "DOB"})


def test_two_ids_that_group_rows_differently_are_refused_with_the_way_out(tmp_path):
    rows = [
        ("Patient ID", "MRN", "Drug"),
        ("A", "1", "Furosemide"),
        ("A", "2", "Simvastatin"),
        ("B", "2", "Furosemide"),
    ]
    with pytest.raises(ColumnsNotUnderstoodError, match="--map patient_id"):
        read_rows(tmp_path, rows)
    assert len(read_rows(tmp_path, rows, columns={"patient_id": "MRN"}).records) == 3


def test_codes_that_name_no_medicine_are_refused_with_what_to_export(tmp_path):
    rows = [("patient_id", "din", "quantity_dispensed"), ("17", "02247014", "30"), ("18", "00362166", "60")]
    with pytest.raises(ColumnsNotUnderstoodError, match=r"only as codes \('din'\)"):
        read_rows(tmp_path, rows)


def test_two_ids_with_titles_that_say_as_little(tmp_path):
    rows = [("ID 1", "ID 2", "Drug"), ("P1", "B2", "Furosemide 40 mg tab"), ("P1", "B3", "Simvastatin 20 mg tab"),
            ("P2", "B2", "Lisinopril 10 mg tab"), ("P2", "B3", "Metformin 500 mg tab")]  # fmt: skip
    with pytest.raises(ColumnsNotUnderstoodError, match=r"ID 1.*ID 2"):
        read_rows(tmp_path, rows)
    unique = [("ID", "Number", "Drug"), *((row[0], f"70{n}", row[2]) for n, row in enumerate(rows[1:]))]
    assert told(read_rows(tmp_path, unique), "patient_id") == [("P1",), ("P1",), ("P2",), ("P2",)]


def test_of_two_ids_the_one_that_tells_more_people_apart_is_the_person(tmp_path):
    rows = [("Cardholder ID", "Patient ID", "Drug"), ("F", "1", "Furosemide"), ("F", "2", "Simvastatin")]
    assert told(read_rows(tmp_path, rows), "patient_id") == [("1",), ("2",)]


@pytest.mark.parametrize(
    "rows",
    [
        [("NDC", "Name", "Strength", "On Hand", "AWP"), ("00054429925", "Furosemide", "40 MG", "100", "9.90")],
        [("Rx Number", "Dispensed Item Name", "Primary", "Days Supply"), ("700", "Furosemide 40 mg", "MEDD", "30")],
        [
            ("YEAR_MONTH", "PRACTICE_NAME", "BNF_CODE", "BNF_DESCRIPTION", "QUANTITY", "ITEMS"),
            ("202501", "HILL SURGERY", "0202020L0AAABAB", "Furosemide 40mg tablets", "28", "17"),
        ],
    ],
    ids=["inventory", "claims without people", "practice totals"],
)
def test_files_without_patients_are_refused_in_words(tmp_path, rows):
    with pytest.raises(ColumnsNotUnderstoodError, match="no patients"):
        read_rows(tmp_path, rows)


def test_titles_without_rows_are_refused(tmp_path):
    with pytest.raises(ColumnsNotUnderstoodError, match="no rows"):
        read_rows(tmp_path, [("Patient ID", "Drug")])


def test_a_table_of_labs_given_as_medicines_is_named(tmp_path):
    rows = [("Patient ID", "Test", "Value", "Unit"), ("1", "Potassium", "3.1", "mmol/L")]
    with pytest.raises(ColumnsNotUnderstoodError, match="--labs"):
        read_rows(tmp_path, rows)


def test_refusals_never_quote_cells(tmp_path):
    rows = [("A", "B"), ("Adler, Ann", "secret words"), ("Brook, Bob", "more of them")]
    with pytest.raises(ColumnsNotUnderstoodError) as refusal:
        read_rows(tmp_path, rows)
    assert "Adler" not in str(refusal.value) and "secret" not in str(refusal.value)


def test_damaged_text_is_refused_naming_the_file(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from medcramp.errors import InputUnreadableError
    from medcramp.read import read_inputs

    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\4\0\0\0"), pa.py_buffer(b"a\xff\xfeb")]
    )
    pq.write_table(pa.table({"MRN": broken, "Drug": broken}), tmp_path / "x.parquet")
    with pytest.raises(InputUnreadableError, match=r"x\.parquet"):
        read_inputs([tmp_path / "x.parquet"])
