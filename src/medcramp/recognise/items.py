"""Tables of recognised items: one row per distinct line, with route, form, strength and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from medcramp.recognise.match import Matched, Matcher
from medcramp.recognise.strength import per_component
from medcramp.records import Progress, no_progress, text_column

if TYPE_CHECKING:
    from medcramp.knowledge import Knowledge

IDENTIFY_COLUMNS = ("text", "status", "ingredients", "classes", "route", "form", "strength", "match", "score", "note")
SOLID = frozenset(("tablet", "capsule", "chewable_tablet", "effervescent_tablet", "lozenge", "suppository", "pessary"))


def identify(
    texts: Sequence[str | None],
    knowledge: Knowledge,
    *,
    corrections: Mapping[str, str] | None = None,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Recognise texts alone: a frame of IDENTIFY_COLUMNS, one row per text, same order; lists are ";"-joined text."""
    column = text_column(texts)
    distinct = [str(text) for text in column.categories]
    asked = [(corrections or {}).get(text.strip(), text) for text in distinct]
    rows = [_row(matched, knowledge) for matched in Matcher(knowledge.vocabulary).match(asked, progress)]
    table = pd.DataFrame([*rows, ("unknown", "", "", "", "", "", "", 0.0, "empty")], columns=list(IDENTIFY_COLUMNS[1:]))
    gathered = table.iloc[column.codes].reset_index(drop=True)
    gathered.insert(0, "text", pd.Series([text or "" for text in texts], dtype=object))
    return gathered


def _row(matched: Matched, knowledge: Knowledge) -> tuple[str, str, str, str, str, str, str, float, str]:
    named = matched.named
    route, form = place_and_form(matched, knowledge)
    doses, _ = per_component(matched.strength, len(named.ingredients), form in SOLID)
    certain, _possible = groups_of(knowledge, named.ingredients, route, form, doses)
    classes = sorted(group for group in certain if knowledge.groups.is_class(group))
    note = "; ".join(named.notes)
    if named.candidates:
        note = f"{note} [candidates: {', '.join(named.candidates)}]"
    return (
        named.status,
        ";".join(named.ingredients),
        ";".join(classes),
        route,
        form,
        matched.strength.text,
        named.match,
        named.score,
        note,
    )


def place_and_form(matched: Matched, knowledge: Knowledge) -> tuple[str, str]:
    """Route and form: from the text, else the product's usual, else the usual route of its ingredients; "" unknown."""
    named = matched.named
    usual = {knowledge.vocabulary.usual_route.get(part, "") for part in named.ingredients}
    route = matched.route or named.route or (usual.pop() if len(usual) == 1 else "")
    return route, matched.form or named.form


def groups_of(
    knowledge: Knowledge, ingredients: Sequence[str], route: str, form: str, unit_mg: Sequence[float]
) -> tuple[frozenset[str], frozenset[str]]:
    """Groups an item surely and perhaps belongs to."""
    if not ingredients:
        return frozenset(), frozenset()
    certain, possible = knowledge.groups.membership(ingredients, route, form, unit_mg)
    return frozenset(certain), frozenset(possible)
