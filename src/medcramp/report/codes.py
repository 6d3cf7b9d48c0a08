"""The pharmacist's codes: NCPDP reason for service, professional service and result of service."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

FIELDS = {
    "reason": "Reason for service (439-E4): why you looked",
    "service": "Professional service (440-E5): what you did",
    "result": "Result of service (441-E6): what came of it",
}


@dataclass(frozen=True)
class DurCode:
    """One code: its field, two characters, what it means, what it is for here, and where its meaning was checked."""

    field: str
    code: str
    meaning: str
    used_here: str
    checked: str

    @property
    def choice(self) -> str:
        """What the drop-down shows: the code and its meaning."""
        return f"{self.code} {self.meaning}"


@cache
def dur_codes() -> tuple[DurCode, ...]:
    """All codes, those that fit cramps first within each field, then by code."""
    text = resources.files("medcramp.report").joinpath("dur_codes.csv").read_text(encoding="utf-8")
    codes = [DurCode(**row) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(codes, key=lambda code: (list(FIELDS).index(code.field), not code.used_here, code.code)))


def choices(field: str) -> list[str]:
    """The drop-down of one field, in its order."""
    return [code.choice for code in dur_codes() if code.field == field]


def code_of(typed: str) -> str:
    """The two-character code of what stands in a cell (a choice, or the bare code in any case); "" when none."""
    head = typed.strip()[:2].upper()
    rest = typed.strip()[2:3]
    known = {code.code for code in dur_codes()}
    return head if head in known and not rest.isalnum() else ""
