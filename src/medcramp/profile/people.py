"""Who the patients are: one row each; a fact is unknown where nothing, or two different things, are said."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.logic.facts import Dates
from medcramp.profile.columns import SEXES, ages, categorical, dates, numbers, sexes
from medcramp.profile.settings import ProfileSettings

NAT = np.datetime64("NaT", "D")


class People:
    """The patients of the records, ordered by patient id; finds them in companion tables."""

    def __init__(self, records: pd.DataFrame) -> None:
        column = categorical(records["patient_id"])
        names = column.cat.categories.to_numpy(dtype=object).astype(str)
        codes = column.cat.codes.to_numpy()
        seen = np.zeros(len(names), dtype=bool)
        seen[codes[codes >= 0]] = True
        order = np.array(sorted(np.flatnonzero(seen), key=lambda code: names[code]), dtype=np.int64)
        self.ids: NDArray[np.object_] = names[order].astype(object)
        rank = np.full(len(names) + 1, -1, dtype=np.int64)
        rank[order] = np.arange(len(order))
        self.of_record: NDArray[np.int64] = rank[codes]

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, table: pd.DataFrame) -> NDArray[np.int64]:
        """Patient of every row of a companion table; -1 for people without a medication record."""
        column = categorical(table["patient_id"])
        place = pd.Index(self.ids).get_indexer(column.cat.categories.astype(str))
        return np.append(place, -1)[column.cat.codes.to_numpy()]


def describe(
    people: People, records: pd.DataFrame, companions: Mapping[str, pd.DataFrame], settings: ProfileSettings
) -> pd.DataFrame:
    """Patient facts that need no laboratory: id, name, birth date, age, sex, weeks of pregnancy, given eGFR."""
    size, own = len(people), people.of_record
    table = companions.get("patients", pd.DataFrame(columns=["patient_id", "birth_date", "age", "sex"]))
    other = people.of(table)
    born = _prefer(
        _agreed_date(size, other, dates(table["birth_date"])), _agreed_date(size, own, dates(records["birth_date"]))
    )
    age = _years(born, settings.day)
    for patient, column in ((other, table["age"]), (own, records["age"])):
        age = np.where(np.isnan(age), _largest(size, patient, ages(column)), age)
    sex = _agreed_code(size, other, sexes(table["sex"]))
    sex = np.where(sex < 0, _agreed_code(size, own, sexes(records["sex"])), sex)
    name = categorical(records["patient_name"])
    given = {
        column: _largest(size, other, numbers(table[column])) if column in table else np.full(size, np.nan)
        for column in ("pregnant_weeks", "egfr")
    }
    return pd.DataFrame(
        {
            "patient_id": people.ids,
            "patient_name": _largest_text(size, own, name),
            "birth_date": np.where(np.isnat(born), "", np.datetime_as_string(born)),
            "age": age,
            "sex": np.array([*SEXES, ""], dtype=object)[sex],
            **given,
        }
    )


def _years(born: Dates, as_of: np.datetime64) -> NDArray[np.float64]:
    """Completed years on the index date; NaN for an unknown or future birth date."""
    unknown = np.isnat(born) | (born > as_of)
    known = np.where(unknown, as_of, born)
    months = (as_of.astype("datetime64[M]") - known.astype("datetime64[M]")).astype(int)
    day_of_month = (known - known.astype("datetime64[M]")).astype(int)
    today = int((as_of - as_of.astype("datetime64[M]")).astype(int))
    return np.where(unknown, np.nan, (months - (day_of_month > today)) // 12)


def _prefer(first: Dates, second: Dates) -> Dates:
    return np.where(np.isnat(first), second, first)


def _agreed_date(size: int, patient: NDArray[np.int64], value: Dates) -> Dates:
    """The date per patient; NaT when none or when two differ."""
    low, high = _extremes(size, patient, value.astype(np.int64), ~np.isnat(value))
    return np.where(low == high, low.astype("datetime64[D]"), NAT)


def _agreed_code(size: int, patient: NDArray[np.int64], code: NDArray[np.int64]) -> NDArray[np.int64]:
    """The code per patient; -1 when none or when two differ."""
    low, high = _extremes(size, patient, code, code >= 0)
    return np.where(low == high, low, -1)


def _largest_text(size: int, patient: NDArray[np.int64], column: pd.Series) -> NDArray[np.object_]:
    texts = column.cat.categories.to_numpy(dtype=object)
    rank = np.argsort(np.argsort(texts.astype(str), kind="stable"), kind="stable")
    codes = column.cat.codes.to_numpy()
    _, high = _extremes(size, patient, np.append(rank, -1)[codes], codes >= 0)
    known = np.sort(texts.astype(str)).astype(object)
    return np.append(known, "").astype(object)[np.where(high < 0, len(known), high)]


def _largest(size: int, patient: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest number per patient; NaN when none."""
    found = np.full(size, np.nan)
    known = (patient >= 0) & ~np.isnan(value)
    np.fmax.at(found, patient[known], value[known])
    return found


def _extremes(
    size: int, patient: NDArray[np.int64], value: NDArray[np.int64], known: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Smallest and largest known value per patient; where there is none they differ."""
    low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1, dtype=np.int64)
    high[:] = np.iinfo(np.int64).min + 1
    known = known & (patient >= 0)
    np.minimum.at(low, patient[known], value[known])
    np.maximum.at(high, patient[known], value[known])
    return low, high
