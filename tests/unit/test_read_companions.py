"""Tables beside the records, and facts about people in the records' own columns."""

import pytest

from fixtures.lists import read, read_rows, tuples, write
from medcramp.errors import ColumnsNotUnderstoodError

FILLS = [("patient_id", "drug"), ("17", "Furosemide 40 mg"), ("18", "Simvastatin 20 mg")]


def beside(tmp_path, kind, rows):
    """Read the fills with one companion table; gives its frame and the notices."""
    path = write(tmp_path / f"{kind}.csv", rows)
    result = read(write(tmp_path / "fills.csv", FILLS), companions={kind: path})
    return result, result.companions[kind], " | ".join(notice.message for notice in result.notices)


@pytest.mark.parametrize(
    ("titles", "cells"),
    [
        (("patient_id", "birth_date", "sex", "egfr", "pregnant_weeks"), ("17", "1944-03-24", "F", "41", "12")),
        (("MRN", "DOB", "Gender", "eGFR", "Gestational Age (weeks)"), ("17", "03/24/1944", "Female", "41", "12")),
    ],
)
def test_patients(tmp_path, titles, cells):
    _, people, _ = beside(tmp_path, "patients", [titles, cells])
    assert tuples(people, "patient_id", "birth_date", "sex", "egfr", "pregnant_weeks") == [
        ("17", "1944-03-24", "F", "41", "12")
    ]


def test_patients_fill_what_records_leave_open(tmp_path):
    rows = [("Id", "BIRTHDATE", "DEATHDATE", "FIRST", "LAST", "GENDER"), ("17", "1944-03-24", "", "Ann", "Adler", "F"),
            ("18", "1939-07-04", "2024-01-01", "Bob", "Brook", "M")]  # fmt: skip
    result, people, _ = beside(tmp_path, "patients", rows)
    assert tuples(result.records, "patient_name", "birth_date", "sex") == [
        ("Adler, Ann", "1944-03-24", "F"),
        ("Brook, Bob", "1939-07-04", "M"),
    ]
    assert tuples(people, "flags") == [(None,), ("deceased",)]


def test_coded_sexes_and_ages_under_a_mapped_id(tmp_path):
    people = write(tmp_path / "people.csv", [("SEQX", "RIAGENDR", "RIDAGEYR"), ("17", "1", "80"), ("18", "2", "54")])
    fills = write(tmp_path / "fills.csv", [("SEQX", "RXDDRUG"), ("17", "FUROSEMIDE"), ("18", "SIMVASTATIN")])
    result = read(fills, columns={"patient_id": "SEQX", "drug": "RXDDRUG"}, companions={"patients": people})
    assert tuples(result.records, "patient_id", "age", "sex") == [("17", "80", "M"), ("18", "54", "F")]


def test_conditions(tmp_path):
    rows = [
        ("patient_id", "icd10", "date"),
        ("17", "I50.22", "2024-03-02"),
        ("17", "e119", ""),
        ("18", "I10; N18.3", ""),
    ]
    _, frame, _ = beside(tmp_path, "conditions", rows)
    assert tuples(frame, "patient_id", "icd10", "date") == [
        ("17", "I50.22", "2024-03-02"), ("17", "E11.9", None), ("18", "I10", None), ("18", "N18.3", None)
    ]  # fmt: skip


def test_conditions_in_another_code_give_no_row_and_are_said(tmp_path):
    rows = [("START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION"),
            ("2014-05-06", "", "17", "e1", "195662009", "Acute viral pharyngitis (disorder)")]  # fmt: skip
    _, frame, notices = beside(tmp_path, "conditions", rows)
    assert len(frame) == 0
    assert "no ICD-10" in notices


def test_labs(tmp_path):
    rows = [("DATE", "PATIENT", "CODE", "DESCRIPTION", "VALUE", "UNITS", "Reference Range"),
            ("2025-03-01T10:00:00Z", "17", "2823-3", "Potassium", "3.1", "mmol/L", "3.5-5.1"),
            ("2025-03-02", "18", "33914-3", "eGFR", ">60", "mL/min", ""),
            ("2025-03-02", "18", "2823-3", "Potassium", "hemolyzed", "", "")]  # fmt: skip
    _, frame, _ = beside(tmp_path, "labs", rows)
    assert tuples(frame, "patient_id", "test", "value", "unit", "date", "upper_limit") == [
        ("17", "2823-3", "3.1", "mmol/L", "2025-03-01", "5.1"),
        ("18", "33914-3", ">60", "mL/min", "2025-03-02", None),
        ("18", "2823-3", None, None, "2025-03-02", None),
    ]


def test_allergies(tmp_path):
    rows = [("patient_id", "Allergen", "Reaction"), ("17", "Sulfa (rash); PCN", ""), ("18", "NKDA", "")]
    _, frame, _ = beside(tmp_path, "allergies", rows)
    assert tuples(frame, "patient_id", "substance", "reaction") == [
        ("17", "Sulfa", "rash"), ("17", "PCN", None), ("18", "NKDA", None)
    ]  # fmt: skip


def test_people_who_do_not_match_are_counted(tmp_path):
    _, _, notices = beside(tmp_path, "allergies", [("patient_id", "substance"), ("17", "PCN"), ("99", "PCN")])
    assert "1 of 2 people in the allergies table have no medication record" in notices


def test_ids_that_never_match_are_asked_about(tmp_path):
    _, _, notices = beside(tmp_path, "allergies", [("patient_id", "substance"), ("X17", "PCN")])
    assert "do the ids match" in notices


def test_a_companion_without_its_columns_is_refused_naming_them(tmp_path):
    with pytest.raises(ColumnsNotUnderstoodError, match="the laboratory test"):
        beside(tmp_path, "labs", [("patient_id", "colour"), ("17", "blue")])


def test_people_named_alike_in_both_tables_are_matched_without_ids(tmp_path):
    fills = write(tmp_path / "f.csv", [("Patient Name", "DOB", "Drug"), ("ADLER,ANN M", "03/24/1944", "Furosemide")])
    labs = write(
        tmp_path / "l.csv", [("Patient Name", "DOB", "Test", "Result"), ("Adler, Ann", "1944-03-24", "K", "3.1")]
    )
    result = read(fills, companions={"labs": labs})
    assert list(result.companions["labs"]["patient_id"]) == list(result.records["patient_id"])


def test_facts_in_the_columns_of_the_export(tmp_path):
    rows = [("MRN", "Drug", "Allergies", "Problem List", "K+", "Creatinine (mg/dL)", "Pregnant"),
            ("17", "Furosemide 40 mg", "Sulfa (rash)", "HTN; CKD 3a (N18.31)", "3.1", "1.2", "Y"),
            ("17", "Simvastatin 20 mg", "Sulfa (rash)", "HTN; CKD 3a (N18.31)", "3.1", "1.2", "Y")]  # fmt: skip
    found = read_rows(tmp_path, rows).companions
    assert tuples(found["allergies"], "patient_id", "substance", "reaction") == [("17", "Sulfa", "rash")]
    assert tuples(found["conditions"], "patient_id", "icd10") == [("17", "N18.31")]
    assert tuples(found["labs"], "test", "value", "unit") == [("k+", "3.1", None), ("creatinine", "1.2", "mg/dL")]
    assert tuples(found["patients"], "patient_id", "pregnant") == [("17", "yes")]
