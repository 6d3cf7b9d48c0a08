"""The facts that an expression compared, in words: what a person needs to redo the comparison by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from medcramp.logic import expressions as ex
from medcramp.logic.facts import Index, earliest
from medcramp.logic.labs import in_words, latest, upper_limits

if TYPE_CHECKING:
    from medcramp.logic.evaluate import Evaluator


def compared(evaluator: Evaluator, expression: ex.Node, patients: Index) -> list[str]:
    """For each patient, values against limits ("simvastatin 40 mg a day, above 20"), joined by "; "; "" if none.

    Comparisons that are known not to hold for a patient, and what stands under `none`, are left out.
    """
    columns = []
    for leaf in dict.fromkeys(_leaves(expression)):
        texts = _texts(evaluator, leaf, patients)
        if texts is not None:
            columns.append(np.where(evaluator.planes(leaf).certain[patients], texts, ""))
    if not columns:
        return [""] * len(patients)
    return ["; ".join(filter(None, row)) for row in zip(*columns, strict=True)]


def _leaves(expression: ex.Node) -> Iterator[ex.Node]:
    if isinstance(expression, ex.NoneOf):
        return
    parts = ex.children(expression)
    if not parts:
        yield expression
    for part in parts:
        yield from _leaves(part)


def _texts(evaluator: Evaluator, leaf: ex.Node, patients: Index) -> np.ndarray | None:
    facts = evaluator.facts
    match leaf:
        case ex.Dose(dose=dose):
            return _dose(evaluator, dose, patients)
        case ex.Age(age=bound):
            return _each(np.floor(facts.number("age")[patients]), lambda years: f"age {years:g}, {bound.words()}")
        case ex.Egfr(egfr=bound):
            return _each(facts.number("egfr")[patients].round(), lambda value: f"eGFR {value:g}, {bound.words()}")
        case ex.PregnantWeeks(pregnant_weeks=bound):
            weeks = facts.number("pregnant_weeks")[patients]
            return _each(weeks, lambda value: f"{value:g} weeks pregnant, {bound.words()}")
        case ex.Lab(lab=bound):
            return _lab(evaluator, bound, patients)
        case ex.NoLab(no_lab=window):
            words = f"no {evaluator.knowledge.labs.name(window.test)} result in {window.within_days} days"
            return np.full(len(patients), words, dtype=object)
        case ex.Takes(takes=ex.Use(group=name, for_days=int(days))):
            since = _earliest(evaluator, evaluator.medicines.now(name).certain, evaluator.medicines.course_start)
            label = _label(evaluator, name)
            return _each(since[patients], lambda date: f"{label} since {date}, at least {days} days")
        case ex.Started(started=recent):
            chosen = evaluator.medicines.members(recent.group).certain
            since = _earliest(evaluator, chosen, evaluator.medicines.first_start)
            label = _label(evaluator, recent.group)
            return _each(since[patients], lambda date: f"{label} started {date}, within {recent.within_days} days")
        case ex.Cascade(cascade=sequence):
            return _cascade(evaluator, sequence, patients)
        case ex.Condition(condition=name):
            return np.full(len(patients), f"diagnosis on file: {evaluator.knowledge.conditions.label(name)}", object)
        case _:
            return None


def _dose(evaluator: Evaluator, dose: ex.DoseOf, patients: Index) -> np.ndarray:
    """The daily dose; where days without a dose lie between, that of a day of use and the average."""
    label, words = _label(evaluator, dose.of), dose.words()
    amounts = (evaluator.medicines.daily_mg(dose.of)[0], evaluator.medicines.mean_mg(dose.of))
    texts = np.full(len(patients), "", dtype=object)
    for place, (mg, mean) in enumerate(zip(*(amount[patients] for amount in amounts), strict=True)):
        day = f"{mg:g} mg a day" if mean >= mg else f"{mg:g} mg on a day of use ({mean:.3g} mg a day on average)"
        texts[place] = f"{label} {day}, {words} mg"
    return texts


def _lab(evaluator: Evaluator, bound: ex.LabBound, patients: Index) -> np.ndarray:
    result = latest(evaluator.facts, bound.test)
    units = evaluator.facts.labs["unit"].to_numpy(dtype=object)
    label, unit = evaluator.knowledge.labs.name(bound.test), evaluator.knowledge.labs.canonical_unit(bound.test)
    limit = bound.times_upper_limit
    words = f"{bound.words()} {unit}" if limit is None else f"{limit.words()} times the upper limit"
    upper = upper_limits(result, bound.test, evaluator.knowledge)
    texts = np.full(len(patients), "", dtype=object)
    for place, patient in enumerate(patients):
        row = result.row[patient]
        if row >= 0:
            value = in_words(result, patient, units[row])
            day = "" if np.isnat(result.date[patient]) else f" on {result.date[patient]}"
            times = (
                "" if limit is None else f" ({result.value[patient] / upper[patient]:.3g} times {upper[patient]:.4g})"
            )
            texts[place] = f"{label} {value}{day}{times}, {words}"
    return texts


def _cascade(evaluator: Evaluator, sequence: ex.Sequence, patients: Index) -> np.ndarray:
    medicines = evaluator.medicines
    starts = [
        _earliest(evaluator, medicines.members(name).possible, medicines.first_start)[patients]
        for name in (sequence.from_, sequence.to)
    ]
    labels = [_label(evaluator, name) for name in (sequence.from_, sequence.to)]
    texts = [
        f"{labels[0]} first {first}, {labels[1]} first {second}, {(second - first).astype(int)} days later"
        for first, second in zip(*starts, strict=True)
    ]
    return np.array(texts, dtype=object)


def _earliest(evaluator: Evaluator, exposures: Index, dates: np.ndarray) -> np.ndarray:
    """Earliest of the exposures' dates per patient; NaT where there is none."""
    return earliest(evaluator.facts.size, evaluator.facts.patient_of[exposures], dates[exposures])


def _label(evaluator: Evaluator, name: str) -> str:
    groups = evaluator.knowledge.groups
    return groups.label(name) if name in groups else name


def _each(values: np.ndarray, words: Callable[..., str]) -> np.ndarray:
    """Words once per distinct value, then gathered; "" for unknown."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = [words(value) if value == value else "" for value in distinct]
    return np.array([*texts, ""], dtype=object)[np.ravel(place)]
