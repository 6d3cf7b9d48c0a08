"""Items whose groups hang on the amount taken at one time: two tablets of 325 mg are one dose of 650 mg."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from medcramp.knowledge.groups import Groups
from medcramp.records import Recognised


def by_amount_taken(recognised: Recognised, groups: Groups) -> Recognised:
    """The same records, with an item of its own for every amount that brings an item into further groups.

    Groups of `items` were asked for one unit. Where the directions tell no amount, one unit it stays.
    """
    items = recognised.items
    weighed = np.array([not groups.by_amount.isdisjoint(each) for each in items["ingredients"]], dtype=bool)
    item, dose = np.asarray(recognised.item, dtype=np.int64), np.asarray(recognised.dose, dtype=np.int64)
    records = np.flatnonzero(weighed[item]) if weighed.any() else np.empty(0, dtype=np.int64)
    units = recognised.doses["units_once"].to_numpy(dtype=float)[dose[records]]
    told = np.isfinite(units) & (units > 0) & (units != 1)
    records, units = records[told], units[told]
    if not len(records):
        return recognised
    pairs, place = np.unique(np.column_stack([item[records], units]), axis=0, return_inverse=True)
    rows = items.iloc[pairs[:, 0].astype(np.int64)].copy()
    asked = [
        groups.membership(ingredients, route, form, [mg * times for mg in unit_mg])
        for ingredients, route, form, unit_mg, times in zip(
            rows["ingredients"], rows["route"], rows["form"], rows["unit_mg"], pairs[:, 1], strict=True
        )
    ]
    for column, which in (("certain", 0), ("possible", 1)):
        belongs = [tuple(sorted(groups_of[which])) for groups_of in asked]
        rows[column] = pd.Series(belongs, index=rows.index, dtype=object)
    split = item.copy()
    split[records] = len(items) + np.ravel(place)
    return replace(recognised, items=pd.concat([items, rows], ignore_index=True), item=split)
