"""Strengths as printed: one per component, in order, with their units; milligrams only where the unit says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan

from medcramp.knowledge import wording
from medcramp.knowledge.vocabulary import Unit
from medcramp.recognise.lines import BREAK

_PER = ("volume", "dose", "time", "piece")
ACTIVITY = "unit"
SPOONS_ML = (5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount with its unit, per something if it is a concentration (`per` = 5, `per_unit` = ml)."""

    value: float
    unit: str
    kind: str
    factor: float
    per: float = nan
    per_unit: str = ""
    per_kind: str = ""

    @property
    def milligrams(self) -> float:
        """mg per tablet, or per single ml or dose of a concentration; NaN when the unit is no mass."""
        if self.kind == "percent":
            return self.value * self.factor
        if self.kind != "mass":
            return nan
        return self.value * self.factor / (1 if isnan(self.per) else self.per)

    def __str__(self) -> str:
        text = f"{_plain(self.value)} {self.unit}" if self.unit != "%" else f"{_plain(self.value)}%"
        if not self.per_unit:
            return text.strip()
        per = "" if self.per == 1 else f"{_plain(self.per)} "
        return f"{text}/{per}{self.per_unit}"


@dataclass(frozen=True, eq=False)
class Strength:
    """`amounts` as printed, `bare` numbers without a unit (20-12.5), `text` for the reader. Compared by identity."""

    amounts: tuple[Amount, ...] = ()
    bare: tuple[float, ...] = ()

    @cached_property
    def text(self) -> str:
        """For the reader: "20 mg; 12.5 mg"."""
        if self.amounts:
            return "; ".join(str(amount) for amount in self.amounts)
        return "-".join(_plain(value) for value in self.bare)

    @property
    def by_spoon(self) -> bool:
        """Is it told per spoonful ("15 mg/5 mL")? Liquids to swallow are; drops for the eye go by the mL or %."""
        return bool(self.amounts) and all(each.per_unit == "ml" and each.per in SPOONS_ML for each in self.amounts)

    @property
    def in_percent(self) -> bool:
        """Is it told in per cent alone?"""
        return bool(self.amounts) and all(each.kind == "percent" for each in self.amounts)

    @property
    def numbers(self) -> tuple[float, ...]:
        """Printed numbers, with or without unit."""
        return tuple(amount.value for amount in self.amounts) or self.bare


def parse(pieces: tuple[str, ...], units: Mapping[str, Unit]) -> Strength:
    """Read the strength part of a cut line."""
    amounts: list[Amount] = []
    bare: list[float] = []
    for run in _runs(pieces):
        found, unitless = _run(run, units)
        amounts += found
        bare += unitless
    return Strength(tuple(amounts), () if amounts else tuple(bare[:6]))


def _runs(pieces: tuple[str, ...]) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for piece in pieces:
        if piece == BREAK:
            runs.append([])
        else:
            runs[-1].append(piece)
    return [run for run in runs if run]


def _run(run: list[str], units: Mapping[str, Unit]) -> tuple[list[Amount], list[float]]:
    """Amounts of one unbroken run such as 20 - 12.5 mg, 2.5 mg / 3 ml, 100 unit / ml."""
    numbers: list[tuple[float, str]] = []  # value, and the mark before it
    amounts: list[Amount] = []
    waiting: list[float] = []
    mark = ""
    for piece in run:
        if piece in ("/", "-", "+"):
            mark = piece
        elif wording.is_number(piece):
            numbers.append((wording.number(piece), mark))
            waiting.append(numbers[-1][0])
            mark = ""
        else:
            unit = units.get(piece)
            if unit is None:
                waiting, mark = [], ""
                continue
            _take(unit, waiting, mark, amounts, numbers)
            waiting, mark = [], ""
    return amounts, waiting


def _take(unit: Unit, waiting: list[float], mark: str, amounts: list[Amount], numbers: list[tuple[float, str]]) -> None:
    """A unit after the numbers that wait for one: either the "per" of a concentration or a strength of its own."""
    last = amounts[-1] if amounts else None
    if unit.kind in _PER:
        joined = mark == "/" or (numbers and waiting and numbers[-1][1] == "/")
        if last is not None and not last.per_unit and joined and unit.kind != "piece":
            per = waiting[-1] if waiting else 1.0
            for index in range(len(amounts)):
                if not amounts[index].per_unit:
                    amounts[index] = _per(amounts[index], per, unit)
        return
    for value in waiting:
        amounts.append(Amount(value, unit.symbol, unit.kind, unit.factor))


def _per(amount: Amount, per: float, unit: Unit) -> Amount:
    scale = per * unit.factor if unit.kind == "volume" else per
    return Amount(
        amount.value,
        amount.unit,
        amount.kind,
        amount.factor,
        scale,
        "ml" if unit.kind == "volume" else unit.symbol,
        unit.kind,
    )


def _plain(value: float) -> str:
    return f"{value:.10g}"


def elemental(strength: Strength) -> Strength:
    """Of salt and element, both stated ("1,250 mg (500 mg elemental)"), the element: it weighs less."""
    masses = [amount for amount in strength.amounts if amount.kind == "mass"]
    return Strength((min(masses, key=lambda amount: amount.milligrams),)) if len(masses) > 1 else strength


def per_component(
    strength: Strength, components: int, solid: bool, mg_per_unit: Sequence[float] = ()
) -> tuple[tuple[float, ...], str]:
    """Milligrams per unit for each component, as printed, and the unit they count in.

    `mg_per_unit`: milligrams of one unit of activity of each component, NaN where it has none. A strength said twice,
    as a mass and otherwise ("1.25 mg (50,000 unit)", "750 mg (10 mEq)"), is the mass.

    One amount per component or nothing: a strength that cannot be shared out is unknown (NaN), never guessed. The unit
    is "ml" or "dose" for a concentration, "" for a piece (tablet, capsule, patch). A percentage is mg per ml only when
    the form is no solid.
    """
    amounts = [amount for amount in strength.amounts if amount.kind != "percent" or not solid]
    unknown = (nan,) * components
    masses = [amount for amount in amounts if amount.kind == "mass"]
    if components == 1 < len(amounts) and len(masses) == 1:
        amounts = masses
    if len(amounts) != components or not components:
        return unknown, ""
    per_units = {("ml" if amount.kind == "percent" else amount.per_unit) for amount in amounts}
    if len(per_units) > 1 or any(amount.per_kind == "time" for amount in amounts):
        return unknown, ""
    each = (*mg_per_unit, *unknown[len(mg_per_unit) :])
    return tuple(_milligrams(amount, one_unit) for amount, one_unit in zip(amounts, each, strict=True)), per_units.pop()


def _milligrams(amount: Amount, one_unit: float) -> float:
    """Milligrams of an amount, `one_unit` of which in units of activity is so many milligrams (NaN: not known)."""
    if amount.kind != "activity" or amount.unit != ACTIVITY:
        return amount.milligrams
    return amount.value * one_unit / (1 if isnan(amount.per) else amount.per)
