"""Records → exposures: what each patient takes of each product, since when, and by which of their own lines.

Everything is done on arrays sorted by (patient, product, start) and reduced per segment, without loops over patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.logic.facts import ACTIVE, STOPPED, UNKNOWN, Dates
from medcramp.logic.planes import Mask
from medcramp.profile.activity import Activity
from medcramp.profile.products import Products
from medcramp.profile.settings import ProfileSettings

NAT = np.datetime64("NaT", "D")
_RANK = {STOPPED: 0, UNKNOWN: 1, ACTIVE: 2}
_RANK_OF = np.array([_RANK[STOPPED], _RANK[ACTIVE], _RANK[UNKNOWN]], dtype=np.int8)  # indexed by 0, 1, -1
_VERDICT = np.array([STOPPED, UNKNOWN, ACTIVE], dtype=np.int8)


@dataclass(frozen=True)
class Courses:
    """`exposures` and `lines` as in logic.facts (lines with `line`, `counts` too); `record_exposure` per record;
    `dosed`: records whose directions make up the present dose, with their row of `lines` in `dosed_line`."""

    exposures: pd.DataFrame
    lines: pd.DataFrame
    record_exposure: NDArray[np.int32]
    dosed: NDArray[np.int64]
    dosed_line: NDArray[np.int64]


def build(
    patient: NDArray[np.int64],
    item: NDArray[np.int64],
    prn: Mask,
    activity: Activity,
    products: Products,
    settings: ProfileSettings,
) -> Courses:
    """Exposures and lines of all patients. `patient` (-1 none), `item` and `prn` are per record."""
    line_of = products.line[item]
    used = np.flatnonzero(activity.counted & (line_of >= 0) & (patient >= 0))
    width = max(len(products.table), 1)
    key = patient[used] * width + products.product[item[used]]
    order = used[in_order(key, activity.start[used].astype(np.int64), products.rank[item[used]])]
    key = patient[order] * width + products.product[item[order]]
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    exposure = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(key)))
    lines, line_row = _lines(order, exposure, line_of[order], activity, products, settings)
    record_exposure = np.full(len(patient), -1, dtype=np.int32)
    record_exposure[order] = exposure
    dosed = _in_force(order, line_row, activity, lines)
    exposures = _exposures(order, exposure, begins, key, width, prn, activity, lines, products)
    public = lines.drop(columns=["ends", "latest", "latest_supply"])
    return Courses(exposures, public, record_exposure, order[dosed], line_row[dosed])


def _lines(
    order: NDArray[np.int64],
    exposure: NDArray[np.int64],
    line_of: NDArray[np.int64],
    activity: Activity,
    products: Products,
    settings: ProfileSettings,
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """One row per exposure and line, ordered by exposure and line; and the row for every record of `order`."""
    width = max(len(products.line_name), 1)
    keys, row = np.unique(exposure * width + line_of, return_inverse=True)
    count = len(keys)
    start, end = activity.start[order], activity.end[order]
    # Records come in order of start inside an exposure (undated first): the last one written is the latest.
    latest = np.zeros(count, dtype=np.int64)
    latest[row] = order
    first = np.zeros(count, dtype=np.int64)
    first[row[::-1]] = order[::-1]
    latest_start = activity.start[latest]
    at_latest = (start == latest_start[row]) | np.isnat(latest_start[row])
    best = np.zeros(count, dtype=np.int8)
    np.maximum.at(best, row, _RANK_OF[activity.active[order]])
    goes_on = np.zeros(count, dtype=bool)
    goes_on[row[at_latest & ~activity.stopped[order]]] = True
    active = np.where(goes_on, _VERDICT[best], STOPPED).astype(np.int8)
    said = np.full(count, NAT)
    said[row[~np.isnat(end)]] = end[~np.isnat(end)]
    runs_out = activity.runs_out[latest]
    over = np.where(runs_out <= settings.day, runs_out, NAT)
    lines = pd.DataFrame(
        {
            "exposure": keys // width,
            "line": keys % width,
            "record": latest,
            "first_record": first,
            "current": active,
            "latest": latest_start,
            "latest_supply": activity.supply[latest],
            "ends": np.where(
                np.isnat(activity.end[latest]), np.where(np.isnat(over), said, over), activity.end[latest]
            ),
        }
    )
    lines["counts"] = (active != STOPPED) & ~_superseded(lines, settings)
    return lines, row


def _superseded(lines: pd.DataFrame, settings: ProfileSettings) -> Mask:
    """Lines that a newer name or strength of the same product has taken over from.

    The last fill of the newer line came when at most a small share of the older one's supply was left.
    """
    exposure, current = lines["exposure"].to_numpy(), lines["current"].to_numpy() != STOPPED
    latest, supply = lines["latest"].to_numpy(), lines["latest_supply"].to_numpy()
    order = np.lexsort((latest.astype(np.int64), exposure))
    order = order[current[order]]
    older, newer = order[:-1], order[1:]
    with np.errstate(invalid="ignore"):
        used_up = (latest[newer] - latest[older]) / np.timedelta64(1, "D")
        taken_over = used_up >= (1 - settings.early_refill) * supply[older]
    gone = np.zeros(len(lines), dtype=bool)
    gone[older[(exposure[older] == exposure[newer]) & taken_over]] = True
    return gone


def _in_force(
    order: NDArray[np.int64], line_row: NDArray[np.int64], activity: Activity, lines: pd.DataFrame
) -> NDArray[np.int64]:
    """Positions in `order` of the records that give the present dose: the latest running ones of each counting line."""
    running = (activity.active[order] != STOPPED) & lines["counts"].to_numpy()[line_row]
    start = activity.start[order]
    newest = np.full(len(lines), NAT)
    newest[line_row[running]] = start[running]
    return np.flatnonzero(running & ((start == newest[line_row]) | np.isnat(newest[line_row])))


def _exposures(
    order: NDArray[np.int64],
    exposure: NDArray[np.int64],
    begins: NDArray[np.int64],
    key: NDArray[np.int64],
    width: int,
    prn: Mask,
    activity: Activity,
    lines: pd.DataFrame,
    products: Products,
) -> pd.DataFrame:
    count = len(begins)
    start = activity.start[order]
    dated = np.flatnonzero(~np.isnat(start))
    first, last = np.full(count, NAT), np.full(count, NAT)
    last[exposure[dated]] = start[dated]
    first[exposure[dated][::-1]] = start[dated][::-1]
    counting = lines["counts"].to_numpy()
    line_exposure = lines["exposure"].to_numpy()
    best = np.zeros(count, dtype=np.int8)
    np.maximum.at(best, line_exposure[counting], _RANK_OF[lines["current"].to_numpy()[counting]])
    ends = lines["ends"].to_numpy().astype("datetime64[D]")  # a frame keeps seconds
    open_end = np.zeros(count, dtype=bool)
    open_end[line_exposure[np.isnat(ends)]] = True
    last_end = np.full(count, np.iinfo(np.int64).min)
    np.maximum.at(last_end, line_exposure, ends.astype(np.int64))
    supply = np.nan_to_num(activity.supply[order])
    return pd.DataFrame(
        {
            "patient": (key[begins] // width).astype(np.int32),
            "product": (key[begins] % width).astype(np.int32),
            "first_start": first,
            "course_start": _course_start(exposure[dated], start[dated], activity.lasts_until[order][dated], count),
            "last_start": last,
            "last_end": np.where(open_end | (_VERDICT[best] == ACTIVE), NAT, last_end.astype("datetime64[D]")),
            "active": _VERDICT[best],
            "on_days": np.bincount(exposure, weights=supply, minlength=count),
            "prn": np.bincount(exposure, weights=prn[order], minlength=count) > 0,
            "duplicated": _duplicated(lines, products, count),
        }
    )


def _course_start(exposure: NDArray[np.int64], start: Dates, lasts_until: Dates, count: int) -> Dates:
    """Start of the present course: after the last gap that the gap rule does not bridge. Records sorted by start."""
    course = np.full(count, NAT)
    if not len(start):
        return course
    room = np.int64(1) << 32  # more days than any date has, so that exposures cannot reach into each other
    reach = np.maximum.accumulate(exposure * room + lasts_until.astype(np.int64))
    reach -= exposure * room
    new = np.ones(len(start), dtype=bool)
    new[1:] = (exposure[1:] != exposure[:-1]) | (start[1:].astype(np.int64) > reach[:-1])
    course[exposure[new]] = start[new]
    return course


def _duplicated(lines: pd.DataFrame, products: Products, count: int) -> NDArray[np.int8]:
    """Per exposure: supplied under two names at once (1 yes, -1 perhaps, 0 no)."""
    exposure, current = lines["exposure"].to_numpy(), lines["current"].to_numpy()
    name = products.line_name[lines["line"].to_numpy()]
    result = np.zeros(count, dtype=np.int8)
    for value, counts in ((-1, lines["counts"].to_numpy()), (1, lines["counts"].to_numpy() & (current == ACTIVE))):
        low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
        np.minimum.at(low, exposure[counts], name[counts])
        np.maximum.at(high, exposure[counts], name[counts])
        result[(high >= 0) & (low != high)] = value
    return result


def in_order(*keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Stable order by the first key, then the second, …; unknown dates (the smallest number) come first."""
    packed, room = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        known = key[key != np.iinfo(np.int64).min]
        low = int(known.min(initial=0))
        size = int(known.max(initial=0)) - low + 2
        room *= size
        if room >= np.iinfo(np.int64).max:
            return np.lexsort(keys[::-1])
        packed = packed * size + np.where(key == np.iinfo(np.int64).min, 0, key - low + 1)
    return np.argsort(packed, kind="stable")
