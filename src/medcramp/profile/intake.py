"""What directions tell of a product beyond its line: how it is given, and how much at one time.

"1 drop in the left ear" is not swallowed though the line says "dexamethasone 0.1%" only; two tablets of 325 mg are one
dose of 650 mg. Such records get items of their own, with the groups that follow.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.knowledge.groups import LOCAL_ROUTES, Groups
from medcramp.knowledge.told_routes import ToldRoute, told
from medcramp.records import Recognised

UNSHAPED = ("", "solution", "drops", "spray", "oil", "powder", "oral_liquid")
"""Forms by which a product may be meant for another place than the ingredient's usual one."""
PER_CENT = "%"


def as_directed(
    recognised: Recognised, directions: pd.Series, route: pd.Series, groups: Groups, rows: tuple[ToldRoute, ...]
) -> Recognised:
    """The same records, with an item of its own for every route or amount that directions tell and the line does not.

    `directions` (categorical) and `route` (as exported: where it is filled, it counts) are per record. Groups of
    `items` were asked for one unit; where the directions tell no amount, one unit it stays.
    """
    items = recognised.items
    item, dose = np.asarray(recognised.item, dtype=np.int64), np.asarray(recognised.dose, dtype=np.int64)
    units = np.ones(len(item))
    weighed = np.array([not groups.by_amount.isdisjoint(each) for each in items["ingredients"]], dtype=bool)
    some = np.flatnonzero(weighed[item])
    at_once = recognised.doses["units_once"].to_numpy(dtype=float)[dose[some]]
    units[some] = np.where(np.isfinite(at_once) & (at_once > 0), at_once, 1)
    routes = ["", *sorted({row.route for row in rows} - {""})]
    given = _given(items, item, directions, route, rows, routes)
    records = np.flatnonzero((units != 1) | (given > 0))
    if not len(records):
        return recognised
    amounts, amount = np.unique(units[records], return_inverse=True)
    key = (item[records] * len(routes) + given[records]) * len(amounts) + np.ravel(amount)
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    of_item = records[first]  # one record of each new item
    split = item.copy()
    split[records] = len(items) + np.ravel(place)
    changed = _rerouted(items.iloc[item[of_item]], [routes[code] for code in given[of_item]])
    changed = _regrouped(changed, units[of_item].tolist(), groups)
    return replace(recognised, items=pd.concat([items, changed], ignore_index=True), item=split)


def _given(
    items: pd.DataFrame,
    item: NDArray[np.int64],
    directions: pd.Series,
    route: pd.Series,
    rows: tuple[ToldRoute, ...],
    routes: list[str],
) -> NDArray[np.int64]:
    """Per record, the code in `routes` of a route that the directions tell and that counts; 0 = none.

    Any route where the line leaves it open; some also against the usual one, always or where per cent are stated.
    """
    known = items["route"].to_numpy(dtype=object)
    held = np.array([bool(ingredients) for ingredients in items["ingredients"]], dtype=bool)
    is_open = held & (known == "")
    usual = held & ~np.isin(known, list(LOCAL_ROUTES)) & items["form"].isin(UNSHAPED).to_numpy()
    per_cent = usual & items["strength"].str.contains(PER_CENT, regex=False).to_numpy(dtype=bool)
    asked = np.flatnonzero((is_open | usual)[item] & route.isna().to_numpy())
    result = np.zeros(len(item), dtype=np.int64)
    if not len(asked):
        return result
    codes, texts = directions.cat.codes.to_numpy().astype(np.int64)[asked], directions.cat.categories
    meaning = np.zeros(len(texts) + 1, dtype=np.int64)
    for code in np.unique(codes[codes >= 0]):
        meaning[code] = routes.index(told(str(texts[code]), rows))
    against = {row.route: row.against_usual for row in rows}
    always, diluted = (np.array([against.get(name) == word for name in routes]) for word in ("always", "per_cent"))
    found, of_item = meaning[codes], item[asked]
    counts = is_open[of_item] | (always[found] & usual[of_item]) | (diluted[found] & per_cent[of_item])
    result[asked] = np.where(counts, found, 0)
    return result


def _rerouted(rows: pd.DataFrame, routes: list[str]) -> pd.DataFrame:
    """The items with the routes that were told ("" = as it was)."""
    return rows.assign(route=[told or was for told, was in zip(routes, rows["route"], strict=True)])


def _regrouped(rows: pd.DataFrame, units: list[float], groups: Groups) -> pd.DataFrame:
    """The items with the groups of so many units of them taken at one time."""
    columns = zip(*(rows[name] for name in ("ingredients", "route", "form", "unit_mg")), units, strict=True)
    asked = [
        groups.membership(ingredients, route, form, [mg * times for mg in unit_mg])
        for ingredients, route, form, unit_mg, times in columns
    ]
    found = {name: [tuple(sorted(each[place])) for each in asked] for place, name in enumerate(("certain", "possible"))}
    return rows.assign(**{name: pd.Series(told, index=rows.index, dtype=object) for name, told in found.items()})
