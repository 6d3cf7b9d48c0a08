"""What would hold if every medicine that is perhaps taken were taken.

A finding that is only to be verified shows the severity it would have; what raises that severity is asked here.
"""

from __future__ import annotations

from medcramp.logic import expressions as ex
from medcramp.logic import planes as pl
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.planes import Mask, Planes


def if_taken(evaluator: Evaluator, expression: ex.Node) -> Mask:
    """Patients for whom the expression certainly holds once its unknown uses of medicines count as uses.

    Whatever else is unknown (a dose, a duration, a laboratory value) stays unknown.
    """
    return _supposed(evaluator, expression).certain


def _supposed(evaluator: Evaluator, expression: ex.Node) -> Planes:
    match expression:
        case ex.All(all=parts):
            return pl.all_of([_supposed(evaluator, part) for part in parts])
        case ex.AnyOf(any=parts):
            return pl.any_of([_supposed(evaluator, part) for part in parts])
        case ex.NoneOf(none=parts):
            return pl.negate(pl.any_of([_supposed(evaluator, part) for part in parts]))
        case ex.AtLeast(at_least=count):
            return pl.at_least(count.n, [_supposed(evaluator, part) for part in count.of])
        case ex.Takes(takes=ex.Use(for_days=None)) | ex.Pair() | ex.TwoOf() | ex.SameIngredient():
            return pl.known(evaluator.planes(expression).possible)
        case _:
            return evaluator.planes(expression)
