"""Expressions evaluated for all patients at once: planes, what is missing where they are unknown, and evidence.

    evaluator = Evaluator(facts, knowledge)
    certain, possible = evaluator.planes(expression)           # two boolean arrays over facts.patients
    names = evaluator.missing(expression, patient_indices)     # one tuple of missing facts per patient
    words = evaluator.words(expression, patient_indices)       # the facts compared, one text per patient
    rows = evaluator.exposures(expression, patient_indices)    # exposures that the expression looks at

Sub-expressions are evaluated once and kept; an evaluator belongs to one `Facts`.
"""

from __future__ import annotations

import numpy as np

from medcramp.knowledge import Knowledge
from medcramp.logic import expressions as ex
from medcramp.logic import planes as pl
from medcramp.logic.cascades import cascade
from medcramp.logic.facts import Facts, Index, distinct
from medcramp.logic.labs import latest, no_result_within, upper_limits
from medcramp.logic.planes import Planes
from medcramp.logic.taking import Medicines


class Evaluator:
    """Answers expressions about the patients of one `Facts`."""

    def __init__(self, facts: Facts, knowledge: Knowledge) -> None:
        self.facts = facts
        self.knowledge = knowledge
        self.medicines = Medicines(facts, knowledge)
        self._known: dict[ex.Node, Planes] = {}

    def planes(self, expression: ex.Node) -> Planes:
        """(certain, possible): boolean arrays over patients; `certain` ⊆ `possible`."""
        if expression not in self._known:
            self._known[expression] = self._evaluate(expression)
        return self._known[expression]

    def unless(self, when: ex.Node, exception: ex.Node | None) -> Planes:
        """The planes of `when` without the patients for whom the exception is certain."""
        planes = self.planes(when)
        if exception is None:
            return planes
        excepted = self.planes(exception).certain
        return Planes(planes.certain & ~excepted, planes.possible & ~excepted)

    def missing(self, expression: ex.Node, patients: Index) -> list[tuple[str, ...]]:
        """For each patient (index), the facts that would settle the expression; () where it is settled."""
        from medcramp.logic.gaps import missing

        return missing(self, expression, patients)

    def words(self, expression: ex.Node, patients: Index) -> list[str]:
        """For each patient (index), the numbers and dates that the expression compared, in words; "" if none."""
        from medcramp.logic.words import compared

        return compared(self, expression, patients)

    def exposures(self, names: tuple[str, ...], patients: Index, *, within_days: int | None = 0) -> Index:
        """Exposures of these patients to any of the groups or ingredients that are, perhaps, active or ended at most
        so many days before the index date (None: at any time)."""
        medicines = self.medicines
        chosen = [
            medicines.members(name) if within_days is None else medicines.recent(name, within_days) for name in names
        ]
        everything = distinct(*(part.possible for part in chosen))
        wanted = np.zeros(self.facts.size, dtype=bool)
        wanted[patients] = True
        return everything[wanted[self.facts.patient_of[everything]]]

    def _evaluate(self, expression: ex.Node) -> Planes:
        facts, medicines = self.facts, self.medicines
        match expression:
            case ex.All(all=parts):
                return pl.all_of([self.planes(part) for part in parts])
            case ex.AnyOf(any=parts):
                return pl.any_of([self.planes(part) for part in parts])
            case ex.NoneOf(none=parts):
                return pl.negate(pl.any_of([self.planes(part) for part in parts]))
            case ex.AtLeast(at_least=count):
                return pl.at_least(count.n, [self.planes(part) for part in count.of])
            case ex.Takes(takes=ex.Use(group=name, for_days=None)):
                return medicines.patients(medicines.now(name))
            case ex.Takes(takes=ex.Use(group=name, for_days=int(days))):
                return medicines.patients(medicines.long_enough(name, days))
            case ex.Took(took=recent):
                return medicines.patients(medicines.recent(recent.group, recent.within_days))
            case ex.Started(started=recent):
                return medicines.started(recent.group, recent.within_days)
            case ex.Pair(pair=(first, second), washout_days=washout):
                return medicines.pair(first, second, washout)
            case ex.TwoOf(two_of=name):
                return medicines.two_of(name)
            case ex.SameIngredient(same_ingredient=name):
                return medicines.same_ingredient(name)
            case ex.Dose(dose=dose):
                return medicines.dose(dose)
            case ex.UnitDose(unit_dose=dose):
                return medicines.unit_dose(dose)
            case ex.Cascade(cascade=sequence):
                return cascade(medicines, sequence)
            case ex.Age(age=bound):
                return _number(facts.number("age"), bound)
            case ex.Egfr(egfr=bound):
                return _number(facts.number("egfr"), bound)
            case ex.PregnantWeeks(pregnant_weeks=bound):
                weeks = _number(facts.number("pregnant_weeks"), bound)
                pregnant = _number(facts.number("pregnant"), ex.Bound(above=0))
                return pl.all_of([pregnant, weeks])
            case ex.Pregnant(pregnant=wanted):
                return _number(facts.number("pregnant"), ex.Bound(above=0) if wanted else ex.Bound(at_most=0))
            case ex.Sex(sex=wanted_sex):
                sex = facts.patients["sex"].to_numpy(dtype=object)
                return pl.when_known(sex == wanted_sex, sex != "")
            case ex.Condition(condition=name):
                return facts.conditions[name]
            case ex.Lab(lab=bound):
                return self._lab(bound)
            case ex.NoLab(no_lab=window):
                return pl.known(no_result_within(facts, window.test, window.within_days))
            case ex.Allergy(allergy=name):
                return facts.allergies.planes(name)
            case ex.Jurisdiction(jurisdiction=places):
                return pl.constant(facts.jurisdiction in places, facts.size)
            case ex.Constant(constant=truth):
                return pl.constant(truth, facts.size)
            case _:
                raise NotImplementedError(f"no meaning for {type(expression).__name__}")

    def _lab(self, bound: ex.LabBound) -> Planes:
        result = latest(self.facts, bound.test)
        if bound.times_upper_limit is None:
            return _number(result.value, bound)
        return _number(result.value / upper_limits(result, bound.test, self.knowledge), bound.times_upper_limit)


def _number(values: np.ndarray, bound: ex.Bound) -> Planes:
    return pl.when_known(bound.holds(values), ~np.isnan(values))
