"""Facts that nobody in the run has: no list ever brings them up per patient, one column of the export settles them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from medcramp.logic.facts import UNKNOWN, Facts

DATES = "start dates"


@dataclass(frozen=True)
class Lack:
    """Something the whole run is without: its name, what to give, and how the missing facts that hang on it begin."""

    name: str
    remedy: str
    begins: tuple[str, ...]
    lacked: Callable[[Facts], bool]


def _none(column: str) -> Callable[[Facts], bool]:
    return lambda facts: bool(np.isnan(facts.number(column)).all())


def _dateless(facts: Facts) -> bool:
    return bool(np.isnat(facts.patients["history_start"].to_numpy()).all())


def _too_short(facts: Facts) -> bool:
    """Does no patient's history reach back far enough to tell a first supply from a further one?"""
    start = facts.patients["history_start"].to_numpy()
    dated = start[~np.isnat(start)]
    return bool(len(dated)) and bool(np.less(facts.as_of - dated, np.timedelta64(facts.lookback_days, "D")).all())


_LACKS = (
    Lack(
        DATES,
        "a column of fill or start dates",
        ("start date", "date when"),
        _dateless,
    ),
    Lack(
        "dispensing history",
        "older dispensing records of the same patients",
        ("earlier dispensing",),
        _too_short,
    ),
    Lack(
        "daily doses",
        "columns of strength and directions, or of quantity and days' supply",
        ("daily dose",),
        lambda facts: not facts.doses["complete"].any(),
    ),
    Lack(
        "strengths",
        "the strength, in the text of the drug or in a column, and route or form",
        ("strength", "route, form or strength"),
        lambda facts: bool(facts.doses["unit_mg"].isna().all()),
    ),
    Lack(
        "what is still taken",
        "a column of status or of dates",
        ("whether",),
        lambda facts: bool((facts.exposures["active"] == UNKNOWN).all()),
    ),
    Lack("eGFR", "eGFR in the patients table or the laboratory table", ("eGFR",), _none("egfr")),
    Lack("age", "birth date or age", ("age",), _none("age")),
    Lack("sex", "a column of sex", ("sex",), lambda facts: bool((facts.patients["sex"] == "").all())),
    Lack("pregnancy", "weeks of pregnancy in the patients table", ("pregnancy", "weeks of"), _none("pregnant")),
    Lack(
        "conditions",
        "the conditions table (diagnoses with ICD-10 codes)",
        ("conditions (",),
        lambda facts: all(plane.unknown.all() for plane in facts.conditions.values()),
    ),
    Lack(
        "allergies",
        "the allergies table",
        ("allergy",),
        lambda facts: not facts.allergies.on_record.any(),
    ),
)


def lacks(facts: Facts, missing: Iterable[str]) -> dict[str, Lack]:
    """Those of the missing facts (as findings name them) that the whole run lacks, and what would settle them.

    Of a single patient everything is asked where it belongs: there is nothing to repeat.
    """
    if facts.size < 2:
        return {}
    known = [lack for lack in _LACKS if lack.lacked(facts)]
    found: dict[str, Lack] = {}
    for name in missing:
        lack = next((lack for lack in known if name.startswith(lack.begins)), None) or _result(facts, name)
        if lack is not None:
            found[name] = lack
    return found


def _result(facts: Facts, name: str) -> Lack | None:
    """A laboratory test of which the run has no current result."""
    start, _, asked = name.partition("recent ")
    test = asked.partition(" with ")[0]
    if start or not test or (facts.labs["test"] == test.replace(" ", "_")).any():
        return None
    return Lack(f"results of {test}", f"{test} in the laboratory table", (name,), lambda facts: True)
