"""From drug lines to ingredients, strengths, routes and classes; from directions to daily doses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge
from medcramp.recognise.code_store import tables as installed_codes
from medcramp.recognise.codes import CodeTables
from medcramp.recognise.corrections import read_corrections
from medcramp.recognise.distinct import distinct
from medcramp.recognise.doses import doses, doses_frame
from medcramp.recognise.items import (
    CODE_COLUMNS,
    ITEM_COLUMNS,
    Item,
    correction_key,
    items_frame,
    recognise_items,
)
from medcramp.recognise.match import Matcher
from medcramp.records import Progress, Recognised, no_progress, text_column

__all__ = ["CodeTables", "identify", "installed_codes", "read_corrections", "recognise"]

IDENTIFY_COLUMNS = ("text", "status", "ingredients", "classes", "route", "form", "strength", "match", "score", "note")


def recognise(
    records: pd.DataFrame,
    knowledge: Knowledge,
    *,
    corrections: Mapping[str, str] | None = None,
    codes: CodeTables | None = None,
    jurisdiction: str = "",
    progress: Progress = no_progress,
) -> Recognised:
    """Recognise the drugs and doses of a frame of records (RECORD_COLUMNS).

    Every distinct combination of drug, strength, form, route and codes is recognised once, every distinct text of
    directions read once; the rows only carry numbers. `corrections` maps a text to what it should read; `jurisdiction`
    settles brand names that mean different things by country ("" = they stay ambiguous).
    """
    columns = [column for column in ITEM_COLUMNS if codes is not None or column not in CODE_COLUMNS]
    number, first = distinct([records[column] for column in columns])
    cells = _cells(records, ITEM_COLUMNS if codes is not None else columns, first)
    matcher = Matcher(knowledge.vocabulary, jurisdiction)
    keyed = {correction_key(text): right for text, right in (corrections or {}).items()}
    items = recognise_items(cells, knowledge, matcher, keyed, codes, progress)
    progress("reading directions", 0, 0)
    dose_number, found = doses(records, number, [item.product for item in items], knowledge.vocabulary.directions)
    return Recognised(items_frame(items), number, doses_frame(found), dose_number)


def identify(
    texts: Sequence[str | None],
    knowledge: Knowledge,
    *,
    corrections: Mapping[str, str] | None = None,
    codes: CodeTables | None = None,
    code_columns: Mapping[str, Sequence[str | None]] | None = None,
    jurisdiction: str = "",
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Recognise texts alone: a frame of IDENTIFY_COLUMNS, one row per text, same order; lists are ";"-joined text.

    `code_columns`: codes beside the texts by kind (codes.CODED), looked up in `codes`. The rest as in `recognise`.
    """
    columns = {"drug": texts, **(code_columns or {})}
    frame = pd.DataFrame({name: text_column(values) for name, values in columns.items()})
    number, first = distinct([frame[name] for name in columns])
    cells = _cells(frame, list(columns), first)
    keyed = {correction_key(text): right for text, right in (corrections or {}).items()}
    matcher = Matcher(knowledge.vocabulary, jurisdiction)
    items = recognise_items(cells, knowledge, matcher, keyed, codes, progress)
    empty = ("unknown", "", "", "", "", "", "", 0.0, "empty")
    rows = [_identified(item, knowledge) if item.text or item.named.ingredients else empty for item in items]
    table = pd.DataFrame(rows, columns=list(IDENTIFY_COLUMNS[1:]))
    gathered = table.iloc[number].reset_index(drop=True)
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
