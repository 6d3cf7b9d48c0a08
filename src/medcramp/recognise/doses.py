"""Daily doses: directions × strength, checked against quantity ÷ days' supply. Nothing here invents milligrams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.knowledge import wording
from medcramp.recognise.direction_words import Lexicon
from medcramp.recognise.distinct import Numbers, combined, understood
from medcramp.recognise.sig import MASS, PIECE, Sig, parse
from medcramp.records import directions

AGREE_WITHIN = 0.10
ML = {"ml": 1.0, "teaspoon": 5.0, "tablespoon": 15.0}
PUFF = frozenset(("puff", "spray"))
COUNTED_FORMS = frozenset(
    ("tablet", "capsule", "chewable_tablet", "effervescent_tablet", "lozenge", "film", "suppository", "pessary")
)
LIQUID = "oral_liquid"
SIG, QUANTITY, DISAGREE = "sig", "quantity", "sig and quantity disagree"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|\.\d+")


@dataclass(frozen=True, slots=True)
class Product:
    """What a dose needs to know of an item: mg per unit of each ingredient, the unit they count in, form and route.
    `unitless`: the strength is a bare number ("atorvastatin 80")."""

    unit_mg: tuple[float, ...]
    unit: str
    form: str
    route: str
    unitless: bool = False


@dataclass(frozen=True, slots=True)
class Dose:
    """One row of `records.Recognised.doses`."""

    units_usual: float
    units_max: float
    basis: str
    prn: bool
    daily_mg: tuple[float, ...]
    day_mg: tuple[float, ...]
    note: str
    units_once: float


def amount(text: str) -> float:
    """The number in a quantity or days' supply ("90 tablets", "60.000"); NaN without one above 0."""
    found = _NUMBER.search(text)
    if found is None or "-" in text[: found.start()]:
        return nan
    value = wording.number(found.group())
    return value if value > 0 else nan


def dose(sig: Sig, supply: float, product: Product) -> Dose:
    """Units a day by directions and by supply (units for a day, NaN unknown), and from the higher of the two the
    milligrams of each ingredient: a day on average, and on a day of use."""
    factor = _factor(sig, product)
    usual, highest = sig.usual * factor, sig.highest * factor
    highest = _stated_maximum(sig, product, highest)
    on_day = _stated_maximum(sig, product, sig.on_day * factor)
    supplied = supply if _countable(product) else nan
    notes = [sig.note] if sig.note else []
    basis = "" if isnan(highest) else SIG
    if isnan(highest) and not sig.prn and not isnan(supplied):
        usual = highest = supplied
        basis = QUANTITY
        notes.append("daily amount is quantity ÷ days' supply")
    elif (
        not isnan(highest) and not sig.prn and not isnan(supplied) and abs(supplied - highest) > AGREE_WITHIN * highest
    ):
        notes.append(
            f"directions say {highest:.4g} a day, quantity ÷ days' supply {supplied:.4g}: the higher counts for limits"
        )
        highest = max(highest, supplied)
        basis = DISAGREE
    on_day = highest if isnan(on_day) else max(on_day, highest)
    daily, day = (tuple(each * units for each in product.unit_mg) for units in (highest, on_day))
    if isnan(highest) and _weighs_drug(sig, product) and not isnan(sig.highest):
        daily, day, basis = (sig.highest * MASS[sig.unit],), (sig.on_day * MASS[sig.unit],), SIG
    if sig.prn:
        notes.append("as needed: highest amount stated, actual use unknown")
    if product.unitless and any(map(isnan, daily)):
        notes.append("strength has no unit")
    if isnan(highest) and not isnan(sig.highest) and sig.unit not in MASS:
        notes.append(f"{sig.highest:.4g} {sig.unit} a day")
    return Dose(usual, highest, basis, sig.prn, daily, day, "; ".join(notes), sig.once * factor)


