"""The rule language for one patient at a time, in plain Python: True, False or None (unknown) for an expression.

Part of the plain program in naive.py: a function per kind of expression, chosen by its type; groups of a product are
sets; a combination stops at the first part that decides it. Dates are always known here, as in the file it is made for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import inf, isnan
from typing import Any

from medcramp.knowledge.groups import Groups
from medcramp.logic import expressions as ex

Truth = bool | None


@dataclass(eq=False, slots=True)
class Product:
    """What a drug line is a product of: sorted ingredients, and the groups (and ingredients taken systemically) that it
    surely and perhaps is."""

    ingredients: tuple[str, ...]
    certain: frozenset[str]
    possible: frozenset[str]


@dataclass(slots=True)
class Amount:
    """mg of an ingredient: the known part of a day's dose, whether that is all of it, and mg per unit (NaN unknown)."""

    known_mg: float
    complete: bool
    unit_mg: float


@dataclass(slots=True)
class Taking:
    """One product of a patient: when it was first taken, since when at a stretch, until when (None while active)."""

    product: Product
    active: bool
    first: date
    course: date
    end: date | None
    duplicated: bool
    amounts: dict[str, Amount]
    texts: list[str]


@dataclass(slots=True)
class Patient:
    """One patient on the index date; None is unknown. `labs` None: the run was given no results at all."""

    patient_id: str
    as_of: date
    age: int | None
    sex: str | None
    pregnant: Truth
    history: date
    taking: list[Taking]
    weeks: float | None = None
    egfr: float | None = None
    conditions: frozenset[str] | None = None
    labs: dict[str, tuple[float, float | None, date]] | None = None
    allergies: frozenset[str] | None = None
    jurisdiction: str = "US"
    lookback_days: int = 180


