"""Daily dose and unit strength per exposure and ingredient, summed over the patient's current lines."""

from __future__ import annotations

import itertools
from collections.abc import Collection

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
    codes = _Ragged([tuple(code[name] for name in ingredients) for ingredients in held])
    ingredient = codes.at(product[exposure], np.arange(len(exposure)) - offset[exposure]).astype(np.int64)
    record = _one_per_direction(courses, sig)
    slot, day, average, unit = _slots(record, courses.record_exposure, offset, products, recognised)
    known, averaged = (np.bincount(slot, weights=np.nan_to_num(mg), minlength=len(exposure)) for mg in (day, average))
    complete = np.ones(len(exposure), dtype=bool)
    complete[slot[np.isnan(day)]] = False
    unit_mg = np.full(len(exposure), np.nan)
    np.fmax.at(unit_mg, slot, unit)
    return pd.DataFrame(
        {
            "exposure": exposure,
            "ingredient": pd.Categorical.from_codes(ingredient, categories=pd.Index(names, dtype=object)),
            "known_mg": known,
            "average_mg": averaged,
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
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """For every record and ingredient: row of the result, mg on a day of use, mg a day on average, mg per unit."""
    dose = np.asarray(recognised.dose, dtype=np.int64)[record]
    item = np.asarray(recognised.item, dtype=np.int64)[record]
    held = [{name: i for i, name in enumerate(names)} for names in products.table["ingredients"]]
    taken = zip(recognised.items["ingredients"], products.product, strict=True)
    positions = _Ragged([tuple(held[one][name] for name in names) if one >= 0 else () for names, one in taken])
    wanted = positions.sizes[item]
    each = np.repeat(np.arange(len(record)), wanted)
    within = np.arange(len(each)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    slot = offset[record_exposure[record]][each] + positions.at(item[each], within).astype(np.int64)
    day, average = (_Ragged(recognised.doses[name]).at(dose[each], within) for name in ("day_mg", "daily_mg"))
    return slot, day, average, _Ragged(recognised.items["unit_mg"]).at(item[each], within)


class _Ragged:
    """Rows of numbers of different lengths, one after another."""

    def __init__(self, rows: Collection[tuple[float, ...]]) -> None:
        self.sizes = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        self._start = np.cumsum(self.sizes) - self.sizes
        self._flat = np.array([*itertools.chain.from_iterable(rows), np.nan], dtype=float)

    def at(self, row: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.float64]:
        """The number at each place of each row; NaN beyond its end."""
        return self._flat[np.where(place < self.sizes[row], self._start[row] + place, -1)]
