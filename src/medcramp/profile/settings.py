"""How records become patients: index date, gap rule, windows. Every number is printed with the run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from medcramp.profile.columns import dates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ProfileSettings:
    """Index date and the choices that decide what counts as taken.

    A fill lasts `gap_factor` × its days' supply + `gap_days`. A fill without any days' supply or end counts as taken
    for `assumed_days`, an as-needed one for `prn_days`; later than that, whether it is still taken is unknown. A
    second name of the same product filled when at most the share `early_refill` of the earlier supply was left is a
    refill, not a duplicate. Laboratory results count for `lab_days` (None: for each test's own window). First starts
    are certain only with `lookback_days` of earlier history. Pregnancy is unknown only inside `pregnancy_ages`.
    """

    as_of: date
    jurisdiction: str = "US"
    gap_factor: float = 1.25
    gap_days: int = 7
    assumed_days: int = 90
    prn_days: int = 90
    early_refill: float = 0.25
    lab_days: int | None = None
    lookback_days: int = 180
    pregnancy_ages: tuple[int, int] = (12, 55)

    @property
    def day(self) -> np.datetime64:
        """The index date as numpy knows it."""
        return np.datetime64(self.as_of, "D")


def index_date(records: pd.DataFrame, today: date) -> date:
    """The default index date: the last start date in the records that is not in the future, else today."""
    known = dates(records["start_date"])
    known = known[~np.isnat(known) & (known <= np.datetime64(today, "D"))]
    return known.max().astype(date) if len(known) else today
