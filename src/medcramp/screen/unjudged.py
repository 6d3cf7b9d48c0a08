"""Laboratory results that are on file but not judged, and why: no limit is known, or the result could not be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge
from medcramp.logic.facts import Facts
from medcramp.records import NOT_ASSESSED_COLUMNS

SUBJECT = "Laboratory results"
_MOST_NAMES = 8


def unjudged(facts: Facts, knowledge: Knowledge) -> tuple[pd.DataFrame, pd.DataFrame]:
    """NOT_ASSESSED_COLUMNS twice: what holds for the run as a whole, and per patient."""
    general = [row for row in (_without_limit(facts, knowledge), _unknown(facts)) if row is not None]
    return _frame(general), _of_each(facts, knowledge)


def _without_limit(facts: Facts, knowledge: Knowledge) -> dict[str, object] | None:
    """Tests for which no limit is known, unless they serve to work out another one."""
    labs, place = knowledge.labs, facts.jurisdiction
    held = set(facts.labs["test"].unique())
    silent = [
        test
        for test in labs.tests
        if test in held and not (labs[test].serves or labs.limits(test, place=place) or labs.units_with_limits(test))
    ]
    patients = facts.labs.loc[facts.labs["test"].isin(silent), "patient"].nunique()
    names = ", ".join(labs.name(test) for test in silent)
    return _row(f"a limit for {names}", f"compare {names} with the laboratory's own interval", patients)


def _unknown(facts: Facts) -> dict[str, object] | None:
    """Tests by names that are not known, the most frequent first."""
    unknown = facts.unread_labs[(facts.unread_labs["lacks"] == "name").to_numpy()]
    names = unknown["name"].str.strip().value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    words = ", ".join(name.replace(";", ",") for name in names[:_MOST_NAMES]) + more
    return _row(f"the meaning of {words}", f"look at {words} yourself", unknown["patient"].nunique())


def _row(missing: str, remedy: str, patients: int) -> dict[str, object] | None:
    if not patients:
        return None
    told = {"patient_id": None, "subject": SUBJECT, "what": "LAB", "missing": missing, "remedy": remedy}
    return {**told, "findings": 0, "patients": patients}


def _of_each(facts: Facts, knowledge: Knowledge) -> pd.DataFrame:
    """One row per patient and known test whose newest result is in no unit that is understood."""
    unread = facts.unread_labs[(facts.unread_labs["lacks"] == "unit").to_numpy()]
    patient = unread["patient"].to_numpy().astype(np.int64)
    return _frame(
        {
            "patient_id": facts.patients["patient_id"].to_numpy(dtype=object)[patient],
            "subject": SUBJECT,
            "what": "LAB",
            "missing": [f"the unit of the result of {knowledge.labs.name(test)}" for test in unread["test"]],
            "remedy": "look at the laboratory's report",
            "findings": 0,
            "patients": 1,
        }
    )


def _frame(rows: Sequence[dict[str, object]] | dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(NOT_ASSESSED_COLUMNS))
