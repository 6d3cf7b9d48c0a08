"""Tables as CSV: escaped once per distinct text, written columnwise.

UTF-8, comma, line feed; unknown is empty; numbers are plain numbers; every text passes `escape.neutral`.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa

from medcramp.escape import neutral_all
from medcramp.records import (
    ELECTROLYTE_COLUMNS,
    EVIDENCE_COLUMNS,
    MEDICATION_COLUMNS,
    NOT_ASSESSED_COLUMNS,
    OPTION_COLUMNS,
    PATIENT_COLUMNS,
    RANKED_FINDING_COLUMNS,
    ROW_NOTE_COLUMNS,
    UNRECOGNISED_COLUMNS,
    Tables,
)
from medcramp.report.rows import Column, cells, coded, write_rows

TABLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "medications": MEDICATION_COLUMNS,
    "findings": RANKED_FINDING_COLUMNS,
    "electrolytes": ELECTROLYTE_COLUMNS,
    "options": OPTION_COLUMNS,
    "patients": PATIENT_COLUMNS,
    "rejected": ROW_NOTE_COLUMNS,
    "ignored": ROW_NOTE_COLUMNS,
    "unrecognised": UNRECOGNISED_COLUMNS,
    "not_assessed": NOT_ASSESSED_COLUMNS,
    "evidence": EVIDENCE_COLUMNS,
}

# The question to ask and the title of an option stand in the workbook and papers: forty-odd rows for every patient are
# a third shorter without them.
LEFT_OUT_OF_CSV: dict[str, tuple[str, ...]] = {"options": ("ask", "label")}


class CsvTables:
    """One CSV per table of the contract in `folder` (made when missing), written in the background, two at a time.

    Leaving the context waits for what is being written and drops what has not begun: after an error nobody wants it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._pool = ThreadPoolExecutor(2)
        self._begun: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, name: str, frame: pd.DataFrame) -> None:
        """Start writing the table of that name, which must not change any more."""
        self._begun.append(self._pool.submit(self._write, name, frame))

    def finish(self) -> None:
        """Wait until everything begun is on disk. Raises OSError when that failed."""
        for begun in self._begun:
            begun.result()

    def _write(self, name: str, frame: pd.DataFrame) -> None:
        left_out = LEFT_OUT_OF_CSV.get(name, ())
        kept = tuple(column for column in TABLE_COLUMNS[name] if column not in left_out)
        write_csv(frame.drop(columns=list(left_out)), kept, self._folder / f"{name}.csv")


def longest_first(tables: Tables) -> list[str]:
    """Names of the tables; begun in this order, two at a time, they are done soonest."""
    return sorted(TABLE_COLUMNS, key=lambda name: -len(getattr(tables, name)))


def write_csv(frame: pd.DataFrame, columns: tuple[str, ...], path: Path) -> None:
    """Write `columns` of `frame`, then whatever further columns it has, as CSV, down to the disk."""
    arranged = arrange(frame, columns)
    with path.open("wb") as file:
        file.write((",".join(cells(map(str, arranged.columns))) + "\n").encode("utf-8"))
        write_rows([_cell_column(arranged[name]) for name in arranged.columns], len(arranged), file)
        file.flush()
        os.fsync(file.fileno())


def arrange(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """`frame` with `columns` first, in order (a missing one is all unknown), further columns after them."""
    order = [*columns, *(str(name) for name in frame.columns if name not in columns)]
    return frame.reindex(columns=order)


def arrow_table(frame: pd.DataFrame) -> pa.Table:
    """`frame` for Arrow writers: texts dictionary-encoded, numbers as they are, unknown as null."""
    return pa.table({str(name): _arrow_column(frame[name]) for name in frame.columns})


def _is_text(column: pd.Series) -> bool:
    return not (pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype))


def _cell_column(column: pd.Series) -> Column:
    """A column as CSV cells: texts neutral, quoted where they must be; numbers as Arrow prints them."""
    if not _is_text(column):
        return pa.array(column, from_pandas=True).cast(pa.string()).fill_null("")
    codes, distinct = text_codes(column)
    return coded(codes, neutral_all(distinct))


def _arrow_column(column: pd.Series) -> pa.Array:
    if not _is_text(column):
        return pa.array(column, from_pandas=True)
    codes, distinct = text_codes(column)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(distinct, type=pa.string()))


def text_codes(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Codes into distinct texts (-1 = unknown) of a text, date or mixed column; ISO for dates."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        distinct = [text_of(value) for value in column.cat.categories]
        return column.cat.codes.to_numpy().astype(np.int32), distinct
    codes, values = pd.factorize(column, use_na_sentinel=True)
    return codes.astype(np.int32), [text_of(value) for value in values]


def text_of(value: object) -> str:
    """One value as text: lists `;`-joined, dates ISO, whole floats without a decimal point."""
    if isinstance(value, str):
        return value
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return pd.Timestamp(value).date().isoformat()
    if isinstance(value, (tuple, list)):
        return ";".join(text_of(part) for part in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
