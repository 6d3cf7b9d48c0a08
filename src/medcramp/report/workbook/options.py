"""The options sheet: one row per patient and option, its forms gathered into one cell."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from medcramp.report.ranking import by_patient, patient_places
from medcramp.report.workbook.styles import DISPLAY

# Best first: "in short" is the best status any form has, so that a usable form is not hidden by an unusable one.
STATUSES = ("ok", "caution", "not_assessed", "avoid")
_WHOLE = ("oral", "self_care")
_GATHERED = ("reasons", "ask", "evidence", "legal_status", "sources")
_COLUMNS = ("patient_id", "option", "label", "worst", "forms", *_GATHERED)


def pairs(options: pd.DataFrame) -> int:
    """How many rows the sheet would have without a limit."""
    return int((~options.duplicated(["patient_id", "option"])).sum())


def by_option(options: pd.DataFrame, patient_ids: pd.Series, limit: int) -> pd.DataFrame:
    """The first `limit` patient-option pairs in worklist order, with the columns of the sheet."""
    first = _of_first_patients(options, patient_ids, limit)
    rows = first.astype(object).where(first.notna(), None)
    gathered: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
    for row in rows.to_dict("records"):
        gathered.setdefault((str(row["patient_id"]), str(row["option"])), []).append(row)
    lines = [_gather(patient, option, forms) for (patient, option), forms in gathered.items()]
    return by_patient(pd.DataFrame(lines, columns=list(_COLUMNS)), patient_ids).head(limit)


def _of_first_patients(options: pd.DataFrame, patient_ids: pd.Series, limit: int) -> pd.DataFrame:
    """Rows of as many leading patients as can fill the sheet."""
    per_patient = max(options["option"].nunique(), 1)
    places = patient_places(options["patient_id"], patient_ids)
    return options.iloc[np.flatnonzero(places < np.ceil(limit / per_patient) + 1)]


def _gather(patient: str, option: str, forms: list[dict[Hashable, Any]]) -> tuple[object, ...]:
    by_place = sorted(str(row["status"]) for row in forms)
    best = min(by_place, key=lambda status: STATUSES.index(status) if status in STATUSES else len(STATUSES))
    words = [
        f"{str(row['form']).replace('_', ' ')}: {DISPLAY.get(str(row['status']), row['status'])}"
        for row in forms
        if row["form"] not in _WHOLE
    ]
    gathered = [_lines(row[name] for row in forms) for name in _GATHERED]
    return (patient, option, forms[0]["label"] or option, best, "\n".join(words) or None, *gathered)


def _lines(texts: Iterable[object]) -> str | None:
    return "\n".join(dict.fromkeys(str(text) for text in texts if text)) or None
