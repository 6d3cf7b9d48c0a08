"""The words of advice: how priorities follow from findings, and short phrases. `data/knowledge/advice/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from medcramp.knowledge.files import Fact, read_yaml, validate

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
    """The ladder from findings to priority, most pressing first, and the words that explain it."""

    ladder: tuple[Step, ...]
    nothing: Priority
    words: Words
    actions: Mapping[Priority, str]


class Topics(Fact):
    """Names of facts that may be missing."""

    age: str
    sex: str
    egfr: str
    pregnancy: str
    condition: str
    allergy: str
    lab: str
    medicine: str


class Phrases(Fact):
    """Short phrases used in many places."""

    review_first: str
    nothing_against: str
    copy_of: str
    not_known: str
    tags: Mapping[Literal["V", "UNVERIFIED", "POLICY"], str]
    topics: Topics


@dataclass(frozen=True)
class AdviceWords:
    """All of `data/knowledge/advice/`."""

    priorities: Priorities
    phrases: Phrases


def load(folder: Path) -> AdviceWords:
    """The words of advice. Raises KnowledgeError naming file and place."""
    advice = folder / "advice"
    return AdviceWords(
        priorities=_one(advice / "priorities.yaml", Priorities),
        phrases=_one(advice / "phrases.yaml", Phrases),
    )


def _one(path: Path, model: type[Any]) -> Any:
    return validate(path, "document", model, read_yaml(path))
