"""Cut directions for use into items: doses, units, frequencies, moments, durations, limits.

`read` turns "T 1-2 TABS PO Q4-6H PRN, MDD 8" into a dose of 1 to 2 pieces, a frequency of 4 to 6, "as needed", and a
limit of 8. What the words mean stands in the table of direction words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from medcramp.knowledge import wording
from medcramp.recognise.direction_words import Lexicon, clock_time, schedule, words_of

HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0, "month": 720.0, "year": 8766.0, "minute": 1 / 60}
PER_DAY = {"day": 1.0, "week": 1 / 7, "month": 1 / 30, "hour": 24.0}
_LIMIT_REACH = 5
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OTHER_DAYS = "others"
"""The weekdays that nothing was said of yet."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of directions. Numbers and frequencies have a range (`low`, `high`); `word` is the unit, moment, ….

    `kind`: number, dose, freq, moment, meals, weekday, limit, duration, prn, directed, changing, shift, then, and,
    upto, perday, extra, repeat, since, stat, event, verb, mark, or other. A number keeps its word when it was written
    out.
    """

    kind: str
    low: float = 0.0
    high: float = 0.0
    word: str = ""


def read(sig: str, lexicon: Lexicon) -> list[Item]:
    """Items of directions, in order; words without meaning for the dose are kept as kind "other"."""
    items = _tag(words_of(sig, lexicon), lexicon)
    items = _numbers(items)
    items = _frequencies(items)
    return _weekdays(_durations(_limits(items)))


def _tag(words: list[str], lexicon: Lexicon) -> list[Item]:
    items: list[Item] = []
    place = 0
    while place < len(words):
        word = words[place]
        length = clock_time(words, place) or schedule(words, place)
        if length:
            total = sum(wording.number(each) for each in words[place : place + length] if wording.is_number(each))
            told = " ".join(words[place : place + length])
            clock = "-" not in told
            items.append(Item("moment", word=told) if clock else Item("number", total, total, "schedule"))
            place += length
            continue
        for phrase, kind, value in lexicon.get(word, ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                if kind != "filler":
                    items.append(_tagged(kind, value, word))
                place += len(phrase)
                break
        else:
            if wording.is_number(word):
                amount = wording.number(word)
                items.append(Item("number", amount, amount))
            else:
                items.append(Item("other" if word[0].isalnum() else "mark", word=word))
            place += 1
    return items


def _tagged(kind: str, value: str, word: str) -> Item:
    if kind in ("number", "freq", "meals", "times"):
        amount = float(value) if value else 0.0
        return Item(kind, amount, amount, word if kind == "number" else "")
    return Item(kind, word=value)


def _numbers(items: list[Item]) -> list[Item]:
    """Join fractions (1 1/2), ranges (1-2, one or two), repeated numbers (2 (two)), schedules (1-0-1), clock times."""
    joined: list[Item] = []
    for item in items:
        joined.append(item)
        while _join_tail(joined):
            pass
    return joined


def _join_tail(items: list[Item]) -> bool:
    """Join the last few items if they make one; True when something changed."""
    last = items[-1]
    if last.kind == "mark" and last.word == ")" and len(items) > 3 and items[-3].word == "(":
        inner, before = items[-2], items[-4]
        if inner.kind == "number" == before.kind and inner.high == before.high:
            del items[-3:]
            return True
    if last.kind == "clock":
        return _clock(items)
    if last.kind != "number" or len(items) < 2:
        return False
    before = items[-2]
    if before.kind == "number":
        if before.high == last.high and bool(before.word) != bool(last.word):
            items.pop()
            return True
        if 0 < last.high < 1 and before.high >= 1 and before.high == int(before.high):
            items[-2:] = [Item("number", before.low + last.high, before.high + last.high)]
            return True
    if len(items) < 3 or items[-3].kind != "number":
        return False
    first = items[-3]
    if (
        before.word == "/"
        and before.kind == "mark"
        and first.high < 10
        and 1 < last.high < 10
        and first.high < last.high
    ):
        items[-3:] = [Item("number", first.high / last.high, first.high / last.high)]
        return True
    if before.kind == "and" and 0 < last.high < 1 <= first.high == int(first.high):
        items[-3:] = [Item("number", first.low + last.low, first.high + last.high)]
        return True
    if before.kind in ("to", "or") or (before.kind == "mark" and before.word in ("-", "~")):
        if first.word == "schedule" or (before.word == "-" and (last.low == 0 or first.low == 0)):
            items[-3:] = [Item("number", first.low + last.low, first.high + last.high, "schedule")]
            return True
        if first.high < last.low:
            items[-3:] = [Item("number", first.low, last.high)]
            return True
    return False


def _clock(items: list[Item]) -> bool:
    """8 am, 11:00 am: a moment of its own; "1 tablet am" is the morning."""
    last = items[-1]
    hour = items[-2] if len(items) > 1 else Item("other")
    if hour.kind == "number" and len(items) > 3 and items[-3].word == ":" and items[-4].kind == "number":
        items[-4:] = [Item("moment", word=f"{items[-4].high:g}:{hour.high:g} {last.word}")]
    elif hour.kind == "number" and not hour.word and 1 <= hour.high <= 12 and len(items) > 2:
        items[-2:] = [Item("moment", word=f"{hour.high:g} {last.word}")]
    else:
        items[-1] = Item("moment", word=last.word)
    return True


def _frequencies(items: list[Item]) -> list[Item]:
    """Turn "3 times daily", "every 4-6 hours", "5x/day", "2 per week" into frequencies per day."""
    result: list[Item] = []
    place = 0
    while place < len(items):
        length, item = _frequency(items, place)
        result.append(item)
        place += length
    return result


def _frequency(items: list[Item], at: int) -> tuple[int, Item]:
    item = items[at]
    following = [candidate for candidate in items[at + 1 : at + 5] if candidate.word not in ("(", ")", "/")]
    skipped = [
        1 + index for index, candidate in enumerate(items[at + 1 : at + 5]) if candidate.word not in ("(", ")", "/")
    ]
    kinds = [candidate.kind for candidate in following]
    if item.kind == "every":
        if kinds[:2] == ["number", "time"] and following[0].low > 0:
            span = HOURS[following[1].word]
            low, high = 24 / (following[0].high * span), 24 / (following[0].low * span)
            return skipped[1] + 1, Item("freq", low, high)
        if kinds[:3] == ["number", "number", "time"]:  # every 4 four hours, where the numbers differ: leave it
            return 1, item
        if kinds[:1] == ["time"]:
            per_day = 24 / HOURS[following[0].word]
            return skipped[0] + 1, Item("freq", per_day, per_day)
        if kinds[:1] and kinds[0] in ("moment", "weekday"):
            return 1, Item("other")
        if item.word == "hour" and kinds[:1] == ["number"] and following[0].low > 0 and kinds[1:2] != ["unit"]:
            return skipped[0] + 1, Item("freq", 24 / following[0].high, 24 / following[0].low)  # q6-8
    days_a_week = kinds[:2] == ["time", "per"] and (following[0].word, following[1].word) == ("day", "week")
    if item.kind == "number" and days_a_week:
        return skipped[1] + 1, Item("freq", item.low / len(WEEK), item.high / len(WEEK))
    if item.kind == "number" and kinds[:1] == ["hourly"] and item.low > 0:
        return skipped[0] + 1, Item("freq", 24 / item.high, 24 / item.low)
    if item.kind in ("number", "times") and item.high > 0:
        at_once = item.kind == "times" and kinds[:1] == ["per"]
        if kinds[:2] in (
            ["times", "per"],
            ["x", "per"],
            ["times", "freq"],
            ["x", "freq"],
            ["x", "time"],
            ["times", "time"],
        ):
            rate = _rate(following[1])
            if rate:
                return skipped[1] + 1, Item("freq", item.low * rate, item.high * rate)
        if at_once:
            rate = _rate(following[0])
            return skipped[0] + 1, Item("freq", item.low * rate, item.high * rate)
        if item.kind == "number" and kinds[:3] == ["times", "every", "time"]:
            rate = PER_DAY.get(following[2].word, 0.0)
            return skipped[2] + 1, Item("freq", item.low * rate, item.high * rate)
    if item.kind == "per" and item.word in PER_DAY:
        return 1, Item("perday", word=item.word)
    return 1, item


def _rate(item: Item) -> float:
    """Times per day that a "per day", "daily" or "day" stands for; 0 when it is neither."""
    if item.kind == "freq":
        return item.high
    return PER_DAY.get(item.word, 0.0) if item.kind in ("per", "time") else 0.0


def _limits(items: list[Item]) -> list[Item]:
    """Turn "max 8 tablets/day", "mdd: 4", "do not exceed 200 mg in 24 hours" into one limit with its unit."""
    result: list[Item] = []
    place = 0
    while place < len(items):
        item = items[place]
        if item.kind != "max":
            result.append(item)
            place += 1
            continue
        end = place + 1
        while end < len(items) and end - place <= _LIMIT_REACH and items[end].kind in ("mark", "other", "max", "freq"):
            end += 1
        if end < len(items) and items[end].kind == "number":
            amount, end = items[end], end + 1
            if end < len(items) and items[end].kind == "time":  # "no more than two weeks" limits the time, not the dose
                place = end + 1
                continue
            unit = ""
            if end < len(items) and items[end].kind == "unit":
                unit, end = items[end].word, end + 1
            while end < len(items) and (
                items[end].kind in ("perday", "time", "per") or items[end].word == "/" or _is_day_span(items, end)
            ):
                end += 1
            result.append(Item("limit", amount.low, amount.high, unit))
        place = end
    return result


def _is_day_span(items: list[Item], at: int) -> bool:
    """The 24 of "in 24 hours"."""
    if items[at].word == "in" and at + 2 < len(items):
        return items[at + 1].kind == "number" and items[at + 2].kind == "time"
    return items[at].kind == "number" and at + 1 < len(items) and items[at + 1].kind == "time"


def _durations(items: list[Item]) -> list[Item]:
    """Numbers before days, weeks or hours that are no frequency tell how long, not how much."""
    result: list[Item] = []
    place = 0
    while place < len(items):
        item = items[place]
        following = items[place + 1] if place + 1 < len(items) else Item("other")
        if item.kind == "number" and following.kind in ("time", "event"):
            result.append(
                Item("duration" if following.kind == "time" else "event", item.low, item.high, following.word)
            )
            place += 2
            continue
        if item.kind == "number" and following.kind == "unit":
            result.append(replace(item, kind="dose", word=following.word))
            place += 2
            continue
        result.append(item)
        place += 1
    return result


def _weekdays(items: list[Item]) -> list[Item]:
    """Turn "Monday through Friday" and "except Sunday" into the days they stand for."""
    result: list[Item] = []
    place = 0
    while place < len(items):
        item = items[place]
        if item.kind == "weekday" and _is_a_date(items, place):
            place += 1
        elif item.kind == "except":
            days, length = _days_listed(items, place + 1)
            kept = ";".join(day for day in WEEK if day not in days)
            result.append(Item("weekday", word=kept) if days else Item("changing"))
            place += 1 + length
        elif item.word in WEEK and (last := _last_of_range(items, place)):
            first, end = WEEK.index(item.word), WEEK.index(last)
            days = [WEEK[at % len(WEEK)] for at in range(first, (end if end >= first else end + len(WEEK)) + 1)]
            result.append(Item("weekday", word=";".join(days)))
            place += 3
        else:
            result.append(item)
            place += 1
    return result


def _is_a_date(items: list[Item], at: int) -> bool:
    """The day of "starting Mon 3/4", "first dose on Tue": when it begins, not how often."""
    return any(item.kind == "since" for item in items[max(0, at - 2) : at])


def _last_of_range(items: list[Item], at: int) -> str:
    """The last day of "Mon - Fri"; "" for a single day or a list "Mon - Wed - Fri"."""
    link, last, beyond = (*items[at + 1 : at + 4], Item("other"), Item("other"), Item("other"))[:3]
    if last.word not in WEEK or (link.kind != "to" and link.word != "-"):
        return ""
    before = items[at - 1].word if at else ""
    return "" if link.word == "-" and "-" in (beyond.word, before) else last.word


def _days_listed(items: list[Item], at: int) -> tuple[list[str], int]:
    """Weekdays listed from a place on, and how many items that takes."""
    days: list[str] = []
    end = at
    while end < len(items) and (items[end].kind in ("weekday", "and", "or", "mark") or items[end].word in ("on",)):
        days += items[end].word.split(";") if items[end].kind == "weekday" else []
        end += 1
    return days, end - at
