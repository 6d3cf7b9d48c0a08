"""Laboratory tests: how they are spelled, in which units they come, and at which value they mean something."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from medcramp.errors import KnowledgeError
from medcramp.knowledge.files import Fact, Many, OptionalNumber, numbered_rows

ANALYTES_FILE = "lab_analytes.csv"
TESTS_FILE = "lab_tests.csv"
UNITS_FILE = "lab_units.csv"
LIMITS_FILE = "lab_limits.csv"
ACTIONS_FILE = "lab_actions.csv"
ADJUSTMENTS_FILE = "lab_adjustments.csv"

TIMES_UPPER_LIMIT = "times_upper_limit"
"""Unit of a limit that is a multiple of the laboratory's own upper limit."""

# Words of a test's name that say where or how it was measured, not what. "Urine" is no such word.
_SPECIMEN_WORDS = frozenset(
    ["serum", "plasma", "blood", "venous", "fasting", "level", "s", "p", "in", "or", "mass", "moles", "volume"]
)
_LOINC = re.compile(r"\d{1,5}-\d")

Direction = Literal["low", "high"]
Urgency = Literal["emergency", "same_day", "routine", "information"]
Comparison = Literal["below", "at_most", "above", "at_least"]


class Analyte(Fact):
    """A test: its canonical unit, how many days a result counts, and the electrolyte it measures ("" = none).

    `digits`: decimals that laboratories report in the canonical unit; a converted result is rounded to them, so that
    the limit of one unit is the limit of the other (magnesium 1.7 mg/dL is 0.70 mmol/L). `serves`: the test that it
    helps to work out ("" = none); such a result needs no limit of its own.
    """

    test: str
    label: str
    unit: str
    digits: OptionalNumber
    window_days: int
    electrolyte: str
    serves: str


class Spelling(Fact):
    """One spelling or one LOINC code of a test."""

    test: str
    name: str
    loinc: str


class Unit(Fact):
    """canonical value = value × factor + offset."""

    test: str
    unit: str
    canonical_unit: str
    factor: float
    offset: float


class Limit(Fact):
    """A value that means something; `unit` is the canonical unit, TIMES_UPPER_LIMIT, or another unit of the test: then
    it takes the place of the limit of the same label for results that the laboratory reported in that unit.
    `jurisdiction`: where it applies, blank = everywhere."""

    test: str
    direction: Direction
    comparison: Comparison
    threshold: float
    unit: str
    label: str
    urgency: Urgency
    severity: Literal["contraindicated", "major", "moderate", "minor", "info"]
    jurisdiction: Many
    source: Many
    verified: bool

    def holds(self, value: float) -> bool:
        """True when the value (canonical unit, or multiple of the upper limit) is beyond this limit."""
        match self.comparison:
            case "below":
                return value < self.threshold
            case "at_most":
                return value <= self.threshold
            case "above":
                return value > self.threshold
            case "at_least":
                return value >= self.threshold


class Action(Fact):
    """What to do at a limit (test, direction, label), or at every limit of an urgency when these are blank."""

    urgency: Urgency
    test: str
    direction: Direction | Literal[""]
    label: str
    action: str


class Adjustment(Fact):
    """test = measured + slope × (reference − by), all in canonical units (calcium by albumin)."""

    test: str
    measured: str
    by: str
    slope: float
    reference: float
    source: Many
    verified: bool


@dataclass(frozen=True)
class _Tables:
    analytes: Mapping[str, Analyte]
    names: Mapping[str, str]
    units: Mapping[tuple[str, str], Unit]
    limits: Mapping[str, tuple[Limit, ...]]
    adjustments: Sequence[Adjustment]
    actions: Mapping[tuple[str, str, str, str], str]