def _factor(sig: Sig, product: Product) -> float:
    """What turns counted units into units of the product; NaN when they do not fit each other."""
    if sig.unit in ("", PIECE):
        return 1.0 if product.unit == "" and product.form != LIQUID else nan
    if sig.unit in ML:
        return ML[sig.unit] if product.unit == "ml" else nan
    if sig.unit in PUFF:
        return 1.0 if product.unit == "dose" else nan
    if sig.unit in ("patch", "suppository", "sachet"):
        return 1.0 if product.unit == "" else nan
    if _weighs_drug(sig, product) and product.unit_mg[0] > 0:
        return MASS[sig.unit] / product.unit_mg[0]
    return nan


def _weighs_drug(sig: Sig, product: Product) -> bool:
    """Directions in milligrams weigh the drug, except that grams of a gel weigh the gel."""
    swallowed = product.form in COUNTED_FORMS or product.form in ("", LIQUID, "injection", "infusion")
    return sig.unit in MASS and len(product.unit_mg) == 1 and swallowed and product.route != "topical"


def _stated_maximum(sig: Sig, product: Product, highest: float) -> float:
    """A maximum stated in milligrams ("mdd 60 mg") caps the units of a single ingredient."""
    if sig.limit_unit in MASS and len(product.unit_mg) == 1 and product.unit_mg[0] > 0:
        units = sig.limit * MASS[sig.limit_unit] / product.unit_mg[0]
        return units if isnan(highest) else min(highest, units)
    return highest


def _countable(product: Product) -> bool:
    """Quantities of tablets and of oral liquids mean daily amounts; those of inhalers, pens and tubes do not."""
    if product.form in COUNTED_FORMS:
        return product.unit == ""
    return product.form == LIQUID and product.unit == "ml"


def doses(
    records: pd.DataFrame, item: Numbers, products: Sequence[Product], lexicon: Lexicon
) -> tuple[Numbers, list[Dose]]:
    """Number of the dose per record, and the doses: one per distinct product, directions and supply a day.

    `item`: number of the item per record; `products`: one per item. Items that are equal as products share their doses.
    """
    known: dict[Product, int] = {}
    product = np.array([known.setdefault(each, len(known)) for each in products], dtype=np.int64)[item]
    sig, sigs = understood(directions(records), lambda text: parse(text, lexicon))
    supply, supplies = _supplies(records)
    number, first = combined([(product, len(known)), (sig, len(sigs)), (supply, len(supplies))])
    distinct_products = list(known)
    places = zip(sig[first].tolist(), supply[first].tolist(), product[first].tolist(), strict=True)
    return number, [dose(sigs[s], supplies[q], distinct_products[p]) for s, q, p in places]


def _supplies(records: pd.DataFrame) -> tuple[NDArray[np.int64], list[float]]:
    """Units supplied for a day (quantity ÷ days' supply, NaN unknown): place per record, distinct values."""
    quantity, quantities = understood(records["quantity"], amount)
    days, spans = understood(records["days_supply"], amount)
    pair, first = combined([(quantity, len(quantities)), (days, len(spans))])
    each, place = np.unique(np.array(quantities)[quantity[first]] / np.array(spans)[days[first]], return_inverse=True)
    return place[pair], each.tolist()


def doses_frame(rows: Sequence[Dose]) -> pd.DataFrame:
    """`records.Recognised.doses`."""
    daily, day = np.empty(len(rows), dtype=object), np.empty(len(rows), dtype=object)
    for place, row in enumerate(rows):
        daily[place], day[place] = row.daily_mg, row.day_mg
    return pd.DataFrame(
        {
            "units_usual": np.array([row.units_usual for row in rows], dtype=float),
            "units_max": np.array([row.units_max for row in rows], dtype=float),
            "basis": pd.Series([row.basis for row in rows], dtype=object),
            "prn": np.array([row.prn for row in rows], dtype=bool),
            "daily_mg": pd.Series(daily, dtype=object),
            "day_mg": pd.Series(day, dtype=object),
            "note": pd.Series([row.note for row in rows], dtype=object),
            "units_once": np.array([row.units_once for row in rows], dtype=float),
        }
    )
