"""Laboratory findings: a latest result beyond a limit, with the medicines that push it that way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from medcramp.knowledge.labs import TIMES_UPPER_LIMIT, Limit, normalise_unit
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import Index
from medcramp.logic.labs import Latest, in_words, latest
from medcramp.logic.planes import Mask
from medcramp.records import SEVERITIES, URGENCIES
from medcramp.screen.batch import Batch, Texts, code, same, text
from medcramp.screen.electrolytes import DOWN, UP, Sides
from medcramp.screen.lines import Evidence

OWN_LIMIT = "above the laboratory's upper limit"
_WORDS = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}


def lab_findings(all_sides: Sides, evaluator: Evaluator, evidence: Evidence) -> Iterator[Batch]:
    """Batches LAB-<electrolyte or test>-<low|high>."""
    labs, place = evaluator.knowledge.labs, evaluator.facts.jurisdiction
    unadjusted = {adjustment.measured: adjustment for adjustment in labs.adjustments}
    for test in labs.tests:
        result, limits, missing = latest(evaluator.facts, test), labs.limits(test, place=place), ""
        if test in unadjusted:
            target = unadjusted[test]
            result = _without(result, latest(evaluator.facts, target.test).row >= 0)
            limits, missing = limits or labs.limits(target.test, place=place), target.by
        unlike = np.zeros(evaluator.facts.size, dtype=bool)
        for unit in labs.units_with_limits(test):
            spellings = {given for given in set(result.given_unit) if normalise_unit(given) == unit}
            if not spellings:
                continue
            reported = np.array([given in spellings for given in result.given_unit], dtype=bool)
            unlike |= reported
            own = labs.limits(test, unit, place)
            yield from _test(test, _without(result, ~reported), own, missing, all_sides, evaluator, evidence)
        yield from _test(test, _without(result, unlike), limits, missing, all_sides, evaluator, evidence)


def _without(result: Latest, patients: Mask) -> Latest:
    """The results as if these patients had none."""
    return Latest(
        np.where(patients, np.nan, result.value),
        np.where(patients, np.nan, result.given),
        np.where(patients, "", result.given_unit),
        np.where(patients, np.nan, result.upper_limit),
        np.where(patients, np.datetime64("NaT", "D"), result.date),
        np.where(patients, -1, result.row),
        np.where(patients, "", result.written),
    )


def _test(
    test: str,
    result: Latest,
    limits: Sequence[Limit],
    missing: str,
    all_sides: Sides,
    evaluator: Evaluator,
    evidence: Evidence,
) -> Iterator[Batch]:
    """Findings low and high of one test; `missing` names what makes them uncertain ("" = nothing)."""
    labs = evaluator.knowledge.labs
    for direction in ("low", "high"):
        ladder = [limit for limit in limits if limit.direction == direction]
        step = np.full(evaluator.facts.size, -1)
        for place, limit in enumerate(ladder):
            step[_beyond(limit, _compared(limit, result, labs.canonical_unit(test)))] = place
        if direction == "high" and ladder and ladder[0].unit != TIMES_UPPER_LIMIT:
            with np.errstate(invalid="ignore"):
                step[result.value <= result.upper_limit] = -1
                own = (result.value > result.upper_limit) & (step < 0)
        else:
            own = np.zeros(len(step), dtype=bool)
        beyond = (step >= 0) | own
        actions, of_step = np.unique([*map(labs.action, ladder), labs.action(None)], return_inverse=True)
        for number, action in enumerate(actions):
            patients = np.flatnonzero(beyond & (of_step[step] == number))
            if len(patients):
                said = (test, direction, ladder, str(action))
                yield _batch(*said, step[patients], patients, result, missing, all_sides, evaluator, evidence)


def _compared(limit: Limit, result: Latest, canonical: str) -> np.ndarray:
    """The values in the unit of the limit."""
    if limit.unit == TIMES_UPPER_LIMIT:
        return np.asarray(result.value / result.upper_limit)
    return result.value if limit.unit == canonical else result.given


def _beyond(limit: Limit, value: np.ndarray) -> Mask:
    compare = {"below": np.less, "at_most": np.less_equal, "above": np.greater, "at_least": np.greater_equal}
    with np.errstate(invalid="ignore"):
        mask: Mask = compare[limit.comparison](value, limit.threshold)
    return mask


def _batch(
    test: str,
    direction: str,
    ladder: Sequence[Limit],
    action: str,
    step: Index,
    patients: Index,
    result: Latest,
    missing: str,
    all_sides: Sides,
    evaluator: Evaluator,
    evidence: Evidence,
) -> Batch:
    labs, facts = evaluator.knowledge.labs, evaluator.facts
    electrolyte = labs[test].electrolyte
    side = all_sides[electrolyte][DOWN if direction == "low" else UP] if electrolyte else None
    drugs = side.spread(facts.size)[patients] if side else text("", len(patients))
    exposures = side.exposures if side else np.empty(0, dtype=np.int64)
    asked = np.zeros(facts.size, dtype=bool)
    asked[patients] = True
    exposures = exposures[asked[facts.patient_of[exposures]]]
    label = labs.label(test)
    facts_text = _results(test, ladder, step, patients, result, evaluator)
    message = text("", len(patients))
    verb = "lower" if direction == "low" else "raise"
    unknown = f"To be verified, not known: {missing}. " if missing else ""
    message[:] = [
        f"{unknown}{label} is {_label(ladder, place)}: {words}." + (f" The medicines named {verb} it." if names else "")
        for words, place, names in zip(facts_text, step, drugs, strict=True)
    ]
    return Batch(
        rule=f"LAB-{electrolyte or test}-{direction}",
        subject="" if test == electrolyte else test,
        kind="lab",
        title=f"{label} {direction}",
        action=action,
        mechanism="",
        electrolytes=f"{electrolyte} {DOWN if direction == 'low' else UP}" if electrolyte else "",
        verified=np.array([*(limit.verified for limit in ladder), True], dtype=bool)[step],
        patients=patients,
        certain=np.full(len(patients), not missing),
        severity=_codes([limit.severity for limit in ladder], "minor", SEVERITIES, step),
        urgency=_codes([limit.urgency for limit in ladder], "routine", URGENCIES, step),
        grade=same(-1, len(patients)),
        drugs=drugs,
        message=message,
        facts=facts_text,
        missing=text(missing, len(patients)),
        sources=_choose([";".join(limit.source) for limit in ladder], "", step),
        source_rows=evidence.source_rows(exposures, patients),
    )


def _results(
    test: str, ladder: Sequence[Limit], step: Index, patients: Index, result: Latest, evaluator: Evaluator
) -> Texts:
    """Value, date and the limit passed, in words; a limit whose source was not read is not shown as a number."""
    unit = evaluator.knowledge.labs.canonical_unit(test)
    notes = evaluator.facts.labs["note"].to_numpy(dtype=object)
    words = []
    for place, patient in zip(step, patients, strict=True):
        value, upper, row = result.value[patient], result.upper_limit[patient], result.row[patient]
        day = "" if np.isnat(result.date[patient]) else f" on {result.date[patient]}"
        limit = ladder[place] if place >= 0 else None
        if limit is None:
            passed = f"above the laboratory's own upper limit {upper:.4g}"
        elif limit.unit == TIMES_UPPER_LIMIT:
            passed = f"{value / upper:.3g} times the laboratory's upper limit {upper:.4g}"
        elif limit.verified:
            passed = f"{_WORDS[limit.comparison]} {limit.threshold:g} {limit.unit}"
        else:
            passed = ""
        note = f"({notes[row]})" if row >= 0 and notes[row] else ""
        said = in_words(result, patient, unit)
        words.append(", ".join(filter(None, (f"{said}{day}", passed, note))))
    texts = text("", len(patients))
    texts[:] = words
    return texts


def _label(ladder: Sequence[Limit], step: int) -> str:
    return ladder[step].label if step >= 0 else OWN_LIMIT


def _codes(values: Sequence[str], own: str, words: Sequence[str], step: Index) -> np.ndarray:
    return np.array([*(code(value, words) for value in values), code(own, words)], dtype=np.int8)[step]


def _choose(values: Sequence[str], own: str, step: Index) -> Texts:
    return np.array([*values, own], dtype=object)[step]
