"""What each column means: its title proposes, its contents decide."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from medcramp.errors import UsageError
from medcramp.knowledge.columns import Columns, header_key
from medcramp.knowledge.drug_words import AMOUNT
from medcramp.read import dates, values
from medcramp.read.header import Header, title_meanings
from medcramp.read.tables import Column, Table

SAMPLE = 300
DrugTest = Callable[[str], bool]
NDC_SHAPE = re.compile(r'[=" \']*[\d*]{3,6}-[\d*]{3,4}-[\d*]{1,2}"?|[="\']*\d{7,12}"?')
DOSE = re.compile(r"\d[\d.,]*(?:\s*[-/]\s*\d[\d.,]*)?\s*(?:%|[^\W\d_]{1,12}\.?(?:\(s\)|/[^\W\d_]{1,4})?)?")
"""A figure or a range with at most a unit: "40 mg", "1-2", "1 tab(s)", "20 mg/h"."""
TIMES_OF_DAY = re.compile(r"(?:\d|½|¼)(?:[.,]\d|/\d)?(?:\s?[-–]\s?(?:\d|½|¼)(?:[.,]\d|/\d)?){2,3}")
"""Units in the morning, at noon, in the evening and at night: "1-0-1-0"."""
EVERY = re.compile(r"\bq\s?\d{1,2}(?:-\d{1,2})?\s?(?:h|d|w|m)", re.IGNORECASE)
NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'’-])*")
SETTLED = 4.0
LIFETIME = 25
"""Years between the first and the last date of a column beyond which it does not date supplies."""
DATE_FIELDS = ("birth_date", "fill_date", "start_date", "written_date", "end_date", "date")
SEVERAL = {
    *("drug", "generic_name", "icd10", "substance", "quantity", "birth_date", "strength", "sig", "status"),
    *("dose", "dose_unit", "ndc"),
}
"""Fields of which more than one column is kept: fall-backs, or parts of a list."""


RECORDS_ONLY = {
    *("drug", "generic_name", "ndc", "rxcui", "atc", "strength", "form", "route", "sig"),
    *("dose", "dose_unit", "frequency", "frequency_unit", "doses_per_day", "prn"),
    *("quantity", "quantity_thousandths", "days_supply", "fill_date", "start_date", "written_date", "end_date"),
    *("status", "transaction", "prescriber", "rx_number", "fill_number"),
}
"""Fields that mean nothing in a table beside the records."""


@dataclass(frozen=True, eq=False)
class Contents:
    """Shares of what the distinct texts of a column look like (0 to 1), on a sample."""

    texts: tuple[str, ...]
    drug_test: DrugTest
    columns: Columns

    def share(self, test: Callable[[str], object]) -> float:
        return sum(1 for text in self.texts if test(text)) / len(self.texts) if self.texts else 0.0

    @cached_property
    def date(self) -> float:
        return dates.share(self.texts)

    @cached_property
    def years_spanned(self) -> int:
        years = [int(iso[:4]) for text in self.texts if (iso := dates.parse(text, dates.Reading()))]
        return max(years) - min(years) if years else 0

    @cached_property
    def serial(self) -> float:
        return self.share(lambda text: dates.SERIAL.match(text) and dates.parse(text, dates.Reading()))

    @cached_property
    def number(self) -> float:
        return self.share(lambda text: values.number(text, False) is not None or values.number(text, True) is not None)

    @cached_property
    def figures(self) -> float:
        """Nothing but digits and marks."""
        return self.share(lambda text: re.fullmatch(r"[\d., ()+/$€£%-]+", text))

    @cached_property
    def drug(self) -> float:
        return self.share(self.drug_test)

    @cached_property
    def name(self) -> float:
        return self.share(looks_like_name)

    @cached_property
    def organisation(self) -> float:
        """Customers that are shops, practices or firms."""
        words = self.columns.organisations
        return self.share(lambda text: not words.isdisjoint(re.findall(r"[^\W\d_]+", text.lower())))

    @cached_property
    def ndc(self) -> float:
        return self.share(lambda text: NDC_SHAPE.fullmatch(text) or values.SCIENTIFIC.match(text))

    @cached_property
    def directions(self) -> float:
        return self.share(lambda text: looks_like_directions(text, self.columns))

    @cached_property
    def frequency(self) -> float:
        return self.share(lambda text: says_how_often(text, self.columns))

    @cached_property
    def amount(self) -> float:
        return self.share(DOSE.fullmatch)

    @cached_property
    def icd10(self) -> float:
        return self.share(values.icd10_codes)

    @cached_property
    def letters(self) -> float:
        return self.share(lambda text: any(c.isalpha() for c in text))

    @cached_property
    def sex(self) -> float:
        return self.share(lambda text: text.lower().strip(" .") in self.columns.sexes)

    @cached_property
    def distinct(self) -> int:
        return len(self.texts)


def looks_like_name(text: str) -> bool:
    """Two or more words of letters, or LAST,FIRST; no figures."""
    plain = values.tidy(re.sub(r"[(*\[].*?[)*\]]", "", text))
    return bool(NAME.fullmatch(plain)) and bool(re.search(r"[^\W\d_][., ]+[^\W\d_]", plain))


def counts_rows(texts: Sequence[str]) -> bool:
    """1, 2, 3, …: a column that numbers the rows."""
    figures = [int(text) for text in texts if text.isdecimal() and len(text) < 7]
    return len(figures) == len(texts) > 1 and max(figures) - min(figures) == len(figures) - 1 and min(figures) <= 1


def says_how_often(text: str, columns: Columns) -> bool:
    """Whether a frequency is in it, or "as directed"."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    told = any(columns.sig_words.get(word) == "frequency" for word in words) or "directed" in words
    return told or bool(EVERY.search(text))


