"""All inputs together: grids understood, records stacked, companions joined, the ledger summed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from medcramp.errors import ColumnsNotUnderstoodError
from medcramp.knowledge import columns as column_knowledge
from medcramp.knowledge import drug_words
from medcramp.knowledge.columns import Columns
from medcramp.read import beside, canonical, companions, inspect, layouts, refuse, shapes
from medcramp.read.containers import open_input
from medcramp.read.dates import Evidence
from medcramp.read.fields import Reader
from medcramp.read.grids import Canonical, Grid
from medcramp.read.ledger import IGNORED, REJECTED
from medcramp.read.meaning import DrugTest, check_settled
from medcramp.read.options import ReadOptions
from medcramp.read.sections import sections
from medcramp.read.tables import Column, constant, stack
from medcramp.read.understand import Understood, rival_ids, understand
from medcramp.records import (
    COMPANION_COLUMNS,
    RECORD_COLUMNS,
    ROW_NOTE_COLUMNS,
    Notice,
    Progress,
    ReadResult,
    RowLedger,
    empty_records,
)

TEXT_COLUMNS = tuple(name for name in RECORD_COLUMNS if name != "source_row")


@dataclass(eq=False)
class Gathered:
    """What has been read so far, part by part."""

    records: list[tuple[dict[str, Column], np.ndarray]] = field(default_factory=list)
    finished: list[pd.DataFrame] = field(default_factory=list)
    rejected: list[pd.DataFrame] = field(default_factory=list)
    ignored: list[pd.DataFrame] = field(default_factory=list)
    rows: RowLedger = field(default_factory=RowLedger)
    companions: dict[str, list[companions.Parts]] = field(default_factory=dict)
    companion_frames: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    readings: list[Mapping[str, object]] = field(default_factory=list)

    def tell(self, messages: Sequence[str], grid: Grid) -> None:
        self.notices += [Notice(message, grid.file, grid.sheet) for message in messages]


def assemble(
    paths: Sequence[Path], options: ReadOptions | None, companion_files: Mapping[str, Path], progress: Progress,
    drug_test: DrugTest | None,
) -> ReadResult:  # fmt: skip
    """See `read.read_inputs`."""
    options = layouts.settled(options or ReadOptions())
    drug_test = drug_test or drug_words.looks_like_drug
    columns = column_knowledge.load()
    gathered = Gathered()
    for path in paths:
        _add_input(path, options, columns, drug_test, gathered, progress)
    if not gathered.records and not gathered.finished:
        raise ColumnsNotUnderstoodError("no medication records were found", file=paths[0] if paths else None)
    for kind, path in companion_files.items():
        _add_companion_file(kind, path, options, columns, drug_test, gathered, progress)
    result = _result(gathered)
    if not len(result.records):
        raise refuse.nothing_used(paths[0] if len(paths) == 1 else None, result)
    return result


def _add_input(
    path: Path, options: ReadOptions, columns: Columns, drug_test: DrugTest, gathered: Gathered, progress: Progress
) -> None:
    """One file or folder; its tables are let go when this returns."""
    understood = []
    for item in open_input(path, options, progress):
        if isinstance(item, Canonical):
            _add_canonical(item, gathered)
        else:
            gathered.notices += item.notices
            understood += [understand(part, columns, drug_test, options.columns) for part in sections(item, columns)]
    if understood:
        _add_grids(path, understood, columns, drug_test, options.columns, gathered)


def _add_grids(
    path: Path, understood: Sequence[Understood], columns: Columns, drug_test: DrugTest, settled: Mapping[str, str],
    gathered: Gathered,
) -> None:  # fmt: skip
    """The tables of one input: records first, then what stands beside them."""
    check_settled({f: c for f, c in settled.items() if f != "date_order"}, [u.header for u in understood], str(path))
    shaped = [(u, shapes.shape(u, columns, drug_test, settled)) for u in understood]
    if not any(s for _, s in shaped):
        raise refuse.not_understood(path, understood)
    for u, s in shaped:
        if s and (rivals := rival_ids(u)):
            raise refuse.two_ids(path, u.grid.sheet, *rivals)
    readers = {
        id(s): Reader(s.table, s.meaning, columns, settled, since_1904=u.grid.since_1904) for u, s in shaped if s
    }
    if len(readers) > 1:
        evidence = sum((reader.date_evidence() for reader in readers.values()), Evidence())
        for reader in readers.values():
            reader.file_dates = evidence
    for u, s in shaped:
        if s:
            _add_records(u, s, readers[id(s)], gathered)
        elif u.kind in COMPANION_COLUMNS and not u.missing:
            parts, messages = companions.read_companion(u, columns)
            gathered.companions.setdefault(u.kind, []).append(parts)
            gathered.tell(messages, u.grid)
            gathered.readings.append(inspect.reading(u))
        elif len(u.head):
            gathered.tell([refuse.unused_table(u)], u.grid)


def _add_records(understood: Understood, shaped: shapes.Shaped, reader: Reader, gathered: Gathered) -> None:
    fates = shaped.fates
    read = canonical.read_table(reader, fates)
    for kind, parts in beside.facts_beside(reader, read).items():
        gathered.companions.setdefault(kind, []).append(parts)
    keep = fates.open
    table = shaped.table
    by_row = shaped.fates_of_sources()
    source = shaped.source
    found = {
        "source_file": constant(table.file, len(table)),
        "source_sheet": constant(table.sheet, len(table)),
        **read.columns,
    }
    rows = table.rows if keep.all() else table.rows[keep]
    gathered.records.append(({name: column.keep(keep) for name, column in found.items()}, rows))
    gathered.rejected.append(by_row.notes(source, REJECTED))
    gathered.ignored.append(by_row.notes(source, IGNORED))
    gathered.rows += by_row.ledger()
    gathered.tell([*understood.notices, *shaped.notices, *read.notices], understood.grid)
    gathered.readings.append(inspect.reading(understood, shaped, read))


def _add_canonical(item: Canonical, gathered: Gathered) -> None:
    gathered.finished.append(item.records)
    gathered.rejected.append(item.rejected)
    gathered.ignored.append(item.ignored)
    gathered.rows += item.rows
    gathered.notices += item.notices
    for kind, frame in item.companions.items():
        gathered.companion_frames.setdefault(kind, []).append(frame)
    gathered.readings.append({"file": item.file, "format": item.format, "shape": "interchange format"})


def _add_companion_file(
    kind: str, path: Path, options: ReadOptions, columns: Columns, drug_test: DrugTest, gathered: Gathered,
    progress: Progress,
) -> None:  # fmt: skip
    beside = ReadOptions(password=options.password, limits=options.limits)
    found: list[Understood] = []
    for item in open_input(path, beside, progress):
        if isinstance(item, Canonical):
            if kind in item.companions:
                gathered.companion_frames.setdefault(kind, []).append(item.companions[kind])
        else:
            gathered.notices += item.notices
            found.append(understand(item, columns, drug_test, options.columns, kind))
    usable = [u for u in found if u.kind == kind and not u.missing]
    if not usable and found:
        raise refuse.companion_not_understood(kind, path, found)
    for u in usable:
        parts, messages = companions.read_companion(u, columns)
        gathered.companions.setdefault(kind, []).append(parts)
        gathered.tell(messages, u.grid)
        gathered.readings.append(inspect.reading(u))


def _result(gathered: Gathered) -> ReadResult:
    frames = {
        kind: _companion_frame(kind, gathered)
        for kind in COMPANION_COLUMNS
        if kind in gathered.companions or kind in gathered.companion_frames
    }
    records = _records(gathered)
    if "patients" in frames:
        records = join_patients(records, frames["patients"])
    notices = [*gathered.notices, *_unmatched(records, frames)]
    return ReadResult(
        records=records,
        rejected=_stacked_notes(gathered.rejected),
        ignored=_stacked_notes(gathered.ignored),
        rows=gathered.rows,
        companions=frames,
        notices=tuple(dict.fromkeys(notices)),
        readings=tuple(gathered.readings),
    )


def _records(gathered: Gathered) -> pd.DataFrame:
    parts = list(gathered.records)
    for frame in gathered.finished:
        columns = {name: _column(frame[name]) for name in TEXT_COLUMNS}
        parts.append((columns, frame["source_row"].to_numpy()))
    if not parts:
        return empty_records()
    # Each column of the parts is let go as soon as it stands in the frame.
    stacked: dict[str, object] = {
        name: stack([columns.pop(name) for columns, _ in parts]).categorical() for name in TEXT_COLUMNS
    }
    stacked["source_row"] = np.concatenate([rows for _, rows in parts], dtype=np.int32, casting="same_kind")
    return pd.DataFrame(stacked, columns=list(RECORD_COLUMNS), copy=False)


def _column(series: pd.Series) -> Column:
    """A categorical (or plain text) series as Column."""
    data = series if isinstance(series.dtype, pd.CategoricalDtype) else series.astype("category")
    return Column(data.cat.codes.to_numpy().astype(np.int32), np.asarray(data.cat.categories, dtype=object))


def _companion_frame(kind: str, gathered: Gathered) -> pd.DataFrame:
    parts = list(gathered.companions.get(kind, ()))
    for frame in gathered.companion_frames.get(kind, ()):
        parts.append({name: _column(frame[name]) for name in frame.columns})
    return companions.frame(kind, parts)


def join_patients(records: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Fill what records leave open about a person (name, birth date, age, sex) from the table of patients, by id."""
    known = people.dropna(subset=["patient_id"]).drop_duplicates("patient_id")
    ids = _column(records["patient_id"])
    place = {text: row for row, text in enumerate(known["patient_id"])}
    row_of = np.array([place.get(text, -1) for text in ids.values] + [-1])[ids.codes]
    filled = dict(records.items())
    for name in ("patient_name", "birth_date", "age", "sex"):
        source = _column(known[name])
        codes = np.append(source.codes, -1)[row_of]
        filled[name] = pd.Series(_column(records[name]).fill(Column(codes, source.values)).categorical())
    return pd.DataFrame(filled, columns=list(RECORD_COLUMNS))


def _unmatched(records: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> Iterator[Notice]:
    """Companion rows about people without medication, and the other way round."""
    people = set(records["patient_id"].cat.categories)
    for kind, frame in frames.items():
        theirs = set(frame["patient_id"].cat.categories)
        if theirs and people and not theirs & people:
            yield Notice(f"no patient of the {kind} table has any medication record: do the ids match?")
        elif others := len(theirs - people):
            yield Notice(f"{others} of {len(theirs)} people in the {kind} table have no medication record")
        if kind == "patients" and (missing := len(people - theirs)):
            yield Notice(f"{missing} of {len(people)} people with medication are not in the patients table")


def _stacked_notes(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame({name: [] for name in ROW_NOTE_COLUMNS})
    return pd.concat([f.astype({"source_file": object, "source_sheet": object}) for f in filled], ignore_index=True)
