"""The fate of every row of a table: used, rejected or ignored, the latter two with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from medcramp.read.tables import Column, Table, constant, objects
from medcramp.records import ROW_NOTE_COLUMNS, RowLedger

USED, REJECTED, IGNORED = 0, 1, 2
MULTIPLIER = np.int64(-0x61C8864680B583EB)


@dataclass(eq=False)
class Fates:
    """One fate per row; the first verdict on a row stands."""

    rows: int
    outcome: np.ndarray = field(init=False)
    reason: np.ndarray = field(init=False)
    twin: np.ndarray = field(init=False)
    """Row in the file that the reason speaks of ("same as row 5"), or 0."""
    reasons: list[str] = field(default_factory=lambda: [""])

    def __post_init__(self) -> None:
        self.outcome = np.zeros(self.rows, dtype=np.int8)
        self.reason = np.zeros(self.rows, dtype=np.int16)
        self.twin = np.zeros(self.rows, dtype=np.int32)

    @property
    def open(self) -> np.ndarray:
        """Rows without a verdict so far."""
        undecided: np.ndarray = self.outcome == USED
        return undecided

    def mark(self, rows: np.ndarray, outcome: int, reason: str, twins: np.ndarray | None = None) -> None:
        """Give rows (a boolean mask, or indices) that are still open this verdict.

        `twins`: beside each index the row of the file that the reason speaks of.
        """
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        undecided = self.outcome[rows] == USED
        if not undecided.any():
            return
        if reason not in self.reasons:
            self.reasons.append(reason)
        self.outcome[rows[undecided]] = outcome
        self.reason[rows[undecided]] = self.reasons.index(reason)
        if twins is not None:
            self.twin[rows[undecided]] = twins[undecided]

    def take(self, rows: np.ndarray) -> Fates:
        """Fates of the given rows (indices), which may repeat."""
        fates = Fates(len(rows))
        fates.reasons = self.reasons
        fates.outcome, fates.reason, fates.twin = self.outcome[rows], self.reason[rows], self.twin[rows]
        return fates

    def of_sources(self, origin: np.ndarray, sources: Fates) -> Fates:
        """Fates of source rows: used if any of their records is, else as the first record says.

        Rows that made no record keep what `sources` says of them.
        """
        fates = Fates(sources.rows)
        fates.reasons = list(dict.fromkeys([*sources.reasons, *self.reasons]))
        theirs = np.array([fates.reasons.index(reason) for reason in sources.reasons], dtype=np.int16)
        mine = np.array([fates.reasons.index(reason) for reason in self.reasons], dtype=np.int16)
        fates.outcome, fates.reason, fates.twin = sources.outcome.copy(), theirs[sources.reason], sources.twin.copy()
        for outcome in (IGNORED, REJECTED, USED):
            rows = np.flatnonzero(self.outcome == outcome)[::-1]
            fates.outcome[origin[rows]] = outcome
            fates.reason[origin[rows]] = mine[self.reason[rows]]
            fates.twin[origin[rows]] = self.twin[rows]
        return fates

    def ledger(self) -> RowLedger:
        """Rows counted by fate."""
        counts = np.bincount(self.outcome, minlength=3)
        return RowLedger(self.rows, int(counts[USED]), int(counts[REJECTED]), int(counts[IGNORED]))

    def notes(self, table: Table, outcome: int) -> pd.DataFrame:
        """ROW_NOTE_COLUMNS for the rows with this outcome; `table` is the table of source rows."""
        rows = np.flatnonzero(self.outcome == outcome)
        reasons = [
            f"{self.reasons[reason]} {twin}" if twin else self.reasons[reason]
            for reason, twin in zip(self.reason[rows], self.twin[rows], strict=True)
        ]
        return pd.DataFrame(
            {
                "source_file": constant(table.file, len(rows)).categorical(),
                "source_sheet": constant(table.sheet, len(rows)).categorical(),
                "source_row": table.rows[rows].astype(np.int32),
                "reason": objects(reasons),
                "text": table.row_texts(rows),
            },
            columns=list(ROW_NOTE_COLUMNS),
        )


def same_rows(columns: Sequence[Column], among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (of the mask `among`) with the same text in every column as an earlier one: indices of both.

    A 64-bit mix of the codes finds candidates; those are compared in full.
    """
    nothing = np.empty(0, dtype=np.int64)
    if not columns or any(
        len(column.values) >= len(among) == len(column.used) and column.known.all() for column in columns
    ):
        return nothing, nothing
    suspects, mixed = _alike(columns, slice(None) if among.all() else np.flatnonzero(among))
    repeats, earlier = [nothing], [nothing]
    while len(suspects):
        _, first, group = np.unique(mixed, return_index=True, return_inverse=True)
        leader = suspects[first[group]]
        same = np.ones(len(suspects), dtype=bool)
        for column in columns:
            same &= column.codes[suspects] == column.codes[leader]
        again = same & (suspects != leader)
        repeats.append(suspects[again])
        earlier.append(leader[again])
        # What only looked like its leader may still repeat another row that did.
        suspects, mixed = suspects[~same], mixed[~same]
    return np.concatenate(repeats), np.concatenate(earlier)


def _alike(columns: Sequence[Column], rows: np.ndarray | slice) -> tuple[np.ndarray, np.ndarray]:
    """Indices of those rows whose mixed codes occur more than once, in order, and their mixed codes."""
    ordered = _mixed(columns, rows)
    ordered.sort()
    crowded = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(crowded):
        return np.empty(0, dtype=np.int64), crowded
    mixed = _mixed(columns, rows)
    found = np.flatnonzero(np.isin(mixed, crowded))
    return (found if isinstance(rows, slice) else rows[found]), mixed[found]


def _mixed(columns: Sequence[Column], rows: np.ndarray | slice) -> np.ndarray:
    """One 64-bit number per row, from its codes in all columns (overflow is meant)."""
    mixed = np.zeros(len(columns[0].codes[rows]), dtype=np.int64)
    for column in columns:
        mixed *= MULTIPLIER
        mixed += column.codes[rows]
    return mixed
