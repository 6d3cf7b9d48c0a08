"""The rule language once more, obvious and slow: one patient, plain Python, every possible world tried out.

Written from docs/knowledge.md, not from the engine. What is unknown of a patient (does the product belong to the group,
is it still taken, what is the dose) is tried both ways; an expression about medicines is true when it holds in every
world, false when it holds in none, and unknown (None) otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

Truth = bool | None

AS_OF = date(2025, 3, 15)
LOOKBACK = 180
MEMBERS: Mapping[str, frozenset[str]] = {
    "ALPHA": frozenset({"aa", "ab"}),
    "BETA": frozenset({"ba", "bb", "ab"}),
    "GAMMA": frozenset({"ca"}),
}
"""A little knowledge: groups and their ingredients."""


@dataclass(frozen=True)
class Taking:
    """One product of one patient. `groups` maps a group to True (belongs) or None (perhaps); absent = no.

    `active` and `duplicated` True, False or None. `mg` per ingredient: (known part of the daily
    mg, is that all of it, mg per unit).
    """

    ingredients: tuple[str, ...]
    systemic: Truth
    groups: Mapping[str, Truth]
    active: Truth
    first: date | None
    course: date | None
    end: date | None
    duplicated: Truth
    mg: Mapping[str, tuple[float, bool, float | None]]


@dataclass(frozen=True)
class Patient:
    """Everything known of one patient; None is unknown everywhere."""

    taking: tuple[Taking, ...] = ()
    age: float | None = None
    sex: str | None = None
    egfr: float | None = None
    pregnant: Truth = None
    weeks: float | None = None
    conditions: Mapping[str, Truth] = field(default_factory=dict)
    labs: Mapping[str, tuple[float, float | None, int]] = field(default_factory=dict)  # value, upper limit, days ago
    allergies: frozenset[str] | None = None
    jurisdiction: str = "US"

    @property
    def history(self) -> date | None:
        """First date on any record."""
        return min((one.first for one in self.taking if one.first), default=None)


def truth(expression: Any, patient: Patient) -> Truth:
    """True, False or None for one expression as it stands in the YAML."""
    if isinstance(expression, bool):
        return expression
    (name,) = [key for key in expression if key != "washout_days"]
    value = expression[name]
    if name in COMBINE:
        return COMBINE[name](value, patient)
    if name in PERSON:
        return PERSON[name](value, patient)
    return settled(answer for world in worlds(patient) for answer in MEDICINE[name](expression, world))


def settled(answers: Iterable[bool]) -> Truth:
    seen = set(answers)
    return None if len(seen) == 2 else seen.pop()


# ---- combining ------------------------------------------------------------------------------------------------------


def every(parts: list[Any], patient: Patient) -> Truth:
    answers = [truth(part, patient) for part in parts]
    return False if False in answers else None if None in answers else True


def some(parts: list[Any], patient: Patient) -> Truth:
    answers = [truth(part, patient) for part in parts]
    return True if True in answers else None if None in answers else False


def nothing(parts: list[Any], patient: Patient) -> Truth:
    answer = some(parts, patient)
    return None if answer is None else not answer


def at_least(value: dict[str, Any], patient: Patient) -> Truth:
    answers = [truth(part, patient) for part in value["of"]]
    if answers.count(True) >= value["n"]:
        return True
    return None if answers.count(True) + answers.count(None) >= value["n"] else False


COMBINE: dict[str, Callable[[Any, Patient], Truth]] = {"all": every, "any": some, "none": nothing, "at_least": at_least}


# ---- the person -----------------------------------------------------------------------------------------------------


def inside(bound: Mapping[str, Any], number: float) -> bool:
    tests = {
        "above": lambda limit: number > limit,
        "at_least": lambda limit: number >= limit,
        "below": lambda limit: number < limit,
        "at_most": lambda limit: number <= limit,
    }
    return all(tests[name](limit) for name, limit in bound.items() if name in tests)


def number(bound: Mapping[str, Any], value: float | None) -> Truth:
    return None if value is None else inside(bound, value)


def weeks(bound: Mapping[str, Any], patient: Patient) -> Truth:
    if patient.pregnant is False:
        return False
    far = number(bound, patient.weeks)
    if far is False:
        return False
    return True if far and patient.pregnant else None


def lab(value: Mapping[str, Any], patient: Patient) -> Truth:
    if value["test"] not in patient.labs:
        return None
    result, upper, _ = patient.labs[value["test"]]
    if "times_upper_limit" in value:
        return None if upper is None else inside(value["times_upper_limit"], result / upper)
    return inside(value, result)


def no_lab(value: Mapping[str, Any], patient: Patient) -> Truth:
    return value["test"] not in patient.labs or patient.labs[value["test"]][2] > value["within_days"]


PERSON: dict[str, Callable[[Any, Patient], Truth]] = {
    "age": lambda bound, patient: number(bound, patient.age),
    "egfr": lambda bound, patient: number(bound, patient.egfr),
    "pregnant_weeks": weeks,
    "pregnant": lambda wanted, patient: None if patient.pregnant is None else patient.pregnant == wanted,
    "sex": lambda wanted, patient: None if patient.sex is None else patient.sex == wanted,
    "condition": lambda name, patient: patient.conditions.get(name),
    "lab": lab,
    "no_lab": no_lab,
    "allergy": lambda name, patient: None if patient.allergies is None else name in patient.allergies,
    "jurisdiction": lambda places, patient: patient.jurisdiction in places,
}


# ---- medicines ------------------------------------------------------------------------------------------------------


def worlds(patient: Patient) -> Iterator[Patient]:
    """The patient with every unknown about the medicines decided one way or the other."""
    choices = [list(_decided(one)) for one in patient.taking]
    for taking in itertools.product(*choices):
        yield replace(patient, taking=tuple(taking))


def _decided(one: Taking) -> Iterator[Taking]:
    perhaps = [name for name, belongs in one.groups.items() if belongs is None]
    for active in (True, False) if one.active is None else (one.active,):
        for systemic in (True, False) if one.systemic is None else (one.systemic,):
            for duplicated in (True, False) if one.duplicated is None else (one.duplicated,):
                for chosen in itertools.product((True, False), repeat=len(perhaps)):
                    yield replace(
                        one,
                        active=active,
                        systemic=systemic,
                        duplicated=duplicated,
                        groups={**one.groups, **dict(zip(perhaps, chosen, strict=True))},
                    )


def is_a(one: Taking, name: str) -> bool:
    return one.groups.get(name) is True if name in MEMBERS else name in one.ingredients and one.systemic is True


def now(name: str, patient: Patient) -> list[Taking]:
    return [one for one in patient.taking if one.active and is_a(one, name)]


def ended_within(one: Taking, days: int) -> set[bool]:
    """Was it active, or did it end so lately? Both answers when the end is not known."""
    if one.active:
        return {True}
    if one.end is None:
        return {True, False} if days else {False}
    return {days > 0 and (AS_OF - one.end).days <= days}


def combined(answers: Iterable[set[bool]]) -> Iterator[tuple[bool, ...]]:
    """Every way in which several open questions can turn out."""
    yield from itertools.product(*answers)


def of_names(name: str) -> frozenset[str]:
    return MEMBERS.get(name, frozenset({name}))


# Each of these yields every answer that what is still unknown in this world (a start, an end, a dose) allows.


def takes(expression: Any, world: Patient) -> Iterator[bool]:
    value = expression["takes"]
    value = {"group": value} if isinstance(value, str) else value
    taken = now(value["group"], world)
    if "for_days" not in value:
        yield bool(taken)
        return
    latest = AS_OF - timedelta(days=value["for_days"])
    long = [{True, False} if one.course is None else {one.course <= latest} for one in taken]
    yield from (any(answer) for answer in combined(long))


def took(expression: Any, world: Patient) -> Iterator[bool]:
    value = expression["took"]
    members = [one for one in world.taking if is_a(one, value["group"])]
    yield from (any(answer) for answer in combined(ended_within(one, value["within_days"]) for one in members))


def started(expression: Any, world: Patient) -> Iterator[bool]:
    value = expression["started"]
    if not now(value["group"], world):
        yield False
        return
    horizon = AS_OF - timedelta(days=value["within_days"])
    members = [one for one in world.taking if is_a(one, value["group"])]
    new = [{True, False} if one.first is None else {one.first >= horizon} for one in members]
    yield from (all(answer) for answer in combined(new))


def pair(expression: Any, world: Patient) -> Iterator[bool]:
    washout = expression.get("washout_days", (0, 0))
    counted = [
        [ended_within(one, days) if is_a(one, name) else {False} for one in world.taking]
        for name, days in zip(expression["pair"], washout, strict=True)
    ]
    for first in combined(counted[0]):
        for second in combined(counted[1]):
            yield any(a and b and i != j for i, a in enumerate(first) for j, b in enumerate(second))


def two_of(expression: Any, world: Patient) -> Iterator[bool]:
    name = expression["two_of"]
    yield any(
        x != y
        for a, b in itertools.combinations(now(name, world), 2)
        for x in set(a.ingredients) & of_names(name)
        for y in set(b.ingredients) & of_names(name)
    )


def same_ingredient(expression: Any, world: Patient) -> Iterator[bool]:
    name = expression["same_ingredient"]
    taken = now(name, world)
    twice = any(one.duplicated and set(one.ingredients) & of_names(name) for one in taken)
    yield twice or any(
        set(a.ingredients) & set(b.ingredients) & of_names(name) for a, b in itertools.combinations(taken, 2)
    )


def dose(expression: Any, world: Patient) -> Iterator[bool]:
    value = expression["dose"]
    taken = now(value["of"], world)
    if not taken:
        yield False
        return
    amounts = [one.mg[name] for one in taken for name in one.ingredients if name in of_names(value["of"])]
    known = sum(mg for mg, _, _ in amounts)
    if all(complete for _, complete, _ in amounts):
        yield inside(value, known)
        return
    near = [limit - known + step for name, limit in value.items() if name != "of" for step in (-0.5, 0.0, 0.5)]
    yield from (inside(value, known + extra) for extra in (0.0, 1e9, *near) if extra >= 0)


def unit_dose(expression: Any, world: Patient) -> Iterator[bool]:
    value = expression["unit_dose"]
    taken = now(value["of"], world)
    units = [one.mg[name][2] for one in taken for name in one.ingredients if name in of_names(value["of"])]
    fits = [{True, False} if unit is None else {inside(value, unit)} for unit in units]
    yield from (any(answer) for answer in combined(fits))


def cascade(expression: Any, world: Patient) -> Iterator[bool]:
    value = expression["cascade"]
    causes = [one for one in world.taking if is_a(one, value["from"])]
    markers = [one for one in world.taking if is_a(one, value["to"])]
    starts = [[one.first for one in group] for group in (causes, markers)]
    if not causes or not markers:
        yield False
        return
    if None in starts[0] or None in starts[1]:
        yield from (True, False)
        return
    marker = min(starts[1])
    gap = (marker - min(starts[0])).days
    if gap <= 0 or not value.get("after_days", 0) <= gap <= value["within_days"]:
        yield False
        return
    begun = [one for one in causes if one.first <= marker]
    lasting = [{True} if one.active else {True, False} if one.end is None else {one.end >= marker} for one in begun]
    for answer in combined(lasting):
        yield any(answer)
        if any(answer) and (marker - world.history).days < LOOKBACK:
            yield False


MEDICINE: dict[str, Callable[[Any, Patient], Iterator[bool]]] = {
    "takes": takes,
    "took": took,
    "started": started,
    "pair": pair,
    "two_of": two_of,
    "same_ingredient": same_ingredient,
    "dose": dose,
    "unit_dose": unit_dose,
    "cascade": cascade,
}
