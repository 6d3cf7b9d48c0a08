"""Latest laboratory results, per patient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from medcramp.knowledge import Knowledge
from medcramp.logic.facts import Facts
from medcramp.logic.planes import Mask


class Latest(NamedTuple):
    """Latest result of one test per patient: NaN / NaT where there is none inside the window; `row` of `facts.labs`.
    `given` is the value in the laboratory's own unit `given_unit` ("" and NaN: already the canonical one); `written` is
    that number as the laboratory wrote it, "" when it was computed."""

    value: np.ndarray
    given: np.ndarray
    given_unit: np.ndarray
    upper_limit: np.ndarray
    date: np.ndarray
    row: np.ndarray
    written: np.ndarray


def latest(facts: Facts, test: str) -> Latest:
    """Latest value, laboratory's own upper limit and date of a test for every patient (canonical unit)."""
    rows = np.flatnonzero((facts.labs["test"] == test).to_numpy())
    patient = facts.labs["patient"].to_numpy()[rows]
    value, given, upper = (np.full(facts.size, np.nan) for _ in range(3))
    given_unit = np.full(facts.size, "", dtype=object)
    written = np.full(facts.size, "", dtype=object)
    date, row = np.full(facts.size, np.datetime64("NaT", "D")), np.full(facts.size, -1)
    value[patient] = facts.labs["value"].to_numpy()[rows]
    given[patient] = facts.labs["given_value"].to_numpy()[rows]
    given_unit[patient] = facts.labs["given_unit"].to_numpy(dtype=object)[rows]
    upper[patient] = facts.labs["upper_limit"].to_numpy()[rows]
    date[patient] = facts.labs["date"].to_numpy()[rows]
    row[patient] = rows
    written[patient] = facts.labs["written"].to_numpy(dtype=object)[rows]
    return Latest(value, given, given_unit, upper, date, row, written)


def in_words(result: Latest, patient: int, unit: str) -> str:
    """A result with its unit, in the laboratory's own figures: "3.0 mmol/L", "1.6 mg/dL (0.66 mmol/L)"."""
    value, own_unit, written = result.value[patient], result.given_unit[patient], result.written[patient]
    if own_unit:
        return f"{written or format(result.given[patient], '.4g')} {own_unit} ({value:.4g} {unit})"
    return f"{written or format(value, '.4g')} {unit}".strip()


def upper_limits(result: Latest, test: str, knowledge: Knowledge) -> np.ndarray:
    """The laboratory's own upper limit, or where it gave none the mildest high limit of the tables (NaN if neither)."""
    labs = knowledge.labs
    high = [
        limit for limit in labs.limits(test) if limit.direction == "high" and limit.unit == labs.canonical_unit(test)
    ]
    usual = min((limit.threshold for limit in high), default=np.nan)
    return np.where(np.isnan(result.upper_limit), usual, result.upper_limit)


def no_result_within(facts: Facts, test: str, within_days: int) -> Mask:
    """Patients without a result of the test in so many days before the index date; one without a date counts as one.

    A result that nothing could be made of is one too. Nobody, when the run was given no results at all: then the
    question was not asked.
    """
    if not facts.labs_given:
        return np.zeros(facts.size, dtype=bool)
    result = latest(facts, test)
    recent: Mask = np.less_equal(facts.as_of - result.date, np.timedelta64(within_days, "D"))
    undated: Mask = (result.row >= 0) & np.isnat(result.date)
    unread = facts.unread_labs[(facts.unread_labs["test"] == test).to_numpy()]
    elapsed = facts.as_of - unread["date"].to_numpy().astype("datetime64[D]")
    counts = np.isnat(elapsed) | (elapsed <= np.timedelta64(within_days, "D"))
    recent[unread["patient"].to_numpy()[counts].astype(np.int64)] = True
    return np.logical_not(recent | undated)
