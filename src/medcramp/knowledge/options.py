"""Treatment options: forms, legal status, evidence, and the predicates that decide for whom they are unsafe.

`docs/knowledge.md` ("An option") describes the YAML; every predicate carries its own examples, which the suite runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from medcramp.errors import KnowledgeError
from medcramp.knowledge.files import Fact, Many, read_yaml, validate
from medcramp.knowledge.rules import Grade
from medcramp.logic.expressions import Expression, Node

Route = Literal["topical", "oral", "self_care"]
Status = Literal["avoid", "caution", "ok"]
Fit = Literal["sensible", "conditional", "not_sensible"]
Tag = Literal["V", "UNVERIFIED", "POLICY"]
EvidenceGrade = Literal[
    "none_found",
    "very_low",
    "low",
    "low_to_moderate",
    "moderate_no_benefit",
    "conflicting",
    "effective_but_unsafe",
    "unverified",
]

ROUTE_OF_FORM: Mapping[str, Route] = {
    "cream": "topical",
    "ointment": "topical",
    "lotion": "topical",
    "gel": "topical",
    "capsule": "oral",
    "oral_suspension": "oral",
    "oral": "oral",
    "self_care": "self_care",
}
"""The forms an option can have, and how each reaches the body."""


def _one_item(text: str) -> str:
    if ";" in text:
        raise ValueError('";" separates items of a list and may not stand inside one')
    return text


Item = Annotated[str, AfterValidator(_one_item)]
"""Text that becomes one item of a ";"-joined list."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, Mapping) else value


Patients = Annotated[tuple[Mapping[str, Any], ...], BeforeValidator(_as_list), Field(min_length=1)]
"""Changes to the typical patient; one mapping may stand alone."""


class Statement(Fact):
    """Words with their source and how far they were checked."""

    words: str
    source: Many = ()
    tag: Tag = "UNVERIFIED"


class Evidence(Statement):
    """What trials say about relief of cramps."""

    grade: EvidenceGrade


class Note(Fact):
    """Something to know or to say about the option, for everybody."""

    text: Item
    source: Many = ()
    tag: Tag = "UNVERIFIED"


class Copy(Fact):
    """The marketed product that a compounded form would copy."""

    product: Item
    source: Many = ()


class Predicate(Fact):
    """For whom the option has this status, why, and what to ask when it is unknown.

    `unless` is an exception that counts only when it is certain. `when_unknown`: `not_assessed` (the default) or `ask`,
    for a fact that is asked at every counter and alone does not keep the option from being judged.
    `if_taken`: how much it weighs when the patient takes the option already (left out: nothing is said then);
    `said_by`: rules that say it of somebody who takes it.
    """

    when: Expression
    unless: Expression | None = None
    routes: tuple[Route, ...] = ()
    status: Status
    when_unknown: Literal["not_assessed", "ask"] = "not_assessed"
    reason: Item
    ask: Item
    source: Many
    tag: Tag
    if_taken: Grade | None = None
    said_by: Many = ()
    examples: Mapping[Literal["match", "clear", "unknown"], Patients]

    @property
    def verified(self) -> bool:
        """True when the named source itself says it."""
        return self.tag == "V"

    def concerns(self, form: str) -> bool:
        """Does the predicate speak about this form's route?"""
        return not self.routes or ROUTE_OF_FORM[form] in self.routes

    def expressions(self) -> tuple[Node, ...]:
        """Everything that must be evaluated to decide it."""
        return (self.when,) if self.unless is None else (self.when, self.unless)

    @model_validator(mode="after")
    def _is_traceable(self) -> Predicate:
        if self.tag == "V" and not self.source:
            raise ValueError("tagged V without a source")
        if self.if_taken and (self.status != "avoid" or self.said_by):
            raise ValueError("if_taken belongs to an avoid that no rule says")
        return self


class Taken(Fact):
    """What counts as taking the option already (group or ingredient, by route), and what to do when it is to be avoided
    for the patient."""

    label: str
    products: Mapping[Route, str]
    action: str


class SameAs(Fact):
    """Takes over the predicates of another option for these routes."""

    option: str
    routes: tuple[Route, ...]


class Option(Fact):
    """One treatment option with all its forms."""

    option: str
    label: str
    kind: Literal["compounded", "relaxant", "supplement", "self_care", "never"]
    ingredient: str = ""
    forms: Mapping[str, Fit]
    form_notes: Mapping[str, Item] = {}
    copies: Mapping[str, Copy] = {}
    legal_status: Mapping[str, str]
    evidence: Evidence
    strengths: Mapping[Route, Statement] = {}
    dose: Statement
    notes: tuple[Note, ...] = ()
    same_as: SameAs | None = None
    taken: Taken | None = None
    statuses: tuple[Predicate, ...]

    @model_validator(mode="after")
    def _forms_are_known(self) -> Option:
        for named in (self.forms, self.form_notes, self.copies):
            for form in named:
                if form not in ROUTE_OF_FORM or form not in self.forms:
                    raise ValueError(f"unknown form {form}")
        return self

    def predicates(self, form: str) -> tuple[Predicate, ...]:
        """Predicates that speak about this form, most serious status first, otherwise in the order of the file."""
        chosen = (predicate for predicate in self.statuses if predicate.concerns(form))
        return tuple(sorted(chosen, key=lambda predicate: SERIOUSNESS.index(predicate.status)))


SERIOUSNESS: tuple[Status, ...] = ("avoid", "caution", "ok")


def load(folder: Path) -> tuple[Option, ...]:
    """All options of the knowledge folder in the order of files and places. Raises KnowledgeError naming both."""
    found: dict[str, Option] = {}
    places: dict[str, tuple[Path, str]] = {}
    for path, place, option in _read(folder / "options"):
        if option.option in found:
            raise KnowledgeError(f"option {option.option} is defined twice", file=path, place=place)
        found[option.option] = option
        places[option.option] = (path, place)
    return tuple(_complete(option, found, *places[name]) for name, option in found.items())


def _read(folder: Path) -> Iterator[tuple[Path, str, Option]]:
    for path in sorted(folder.glob("*.yaml")):
        entries = read_yaml(path)
        if not isinstance(entries, list):
            raise KnowledgeError("a list of options is expected", file=path, remedy="mend the YAML")
        for number, entry in enumerate(entries, start=1):
            name = entry.get("option", "") if isinstance(entry, dict) else ""
            place = f"option {name or number}"
            yield path, place, validate(path, place, Option, entry)


def _complete(option: Option, known: Mapping[str, Option], path: Path, place: str) -> Option:
    """The option with the predicates that it takes over from another one."""
    if option.same_as is None:
        return option
    if option.same_as.option not in known:
        raise KnowledgeError(f"unknown option {option.same_as.option}", file=path, place=place)
    wanted = set(option.same_as.routes)
    taken = []
    for predicate in known[option.same_as.option].statuses:
        routes = tuple(route for route in option.same_as.routes if not predicate.routes or route in predicate.routes)
        if wanted and routes:
            taken.append(predicate.model_copy(update={"routes": routes}))
    return option.model_copy(update={"statuses": (*option.statuses, *taken)})
