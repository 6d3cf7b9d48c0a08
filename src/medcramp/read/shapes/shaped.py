"""What every shape gives: a table of one row per record, and where each record comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from medcramp.read.ledger import IGNORED, REJECTED, Fates
from medcramp.read.meaning import Meaning
from medcramp.read.realign import slipped_rows
from medcramp.read.tables import Column, Source, Table, empty
from medcramp.read.understand import READ_LATER, Understood

PERSON_FIELDS = (
    "patient_id",
    "patient_name",
    "last_name",
    "first_name",
    "middle_name",
    "name_suffix",
    "birth_date",
    "age",
    "sex",
)
SPILLED = "more cells than columns: an unquoted delimiter has shifted them"


@dataclass(eq=False)
class Shaped:
    """`table` has one row per record; `origin` says of which row of `source` each is made (None: the same row).

    `fates` belong to the records. `source_fates` say what became of the source rows that made no record themselves
    (headings, wrapped lines); None = every source row made one.
    """

    names: list[str]
    table: Table
    meaning: Meaning
    fates: Fates
    source: Table
    origin: np.ndarray | None = None
    source_fates: Fates | None = None
    notices: list[str] = field(default_factory=list)
    companions: dict[str, dict[str, Column]] = field(default_factory=dict)
    """Facts about people that the layout itself carries (an allergy line of a form)."""
    printed: str = ""
    """The date the report was printed (ISO), for dates without a year."""

    def fates_of_sources(self) -> Fates:
        """One fate per source row."""
        if self.origin is None:
            return self.fates
        return self.fates.of_sources(self.origin, self.source_fates or Fates(len(self.source)))

    @property
    def sources(self) -> np.ndarray:
        """Index of the source row per record."""
        return np.arange(len(self.table)) if self.origin is None else self.origin

    def extended(self, columns: Mapping[str, Column], name: str) -> Shaped:
        """With columns that carry these fields, in place of whatever carried them before."""
        table, meaning = extended(self.table, self.meaning, columns)
        return replace(self, names=[*self.names, name], table=table, meaning=meaning)

    def exploded(self, rows: np.ndarray, columns: Mapping[str, Column], name: str) -> Shaped:
        """Several records per row: `rows` are indices into the records so far, `columns` belong to the new ones."""
        fates = self.fates.take(rows)
        table, meaning = extended(self.table.take(rows), self.meaning, columns)
        return replace(
            self,
            names=[*self.names, name],
            table=table,
            meaning=meaning,
            fates=fates,
            origin=self.sources[rows],
            source_fates=self.source_fates or self.fates,
        )


def plain(u: Understood) -> Shaped:
    """A table as it stands: a row per record."""
    table, spilled = u.body
    fates = Fates(len(table))
    fates.mark(repeated_titles(table, u.meaning), IGNORED, "column titles repeated")
    if u.grid.container == "text":
        spilled = spilled | slipped_rows(table, u.meaning)
    fates.mark(spilled, REJECTED, SPILLED)
    return Shaped([], table, u.meaning, fates, table)


def repeated_titles(table: Table, meaning: Meaning) -> np.ndarray:
    """Rows that hold the titles again (a new page of a report)."""
    rows = np.zeros(len(table), dtype=bool)
    places = [place for name in ("drug", "ndc", "rxcui") for place in meaning.fields.get(name, ())[:1]]
    others = [place for name, found in meaning.fields.items() if name not in READ_LATER for place in found[:1]]
    for place in places:
        again = _holds_title(table, place)
        if again.any():
            agree = np.sum([_holds_title(table, other) for other in others if other != place], axis=0)
            rows |= again & (agree > 0)
    return rows


def _holds_title(table: Table, place: int) -> np.ndarray:
    column, title = table.column(place), table.titles[place]
    return np.isin(column.codes, np.flatnonzero(column.values == title) if title else [])


def extended(table: Table, meaning: Meaning, columns: Mapping[str, Column]) -> tuple[Table, Meaning]:
    """The table with more columns to its right, which carry the given fields from now on."""
    width = table.source.width
    added: Sequence[Column] = list(columns.values())

    def load(places: Sequence[int]) -> list[Column]:
        table.source.load([place for place in places if place < width])
        return [table.column(place) if place < width else added[place - width] for place in places]

    source = Source(width + len(added), load)
    source.load([*table.source.cache, *range(width, width + len(added))])
    result = Table(
        table.file,
        table.sheet,
        source,
        slice(0, len(table)),
        table.rows,
        (*table.titles, *columns),
        (*table.groups, *([""] * len(added))),
    )
    fields = {**meaning.fields, **{name: (width + place,) for place, name in enumerate(columns)}}
    return result, Meaning(fields, meaning.why, meaning.confidence)


def field_column(shaped: Shaped, name: str) -> Column:
    """The column that carries a field, or one without any text."""
    place = shaped.meaning.first(name)
    return empty(len(shaped.table)) if place is None else shaped.table.column(place)
