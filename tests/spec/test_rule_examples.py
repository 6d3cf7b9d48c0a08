"""Every example beside a rule, run through recognition, profile and screening."""

from __future__ import annotations

from collections import defaultdict

import pytest

from medcramp.knowledge import load
from medcramp.knowledge.rules import Example, Rule
from spec.people import Told, tell

CASES = [(rule, place, example) for rule in load().rules for place, example in enumerate(rule.examples)]


@pytest.fixture(scope="session")
def told() -> dict[tuple[str, int], tuple[Told, int]]:
    """All examples screened, one run per index date and jurisdiction: (rule, place) → (run, patient)."""
    batches: dict[tuple[str, str], list[tuple[str, int, Example]]] = defaultdict(list)
    for rule, place, example in CASES:
        batches[example.as_of, example.jurisdiction].append((rule.key, place, example))
    found = {}
    for members in batches.values():
        run = tell([example for _, _, example in members], load())
        found.update({(key, place): (run, number) for number, (key, place, _) in enumerate(members)})
    return found


@pytest.mark.parametrize(("rule", "place", "example"), CASES, ids=[f"{rule.key}-{place}" for rule, place, _ in CASES])
def test_example(rule: Rule, place: int, example: Example, told) -> None:
    run, patient = told[rule.key, place]
    assert judge(rule, example, run, patient) == ""


def judge(rule: Rule, example: Example, run: Told, patient: int) -> str:
    """What is wrong with the findings of the example's patient; "" = nothing."""
    findings = run.findings(patient)
    mine = findings[((findings["rule"] == rule.id) & (findings["subject"] == rule.subject)).to_numpy()]
    if example.fires is False:
        return "" if mine.empty else f"must stay silent, but says {mine['message'].iloc[0]}"
    if mine.empty:
        return f"must fire; found {', '.join(findings['rule'])}"
    finding = mine.iloc[0]
    wanted = "verify" if example.fires == "verify" else "confirmed"
    if finding["certainty"] != wanted:
        return f"must be {wanted}, is {finding['certainty']} (missing: {finding['missing']})"
    for name in ("severity", "urgency"):
        if getattr(example, name) and finding[name] != getattr(example, name):
            return f"{name} must be {getattr(example, name)}, is {finding[name]}"
    if example.missing and example.missing.lower() not in finding["missing"].lower():
        return f"must miss {example.missing}, misses {finding['missing']}"
    if wanted == "verify" and not finding["missing"]:
        return "must name what is missing"
    if example.message not in finding["message"]:
        return f"the message must say {example.message}"
    return ""
