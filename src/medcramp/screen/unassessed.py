"""What could not be checked, per patient: facts that findings still need, and lines that nobody could place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from medcramp.records import NOT_ASSESSED_COLUMNS
from medcramp.screen.batch import VERIFY

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


def not_assessed(findings: pd.DataFrame) -> pd.DataFrame:
    """NOT_ASSESSED_COLUMNS: one row per patient and missing fact, naming the rules that wait for it."""
    waiting = findings.loc[(findings["certainty"] == VERIFY).to_numpy(), ["patient_id", "rule", "title", "missing"]]
    rows = waiting.assign(missing=waiting["missing"].str.split(";")).explode("missing")
    rows = rows[rows["missing"].fillna("") != ""]
    if rows.empty:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in NOT_ASSESSED_COLUMNS})
    rows["rule"] = rows["rule"].astype(object)
    rows["title"] = rows["title"].astype(object)
    grouped = rows.groupby(["patient_id", "missing"], sort=True, observed=True)
    table = grouped.agg(what=("rule", _joined), subject=("title", _joined)).reset_index()
    remedies = {missing: _remedy(missing) for missing in table["missing"].unique()}
    return table.assign(remedy=table["missing"].map(remedies))[list(NOT_ASSESSED_COLUMNS)]


def _joined(texts: pd.Series) -> str:
    return ";".join(dict.fromkeys(texts))


def _remedy(missing: str) -> str:
    return next((remedy for start, remedy in _REMEDIES if missing.startswith(start)), "ask for a recent result")


def numbers_of(table: pd.DataFrame) -> int:
    """How many facts are missing in all."""
    return int(np.count_nonzero(table["missing"]))
