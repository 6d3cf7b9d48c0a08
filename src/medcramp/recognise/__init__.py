"""From drug lines to ingredients, strengths, routes and classes; from directions to daily doses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge
from medcramp.recognise.code_store import tables as installed_codes
from medcramp.recognise.codes import CodeTables
from medcramp.recognise.corrections import read_corrections
from medcramp.recognise.doses import Dose, amount, doses
from medcramp.recognise.items import (
    CODE_COLUMNS,
    ITEM_COLUMNS,
    Item,
    correction_key,
    distinct,
    items_frame,
    recognise_items,
)
from medcramp.recognise.match import Matcher
from medcramp.recognise.sig import parse
from medcramp.records import Progress, Recognised, no_progress, text_column

__all__ = ["CodeTables", "identify", "installed_codes", "read_corrections", "recognise"]

IDENTIFY_COLUMNS = ("text", "status", "ingredients", "classes", "route", "form", "strength", "match", "score", "note")
DOSE_COLUMNS = ("sig", "quantity", "days_supply")


def recognise(
    records: pd.DataFrame,
    knowledge: Knowledge,
    *,
    corrections: Mapping[str, str] | None = None,
    codes: CodeTables | None = None,
    progress: Progress = no_progress,
) -> Recognised:
    """Recognise the drugs and doses of a frame of records (RECORD_COLUMNS).

    Every distinct combination of drug, strength, form, route and codes is recognised once, every distinct text of
    directions read once; the rows only carry numbers. `corrections` maps a text to what it should read.
    """
    columns = [column for column in ITEM_COLUMNS if codes is not None or column not in CODE_COLUMNS]
    number, first = distinct([records[column] for column in columns])
    cells = _cells(records, ITEM_COLUMNS if codes is not None else columns, first)
    matcher = Matcher(knowledge.vocabulary)
    keyed = {correction_key(text): right for text, right in (corrections or {}).items()}
    items = recognise_items(cells, knowledge, matcher, keyed, codes, progress)
    progress("reading directions", 0, 0)
    dose_number, dose_rows = _doses(records, number, items, knowledge)
    return Recognised(items_frame(items), number, _doses_frame(dose_rows), dose_number)


def identify(
    texts: Sequence[str | None],
    knowledge: Knowledge,
    *,
    corrections: Mapping[str, str] | None = None,
    codes: CodeTables | None = None,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Recognise texts alone: a frame of IDENTIFY_COLUMNS, one row per text, same order; lists are ";"-joined text."""
    column = text_column(texts)
    cells = [{"drug": str(text)} for text in column.categories]
    keyed = {correction_key(text): right for text, right in (corrections or {}).items()}
    items = recognise_items(cells, knowledge, Matcher(knowledge.vocabulary), keyed, codes, progress)
    rows = [_identified(item, knowledge) for item in items]
    rows.append(("unknown", "", "", "", "", "", "", 0.0, "empty"))
    table = pd.DataFrame(rows, columns=list(IDENTIFY_COLUMNS[1:]))
    gathered = table.iloc[column.codes].reset_index(drop=True)
    gathered.insert(0, "text", pd.Series([text or "" for text in texts], dtype=object))
    return gathered


def _identified(item: Item, knowledge: Knowledge) -> tuple[str, str, str, str, str, str, str, float, str]:
    named = item.named
    classes = [group for group in item.certain if knowledge.groups.is_class(group)]
    notes = [*named.notes, *([f"candidates: {', '.join(named.candidates)}"] if named.candidates else [])]
    return (
        named.status,
        ";".join(named.ingredients),
        ";".join(classes),
        item.product.route,
        item.product.form,
        item.strength,
        named.match,
        named.score,
        "; ".join(notes),
    )


def _cells(records: pd.DataFrame, columns: Sequence[str], rows: np.ndarray) -> list[dict[str, str]]:
    """The texts of some rows and columns, unknown as ""."""
    texts = [
        records[column].iloc[rows].astype(object).where(records[column].iloc[rows].notna(), "") for column in columns
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*(text.tolist() for text in texts), strict=True)]


def _doses(
    records: pd.DataFrame, item: np.ndarray, items: Sequence[Item], knowledge: Knowledge
) -> tuple[np.ndarray, list[Dose]]:
    """Number of the dose per record, and one dose per distinct (item, directions, quantity, days' supply)."""
    item_column = pd.Series(pd.Categorical.from_codes(item, categories=pd.Index(np.arange(len(items)))))
    number, first = distinct([item_column, *(records[column].reset_index(drop=True) for column in DOSE_COLUMNS)])
    cells = _cells(records, DOSE_COLUMNS, first)
    lexicon = knowledge.vocabulary.directions
    sigs = {text: parse(text, lexicon) for text in {row["sig"] for row in cells}}
    amounts = {text: amount(text) for text in {row[name] for row in cells for name in ("quantity", "days_supply")}}
    keys = [
        (int(item[row]), sigs[cell["sig"]], amounts[cell["quantity"]], amounts[cell["days_supply"]])
        for row, cell in zip(first, cells, strict=True)
    ]
    return number, doses(keys, [each.product for each in items])


def _doses_frame(rows: Sequence[Dose]) -> pd.DataFrame:
    """`records.Recognised.doses`."""
    daily = np.empty(len(rows), dtype=object)
    for place, row in enumerate(rows):
        daily[place] = row.daily_mg
    return pd.DataFrame(
        {
            "units_usual": np.array([row.units_usual for row in rows], dtype=float),
            "units_max": np.array([row.units_max for row in rows], dtype=float),
            "basis": pd.Series([row.basis for row in rows], dtype=object),
            "prn": np.array([row.prn for row in rows], dtype=bool),
            "daily_mg": pd.Series(daily, dtype=object),
            "note": pd.Series([row.note for row in rows], dtype=object),
        }
    )
