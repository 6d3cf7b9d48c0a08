"""One patient's share of a run, gathered for the documents.

What can be decided for all patients at once is (expressions, the order of findings); then a few rows are picked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from medcramp import documents as doc
from medcramp.advise import Advice
from medcramp.knowledge import Knowledge
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.expressions import Node
from medcramp.logic.facts import ACTIVE, STOPPED, Facts

Row = Mapping[str, str]


class Screened(Protocol):
    """What screening gives: frames with the columns that `records` names for them."""

    @property
    def findings(self) -> pd.DataFrame: ...

    @property
    def electrolytes(self) -> pd.DataFrame: ...

    @property
    def not_assessed(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Case:
    """One patient: place among the facts, row of the patients table, and rows of the other tables.

    `findings` stand most pressing first; `options` as the catalogue lists them.
    """

    index: int
    patient: Row
    findings: tuple[Row, ...]
    electrolytes: tuple[Row, ...]
    not_assessed: tuple[Row, ...]
    options: tuple[Row, ...]
    evaluator: Evaluator
    knowledge: Knowledge

    def holds(self, expression: Node) -> bool:
        """Is it certain for this patient?"""
        return bool(self.evaluator.planes(expression).certain[self.index])

    def knows_no(self, expression: Node) -> bool:
        """Is it certain that it does not hold?"""
        return not self.evaluator.planes(expression).possible[self.index]


def cases(
    patient_ids: Iterable[str], facts: Facts, screened: Screened, advice: Advice, knowledge: Knowledge
) -> Iterator[Case]:
    """The patients asked for, in that order. Raises KeyError for an id that is not in the run."""
    wanted = list(patient_ids)
    place = {str(name): index for index, name in enumerate(facts.patients["patient_id"])}
    evaluator = Evaluator(facts, knowledge)
    found = _by_patient(advice.findings.sort_values("place", kind="stable"), wanted)
    electrolytes = _by_patient(screened.electrolytes, wanted)
    open_ = _by_patient(screened.not_assessed, wanted)
    options = _by_patient(advice.options, wanted)
    people = advice.patients.iloc[[place[name] for name in wanted]]
    for name, patient in zip(wanted, _rows(people), strict=True):
        yield Case(
            index=place[name],
            patient=patient,
            findings=found.get(name, ()),
            electrolytes=electrolytes.get(name, ()),
            not_assessed=open_.get(name, ()),
            options=options.get(name, ()),
            evaluator=evaluator,
            knowledge=knowledge,
        )


def _by_patient(frame: pd.DataFrame, wanted: list[str]) -> dict[str, tuple[Row, ...]]:
    """Rows of each wanted patient, in the order of the frame."""
    chosen = frame[frame["patient_id"].isin(wanted).to_numpy()]
    share: dict[str, list[Row]] = {}
    for row in _rows(chosen):
        share.setdefault(row["patient_id"], []).append(row)
    return {name: tuple(rows) for name, rows in share.items()}


def _rows(frame: pd.DataFrame) -> Iterator[Row]:
    """Rows as text by column; unknown is ""."""
    columns = [frame[name].astype(object).tolist() for name in frame.columns]
    for values in zip(*columns, strict=True):
        yield {name: as_text(value) for name, value in zip(frame.columns, values, strict=True)}


def as_text(value: object) -> str:
    """A cell as text: "" when missing, whole numbers without a fraction, dates as YYYY-MM-DD."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value.astype("datetime64[D]"))
    return str(value)


def person(case: Case) -> doc.Person:
    """Who the document is about."""
    return doc.Person(
        patient_id=case.patient["patient_id"],
        name=case.patient["patient_name"],
        birth_date=case.patient["birth_date"],
        age=case.patient["age"],
        sex=case.patient["sex"],
    )


def medicines(case: Case) -> tuple[doc.Medicine, ...]:
    """Products in use or perhaps in use, as the patient's own lines name them."""
    facts = case.evaluator.facts
    mine = np.flatnonzero(facts.patient_of == case.index)
    exposures = facts.exposures.iloc[mine]
    found = []
    for exposure, active, since in zip(mine, exposures["active"], exposures["first_start"], strict=True):
        if active == STOPPED:
            continue
        lines = facts.lines.iloc[facts.line_offsets[exposure] : facts.line_offsets[exposure + 1]]
        current = lines[lines["current"].to_numpy(dtype=bool)]
        texts = dict.fromkeys((current if len(current) else lines)["text"].astype(str))
        found.append(doc.Medicine("; ".join(texts), as_text(since), bool(active == ACTIVE)))
    return tuple(found)
