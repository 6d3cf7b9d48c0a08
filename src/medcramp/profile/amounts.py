"""Daily dose and unit strength per exposure and ingredient, summed over the patient's current lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.profile.courses import Courses
from medcramp.profile.products import Products
from medcramp.records import Recognised


def amounts(courses: Courses, products: Products, recognised: Recognised, sig: NDArray[np.int64]) -> pd.DataFrame:
    """One row per exposure and ingredient (logic.facts.DOSE_FACTS); `sig` is the code of the directions per record.

    Several records of one line count together only when their directions differ: the same line on the list twice, or
    filled in two parts, is one dose.
    """
    product = courses.exposures["product"].to_numpy()
    held = products.table["ingredients"]
    names = sorted({name for ingredients in held for name in ingredients})
    code = {name: place for place, name in enumerate(names)}
    counts = np.array([len(ingredients) for ingredients in held], dtype=np.int64)
    offset = np.concatenate([[0], np.cumsum(counts[product])])
    exposure = np.repeat(np.arange(len(product)), counts[product])
    ingredient = _expand([np.array([code[name] for name in ingredients]) for ingredients in held], product)
    record = _one_per_direction(courses, sig)
    slot, daily, unit = _slots(record, courses.record_exposure, offset, products, recognised)
    known = np.bincount(slot, weights=np.nan_to_num(daily), minlength=len(exposure))
    complete = np.ones(len(exposure), dtype=bool)
    complete[slot[np.isnan(daily)]] = False
    unit_mg = np.full(len(exposure), np.nan)
    np.fmax.at(unit_mg, slot, unit)
    return pd.DataFrame(
        {
            "exposure": exposure,
            "ingredient": pd.Categorical.from_codes(ingredient, categories=pd.Index(names, dtype=object)),
            "known_mg": known,
            "complete": complete,
            "unit_mg": unit_mg,
        }
    )


def _one_per_direction(courses: Courses, sig: NDArray[np.int64]) -> NDArray[np.int64]:
    key = courses.dosed_line * (int(sig.max(initial=0)) + 2) + sig[courses.dosed] + 1
    return courses.dosed[np.unique(key, return_index=True)[1]]


def _slots(
    record: NDArray[np.int64],
    record_exposure: NDArray[np.int32],
    offset: NDArray[np.int64],
    products: Products,
    recognised: Recognised,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """For every record and ingredient: row of the result, daily mg, mg per unit."""
    dose = np.asarray(recognised.dose, dtype=np.int64)[record]
    item = np.asarray(recognised.item, dtype=np.int64)[record]
    distinct, first, place = np.unique(dose, return_index=True, return_inverse=True)
    positions: list[NDArray[np.int64]] = []
    daily: list[NDArray[np.float64]] = []
    unit: list[NDArray[np.float64]] = []
    all_ingredients, all_units = list(recognised.items["ingredients"]), list(recognised.items["unit_mg"])
    all_daily, held = list(recognised.doses["daily_mg"]), list(products.table["ingredients"])
    for one_dose, one_item in zip(distinct, item[first], strict=True):
        ingredients = all_ingredients[one_item]
        in_product = {name: i for i, name in enumerate(held[products.product[one_item]])}
        positions.append(np.array([in_product[name] for name in ingredients], dtype=np.int64))
        daily.append(_padded(all_daily[one_dose], len(ingredients)))
        unit.append(_padded(all_units[one_item], len(ingredients)))
    place = np.ravel(place)
    base = np.repeat(offset[record_exposure[record]], np.array([len(p) for p in positions], dtype=np.int64)[place])
    return base + _expand(positions, place), _expand(daily, place), _expand(unit, place)


def _padded(values: tuple[float, ...], size: int) -> NDArray[np.float64]:
    """Exactly `size` numbers; NaN for those not given."""
    return np.array([*values, *[np.nan] * size][:size], dtype=float)


def _expand(parts: list[NDArray[Any]], place: NDArray[np.int64]) -> NDArray[Any]:
    """The parts named by `place`, one after another: parts[place[0]], parts[place[1]], …"""
    if not len(place):
        return np.empty(0, dtype=parts[0].dtype if parts else np.int64)
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    wanted = sizes[place]
    within = np.arange(int(wanted.sum())) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    return np.concatenate(parts)[np.repeat(start[place], wanted) + within]
