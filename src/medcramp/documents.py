"""What the documents of one patient say, as plain data: made by `advise`, laid out by `report`.

No layout and no markup here; a text is shown as it stands (escaped by whoever lays it out).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    """Who the document is about; unknown = ""."""

    patient_id: str
    name: str
    birth_date: str
    age: str
    sex: str


@dataclass(frozen=True)
class Medicine:
    """One product in use or perhaps in use: the patient's own line, since when, and whether that is certain."""

    line: str
    since: str
    certain: bool


@dataclass(frozen=True)
class Contributor:
    """A medicine that may contribute, with the strength of the evidence in words and the lines it was found in."""

    title: str
    drugs: str
    grade: str
    message: str
    say: tuple[str, ...]
    never_say: tuple[str, ...]
    monitor: tuple[str, ...]


@dataclass(frozen=True)
class Electrolyte:
    """Net pull of all medicines on one electrolyte, both sides, beside the last result."""

    name: str
    net: str
    drivers_down: str
    drivers_up: str
    last_value: str
    unit: str
    last_date: str
    note: str


@dataclass(frozen=True)
class Point:
    """One finding to act on: three separate judgements, what it is, what to do, what is missing."""

    finding_id: str
    rule: str
    kind: str
    severity: str
    grade: str
    urgency: str
    certainty: str
    title: str
    drugs: str
    message: str
    action: str
    missing: str
    sources: str


@dataclass(frozen=True)
class Answer:
    """What an answer would point to."""

    answer: str
    means: str


@dataclass(frozen=True)
class Question:
    """A question for the counter; `on_file` when a recorded fact already points there."""

    topic: str
    ask: str
    answers: tuple[Answer, ...]
    on_file: bool
    core: bool


@dataclass(frozen=True)
class Mimic:
    """A look-alike of a cramp and how to tell it apart."""

    name: str
    tell: str
    refer: str
    on_file: bool


@dataclass(frozen=True)
class RedFlag:
    """A sign that is seen today."""

    sign: str
    action: str
    urgency: str


@dataclass(frozen=True)
class Referral:
    """Who can help with what; `fits_now` when a recorded fact points there."""

    to: str
    why: str
    fits_now: bool


@dataclass(frozen=True)
class Care:
    """A measure without medicine, graded: `fit` is usual, may_fit or no_support; `caution` from the options."""

    name: str
    fit: str
    words: str
    caution: str


@dataclass(frozen=True)
class OptionLine:
    """One option and form for this patient."""

    option: str
    label: str
    form: str
    status: str
    reasons: str
    ask: str
    evidence: str
    legal_status: str
    strength: str
    dose: str
    notes: tuple[str, ...]
    sources: str


@dataclass(frozen=True)
class Sheet:
    """The pharmacist's counselling sheet of one patient."""

    person: Person
    priority: str
    top_reason: str
    first: str
    medicines: tuple[Medicine, ...]
    contributors: tuple[Contributor, ...]
    say: tuple[str, ...]
    never_say: tuple[str, ...]
    electrolytes: tuple[Electrolyte, ...]
    points: tuple[Point, ...]
    missing: tuple[str, ...]
    questions: tuple[Question, ...]
    mimics: tuple[Mimic, ...]
    red_flags: tuple[RedFlag, ...]
    referrals: tuple[Referral, ...]
    care: tuple[Care, ...]
    options: tuple[OptionLine, ...]


@dataclass(frozen=True)
class PrescriberNote:
    """Note to the prescriber: situation, background, assessment, request, and boxes for the reply."""

    person: Person
    title: str
    situation: tuple[str, ...]
    medicines: tuple[Medicine, ...]
    laboratory: tuple[str, ...]
    assessment: tuple[Point, ...]
    requests: tuple[str, ...]
    reply: tuple[str, ...]


@dataclass(frozen=True)
class GateQuestion:
    """A question that a person answers before compounding, and what the answer means."""

    ask: str
    if_yes: str
    if_no: str


@dataclass(frozen=True)
class BeyondUse:
    """Default beyond-use date for one kind of base."""

    base: str
    words: str
    days: int
    storage: str


@dataclass(frozen=True)
class Active:
    """One active of a preparation; `strength` is "" where no source gives one: the prescriber writes it."""

    option: OptionLine
    strength: str


@dataclass(frozen=True)
class CompoundingRequest:
    """Request for a prescription of a compounded preparation of one or several actives in one form.

    `status` is the worst of the actives' statuses for this patient; the gate is answered by a person.
    """

    person: Person
    form: str
    status: str
    actives: tuple[Active, ...]
    gate: tuple[GateQuestion, ...]
    chapter: str
    beyond_use: tuple[BeyondUse, ...]
    label_items: tuple[str, ...]
    counselling: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """Heading and lines of a handout; `picture` names a drawing that belongs to it ("" none)."""

    heading: str
    lines: tuple[str, ...]
    picture: str = ""


@dataclass(frozen=True)
class Handout:
    """What the patient takes home, in one language."""

    language: str
    title: str
    given_by: str
    sections: tuple[Section, ...]
    call: Section
    emergency: Section
    footer: str


@dataclass(frozen=True)
class Documents:
    """Everything written about one patient."""

    sheet: Sheet
    note: PrescriberNote
    handouts: tuple[Handout, ...]
    compounding: tuple[CompoundingRequest, ...] = field(default=())
