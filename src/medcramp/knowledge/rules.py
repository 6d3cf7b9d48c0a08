"""The rules of screening, as `docs/knowledge.md` describes them: YAML files and the statin matrix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from medcramp.errors import KnowledgeError
from medcramp.knowledge.files import Fact, Many, OptionalNumber, numbered_rows, read_rows, read_yaml, validate
from medcramp.logic.expressions import Expression, Node, groups_named, parse

FOLDER = "rules"
MATRIX_FILE = "statin_caps.csv"
VERDICTS_FILE = "statin_verdicts.csv"
DUPLICATE = "DUP-INGREDIENT"
"""Rule of one ingredient (its subject) taken twice; it lies in no file."""

Kind = Literal["class", "electrolyte", "interaction", "duplicate", "dose", "lab", "condition", "cascade", "red_flag"]
Severity = Literal["contraindicated", "major", "moderate", "minor", "info"]
Urgency = Literal["emergency", "same_day", "routine", "information"]
Tag = Literal["V", "UNVERIFIED", "POLICY"]
Direction = Literal["down", "up", "variable"]
Grade = Literal[
    "us_contraindicated",
    "us_avoid",
    "us_cap",
    "us_caution",
    "regulator_contraindication",
    "ansm_contraindication",
    "ansm_not_recommended",
    "ansm_precaution",
    "ansm_take_into_account",
    "ddinter_major",
    "ddinter_moderate",
    "ddinter_minor",
    "policy_contraindicated",
    "policy_major",
    "policy_moderate",
    "policy_minor",
    "policy_info",
]

_OWN_GRADE: dict[Severity, Grade] = {
    "contraindicated": "policy_contraindicated",
    "major": "policy_major",
    "moderate": "policy_moderate",
    "minor": "policy_minor",
    "info": "policy_info",
}


class SourceSeverity(Fact):
    """What one source says about the combination."""

    source: str
    grade: Grade
    verified: bool = True


class Upgrade(Fact):
    """A circumstance that makes the finding weigh more; unknown circumstances do not upgrade."""

    when: Expression
    to: Severity
    why: str
    source: str = ""
    tag: Tag


class ExampleDrug(Fact):
    """A medicine of an example patient; dates may be relative ("40 days ago")."""

    drug: str
    sig: str = ""
    route: str = ""
    start: str | None = None
    end: str | None = None
    days_supply: float | None = None
    quantity: float | None = None
    status: str = ""
    active: Literal["yes", "no", "unknown", ""] = ""


class Example(BaseModel):
    """A patient and what the rule must say about them."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    fires: bool | Literal["verify"]
    drugs: tuple[str | ExampleDrug, ...] = ()
    severity: Severity | None = None
    urgency: Urgency | None = None
    missing: str = ""
    message: str = ""
    age: float | None = None
    sex: Literal["F", "M"] | None = None
    egfr: float | None = None
    pregnant_weeks: float | None = None
    conditions: tuple[str, ...] = ()
    labs: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    as_of: str = ""
    jurisdiction: str = "US"


