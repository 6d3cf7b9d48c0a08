"""OMOP CDM folders: drug_exposure with names and codes from concept and people from person, as one table of records;
conditions and measurements beside it. Every distinct id is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.columns import DICTIONARY, codes_of, encoded, memory_grid, text_column
from medcramp.read.containers.omop_concepts import Concept, concepts
from medcramp.read.containers.source import Source
from medcramp.read.grids import Canonical, Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Notice, Progress

FORMAT = "OMOP CDM"
OpenOne = Callable[[Source, ReadOptions, Progress], Iterator[Grid | Canonical]]
Lookup = Callable[[str], str]


@dataclass(frozen=True)
class _Tables:
    """The tables of the folder, opened when asked for."""

    stems: Mapping[str, Source]
    options: ReadOptions
    progress: Progress
    open_one: OpenOne

    def open(self, stem: str) -> _Columns | None:
        """Columns of a table; None when the folder does not have it."""
        if stem not in self.stems:
            return None
        grid = next(iter(self.open_one(self.stems[stem], self.options, self.progress)), None)
        if not isinstance(grid, Grid) or not grid.head.num_rows:
            raise InputUnreadableError(
                "is no table", file=self.stems[stem].name, remedy="export this OMOP table again as CSV or Parquet"
            )
        titles = [str(column[0].as_py() or "").strip().lower() for column in grid.head.columns]
        if "person_id" not in titles:
            raise _lacking(self.stems[stem].name, "person_id")
        return _Columns(self.stems[stem].name, grid, titles)


@dataclass(frozen=True)
class _Columns:
    """Columns of one table by lower-case name; every table of interest is about persons."""

    file: str
    grid: Grid
    titles: Sequence[str]

    def get(self, *names: str) -> dict[str, pa.DictionaryArray]:
        """The named columns that exist, without their title."""
        found = [name for name in names if name in self.titles]
        table = self.grid.load([self.titles.index(name) for name in found]).table.slice(1)
        return {name: _one_chunk(column) for name, column in zip(found, table.columns, strict=True)}


def omop_grids(
    stems: Mapping[str, Source], options: ReadOptions, progress: Progress, open_one: OpenOne
) -> Iterator[Grid]:
    """Grids of records, conditions and labs; rows are those of drug_exposure, condition_occurrence and measurement.

    Raises InputUnreadableError when a table lacks the columns that the model requires.
    """
    tables = _Tables(stems, options, progress, open_one)
    exposure, person = tables.open("drug_exposure"), tables.open("person")
    assert exposure and person
    drugs = exposure.get(
        "person_id", "drug_concept_id", "drug_source_concept_id", "drug_source_value", "sig", "quantity", "days_supply",
        "drug_exposure_start_date", "drug_exposure_end_date", "route_source_value",
    )  # fmt: skip
    if not {"drug_concept_id", "drug_source_value"} & drugs.keys():
        raise _lacking(exposure.file, "both drug_concept_id and drug_source_value")
    conditions, labs = tables.open("condition_occurrence"), tables.open("measurement")
    ill = conditions.get(
        "person_id", "condition_source_concept_id", "condition_concept_id", "condition_source_value",
        "condition_start_date",
    ) if conditions else {}  # fmt: skip
    measured = labs.get(
        "person_id", "measurement_concept_id", "measurement_source_value", "value_as_number", "unit_concept_id",
        "unit_source_value", "measurement_date", "range_high",
    ) if labs else {}  # fmt: skip
    wanted = _ids(drugs, ill, measured)
    known = concepts(stems["concept"], wanted, options) if "concept" in stems else {}
    notices = () if known else (Notice("no concept table: medicines have the names of the source only", exposure.file),)
    people = _people(person)
    yield _grid(exposure.file, "records", _records(drugs, known, people), notices)
    if conditions and ill:
        yield _grid(conditions.file, "conditions", _conditions(ill, known))
    if labs and measured:
        yield _grid(labs.file, "labs", _labs(measured, known))


def _lacking(file: str, columns: str) -> InputUnreadableError:
    return InputUnreadableError(
        f"lacks {columns}", file=file, remedy="export the table with the columns of the OMOP common data model"
    )


def _ids(*tables: Mapping[str, pa.DictionaryArray]) -> set[str]:
    """Every distinct concept id in use."""
    return {
        text for table in tables for name, column in table.items() if name.endswith("concept_id")
        for text in column.dictionary.to_pylist()
    }  # fmt: skip


def _records(
    drugs: Mapping[str, pa.DictionaryArray], known: Mapping[str, Concept], people: Mapping[str, tuple[str, str]]
) -> dict[str, pa.DictionaryArray | None]:
    standard, source = drugs.get("drug_concept_id"), drugs.get("drug_source_concept_id")
    person = drugs["person_id"]
    return {
        "patient_id": person,
        "birth_date": _mapped(person, lambda key: people.get(key, ("", ""))[0]),
        "sex": _mapped(person, lambda key: people.get(key, ("", ""))[1]),
        "drug": _filled(_named(standard, known), _named(source, known), drugs.get("drug_source_value")),
        "rxcui": _filled(_coded(standard, known, "RxNorm"), _coded(source, known, "RxNorm")),
        "ndc": _coded(source, known, "NDC"),
        "atc": _coded(standard, known, "ATC"),
        "route": drugs.get("route_source_value"),
        "sig": drugs.get("sig"),
        "quantity": drugs.get("quantity"),
        "days_supply": drugs.get("days_supply"),
        "start_date": drugs.get("drug_exposure_start_date"),
        "end_date": drugs.get("drug_exposure_end_date"),
    }


def _conditions(
    ill: Mapping[str, pa.DictionaryArray], known: Mapping[str, Concept]
) -> dict[str, pa.DictionaryArray | None]:
    coded = _coded(ill.get("condition_source_concept_id"), known, "ICD10")
    return {
        "patient_id": ill["person_id"],
        "icd10": _filled(coded, ill.get("condition_source_value")),
        "date": ill.get("condition_start_date"),
    }


def _labs(
    measured: Mapping[str, pa.DictionaryArray], known: Mapping[str, Concept]
) -> dict[str, pa.DictionaryArray | None]:
    test = measured.get("measurement_concept_id")
    return {
        "patient_id": measured["person_id"],
        "test": _filled(_coded(test, known, "LOINC"), measured.get("measurement_source_value"), _named(test, known)),
        "value": measured.get("value_as_number"),
        "unit": _filled(measured.get("unit_source_value"), _coded(measured.get("unit_concept_id"), known, "UCUM")),
        "date": measured.get("measurement_date"),
        "upper_limit": measured.get("range_high"),
    }


def _people(person: _Columns) -> dict[str, tuple[str, str]]:
    """Person id → birth date (only when the day is known) and sex."""
    names = ("person_id", "year_of_birth", "month_of_birth", "day_of_birth", "birth_datetime", "gender_concept_id",
             "gender_source_value")  # fmt: skip
    frame = {name: column.to_pylist() for name, column in person.get(*names).items()}
    nothing = [None] * len(frame["person_id"])
    rows = zip(*(frame.get(name, nothing) for name in names), strict=True)
    return {
        str(key): (_birth(year, month, day, moment), source if concept in {None, "0"} else concept or "")
        for key, year, month, day, moment, concept, source in rows
    }


def _birth(year: str | None, month: str | None, day: str | None, moment: str | None) -> str:
    if moment:
        return moment[:10]
    if year and month and day:
        return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    return ""


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """All chunks as one array (they share their dictionary), codes of one width: such columns are put together."""
    if not column.num_chunks:
        return encoded(np.empty(0, dtype=np.int32), pa.array([], pa.string()))
    codes = np.concatenate([codes_of(chunk) for chunk in column.chunks], dtype=np.int32, casting="same_kind")
    return encoded(codes, column.chunk(0).dictionary)


def _mapped(column: pa.DictionaryArray | None, lookup: Lookup) -> pa.DictionaryArray | None:
    """Another text for every distinct text; "" = unknown."""
    if column is None:
        return None
    shown = text_column([lookup(text) for text in column.dictionary.to_pylist()], str)
    return encoded(np.append(codes_of(shown), np.int32(-1))[codes_of(column)], shown.dictionary)


def _named(column: pa.DictionaryArray | None, known: Mapping[str, Concept]) -> pa.DictionaryArray | None:
    return _mapped(column, lambda key: known[key].name if key in known and key != "0" else "")


def _coded(
    column: pa.DictionaryArray | None, known: Mapping[str, Concept], vocabulary: str
) -> pa.DictionaryArray | None:
    """Code of the concept when its vocabulary begins with the given name ("RxNorm Extension" is not RxNorm)."""

    def code(key: str) -> str:
        concept = known.get(key)
        fits = concept and concept.vocabulary.startswith(vocabulary) and "Extension" not in concept.vocabulary
        return concept.code if concept and fits else ""

    return _mapped(column, code)


def _filled(*columns: pa.DictionaryArray | None) -> pa.DictionaryArray | None:
    """The first known text of several columns, row by row."""
    given = [column for column in columns if column is not None]
    if len(given) < 2:
        return given[0] if given else None
    same: Any = pa.chunked_array(given, DICTIONARY).unify_dictionaries()
    result = codes_of(same.chunk(0)).copy()
    for chunk in same.chunks[1:]:
        result = np.where(result < 0, codes_of(chunk), result)
    return encoded(result, same.chunk(0).dictionary)


def _grid(
    file: str, role: str, columns: Mapping[str, pa.DictionaryArray | None], notices: Sequence[Notice] = ()
) -> Grid:
    """The columns under a row of titles; row numbers are those of the file, whose first row is its own titles."""
    given = {title: column for title, column in columns.items() if column is not None}
    titled = [
        pa.chunked_array([text_column([title], str), column], DICTIONARY).unify_dictionaries()
        for title, column in given.items()
    ]
    table = pa.table(titled, names=[str(place) for place in range(len(titled))])
    sheet = "" if role == "records" else role
    return memory_grid(table, file=file, sheet=sheet, container=FORMAT, titled=True, role=role, notices=tuple(notices))
