"""The fate of every row of a table: used, rejected or ignored, the latter two with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from medcramp.read.tables import Column, Table, constant, objects
from medcramp.records import ROW_NOTE_COLUMNS, RowLedger

USED, REJECTED, IGNORED = 0, 1, 2
MOST_TELLING = 3
SLOTS = 1 << 23


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
        self.twin = np.zeros(self.rows, dtype=np.int64)

    @property
    def open(self) -> np.ndarray:
        """Rows without a verdict so far."""
        undecided: np.ndarray = self.outcome == USED
        return undecided

    def mark(self, rows: np.ndarray, outcome: int, reason: str, twin: np.ndarray | None = None) -> None:
        """Give the rows of a boolean mask that are still open this verdict; `twin` holds a row per row of the table."""
        rows = rows & self.open
        if not rows.any():
            return
        if reason not in self.reasons:
            self.reasons.append(reason)
        self.outcome[rows] = outcome
        self.reason[rows] = self.reasons.index(reason)
        if twin is not None:
            self.twin[rows] = twin[rows]

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


def _alike(columns: Sequence[Column], rows: np.ndarray) -> np.ndarray:
    """Those of the rows whose mixed codes occur more than once; a few may only look alike."""
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in columns:
        codes = column.codes if len(rows) == len(column) else column.codes[rows]
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed += codes.astype(np.uint64)  # -1 wraps to the largest number, distinct from every code
        mixed ^= mixed >> np.uint64(29)
    crowded = _sharing_a_slot((mixed >> np.uint64(8)).astype(np.int64) & (SLOTS - 1))
    twins: np.ndarray = rows[crowded][pd.Series(mixed[crowded]).duplicated(keep=False).to_numpy()]
    return twins


def _sharing_a_slot(slots: np.ndarray) -> np.ndarray:
    """Indices whose slot is taken more than once: a cheap sieve before the exact count."""
    order = np.arange(len(slots), dtype=np.int32)
    last = np.zeros(SLOTS, dtype=np.int32)
    last[slots] = order
    beaten = last[slots] != order
    shared = np.zeros(SLOTS, dtype=bool)
    shared[slots[beaten]] = True
    return np.flatnonzero(shared[slots])


def same_rows(columns: Sequence[Column], among: np.ndarray) -> np.ndarray:
    """Per row the index of the earliest row (of `among`) with the same text in every column, or -1 for the first.

    A 64-bit mix of the codes, of the columns with most texts first, finds candidates; those are compared in full.
    """
    rows = np.flatnonzero(among)
    twins = np.full(len(among), -1, dtype=np.int64)
    if len(rows) < 2 or any(len(column.used) == len(among) and column.known.all() for column in columns):
        return twins
    telling = sorted(columns, key=lambda column: len(column.values), reverse=True)
    suspects = _alike(telling[MOST_TELLING:], _alike(telling[:MOST_TELLING], rows))
    first: dict[tuple[int, ...], int] = {}
    for row, key in zip(
        suspects, zip(*(column.codes[suspects].tolist() for column in columns), strict=True), strict=True
    ):
        earlier = first.setdefault(key, int(row))
        if earlier != row:
            twins[row] = earlier
    return twins
