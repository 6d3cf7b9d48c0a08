"""One workbook per prescriber or store: the same sheets, only the patients who belong there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from medcramp.errors import UsageError
from medcramp.records import Tables
from medcramp.report.tables import text_codes

# What to split by → columns of the medications that may tell, best first.
BY = {"prescriber": ("prescriber",), "store": ("store", "source_file")}
UNKNOWN = "not known"
_LONGEST_SLUG = 40


def split(tables: Tables, by: str) -> Iterator[tuple[str, str, Tables]]:
    """(file stem, value, tables) per value of `by`, in order of the value; nobody is left out.

    A patient with medicines from several prescribers is in the share of each. Raises UsageError for an unknown `by`.
    """
    if by not in BY:
        raise UsageError(f"cannot split by {by!r}", remedy=f"Choose one of: {', '.join(BY)}.")
    medications = tables.medications
    told = (name for name in BY[by] if name in medications.columns and medications[name].notna().any())
    codes, distinct = text_codes(medications[next(told, BY[by][-1])])
    labels = pd.Series([*distinct, UNKNOWN], dtype=object)
    value = pd.Series(labels.to_numpy()[codes], index=medications.index)
    patients = medications["patient_id"].astype(str)
    for number, (label, ids) in enumerate(patients.groupby(value, sort=True).unique().items(), start=1):
        share = set(ids)
        yield f"{number:03d}-{slug(str(label))}", str(label), _share(tables, share)


def slug(text: str) -> str:
    """A name that is safe on every file system: a-z, 0-9 and hyphens, not empty, not long."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or "unnamed"


def _share(tables: Tables, patients: set[str]) -> Tables:
    names = ("medications", "findings", "electrolytes", "options", "patients", "not_assessed")
    frames = {name: getattr(tables, name) for name in names}
    kept = {
        name: frame[(frame["patient_id"].astype(str).isin(patients) | frame["patient_id"].isna())].reset_index(
            drop=True
        )
        for name, frame in frames.items()
    }
    return replace(tables, **kept)
