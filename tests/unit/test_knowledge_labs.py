"""Laboratory tests: names, units, limits."""

from __future__ import annotations

import math
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcramp.errors import KnowledgeError
from medcramp.knowledge import labs, load

KNOWLEDGE = load()
LABS = KNOWLEDGE.labs
URGENCIES = ("information", "routine", "same_day", "emergency")


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("2823-3", "potassium"),
        ("Potassium", "potassium"),
        ("K", "potassium"),
        ("Serum potassium level", "potassium"),
        ("Potassium [Moles/volume] in Blood", "potassium"),
        ("Adjusted calcium", "calcium_adjusted"),
        ("Calcium, corrected", "calcium_adjusted"),
        ("Calcium", "calcium_total"),
        ("Ionized Calcium", "calcium_ionised"),
        ("CK", "creatine_kinase"),
        ("TSH", "tsh"),
        ("33914-3", "egfr"),
        ("eGFR (CKD-EPI 2021)", "egfr"),
        ("25-OH Vitamin D", "vitamin_d_25oh"),
        ("HbA1c", "hba1c"),
        ("Blood Urea Nitrogen", "urea_nitrogen"),
        ("Potassium, urine", None),
        ("CK-MB", None),
        ("Body height", None),
        ("", None),
    ],
)
def test_a_name_or_loinc_code_means_one_test(text, test):
    assert LABS.test_of(text) == test


@pytest.mark.parametrize(
    ("test", "value", "unit", "canonical"),
    [
        ("potassium", 4.1, "mEq/L", 4.1),
        ("potassium", 4.1, "", 4.1),  # one number in every unit it is given in
        ("magnesium", 1.44, "mEq/L", 0.72),
        ("magnesium", 1.7, "mg/dL", 0.699),
        ("calcium_adjusted", 10.8, "mg/dL", 2.695),
        ("calcium_total", 5.0, "meq / l", 2.5),
        ("phosphate", 2.5, "mg/dL", 0.807),
        ("albumin", 4.0, "g/dL", 40),
        ("creatinine", 1.0, "mg/dL", 88.42),
        ("creatinine", 90, "µmol/L", 90),
        ("creatine_kinase", 10, "µkat/L", 600),
        ("vitamin_d_25oh", 20, "ng/mL", 49.92),
        ("hba1c", 48, "mmol/mol", 6.54),
        ("egfr", 55, "mL/min/{1.73_m2}", 55),
        ("egfr", 55, "mL/min/1.73 m²", 55),
    ],
)
def test_values_are_compared_in_one_unit(test, value, unit, canonical):
    assert LABS.convert(test, value, unit) == pytest.approx(canonical, rel=0.002)


@pytest.mark.parametrize(
    ("test", "unit"), [("magnesium", ""), ("potassium", "mg/dL"), ("magnesium", "g"), ("tsh", "%")]
)
def test_a_missing_or_foreign_unit_gives_no_value(test, unit):
    assert math.isnan(LABS.convert(test, 4.0, unit))


@pytest.mark.parametrize(
    ("test", "value", "direction", "urgency"),
    [
        ("potassium", 3.5, None, None),
        ("potassium", 3.4, "low", "routine"),
        ("potassium", 3.0, "low", "routine"),
        ("potassium", 2.9, "low", "same_day"),
        ("potassium", 2.4, "low", "emergency"),
        ("potassium", 5.0, None, None),
        ("potassium", 5.4, "high", "routine"),
        ("potassium", 5.5, "high", "same_day"),
        ("potassium", 6.4, "high", "same_day"),
        ("potassium", 6.5, "high", "emergency"),
        ("magnesium", 0.70, None, None),
        ("magnesium", 0.68, "low", "routine"),
        ("magnesium", 0.49, "low", "emergency"),
        ("sodium", 134, "low", "routine"),
        ("sodium", 127, "low", "same_day"),
        ("sodium", 124, "low", "emergency"),
        ("calcium_adjusted", 1.89, "low", "emergency"),
        ("calcium_adjusted", 2.19, "low", "routine"),
        ("calcium_adjusted", 2.60, None, None),
        ("calcium_adjusted", 2.70, "high", "routine"),
        ("creatine_kinase", 1.0, None, None),
        ("creatine_kinase", 4.0, "high", "same_day"),
        ("creatine_kinase", 10.0, "high", "same_day"),
        ("creatine_kinase", 13.0, "high", "same_day"),
        ("creatine_kinase", 41.0, "high", "emergency"),
        ("potassium", math.nan, None, None),
    ],
)
def test_a_value_is_beyond_its_most_extreme_limit(test, value, direction, urgency):
    limit = LABS.beyond(test, value)
    assert (limit and limit.direction, limit and limit.urgency) == (direction, urgency)


def test_only_read_limits_are_verified():
    for test in LABS.tests:
        for limit in LABS.limits(test):
            assert bool(limit.source) or not limit.verified
    assert not any(limit.verified for limit in LABS.limits("calcium_ionised"))


@given(st.sampled_from(["potassium", "sodium", "calcium_adjusted", "phosphate"]), st.data())
def test_further_out_is_never_less_urgent(test, data):
    low = max(limit.threshold for limit in LABS.limits(test) if limit.direction == "low")
    high = min(limit.threshold for limit in LABS.limits(test) if limit.direction == "high")
    below, above = st.floats(0, low), st.floats(high, 3 * high)
    for values, sign in ((below, 1), (above, -1)):
        first, second = sorted((data.draw(values), data.draw(values)), key=lambda value: sign * value)
        assert urgency(test, first) >= urgency(test, second)


def urgency(test: str, value: float) -> int:
    limit = LABS.beyond(test, value)
    return URGENCIES.index(limit.urgency) if limit else -1


def test_every_test_can_be_named_and_converted():
    for test in LABS.tests:
        assert LABS.convert(test, 1.0, LABS.canonical_unit(test)) == 1.0
        assert LABS.window_days(test) in (100, 365)


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("lab_tests.csv", "sodium,Potassium,"),
        ("lab_tests.csv", "copper,copper,"),
        ("lab_units.csv", "potassium,mEq/L,mmol/L,1,0"),
        ("lab_units.csv", "potassium,g/L,g/L,1,0"),
        ("lab_units.csv", "potassium,g/L,mmol/L,lots,0"),
        ("lab_limits.csv", "potassium,low,above,3.5,mmol/L,low,routine,minor,,false"),
        ("lab_limits.csv", "potassium,low,below,14,mg/dL,low,routine,minor,,false"),
        ("lab_limits.csv", "potassium,low,below,3.5,mmol/L,low,soon,minor,,false"),
        ("lab_analytes.csv", "potassium,Potassium,mmol/L,100,potassium"),
        ("lab_adjustments.csv", "calcium_adjusted,calcium_total,protein,0.02,40,,false"),
    ],
)
def test_a_faulty_row_is_refused_by_its_number(tmp_path, file, row):
    for path in KNOWLEDGE.folder.glob("lab_*.csv"):
        shutil.copy(path, tmp_path)
    lines = (tmp_path / file).read_text(encoding="utf-8").splitlines()
    (tmp_path / file).write_text("\n".join([*lines, row]) + "\n", encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        labs.load(tmp_path)
    assert (refused.value.file, refused.value.place) == (str(tmp_path / file), f"row {len(lines) + 1}")
