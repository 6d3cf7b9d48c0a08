"""Writes frames as CSV: whole or not at all, for the owner's eyes, with nothing a spreadsheet takes for a formula."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from medcramp.errors import OutputError
from medcramp.escape import neutral

BATCH_ROWS = 65_536


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame of text (categorical or plain) and whole numbers; empty = unknown. Raises OutputError."""
    from pyarrow import csv

    columns = {name: _arrow(frame[name]) for name in frame.columns}
    schema = pa.schema([(name, column.type.value_type if pa.types.is_dictionary(column.type) else column.type)
                        for name, column in columns.items()])  # fmt: skip
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            try:
                with csv.CSVWriter(file, schema) as writer:
                    for start in range(0, max(len(frame), 1), BATCH_ROWS):
                        parts = [_plain(column.slice(start, BATCH_ROWS)) for column in columns.values()]
                        writer.write_table(pa.Table.from_arrays(parts, schema=schema))
                file.close()
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise OutputError(
            f"cannot be written: {os.strerror(error.errno) if error.errno else 'no space or no access'}",
            remedy="choose a folder that exists and that you may write to",
            file=path,
        ) from None


def _arrow(series: pd.Series) -> Any:
    """A column as Arrow array; texts made harmless once per distinct text."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy()
        texts = pa.array([neutral(str(text)) for text in series.cat.categories], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), texts)
    if pd.api.types.is_integer_dtype(series.dtype):
        return pa.array(series.to_numpy())
    return pa.array([None if text is None or text != text else neutral(str(text)) for text in series], pa.string())


def _plain(array: Any) -> Any:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