def looks_like_directions(text: str, columns: Columns) -> bool:
    """A dose or a frequency is in it: "1 tab po bid", "as directed"; "take with food" alone is not."""
    words = re.findall(r"[^\W\d_]+|[\d½¼¾]+", text.lower())
    kinds = ["number" if not word.isalpha() else columns.sig_words.get(word, "") for word in words]
    folded = " ".join(words)
    if TIMES_OF_DAY.fullmatch(text.strip()):
        return True
    if "frequency" in kinds or "as directed" in folded or words[:1] in (["uad"], ["ud"]):
        return True
    counted = any(pair == ("number", "unit") for pair in itertools.pairwise(kinds))
    return (counted and kinds[0] in {"number", "verb"}) or ("verb" in kinds and "number" in kinds)


def contents_of(column: Column, drug_test: DrugTest, columns: Columns) -> Contents:
    """Look at up to 300 distinct texts, spread over all of them, placeholders left out."""
    used = column.used
    step = max(1, len(used) // SAMPLE)
    clean = values.cleaner(columns, "")
    texts = (clean(text) for text in column.values[used[::step]])
    return Contents(tuple(text for text in texts if text), drug_test, columns)


def fits(field: str, strength: int, contents: Contents) -> float:
    """How contents speak to a field: below 0 they contradict it, above 0 they confirm it."""
    if not contents.texts:
        return 0.0
    test = TESTS.get(field)
    return test(strength, contents) if test else 0.0


def _date(strength: int, c: Contents) -> float:
    dated = c.date + c.serial
    return 1.0 if dated >= 0.8 else 0.3 if dated >= 0.4 else -1.0


def _recent_date(strength: int, c: Contents) -> float:
    """Dates spread over a lifetime are rather birth dates: another column of that title comes first."""
    found = _date(strength, c)
    return found - 0.2 if found > 0 and c.years_spanned > LIFETIME else found


def _period(strength: int, c: Contents) -> float:
    """The same date in every row is rather the period of the report: another column comes first."""
    found = _recent_date(strength, c)
    return found - 0.1 if found > 0 and c.distinct == 1 else found


def _patient_id(strength: int, c: Contents) -> float:
    if strength == 1 and counts_rows(c.texts):
        return 0.0
    if c.date > 0.8 or (c.drug > 0.6 and strength < 3):
        return -1.0
    return -1.0 if c.name > 0.6 and c.figures < 0.2 and strength < 3 else 0.2


def _patient_name(strength: int, c: Contents) -> float:
    if c.letters < 0.5 or (c.name < 0.3 and strength < 3) or c.organisation > 0.5:
        return -1.0
    return -1.0 if strength == 1 and c.drug > 0.4 and c.drug >= c.name else 0.5 * c.name


def _drug(strength: int, c: Contents) -> float:
    if c.letters < 0.3 or c.date > 0.5:
        return -1.0
    if strength < 3 and (c.drug < 0.25 or (strength == 1 and c.name > c.drug)):
        return -1.0
    return 0.7 * c.drug + 0.3 * c.share(AMOUNT.search)


def _numeric(strength: int, c: Contents) -> float:
    return -1.0 if c.number < 0.5 else 0.3


def _age(strength: int, c: Contents) -> float:
    return -1.0 if c.share(values.age) < 0.5 else 0.3


def _sig(strength: int, c: Contents) -> float:
    if strength >= 3:
        return 0.2 if c.letters > 0.3 or c.share(TIMES_OF_DAY.fullmatch) > 0.3 else -1.0
    if c.amount > 0.5 and c.frequency < 0.4:
        return -1.0
    return c.directions if c.directions >= 0.4 else -1.0


def _dose(strength: int, c: Contents) -> float:
    return 0.5 if c.amount >= 0.5 else 0.0 if strength >= 3 and c.amount > 0 else -1.0


def _frequency(strength: int, c: Contents) -> float:
    if strength >= 3:
        return 0.1
    return 1.1 * c.frequency if c.frequency >= 0.4 and c.share(lambda text: len(text.split()) <= 4) > 0.8 else -1.0


def _short_words(strength: int, c: Contents) -> float:
    return -1.0 if c.distinct > 60 or c.date > 0.5 else 0.1


def _letters(strength: int, c: Contents) -> float:
    return -1.0 if c.letters < 0.3 and strength < 3 else 0.1


def _rxcui(strength: int, c: Contents) -> float:
    return 0.5 if c.share(lambda text: values.rxcui(text)) > 0.8 else -1.0


def _icd10(strength: int, c: Contents) -> float:
    return 0.5 if c.icd10 >= 0.5 else 0.0 if strength >= 3 or c.icd10 > 0 else -1.0


def _test(strength: int, c: Contents) -> float:
    loinc = c.share(lambda text: re.fullmatch(r"\d{1,7}-\d", text))
    return 0.6 if loinc > 0.5 else -0.5 if c.figures > 0.8 else 0.2


TESTS: Mapping[str, Callable[[int, Contents], float]] = {
    **dict.fromkeys(DATE_FIELDS, _recent_date),
    "birth_date": _date,
    "start_date": _period,
    "end_date": _period,
    "patient_id": _patient_id,
    "patient_name": _patient_name,
    "last_name": lambda strength, c: -1.0 if c.letters < 0.5 else 0.2,
    "first_name": lambda strength, c: -1.0 if c.letters < 0.5 else 0.2,
    "age": _age,
    "sex": lambda strength, c: 0.5 if c.sex >= 0.5 else -1.0 if c.distinct > 12 else 0.0,
    "drug": _drug,
    "generic_name": _letters,
    "ndc": lambda strength, c: 0.5 if c.ndc >= 0.5 else 0.0 if strength >= 3 and c.figures > 0.5 else -1.0,
    "rxcui": _rxcui,
    "sig": _sig,
    "dose": _dose,
    "frequency": _frequency,
    "quantity": _numeric,
    "quantity_thousandths": _numeric,
    "days_supply": lambda strength, c: _numeric(strength, c) if c.date < 0.5 else -1.0,
    "status": _short_words,
    "transaction": _short_words,
    "route": _short_words,
    "prescriber": lambda strength, c: -1.0 if c.letters < 0.5 else 0.1,
    "rx_number": lambda strength, c: -1.0 if c.drug > 0.5 or c.date > 0.8 else 0.1,
    "icd10": _icd10,
    "test": _test,
    "substance": lambda strength, c: -1.0 if strength < 3 and c.share(AMOUNT.search) > 0.2 else 0.2,
    "value": lambda strength, c: 0.2,
    "egfr": _numeric,
    "pregnant_weeks": _numeric,
}


@dataclass(frozen=True)
class Meaning:
    """Field → columns that carry it, best first; `why` per column, for people."""

    fields: Mapping[str, tuple[int, ...]]
    why: Mapping[int, str]
    confidence: Mapping[str, float] = field(default_factory=dict)
    """Field → strength of its title plus what its contents say (0 to 4)."""

    def first(self, field: str) -> int | None:
        """The best column of a field."""
        found = self.fields.get(field)
        return found[0] if found else None

    def has(self, *fields: str) -> bool:
        """Whether any of the fields has a column."""
        return any(field in self.fields for field in fields)


def assign(
    table: Table, header: Header, kind: str, columns: Columns, drug_test: DrugTest, settled: Mapping[str, str]
) -> Meaning:
    """Give every column its field. `settled` (field → title or 1-based number) is taken as said.

    A settled column that this table lacks is passed over (another sheet may have it: see `check_settled`).
    """
    fields: dict[str, list[int]] = {}
    why: dict[int, str] = {}
    beaten: dict[int, str] = {}
    confidence: dict[str, float] = {}
    for name, title in settled.items():
        place = locate(table, header, title)
        if place is None:
            continue
        fields[name] = [place]
        confidence[name] = SETTLED
        why[place] = f"{name}: you said so"
    proposals: list[tuple[float, int, int, str, int]] = []
    for index, column in enumerate(table.columns):
        if index in why:
            continue
        found = title_meanings(columns, header.titles[index], header.groups[index], kind)
        if not found:
            continue
        contents = contents_of(column, drug_test, columns)
        for name, strength in found.items():
            if kind != "records" and name in RECORDS_ONLY:
                continue
            fit = fits(name, strength, contents)
            if fit >= 0:
                proposals.append((strength + fit, -index, index, name, strength))
    for score, _, index, name, strength in sorted(proposals, key=lambda item: (-item[0], item[2])):
        if index in why or name in settled:
            continue
        rival = name == "patient_id" and name in fields and _rivals(strength, confidence[name], table.columns[index])
        if name in fields and name not in SEVERAL and not rival:
            beaten.setdefault(index, f"not used: {name} is taken from another column")
            continue
        fields.setdefault(name, []).append(index)
        confidence.setdefault(name, score)
        said = {3: "its title says so", 2: "its title suggests it and its contents agree", 1: "its contents say so"}
        why[index] = f"{name}: {said[strength]}"
    return Meaning({name: tuple(places) for name, places in fields.items()}, beaten | why, confidence)


def _rivals(strength: int, confidence: float, column: Column) -> bool:
    """Whether a column may be the patient's id just as well as the one found before it."""
    if confidence >= SETTLED:
        return False
    repeats = len(column.used) < 0.9 * column.known.sum()
    return strength == 3 or (strength == 1 and confidence < 2 and repeats)


def locate(table: Table, header: Header, wanted: str) -> int | None:
    """Index of the column with this title, or with this 1-based number."""
    key = header_key(wanted)
    exact = [index for index, title in enumerate(header.titles) if title.strip() == wanted.strip()]
    folded = [index for index, title in enumerate(header.titles) if key and header_key(title) == key]
    if exact or folded:
        return (exact or folded)[0]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(table.columns):
        return int(wanted) - 1
    return None


def check_settled(settled: Mapping[str, str], headers: Sequence[Header], file: str) -> None:
    """Raise UsageError when a mapped column exists in no table of the file."""
    titles = {header_key(title) for header in headers for title in header.titles if title}
    width = max((len(header.titles) for header in headers), default=0)
    for name, wanted in settled.items():
        if header_key(wanted) in titles or (wanted.isdecimal() and 1 <= int(wanted) <= width):
            continue
        shown = ", ".join(repr(title) for title in dict.fromkeys(t for h in headers for t in h.titles if t))
        raise UsageError(
            f"there is no column {wanted!r} (given for {name})",
            remedy=f"use one of: {shown[:600]}" if shown else "the file has no column titles; give the column's number",
            file=file,
        )
