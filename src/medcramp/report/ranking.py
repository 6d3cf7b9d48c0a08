"""The order of a worklist as advice has given it: patients by place, each patient's findings together by place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

EVERYBODY = "whole list"


def rank(column: pd.Series, order: Sequence[str]) -> np.ndarray:
    """Position of each value in `order`; unknown words and missing values come last."""
    places = column.astype(object).map({value: place for place, value in enumerate(order)})
    return places.fillna(len(order)).to_numpy(dtype=float)


def rank_patients(patients: pd.DataFrame) -> pd.DataFrame:
    """Patients, most pressing first."""
    return patients.iloc[np.argsort(patients["place"].to_numpy(), kind="stable")].reset_index(drop=True)


def most_pressing(patients: pd.DataFrame, number: int) -> list[str]:
    """Ids of the first `number` patients of the worklist, in its order."""
    return rank_patients(patients)["patient_id"].astype(str).head(number).tolist()


def rank_findings(findings: pd.DataFrame, patient_ids: pd.Series) -> pd.DataFrame:
    """Findings in the order of the worklist's patients; within one the most pressing first."""
    order = np.lexsort((findings["place"].to_numpy(), patient_places(findings["patient_id"], patient_ids)))
    return findings.iloc[order].reset_index(drop=True)


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
    columns = (general[name] for name in ("findings", "patients", "remedy", "subject"))
    for findings, people, remedy, subject in zip(*columns, strict=True):
        what = f"{findings:,} findings" if findings else str(subject).lower()
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
