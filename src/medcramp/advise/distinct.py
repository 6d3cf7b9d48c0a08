"""Work on distinct combinations, then broadcast: the two shapes that advice needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int64]

_ROOM = np.iinfo(np.int64).max


class Distinct(NamedTuple):
    """`code` per row says which distinct combination it is; `first` is one row of each combination."""

    code: Codes
    first: Codes


def combinations(columns: Sequence[np.ndarray], states: int, size: int) -> Distinct:
    """Distinct rows of a table of small integers 0 … states-1, given as its columns of length `size`."""
    code = np.zeros(size, dtype=np.int64)
    room = 1
    for column in columns:
        if room > _ROOM // states:
            code = pd.factorize(code)[0].astype(np.int64)
            room = int(code.max(initial=0)) + 1
        code = code * states + column
        room *= states
    code = pd.factorize(code)[0].astype(np.int64)
    count = int(code.max(initial=-1)) + 1
    first = np.empty(count, dtype=np.int64)
    first[code[::-1]] = np.arange(size)[::-1]
    return Distinct(code, first)


class Sets(NamedTuple):
    """`code` per owner points into `members`, the distinct sets of values (ascending)."""

    code: Codes
    members: list[tuple[int, ...]]


def sets(owner: np.ndarray, value: np.ndarray, owners: int) -> Sets:
    """The set of values of each owner 0 … owners-1, from (owner, value) pairs in any order."""
    pairs = np.unique(np.column_stack([owner, value]).astype(np.int64).reshape(-1, 2), axis=0)
    counts = np.bincount(pairs[:, 0], minlength=owners)
    table = np.full((owners, int(counts.max(initial=0))), -1, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    table[pairs[:, 0], np.arange(len(pairs)) - np.repeat(starts, counts)] = pairs[:, 1]
    distinct, code = np.unique(table, axis=0, return_inverse=True)
    return Sets(code.reshape(-1), [tuple(int(v) for v in row if v >= 0) for row in distinct])
