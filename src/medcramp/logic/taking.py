"""Predicates about medicines: which exposures count, and for which patients that settles the question.

Every function takes names of groups or single ingredients and gives `Planes` over patients. Membership can be
uncertain (route or form unknown) and so can being active; both are carried as the pair certain / possible.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from medcramp.knowledge import Knowledge
from medcramp.knowledge.groups import SYSTEMIC_ROUTES
from medcramp.logic.expressions import Bound, DoseOf
from medcramp.logic.facts import ACTIVE, STOPPED, Facts, Index, distinct
from medcramp.logic.planes import Mask, Planes

DAY = np.timedelta64(1, "D")


class Chosen(NamedTuple):
    """Exposures (ascending) that certainly, and possibly, satisfy something; certain ⊆ possible."""

    certain: Index
    possible: Index


class Medicines:
    """The exposures of `facts`, asked by group or ingredient name."""

    def __init__(self, facts: Facts, knowledge: Knowledge) -> None:
        self.facts = facts
        self.knowledge = knowledge
        frame = facts.exposures
        self.active = frame["active"].to_numpy()
        # A frame keeps dates in seconds; days are what is meant and what is printed.
        self.first_start, self.course_start, self.last_end = (
            frame[name].to_numpy().astype("datetime64[D]") for name in ("first_start", "course_start", "last_end")
        )
        self.duplicated = frame["duplicated"].to_numpy()
        routes = facts.products["route"]
        self._systemic = routes.isin(SYSTEMIC_ROUTES).to_numpy()
        self._perhaps_systemic = self._systemic | (routes == "").to_numpy()
        doses = facts.doses
        self.dose_exposure = doses["exposure"].to_numpy()
        self.dose_ingredient = doses["ingredient"].cat.codes.to_numpy().astype(np.int64)
        self.known_mg, self.average_mg, self.complete, self.unit_mg = (
            doses[name].to_numpy() for name in ("known_mg", "average_mg", "complete", "unit_mg")
        )
        self.members = lru_cache(maxsize=None)(self._members)
        self._ingredient_rows = lru_cache(maxsize=None)(self._rows_of_ingredients)

    def products(self, name: str) -> Chosen:
        """Products in the group, or that hold the ingredient for systemic use (unknown route: possibly)."""
        if name in self.knowledge.groups:
            empty = np.empty(0, dtype=np.int64)
            return Chosen(*self.facts.products_of_group.get(name, (empty, empty)))
        holds = self.facts.products_of_ingredient.get(name, np.empty(0, dtype=np.int64))
        return Chosen(holds[self._systemic[holds]], holds[self._perhaps_systemic[holds]])

    def ingredients(self, name: str) -> frozenset[str]:
        """Ingredients that the name stands for."""
        return self.knowledge.groups.members(name) if name in self.knowledge.groups else frozenset({name})

    def _members(self, name: str) -> Chosen:
        chosen = self.products(name)
        return Chosen(self.facts.exposures_of(chosen.certain), self.facts.exposures_of(chosen.possible))

    def now(self, name: str) -> Chosen:
        """Exposures to the name that are active on the index date."""
        members = self.members(name)
        return Chosen(
            members.certain[self.active[members.certain] == ACTIVE],
            members.possible[self.active[members.possible] != STOPPED],
        )

    def recent(self, name: str, within_days: int) -> Chosen:
        """Exposures to the name that are active or ended at most so many days before the index date."""
        if not within_days:
            return self.now(name)
        members = self.members(name)
        return Chosen(
            members.certain[self._lately(members.certain, within_days)[0]],
            members.possible[self._lately(members.possible, within_days)[1]],
        )

    def _lately(self, exposures: Index, within_days: int) -> tuple[Mask, Mask]:
        active, end = self.active[exposures], self.last_end[exposures]
        ended: Mask = np.less_equal(self.facts.as_of - end, within_days * DAY)
        return (active == ACTIVE) | ended, (active != STOPPED) | ended | np.isnat(end)

    def patients(self, chosen: Chosen) -> Planes:
        """Patients with at least one of the exposures."""
        return Planes(self.facts.by_patient(chosen.certain), self.facts.by_patient(chosen.possible))

    def long_enough(self, name: str, for_days: int) -> Chosen:
        """Active exposures whose present course began at least so many days before the index date."""
        chosen = self.now(name)
        certain, possible = (self.course_start[part] for part in chosen)
        latest = self.facts.as_of - for_days * DAY
        return Chosen(chosen.certain[certain <= latest], chosen.possible[np.isnat(possible) | (possible <= latest)])

    def started(self, name: str, within_days: int) -> Planes:
        """Who takes the name now and first ever started it at most so many days before the index date."""
        members = self.members(name)
        horizon = self.facts.as_of - within_days * DAY
        start = self.first_start[members.possible]
        undated, new = np.isnat(start), start >= horizon
        sure = np.isin(members.possible, members.certain, assume_unique=True)
        certainly_old = self.facts.by_patient(members.possible[sure & ~undated & ~new])
        perhaps_old = self.facts.by_patient(members.possible[~new])
        recent = Planes(
            self.facts.by_patient(members.possible[sure & new]) & ~perhaps_old,
            self.facts.by_patient(members.possible[undated | new]) & ~certainly_old,
        )
        taken = self.patients(self.now(name))
        return Planes(recent.certain & taken.certain, recent.possible & taken.possible)

    def pair(self, first: str, second: str, washout_days: tuple[int, int]) -> Planes:
        """Two different products, one of each name (see "Interaction logic" in docs/architecture.md)."""
        chosen = (self.recent(first, washout_days[0]), self.recent(second, washout_days[1]))
        return Planes(*(self._different(chosen[0][plane], chosen[1][plane]) for plane in (0, 1)))

    def _different(self, first: Index, second: Index) -> Mask:
        facts = self.facts
        both = facts.by_patient(first) & facts.by_patient(second)
        if not both.any():
            return both
        return both & (facts.count_by_patient(distinct(first, second)) >= 2)

    def two_of(self, name: str) -> Planes:
        """Two active products that bring different ingredients of the group."""
        return Planes(*(self._two_of(name, part) for part in self.now(name)))

    def _two_of(self, name: str, exposures: Index) -> Mask:
        facts = self.facts
        several: Mask = facts.count_by_patient(exposures) >= 2
        if not several.any():
            return several
        patient, ingredient = self._held(name, exposures)
        width = int(ingredient.max(initial=0)) + 1
        held = distinct(patient * width + ingredient) // width
        return several & (np.bincount(held, minlength=facts.size) >= 2)

    def same_ingredient(self, name: str) -> Planes:
        """The same ingredient of the group in two active products, or supplied under two names at once."""
        sure, perhaps = self.now(name)
        return Planes(
            self._same_ingredient(name, sure, self.duplicated == 1),
            self._same_ingredient(name, perhaps, self.duplicated != 0),
        )

    def _same_ingredient(self, name: str, exposures: Index, duplicated: Mask) -> Mask:
        rows = self.dose_rows(name, exposures)
        exposure = self.dose_exposure[rows]
        patient, ingredient = self._held(name, exposures)
        width = int(ingredient.max(initial=0)) + 1
        key, place = np.unique(patient * width + ingredient, return_inverse=True)
        times = np.bincount(place, weights=1 + duplicated[exposure], minlength=len(key))
        mask = np.zeros(self.facts.size, dtype=bool)
        mask[key[times >= 2] // width] = True
        return mask

    def _held(self, name: str, exposures: Index) -> tuple[Index, Index]:
        """(patient, ingredient code) for every ingredient of the group in these exposures."""
        rows = self.dose_rows(name, exposures)
        patient = self.facts.patient_of[self.dose_exposure[rows]]
        return patient.astype(np.int64), self.dose_ingredient[rows]

    def dose_rows(self, name: str, exposures: Index) -> Index:
        """Rows of `facts.doses` for the ingredients that the name stands for, in these exposures."""
        rows = self._ingredient_rows(name)
        chosen = np.zeros(len(self.active), dtype=bool)
        chosen[exposures] = True
        of_chosen: Index = rows[chosen[self.dose_exposure[rows]]]
        return of_chosen

    def _rows_of_ingredients(self, name: str) -> Index:
        column = self.facts.doses["ingredient"]
        wanted: Mask = column.cat.categories.isin(list(self.ingredients(name)))
        return np.flatnonzero(wanted[self.dose_ingredient])

    def dose(self, bound: DoseOf) -> Planes:
        """Summed mg of a day of use over active products within the bound; not taking it at all is a known no.

        Limits of labels are limits of the daily dose: taking it every other day does not halve it.
        """
        least, most = self.daily_mg(bound.of)
        taken = self.patients(self.now(bound.of))
        always, _ = within(bound, least, most)
        _, ever = within(bound, np.where(taken.certain, least, self._smallest_mg(bound.of)), most)
        return Planes(taken.certain & always, taken.possible & ever)

    def _smallest_mg(self, name: str) -> np.ndarray:
        """The least that any one possible exposure amounts to (what is taken if it is the only one)."""
        facts, possible = self.facts, self.now(name).possible
        rows = self.dose_rows(name, possible)
        exposure = self.dose_exposure[rows]
        each = np.bincount(exposure, weights=self.known_mg[rows], minlength=len(self.active))
        smallest = np.full(facts.size, np.inf)
        np.minimum.at(smallest, facts.patient_of[possible], each[possible])
        return smallest

    def daily_mg(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Least and most mg on a day of use that agree with what is known, per patient (most = inf: a dose unknown)."""
        sure, perhaps = self.now(name)
        least, _ = self._sum_mg(name, sure)
        most, complete = self._sum_mg(name, perhaps)
        return least, np.where(complete, most, np.inf)

    def mean_mg(self, name: str) -> np.ndarray:
        """Known mg a day per patient, averaged over days without a dose."""
        rows = self.dose_rows(name, self.now(name).certain)
        patient = self.facts.patient_of[self.dose_exposure[rows]]
        return np.bincount(patient, weights=self.average_mg[rows], minlength=self.facts.size)

    def _sum_mg(self, name: str, exposures: Index) -> tuple[np.ndarray, Mask]:
        facts, rows = self.facts, self.dose_rows(name, exposures)
        patient = facts.patient_of[self.dose_exposure[rows]]
        known_mg = np.bincount(patient, weights=self.known_mg[rows], minlength=facts.size)
        complete = np.ones(facts.size, dtype=bool)
        complete[patient[~self.complete[rows]]] = False
        return known_mg, complete

    def unit_dose(self, bound: DoseOf) -> Planes:
        """An active product whose dose unit holds so many mg of the ingredient."""
        planes = []
        for part, unknown_counts in zip(self.now(bound.of), (False, True), strict=True):
            rows = self.dose_rows(bound.of, part)
            unit_mg = self.unit_mg[rows]
            fits = bound.holds(unit_mg) | (np.isnan(unit_mg) & unknown_counts)
            planes.append(self.facts.by_patient(self.dose_exposure[rows[fits]]))
        return Planes(*planes)


def within(bound: Bound, least: np.ndarray, most: np.ndarray) -> tuple[Mask, Mask]:
    """Whether every, and whether any, number between least and most lies inside the bound."""
    always, ever = np.ones(len(least), dtype=bool), np.ones(len(least), dtype=bool)
    for name, limit in bound.limits():
        one_sided = Bound(**{name: limit})
        low, high = one_sided.holds(least), one_sided.holds(most)
        always &= low & high
        ever &= low | high
    return always, ever
