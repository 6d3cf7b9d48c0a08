"""Brings a table to one row per medication record, whatever its shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read.canonical import Canonical
from medcramp.read.ledger import REJECTED, Fates
from medcramp.read.meaning import DrugTest, Meaning
from medcramp.read.tables import Column, Table
from medcramp.read.understand import Understood


@dataclass(eq=False)
class Shaped:
    """`table` has one row per record; `origin` says of which row of `source` each is made (None: the same row)."""

    name: str
    table: Table
    meaning: Meaning
    fates: Fates
    source: Table
    origin: np.ndarray | None = None
    notices: list[str] = field(default_factory=list)

    def fates_of_sources(self) -> Fates:
        """One fate per source row."""
        return self.fates if self.origin is None else self.fates.of_sources(self.origin, len(self.source))

    def companions(self, read: Canonical) -> dict[str, dict[str, Column]]:
        return {}


def shape(u: Understood, columns: Columns, drug_test: DrugTest, settled: Mapping[str, str]) -> Shaped | None:
    """The records of a table, or None when it holds none."""
    if u.kind != "records" or u.missing:
        return None
    table, spilled = u.body
    fates = Fates(len(table))
    fates.mark(spilled, REJECTED, "more cells than columns: an unquoted delimiter has shifted them")
    return Shaped("a row per fill", table, u.meaning, fates, table)
