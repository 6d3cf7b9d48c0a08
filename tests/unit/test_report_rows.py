"""Rows joined from coded columns read back as what went in."""

import csv
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcramp.records import text_column
from medcramp.report.rows import coded, write_rows
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


def test_longer_than_one_piece_and_not_from_the_start_of_a_buffer():
    numbers = pa.array([f"row {n}" for n in range(40_000)])
    file = io.BytesIO()
    codes = np.resize(np.array([0, -1, 1], dtype=np.int32), 39_997)
    write_rows([numbers.slice(3), "same", "", coded(codes, ["", "a,b"])], 39_997, file)
    written = file.getvalue().decode().splitlines()
    assert written[:3] == ['row 3,same,,""', "row 4,same,,", 'row 5,same,,"a,b"']
    assert [line.partition(",")[0] for line in written] == [f"row {n}" for n in range(3, 40_000)]


@pytest.mark.parametrize("size", [0, 2])
def test_rows_that_are_all_the_same(size):
    file = io.BytesIO()
    same = coded(np.zeros(size, dtype=np.int32), ["a,b"])
    unknown = coded(np.full(size, -1, dtype=np.int32), [])
    write_rows([same, unknown], size, file)
    assert file.getvalue() == b'"a,b",\n' * size


def test_the_last_column_may_be_the_same_in_every_row():
    file = io.BytesIO()
    write_rows([coded(np.array([0, 1], dtype=np.int32), ["a", "b"]), ""], 2, file)
    assert file.getvalue() == b"a,\nb,\n"
