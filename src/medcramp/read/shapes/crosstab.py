"""Administration records: days across, one row per medicine and time of day."""

from __future__ import annotations

from medcramp.read.header import days_across
from medcramp.read.ledger import IGNORED, same_rows
from medcramp.read.shapes.shaped import PERSON_FIELDS, Shaped, field_column

SAME_ORDER = "the same order at another time of day as row"
ORDER_FIELDS = ("drug", "sig", "strength", "route", "start_date", "end_date", "rx_number")


def one_row_per_order(shaped: Shaped) -> Shaped:
    """Rows that repeat an order for another time of day are ignored; other tables come back as they are."""
    if not days_across(shaped.table.titles):
        return shaped
    known = [field_column(shaped, name) for name in (*PERSON_FIELDS, *ORDER_FIELDS) if shaped.meaning.has(name)]
    named = field_column(shaped, "drug").known & shaped.fates.open
    repeats, earlier = same_rows(known, named)
    shaped.fates.mark(repeats, IGNORED, SAME_ORDER, shaped.table.rows[earlier])
    shaped.names.append("administration record: days across")
    return shaped
