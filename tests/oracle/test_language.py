"""The engine against the obvious implementation, on random patients and expressions."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcramp.logic.evaluate import Evaluator
from medcramp.logic.expressions import parse
from oracle.language import truth
from oracle.made_up import KNOWLEDGE, expressions, leaves, patients, to_facts

SLOW = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
people = st.lists(patients, min_size=1, max_size=4)


def answers(expression, persons) -> list[bool | None]:
    certain, possible = Evaluator(to_facts(persons), KNOWLEDGE).planes(parse(expression))
    assert not (certain & ~possible).any()
    return [True if yes else None if perhaps else False for yes, perhaps in zip(certain, possible, strict=True)]


@SLOW
@given(leaves, people)
def test_every_predicate_answers_as_the_oracle_does(expression, persons):
    assert answers(expression, persons) == [truth(expression, person) for person in persons]


@SLOW
@given(expressions, people)
def test_combinations_answer_as_the_oracle_does(expression, persons):
    assert answers(expression, persons) == [truth(expression, person) for person in persons]


@SLOW
@given(expressions, people)
def test_something_is_named_missing_exactly_where_the_answer_is_unknown(expression, persons):
    evaluator = Evaluator(to_facts(persons), KNOWLEDGE)
    parsed = parse(expression)
    missing = evaluator.missing(parsed, np.arange(len(persons)))
    assert [bool(names) for names in missing] == evaluator.planes(parsed).unknown.tolist()


@SLOW
@given(expressions, people)
def test_neighbours_do_not_matter(expression, persons):
    together = answers(expression, persons)
    assert together == [answers(expression, [person])[0] for person in persons]
