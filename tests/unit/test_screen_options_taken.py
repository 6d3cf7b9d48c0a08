"""Who takes an option that is to be avoided for him: when that is said, and how sure it is."""

from __future__ import annotations

import pytest

from medcramp import screen
from medcramp.knowledge import load
from medcramp.knowledge.rules import Example
from medcramp.logic.expressions import groups_named
from spec.people import tell

BACLOFEN = "baclofen 10 mg tablet, 1 three times a day"
CYCLOBENZAPRINE = "cyclobenzaprine 10 mg tablet, 1 at bedtime"
ORPHENADRINE = "orphenadrine ER 100 mg tablet, 1 twice daily"
KETOPROFEN = "ketoprofen 75 mg capsule, 1 three times a day"
CREAM = "ketoprofen 10 % cream, apply twice daily"
MENTHOL = "menthol 4 % gel, apply to the legs"
PEPPERMINT = "peppermint oil 5 % cream, apply daily"
LOTION = "magnesium chloride 10 % lotion, apply daily"
MAGNESIUM = "milk of magnesia, 30 mL at bedtime"
OXIDE = "magnesium oxide 400 mg tablet, 1 daily"
POTASSIUM = "potassium chloride ER 10 mEq tablet, 1 daily"
HEART, EYE = {"age": 50, "conditions": ["I50.9"]}, {"age": 50, "conditions": ["H40.11X0"]}
UNCLEAR = {"drug": "baclofen 10 mg tablet", "active": "unknown"}
WARFARIN = "warfarin 5 mg tablet, 1 daily"


def told(*drugs, **details):
    return tell([Example(fires=False, drugs=drugs, **details)], load())


def findings(run):
    found = run.findings()
    return found[found["rule"].str.startswith("OPT-").to_numpy()]


@pytest.mark.parametrize(
    ("drugs", "details", "rule", "severity", "urgency", "verified"),
    [
        ([BACLOFEN], {"egfr": 8}, "OPT-baclofen", "major", "routine", True),
        ([BACLOFEN], {"conditions": ["Z99.2"]}, "OPT-baclofen", "major", "routine", True),
        ([BACLOFEN], {"age": 65, "egfr": 59}, "OPT-baclofen", "moderate", "routine", True),
        ([MAGNESIUM], {"conditions": ["N18.6"]}, "OPT-magnesium_oral", "major", "routine", True),
        ([OXIDE], {"egfr": 29}, "OPT-magnesium_oral", "moderate", "routine", False),
        ([CREAM], {"sex": "F", "age": 30, "pregnant_weeks": 30}, "OPT-ketoprofen", "major", "routine", False),
        ([CREAM], {"sex": "F", "age": 30, "pregnant_weeks": 20}, "OPT-ketoprofen", "moderate", "routine", False),
        ([CREAM], {"allergies": ["aspirin"]}, "OPT-ketoprofen", "major", "routine", True),
        ([KETOPROFEN, WARFARIN], {"age": 50, "egfr": 90}, "OPT-ketoprofen", "major", "routine", True),
        ([CYCLOBENZAPRINE], {"age": 65}, "OPT-cyclobenzaprine", "moderate", "routine", True),
        ([CYCLOBENZAPRINE], HEART, "OPT-cyclobenzaprine", "contraindicated", "same_day", True),
        ([ORPHENADRINE], EYE, "OPT-orphenadrine", "contraindicated", "same_day", True),
        (["vitamin K2 180 mcg capsule, 1 daily", WARFARIN], {}, "OPT-vitamin_k2", "major", "routine", True),
        ([MENTHOL], {"conditions": ["L97.519"]}, "OPT-peppermint", "minor", "routine", True),
        ([PEPPERMINT], {"allergies": ["menthol"]}, "OPT-peppermint", "moderate", "routine", True),
        ([LOTION], {"conditions": ["L20.9"]}, "OPT-magnesium_chloride", "minor", "routine", False),
    ],
)  # fmt: skip
def test_taken_although_it_is_to_be_avoided(drugs, details, rule, severity, urgency, verified):
    (found,) = findings(told(*drugs, **details)).itertuples()
    assert (found.rule, found.kind, found.certainty) == (rule, "condition", "confirmed")
    assert (found.severity, found.urgency, bool(found.verified)) == (severity, urgency, verified)
    assert found.missing == ""
    assert found.drugs.split(";")[0] in {drug.partition(", ")[0] for drug in drugs}


