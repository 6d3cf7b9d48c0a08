"""Who comes first, and why."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.option_patients import facts_of
from medcramp.advise.priority import prioritise, ranked
from medcramp.knowledge import load
from medcramp.records import (
    FINDING_COLUMNS,
    GRADES,
    KINDS,
    NOT_ASSESSED_COLUMNS,
    PATIENT_COLUMNS,
    PRIORITIES,
    SEVERITIES,
    URGENCIES,
    text_column,
)

KNOWLEDGE = load()
LADDER = KNOWLEDGE.advice.priorities
FACTS = facts_of([{}, {"drugs": ["warfarin 5 mg tablet", "furosemide 40 mg tablet"]}], KNOWLEDGE)
PLAIN = {"kind": "class", "severity": "info", "urgency": "information", "certainty": "confirmed", "grade": "weak"}


def prioritised(*findings, not_assessed=()):
    rows = [{"patient_id": "00000", **PLAIN, **finding} for finding in findings]
    columns = {name: text_column([row.get(name) for row in rows]) for name in FINDING_COLUMNS}
    missing = pd.DataFrame(not_assessed, columns=list(NOT_ASSESSED_COLUMNS))
    table = prioritise(FACTS, SimpleNamespace(findings=pd.DataFrame(columns), not_assessed=missing), LADDER)
    assert tuple(table.columns) == PATIENT_COLUMNS
    return table.set_index(table["patient_id"].astype(str))


def test_every_patient_has_a_row_also_without_findings():
    table = prioritised()
    assert list(table.index) == list(FACTS.patients["patient_id"])
    assert set(table["priority"]) == {"nothing found"}
    assert set(table["findings"]) == {0}
    assert table["top_reason"].isna().all()
    assert table["action"].notna().all()


@pytest.mark.parametrize(
    ("finding", "priority"),
    [
        ({"kind": "lab", "severity": "minor", "urgency": "emergency"}, "urgent today"),
        ({"kind": "red_flag", "severity": "moderate", "urgency": "same_day", "certainty": "verify"}, "urgent today"),
        ({"kind": "interaction", "severity": "contraindicated", "certainty": "verify"}, "contact prescriber"),
        ({"kind": "interaction", "severity": "major"}, "contact prescriber"),
        ({"kind": "dose", "severity": "major", "certainty": "verify"}, "review"),
        ({"kind": "interaction", "severity": "moderate", "urgency": "routine"}, "review"),
        ({"kind": "cascade", "severity": "info"}, "review"),
        ({"kind": "class", "grade": "strong"}, "counsel"),
        ({"kind": "interaction", "severity": "minor"}, "counsel"),
    ],
)
def test_the_ladder(finding, priority):
    assert prioritised(finding).loc["00000", "priority"] == priority


def test_the_reason_says_how_urgent_how_severe_what_and_how_sure():
    reason = prioritised(
        {"title": "Thiazides", "grade": "strong"},
        {"kind": "dose", "severity": "major", "certainty": "verify", "urgency": "same_day", "title": "Above the cap"},
    ).loc["00000", "top_reason"]
    assert reason == "Same day, major dose, weak evidence, to verify: Above the cap"


def test_the_first_action_is_that_of_the_deciding_finding():
    first = {"kind": "interaction", "severity": "major", "action": "Call the prescriber."}
    row = prioritised({"action": "Say something."}, first).loc["00000"]
    assert row["action"] == "Call the prescriber."
    assert prioritised({}).loc["00000", "action"] == LADDER.actions["counsel"]


def test_severity_urgency_and_count_stay_apart():
    row = prioritised(
        {"severity": "major", "urgency": "routine"}, {"severity": "minor", "urgency": "same_day"}, {"severity": "info"}
    ).loc["00000"]
    assert (row["most_severe"], row["most_urgent"], row["findings"]) == ("major", "same_day", 3)


def test_classes_and_missing_facts_are_gathered_once_each():
    rules = ("CLASS-thiazide", "CLASS-loop", "CLASS-loop", "HK-01")
    missing = [("00000", "subject", "what", fact, "remedy", 1, 1) for fact in ("eGFR", "age", "eGFR")]
    missing.append((None, "subject", "what", "start dates", "remedy", 9, 2))
    row = prioritised(*({"rule": rule} for rule in rules), not_assessed=missing).loc["00000"]
    assert (row["classes"], row["not_assessed"]) == ("loop;thiazide", "age; eGFR")


def test_medications_counts_products_that_are_or_may_be_in_use():
    assert list(prioritised()["medications"]) == [1, 2]


def in_order(*findings):
    """Titles of the findings of one patient by their places."""
    rows = [{"patient_id": "00000", **PLAIN, **finding} for finding in findings]
    columns = {name: text_column([row.get(name) for row in rows]) for name in FINDING_COLUMNS}
    return list(ranked(pd.DataFrame(columns), FACTS, LADDER).sort_values("place")["title"])


def test_what_is_confirmed_stands_before_what_is_to_be_verified():
    answer = {"kind": "interaction", "severity": "moderate", "urgency": "routine", "title": "answer"}
    question = {**answer, "severity": "major", "certainty": "verify", "title": "question"}
    assert in_order(question, answer) == ["answer", "question"]
    assert "answer" in prioritised(question, answer).loc["00000", "top_reason"]


def test_patients_with_a_confirmed_finding_stand_before_those_with_a_question():
    question = {"kind": "interaction", "severity": "major", "urgency": "routine", "certainty": "verify"}
    answer = {**question, "severity": "moderate", "certainty": "confirmed", "patient_id": "00001"}
    table = prioritised(question, answer)
    assert list(table["priority"]) == ["review", "review"]
    assert list(table["place"]) == [2, 1]


def test_an_emergency_with_a_missing_fact_stands_before_a_confirmed_matter_of_the_day():
    same_day = {"kind": "interaction", "severity": "major", "urgency": "same_day", "title": "same day"}
    emergency = {**same_day, "kind": "lab", "urgency": "emergency", "certainty": "verify", "title": "emergency"}
    assert in_order(same_day, emergency) == ["emergency", "same day"]


def test_what_was_measured_stands_before_what_is_inferred():
    inferred = {"kind": "interaction", "severity": "major", "urgency": "same_day", "title": "inferred"}
    assert in_order(inferred, {**inferred, "kind": "lab", "title": "measured"}) == ["measured", "inferred"]


def test_the_ladder_knows_every_kind_and_every_step_loses_nobody():
    assert sorted(LADDER.kinds) == sorted(KINDS)
    assert LADDER.ladder[-1].any[0].wanted() == {}


one_finding = st.fixed_dictionaries(
    {
        "patient_id": st.sampled_from(list(FACTS.patients["patient_id"])),
        "kind": st.sampled_from(KINDS),
        "severity": st.sampled_from(SEVERITIES),
        "grade": st.sampled_from(GRADES),
        "certainty": st.sampled_from(("confirmed", "verify")),
        "urgency": st.sampled_from(URGENCIES),
        "title": st.sampled_from(("one", "two", "three")),
    }
)


def _obvious_priority(findings):
    for step in LADDER.ladder:
        for match in step.any:
            if any(all(f[column] in words for column, words in match.wanted().items()) for f in findings):
                return step.priority
    return LADDER.nothing


@given(st.lists(one_finding, max_size=8), st.randoms(use_true_random=False))
def test_the_priority_is_that_of_the_most_pressing_finding_in_any_order(findings, random):
    shuffled = list(findings)
    random.shuffle(shuffled)
    table, again = prioritised(*findings), prioritised(*shuffled)
    for patient_id in table.index:
        own = [finding for finding in findings if finding["patient_id"] == patient_id]
        assert table.loc[patient_id, "priority"] == _obvious_priority(own)
        assert table.loc[patient_id, "findings"] == len(own)
    assert list(table["priority"]) == list(again["priority"])
    assert sorted(table["place"]) == list(range(1, len(table) + 1))
    assert table.sort_values("place")["priority"].map(PRIORITIES.index).is_monotonic_increasing
    assert list(table["most_severe"].astype(object)) == list(again["most_severe"].astype(object))


@given(st.lists(one_finding, max_size=6), one_finding)
def test_a_further_finding_never_makes_a_patient_less_pressing(findings, further):
    def places(table):
        return np.array([PRIORITIES.index(priority) for priority in table["priority"]])

    assert (places(prioritised(*findings, further)) <= places(prioritised(*findings))).all()
