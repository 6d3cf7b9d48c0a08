"""Which rows of a table are records, and which are totals, repeats or supplies that were undone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from medcramp.read import values
from medcramp.read.fields import Reader
from medcramp.read.ledger import IGNORED, REJECTED, Fates, same_rows
from medcramp.read.tables import Column, combinations

SAME_ROW = "the same as row"
SAME_FILL = "the same prescription fill as row"
NO_DRUG = "no medicine in this row"
NO_PATIENT = "no patient in this row"
CARRIER = "carrier fluid, not therapy"
REVERSED_PAIR = "supply undone; pairs with row"
FOOTERS = {"total": "a total, not a record", "page": "a page heading", "footer": "a note of the report"}


def refuse_rows(reader: Reader, found: Mapping[str, Column], fates: Fates, has_patient: np.ndarray) -> None:
    """Rows that are no record: totals and footers, no drug, no patient, carrier fluids."""
    table = reader.table
    named = found["drug"].known | found["ndc"].known | found["rxcui"].known | found["atc"].known
    small = np.flatnonzero((~(named & has_patient) | _called_total(reader, found["drug"])) & fates.open)
    if len(small):
        _mark_footers(reader, fates, small)
    fates.mark(~named, IGNORED, NO_DRUG)
    fates.mark(~has_patient, REJECTED, NO_PATIENT)
    kinds = reader.value("drug_type", lambda text: reader.columns.drug_types.get(text.lower()))
    for code in kinds.used:
        if kinds.values[code] == "no":
            fates.mark(kinds.codes == code, IGNORED, CARRIER)
    assert len(table) == fates.rows


def _called_total(reader: Reader, drug: Column) -> np.ndarray:
    """Rows with "Patient total" or a page number where the medicine should be."""
    words = "|".join(f"(?:{p.pattern})" for p, kind in reader.columns.row_words if kind in {"total", "page"})
    called = re.compile(words, re.IGNORECASE).search
    return np.isin(drug.codes, [code for code in drug.used if called(drug.values[code])])


def _mark_footers(reader: Reader, fates: Fates, suspects: np.ndarray) -> None:
    """Total, page and footer rows among rows that lack a drug or a patient."""
    found: dict[str, list[int]] = {}
    firsts = np.full(len(reader.table), -1, dtype=np.int64)
    for place in range(len(reader.table.columns) - 1, -1, -1):
        firsts[reader.table.column(place).known] = place
    for place in range(len(reader.table.columns)):
        rows = suspects[firsts[suspects] == place]
        column = reader.table.column(place).take(rows)
        for code in column.used:
            text = values.tidy(column.values[code])
            kind = next((kind for pattern, kind in reader.columns.row_words if pattern.search(text)), None)
            if kind:
                found.setdefault(kind, []).extend(rows[column.codes == code])
    for kind, rows in found.items():
        mask = np.zeros(fates.rows, dtype=bool)
        mask[rows] = True
        fates.mark(mask, IGNORED, FOOTERS[kind])


def drop_repeats(reader: Reader, found: Mapping[str, Column], fates: Fates) -> None:
    """Pairs that undo each other, then rows that repeat another in every cell or as the same fill.

    In this order, so that a claim billed again after its reversal is not taken for a repeat of the first.
    """
    table = reader.table
    _pair_reversals(reader, found, fates)
    known = [column for column in found.values() if len(column.values)]
    if len(same_rows(known, fates.open)[0]):
        repeats, earlier = same_rows(list(table.columns), fates.open)
        fates.mark(repeats, IGNORED, SAME_ROW, table.rows[earlier])
        _drop_same_fills(reader, known, fates)


def _drop_same_fills(reader: Reader, known: Sequence[Column], fates: Fates) -> None:
    """The same fill of the same prescription, exported twice with different figures beside it (prices, plans)."""
    number, fill = reader.text("rx_number"), reader.text("fill_number")
    repeats, earlier = same_rows([number, fill, *known], fates.open & number.known)
    fates.mark(repeats, IGNORED, SAME_FILL, reader.table.rows[earlier])


def _pair_reversals(reader: Reader, found: Mapping[str, Column], fates: Fates) -> None:
    """A reversal and the supply it undoes are both ignored; one without a partner stays, with its status."""
    status, quantity = found["status"], found["quantity"]
    words = reader.columns.reversals
    undoing = [code for code in status.used if status_word(status.values[code]) in words]
    undone = np.isin(status.codes, undoing) & fates.open
    if not undone.any():
        return
    amount, number = quantity.map(lambda text: text.lstrip("-")), reader.text("rx_number")
    keys = [found["patient_id"], found["drug"], found["ndc"], amount, number]
    if not (quantity.known & np.isin(quantity.codes, [c for c in quantity.used if quantity.values[c][0] == "-"])).any():
        keys.append(found["start_date"])
    codes, _ = combinations([column for column in keys if len(column.values)] or keys[:1])
    people = set(codes[undone].tolist())
    supplies: dict[int, list[int]] = {}
    for row in np.flatnonzero(fates.open & ~undone & np.isin(codes, list(people))):
        supplies.setdefault(int(codes[row]), []).append(int(row))
    partners: dict[int, int] = {}
    for row in np.flatnonzero(undone):
        waiting = supplies.get(int(codes[row]), [])
        before = [supply for supply in waiting if supply < row] or waiting
        if before:
            partner = before[-1]
            waiting.remove(partner)
            partners[int(row)], partners[partner] = partner, int(row)
    paired, others = np.array([*partners.items()], dtype=np.int64).reshape(-1, 2).T
    fates.mark(paired, IGNORED, REVERSED_PAIR, reader.table.rows[others])


def status_word(text: str) -> str:
    """A status as the vocabulary spells it."""
    return " ".join(text.lower().strip(" .>*-").split())
