"""Laboratory rows → the latest result per patient and test, in one unit, with calcium adjusted for albumin."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.knowledge import Knowledge
from medcramp.knowledge.labs import Adjustment, Labs
from medcramp.logic.facts import LAB_FACTS, UNREAD_LAB_FACTS
from medcramp.profile.columns import categorical, dates, each_text, number, numbers
from medcramp.profile.people import People
from medcramp.profile.settings import ProfileSettings

_PLAIN = re.compile(r"(?:(?:[<>]=?|[≤≥])\s*)?\d+(?:\.\d+)?")
_BEYOND = re.compile(r"\s*([<>≤≥])(=?)\s*(.+)", re.DOTALL)
RATHER_FINE = 2
"""Decimals of an adjustment in a laboratory's own unit."""


def latest_results(
    table: pd.DataFrame | None, people: People, knowledge: Knowledge, settings: ProfileSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """LAB_FACTS ordered by patient and test, and UNREAD_LAB_FACTS: results that nothing could be made of.

    Results outside a test's window or after the index date do not count.
    """
    if table is None or table.empty:
        none = pd.DataFrame({name: [] for name in LAB_FACTS}).astype({"patient": np.int64, "date": "datetime64[s]"})
        return none, pd.DataFrame(columns=list(UNREAD_LAB_FACTS))
    labs = knowledge.labs
    rows = _canonical(table, people, labs)
    days = [settings.lab_days or labs.window_days(test) for test in labs.tests]
    window = np.array([*days, max(days)])
    elapsed = settings.day - rows["date"].to_numpy().astype("datetime64[D]")
    age = np.where(np.isnat(elapsed), np.nan, elapsed.astype("timedelta64[D]").astype(float))
    fits = np.isnan(age) | ((age >= 0) & (age <= window[rows["code"].to_numpy()]))
    usable = rows["lacks"].to_numpy() == ""
    newest = _newest(rows[fits & usable].drop(columns=["name", "lacks"]), labs)
    return _adjusted(newest, labs), _unread(rows[fits & ~usable], newest, labs)


def _unread(rows: pd.DataFrame, newest: pd.DataFrame, labs: Labs) -> pd.DataFrame:
    """One row per patient and test that no later result stands in for."""
    latest = pd.Series(newest["date"].to_numpy(), pd.MultiIndex.from_frame(newest[["patient", "code"]]))
    since = latest.reindex(pd.MultiIndex.from_frame(rows[["patient", "code"]])).to_numpy()
    rows = rows[~(since >= rows["date"].to_numpy())].sort_values(["patient", "code", "name", "date"], kind="stable")
    rows = rows.drop_duplicates(["patient", "code", "name"], keep="last")
    names = np.array([*labs.tests, ""], dtype=object)
    return rows.assign(test=names[rows["code"].to_numpy()])[list(UNREAD_LAB_FACTS)].reset_index(drop=True)


def _canonical(table: pd.DataFrame, people: People, labs: Labs) -> pd.DataFrame:
    """Rows of the patients, value and upper limit converted once per distinct test and unit; `lacks` is what keeps the
    value from being used: a unit that is understood, or a name that is known (`name`, `code` -1)."""
    test, unit = categorical(table["test"]), categorical(table["unit"])
    code_of = {name: code for code, name in enumerate(labs.tests)}
    tests = [labs.test_of(str(text)) for text in test.cat.categories]
    code = np.array([*[code_of[name] if name else -1 for name in tests], -1])[test.cat.codes.to_numpy()]
    units = [*unit.cat.categories.astype(str), ""]
    unit_code = unit.cat.codes.to_numpy().astype(np.int64) % len(units)
    distinct, place = np.unique(code * len(units) + unit_code, return_inverse=True)
    conversion = np.array([_conversion(int(key), units, labs) for key in distinct]).reshape(-1, 2)[np.ravel(place)]
    upper = numbers(table["upper_limit"]) if "upper_limit" in table else np.full(len(table), np.nan)
    given = each_text(table["value"], figure, float, np.nan)
    digits = np.array([*(labs.digits(test) for test in labs.tests), np.nan])[code]
    other = (conversion[:, 0] != 1) | (conversion[:, 1] != 0)
    value, upper = (rounded(number * conversion[:, 0] + conversion[:, 1], other, digits) for number in (given, upper))
    rows = pd.DataFrame(
        {
            "patient": people.of(table),
            "code": code,
            "value": value,
            "given_value": np.where(other, given, np.nan),
            "given_unit": np.where(other, np.array(units, dtype=object)[unit_code], ""),
            "written": _figures(table["value"]),
            "date": dates(table["date"]) if "date" in table else np.datetime64("NaT", "D"),
            "upper_limit": upper,
        }
    )
    known = code >= 0
    names = np.array([*test.cat.categories.astype(str), ""], dtype=object)
    rows["name"] = np.where(known, "", names[test.cat.codes.to_numpy()])
    rows["lacks"] = np.select([~known, np.isnan(value)], ["name", "unit"], default="")
    told = (rows["patient"] >= 0).to_numpy() & ~np.isnan(given) & table["test"].notna().to_numpy()
    kept: pd.DataFrame = rows[told]
    return kept


def figure(text: str) -> float:
    """A result as a number; ">60" is just above 60 and "<0.01" just below 0.01: no limit that it certainly passes is
    missed. NaN for words."""
    beyond = _BEYOND.fullmatch(text)
    if beyond is None:
        return number(text)
    sign, equal, rest = beyond.groups()
    value = number(rest)
    bound = {"<": -np.inf, ">": np.inf}.get(sign)
    return value if equal or bound is None else float(np.nextafter(value, bound))


def _figures(column: pd.Series) -> NDArray[np.object_]:
    """The plain numbers of a column as they were written ("3.0", ">60"), "" for anything else."""
    text = categorical(column)
    words = [str(value).strip() for value in text.cat.categories]
    plain = np.array([*(word if _PLAIN.fullmatch(word) else "" for word in words), ""], dtype=object)
    return plain[text.cat.codes.to_numpy()]


def rounded(
    value: NDArray[np.float64], converted: NDArray[np.bool_], digits: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Converted values at the precision that laboratories report in; the others, and tests without one, as they are."""
    scale = 10.0 ** np.nan_to_num(digits)
    return np.where(converted & ~np.isnan(digits), np.round(value * scale) / scale, value)


def _conversion(key: int, units: list[str], labs: Labs) -> tuple[float, float]:
    """(factor, offset) for test × unit; NaN when the unit is not understood.

    The table of units says for which tests a missing unit is no obstacle.
    """
    code, unit = divmod(key, len(units))
    if code < 0:
        return np.nan, np.nan
    test = labs.tests[code]
    return labs.conversion(test, units[unit]) or (np.nan, np.nan)


def _newest(rows: pd.DataFrame, labs: Labs) -> pd.DataFrame:
    """Latest row per patient and test; of several on that day, the one farthest beyond a limit."""
    order = rows.sort_values(["patient", "code", "date", "value"], na_position="first", kind="stable")
    key = order["patient"].to_numpy() * len(labs.tests) + order["code"].to_numpy()
    last = np.append(key[1:] != key[:-1], True) if len(key) else np.zeros(0, dtype=bool)
    date = order["date"].to_numpy()
    same_day = np.zeros(len(order), dtype=bool)
    if len(order) > 1:
        same_day[1:] = (key[1:] == key[:-1]) & ((date[1:] == date[:-1]) | np.isnat(date[1:]))
    chosen, note = np.flatnonzero(last), np.full(len(order), "", dtype=object)
    for place in np.flatnonzero(last & same_day):
        first = place
        while same_day[first]:
            first -= 1
        worst = first + _worst(order.iloc[first : place + 1], labs)
        chosen[np.searchsorted(chosen, place)] = worst
        if order["value"].iloc[first : place + 1].nunique() > 1:
            note[worst] = "several results on that day; the most abnormal is shown"
    notes = note[chosen]
    newest = order.iloc[chosen]
    notes[newest["date"].isna().to_numpy() & (notes == "")] = "date not given"
    return newest.assign(note=notes)


def _worst(same: pd.DataFrame, labs: Labs) -> int:
    """Place of the result of one day that passes the most extreme limit (the highest when none does)."""
    test = labs.tests[int(same["code"].iloc[0])]

    def extremity(value: float) -> tuple[int, float]:
        passed = labs.beyond(test, value)
        return (labs.limits(test).index(passed) + 1 if passed else 0), value

    values = same["value"].to_list()
    return max(range(len(values)), key=lambda place: extremity(values[place]))


def _adjusted(rows: pd.DataFrame, labs: Labs) -> pd.DataFrame:
    """Rows with adjusted tests added (calcium for albumin) where they were not reported as recently themselves."""
    parts = [_labelled(rows, labs)]
    for adjustment in labs.adjustments:
        by_test = {name: parts[0][parts[0]["test"] == name].set_index("patient") for name in _tests_of(adjustment)}
        measured, by, own = (by_test[name] for name in _tests_of(adjustment))
        joined = measured.join(
            by.rename(columns={"value": "value_by", "date": "date_by"})[["value_by", "date_by"]], how="inner"
        )
        joined = joined.join(own[["date"]].rename(columns={"date": "date_own"}))
        joined = joined[joined["date_own"].isna() | (joined["date"] > joined["date_own"])]
        if joined.empty:
            continue
        day = joined["date_by"].dt.strftime("%Y-%m-%d").fillna("no date")
        added = pd.DataFrame(
            {
                "patient": joined.index.to_numpy(),
                "test": adjustment.test,
                "value": joined["value"] + adjustment.slope * (adjustment.reference - joined["value_by"]),
                "unit": labs.canonical_unit(adjustment.test),
                "given_value": joined["given_value"] + _given_shift(joined, adjustment, labs),
                "given_unit": joined["given_unit"],
                "written": "",
                "date": joined["date"],
                "upper_limit": np.nan,
                "note": f"from {labs.label(adjustment.measured).lower()} and {adjustment.by} of " + day,
            }
        )
        replaced = (parts[0]["test"] == adjustment.test) & parts[0]["patient"].isin(added["patient"])
        parts[0] = pd.concat([parts[0][~replaced], added], ignore_index=True)
    result = parts[0].sort_values(["patient", "test"], kind="stable").reset_index(drop=True)
    return result[list(LAB_FACTS)]


def _given_shift(joined: pd.DataFrame, adjustment: Adjustment, labs: Labs) -> pd.Series:
    """What the adjustment adds in the unit that the laboratory reported the measured test in."""
    units = set(joined["given_unit"])
    factors = {unit: (labs.conversion(adjustment.measured, unit) or (1.0, 0.0))[0] for unit in units}
    factor = joined["given_unit"].map(factors).astype(float)
    shift = adjustment.slope * (adjustment.reference - joined["value_by"]) / factor
    return shift.round(RATHER_FINE)


def _tests_of(adjustment: Adjustment) -> tuple[str, str, str]:
    return adjustment.measured, adjustment.by, adjustment.test


def _labelled(rows: pd.DataFrame, labs: Labs) -> pd.DataFrame:
    names = np.array(labs.tests, dtype=object)[rows["code"].to_numpy()]
    units = np.array([labs.canonical_unit(test) for test in labs.tests], dtype=object)[rows["code"].to_numpy()]
    frame = rows.assign(test=names, unit=units)
    frame["date"] = frame["date"].astype("datetime64[s]")
    return frame[list(LAB_FACTS)].reset_index(drop=True)


def filtration(
    given: NDArray[np.float64], age: NDArray[np.float64], sex: NDArray[np.object_], labs: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """eGFR per patient and where it is from: given, reported by the laboratory, or CKD-EPI 2021 from creatinine."""
    value, note = given.copy(), np.where(np.isnan(given), "", "given").astype(object)
    for test, source in (("egfr", "laboratory"), ("creatinine", "CKD-EPI 2021 from creatinine")):
        rows = labs[labs["test"] == test]
        patient = rows["patient"].to_numpy(dtype=np.int64)
        result = rows["value"].to_numpy(dtype=float)
        if test == "creatinine":
            result = ckd_epi_2021(result, age[patient], sex[patient])
        new = np.isnan(value[patient]) & ~np.isnan(result)
        day = rows["date"].dt.strftime("%Y-%m-%d").fillna("no date").to_numpy(dtype=object)
        value[patient[new]] = result[new]
        note[patient[new]] = source + ", " + day[new]
    return value, note


def ckd_epi_2021(
    creatinine: NDArray[np.float64], age: NDArray[np.float64], sex: NDArray[np.object_]
) -> NDArray[np.float64]:
    """eGFR (mL/min/1.73 m2) of adults from creatinine in umol/L; NaN when age or sex is unknown or age is below 18.

    Inker LA et al., N Engl J Med 2021;385:1737-49, doi 10.1056/NEJMoa2102953: creatinine equation without race.
    """
    female = sex == "F"
    scaled = creatinine / 88.42 / np.where(female, 0.7, 0.9)
    alpha = np.where(female, -0.241, -0.302)
    value = 142 * np.minimum(scaled, 1) ** alpha * np.maximum(scaled, 1) ** -1.200 * 0.9938**age
    usable = (sex != "") & (age >= 18)
    return np.where(usable, value * np.where(female, 1.012, 1.0), np.nan)
