"""Tables as CSV: escaped once per distinct text, written columnwise.

UTF-8, comma, line feed; unknown is empty; numbers are plain numbers; every text passes `escape.neutral`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from medcramp.records import (
    ELECTROLYTE_COLUMNS,
    EVIDENCE_COLUMNS,
    FINDING_COLUMNS,
    MEDICATION_COLUMNS,
    NOT_ASSESSED_COLUMNS,
    OPTION_COLUMNS,
    PATIENT_COLUMNS,
    ROW_NOTE_COLUMNS,
    UNRECOGNISED_COLUMNS,
    Tables,
)
from medcramp.report.escape import neutral_all
from medcramp.report.rows import repeated_rows, write_repeated

TABLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "medications": MEDICATION_COLUMNS,
    "findings": FINDING_COLUMNS,
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


def write_csv_tables(tables: Tables, folder: Path) -> None:
    """Write one CSV per table of the contract into `folder` (made when missing)."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, columns in TABLE_COLUMNS.items():
        left_out = LEFT_OUT_OF_CSV.get(name, ())
        kept = tuple(column for column in columns if column not in left_out)
        write_csv(getattr(tables, name).drop(columns=list(left_out)), kept, folder / f"{name}.csv")


def write_csv(frame: pd.DataFrame, columns: tuple[str, ...], path: Path) -> None:
    """Write `columns` of `frame`, then whatever further columns it has, as CSV."""
    arranged = arrange(frame, columns)
    with path.open("wb") as file:
        file.write((",".join(arranged.columns) + "\n").encode("utf-8"))
        if all(_is_text(arranged[name]) for name in arranged.columns):
            texts = [_neutral_codes(arranged[name]) for name in arranged.columns]
            if repeated := repeated_rows(texts):
                write_repeated(texts[0], *repeated, file)
                return
        options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
        pa.csv.write_csv(arrow_table(arranged), file, write_options=options)


def arrange(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """`frame` with `columns` first, in order (a missing one is all unknown), further columns after them."""
    order = [*columns, *(str(name) for name in frame.columns if name not in columns)]
    return frame.reindex(columns=order)


def arrow_table(frame: pd.DataFrame, escaped: bool = True) -> pa.Table:
    """`frame` for Arrow writers: texts dictionary-encoded (and escaped), numbers as they are, unknown as null."""
    return pa.table({str(name): _arrow_column(frame[name], escaped) for name in frame.columns})


def _is_text(column: pd.Series) -> bool:
    return not (pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype))


def _neutral_codes(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    codes, distinct = text_codes(column)
    return codes, [text or "" for text in neutral_all(distinct)]


def _arrow_column(column: pd.Series, escaped: bool) -> pa.Array:
    if not _is_text(column):
        return pa.array(column, from_pandas=True)
    codes, distinct = text_codes(column)
    indices = pa.array(codes, mask=codes < 0)
    texts = neutral_all(distinct) if escaped else distinct
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts, type=pa.string()))


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
