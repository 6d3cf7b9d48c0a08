"""The fields of one table, read from its columns: each distinct text is understood once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from medcramp.knowledge.columns import Columns, header_key
from medcramp.read import dates, values
from medcramp.read.meaning import DATE_FIELDS, Meaning
from medcramp.read.tables import Column, Table, combine, empty

MONTH_FIRST_FIELDS = ("ndc",)
DAY_FIRST_TITLES = ("din", "nhsnumber", "ramq", "pipcode", "bnfcode", "chi", "pzn")


@dataclass(eq=False)
class Reader:
    """Reads the fields of one table; each distinct text is understood once."""

    table: Table
    meaning: Meaning
    columns: Columns
    settled: Mapping[str, str]
    file_dates: dates.Evidence = field(default_factory=dates.Evidence)
    """What the dates of all tables of the file say about the order of day and month."""
    since_1904: bool = False
    """Serial numbers of days count from 1904."""
    notices: list[str] = field(default_factory=list)
    remarks: values.Remarks = field(default_factory=values.Remarks)
    date_readings: dict[str, dates.Reading] = field(default_factory=dict)

    def raw(self, name: str) -> Column | None:
        """The best column of a field as it stands."""
        place = self.meaning.first(name)
        return None if place is None else self.table.column(place)

    def title(self, name: str) -> str:
        """The title of the best column of a field."""
        place = self.meaning.first(name)
        return "" if place is None else self.table.titles[place]

    def text(self, name: str) -> Column:
        """A text field, blanks folded, placeholders unknown."""
        raw = self.raw(name)
        return empty(len(self.table)) if raw is None else clean_column(raw, self.columns, name)

    def texts(self, name: str) -> list[str]:
        """The distinct cleaned texts of a field."""
        return self.text(name).texts

    def value(self, name: str, understand: Callable[[str], str | None]) -> Column:
        """A field whose cleaned texts are understood by a function."""
        return self.text(name).map(understand)

    def cleaned_dates(self) -> dict[str, Column]:
        """All date columns of the table, cleaned, with their order decided together."""
        texts = {n: self.texts(n) for n in DATE_FIELDS if self.meaning.has(n)}
        found = {n: dates.evidence(distinct) for n, distinct in texts.items()}
        everything = sum(found.values(), dates.Evidence())
        latest = max((e.latest_year for n, e in found.items() if n != "birth_date"), default=0)
        habit = self._habit()
        for n in texts:
            wanted = self.settled.get("date_order", "")
            if wanted:
                self.date_readings[n] = dates.Reading(
                    dates.DAY_FIRST if wanted.startswith("d") else dates.MONTH_FIRST,
                    "you said so", True, latest, n == "birth_date",
                )  # fmt: skip
            else:
                self.date_readings[n] = dates.decide(
                    found[n], everything, habit, latest, n == "birth_date", self.file_dates
                )
            self.date_readings[n] = replace(self.date_readings[n], since_1904=self.since_1904)
        self._tell_dates(found)
        return {n: self.value(n, partial(dates.parse, reading=self.date_readings[n])) for n in texts}

    def date_evidence(self) -> dates.Evidence:
        """What all dates of this table say about the order of day and month."""
        return sum((dates.evidence(self.texts(n)) for n in DATE_FIELDS if self.meaning.has(n)), dates.Evidence())

    def _habit(self) -> str:
        keys = {header_key(title) for title in self.table.titles}
        if any(key.startswith(mark) for key in keys for mark in DAY_FIRST_TITLES):
            return dates.DAY_FIRST
        return dates.MONTH_FIRST if self.meaning.has(*MONTH_FIRST_FIELDS) else ""

    def _tell_dates(self, found: Mapping[str, dates.Evidence]) -> None:
        undecided = sorted(n for n, reading in self.date_readings.items() if not reading.decided)
        if undecided:
            self.notices.append(
                f"day and month cannot be told apart in {', '.join(undecided)}; read month first "
                "(if wrong: --map date_order=day-first)"
            )
        for n, e in found.items():
            other = e.day_first if self.date_readings[n].order == dates.MONTH_FIRST else e.month_first
            if other:
                self.notices.append(
                    f"{n}: {other} distinct dates allow only the other order of day and month and were read that way"
                )

    def numeric(self, name: str, comma: bool) -> Column:
        """A number; where two columns with the same title disagree, unknown."""
        places = self.meaning.fields.get(name, ())
        if not places:
            return empty(len(self.table))

        def understood(place: int) -> Column:
            cleaned = clean_column(self.table.column(place), self.columns, name)
            return cleaned.map(lambda text: values.number(text, comma))

        best = understood(places[0])
        for place in places[1:]:
            if self.table.titles[place].strip().lower() != self.table.titles[places[0]].strip().lower():
                continue
            again = understood(place)
            pair = combine(
                [best, again], lambda two: two[0] if two[1] in (None, two[0]) else two[1] if two[0] is None else None
            )
            lost = int(np.count_nonzero(best.known & again.known & ~pair.known))
            if lost:
                self.notices.append(f"{name}: two columns of that title disagree in {lost} rows; left empty there")
            best = pair
        return best

    def comma_decimals(self) -> bool:
        """Whether this table writes decimals with a comma, from every figure in it."""
        texts: list[str] = []
        for column in self.table.loaded:
            texts += list(column.values[column.used[:500]])
        return bool(values.decimal_comma(texts))


def clean_column(raw: Column, columns: Columns, name: str) -> Column:
    """Blanks folded, placeholders unknown; a column without either comes back as it is."""
    return _mended(raw, values.untidy(raw.values, columns, name), values.cleaner(columns, name))


def tidy_column(raw: Column) -> Column:
    """Blanks folded; a column whose texts are tidy comes back as it is."""
    return _mended(raw, values.untidy(raw.values), values.tidy)


def _mended(raw: Column, odd: np.ndarray, mend: Callable[[str], str | None]) -> Column:
    """The column with the texts at the odd places mended."""
    if not len(odd):
        return raw
    texts: list[str | None] = list(raw.values)
    for place in odd:
        texts[place] = mend(raw.values[place])
    used = raw.used
    return raw.recode([texts[place] for place in used], used)
