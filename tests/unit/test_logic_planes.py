"""Three-valued logic: the truth tables of Kleene, over every combination of yes, no and unknown."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from medcramp.logic import planes as pl

VALUES = (True, False, None)


def plane(*truths: bool | None) -> pl.Planes:
    return pl.Planes(np.array([t is True for t in truths]), np.array([t is not False for t in truths]))


def read(planes: pl.Planes) -> list[bool | None]:
    return [True if yes else None if perhaps else False for yes, perhaps in zip(*planes, strict=True)]


PAIRS = list(itertools.product(VALUES, VALUES))
LEFT, RIGHT = plane(*(a for a, _ in PAIRS)), plane(*(b for _, b in PAIRS))


def kleene_and(a, b):
    return False if a is False or b is False else None if None in (a, b) else True


def kleene_or(a, b):
    return True if a is True or b is True else None if None in (a, b) else False


def test_all_and_any_follow_the_truth_tables():
    assert read(pl.all_of([LEFT, RIGHT])) == [kleene_and(a, b) for a, b in PAIRS]
    assert read(pl.any_of([LEFT, RIGHT])) == [kleene_or(a, b) for a, b in PAIRS]


def test_not_leaves_the_unknown_unknown():
    assert read(pl.negate(plane(True, False, None))) == [False, True, None]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_at_least_counts_what_is_certain_and_what_is_possible(count):
    rows = list(itertools.product(VALUES, repeat=3))
    parts = [plane(*(row[i] for row in rows)) for i in range(3)]

    def expected(row):
        yes, perhaps = row.count(True), row.count(True) + row.count(None)
        return True if yes >= count else None if perhaps >= count else False

    assert read(pl.at_least(count, parts)) == [expected(row) for row in rows]


def test_what_is_not_known_is_unknown_whatever_its_value():
    truth, known = np.array([True, False, True, False]), np.array([True, True, False, False])
    assert read(pl.when_known(truth, known)) == [True, False, None, None]
    assert read(pl.constant(True, 2)) == [True, True]
