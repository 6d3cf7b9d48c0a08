"""How a patient's priority follows from the findings: `data/knowledge/advice/priorities.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from medcramp.knowledge.files import Fact

Kind = Literal["class", "electrolyte", "interaction", "duplicate", "dose", "lab", "condition", "cascade", "red_flag"]
Severity = Literal["contraindicated", "major", "moderate", "minor", "info"]
Urgency = Literal["emergency", "same_day", "routine", "information"]
Certainty = Literal["confirmed", "verify"]
Grade = Literal["strong", "moderate", "weak", "reported", "none"]
Priority = Literal["urgent today", "contact prescriber", "review", "counsel", "nothing found"]


class Match(Fact):
    """What a finding must show; a column that is not named may hold anything."""

    kind: tuple[Kind, ...] = ()
    severity: tuple[Severity, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    certainty: tuple[Certainty, ...] = ()
    grade: tuple[Grade, ...] = ()

    def wanted(self) -> Mapping[str, tuple[str, ...]]:
        """Column → accepted words."""
        named: dict[str, tuple[str, ...]] = {
            "kind": self.kind,
            "severity": self.severity,
            "urgency": self.urgency,
            "certainty": self.certainty,
            "grade": self.grade,
        }
        return {column: words for column, words in named.items() if words}


class Step(Fact):
    """One rung of the ladder: the priority of a patient with a finding that fits one of `any`."""

    priority: Priority
    any: tuple[Match, ...]


class Words(Fact):
    """Words shown for the codes of a finding."""

    urgency: Mapping[Urgency, str]
    severity: Mapping[Severity, str]
    kind: Mapping[Kind, str]
    grade: Mapping[Grade, str]
    certainty: Mapping[Certainty, str]


class Priorities(Fact):
    """The ladder from findings to priority, most pressing first, the kinds in the same order, and words for it all."""

    ladder: tuple[Step, ...]
    nothing: Priority
    kinds: tuple[Kind, ...]
    words: Words
    actions: Mapping[Priority, str]
