"""The order of a worklist: most pressing patient first, each patient's findings together, most pressing first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from medcramp.records import PRIORITIES, SEVERITIES, URGENCIES

EVERYBODY = "whole list"


def rank(column: pd.Series, order: Sequence[str]) -> np.ndarray:
    """Position of each value in `order`; unknown words and missing values come last."""
    places = column.astype(object).map({value: place for place, value in enumerate(order)})
    return places.fillna(len(order)).to_numpy(dtype=float)


def rank_patients(patients: pd.DataFrame) -> pd.DataFrame:
    """Patients by priority, then urgency, severity, number of findings (most first), then id."""
    keys = pd.DataFrame(
        {
            "priority": rank(patients["priority"], PRIORITIES),
            "urgency": rank(patients["most_urgent"], URGENCIES),
            "severity": rank(patients["most_severe"], SEVERITIES),
            "findings": -pd.to_numeric(patients["findings"], errors="coerce").fillna(0).to_numpy(dtype=float),
            "patient_id": patients["patient_id"].astype(str).to_numpy(),
        }
    )
    return patients.iloc[keys.sort_values(list(keys.columns), kind="stable").index].reset_index(drop=True)


def most_pressing(patients: pd.DataFrame, number: int) -> list[str]:
    """Ids of the first `number` patients of the worklist, in its order."""
    return rank_patients(patients)["patient_id"].astype(str).head(number).tolist()


def rank_findings(findings: pd.DataFrame, patient_ids: pd.Series) -> pd.DataFrame:
    """Findings in the order of the worklist's patients; within one by urgency, severity, certainty, rule."""
    keys = pd.DataFrame(
        {
            "patient": patient_places(findings["patient_id"], patient_ids),
            "urgency": rank(findings["urgency"], URGENCIES),
            "severity": rank(findings["severity"], SEVERITIES),
            "certainty": rank(findings["certainty"], ("confirmed", "verify")),
            "rule": findings["rule"].astype(str).to_numpy(),
            "finding_id": findings["finding_id"].astype(str).to_numpy(),
        }
    )
    return findings.iloc[keys.sort_values(list(keys.columns), kind="stable").index].reset_index(drop=True)


def by_patient(frame: pd.DataFrame, patient_ids: pd.Series, limit: int | None = None) -> pd.DataFrame:
    """The first `limit` rows of `frame` in the order of the worklist's patients; within one they keep their order."""
    places = patient_places(frame["patient_id"], patient_ids)
    return frame.iloc[np.argsort(places, kind="stable")[:limit]].reset_index(drop=True)


def of_all(not_assessed: pd.DataFrame) -> pd.DataFrame:
    """What the whole run lacks: the rows without a patient, most wanted first as they stand."""
    return not_assessed[not_assessed["patient_id"].isna().to_numpy()]


def lacking_lines(general: pd.DataFrame) -> list[str]:
    """Per row of `of_all` a sentence: for what and whom it is lacking, and what would settle it."""
    lines = []
    for findings, people, remedy in zip(general["findings"], general["patients"], general["remedy"], strict=True):
        what = f"{findings:,} findings" if findings else "prescribing cascades"
        lines.append(f"{what} of {people:,} patients wait for it: {remedy}")
    return lines


def questions(not_assessed: pd.DataFrame, patient_ids: pd.Series) -> pd.DataFrame:
    """What could not be assessed: first what the whole run lacks, then by patient in worklist order."""
    general = of_all(not_assessed).assign(patient_id=EVERYBODY)
    each = by_patient(not_assessed[not_assessed["patient_id"].notna().to_numpy()], patient_ids)
    return pd.concat([frame.astype({"patient_id": object}) for frame in (general, each) if len(frame)] or [each])


def patient_places(column: pd.Series, patient_ids: pd.Series) -> np.ndarray:
    """Row of each patient in the worklist; patients who are not on it come last."""
    places = pd.Index(patient_ids.astype(str)).get_indexer(pd.Index(column.astype(str)))
    return np.where(places < 0, len(patient_ids), places)


def first_rows(column: pd.Series) -> dict[str, int]:
    """Patient id → position of the patient's first row."""
    ids = column.astype(str)
    first = ids[~ids.duplicated()]
    return dict(zip(first, first.index.tolist(), strict=True))
