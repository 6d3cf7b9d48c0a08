"""Which facts are missing where an expression is unknown, named so that a person knows what to ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from medcramp.logic import expressions as ex
from medcramp.logic.facts import STOPPED, UNKNOWN, Index
from medcramp.logic.planes import Mask
from medcramp.logic.taking import Chosen

if TYPE_CHECKING:
    from medcramp.logic.evaluate import Evaluator

Gap = tuple[str, Mask]


def missing(evaluator: Evaluator, expression: ex.Node, patients: Index) -> list[tuple[str, ...]]:
    """For each patient, the names of the facts whose absence leaves the expression open; () where it is settled."""
    asked = np.zeros(evaluator.facts.size, dtype=bool)
    asked[patients] = True
    found: dict[str, Mask] = {}
    for name, mask in _gaps(evaluator, expression, asked):
        found[name] = found[name] | mask if name in found else mask
    return gather({name: mask[patients] for name, mask in found.items()}, len(patients))


def gather(masks: dict[str, Mask], size: int) -> list[tuple[str, ...]]:
    """For each position the names whose mask is set there, in the order of the dict."""
    if not masks:
        return [()] * size
    names = list(masks)
    combinations, place = np.unique(np.vstack(list(masks.values())), axis=1, return_inverse=True)
    texts = [tuple(name for name, there in zip(names, column, strict=True) if there) for column in combinations.T]
    return [texts[i] for i in np.ravel(place)]


def _gaps(evaluator: Evaluator, expression: ex.Node, asked: Mask) -> Iterator[Gap]:
    """(name of a missing fact, patients who lack it) below this expression, among `asked` where it is unknown."""
    open_ = asked & evaluator.planes(expression).unknown
    if not open_.any():
        return
    parts = ex.children(expression)
    if parts:
        for part in parts:
            yield from _gaps(evaluator, part, open_)
        return
    for name, mask in _leaf(evaluator, expression):
        if (mask & open_).any():
            yield name, mask & open_


def _leaf(evaluator: Evaluator, leaf: ex.Node) -> Iterator[Gap]:
    facts, knowledge, medicines = evaluator.facts, evaluator.knowledge, evaluator.medicines
    everyone = np.ones(facts.size, dtype=bool)
    for name in ex.groups_named(leaf):
        yield from _uncertain_medicine(evaluator, name)
    match leaf:
        case ex.Takes(takes=ex.Use(group=name, for_days=int())):
            chosen = medicines.now(name).possible
            yield from _named(evaluator, "start date of {}", chosen[np.isnat(medicines.course_start[chosen])])
        case ex.Started(started=ex.Recent(group=name)):
            yield from _undated(evaluator, name)
        case ex.Took(took=ex.Recent(group=name)):
            yield from _end_unknown(evaluator, name)
        case ex.Pair(pair=names, washout_days=washout):
            for name, days in zip(names, washout, strict=True):
                if days:
                    yield from _end_unknown(evaluator, name)
        case ex.Cascade(cascade=sequence):
            yield from _undated(evaluator, sequence.from_)
            yield from _undated(evaluator, sequence.to)
            yield from _end_unknown(evaluator, sequence.from_)
            dated = ~np.isnat(facts.patients["history_start"].to_numpy())
            yield "earlier dispensing history (to be sure of the first start)", dated
        case ex.SameIngredient(same_ingredient=name):
            chosen = medicines.now(name).possible
            yield from _named(
                evaluator, "whether both products of {} are still taken", chosen[medicines.duplicated[chosen] < 0]
            )
        case ex.Dose(dose=dose):
            rows = medicines.dose_rows(dose.of, medicines.now(dose.of).possible)
            rows = rows[~facts.doses["complete"].to_numpy()[rows]]
            yield from _named(evaluator, "daily dose of {}", facts.doses["exposure"].to_numpy()[rows])
        case ex.UnitDose(unit_dose=dose):
            rows = medicines.dose_rows(dose.of, medicines.now(dose.of).possible)
            rows = rows[np.isnan(facts.doses["unit_mg"].to_numpy()[rows])]
            yield from _named(evaluator, "strength of {}", facts.doses["exposure"].to_numpy()[rows])
        case ex.Age():
            yield "age", everyone
        case ex.Egfr():
            yield "eGFR", everyone
        case ex.PregnantWeeks():
            yield "pregnancy status", np.isnan(facts.number("pregnant"))
            yield "weeks of pregnancy", np.isnan(facts.number("pregnant_weeks"))
        case ex.Pregnant():
            yield "pregnancy status", everyone
        case ex.Sex():
            yield "sex", everyone
        case ex.Condition(condition=name):
            yield f"conditions ({knowledge.conditions.label(name)})", everyone
        case ex.Lab(lab=bound):
            limit = "" if bound.times_upper_limit is None else " with the laboratory's upper limit"
            yield f"recent {bound.test.replace('_', ' ')}{limit}", everyone
        case ex.Allergy():
            yield "allergy record", everyone
        case _:
            return


def _uncertain_medicine(evaluator: Evaluator, name: str) -> Iterator[Gap]:
    medicines = evaluator.medicines
    chosen: Chosen = medicines.now(name)
    unsure = chosen.possible[~np.isin(chosen.possible, chosen.certain, assume_unique=True)]
    still = unsure[medicines.active[unsure] == UNKNOWN]
    member = np.isin(unsure, medicines.members(name).certain, assume_unique=True)
    yield from _named(evaluator, "whether {} is still taken", still)
    yield from _named(evaluator, "route, form or strength of {}", unsure[~member])


def _undated(evaluator: Evaluator, name: str) -> Iterator[Gap]:
    medicines = evaluator.medicines
    chosen = medicines.members(name).possible
    yield from _named(evaluator, "start date of {}", chosen[np.isnat(medicines.first_start[chosen])])


def _end_unknown(evaluator: Evaluator, name: str) -> Iterator[Gap]:
    medicines = evaluator.medicines
    chosen = medicines.members(name).possible
    ended = (medicines.active[chosen] == STOPPED) & np.isnat(medicines.last_end[chosen])
    yield from _named(evaluator, "date when {} was stopped", chosen[ended])


def _named(evaluator: Evaluator, template: str, exposures: Index) -> Iterator[Gap]:
    """One gap per distinct product among the exposures."""
    facts = evaluator.facts
    product = facts.exposures["product"].to_numpy()[exposures]
    for code in np.unique(product):
        drug = "/".join(facts.held[code])
        yield template.format(drug), facts.by_patient(exposures[product == code])
