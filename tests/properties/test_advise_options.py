"""Options of random patients, against the obvious way and against each other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.option_patients import facts_of
from medcramp.advise.options import assess
from medcramp.knowledge import load
from medcramp.logic.evaluate import Evaluator
from spec.people import patient_id

KNOWLEDGE = load()
DRUGS = (
    "loratadine 10 mg tablet",
    "warfarin 5 mg tablet",
    "furosemide 40 mg tablet",
    "lisinopril 20 mg tablet",
    "sertraline 50 mg tablet",
    "oxycodone 10 mg tablet",
    "omeprazole 20 mg capsule",
    "naproxen 500 mg tablet",
    "quinine sulfate 324 mg capsule",
    "phenelzine 15 mg tablet",
    "potassium chloride 10 mEq extended release tablet",
)
CODES = ("I10", "K25.9", "I50.9", "H40.9", "N18.6", "L20.9", "I82.401", "K80.20", "J45.909", "E05.90", "K74.60")
drug = st.sampled_from(DRUGS) | st.sampled_from(DRUGS).map(lambda line: {"drug": line, "active": "unknown"})
patient = st.fixed_dictionaries(
    {
        "drugs": st.lists(drug, min_size=1, max_size=4),
        "conditions": st.none() | st.lists(st.sampled_from(CODES), min_size=1, max_size=3),
        "allergies": st.none()
        | st.lists(st.sampled_from(("none known", "ibuprofen", "menthol")), min_size=1, max_size=1),
        "age": st.none() | st.integers(1, 95),
        "sex": st.sampled_from(("F", "M", None)),
        "egfr": st.none() | st.integers(5, 120),
    }
)
SERIOUSNESS = ("ok", "not_assessed", "caution", "avoid")


def _statuses(patients):
    table = assess(facts_of(patients, KNOWLEDGE), KNOWLEDGE)
    keys = zip(table["patient_id"], table["option"], table["form"], strict=True)
    return dict(zip(keys, table["status"], strict=True))


@settings(deadline=None, max_examples=25)
@given(st.lists(patient, min_size=1, max_size=6))
def test_statuses_follow_from_the_predicates_one_by_one(patients):
    facts = facts_of(patients, KNOWLEDGE)
    evaluator = Evaluator(facts, KNOWLEDGE)
    decided = _statuses(patients)
    for place in range(facts.size):
        for option in KNOWLEDGE.options:
            for form, fit in option.forms.items():
                certain, doubt = {"ok"}, False
                if fit == "not_sensible" and option.kind != "never":
                    certain.add("caution")
                for predicate in option.predicates(form):
                    when = evaluator.planes(predicate.when)
                    excepted = predicate.unless is not None and evaluator.planes(predicate.unless).certain[place]
                    if excepted or not when.possible[place]:
                        continue
                    if when.certain[place]:
                        certain.add(predicate.status)
                    elif predicate.status != "ok" and predicate.when_unknown == "not_assessed":
                        doubt = True
                worst = max(certain, key=SERIOUSNESS.index)
                expected = "not_assessed" if worst == "ok" and doubt else worst
                assert decided[patient_id(place), option.option, form] == expected


@settings(deadline=None, max_examples=15)
@given(st.lists(patient, min_size=2, max_size=5))
def test_a_patient_alone_is_decided_as_among_others(patients):
    together = _statuses(patients)
    for place, one in enumerate(patients):
        alone = _statuses([one])
        assert {key[1:]: status for key, status in together.items() if key[0] == patient_id(place)} == {
            key[1:]: status for key, status in alone.items()
        }


@settings(deadline=None, max_examples=25)
@given(patient, st.sampled_from(("age", "egfr")))
def test_knowing_less_never_turns_a_warning_into_ok(known, fact):
    before, after = _statuses([known]), _statuses([{**known, fact: None}])
    reassured = [key for key, status in after.items() if status == "ok"]
    assert [before[key] for key in reassured] == ["ok"] * len(reassured)
