"""Dates as exports write them. The order of day and month is decided per column from values that allow only one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from medcramp.knowledge import columns as column_knowledge

MONTH_FIRST, DAY_FIRST = "month first", "day first"
NO_MATTER = "no date depends on it"
SERIAL_RANGE = (14_000, 80_000)  # 1938 to 2119, in date columns only
YEARS = (1850, 2300)  # outside lie the "no date" of databases; research data is shifted into the 22nd century
SERIAL_ORIGIN = date(1899, 12, 30)
DAYS_TO_1904 = 1462
TIME = r"(?:[T ,@]+\d{1,2}[:.]\d{2}.*)?"
ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){TIME}$")
YEAR_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}$")
COMPACT = re.compile(r"((?:18|19|20|21|22)\d\d)(\d\d)(\d\d)(?:\d{4}(?:\d\d)?)?(?:\.0+)?$")
NUMERIC = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){TIME}$")
DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th|\.|er)?[-/ ]*([^\W\d_]{{3,9}})\.?[-/ ,]*(\d{{4}}|\d{{2}}){TIME}$")
MONTH_DAY = re.compile(rf"([^\W\d_]{{3,9}})\.?[-/ ]*(\d{{1,2}})(?:st|nd|rd|th)?[ ,/-]+(\d{{4}}|\d{{2}}){TIME}$")
SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?$")
WEEKDAY = re.compile(r"^[^\W\d_]{2,9}\.?,? +(?=\d|[^\W\d_]{3,9}\.? +\d)")


@dataclass(frozen=True)
class Reading:
    """How the dates of a column are read. `order` and `why` speak to the user; `decided` False = assumed."""

    order: str = MONTH_FIRST
    why: str = ""
    decided: bool = True
    reference_year: int = 0
    """Years of two digits: the latest that is not after it (birth dates), else within 20 years after it."""
    birth: bool = False
    since_1904: bool = False
    """Serial numbers count from 1904 (workbooks of old Macintosh computers), not from 1900."""


@dataclass(frozen=True)
class Evidence:
    """What the distinct texts of a column say about its order."""

    month_first: int = 0
    day_first: int = 0
    ambiguous: int = 0
    dotted: int = 0
    latest_year: int = 0
    span_month_first: int = 0
    span_day_first: int = 0

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.month_first + other.month_first,
            self.day_first + other.day_first,
            self.ambiguous + other.ambiguous,
            self.dotted + other.dotted,
            max(self.latest_year, other.latest_year),
            max(self.span_month_first, other.span_month_first),
            max(self.span_day_first, other.span_day_first),
        )


def evidence(texts: Iterable[str]) -> Evidence:
    """Count the dates that can only be month first, only day first, or either."""
    month_first = day_first = ambiguous = dotted = latest = 0
    seen: dict[str, list[int]] = {MONTH_FIRST: [], DAY_FIRST: []}
    for text in texts:
        if len(text) == 10 and YEAR_FIRST.match(text):
            latest = max(latest, int(text[:4]))
        elif numeric := NUMERIC.match(text):
            first, mark, second, year = int(numeric[1]), numeric[2], int(numeric[3]), numeric[4]
            dotted += mark == "."
            if first > 12 >= second:
                day_first += 1
            elif second > 12 >= first:
                month_first += 1
            elif first != second:
                ambiguous += 1
            if len(year) == 4:
                latest = max(latest, int(year))
            for order, month, day in ((MONTH_FIRST, first, second), (DAY_FIRST, second, first)):
                when = _date(_full_year(year, 2000), month, day)
                if when:
                    seen[order].append(when.toordinal())
        elif certain := parse(text, Reading()):
            latest = max(latest, int(certain[:4]))
    spans = {order: max(days) - min(days) if days else 0 for order, days in seen.items()}
    return Evidence(month_first, day_first, ambiguous, dotted, latest, spans[MONTH_FIRST], spans[DAY_FIRST])


def decide(
    own: Evidence,
    table: Evidence,
    habit: str = "",
    reference_year: int = 0,
    birth: bool = False,
    file: Evidence | None = None,
) -> Reading:
    """The order of a column: its own values, other date columns of the table, of the file, then habit, then spread.

    `habit` is what the export itself suggests ("month first" beside a US drug code, "day first" beside a UK or
    Canadian one). What nothing decides is read month first and `decided` is False: the caller must say so.
    """
    year = reference_year or (0 if birth else own.latest_year)  # years of birth say nothing of the years of supply

    def reading(order: str, why: str, decided: bool = True) -> Reading:
        return Reading(order, why, decided, year, birth)

    sources = (
        (own, "it has"),
        (table, "other date columns have"),
        (file or Evidence(), "other tables of this file have"),
    )
    for found, whose in sources:
        if found.month_first != found.day_first:
            order = MONTH_FIRST if found.month_first > found.day_first else DAY_FIRST
            return reading(order, f"{whose} dates that allow nothing else")
    if not own.ambiguous:
        return reading(MONTH_FIRST, NO_MATTER)
    if own.dotted:
        return reading(DAY_FIRST, "written with dots")
    if habit:
        return reading(habit, "usual beside the codes of this export")
    if own.ambiguous >= 5 and min(own.span_day_first, own.span_month_first) * 4 < max(
        own.span_day_first, own.span_month_first
    ):
        order = DAY_FIRST if own.span_day_first < own.span_month_first else MONTH_FIRST
        return reading(order, "the other order would scatter the dates over the year")
    return reading(MONTH_FIRST, "nothing in the file decides it", decided=False)


def parse(text: str, reading: Reading) -> str | None:
    """ISO date of a text, or None. A value that allows only the other order is read that way."""
    if len(text) == 10 and text[4] == text[7] == "-" and YEAR_FIRST.match(text):
        return _iso(int(text[:4]), int(text[5:7]), int(text[8:]))
    text = text.strip()
    if found := ISO.match(text):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := NUMERIC.match(text):
        first, second, year = int(found[1]), int(found[3]), found[4]
        month, day = (first, second) if reading.order == MONTH_FIRST else (second, first)
        if month > 12 >= day:
            month, day = day, month
        return _century(year, month, day, reading)
    if found := COMPACT.match(text):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := SERIAL.match(text):
        days = int(found[1])
        days += DAYS_TO_1904 if reading.since_1904 else 0
        return (SERIAL_ORIGIN + timedelta(days)).isoformat() if SERIAL_RANGE[0] <= days <= SERIAL_RANGE[1] else None
    months = column_knowledge.load().months
    for candidate in (text, WEEKDAY.sub("", text)):
        if found := DAY_MONTH.match(candidate):
            month_word, day_text = found[2], found[1]
        elif found := MONTH_DAY.match(candidate):
            month_word, day_text = found[1], found[2]
        else:
            continue
        if month_number := months.get(month_word.lower()):
            return _century(found[3], month_number, int(day_text), reading)
    return None


def share(texts: Sequence[str]) -> float:
    """Part of the texts that are dates without doubt (a bare serial number is not)."""
    if not texts:
        return 0.0
    reading = Reading()
    return sum(1 for text in texts if not SERIAL.match(text.strip()) and parse(text, reading)) / len(texts)


def before(month: int, day: int, printed: str) -> str | None:
    """The last such day at or before the printed date (ISO): dates of reports that leave the year out."""
    when = date.fromisoformat(printed)
    for year in (when.year, when.year - 1):
        candidate = _date(year, month, day)
        if candidate and candidate <= when:
            return candidate.isoformat()
    return None


def _century(year: str, month: int, day: int, reading: Reading) -> str | None:
    if len(year) == 4:
        return _iso(int(year), month, day)
    reference = reading.reference_year or date.today().year
    if reading.birth:
        return _iso(_full_year(year, reference - 99), month, day)
    return _iso(_full_year(year, reference - 79), month, day)


def _full_year(year: str, earliest: int) -> int:
    """The year ending in these two digits within a century from `earliest`."""
    return int(year) if len(year) == 4 else earliest + (int(year) - earliest) % 100


def _iso(year: int, month: int, day: int) -> str | None:
    when = _date(year, month, day) if YEARS[0] <= year <= YEARS[1] else None
    return when.isoformat() if when else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
