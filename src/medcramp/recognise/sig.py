"""From directions to dose units per day: usual and highest, or no figure when there is none to be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan, nan

from medcramp.recognise.direction_words import Lexicon
from medcramp.recognise.directions import OTHER_DAYS, PER_DAY, WEEK, Item, read

PIECE = "piece"
MASS = {"mg": 1.0, "mcg": 0.001, "g": 1000.0}


@dataclass(frozen=True, slots=True)
class Sig:
    """Dose units per day. `usual` and `highest` are NaN when unknown and average over days without a dose; `on_day` is
    the highest on a day of use. `unit` is what is counted: "piece" (tablet, capsule), "mg", "ml", "puff", …, ""
    nothing counted. `limit` is a stated daily maximum in `limit_unit`. `once` is the highest amount at one time."""

    usual: float = nan
    highest: float = nan
    on_day: float = nan
    unit: str = ""
    prn: bool = False
    limit: float = nan
    limit_unit: str = ""
    note: str = ""
    once: float = nan


@dataclass(slots=True)
class _Statement:
    """A dose and when it is taken."""

    low: float
    high: float
    unit: str
    freqs: list[Item] = field(default_factory=list)
    moments: list[str] = field(default_factory=list)
    meals: bool = False
    weekdays: set[str] = field(default_factory=set)
    durations: int = 0
    upto: bool = False
    joined: bool = False

    @property
    def timed(self) -> bool:
        return bool(self.freqs or self.moments or self.meals or self.weekdays)


def parse(sig: str, lexicon: Lexicon) -> Sig:
    """Understand one text of directions."""
    items = read(sig, lexicon)
    kinds = {item.kind for item in items}
    prn = "prn" in kinds
    limit, limit_unit = next(((item.high, item.word) for item in items if item.kind == "limit"), (nan, ""))
    statements = _statements(items)
    unit = next((statement.unit for statement in statements), "")
    known = Sig(unit=unit, prn=prn, limit=limit, limit_unit=limit_unit, once=_once(items, statements))
    if _changes(items, statements):
        return _with(known, note="dose changes over time: no figure")
    timed = [statement for statement in statements if statement.timed]
    if "repeat" in kinds and (timed or len(statements) > 1):
        return _with(known, note="to be repeated: no figure", highest=_limited(nan, known))
    if "extra" in kinds and timed:
        return _with(known, note="further doses allowed: no figure", highest=_limited(nan, known))
    if not timed or len({statement.unit for statement in timed}) > 1:
        note = "as directed: no figure" if "directed" in kinds else "no daily amount stated"
        return _with(known, note=note, highest=_limited(nan, known))
    totals = _add_up(timed)
    if totals is None:
        return _with(known, note="several amounts stated: no figure")
    low, high = totals
    usual = nan if prn or any(statement.upto for statement in timed) else low
    on_day = _limited(max(high, *(_on_day(statement) for statement in timed)), known)
    return _with(known, usual=usual, highest=_limited(high, known), on_day=on_day, unit=timed[0].unit)


def _with(
    sig: Sig,
    *,
    usual: float = nan,
    highest: float = nan,
    on_day: float = nan,
    note: str = "",
    unit: str | None = None,
) -> Sig:
    counted = sig.unit if unit is None else unit
    on_day = highest if isnan(on_day) else on_day
    return Sig(usual, highest, on_day, counted, sig.prn, sig.limit, sig.limit_unit, note, sig.once)


def _once(items: list[Item], statements: list[_Statement]) -> float:
    """The highest amount taken at one time; NaN when only an amount a day is told ("6 tablets per day")."""
    units = {statement.unit for statement in statements}
    if len(units) != 1 or any(item.kind == "perday" for item in items):
        return nan
    return max(statement.high for statement in statements)


def _limited(highest: float, sig: Sig) -> float:
    """A stated maximum in counted units replaces the product of dose and frequency."""
    same = (sig.limit_unit in ("", PIECE, "pieces") and sig.unit in ("", PIECE)) or sig.limit_unit == sig.unit != ""
    return sig.limit if same and not isnan(sig.limit) else highest


def _statements(items: list[Item]) -> list[_Statement]:
    statements: list[_Statement] = []
    loose: list[Item] = []  # times said before any dose
    joined = upto = told = False  # told: "take" stands between the last dose and here
    for place, item in enumerate(items):
        dose = _dose_at(items, place)
        if dose is not None:
            current = statements[-1] if statements else None
            if current is not None and not current.timed and _restates(current, dose):
                if not told:
                    continue
                statements.pop()  # "for Zestril 20 mg: take 1 tablet": the strength of the product, not the dose
            statements.append(_Statement(dose.low, dose.high, dose.word, upto=upto, joined=joined))
            if item.word == "schedule":
                statements[-1].freqs.append(Item("freq", 1, 1))
            joined = upto = told = False
        elif item.kind == "verb":
            told = bool(statements)
        elif item.kind == "and":
            joined = True
            if statements and statements[-1].moments:
                statements[-1].moments.append("and")
        elif item.kind == "upto":
            upto = True
        elif item.kind == "perday":
            if len(statements) == 1 and not statements[0].timed:
                statements[0].freqs.append(Item("freq", PER_DAY[item.word], PER_DAY[item.word]))
        elif item.kind == "weekday" and item.word == OTHER_DAYS:
            if statements and not statements[-1].weekdays:
                said = set().union(*(statement.weekdays for statement in statements))
                statements[-1].weekdays |= set(WEEK) - said
        elif item.kind in ("freq", "moment", "meals", "weekday", "duration"):
            if statements:
                statements[-1].upto |= upto and item.kind == "freq"
                _time(statements[-1], item)
            else:
                loose.append(item)
            upto, joined = False, joined and item.kind == "duration"
        elif item.kind == "mark" and item.word == "," and statements and statements[-1].moments:
            statements[-1].moments.append("and")
    for item in loose:
        if statements and not statements[0].timed and item.kind != "duration":
            _time(statements[0], item)
    return statements


def _dose_at(items: list[Item], place: int) -> Item | None:
    """The dose that starts here: a number with a unit, a bare number before a time, or "tablet" without a number."""
    item = items[place]
    if item.kind == "dose":
        return Item("dose", item.low, item.high, PIECE if item.word == "pieces" else item.word)
    if item.kind == "number":
        if item.word == "schedule":
            return Item("dose", item.low, item.high, PIECE)
        for following in items[place + 1 : place + 6]:
            if following.kind in ("other", "mark", "for", "upto", "prn", "every", "verb", "directed", "to"):
                continue
            if following.kind == "dose" and following.word in MASS and _unit_after(items, place):
                return Item("dose", item.low, item.high, PIECE)
            timed = following.kind in ("freq", "moment", "meals", "weekday", "upto", "perday")
            return Item("dose", item.low, item.high, PIECE) if timed and item.high <= 20 else None
        return None
    if item.kind == "unit" and item.word == PIECE:
        before = items[place - 1] if place else Item("verb")
        if before.kind in ("verb", "other", "to") and not any(
            other.kind in ("dose", "number") for other in items[:place]
        ):
            return Item("dose", 1.0, 1.0, PIECE)
    return None


def _unit_after(items: list[Item], place: int) -> bool:
    """ "one 150 mg tab": the unit stands behind the strength."""
    return any(item.kind == "unit" and item.word in (PIECE, "pieces") for item in items[place + 1 : place + 4])


def _restates(current: _Statement, dose: Item) -> bool:
    """ "1 tablet (40 mg total)", "3 ml = 150 mg": the same amount said again in another unit."""
    return current.unit != dose.word


def _time(statement: _Statement, item: Item) -> None:
    if item.kind == "freq":
        statement.freqs.append(item)
    elif item.kind == "moment":
        statement.moments.append(item.word)
    elif item.kind == "meals":
        statement.meals |= not statement.moments or statement.moments[-1] == "and"
    elif item.kind == "weekday":
        statement.weekdays |= set(item.word.split(";"))
    else:
        statement.durations += 1


def _changes(items: list[Item], statements: list[_Statement]) -> bool:
    """Tapers and schedules in steps have no single daily amount."""
    for place, item in enumerate(items):
        if item.kind == "changing":
            return True
        later = any(other.kind in ("dose", "number", "freq") for other in items[place + 1 :])
        if item.kind == "shift" and later:
            return True
        following = {other.kind for other in items[place + 1 :]}
        for_a_time = any(other.kind == "duration" for other in items[:place])
        if item.kind == "then" and ("dose" in following or (for_a_time and following & {"freq", "moment"})):
            return True
    return sum(statement.durations > 0 for statement in statements) > 1


def _add_up(statements: list[_Statement]) -> tuple[float, float] | None:
    """Amounts a day of all statements together; None when they say different things without adding up."""
    totals = [_daily(statement) for statement in statements]
    rated = [index for index, statement in enumerate(statements) if statement.freqs]
    if len(statements) == 1 or not rated:
        return sum(low for low, _ in totals), sum(high for _, high in totals)
    if all(statement.joined for statement in statements[1:]):
        return sum(low for low, _ in totals), sum(high for _, high in totals)
    days = [day for statement in statements for day in statement.weekdays]
    if all(statement.weekdays for statement in statements) and len(set(days)) == len(days):
        return sum(low for low, _ in totals), sum(high for _, high in totals)
    rest = [total for index, total in enumerate(totals) if index != rated[0]]
    if len(rated) == 1 and sum(high for _, high in rest) == totals[rated[0]][1]:
        return totals[rated[0]]
    return totals[0] if len(set(totals)) == 1 else None


def _daily(statement: _Statement) -> tuple[float, float]:
    low_rate, high_rate = _rate(statement)
    return statement.low * low_rate, statement.high * high_rate


def _on_day(statement: _Statement) -> float:
    """The highest amount of a day of use: "every other day" and days of the week leave days without a dose."""
    often = [item.high for item in statement.freqs if item.high >= 1]
    times = max(often) if often else max(_times_of_day(statement), 1)
    return statement.high * times


def _rate(statement: _Statement) -> tuple[float, float]:
    """Times a day: a stated frequency, else the moments of the day, else the days of the week."""
    days = len(statement.weekdays) / 7 if statement.weekdays else 1.0
    if statement.freqs:
        seldom = [item for item in statement.freqs if item.high < 1]
        rates = seldom if seldom and all(item.high <= 1 for item in statement.freqs) else statement.freqs
        low = min(item.low for item in rates) if len(rates) == 1 else max(item.low for item in rates)
        high = max(item.high for item in rates)
        return (low, high) if seldom else (low * days, high * days)
    times = _times_of_day(statement)
    return (times * days, times * days) if times else (days, days)


def _times_of_day(statement: _Statement) -> int:
    """Different moments named; "in the evening at bedtime" is one, "in the evening and at bedtime" two. Meals are three
    unless moments say which ("with meals in the morning and evening")."""
    seen: list[str] = []
    separate = True
    for word in statement.moments:
        if word == "and":
            separate = True
            continue
        late = {"evening", "bedtime"}
        same_late = not separate and word in late and seen and seen[-1] in late
        if word not in seen and not same_late:
            seen.append(word)
        separate = False
    if statement.meals and set(seen) <= {"bedtime"}:
        return 3 + len([word for word in seen if word == "bedtime"])
    return len(seen)