@pytest.mark.parametrize(
    ("drugs", "details"),
    [
        ([BACLOFEN], {"age": 40, "egfr": 30}),
        ([BACLOFEN], {"age": 64, "egfr": 59}),
        ([OXIDE], {}),
        ([OXIDE], {"egfr": 30}),
        ([KETOPROFEN], {"age": 30, "sex": "F", "egfr": 90}),
        ([CREAM], {}),
        ([CYCLOBENZAPRINE], {"age": 64}),
        (["diclofenac 1 % gel, apply twice daily"], {"sex": "F", "age": 30, "pregnant_weeks": 30}),
        (["loratadine 10 mg tablet, 1 daily"], {"age": 80, "egfr": 8, "conditions": ["Z99.2", "H40.9"]}),
        ([{"drug": "baclofen 10 mg tablet", "active": "no"}], {"egfr": 8}),
    ],
)
def test_nothing_is_said_where_nothing_speaks_against_it_or_it_is_not_taken(drugs, details):
    assert findings(told(*drugs, **details)).empty


@pytest.mark.parametrize(
    ("drug", "details", "missing"),
    [
        (BACLOFEN, {"age": 40}, "eGFR"),
        (CYCLOBENZAPRINE, {}, "age"),
        (UNCLEAR, {"age": 40, "egfr": 8}, "whether baclofen is still taken"),
    ],
)  # fmt: skip
def test_an_unknown_number_or_medicine_makes_a_finding_to_verify(drug, details, missing):
    (found,) = findings(told(drug, **details)).itertuples()
    assert (found.certainty, found.missing) == ("verify", missing)
    assert found.message.startswith(f"To be verified, not known: {missing}.")


def test_all_reasons_stand_in_one_finding_the_weightiest_first():
    (found,) = findings(told(KETOPROFEN, WARFARIN, age=50, egfr=20, conditions=["I50.9"])).itertuples()
    reasons = [found.message.index(words) for words in ("anticoagulant", "eGFR below 30", "Heart failure")]
    assert reasons == sorted(reasons)
    assert found.drugs == "ketoprofen 75 mg capsule;warfarin 5 mg tablet"
    assert "eGFR 20, below 30" in found.facts


def test_what_a_rule_says_is_not_said_twice():
    run = told(ORPHENADRINE, POTASSIUM, age=50)
    assert "KCL-01" in set(run.findings()["rule"])
    assert findings(run).empty


def test_an_unverified_reason_is_marked_and_prints_no_limit():
    (found,) = findings(told(OXIDE, egfr=25)).itertuples()
    assert "(not verified)" in found.message
    assert not any(character.isdigit() for character in found.message)


def test_reasons_of_ours_can_be_left_out():
    run = told(CREAM, sex="F", age=30, pregnant_weeks=21)
    assert len(findings(run)) == 1
    without = screen.screen(run.facts, load(), screen.ScreenSettings(policy_rules=False)).findings
    assert not without["rule"].str.startswith("OPT-").any()


def test_a_medicine_is_not_counted_as_the_second_one_beside_itself():
    """A reason about a group that holds the option itself would find every one who takes it."""
    knowledge = load()
    for option in knowledge.options:
        names = option.taken.products.values() if option.taken else ()
        own = {
            one for name in names for one in (knowledge.groups.members(name) if name in knowledge.groups else {name})
        }
        for predicate in option.statuses:
            if predicate.if_taken:
                assert not own & _named(predicate, knowledge), f"{option.option}: {predicate.reason}"


def _named(predicate, knowledge):
    names = groups_named(predicate.when)
    return {one for name in names for one in (knowledge.groups.members(name) if name in knowledge.groups else {name})}
