"""Join what the stages found into the tables of the contract: gathers by code, no row loops."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.advise import Advice
from medcramp.knowledge import Knowledge
from medcramp.logic.facts import ACTIVE, STOPPED, Facts
from medcramp.records import (
    EVIDENCE_COLUMNS,
    MEDICATION_COLUMNS,
    UNRECOGNISED_COLUMNS,
    ReadResult,
    Recognised,
    Tables,
    text_column,
)
from medcramp.screen import Screened

# What a person has to look at before it counts: nothing was recognised, or more than one drug may be meant.
OPEN_STATUSES = ("unknown", "ambiguous", "approximate")


def tables(
    read: ReadResult,
    recognised: Recognised,
    medications: pd.DataFrame,
    screened: Screened,
    advice: Advice,
    knowledge: Knowledge,
) -> Tables:
    """All tables of one run, in stable order; `medications` as the function of that name gives them."""
    return Tables(
        medications=medications,
        findings=advice.findings,
        electrolytes=screened.electrolytes,
        options=advice.options,
        patients=advice.patients,
        rejected=read.rejected,
        ignored=read.ignored,
        unrecognised=unrecognised(read.records, recognised),
        not_assessed=screened.not_assessed,
        evidence=evidence(screened.findings, advice.options, knowledge),
    )


def medications(records: pd.DataFrame, recognised: Recognised, facts: Facts, knowledge: Knowledge) -> pd.DataFrame:
    """One row per medication record: the canonical record, then what it was recognised as (MEDICATION_COLUMNS)."""
    items, doses = recognised.items, recognised.doses
    classes = [
        ";".join(sorted(group for group in certain if knowledge.groups.is_class(group))) for certain in items["certain"]
    ]
    ingredients = [";".join(names) for names in items["ingredients"]]
    worded = {amounts: _milligrams(amounts) for amounts in set(doses["daily_mg"])}
    daily = [worded[amounts] for amounts in doses["daily_mg"]]
    active = np.select([facts.record_active == ACTIVE, facts.record_active == STOPPED], [0, 1], 2)
    added = {
        "status_match": _gather(items["status"], recognised.item),
        "ingredients": _gather(ingredients, recognised.item),
        "classes": _gather(classes, recognised.item),
        "daily_dose_mg": _gather(daily, recognised.dose),
        "active": pd.Categorical.from_codes(active, categories=pd.Index(["yes", "no", "unknown"], dtype=object)),
        "match": _gather(items["match"], recognised.item),
        "score": _gather([f"{score:g}" for score in items["score"]], recognised.item),
        "note": _gather(items["note"], recognised.item),
        "dose_note": _gather(doses["note"], recognised.dose),
    }
    return records.assign(**added)[list(MEDICATION_COLUMNS)]


def _milligrams(amounts: tuple[float, ...]) -> str:
    """Per ingredient, in their order; nothing where none is known."""
    return ";".join("" if np.isnan(mg) else f"{mg:g}" for mg in amounts).strip(";")


def _gather(texts: Iterable[str], index: NDArray[np.int32]) -> pd.Categorical:
    """Text per distinct value → text per row, still as codes into distinct texts."""
    distinct = text_column(list(texts))
    codes = np.append(distinct.codes, -1)[index]
    return pd.Categorical.from_codes(codes, categories=distinct.categories)


def unrecognised(records: pd.DataFrame, recognised: Recognised) -> pd.DataFrame:
    """Distinct drug lines that a person must look at, most frequent first (UNRECOGNISED_COLUMNS)."""
    items = recognised.items
    waiting = np.flatnonzero(items["status"].isin(OPEN_STATUSES).to_numpy())
    chosen = np.isin(recognised.item, waiting)
    lines = pd.DataFrame(
        {
            "item": recognised.item[chosen],
            "patient": records["patient_id"].cat.codes.to_numpy()[chosen],
        }
    )
    counts = lines.groupby("item").agg(records=("patient", "size"), patients=("patient", "nunique")).reset_index()
    picked = items.iloc[counts["item"].to_numpy()]
    table = pd.DataFrame(
        {
            "text": picked["text"].to_numpy(dtype=object),
            "records": counts["records"].to_numpy(),
            "patients": counts["patients"].to_numpy(),
            "status": picked["status"].to_numpy(dtype=object),
            "nearest": [";".join(names) for names in picked["candidates"]],
            "note": picked["note"].to_numpy(dtype=object),
        },
        columns=list(UNRECOGNISED_COLUMNS),
    )
    merged = table.groupby(["text", "status", "nearest", "note"], sort=False, as_index=False).sum()
    return (
        merged.sort_values(["records", "text"], ascending=[False, True], kind="stable")
        .reset_index(drop=True)
        .reindex(columns=list(UNRECOGNISED_COLUMNS))
    )


def evidence(findings: pd.DataFrame, options: pd.DataFrame, knowledge: Knowledge) -> pd.DataFrame:
    """One row per source that a finding or option of this run rests on (EVIDENCE_COLUMNS)."""
    used: dict[str, list[str]] = {}
    for frame, name in ((findings, "rule"), (options, "option")):
        for subject, keys in _distinct(frame, (name, "sources")):
            for key in filter(None, keys.split(";")):
                used.setdefault(key, []).append(subject)
    rows = []
    for key in sorted(used):
        source = knowledge.sources[key]
        rows.append((key, source.citation, source.year, source.read_as, source.url, ";".join(sorted(set(used[key])))))
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))


def _distinct(frame: pd.DataFrame, columns: tuple[str, str]) -> Iterable[tuple[str, str]]:
    """Distinct pairs of values of two text columns, neither of them missing."""
    (left, names), (right, others) = (pd.factorize(frame[column]) for column in columns)
    known = (left >= 0) & (right >= 0)
    pairs = pd.unique(left[known].astype(np.int64) * max(len(others), 1) + right[known])
    return [(str(names[pair // len(others)]), str(others[pair % len(others)])) for pair in pairs.tolist()]
