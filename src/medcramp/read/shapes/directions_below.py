"""Directions in the row below their medicine, in the same column: orders of an administration record, printed lists."""

from __future__ import annotations

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read.ledger import IGNORED
from medcramp.read.meaning import DrugTest, looks_like_directions
from medcramp.read.shapes.shaped import Shaped, field_column
from medcramp.read.tables import column_of

BELOW = "directions of the medicine above"
PROBED = 300
"""Distinct texts among which a first one of directions must be found."""


def joined(shaped: Shaped, columns: Columns, drug_test: DrugTest) -> Shaped:
    """Rows whose medicine is nothing but directions belong to the row above; other tables come back as they are."""
    drug = field_column(shaped, "drug")

    def directs(text: str) -> bool:
        return looks_like_directions(text, columns) and not drug_test(text)

    if not any(directs(drug.values[code]) for code in drug.used[:PROBED]):
        return shaped
    said = np.isin(drug.codes, [code for code in drug.used if directs(drug.values[code])]) & shaped.fates.open
    named = drug.known & ~said & shaped.fates.open
    rows = np.arange(len(drug))
    above = np.maximum.accumulate(np.where(named, rows, -1))
    sig = field_column(shaped, "sig")
    follows = np.concatenate([[False], (said | named)[:-1]])
    below = said & follows & (above >= 0) & ~sig.known[np.maximum(above, 0)]
    if not below.any():
        return shaped
    texts = sig.decoded()
    for row in np.flatnonzero(below):
        before = texts[above[row]]
        texts[above[row]] = f"{before} {drug.values[drug.codes[row]]}" if before else drug.values[drug.codes[row]]
    shaped.fates.mark(below, IGNORED, BELOW)
    return shaped.extended({"sig": column_of(texts)}, "directions in the row below")
