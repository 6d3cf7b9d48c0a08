"""From findings to work: which treatment options are safe for whom, who comes first, and what to say.

options = assess(facts, knowledge)                # every option × form for every patient, whatever screening finds
patients = prioritise(facts, screened, knowledge)  # every patient with a priority, the reason and the first action
findings = ranked(facts, screened, knowledge)      # the findings, each with its place among those of its patient
advice = Advice(options, patients, findings)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from medcramp.advise.case import Screened
    from medcramp.documents import Documents
    from medcramp.knowledge import Knowledge
    from medcramp.logic.facts import Facts


@dataclass(frozen=True)
class Advice:
    """`options` has records.OPTION_COLUMNS, `patients` records.PATIENT_COLUMNS, `findings` RANKED_FINDING_COLUMNS; all
    ordered by patient id."""

    options: pd.DataFrame
    patients: pd.DataFrame
    findings: pd.DataFrame


def assess(facts: Facts, knowledge: Knowledge) -> pd.DataFrame:
    """Options (OPTION_COLUMNS) for every patient of `facts`, also for those without any finding."""
    from medcramp.advise import options

    return options.assess(facts, knowledge)


def prioritise(facts: Facts, screened: Screened, knowledge: Knowledge) -> pd.DataFrame:
    """Every patient of `facts` with a priority (PATIENT_COLUMNS)."""
    from medcramp.advise import priority

    return priority.prioritise(facts, screened, knowledge.advice.priorities)


def ranked(facts: Facts, screened: Screened, knowledge: Knowledge) -> pd.DataFrame:
    """The findings as they stand, with `place`: 1 for the most pressing one of the patient (RANKED_FINDING_COLUMNS)."""
    from medcramp.advise import priority

    return priority.ranked(screened.findings, facts, knowledge.advice.priorities)


def documents(
    patient_ids: Iterable[str],
    facts: Facts,
    screened: Screened,
    advice: Advice,
    knowledge: Knowledge,
    chosen: Mapping[str, Iterable[tuple[tuple[str, ...], str]]] | None = None,
) -> Iterator[Documents]:
    """What is written about each of these patients, in their order.

    `chosen`: patient id → (option ids, form) of preparations to request a prescription for. Raises KeyError for a
    patient who is not in the run.
    """
    from medcramp.advise import papers
    from medcramp.advise.case import cases

    for case in cases(patient_ids, facts, screened, advice, knowledge):
        yield papers.documents(case, (chosen or {}).get(case.patient["patient_id"], ()))
