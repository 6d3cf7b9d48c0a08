"""Tables with repeating rows come out as the cell-by-cell writer would write them."""

import csv

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from medcramp.records import text_column
from medcramp.report.rows import repeated_rows
from medcramp.report.tables import write_csv

TEXTS = st.sampled_from(["", "a", "b,c", 'say "x"', "two\nlines", "=1+1", "ü", None])


def frame(rows, repeats):
    """`rows` (of three cells) for each of `repeats` people, first column the person."""
    people = [f"P{n}" for n in range(repeats) for _ in rows]
    columns = list(zip(*rows, strict=True))
    cells = {f"c{i}": text_column(list(column) * repeats) for i, column in enumerate(columns)}
    return pd.DataFrame({"person": text_column(people), **cells})


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6), st.integers(1, 30))
def test_reads_back_what_went_in(tmp_path_factory, rows, repeats):
    table = frame(rows, repeats)
    path = tmp_path_factory.mktemp("rows") / "table.csv"
    write_csv(table, tuple(table.columns), path)
    with path.open(encoding="utf-8", newline="") as file:
        header, *written = csv.reader(file)
    expected = [
        [f"P{n}", *("" if cell is None else f"'{cell}" if cell.startswith("=") else cell for cell in row)]
        for n in range(repeats)
        for row in rows
    ]
    assert header == list(table.columns)
    assert written == expected


def test_rows_that_do_not_repeat_are_left_to_the_other_writer():
    codes = np.arange(100, dtype=np.int32)
    texts = [str(n) for n in range(100)]
    assert repeated_rows([(codes, texts), (codes, texts)]) is None


def test_many_wide_columns_do_not_overflow_the_key():
    codes = np.tile(np.arange(50, dtype=np.int32), 20)
    texts = [f"text {n}" for n in range(1000)]
    found = repeated_rows([(codes, texts)] * 12)
    assert found is not None
    assert len(found[1]) == 50
