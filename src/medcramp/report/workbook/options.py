"""The options sheet: one row per patient and option, its forms gathered into one cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from medcramp.report.ranking import by_patient, patient_places
from medcramp.report.tables import text_codes
from medcramp.report.workbook.styles import DISPLAY

# Best first: "in short" is the best status any form has, so that a usable form is not hidden by an unusable one.
STATUSES = ("ok", "caution", "not_assessed", "avoid")
_WHOLE = ("oral", "self_care")
_AGAINST = ("avoid:", "caution:")
_GATHERED = ("reasons", "ask", "evidence", "legal_status", "sources")
_COLUMNS = ("patient_id", "option", "label", "worst", "forms", *_GATHERED)


def pairs(options: pd.DataFrame) -> int:
    """How many rows the sheet would have without a limit."""
    return int((~options.duplicated(["patient_id", "option"])).sum())


def by_option(options: pd.DataFrame, patient_ids: pd.Series, limit: int) -> pd.DataFrame:
    """The first `limit` patient-option pairs in worklist order, with the columns of the sheet."""
    first = _of_first_patients(options, patient_ids, limit)
    rows = first.astype(object).where(first.notna(), None)
    rows = rows.assign(reasons=_without(rows["reasons"], said_of_most(options)))
    gathered: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
    for row in rows.to_dict("records"):
        gathered.setdefault((str(row["patient_id"]), str(row["option"])), []).append(row)
    lines = [_gather(patient, option, forms) for (patient, option), forms in gathered.items()]
    return by_patient(pd.DataFrame(lines, columns=list(_COLUMNS)), patient_ids).head(limit)


def said_of_most(options: pd.DataFrame) -> tuple[str, ...]:
    """Remarks that stand in most rows whatever the status: said once on About instead of in each cell."""
    lines = options.groupby(["reasons", "status"], observed=True).size().reset_index(name="rows")
    rows: dict[str, int] = defaultdict(int)
    statuses: dict[str, set[str]] = defaultdict(set)
    for line in lines.to_dict("records"):
        for part in parts(str(line["reasons"])):
            rows[part] += line["rows"]
            statuses[part].add(str(line["status"]))
    return tuple(sorted(part for part, count in rows.items() if 2 * count > len(options) and len(statuses[part]) > 1))


def parts(text: str) -> list[str]:
    """A `;`-joined cell as its parts."""
    return [part for part in map(str.strip, text.split(";")) if part]


def _without(reasons: pd.Series, common: tuple[str, ...]) -> pd.Series:
    codes, distinct = text_codes(reasons)
    kept = [";".join(part for part in parts(text) if part not in common) or None for text in distinct]
    return pd.Series(np.asarray([*kept, None], dtype=object)[codes], index=reasons.index, dtype=object)


def _of_first_patients(options: pd.DataFrame, patient_ids: pd.Series, limit: int) -> pd.DataFrame:
    """Rows of as many leading patients as can fill the sheet."""
    per_patient = max(options["option"].nunique(), 1)
    places = patient_places(options["patient_id"], patient_ids)
    return options.iloc[np.flatnonzero(places < np.ceil(limit / per_patient) + 1)]


def _gather(patient: str, option: str, forms: list[dict[Hashable, Any]]) -> tuple[object, ...]:
    by_place = sorted(str(row["status"]) for row in forms)
    best = min(by_place, key=lambda status: STATUSES.index(status) if status in STATUSES else len(STATUSES))
    words = [
        f"{DISPLAY.get(status, status)}: {', '.join(names)}"
        for status in STATUSES
        if (names := [str(row["form"]).replace("_", " ") for row in forms if row["status"] == status])
    ]
    shown = "\n".join(words) if any(row["form"] not in _WHOLE for row in forms) else None
    gathered = [_reasons(forms), *(_lines(row[name] for row in forms) for name in _GATHERED[1:])]
    return (patient, option, forms[0]["label"] or option, best, shown, *gathered)


def _reasons(forms: list[dict[Hashable, Any]]) -> str | None:
    """Each reason once, what speaks against the option first; with its forms where it is not said of all of them."""
    said: dict[str, list[str]] = {}
    for row in forms:
        for part in parts(str(row["reasons"] or "")):
            said.setdefault(part, []).append(str(row["form"]).replace("_", " "))
    against = sorted(said, key=lambda part: next((i for i, word in enumerate(_AGAINST) if part.startswith(word)), 9))
    lines = [part if len(said[part]) == len(forms) else f"{', '.join(said[part])}: {part}" for part in against]
    return "\n".join(lines) or None


def _lines(texts: Iterable[object]) -> str | None:
    return "\n".join(dict.fromkeys(part for text in texts if text for part in parts(str(text)))) or None
