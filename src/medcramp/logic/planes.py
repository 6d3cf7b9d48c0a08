"""Three-valued logic over many patients at once: one pair of boolean arrays per statement.

`certain[i]`: known to be true for patient i. `possible[i]`: not known to be false. `certain` implies `possible`;
the patients between the two are those for whom the statement is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


class Planes(NamedTuple):
    """A statement about n patients: two boolean arrays of length n, `certain` ⊆ `possible`."""

    certain: Mask
    possible: Mask

    @property
    def unknown(self) -> Mask:
        """Where the statement is neither known to be true nor known to be false."""
        return self.possible & ~self.certain


def known(truth: Mask) -> Planes:
    """A statement whose truth is known for everybody."""
    return Planes(truth, truth)


def constant(truth: bool, size: int) -> Planes:
    """The same known answer for `size` patients."""
    return known(np.full(size, truth))


def when_known(truth: Mask, is_known: Mask) -> Planes:
    """`truth` where it is known, unknown elsewhere."""
    return Planes(truth & is_known, truth | ~is_known)


def negate(planes: Planes) -> Planes:
    """Not: what is certain becomes impossible, what is unknown stays unknown."""
    return Planes(~planes.possible, ~planes.certain)


def all_of(parts: Sequence[Planes]) -> Planes:
    """Every statement holds."""
    return Planes(
        np.logical_and.reduce([part.certain for part in parts]),
        np.logical_and.reduce([part.possible for part in parts]),
    )


def any_of(parts: Sequence[Planes]) -> Planes:
    """At least one statement holds."""
    return Planes(
        np.logical_or.reduce([part.certain for part in parts]),
        np.logical_or.reduce([part.possible for part in parts]),
    )


def at_least(count: int, parts: Sequence[Planes]) -> Planes:
    """At least `count` of the statements hold."""
    return Planes(
        np.sum([part.certain for part in parts], axis=0) >= count,
        np.sum([part.possible for part in parts], axis=0) >= count,
    )
