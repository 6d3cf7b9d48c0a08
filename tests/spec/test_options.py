"""Every predicate of every option, tried on its own examples; and the catalogue that others rely on."""

from __future__ import annotations

import pytest

from fixtures.option_patients import facts_of
from medcramp.knowledge import load
from medcramp.logic.evaluate import Evaluator

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
EXAMPLES = [
    pytest.param(predicate, outcome, changes, id=f"{option.option}-{number}-{outcome}")
    for option in KNOWLEDGE.options
    for number, predicate in enumerate(option.statuses)
    for outcome, changes in predicate.examples.items()
]


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator(facts_of([changes for _, _, changes in (p.values for p in EXAMPLES)], KNOWLEDGE), KNOWLEDGE)


@pytest.mark.parametrize(("place", "example"), list(enumerate(EXAMPLES)), ids=[e.id for e in EXAMPLES])
def test_a_predicate_does_what_its_example_says(evaluator, place, example):
    predicate, outcome, _ = example.values
    certain, possible = (bool(plane[place]) for plane in evaluator.planes(predicate.when))
    if predicate.unless is not None and evaluator.planes(predicate.unless).certain[place]:
        certain = possible = False
    assert {"match": (True, True), "clear": (False, False), "unknown": (False, True)}[outcome] == (certain, possible)


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
