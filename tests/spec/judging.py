"""Examples screened together, and whether each finding is what its example demands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from medcramp.knowledge import Knowledge
from medcramp.knowledge.rules import Example, Rule
from spec.people import Told, tell

BOOK = Path(__file__).with_name("boundaries.yaml")


def book() -> list[tuple[str, Example]]:
    """(key of a rule, example) for every entry of the boundary book."""
    rows = yaml.safe_load(BOOK.read_text(encoding="utf-8"))
    return [(row.pop("rule"), Example.model_validate(row)) for row in rows]


def tell_all(examples: Sequence[Example], knowledge: Knowledge) -> list[tuple[Told, int]]:
    """(run, patient) per example; one run per index date and jurisdiction."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, example in enumerate(examples):
        groups.setdefault((example.as_of, example.jurisdiction), []).append(number)
    found: dict[int, tuple[Told, int]] = {}
    for members in groups.values():
        run = tell([examples[number] for number in members], knowledge)
        found.update({number: (run, patient) for patient, number in enumerate(members)})
    return [found[number] for number in range(len(examples))]


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
