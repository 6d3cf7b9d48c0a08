"""Who the patients are, and what is known of them besides medicines; index date 2025-03-15."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from medcramp import profile, recognise, records
from medcramp.knowledge import Knowledge, load
from medcramp.knowledge.rules import Example
from medcramp.logic.facts import Facts
from medcramp.profile.columns import number
from medcramp.profile.results import ckd_epi_2021
from spec.people import AS_OF, Told, tell, to_read

DRUGS = ("loratadine 10 mg tablet",)


def person(**details) -> Example:
    return Example(fires=False, drugs=DRUGS, **details)


def facts_with(companions: dict[str, list[dict[str, str]]], **columns: list[str]) -> Facts:
    """Facts of one patient "00000" with companion rows, and with columns of the records replaced."""
    knowledge: Knowledge = load()
    lines = max((len(values) for values in columns.values()), default=1)
    read = to_read([Example(fires=False, drugs=DRUGS * lines)], AS_OF)
    frame = read.records.assign(**{name: records.text_column(values) for name, values in columns.items()})
    tables = {
        name: pd.DataFrame(
            {
                column: records.text_column([{"patient_id": "00000", **row}.get(column) for row in rows])
                for column in records.COMPANION_COLUMNS[name]
            }
        )
        for name, rows in companions.items()
    }
    changed = records.ReadResult(frame, read.rejected, read.ignored, read.rows, tables)
    recognised = recognise.recognise(frame, knowledge)
    return profile.build(changed, recognised, knowledge, profile.ProfileSettings(as_of=AS_OF))


def patient(facts: Facts) -> pd.Series:
    return facts.patients.iloc[0]


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (["1960-03-15"], 65),
        (["1960-03-16"], 64),
        (["1960-02-29"], 65),
        (["2025-03-14"], 0),
        (["2026-01-01"], None),
        (["1960-03-15", "1961-03-15"], None),
        (["not a date"], None),
    ],
)
def test_age_is_completed_years_and_unknown_when_birth_dates_differ(born, age):
    found = patient(facts_with({}, birth_date=born))["age"]
    assert np.isnan(found) if age is None else found == age


def test_the_patients_table_comes_before_the_records():
    facts = facts_with({"patients": [{"age": "71", "sex": "female"}]}, age=["40"], sex=["M"])
    assert (patient(facts)["age"], patient(facts)["sex"]) == (71, "F")


def test_two_sexes_on_record_are_unknown():
    assert patient(facts_with({}, sex=["M", "F"]))["sex"] == ""


@pytest.mark.parametrize(
    ("row", "code", "pregnant"),
    [
        ({"age": "30", "sex": "F", "pregnant_weeks": "26"}, None, 1),
        ({"age": "30", "sex": "F"}, "O09.90", 1),
        ({"age": "30", "sex": "F"}, "I10", None),
        ({"age": "30"}, None, None),
        ({"age": "30", "sex": "M"}, None, 0),
        ({"age": "81", "sex": "F"}, None, 0),
        ({"age": "30", "sex": "F", "pregnant_weeks": "0"}, None, 0),
    ],
)
def test_pregnancy_is_unknown_unless_something_says_so(row, code, pregnant):
    conditions = {"conditions": [{"icd10": code}]} if code else {}
    found = patient(facts_with({"patients": [row], **conditions}))["pregnant"]
    assert np.isnan(found) if pregnant is None else found == pregnant


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "egfr"),
    [(88.4, 50, "F", 69), (106.1, 60, "M", 69), (70.7, 30, "F", 102), (176.8, 75, "M", 34)],
)
def test_ckd_epi_2021_against_published_values(creatinine, age, sex, egfr):
    # National Kidney Foundation calculator, CKD-EPI 2021 creatinine equation.
    found = ckd_epi_2021(np.array([creatinine]), np.array([float(age)]), np.array([sex], dtype=object))
    assert round(float(found[0])) == egfr


def test_ckd_epi_needs_an_adult_of_known_sex():
    values = ckd_epi_2021(np.array([88.4] * 3), np.array([17.0, 40.0, np.nan]), np.array(["F", "", "F"], dtype=object))
    assert np.isnan(values).all()


def test_egfr_given_comes_before_the_laboratory_and_that_before_creatinine():
    labs = [
        {"test": "eGFR", "value": "41", "unit": "mL/min/1.73m2", "date": "2025-02-20"},
        {"test": "creatinine", "value": "88.4", "unit": "umol/L", "date": "2025-03-01"},
    ]
    who = {"age": "50", "sex": "F"}
    assert patient(facts_with({"labs": labs, "patients": [{**who, "egfr": "77"}]}))["egfr"] == 77
    assert patient(facts_with({"labs": labs, "patients": [who]}))["egfr"] == 41
    computed = patient(facts_with({"labs": labs[1:], "patients": [who]}))
    assert round(computed["egfr"]) == 69
    assert computed["egfr_note"] == "CKD-EPI 2021 from creatinine, 2025-03-01"


def lab(test: str, value: str, unit: str, date: str | None = "2025-03-10", **more: str) -> dict[str, str]:
    return {"test": test, "value": value, "unit": unit, **({"date": date} if date else {}), **more}


def result(facts: Facts, test: str) -> pd.Series | None:
    rows = facts.labs[facts.labs["test"] == test]
    return None if rows.empty else rows.iloc[0]


@pytest.mark.parametrize(
    ("rows", "test", "value"),
    [
        ([lab("potassium", "3.0", "mmol/L", "2025-01-08"), lab("K", "4.2", "mEq/L")], "potassium", 4.2),
        ([lab("potassium", "3.0", "mmol/L", "2024-12-04")], "potassium", None),  # 101 days old
        ([lab("potassium", "3.0", "mmol/L", "2024-12-05")], "potassium", 3.0),
        ([lab("potassium", "3.0", "mmol/L", "2025-03-16")], "potassium", None),
        ([lab("potassium", "3.0", "furlong")], "potassium", None),
        ([lab("potassium", "3.0", "")], "potassium", 3.0),
        ([lab("magnesium", "1.5", "")], "magnesium", None),
        ([lab("magnesium", "<0.5", "mmol/L")], "magnesium", pytest.approx(0.5)),
        ([lab("magnesium", "haemolysed", "mmol/L")], "magnesium", None),
        ([lab("magnesium", "1.1", "mg/dL")], "magnesium", 0.45),
        ([lab("potassium", "3.6", "mmol/L"), lab("potassium", "2.4", "mmol/L")], "potassium", 2.4),
        ([lab("calcium", "2.0", "mmol/L"), lab("albumin", "30", "g/L")], "calcium_adjusted", 2.2),
        ([lab("calcium", "2.0", "mmol/L")], "calcium_adjusted", None),
    ],
)
def test_latest_result(rows, test, value):
    found = result(facts_with({"labs": rows}), test)
    assert found is None if value is None else found["value"] == pytest.approx(value)


def test_an_adjusted_calcium_reported_as_lately_stays():
    rows = [lab("calcium", "2.0", "mmol/L"), lab("albumin", "30", "g/L"), lab("adjusted calcium", "2.31", "mmol/L")]
    found = result(facts_with({"labs": rows}), "calcium_adjusted")
    assert found is not None and found["value"] == pytest.approx(2.31)


def test_a_result_without_a_date_says_so():
    found = result(facts_with({"labs": [lab("potassium", "3.3", "mmol/L", None)]}), "potassium")
    assert found is not None and (found["value"], found["note"]) == (3.3, "date not given")


@pytest.mark.parametrize(
    ("code", "date", "name", "counts"),
    [
        ("R29.0", "2024-12-15", "tetany", True),
        ("R29.0", "2024-12-14", "tetany", False),
        ("R29.0", "", "tetany", True),
        ("I50.9", "2012-01-01", "heart_failure", True),
    ],
)
def test_an_acute_diagnosis_is_over_after_its_days_and_a_lasting_one_stays(code, date, name, counts):
    found = facts_with({"conditions": [{"icd10": code, "date": date}]}).conditions[name]
    assert (found.certain[0], found.possible[0]) == (counts, counts)


def conditions_of(facts: Facts, name: str) -> tuple[bool, bool]:
    certain, possible = facts.conditions[name]
    return bool(certain[0]), bool(possible[0])


def test_no_diagnosis_on_file_is_unknown_another_diagnosis_is_no():
    assert conditions_of(facts_with({}), "heart_failure") == (False, True)
    assert conditions_of(facts_with({"conditions": [{"icd10": "I10"}]}), "heart_failure") == (False, False)
    assert conditions_of(facts_with({"conditions": [{"icd10": "I50.22"}]}), "heart_failure") == (True, True)
    other_system = facts_with({"conditions": [{"icd10": "84114007"}]})
    assert conditions_of(other_system, "heart_failure") == (False, True)


def test_a_diagnosis_after_the_index_date_is_not_there_yet():
    assert conditions_of(facts_with({"conditions": [{"icd10": "I50.9", "date": "2025-03-16"}]}), "heart_failure") == (
        False,
        True,
    )


@pytest.mark.parametrize(
    ("substance", "name", "truth"),
    [
        (None, "NSAID", (False, True)),
        ("NKDA", "NSAID", (False, False)),
        ("No known drug allergies", "NSAID", (False, False)),
        ("ibuprofen", "NSAID", (True, True)),
        ("Allergy to ibuprofen (rash)", "ibuprofen", (True, True)),
        ("NSAIDs", "NSAID", (True, True)),
        ("peanuts", "NSAID", (False, False)),
        ("peanuts", "peanut", (True, True)),
        ("the blue ones", "NSAID", (False, True)),
    ],
)
def test_allergies(substance, name, truth):
    companions = {"allergies": [{"substance": substance}]} if substance else {}
    certain, possible = facts_with(companions).allergies.planes(name)
    assert (bool(certain[0]), bool(possible[0])) == truth


def test_people_are_ordered_by_id_and_only_those_with_medicines():
    told: Told = tell([person(), person(), person()], load())
    assert list(told.facts.patients["patient_id"]) == ["00000", "00001", "00002"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30", 30),
        ("1,250", 1250),
        ("3,5", 3.5),
        ("3.1 H", 3.1),
        ("30 days", 30),
        ("<0.5", None),
        ("1e+09", None),
        ("3/4/25", None),
        ("", None),
    ],
)
def test_numbers_as_people_type_them(text, value):
    assert np.isnan(number(text)) if value is None else number(text) == value
