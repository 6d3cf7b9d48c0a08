"""The words of advice, `data/knowledge/advice/`: how priorities follow from findings, short phrases, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from medcramp.errors import KnowledgeError
from medcramp.knowledge.conversation import Care, Handout, Mimic, Question, RedFlag, Referral
from medcramp.knowledge.files import Fact, Row, read_yaml, validate
from medcramp.knowledge.paperwork import Compounding, NoteWords

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
    """All of `data/knowledge/advice/`; `handouts` by language."""

    priorities: Priorities
    phrases: Phrases
    questions: tuple[Question, ...]
    mimics: tuple[Mimic, ...]
    red_flags: tuple[RedFlag, ...]
    referrals: tuple[Referral, ...]
    care: tuple[Care, ...]
    note: NoteWords
    compounding: Compounding
    handouts: Mapping[str, Handout]


def load(folder: Path) -> AdviceWords:
    """The words of advice. Raises KnowledgeError naming file and place."""
    advice = folder / "advice"
    handouts = [_one(path, Handout) for path in sorted(advice.glob("handout_*.yaml"))]
    return AdviceWords(
        priorities=_one(advice / "priorities.yaml", Priorities),
        phrases=_one(advice / "phrases.yaml", Phrases),
        questions=_many(advice / "questions.yaml", Question),
        mimics=_many(advice / "mimics.yaml", Mimic),
        red_flags=_many(advice / "red_flags.yaml", RedFlag),
        referrals=_many(advice / "referrals.yaml", Referral),
        care=_many(advice / "care.yaml", Care),
        note=_one(advice / "prescriber_note.yaml", NoteWords),
        compounding=_one(advice / "compounding.yaml", Compounding),
        handouts={handout.language: handout for handout in handouts},
    )


def _one(path: Path, model: type[Row]) -> Row:
    return validate(path, "document", model, read_yaml(path))


def _many(path: Path, model: type[Row]) -> tuple[Row, ...]:
    """A list of facts with an `id` each."""
    entries = read_yaml(path)
    if not isinstance(entries, list):
        raise KnowledgeError("a list is expected", file=path, remedy="mend the YAML")
    rows = tuple(validate(path, f"entry {number}", model, entry) for number, entry in enumerate(entries, start=1))
    ids = [getattr(row, "id", "") for row in rows]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        raise KnowledgeError(f"{twice} stands twice", file=path, remedy="give it another id")
    return rows
