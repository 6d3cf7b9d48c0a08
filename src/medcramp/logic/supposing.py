"""What would hold if something unknown were settled one way.

A finding that is only to be verified shows the severity it would have: what raises it is asked as if every medicine
that is perhaps taken were taken. What nobody wrote down about a person is asked at the counter, not of the records.
"""

from __future__ import annotations

from collections.abc import Callable

from medcramp.logic import expressions as ex
from medcramp.logic import planes as pl
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.planes import Mask, Planes

Settle = Callable[[Evaluator, ex.Node], Planes]


def if_taken(evaluator: Evaluator, expression: ex.Node) -> Mask:
    """Patients for whom the expression certainly holds once its unknown uses of medicines count as uses.

    Whatever else is unknown (a dose, a duration, a laboratory value) stays unknown.
    """
    return _supposed(evaluator, expression, _taken).certain


def if_recorded(evaluator: Evaluator, expression: ex.Node) -> Mask:
    """Patients for whom the expression may hold when diagnoses, allergies and pregnancies count only where recorded.

    A number or a medicine that is unknown stays unknown.
    """
    return _supposed(evaluator, expression, _recorded).possible


def _supposed(evaluator: Evaluator, expression: ex.Node, settle: Settle) -> Planes:
    match expression:
        case ex.All(all=parts):
            return pl.all_of([_supposed(evaluator, part, settle) for part in parts])
        case ex.AnyOf(any=parts):
            return pl.any_of([_supposed(evaluator, part, settle) for part in parts])
        case ex.NoneOf(none=parts):
            return pl.negate(pl.any_of([_supposed(evaluator, part, settle) for part in parts]))
        case ex.AtLeast(at_least=count):
            return pl.at_least(count.n, [_supposed(evaluator, part, settle) for part in count.of])
        case _:
            return settle(evaluator, expression)


def _taken(evaluator: Evaluator, leaf: ex.Node) -> Planes:
    planes = evaluator.planes(leaf)
    match leaf:
        case ex.Takes(takes=ex.Use(for_days=None)) | ex.Pair() | ex.TwoOf() | ex.SameIngredient():
            return pl.known(planes.possible)
        case _:
            return planes


def _recorded(evaluator: Evaluator, leaf: ex.Node) -> Planes:
    planes = evaluator.planes(leaf)
    match leaf:
        case ex.Condition() | ex.Allergy() | ex.Pregnant() | ex.PregnantWeeks():
            return pl.known(planes.certain)
        case _:
            return planes
