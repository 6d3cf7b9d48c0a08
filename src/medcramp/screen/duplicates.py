"""The same ingredient twice: under two names (brand and generic) or in two products."""

from __future__ import annotations

import numpy as np

from medcramp.knowledge.rules import DUPLICATE
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import ACTIVE, STOPPED, Index
from medcramp.records import SEVERITIES, URGENCIES
from medcramp.screen.batch import Batch, code, same, text
from medcramp.screen.lines import Evidence


def duplicate_findings(evaluator: Evaluator, evidence: Evidence) -> list[Batch]:
    """One batch per ingredient of a class (cramp-linked or electrolyte-active) that somebody takes twice systemically.

    Two strengths of one name are one treatment; two forms of inhaler of one drug are not a duplicate either, because
    they belong to one product only if they count for the same groups.
    """
    facts, groups = evaluator.facts, evaluator.knowledge.groups
    of_classes = {name for group in groups.classes for name in groups.members(group)}
    batches = []
    active = facts.exposures["active"].to_numpy()
    duplicated = facts.exposures["duplicated"].to_numpy()
    exposure, code_of = facts.doses["exposure"].to_numpy(), facts.doses["ingredient"].cat.codes.to_numpy()
    rows = np.flatnonzero(active[exposure] != STOPPED)
    rows = rows[np.argsort(code_of[rows], kind="stable")]
    begins = np.searchsorted(code_of[rows], np.arange(len(facts.doses["ingredient"].cat.categories) + 1))
    for place, name in enumerate(facts.doses["ingredient"].cat.categories):
        if name not in of_classes:
            continue
        of_name = exposure[rows[begins[place] : begins[place + 1]]]
        members = evaluator.medicines.members(name)
        of_name = of_name[np.isin(of_name, members.possible)]
        certain = of_name[(active[of_name] == ACTIVE) & np.isin(of_name, members.certain)]
        sure = facts.count_by_patient(certain) + _twice(facts.patient_of[certain], duplicated[certain] == 1, facts.size)
        perhaps = facts.count_by_patient(of_name) + _twice(
            facts.patient_of[of_name], duplicated[of_name] != 0, facts.size
        )
        patients = np.flatnonzero(perhaps >= 2)
        if len(patients):
            batches.append(_batch(name, patients, sure[patients] >= 2, evaluator, evidence))
    return batches


def _twice(patient: Index, duplicated: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(patient[duplicated], minlength=size)


def _batch(name: str, patients: Index, certain: np.ndarray, evaluator: Evaluator, evidence: Evidence) -> Batch:
    exposures = evaluator.exposures((name,), patients)
    drugs = evidence.drugs(exposures, patients)
    messages = np.array(
        [f"{name} is on the list more than once: {words.replace(';', ' + ')}." for words in drugs.texts], dtype=object
    )
    least, most = evaluator.medicines.daily_mg(name)
    total = text("", len(patients))
    total[:] = [
        f"together {mg:g} mg of {name} a day" if mg > 0 and known else ""
        for mg, known in zip(least[patients], np.isfinite(most[patients]), strict=True)
    ]
    message = messages[drugs.code]
    message[total != ""] = [
        f"{words} Here: {mg}." for words, mg in zip(message[total != ""], total[total != ""], strict=True)
    ]
    missing = text("", len(patients))
    missing[~certain] = f"whether both products of {name} are still taken"
    return Batch(
        rule=DUPLICATE,
        subject=name,
        kind="duplicate",
        title="The same ingredient twice",
        action="Find out whether both are meant; if not, keep one and tell the prescriber.",
        mechanism="The doses add up.",
        electrolytes="",
        verified=np.zeros(len(patients), dtype=bool),
        patients=patients,
        certain=certain,
        severity=same(code("moderate", SEVERITIES), len(patients)),
        urgency=same(code("routine", URGENCIES), len(patients)),
        grade=same(-1, len(patients)),
        drugs=drugs.each(),
        message=message,
        facts=total,
        missing=missing,
        sources=text("", len(patients)),
        source_rows=evidence.source_rows(exposures, patients),
    )
