"""Condition sets: which ICD-10 codes count as heart failure, cramp, tetany, … and what each means for cramps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from medcramp.errors import KnowledgeError
from medcramp.knowledge.files import Fact, Many, OptionalNumber, numbered_rows

CONDITIONS_FILE = "conditions.csv"
CODES_FILE = "condition_codes.csv"

_CODE = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_CATEGORY_LENGTH = 3

Role = Literal["cramp", "contributing", "confounder", "mimic", "red_flag", "symptom", "option", "reporting"]
"""cramp: the complaint itself; contributing: can cause cramps; confounder: brings the drugs; mimic: taken for a cramp;
red_flag: needs someone today; symptom; option: matters to rules and treatments; reporting: adverse effect coded."""


class Condition(Fact):
    """A condition set: `link` says how strongly it goes with cramps, `tell` how to tell it or what to note.

    `acute_days`: a dated diagnosis counts for so many days (an event); None: it stays (a disease, or a history).
    """

    condition: str
    label: str
    role: Role
    acute_days: OptionalNumber
    link: str
    tell: str
    source: Many
    verified: bool


class ConditionCode(Fact):
    """One ICD-10 code of a condition set; it stands for itself and all its subcodes."""

    condition: str
    icd10: str
    label: str
    source: Many
    verified: bool


def normalise_code(text: str) -> str | None:
    """An ICD-10 code without dot, in capitals, or None when the text is no such code (another code system, words)."""
    code = text.strip().upper().rstrip("-*+†").replace(".", "")
    return code if _CODE.fullmatch(code) else None


class Conditions:
    """All condition sets, immutable."""

    def __init__(self, conditions: Mapping[str, Condition], codes: Mapping[str, frozenset[str]]) -> None:
        self._conditions = dict(conditions)
        self._codes = dict(codes)
        self._of_code = lru_cache(maxsize=None)(self._of_code_uncached)

    def __contains__(self, condition: object) -> bool:
        return condition in self._conditions

    def __iter__(self) -> Iterator[str]:
        return iter(self._conditions)

    def __getitem__(self, condition: str) -> Condition:
        return self._conditions[condition]

    def label(self, condition: str) -> str:
        """The condition in words."""
        return self._conditions[condition].label

    def with_role(self, role: Role) -> tuple[str, ...]:
        """Condition sets of one role."""
        return tuple(name for name, row in self._conditions.items() if row.role == role)

    def matches(self, code: str) -> frozenset[str]:
        """Condition sets an ICD-10 code belongs to; dots and case do not matter, subcodes count, others give none."""
        normal = normalise_code(code)
        return self._of_code(normal) if normal else frozenset()

    def _of_code_uncached(self, code: str) -> frozenset[str]:
        found: set[str] = set()
        for length in range(_CATEGORY_LENGTH, len(code) + 1):
            found |= self._codes.get(code[:length], frozenset())
        return frozenset(found)


def load(folder: Path) -> Conditions:
    """Condition sets of the knowledge folder. Raises KnowledgeError naming file and row."""
    conditions_path, codes_path = folder / CONDITIONS_FILE, folder / CODES_FILE
    conditions: dict[str, Condition] = {}
    for line, row in numbered_rows(conditions_path, Condition):
        if row.condition in conditions:
            raise _error(f"condition {row.condition} is defined twice", conditions_path, line)
        conditions[row.condition] = row
    codes: dict[str, set[str]] = {}
    for line, code in numbered_rows(codes_path, ConditionCode):
        normal = normalise_code(code.icd10)
        if normal is None:
            raise _error(
                f"{code.icd10} is no ICD-10 code (a prefix needs at least its three-character category)",
                codes_path,
                line,
            )
        if code.condition not in conditions:
            raise _error(f"unknown condition {code.condition}", codes_path, line)
        if code.condition in codes.setdefault(normal, set()):
            raise _error(f"{code.icd10} stands twice in {code.condition}", codes_path, line)
        codes[normal].add(code.condition)
    empty = set(conditions) - set().union(*codes.values())
    if empty:
        raise _error(f"condition {min(empty)} has no code", codes_path, 1)
    return Conditions(conditions, {code: frozenset(names) for code, names in codes.items()})


def _error(problem: str, path: Path, line: int) -> KnowledgeError:
    return KnowledgeError(problem, remedy="mend this fact and run again", file=path, place=f"row {line}")