class Labs:
    """All laboratory knowledge, immutable."""

    def __init__(self, tables: _Tables) -> None:
        self._tables = tables
        self.tests = tuple(tables.analytes)
        self.adjustments = tuple(tables.adjustments)
        self.test_of = lru_cache(maxsize=None)(self._test_of)

    def __contains__(self, test: object) -> bool:
        return test in self._tables.analytes

    def __getitem__(self, test: str) -> Analyte:
        return self._tables.analytes[test]

    def _test_of(self, text: str) -> str | None:
        """Test a name or LOINC code stands for, None when it is none that matters here."""
        return self._tables.names.get(normalise_name(text))

    def label(self, test: str) -> str:
        """The test in words."""
        return self._tables.analytes[test].label

    def name(self, test: str) -> str:
        """The test inside a sentence: "potassium", but "TSH" and "eGFR"."""
        label = self.label(test)
        first = label.partition(" ")[0]
        return label[:1].lower() + label[1:] if first[1:].strip(",").islower() else label

    def action(self, limit: Limit | None) -> str:
        """What to do when a result is beyond the limit (None: beyond the laboratory's own, whatever that means)."""
        if limit is None:
            return self._tables.actions["routine", "", "", ""]
        usual = self._tables.actions[limit.urgency, "", "", ""]
        return self._tables.actions.get((limit.urgency, limit.test, limit.direction, limit.label), usual)

    def canonical_unit(self, test: str) -> str:
        """The unit all values of the test are compared in."""
        return self._tables.analytes[test].unit

    def digits(self, test: str) -> float:
        """Decimals that a converted result is rounded to, NaN for none."""
        digits = self._tables.analytes[test].digits
        return math.nan if digits is None else digits

    def window_days(self, test: str) -> int:
        """How many days before the index date a result counts."""
        return self._tables.analytes[test].window_days

    def conversion(self, test: str, unit: str) -> tuple[float, float] | None:
        """(factor, offset) into the canonical unit, None when the unit is unknown for this test."""
        row = self._tables.units.get((test, normalise_unit(unit)))
        return (row.factor, row.offset) if row else None

    def convert(self, test: str, value: float, unit: str) -> float:
        """Value in the canonical unit, NaN when the unit is missing or unknown for this test."""
        conversion = self.conversion(test, unit)
        return value * conversion[0] + conversion[1] if conversion else math.nan

    def limits(self, test: str, unit: str = "", place: str = "") -> tuple[Limit, ...]:
        """Limits of a test for results reported in the unit ("" = canonical) in a jurisdiction ("" = any), from the
        mildest to the most extreme, low ones first."""
        everywhere = self._tables.limits.get(test, ())
        limits = [limit for limit in everywhere if not (place and limit.jurisdiction) or place in limit.jurisdiction]
        own = {(limit.direction, limit.label): limit for limit in limits if unit and normalise_unit(limit.unit) == unit}
        usual = [limit for limit in limits if limit.unit in (self.canonical_unit(test), TIMES_UPPER_LIMIT)]
        return tuple(own.get((limit.direction, limit.label), limit) for limit in usual)

    def units_with_limits(self, test: str) -> tuple[str, ...]:
        """Units (normalised) other than the canonical one that have limits of their own."""
        usual = (self.canonical_unit(test), TIMES_UPPER_LIMIT)
        others = (limit.unit for limit in self._tables.limits.get(test, ()) if limit.unit not in usual)
        return tuple(dict.fromkeys(normalise_unit(unit) for unit in others))

    def beyond(self, test: str, value: float) -> Limit | None:
        """The most extreme limit the value is beyond, None when it is beyond none or unknown."""
        passed = [limit for limit in self.limits(test) if limit.holds(value)]
        return passed[-1] if passed else None


def normalise_name(text: str) -> str:
    """A test's name without punctuation and specimen words, or its LOINC code as it is."""
    text = text.strip().lower()
    if _LOINC.fullmatch(text):
        return text
    words = re.sub(r"[^a-z0-9+]+", " ", text).split()
    meaning = [word for word in words if word not in _SPECIMEN_WORDS]
    return " ".join(meaning or words)


def normalise_unit(text: str) -> str:
    """A unit in lower case without blanks, with one spelling of micro and of the body surface."""
    return re.sub(r"\s+", "", text.strip().lower().replace("µ", "u").replace("μ", "u").replace("²", "2"))


def load(folder: Path) -> Labs:
    """Laboratory tables of the knowledge folder. Raises KnowledgeError naming file and row."""
    analytes: dict[str, Analyte] = {}
    for line, analyte in numbered_rows(folder / ANALYTES_FILE, Analyte):
        _new(analyte.test, analytes, folder / ANALYTES_FILE, line)
        analytes[analyte.test] = analyte
    units = _units(folder / UNITS_FILE, analytes)
    limits = _limits(folder / LIMITS_FILE, analytes, units)
    return Labs(
        _Tables(
            analytes=analytes,
            names=_names(folder / TESTS_FILE, analytes),
            units=units,
            limits=limits,
            actions=_actions(folder / ACTIONS_FILE, limits),
            adjustments=_adjustments(folder / ADJUSTMENTS_FILE, analytes),
        )
    )


