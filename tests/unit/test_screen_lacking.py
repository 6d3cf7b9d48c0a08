"""What nobody in a run has is asked once; what somebody has is asked where it is missing."""

from __future__ import annotations

import pandas as pd
import pytest

from medcramp.knowledge import load
from medcramp.knowledge.rules import Example
from medcramp.screen.lacking import lacks
from spec.people import Told, tell

BARE = ("furosemide 40 mg tablet", "omeprazole 20 mg capsule", "potassium chloride 10 mEq tablet", "lisinopril 10 mg")
DATED = {"drug": "hydrochlorothiazide 25 mg tablet", "start": "30 days ago", "days_supply": 90}


def people(*lists, **details) -> Told:
    return tell([Example(fires=False, drugs=drugs, **details) for drugs in lists], load())


def asked(run: Told) -> pd.DataFrame:
    rows = run.screened.not_assessed
    return rows[rows["patient_id"].isna().to_numpy()].set_index("missing")


def test_a_list_without_any_date_is_asked_for_dates_once():
    run = people(BARE, BARE, BARE)
    waiting = run.screened.findings
    waiting = waiting[waiting["missing"].str.contains("start date of omeprazole").to_numpy()]
    row = asked(run).loc["start dates"]
    assert len(waiting) == 3, "the findings keep naming what they miss"
    assert (row["findings"], row["patients"]) == (3, 3)
    assert "MG-01" in row["what"].split(";")
    assert not run.screened.not_assessed["missing"].str.contains("start date of").any()


def test_one_dated_record_makes_it_a_question_per_patient():
    run = people(BARE, BARE, [DATED])
    rows = run.screened.not_assessed
    each = rows[(rows["missing"] == "start date of omeprazole").to_numpy()]
    assert "start dates" not in asked(run).index
    assert len(each) == each["patient_id"].nunique() == 2
    assert list(each["patients"]) == [1, 1]


def fill(drug: str, start: str, days_supply: int = 30) -> dict[str, object]:
    return {"drug": drug, "start": start, "days_supply": days_supply}


NEWLY_STARTED = (
    fill("hydrochlorothiazide 25 mg tablet", "60 days ago", 90),
    fill("quinine 324 mg capsule", "20 days ago"),
)


@pytest.mark.parametrize(("first_ever", "once"), [("100 days ago", True), ("400 days ago", False)])
def test_a_history_that_is_short_for_all_is_asked_for_once(first_ever, once):
    run = people(NEWLY_STARTED, NEWLY_STARTED, (fill("amlodipine 5 mg tablet", first_ever),))
    waiting = run.screened.findings["missing"].str.contains("earlier dispensing").to_numpy()
    assert waiting.any()
    assert ("dispensing history" in asked(run).index) == once


def test_a_single_patient_is_asked_everything_in_place():
    assert asked(people(BARE)).empty


def test_a_test_that_one_patient_has_is_no_lack_of_the_list():
    one, other = Example(fires=False, drugs=BARE), Example(fires=False, drugs=BARE, labs=("potassium 4.1 mmol/L",))
    assert "results of potassium" in asked(tell([one, one], load())).index
    assert "results of potassium" not in asked(tell([one, other], load())).index


@pytest.mark.parametrize("name", ["no such fact", "recent ", "not recent potassium"])
def test_words_that_no_lack_knows_are_left_alone(name):
    assert lacks(people(BARE, BARE).facts, [name]) == {}


def test_every_finding_to_verify_is_counted_somewhere():
    run = people(BARE, BARE, ["simvastatin tablet", "amlodipine 10 mg tablet"], ["aspirin", "lisinopril 10 mg"])
    findings = run.screened.findings
    waiting = findings[(findings["certainty"] == "verify").to_numpy() & (findings["missing"] != "").to_numpy()]
    told = set(run.screened.not_assessed["what"].str.split(";").explode())
    assert set(waiting["rule"]) <= told