class Rule(Fact):
    """One rule. `subject` tells rules of one id apart (a cell of the statin matrix); `key` is unique."""

    id: str
    kind: Kind
    title: str
    when: Expression
    effect: str
    mechanism: str = ""
    electrolytes: dict[str, Direction] = Field(default_factory=dict)
    severities: tuple[SourceSeverity, ...] = Field(min_length=1)
    urgency: Urgency
    upgrade: tuple[Upgrade, ...] = ()
    needs: tuple[Expression, ...] = ()
    states: tuple[Expression, ...] = ()
    only_certain: bool = False
    action: str
    drugs: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    sources: tuple[str, ...]
    tag: Tag
    examples: tuple[Example, ...] = ()
    subject: str = ""
    file: str = ""

    @property
    def key(self) -> str:
        """Unique name of the rule."""
        return f"{self.id}/{self.subject}" if self.subject else self.id

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups and ingredients whose lines a finding of this rule lists."""
        return self.drugs or groups_named(self.when)

    def expressions(self) -> Iterator[Node]:
        """Every expression of the rule."""
        yield from (self.when, *self.needs, *self.states, *(upgrade.when for upgrade in self.upgrade))


class Cell(Fact):
    """One row of the statin matrix: what a perpetrator means for a statin."""

    perpetrator: str
    perpetrator_min_mg: OptionalNumber
    statin: str
    verdict: Literal["contraindicated", "avoid", "cap", "caution"]
    cap_mg: OptionalNumber
    severity: Severity | Literal[""]
    jurisdiction: Many
    tag: Tag
    source: Many
    note: str


class Verdict(Fact):
    """How one verdict of the matrix is worded as a rule."""

    verdict: str
    id: str
    kind: Kind
    title: str
    effect: str
    mechanism: str
    action: str
    urgency: Urgency
    grade: Grade


def load(folder: Path) -> tuple[Rule, ...]:
    """All rules in stable order: YAML files by name, then the matrix. Raises KnowledgeError naming file and rule."""
    rules: list[Rule] = []
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        for place, document in enumerate(_documents(path), start=1):
            named = document.get("id") if isinstance(document, dict) else None
            rule = validate(path, f"rule {named or place}", Rule, document)
            rules.append(rule.model_copy(update={"file": path.name}))
    if (folder / FOLDER / MATRIX_FILE).exists():
        rules.extend(_matrix(folder / FOLDER))
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.key in seen:
            raise KnowledgeError(
                "the rule is defined twice",
                remedy="give it another id",
                file=folder / FOLDER / rule.file,
                place=f"rule {rule.key}",
            )
        seen[rule.key] = rule
    return tuple(rules)


def _documents(path: Path) -> list[Any]:
    documents = read_yaml(path) or []
    if not isinstance(documents, list):
        raise KnowledgeError("a file of rules is a list of rules", file=path, remedy="start every rule with '- id:'")
    return documents


def _matrix(folder: Path) -> Iterator[Rule]:
    path = folder / MATRIX_FILE
    wording = {row.verdict: row for row in read_rows(folder / VERDICTS_FILE, Verdict)}
    for line, cell in numbered_rows(path, Cell):
        if (cell.verdict == "cap") != (cell.cap_mg is not None):
            raise KnowledgeError(
                "cap_mg belongs to the verdict cap and to no other",
                file=path,
                place=f"row {line}",
                remedy="mend the row",
            )
        yield _cell_rule(cell, wording[cell.verdict])
        if cell.verdict == "cap":
            yield _cell_rule(cell, wording["cap_kept"])


def _cell_rule(cell: Cell, verdict: Verdict) -> Rule:
    """The rule for one cell: both taken in different products, and the statin's daily dose against the cap."""
    words = {
        "statin": cell.statin,
        "perpetrator": _in_words(cell.perpetrator),
        "cap": "" if cell.cap_mg is None else f"{cell.cap_mg:g}",
    }
    parts: list[Any] = [{"pair": [cell.statin, cell.perpetrator]}]
    if cell.jurisdiction:
        parts.append({"jurisdiction": cell.jurisdiction})
    if cell.perpetrator_min_mg is not None:
        parts.append({"dose": {"of": cell.perpetrator, "at_least": cell.perpetrator_min_mg}})
    if cell.cap_mg is not None:
        limit = "above" if verdict.verdict == "cap" else "at_most"
        parts.append({"dose": {"of": cell.statin, limit: cell.cap_mg}})
    kept = verdict.verdict == "cap_kept"
    note = f" {cell.note[:1].upper()}{cell.note[1:]}." if cell.note else ""
    places = f" ({'/'.join(cell.jurisdiction)})" if cell.jurisdiction else ""
    title = verdict.title.format(**words)
    return Rule(
        id=verdict.id,
        subject=f"{cell.statin} with {words['perpetrator']}{places}",
        kind=verdict.kind,
        title=title[:1].upper() + title[1:],
        when=parse({"all": parts} if len(parts) > 1 else parts[0]),
        effect=verdict.effect.format(**words) + note,
        mechanism=verdict.mechanism,
        severities=(
            SourceSeverity(
                source=";".join(cell.source),
                grade=_OWN_GRADE[cell.severity] if cell.severity and not kept else verdict.grade,
                verified=cell.tag == "V",
            ),
        ),
        urgency=verdict.urgency,
        only_certain=kept,
        action=verdict.action,
        drugs=(cell.statin, cell.perpetrator),
        sources=cell.source,
        tag=cell.tag,
        file=MATRIX_FILE,
    )


def _in_words(name: str) -> str:
    return name.replace("_", " ").lower() if name.isupper() else name