def _names(path: Path, analytes: Mapping[str, Analyte]) -> dict[str, str]:
    names: dict[str, str] = {}
    for line, row in numbered_rows(path, Spelling):
        _known(row.test, analytes, path, line)
        for name in filter(None, (normalise_name(row.name), row.loinc)):
            _new(name, names, path, line)
            names[name] = row.test
    return names


def _units(path: Path, analytes: Mapping[str, Analyte]) -> dict[tuple[str, str], Unit]:
    units: dict[tuple[str, str], Unit] = {}
    for line, row in numbered_rows(path, Unit):
        _known(row.test, analytes, path, line)
        key = (row.test, normalise_unit(row.unit))
        _new(key, units, path, line)
        if row.canonical_unit != analytes[row.test].unit:
            raise _error(f"{row.test} is kept in {analytes[row.test].unit}, not {row.canonical_unit}", path, line)
        units[key] = row
    return units


def _limits(
    path: Path, analytes: Mapping[str, Analyte], units: Container[tuple[str, str]]
) -> dict[str, tuple[Limit, ...]]:
    limits: dict[str, list[Limit]] = {}
    for line, row in numbered_rows(path, Limit):
        _known(row.test, analytes, path, line)
        if row.unit != TIMES_UPPER_LIMIT and (row.test, normalise_unit(row.unit)) not in units:
            raise _error(f"{row.unit} is no unit of {row.test}", path, line)
        if (row.direction == "low") != (row.comparison in ("below", "at_most")):
            raise _error(f"a {row.direction} limit cannot be {row.comparison} a threshold", path, line)
        limits.setdefault(row.test, []).append(row)
    for test, rows in limits.items():
        _check_replacements(test, rows, analytes[test].unit, path)
    return {test: tuple(sorted(rows, key=_from_mild)) for test, rows in limits.items()}


def _check_replacements(test: str, rows: Sequence[Limit], canonical: str, path: Path) -> None:
    """A limit in another unit stands for one in the canonical unit."""
    usual = {(row.direction, row.label) for row in rows if row.unit == canonical}
    for row in rows:
        if row.unit not in (canonical, TIMES_UPPER_LIMIT) and (row.direction, row.label) not in usual:
            raise KnowledgeError(
                f"{test} {row.label} in {row.unit} takes the place of no limit",
                remedy="give the limit in the canonical unit too",
                file=path,
            )


def _actions(path: Path, limits: Mapping[str, Sequence[Limit]]) -> dict[tuple[str, str, str, str], str]:
    """What to do, by urgency and limit. Every urgency has an action; every other action belongs to a limit."""
    known: set[tuple[str, str, str, str]] = {
        (row.urgency, row.test, row.direction, row.label) for rows in limits.values() for row in rows
    }
    known |= {(urgency, "", "", "") for urgency in get_args(Urgency)}
    actions: dict[tuple[str, str, str, str], str] = {}
    for line, row in numbered_rows(path, Action):
        key = (row.urgency, row.test, row.direction, row.label)
        if key not in known or key in actions:
            raise _error("an action stands for one limit, or for one urgency, once", path, line)
        actions[key] = row.action
    for urgency in get_args(Urgency):
        if (urgency, "", "", "") not in actions:
            raise KnowledgeError(f"no action for {urgency}", file=path, remedy="add a row with a blank test")
    return actions


def _from_mild(limit: Limit) -> tuple[bool, float]:
    return limit.direction == "high", limit.threshold if limit.direction == "high" else -limit.threshold


def _adjustments(path: Path, analytes: Mapping[str, Analyte]) -> list[Adjustment]:
    adjustments = []
    for line, row in numbered_rows(path, Adjustment):
        for test in (row.test, row.measured, row.by):
            _known(test, analytes, path, line)
        adjustments.append(row)
    return adjustments


def _known(test: str, analytes: Mapping[str, Analyte], path: Path, line: int) -> None:
    if test not in analytes:
        raise _error(f"unknown test {test}", path, line)


def _new(key: object, taken: Container[object], path: Path, line: int) -> None:
    if key in taken:
        raise _error(f"{key} stands twice", path, line)


def _error(problem: str, path: Path, line: int) -> KnowledgeError:
    return KnowledgeError(problem, remedy="mend this fact and run again", file=path, place=f"row {line}")
