"""Medicines taken although the catalogue of options says to avoid them for this patient: OPT-<option>."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medcramp.knowledge.options import Option, Predicate, Route
from medcramp.knowledge.rules import SourceSeverity
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.expressions import Takes, Use, groups_named
from medcramp.logic.facts import Index, distinct
from medcramp.logic.planes import Planes
from medcramp.logic.supposing import if_recorded
from medcramp.records import URGENCIES
from medcramp.screen.batch import Batch, Texts, code, same, text
from medcramp.screen.fire import exposures_named
from medcramp.screen.lines import Evidence
from medcramp.screen.severity import RANK, shown

_BY: dict[Route, str] = {"oral": "by mouth", "topical": "on the skin", "self_care": ""}


class Reason(NamedTuple):
    """Why an option is to be avoided, and how much that weighs for who takes it (code into records.SEVERITIES)."""

    severity: int
    predicate: Predicate


def taken_findings(evaluator: Evaluator, evidence: Evidence, *, policy: bool) -> Iterator[Batch]:
    """A batch per option and route that somebody takes and who should avoid it; without `policy` no reason of ours.

    The reasons are the predicates that say how much they weigh when the option is taken (`if_taken`). What nobody
    recorded of a person (a diagnosis, allergy or pregnancy) is asked with the options and makes no finding. An unknown
    kidney function or age makes one to be verified, where a source was read for the reason.
    """
    for option in evaluator.knowledge.options:
        for route, name in option.taken.products.items() if option.taken else ():
            reasons = _reasons(option, route, evaluator.facts.jurisdiction, policy)
            batch = _batch(option, route, name, reasons, evaluator, evidence) if reasons else None
            if batch is not None:
                yield batch


def _reasons(option: Option, route: Route, jurisdiction: str, policy: bool) -> list[Reason]:
    """The reasons for this route, the weightiest first, otherwise in the order of the catalogue."""
    reasons = [
        Reason(RANK[shown([SourceSeverity(source="", grade=predicate.if_taken)], jurisdiction)], predicate)
        for predicate in option.statuses
        if predicate.if_taken and (not predicate.routes or route in predicate.routes)
    ]
    wanted = (reason for reason in reasons if policy or reason.predicate.tag != "POLICY")
    return sorted(wanted, key=lambda reason: reason.severity)


def _batch(
    option: Option, route: Route, name: str, reasons: Sequence[Reason], evaluator: Evaluator, evidence: Evidence
) -> Batch | None:
    use = Takes(takes=Use(group=name))
    taken, against = evaluator.planes(use), [_against(predicate, evaluator) for _, predicate in reasons]
    certain, possible = (np.array([planes[place] for planes in against]) for place in (0, 1))
    known = certain.any(axis=0)
    patients = np.flatnonzero(taken.possible & (known | possible.any(axis=0)))
    if option.taken is None or not len(patients):
        return None
    said = np.where(known, certain, possible)[:, patients]
    sure = (taken.certain & known)[patients]
    severity = np.array([reason.severity for reason in reasons], dtype=np.int8)[said.argmax(axis=0)]
    urgent = severity == RANK["contraindicated"]
    named = [
        exposures_named(predicate.when, groups_named(predicate.when), evaluator, patients[mask])
        for (_, predicate), mask in zip(reasons, said, strict=True)
    ]
    exposures = distinct(evaluator.exposures((name,), patients), *named)
    facts = _facts(reasons, said, patients, evaluator)
    missing = _missing(use, reasons, said, np.flatnonzero(~sure), patients, evaluator)
    by = _BY[route] if len(option.taken.products) > 1 else ""
    return Batch(
        rule=f"OPT-{option.option}",
        subject=by,
        kind="condition",
        title=f"{' '.join(filter(None, (option.taken.label, by)))}: taken, and to be avoided for this patient",
        action=option.taken.action,
        mechanism="",
        electrolytes="",
        patients=patients,
        certain=sure,
        verified=~np.any(said[[predicate.tag != "V" for _, predicate in reasons]], axis=0),
        severity=severity,
        urgency=np.where(urgent, code("same_day", URGENCIES), code("routine", URGENCIES)).astype(np.int8),
        grade=same(-1, len(patients)),
        drugs=evidence.drugs(exposures, patients).each(),
        message=_messages(reasons, said, facts, missing, evaluator),
        facts=facts,
        missing=missing,
        sources=_of_each(
            reasons, said, lambda told: ";".join(dict.fromkeys(key for one in told for key in one.source))
        ),
        source_rows=evidence.source_rows(exposures, patients),
    )


def _against(predicate: Predicate, evaluator: Evaluator) -> Planes:
    """For whom the reason holds, and for whom something that a record would hold leaves it open."""
    planes = evaluator.unless(predicate.when, predicate.unless)
    if predicate.tag != "V" or predicate.when_unknown == "ask":
        return Planes(planes.certain, planes.certain)
    return Planes(planes.certain, planes.certain | (planes.possible & if_recorded(evaluator, predicate.when)))


def _facts(reasons: Sequence[Reason], said: NDArray[np.bool_], patients: Index, evaluator: Evaluator) -> Texts:
    """What was compared, in words; of a limit that no source was read for, nothing."""
    words: list[list[str]] = [[] for _ in patients]
    for (_, predicate), mask in zip(reasons, said, strict=True):
        chosen = np.flatnonzero(mask)
        if predicate.tag != "UNVERIFIED" and len(chosen):
            for place, compared in zip(chosen, evaluator.words(predicate.when, patients[chosen]), strict=True):
                words[place].append(compared)
    facts = text("", len(patients))
    facts[:] = ["; ".join(dict.fromkeys(filter(None, several))) for several in words]
    return facts


def _missing(
    use: Takes,
    reasons: Sequence[Reason],
    said: NDArray[np.bool_],
    unsure: Index,
    patients: Index,
    evaluator: Evaluator,
) -> Texts:
    """What has to be known of the medicine or for the reasons given, ";"-joined; "" where nothing has."""
    missing = text("", len(patients))
    asked = [
        (use, np.ones(len(patients), dtype=bool)),
        *((r.predicate.when, m) for r, m in zip(reasons, said, strict=True)),
    ]
    names: list[list[str]] = [[] for _ in unsure]
    for expression, mask in asked:
        chosen = np.flatnonzero(mask[unsure])
        for place, found in zip(chosen, evaluator.missing(expression, patients[unsure[chosen]]), strict=True):
            names[place] += found
    missing[unsure] = [";".join(dict.fromkeys(several)) for several in names]
    return missing


def _messages(
    reasons: Sequence[Reason], said: NDArray[np.bool_], facts: Texts, missing: Texts, evaluator: Evaluator
) -> Texts:
    tags = evaluator.knowledge.advice.phrases.tags

    def told(predicates: Sequence[Predicate]) -> str:
        marked = (f"{one.reason} ({tags[one.tag]})" if tags[one.tag] else one.reason for one in predicates)
        return " ".join(f"{sentence(reason)}." for reason in marked)

    messages = text("", len(facts))
    messages[:] = [
        " ".join(
            filter(
                None,
                (
                    unknown and f"To be verified, not known: {unknown.replace(';', ', ')}.",
                    why,
                    compared and f"Here: {compared}.",
                ),
            )
        )
        for why, compared, unknown in zip(_of_each(reasons, said, told), facts, missing, strict=True)
    ]
    return messages


def sentence(words: str) -> str:
    """With a capital, unless the first word has its own ("eGFR")."""
    return words if words[1:2].isupper() else f"{words[:1].upper()}{words[1:]}"


def _of_each(reasons: Sequence[Reason], said: NDArray[np.bool_], words: Callable[[Sequence[Predicate]], str]) -> Texts:
    """Words for the reasons of each patient, found once per distinct combination of reasons."""
    combinations, place = np.unique(said, axis=1, return_inverse=True)
    texts = [
        words([reason.predicate for reason, holds in zip(reasons, column, strict=True) if holds])
        for column in combinations.T
    ]
    return np.array(texts, dtype=object)[np.ravel(place)]
