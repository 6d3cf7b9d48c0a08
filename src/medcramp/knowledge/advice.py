"""The words of advice, `data/knowledge/advice/`: how priorities follow from findings, short phrases, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medcramp.errors import KnowledgeError
from medcramp.knowledge.conversation import Care, Handout, Mimic, Question, RedFlag, Referral
from medcramp.knowledge.files import Fact, Row, read_yaml, validate
from medcramp.knowledge.ladder import Priorities
from medcramp.knowledge.options import EvidenceGrade, Tag
from medcramp.knowledge.paperwork import Compounding, NoteWords


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
    marketed: str
    not_known: str
    evidence: Mapping[EvidenceGrade, str]
    tags: Mapping[Tag, str]
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
