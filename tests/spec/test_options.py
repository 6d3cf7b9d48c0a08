"""Every predicate of every option, tried on its own examples; and the catalogue that others rely on."""

from __future__ import annotations

import pytest

from fixtures.option_patients import facts_of
from medcramp.knowledge import load
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.expressions import children

KNOWLEDGE = load()
BY_MOUTH = ("orphenadrine", "baclofen", "cyclobenzaprine", "magnesium_oral", "vitamin_d", "vitamin_e", "vitamin_k2")
CATALOGUE = {
    *(
        (option, form)
        for option in ("guaifenesin", "ketoprofen", "cyclobenzaprine", "magnesium_chloride", "peppermint")
        for form in ("cream", "ointment", "lotion", "gel", "capsule", "oral_suspension")
    ),
    *((option, "oral") for option in (*BY_MOUTH, "b_complex", "quinine")),
    *((option, "self_care") for option in ("stretching", "hydration", "massage", "footwear")),
}
OUTCOME = {"match": (True, True), "clear": (False, False), "unknown": (False, True)}
EXAMPLES = [
    (f"{option.option}-{number}", predicate, outcome, changes)
    for option in KNOWLEDGE.options
    for number, predicate in enumerate(option.statuses)
    for outcome, patients in predicate.examples.items()
    for changes in patients
]
PREDICATES = {name: predicate for name, predicate, _, _ in EXAMPLES}
STEPS = {"age": 1, "egfr": 1, "pregnant_weeks": 1, "lab": 0.01, "takes": 1, "took": 1}
"""How far a number of an expression is moved to see whether an example notices."""


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator(facts_of([changes for _, _, _, changes in EXAMPLES], KNOWLEDGE), KNOWLEDGE)


def outcome_of(evaluator, when, unless, place):
    """(certain, possible) of a predicate for the patient of one example."""
    certain, possible = (bool(plane[place]) for plane in evaluator.planes(when))
    excepted = unless is not None and bool(evaluator.planes(unless).certain[place])
    return (certain and not excepted, possible and not excepted)


@pytest.mark.parametrize("place", range(len(EXAMPLES)), ids=[f"{name}-{outcome}" for name, _, outcome, _ in EXAMPLES])
def test_a_predicate_does_what_its_example_says(evaluator, place):
    _, predicate, outcome, _ = EXAMPLES[place]
    assert outcome_of(evaluator, predicate.when, predicate.unless, place) == OUTCOME[outcome]


@pytest.mark.parametrize("name", PREDICATES)
def test_no_part_and_no_number_of_a_predicate_can_change_unnoticed(evaluator, name):
    predicate = PREDICATES[name]
    places = [place for place, example in enumerate(EXAMPLES) if example[0] == name]
    changed = [(when, predicate.unless) for when in altered(predicate.when)]
    if predicate.unless is not None:
        changed += [(predicate.when, unless) for unless in (None, *altered(predicate.unless))]
    unnoticed = [
        (when, unless)
        for when, unless in changed
        if all(outcome_of(evaluator, when, unless, place) == OUTCOME[EXAMPLES[place][2]] for place in places)
    ]
    assert not unnoticed


def altered(expression):
    """The expression with one part left out or one number moved a little, in every way."""
    for field, value in expression:
        if isinstance(value, tuple) and children(expression):
            for place, part in enumerate(value):
                if len(value) > 1:
                    yield expression.model_copy(update={field: value[:place] + value[place + 1 :]})
                for other in altered(part):
                    yield expression.model_copy(update={field: (*value[:place], other, *value[place + 1 :])})
        elif field in STEPS:
            for name, number in value:
                for step in (STEPS[field], -STEPS[field]):
                    if isinstance(number, float | int):
                        moved = value.model_copy(update={name: number + step})
                        yield expression.model_copy(update={field: moved})


def test_every_predicate_has_a_matching_a_clear_and_an_unknown_example():
    for option in KNOWLEDGE.options:
        for predicate in option.statuses:
            always = getattr(predicate.when, "constant", False)
            wanted = {"match"} if always else {"match", "clear", "unknown"}
            assert set(predicate.examples) == wanted, f"{option.option}: {predicate.reason}"


def test_the_catalogue_holds_every_option_and_form():
    assert {(option.option, form) for option in KNOWLEDGE.options for form in option.forms} >= CATALOGUE


def test_no_option_calls_the_three_relaxants_over_the_counter():
    relaxants = [
        option for option in KNOWLEDGE.options if option.option in ("orphenadrine", "cyclobenzaprine", "baclofen")
    ]
    assert len(relaxants) == 3
    assert all(option.legal_status["US"].startswith("prescription only") for option in relaxants)


def test_a_copy_names_the_product_it_would_copy():
    for option in KNOWLEDGE.options:
        for form, fit in option.forms.items():
            if fit == "not_sensible" and option.kind != "never":
                assert option.form_notes[form]
                assert form in option.copies or "not sensible" in option.form_notes[form]


def test_an_unverified_predicate_prints_no_number_of_its_own():
    for option in KNOWLEDGE.options:
        for predicate in option.statuses:
            if predicate.tag == "UNVERIFIED":
                digits = [part for part in predicate.reason.split() if any(ch.isdigit() for ch in part)]
                assert not digits, f"{option.option}: {predicate.reason}"
