"""What could not be checked, per patient: facts that findings still need, and lines that nobody could place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from medcramp.logic.facts import Facts
from medcramp.logic.planes import Mask
from medcramp.records import NOT_ASSESSED_COLUMNS
from medcramp.screen.batch import VERIFY, Batch

_REMEDIES = (
    ("whether", "ask the patient"),
    ("daily dose", "look up strength and directions"),
    ("start date", "look up the first fill"),
    ("date when", "ask when it was stopped"),
    ("route", "look at the product"),
    ("strength", "look at the product"),
    ("conditions", "give the conditions table"),
    ("allergy", "give the allergies table"),
    ("age", "give the birth date"),
    ("sex", "give the patients table"),
    ("earlier dispensing", "look at older records"),
)


def without_undated(batches: Sequence[Batch], facts: Facts) -> tuple[list[Batch], Mask]:
    """Batches without cascades of patients none of whose records has a date, and who those patients are.

    Without any date the order of starts is unasked rather than in doubt: said once per patient, not per pair of drugs.
    """
    dateless = np.isnat(facts.patients["history_start"].to_numpy())
    affected = np.zeros(facts.size, dtype=bool)
    kept = []
    for batch in batches:
        if batch.kind == "cascade":
            unasked = dateless[batch.patients] & ~batch.certain
            affected[batch.patients[unasked]] = True
            batch = batch.keep(~unasked)
        kept.append(batch)
    return kept, affected


def not_assessed(findings: pd.DataFrame, undated: Mask, facts: Facts) -> pd.DataFrame:
    """NOT_ASSESSED_COLUMNS, ordered by patient: one row per patient and missing fact, naming the rules that wait
    for it, and one for each of the `undated` patients, whose prescribing cascades could not be looked for."""
    waiting = findings.loc[(findings["certainty"] == VERIFY).to_numpy(), ["patient_id", "rule", "title", "missing"]]
    rows = waiting.assign(missing=waiting["missing"].str.split(";")).explode("missing")
    rows = rows[rows["missing"].fillna("") != ""]
    table = pd.DataFrame({name: pd.Series(dtype=object) for name in NOT_ASSESSED_COLUMNS})
    if not rows.empty:
        rows["rule"], rows["title"] = rows["rule"].astype(object), rows["title"].astype(object)
        grouped = rows.groupby(["patient_id", "missing"], sort=True, observed=True)
        table = grouped.agg(what=("rule", _joined), subject=("title", _joined)).reset_index()
        remedies = {missing: _remedy(missing) for missing in table["missing"].unique()}
        table["remedy"] = table["missing"].map(remedies)
        table["patient_id"] = table["patient_id"].astype(object)
    dateless = pd.DataFrame(
        {
            "patient_id": facts.patients["patient_id"].to_numpy(dtype=object)[undated],
            "subject": "Prescribing cascades",
            "what": "cascade rules",
            "missing": "start dates",
            "remedy": "give fill or start dates",
        }
    )
    parts = [part[list(NOT_ASSESSED_COLUMNS)] for part in (table, dateless) if len(part)]
    if not parts:
        return table[list(NOT_ASSESSED_COLUMNS)]
    return pd.concat(parts).sort_values("patient_id", kind="stable").reset_index(drop=True)


def _joined(texts: pd.Series) -> str:
    return ";".join(dict.fromkeys(texts))


def _remedy(missing: str) -> str:
    return next((remedy for start, remedy in _REMEDIES if missing.startswith(start)), "ask for a recent result")
