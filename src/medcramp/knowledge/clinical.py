"""What is known of each class: its link to cramps, what it does to electrolytes, what to say about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

from medcramp.errors import KnowledgeError
from medcramp.knowledge.files import Fact, Many, numbered_rows
from medcramp.knowledge.groups import FORMS

LINKS_FILE = "cramp_links.csv"
EFFECTS_FILE = "electrolyte_effects.csv"
COUNSELLING_FILE = "counselling.csv"

Grade = Literal["strong", "moderate", "weak", "reported", "none"]
Electrolyte = Literal["potassium", "magnesium", "sodium", "calcium", "phosphate"]
CounselKind = Literal["say", "never_say", "monitor"]

GRADES: tuple[Grade, ...] = get_args(Grade)
"""Grades of the evidence for a cramp link, strongest first."""

TOPICS = frozenset({"all", "acute_cramp", "pregnancy"})
"""Counselling that belongs to no group and no option."""


class CrampLink(Fact):
    """How well a class (or one ingredient of it, in some forms) is linked to cramps.

    `release` "immediate": only where the product is not marked as modified-release. `basis` is the rule of grading that
    applied, `figure` the number behind it.
    """

    group: str
    ingredient: str
    forms: Many
    release: Literal["", "immediate"]
    grade: Grade
    basis: str
    figure: str
    source: Many
    verified: bool
    note: str

    @property
    def shown_figure(self) -> str:
        """The figure if its source was read; "" otherwise: an unverified number is never shown."""
        return self.figure if self.verified else ""


class ElectrolyteEffect(Fact):
    """What a class does to a blood electrolyte. Only "down" and "up" drive the net effect of a regimen."""

    group: str
    electrolyte: Electrolyte
    direction: Literal["down", "up", "variable", "none"]
    likelihood: Literal["common", "uncommon", "rare", "unknown"]
    onset: str
    mechanism: str
    dose_dependent: bool
    source: Many
    verified: bool


class CounsellingLine(Fact):
    """One line to say to the patient, never to say, or to monitor; `group` is a group, an option or one of TOPICS."""

    group: str
    kind: CounselKind
    text: str
    source: Many
    verified: bool


class Clinical:
    """Cramp links, electrolyte effects and counselling lines, immutable."""

    def __init__(
        self,
        links: Iterable[CrampLink],
        effects: Iterable[ElectrolyteEffect],
        counselling: Iterable[CounsellingLine],
    ) -> None:
        self.links = tuple(links)
        self.effects = tuple(effects)
        self.counselling = tuple(counselling)
        self._links: dict[str, list[CrampLink]] = defaultdict(list)
        for link in self.links:
            self._links[link.group].append(link)
        self._effects: dict[str, list[ElectrolyteEffect]] = defaultdict(list)
        for effect in self.effects:
            self._effects[effect.group].append(effect)
        self.linked = tuple(group for group, rows in self._links.items() if any(row.grade != "none" for row in rows))
        """Classes with any link to cramps, however weak."""
        self.by_release = frozenset(link.ingredient for link in self.links if link.release and link.ingredient)
        """Ingredients whose link to cramps hangs on how the product releases them."""

    def link(self, group: str, ingredients: Iterable[str] = (), form: str = "", release: str = "") -> CrampLink | None:
        """The link of a product in `group`: the most specific row per ingredient, and of those the strongest.

        `ingredients`: those of the product that belong to the group (others do not matter); without any, the row of the
        whole class. None when nothing is known of the class.
        """
        rows = self._links.get(group, [])
        found = [row for name in (tuple(ingredients) or ("",)) if (row := _row_for(rows, name, form, release))]
        return min(found, key=lambda row: GRADES.index(row.grade), default=None)

    def effects_of(self, group: str) -> tuple[ElectrolyteEffect, ...]:
        """Electrolyte effects of a class."""
        return tuple(self._effects.get(group, ()))

    def lines(self, group: str, kind: CounselKind) -> tuple[CounsellingLine, ...]:
        """Counselling lines of one kind for a group, an option or a topic."""
        return tuple(row for row in self.counselling if row.group == group and row.kind == kind)


def _row_for(rows: Iterable[CrampLink], ingredient: str, form: str, release: str) -> CrampLink | None:
    fitting = [
        row
        for row in rows
        if row.ingredient in ("", ingredient)
        and (not row.forms or form in row.forms)
        and not (row.release == "immediate" and release == "modified")
    ]
    return max(fitting, key=lambda row: (row.ingredient != "", bool(row.forms)), default=None)


def load(folder: Path) -> Clinical:
    """Clinical tables of the knowledge folder. Raises KnowledgeError naming file and row."""
    return Clinical(_links(folder / LINKS_FILE), _effects(folder / EFFECTS_FILE), _lines(folder / COUNSELLING_FILE))


def _links(path: Path) -> list[CrampLink]:
    links: dict[tuple[str, str, tuple[str, ...]], CrampLink] = {}
    for line, row in numbered_rows(path, CrampLink):
        key = (row.group, row.ingredient, row.forms)
        if key in links:
            raise _error(f"{row.ingredient or row.group} is graded twice", path, line)
        if unknown := set(row.forms) - FORMS:
            raise _error(f"unknown form {min(unknown)}", path, line)
        if not row.basis:
            raise _error("a grade needs its basis", path, line)
        links[key] = row
    return list(links.values())


def _effects(path: Path) -> list[ElectrolyteEffect]:
    effects: dict[tuple[str, str], ElectrolyteEffect] = {}
    for line, row in numbered_rows(path, ElectrolyteEffect):
        key = (row.group, row.electrolyte)
        if key in effects:
            raise _error(f"{row.electrolyte} of {row.group} stands twice", path, line)
        effects[key] = row
    return list(effects.values())


def _lines(path: Path) -> list[CounsellingLine]:
    lines: dict[tuple[str, str, str], CounsellingLine] = {}
    for line, row in numbered_rows(path, CounsellingLine):
        key = (row.group, row.kind, row.text)
        if key in lines or not row.text:
            raise _error(f"a line for {row.group} is empty or stands twice", path, line)
        lines[key] = row
    return list(lines.values())


def _error(problem: str, path: Path, line: int) -> KnowledgeError:
    return KnowledgeError(problem, remedy="mend this fact and run again", file=path, place=f"row {line}")
