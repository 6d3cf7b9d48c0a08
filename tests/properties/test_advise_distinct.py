"""Distinct combinations and sets, against the obvious way."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medcramp.advise.distinct import combinations, sets

tables = st.integers(1, 60).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 2), min_size=width, max_size=width), max_size=40)
)


@given(tables)
def test_rows_have_the_same_code_exactly_when_they_are_equal(rows):
    columns = [np.array(column, dtype=np.int8) for column in zip(*rows, strict=True)] if rows else []
    found = combinations(columns, 3, len(rows))
    first = {}
    for place, row in enumerate(map(tuple, rows)):
        first.setdefault(row, place)
    assert [found.first[code] for code in found.code] == [first[tuple(row)] for row in rows]
    assert len(found.first) == len(first)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 70)), max_size=60))
def test_every_owner_gets_the_set_of_its_values(pairs):
    owner = np.array([pair[0] for pair in pairs], dtype=np.int64)
    value = np.array([pair[1] for pair in pairs], dtype=np.int64)
    found = sets(owner, value, 10)
    for name in range(10):
        assert found.members[found.code[name]] == tuple(sorted({v for o, v in pairs if o == name}))
