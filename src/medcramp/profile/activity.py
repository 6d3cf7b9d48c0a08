"""Is each medication record in force on the index date? Yes, no or unknown, from status, dates and supply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.knowledge.files import data_folder, read_csv
from medcramp.logic.facts import ACTIVE, STOPPED, UNKNOWN, Dates
from medcramp.logic.planes import Mask
from medcramp.profile.columns import categorical, dates, each_text, numbers
from medcramp.profile.settings import ProfileSettings

DAY = np.timedelta64(1, "D")
STATUS_FILE = "vocabulary/statuses.csv"
MEANINGS = ("", "active", "stopped", "held", "void", "supplied", "unclear")
"""What a status can mean; "" = the words are not known."""


@dataclass(frozen=True)
class Activity:
    """Per record: dates, days of supply (NaN unknown), until when the gap rule lets it last, and the verdict.

    `counted` leaves out records that never happened (void status) or begin after the index date; `stopped` are those
    that say so themselves (status or end date).
    """

    start: Dates
    end: Dates
    supply: NDArray[np.float64]
    runs_out: Dates
    lasts_until: Dates
    active: NDArray[np.int8]
    counted: Mask
    stopped: Mask


def judge(records: pd.DataFrame, units_per_day: NDArray[np.float64], prn: Mask, settings: ProfileSettings) -> Activity:
    """Verdict on every record. `units_per_day` and `prn` per record, from the directions (NaN unknown)."""
    start, end = dates(records["start_date"]), dates(records["end_date"])
    supply = numbers(records["days_supply"])
    with np.errstate(divide="ignore", invalid="ignore"):
        from_quantity = numbers(records["quantity"]) / units_per_day
    supply = np.where(np.isnan(supply) & (from_quantity > 0) & np.isfinite(from_quantity), from_quantity, supply)
    supply = np.where(supply > 0, supply, np.nan)
    as_of, meant = settings.day, meanings(records["status"])
    void, active_by_status, unclear = (
        np.equal(meant, place) for place in map(MEANINGS.index, ("void", "active", "unclear"))
    )
    ended = np.isin(meant, [MEANINGS.index("stopped"), MEANINGS.index("held")])
    with_gap = supply * settings.gap_factor + settings.gap_days
    lasts_until = _after(start, np.where(prn, np.maximum(with_gap, settings.prn_days), with_gap))
    begins_later = start > as_of
    stopped = ended | (end < as_of)
    assumed = _after(start, np.where(prn, float(settings.prn_days), float(settings.assumed_days)))
    undated = ~_in_table(records, ~np.isnat(start) | ~np.isnat(end))
    choices: list[tuple[Mask, int]] = [
        (void, STOPPED),
        (begins_later, STOPPED),
        (stopped, STOPPED),
        (end >= as_of, ACTIVE),
        (lasts_until >= as_of, ACTIVE),
        (~np.isnat(lasts_until), STOPPED),
        (active_by_status, ACTIVE),
        (unclear, UNKNOWN),
        (undated, ACTIVE),
        (~np.isnat(start) & _in_table(records, ~np.isnat(end)), ACTIVE),
        (assumed >= as_of, ACTIVE),
    ]
    active = np.select([mask for mask, _ in choices], [value for _, value in choices], UNKNOWN).astype(np.int8)
    return Activity(
        start=start,
        end=end,
        supply=supply,
        runs_out=_after(start, supply),
        lasts_until=np.where(np.isnat(lasts_until), assumed, lasts_until),
        active=active,
        counted=~(void | begins_later),
        stopped=stopped,
    )


def meanings(column: pd.Series) -> NDArray[np.int8]:
    """What each status text means, as a code into MEANINGS."""
    words = {cells["word"]: cells["means"] for _, cells in read_csv(data_folder() / "knowledge" / STATUS_FILE)}

    def meaning(text: str) -> int:
        plain = " ".join(text.lower().strip(" .>*-").split())
        first = plain.split(" ")[0].strip(",;:-") if plain else ""
        return MEANINGS.index(words.get(plain) or words.get(first, ""))

    return each_text(column, meaning, np.int8, 0)


def _after(start: Dates, days: NDArray[np.float64]) -> Dates:
    """start + days; NaT where either is unknown."""
    whole = np.where(np.isnan(days), 0, np.floor(days)).astype("timedelta64[D]")
    return np.where(np.isnan(days), np.datetime64("NaT", "D"), start + whole)


def _in_table(records: pd.DataFrame, fact: Mask) -> Mask:
    """Whether any record of the same input table has the fact: says if the table uses that column at all."""
    file, sheet = (categorical(records[name]).cat.codes.to_numpy() for name in ("source_file", "source_sheet"))
    table = (file.astype(np.int64) + 1) * (int(sheet.max(initial=0)) + 2) + sheet + 1
    seen = np.zeros(int(table.max(initial=0)) + 1, dtype=bool)
    seen[table[fact]] = True
    uses: Mask = seen[table]
    return uses
