"""Dose, unit, frequency and "as needed" from columns of their own → one text such as "40 mg BID PRN"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medcramp.read import values
from medcramp.read.companions import NO, YES
from medcramp.read.fields import Reader, clean_column
from medcramp.read.tables import Column, combine, empty

NEAR = 2
"""How many columns to the right of a dose its unit may stand."""
PERIODS = {"d": "day", "t": "day", "j": "day", "w": "week", "s": "week", "m": "month"}
"""First letter of a unit of time (day, Tag, jour; week, semaine; month) → the word for directions."""
FIGURE = re.compile(r"\d+(?:[.,]\d+)?(?:\s*-\s*\d+(?:[.,]\d+)?)?")


def dosing(reader: Reader) -> Column:
    """Per row what the columns of dose and frequency say together; unknown where there are none.

    Directions of their own (`sig`) are another field: nothing here replaces them.
    """
    parts = [_dose(reader), _frequency(reader), _as_needed(reader)]
    if not any(part.known.any() for part in parts[:2]):
        return empty(len(reader.table))
    return combine(parts, lambda texts: " ".join(t for t in texts if t) if texts[0] or texts[1] else None)


def _dose(reader: Reader) -> Column:
    """The first dose that is known, with its unit: some extracts give a dose by strength and one by volume."""
    result = empty(len(reader.table))
    for place in reader.meaning.fields.get("dose", ()):
        amount = clean_column(reader.table.column(place), reader.columns, "dose")
        unit = _unit(reader, place)
        if unit is not None:
            amount = combine([amount, unit], lambda two: " ".join(t for t in two if t) if two[0] else None)
        result = result.fill(amount.map(_without_nought))
    return result


def _without_nought(text: str) -> str | None:
    """No dose is 0; "1,000" and "1-2" stay as they are."""
    return None if values.number(text, False) == "0" else text


def _unit(reader: Reader, place: int) -> Column | None:
    near = [unit for unit in reader.meaning.fields.get("dose_unit", ()) if 0 < unit - place <= NEAR]
    return clean_column(reader.table.column(near[0]), reader.columns, "dose_unit") if near else None


def _frequency(reader: Reader) -> Column:
    """In words as written; a bare figure counts only under a title that says per which time."""
    said = reader.text("frequency")
    period = reader.text("frequency_unit")
    joined = combine([said, period], _often) if said.known.any() else said
    daily = reader.value("doses_per_day", lambda text: _times(values.number(text, False), "day"))
    return joined.fill(daily)


def _often(two: Sequence[str | None]) -> str | None:
    said, period = two
    if not said or not FIGURE.fullmatch(said):
        return said
    return _times(values.number(said, False), PERIODS.get((period or " ")[0].lower(), ""))


def _times(figure: str | None, period: str) -> str | None:
    if not figure or not period or figure == "0":
        return None
    return f"{figure} times a {period}"


def _as_needed(reader: Reader) -> Column:
    def understand(text: str) -> str | None:
        folded = text.lower()
        if folded in NO:
            return None
        return "PRN" if folded in YES or folded == "prn" else text if "prn" in folded else f"PRN {text}"

    return reader.value("prn", understand)
