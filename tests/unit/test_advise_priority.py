"""Who comes first, and why."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.option_patients import facts_of
from medcramp.advise.priority import prioritise
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
    assert list(table["most_severe"].astype(object)) == list(again["most_severe"].astype(object))


@given(st.lists(one_finding, max_size=6), one_finding)
def test_a_further_finding_never_makes_a_patient_less_pressing(findings, further):
    def places(table):
        return np.array([PRIORITIES.index(priority) for priority in table["priority"]])

    assert (places(prioritised(*findings, further)) <= places(prioritised(*findings))).all()