class Judge:
    """Answers expressions about a patient; what it knows beside the patient is what the groups consist of."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.kinds: dict[type[ex.Node], Any] = {
            ex.All: lambda e, p: self.every(e.all, p),
            ex.AnyOf: lambda e, p: self.some(e.any, p),
            ex.NoneOf: lambda e, p: opposite(self.some(e.none, p)),
            ex.AtLeast: lambda e, p: self.at_least(e.at_least, p),
            ex.Takes: lambda e, p: takes(e.takes, p),
            ex.Took: lambda e, p: settled(*lately(e.took.group, e.took.within_days, p)),
            ex.Started: lambda e, p: started(e.started, p),
            ex.Pair: lambda e, p: pair(e, p),
            ex.TwoOf: lambda e, p: self.two_of(e.two_of, p),
            ex.SameIngredient: lambda e, p: self.same_ingredient(e.same_ingredient, p),
            ex.Dose: lambda e, p: self.dose(e.dose, p),
            ex.UnitDose: lambda e, p: self.unit_dose(e.unit_dose, p),
            ex.Cascade: lambda e, p: cascade(e.cascade, p),
            ex.Age: lambda e, p: compared(e.age, p.age),
            ex.Egfr: lambda e, p: compared(e.egfr, p.egfr),
            ex.PregnantWeeks: lambda e, p: False if p.pregnant is False else compared(e.pregnant_weeks, p.weeks),
            ex.Pregnant: lambda e, p: None if p.pregnant is None else p.pregnant == e.pregnant,
            ex.Sex: lambda e, p: None if p.sex is None else p.sex == e.sex,
            ex.Condition: lambda e, p: None if p.conditions is None else e.condition in p.conditions,
            ex.Lab: lambda e, p: lab(e.lab, p),
            ex.NoLab: lambda e, p: no_lab(e.no_lab, p),
            ex.Allergy: lambda e, p: None if p.allergies is None else e.allergy in p.allergies,
            ex.Jurisdiction: lambda e, p: p.jurisdiction in e.jurisdiction,
            ex.Constant: lambda e, p: e.constant,
        }

    def truth(self, expression: ex.Node, patient: Patient) -> Truth:
        """Does the expression hold for the patient?"""
        answer: Truth = self.kinds[type(expression)](expression, patient)
        return answer

    def every(self, parts: Iterable[ex.Node], patient: Patient) -> Truth:
        answer: Truth = True
        for part in parts:
            truth = self.truth(part, patient)
            if truth is False:
                return False
            if truth is None:
                answer = None
        return answer

    def some(self, parts: Iterable[ex.Node], patient: Patient) -> Truth:
        answer: Truth = False
        for part in parts:
            truth = self.truth(part, patient)
            if truth:
                return True
            if truth is None:
                answer = None
        return answer

    def at_least(self, count: ex.CountOf, patient: Patient) -> Truth:
        answers = [self.truth(part, patient) for part in count.of]
        certain = answers.count(True)
        return settled(certain >= count.n, certain + answers.count(None) >= count.n)

    def ingredients(self, name: str) -> frozenset[str]:
        """What a group, or a single ingredient, consists of."""
        return self.groups.members(name) if name in self.groups else frozenset({name})

    def two_of(self, name: str, patient: Patient) -> Truth:
        """Two active products with different ingredients of the group."""
        names = self.ingredients(name)

        def different(taken: list[Taking]) -> bool:
            return len(taken) >= 2 and len({i for one in taken for i in one.product.ingredients if i in names}) >= 2

        return settled(*map(different, now(name, patient)))

    def same_ingredient(self, name: str, patient: Patient) -> Truth:
        """One ingredient of the group in two active products, or in one that is supplied under two names."""
        names = self.ingredients(name)

        def twice(taken: list[Taking]) -> bool:
            seen: set[str] = set()
            for one in taken:
                held = names.intersection(one.product.ingredients)
                if held and (one.duplicated or held & seen):
                    return True
                seen |= held
            return False

        return settled(*map(twice, now(name, patient)))

    def dose(self, bound: ex.DoseOf, patient: Patient) -> Truth:
        """Summed daily mg: what is surely taken is the least, what is perhaps taken the most it can be."""
        sure, perhaps = now(bound.of, patient)
        if not perhaps:
            return False
        names = self.ingredients(bound.of)
        each = {id(one): [one.amounts[name] for name in one.product.ingredients if name in names] for one in perhaps}
        sums = {place: sum(amount.known_mg for amount in amounts) for place, amounts in each.items()}
        complete = all(amount.complete for amounts in each.values() for amount in amounts)
        least = sum(sums[id(one)] for one in sure) if sure else min(sums.values())
        most = sum(sums.values()) if complete else inf
        sides = [(limit_holds(*limit, least), limit_holds(*limit, most)) for limit in bound.limits()]
        return settled(bool(sure) and all(low and high for low, high in sides), all(low or high for low, high in sides))

    def unit_dose(self, bound: ex.DoseOf, patient: Patient) -> Truth:
        """An active product with so many mg in each unit."""
        names = self.ingredients(bound.of)
        sure, perhaps = (
            [one.amounts[name].unit_mg for one in part for name in one.product.ingredients if name in names]
            for part in now(bound.of, patient)
        )
        return settled(any(inside(bound, mg) for mg in sure), any(isnan(mg) or inside(bound, mg) for mg in perhaps))


def settled(certain: bool, possible: bool) -> Truth:
    return True if certain else None if possible else False


def opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def limit_holds(name: str, limit: float, value: float) -> bool:
    if name == "above":
        return value > limit
    if name == "at_least":
        return value >= limit
    return value < limit if name == "below" else value <= limit


def inside(bound: ex.Bound, value: float) -> bool:
    return all(limit_holds(name, limit, value) for name, limit in bound.limits())


def compared(bound: ex.Bound, value: float | None) -> Truth:
    return None if value is None else inside(bound, value)


def lab(bound: ex.LabBound, patient: Patient) -> Truth:
    if patient.labs is None or bound.test not in patient.labs:
        return None
    value, upper, _ = patient.labs[bound.test]
    if bound.times_upper_limit is None:
        return inside(bound, value)
    return None if upper is None else inside(bound.times_upper_limit, value / upper)


def no_lab(window: ex.TestWindow, patient: Patient) -> bool:
    if patient.labs is None:
        return False
    return window.test not in patient.labs or (patient.as_of - patient.labs[window.test][2]).days > window.within_days


def members(name: str, patient: Patient) -> tuple[list[Taking], list[Taking]]:
    """Products of the patient that surely, and that perhaps, belong to the group or hold the ingredient."""
    perhaps = [one for one in patient.taking if name in one.product.possible]
    return [one for one in perhaps if name in one.product.certain], perhaps


def now(name: str, patient: Patient) -> tuple[list[Taking], list[Taking]]:
    """The same among those active on the index date."""
    perhaps = [one for one in patient.taking if one.active and name in one.product.possible]
    return [one for one in perhaps if name in one.product.certain], perhaps


def recent(name: str, days: int, patient: Patient) -> tuple[list[Taking], list[Taking]]:
    """The same among those active or ended at most so many days ago."""
    if not days:
        return now(name, patient)
    sure, perhaps = members(name, patient)
    return [one for one in sure if lasts(one, days, patient)], [one for one in perhaps if lasts(one, days, patient)]


def lasts(one: Taking, days: int, patient: Patient) -> bool:
    return one.end is None or (patient.as_of - one.end).days <= days


def lately(name: str, days: int, patient: Patient) -> tuple[bool, bool]:
    sure, perhaps = recent(name, days, patient)
    return bool(sure), bool(perhaps)


def takes(use: ex.Use, patient: Patient) -> Truth:
    sure, perhaps = now(use.group, patient)
    if use.for_days is None:
        return settled(bool(sure), bool(perhaps))
    return settled(
        any((patient.as_of - one.course).days >= use.for_days for one in sure),
        any((patient.as_of - one.course).days >= use.for_days for one in perhaps),
    )


def started(recently: ex.Recent, patient: Patient) -> Truth:
    """Taken now, and nothing of the kind was first taken longer ago than that."""
    taken = now(recently.group, patient)
    if not taken[1]:
        return False
    sure, perhaps = members(recently.group, patient)
    new = {id(one) for one in perhaps if (patient.as_of - one.first).days <= recently.within_days}
    certain = bool(taken[0]) and any(id(one) in new for one in sure) and len(new) == len(perhaps)
    return settled(certain, bool(new) and all(id(one) in new for one in sure))


def pair(expression: ex.Pair, patient: Patient) -> Truth:
    """Two different products, one of each name."""
    first = recent(expression.pair[0], expression.washout_days[0], patient)
    if not first[1]:
        return False
    second = recent(expression.pair[1], expression.washout_days[1], patient)
    if not second[1]:
        return False
    return settled(two_products(first[0], second[0]), two_products(first[1], second[1]))


def two_products(first: list[Taking], second: list[Taking]) -> bool:
    return any(one is not other for one in first for other in second)


def cascade(sequence: ex.Sequence, patient: Patient) -> Truth:
    """One drug first started, then another inside the window while the first was still taken."""
    causes, markers = members(sequence.from_, patient), members(sequence.to, patient)
    if not causes[1] or not markers[1]:
        return False
    later = [
        marker
        for marker in may_be_first(*markers)
        if any(
            (gap := (marker.first - cause.first).days) > 0 and sequence.after_days <= gap <= sequence.within_days
            for cause in may_be_first(*causes)
        )
    ]
    if not any(still_taken(cause, marker.first) for marker in later for cause in causes[1]):
        return False
    known = first_is_sure(*causes) and first_is_sure(*markers)
    begun = later[0].first
    long_enough = (begun - patient.history).days >= patient.lookback_days
    return settled(known and long_enough and any(still_taken(cause, begun) for cause in causes[0]), True)


def may_be_first(sure: list[Taking], perhaps: list[Taking]) -> list[Taking]:
    """Possible members that began no later than the first certain one."""
    bound = min((one.first for one in sure), default=date.max)
    return [one for one in perhaps if one.first <= bound]


def first_is_sure(sure: list[Taking], perhaps: list[Taking]) -> bool:
    return bool(sure) and min(one.first for one in sure) == min(one.first for one in perhaps)


def still_taken(one: Taking, day: date) -> bool:
    return one.first <= day and (one.end is None or one.end >= day)
