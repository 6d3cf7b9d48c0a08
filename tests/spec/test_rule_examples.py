"""The examples beside the rules and the boundary book, run through recognition, profile and screening."""

from __future__ import annotations

import pytest

from medcramp.knowledge import load
from medcramp.knowledge.rules import Example, Rule
from spec.judging import book, judge, tell_all
from spec.people import Told

RULES = {rule.key: rule for rule in load().rules}
BESIDE = [(rule.key, example) for rule in RULES.values() for example in rule.examples]
CASES = [*BESIDE, *book()]


@pytest.fixture(scope="module")
def told() -> list[tuple[Told, int]]:
    """All examples screened: (run, patient) per case."""
    return tell_all([example for _, example in CASES], load())


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{i}-{key}" for i, (key, _) in enumerate(CASES)])
def test_example(number: int, told: list[tuple[Told, int]]) -> None:
    key, example = CASES[number]
    assert key in RULES, "no such rule"
    assert judge(RULES[key], example, *told[number]) == ""


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.file.endswith(".yaml")], ids=lambda rule: rule.key
)
def test_every_rule_shows_a_patient_on_whom_it_fires_and_one_on_whom_it_is_silent(rule: Rule) -> None:
    examples: tuple[Example, ...] = rule.examples
    assert {True, False} <= {example.fires for example in examples if example.fires != "verify"}
