"""Text columns as numbers and dates: what is read, what stays unknown, and that rows keep their places."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from medcramp.profile.columns import ages, dates, sexes

FEMALE, MALE, UNKNOWN = 0, 1, -1


def column(*texts: str | None) -> pd.Series:
    return pd.Series(list(texts), dtype="category")


def test_dates_lose_their_time_of_day_and_rows_keep_their_places():
    read = dates(column("2024-03-05T08:30:00", None, "2024-03-05", "soon", " 2023-12-31 23:59"))
    assert read.astype(str).tolist() == ["2024-03-05", "NaT", "2024-03-05", "NaT", "2023-12-31"]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("71", 71),
        ("71 y", 71),
        ("18 months", 1.5),
        ("26w", 26 * 7 / 365.25),
        ("10 days", 10 / 365.25),
        ("1.5 years", 1.5),
    ],
)
def test_ages_are_years(text, years):
    assert ages(column(text))[0] == pytest.approx(years, rel=1e-3)


@pytest.mark.parametrize("text", ["", "old", "7-8", "-3", None])
def test_what_is_no_age_is_unknown(text):
    assert np.isnan(ages(column(text, "40"))[0])


def test_sexes_are_known_or_unknown():
    assert sexes(column("F", "male", " Female ", "X", None)).tolist() == [FEMALE, MALE, FEMALE, UNKNOWN, UNKNOWN]
