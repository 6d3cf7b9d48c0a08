"""Distinct drug lines of a frame of records, recognised: route, form, strength, groups; codes beside text."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge, wording
from medcramp.knowledge.vocabulary import Vocabulary
from medcramp.recognise.codes import CodeTables, look_up
from medcramp.recognise.doses import Product
from medcramp.recognise.lines import cut
from medcramp.recognise.match import Matched, Matcher
from medcramp.recognise.named import AMBIGUOUS, APPROXIMATE, EXACT, NOT_A_DRUG, UNKNOWN, Named
from medcramp.recognise.strength import Strength, elemental, parse, per_component
from medcramp.records import Progress

ITEM_COLUMNS = ("drug", "strength", "form", "route", "ndc", "rxcui", "atc")
CODE_COLUMNS = ("ndc", "rxcui", "atc")
INJECTED = ("injection", "infusion")
ELEMENTAL = "elemental"
PARENTERAL = ("intravenous", "intramuscular", "subcutaneous")
SOLID = frozenset(("tablet", "capsule", "chewable_tablet", "effervescent_tablet", "lozenge", "suppository", "pessary"))


@dataclass(frozen=True, slots=True)
class Item:
    """One distinct drug line, recognised: a row of `records.Recognised.items`."""

    text: str
    named: Named
    strength: str
    product: Product
    certain: tuple[str, ...]
    possible: tuple[str, ...]
    release: str = ""


def recognise_items(
    cells: Sequence[Mapping[str, str]],
    knowledge: Knowledge,
    matcher: Matcher,
    corrections: Mapping[str, str],
    codes: CodeTables | None,
    progress: Progress,
) -> list[Item]:
    """Recognise rows of ITEM_COLUMNS (keys may be missing or "" when unknown)."""
    asked = [_corrected(row.get("drug", ""), corrections) for row in cells]
    matched = matcher.match(asked, progress)
    if codes is not None:
        coded = look_up(cells, codes)
        by_code = matcher.match([name for _, _, name in coded])
        matched = [
            _with_code(text, code, from_code) if code[0] else text
            for text, code, from_code in zip(matched, coded, by_code, strict=True)
        ]
    known: dict[Hashable, tuple[Product, tuple[str, ...], tuple[str, ...]]] = {}
    return [_item(row, each, knowledge, known) for row, each in zip(cells, matched, strict=True)]


def _corrected(text: str, corrections: Mapping[str, str]) -> str:
    return corrections.get(correction_key(text), text) if corrections else text


def correction_key(text: str) -> str:
    """Corrections hold for a text whatever its case and spacing."""
    return " ".join(text.lower().split())


def _with_code(text: Matched, code: tuple[str, str, str], from_code: Matched) -> Matched:
    """The code says which drug it is; where the text says another one, a person has to look."""
    kind, number, _ = code
    label = f"{kind.upper()} {number}"
    named = from_code.named
    if not named.ingredients:
        return text._replace(
            named=replace(text.named, notes=(*text.named.notes, f"{label}: its name is not known here"))
        )
    agree = set(text.named.ingredients) == set(named.ingredients)
    if agree:
        notes = (*text.named.notes, f"{label} agrees")
        named = replace(text.named, status=EXACT, score=100.0, notes=notes)
        strength = text.strength if text.strength.amounts else from_code.strength
        return text._replace(named=named, strength=strength, form=text.form or from_code.form)
    notes = (f"{label} → {' + '.join(named.ingredients)}", *named.notes)
    if text.named.status in (UNKNOWN, AMBIGUOUS):
        status = EXACT
    else:
        status = APPROXIMATE
        written = " + ".join(text.named.ingredients) or "no drug"
        notes = (*notes, f"code and text disagree (text: {written}); the code was used")
    return from_code._replace(named=replace(named, status=status, notes=notes, match=text.named.match or named.match))


def _item(
    row: Mapping[str, str],
    matched: Matched,
    knowledge: Knowledge,
    known: dict[Hashable, tuple[Product, tuple[str, ...], tuple[str, ...]]],
) -> Item:
    """One item; `known` remembers product and groups of the same drug in the same strength, form and route."""
    named = matched.named
    form, route = _form_and_route(row, matched, knowledge.vocabulary)
    strength = _strength(row, matched, knowledge.vocabulary)
    if len(named.ingredients) == 1 and ELEMENTAL in row.get("drug", "").lower():
        strength = elemental(strength)
    key = (named.ingredients, named.brand, form, route, strength)
    found = known.get(key)
    if found is None:
        found = known[key] = _product(named, strength, form, route, knowledge)
    release = matched.release or _release_column(row.get("form", ""), knowledge.vocabulary)
    return Item(row.get("drug", ""), named, strength.text, *found, release=release)


def _product(
    named: Named, strength: Strength, form: str, route: str, knowledge: Knowledge
) -> tuple[Product, tuple[str, ...], tuple[str, ...]]:
    activity = [knowledge.vocabulary.mg_per_unit.get(ingredient, nan) for ingredient in named.ingredients]
    unit_mg, unit = per_component(strength, len(named.ingredients), form in SOLID, activity)
    if named.brand and len(named.ingredients) > 1:
        unit_mg = _in_label_order(named, unit_mg, knowledge.vocabulary)
    product = Product(unit_mg, unit, form, route)
    if not named.ingredients:
        return product, (), ()
    routes = PARENTERAL if not route and form in INJECTED else (route,)
    asked = [knowledge.groups.membership(named.ingredients, each, form, unit_mg) for each in routes]
    certain = frozenset.intersection(*(sure for sure, _ in asked))
    possible = frozenset.union(*(perhaps for _, perhaps in asked))
    return product, tuple(sorted(certain)), tuple(sorted(possible))


def _strength(row: Mapping[str, str], matched: Matched, vocabulary: Vocabulary) -> Strength:
    """From the text of the drug, else from the strength column; the column gives the unit to bare numbers."""
    written = matched.strength
    column = parse(cut(row.get("strength", ""), vocabulary).strength, vocabulary.units) if row.get("strength") else None
    if column is None or written.amounts:
        return written
    return column if column.amounts or not written.bare else written


def _in_label_order(named: Named, unit_mg: tuple[float, ...], vocabulary: Vocabulary) -> tuple[float, ...]:
    """Strengths behind a brand follow its label: known for the brands of the table, unknown for the others."""
    order = vocabulary.strength_order.get(named.brand)
    unknown = (float("nan"),) * len(unit_mg)
    if order is None or set(order) != set(named.ingredients) or any(isnan(mg) for mg in unit_mg):
        return unknown
    printed = dict(zip(order, unit_mg, strict=True))
    return tuple(printed[ingredient] for ingredient in named.ingredients)


def _release_column(text: str, vocabulary: Vocabulary) -> str:
    """The release that a form column tells ("CAP ER 24H"); "" when it says nothing of it."""
    words = [word for word in wording.tokens(wording.fold(text)) if word[0].isalnum()]
    meanings = [vocabulary.forms.get(word) for word in (" ".join(words), *words)] if text else []
    return next((meaning.release for meaning in meanings if meaning and meaning.release), "")


def _form_and_route(row: Mapping[str, str], matched: Matched, vocabulary: Vocabulary) -> tuple[str, str]:
    """Route: its column, else the form column, else the text, else the product's usual, else the ingredients'."""
    named = matched.named
    column_form = column_route = ""
    if text := row.get("form", ""):
        words = " ".join(word for word in wording.tokens(wording.fold(text)) if word[0].isalnum())
        whole = vocabulary.forms.get(words)
        product = (whole,) if whole else cut(text, vocabulary).product
        column_form = next((meaning.form for meaning in product if meaning.form), "")
        column_route = next((meaning.route for meaning in product if meaning.route), "")
    stated = _route_column(row.get("route", ""), vocabulary)
    form = matched.form if matched.form and not column_form else column_form or named.form
    usual = named.route or vocabulary.usual_route_of(named.ingredients)
    if form in INJECTED and usual not in (*PARENTERAL, "intravitreal", "intra_articular", "intrathecal"):
        usual = "intravenous" if form == "infusion" else ""  # the form rules out what is usual
    route = stated or column_route or matched.route or usual
    if not stated and matched.route and column_form in ("solution", "drops", "spray", "oil", "powder", ""):
        route = matched.route
    return vocabulary.form_by_route.get((form, route), form), route


def _route_column(text: str, vocabulary: Vocabulary) -> str:
    """A route column as written in exports ("PO", "Oral", "IV/IM"): the first part that is known."""
    if not text:
        return ""
    words = [word for word in wording.tokens(wording.fold(text)) if word[0].isalnum()]
    whole = vocabulary.routes.get(" ".join(words), "")
    return whole or next((vocabulary.routes[word] for word in words if word in vocabulary.routes), "")


def items_frame(items: Sequence[Item]) -> pd.DataFrame:
    """`records.Recognised.items`."""
    nothing = (UNKNOWN, NOT_A_DRUG, AMBIGUOUS)
    return pd.DataFrame(
        {
            "text": pd.Series([item.text for item in items], dtype=object),
            "status": pd.Series([item.named.status for item in items], dtype=object),
            "ingredients": _objects([() if i.named.status in nothing else i.named.ingredients for i in items]),
            "unit_mg": _objects([item.product.unit_mg for item in items]),
            "unit": pd.Series([item.product.unit for item in items], dtype=object),
            "strength": pd.Series([item.strength for item in items], dtype=object),
            "route": pd.Series([item.product.route for item in items], dtype=object),
            "form": pd.Series([item.product.form for item in items], dtype=object),
            "release": pd.Series([item.release for item in items], dtype=object),
            "match": pd.Series([item.named.match for item in items], dtype=object),
            "score": np.array([item.named.score for item in items], dtype=float),
            "note": pd.Series(["; ".join(item.named.notes) for item in items], dtype=object),
            "candidates": _objects([item.named.candidates for item in items]),
            "certain": _objects([item.certain for item in items]),
            "possible": _objects([item.possible for item in items]),
        }
    )


def _objects(values: Sequence[tuple[object, ...]]) -> pd.Series:
    column = np.empty(len(values), dtype=object)
    column[:] = values if values else []
    for place, value in enumerate(values):
        column[place] = value
    return pd.Series(column, dtype=object)
