"""How severe a finding is shown, computed from what its sources say (the policy of docs/knowledge.md)."""

from __future__ import annotations

from collections.abc import Iterable

from medcramp.knowledge.rules import Grade, Severity, SourceSeverity
from medcramp.records import SEVERITIES

RANK = {severity: place for place, severity in enumerate(SEVERITIES)}
"""0 is the worst."""

_SHOWN: dict[Grade, Severity] = {
    "us_contraindicated": "contraindicated",
    "us_avoid": "major",
    "us_cap": "major",
    "us_caution": "moderate",
    "regulator_contraindication": "contraindicated",
    "ansm_contraindication": "contraindicated",
    "ansm_not_recommended": "major",
    "ansm_precaution": "moderate",
    "ansm_take_into_account": "minor",
    "ddinter_major": "major",
    "ddinter_moderate": "moderate",
    "ddinter_minor": "minor",
    "policy_contraindicated": "contraindicated",
    "policy_major": "major",
    "policy_moderate": "moderate",
    "policy_minor": "minor",
    "policy_info": "info",
}
_SOFTER_IN: dict[tuple[str, Grade], Severity] = {("US", "ansm_contraindication"): "major"}


def shown(severities: Iterable[SourceSeverity], jurisdiction: str) -> Severity:
    """The worst severity that any source gives, as it counts in the jurisdiction."""
    return worst(_SOFTER_IN.get((jurisdiction, one.grade), _SHOWN[one.grade]) for one in severities)


def worst(severities: Iterable[Severity]) -> Severity:
    """The most severe of them."""
    return min(severities, key=RANK.__getitem__)
