"""Findings that somebody has decided not to see: by rule, drugs or patient, with reason, name and end date."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from medcramp.errors import UsageError
from medcramp.logic.planes import Mask

COLUMNS = ("rule", "drugs", "patient_id", "reason", "who", "until")
NEVER_SEVERITY, NEVER_KIND = "contraindicated", "red_flag"


@dataclass(frozen=True)
class Suppression:
    """One decision; blank fields do not restrict. `drugs` are texts that must all occur in the finding's drug lines."""

    reason: str
    who: str
    until: date | None = None
    rule: str = ""
    drugs: tuple[str, ...] = ()
    patient_id: str = ""

    def applies(self, findings: pd.DataFrame, as_of: date) -> Mask:
        """Which findings it hides on the index date."""
        mask = np.full(len(findings), self.until is None or as_of <= self.until)
        if self.rule:
            mask &= (findings["rule"] == self.rule).to_numpy()
        if self.patient_id:
            mask &= (findings["patient_id"] == self.patient_id).to_numpy()
        for drug in self.drugs:
            mask &= findings["drugs"].str.contains(drug, case=False, regex=False).to_numpy()
        return mask


def read_suppressions(path: Path) -> tuple[Suppression, ...]:
    """The decisions of a suppress.csv (COLUMNS). Raises UsageError naming file and row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            unknown = set(reader.fieldnames or ()) - set(COLUMNS)
            if unknown or not {"reason", "who"} <= set(reader.fieldnames or ()):
                raise UsageError(
                    "these are not the columns of a suppression list",
                    remedy=f"use the columns {', '.join(COLUMNS)}",
                    file=path,
                )
            return tuple(_suppression(cells, path, reader.line_num) for cells in reader if any(cells.values()))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UsageError("the suppression list cannot be read", remedy="give a UTF-8 CSV file", file=path) from None


def _suppression(cells: dict[str, str | None], path: Path, line: int) -> Suppression:
    given = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    place = f"row {line}"
    if not (given["reason"] and given["who"]):
        raise UsageError(
            "a suppression needs a reason and a name", remedy="fill reason and who", file=path, place=place
        )
    if not (given["rule"] or given["drugs"] or given["patient_id"]):
        raise UsageError("it would hide everything", remedy="fill rule, drugs or patient_id", file=path, place=place)
    try:
        until = date.fromisoformat(given["until"]) if given["until"] else None
    except ValueError:
        raise UsageError("until is not a date", remedy="write it as YYYY-MM-DD", file=path, place=place) from None
    drugs = tuple(part.strip() for part in given["drugs"].split(";") if part.strip())
    return Suppression(given["reason"], given["who"], until, given["rule"], drugs, given["patient_id"])


def suppressed(findings: pd.DataFrame, decisions: Sequence[Suppression], as_of: date) -> Mask:
    """Findings hidden by a decision in force. Contraindications and red flags are never hidden."""
    hidden = np.zeros(len(findings), dtype=bool)
    for decision in decisions:
        hidden |= decision.applies(findings, as_of)
    protected = (findings["severity"] == NEVER_SEVERITY) | (findings["kind"] == NEVER_KIND)
    return hidden & ~protected.to_numpy()
