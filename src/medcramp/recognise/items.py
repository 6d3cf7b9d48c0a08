"""Distinct drug lines of a frame of records, recognised: route, form, strength, groups; codes beside text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from math import isnan, nan
from typing import NamedTuple

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
SWALLOWED, INHALED = "oral", "inhaled"
GIVEN_DISSOLVED = ("oral", "sublingual", "buccal", "topical", "transdermal", *PARENTERAL)
"""Usual routes of drugs that an infusion is made of; what is usually inhaled or instilled is diluted for that, and what
has no usual route (tobramycin in saline) may be for either."""
SOLID = frozenset(("tablet", "capsule", "chewable_tablet", "effervescent_tablet", "lozenge", "suppository", "pessary"))


class Item(NamedTuple):
    """One distinct drug line, recognised: a row of `records.Recognised.items`."""

    text: str
    named: Named
    strength: str
    product: Product
    certain: tuple[str, ...]
    possible: tuple[str, ...]
    release: str = ""


class _Once:
    """Columns beside the drug, and products: each distinct one is understood once."""

    def __init__(self, knowledge: Knowledge) -> None:
        vocabulary = knowledge.vocabulary
        self.vocabulary = vocabulary
        self.form = cache(partial(_form_column, vocabulary=vocabulary))
        self.route = cache(partial(_route_column, vocabulary=vocabulary))
        self.strength = cache(partial(_strength_column, vocabulary=vocabulary))
        self.per_component = cache(per_component)
        self.groups = cache(partial(_groups, knowledge=knowledge))
        self.weighed = knowledge.groups.weighed
        self.product = cache(partial(_product, once=self))


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
    once = _Once(knowledge)
    return [_item(row, each, once) for row, each in zip(cells, matched, strict=True)]


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


def _item(row: Mapping[str, str], matched: Matched, once: _Once) -> Item:
    named = matched.named
    stated = once.route(row.get("route", ""))
    column = once.form(row.get("form", ""))
    column = column._replace(form=column.form or stated.form)
    strength = _strength(once.strength(row.get("strength", "")), matched)
    form, route = _form_and_route(stated.route, column, matched, strength, once.vocabulary)
    if len(named.ingredients) == 1 < len(strength.amounts) and ELEMENTAL in row.get("drug", "").lower():
        strength = elemental(strength)
    if not (form or route) and strength.by_spoon:
        form, route = "oral_liquid", "oral"
    product = once.product(named.ingredients, named.brand, form, route, strength)
    return Item(row.get("drug", ""), named, strength.text, *product, matched.release or column.release)


def _product(
    ingredients: tuple[str, ...], brand: str, form: str, route: str, strength: Strength, *, once: _Once
) -> tuple[Product, tuple[str, ...], tuple[str, ...]]:
    """The product, and the groups that it belongs to certainly and possibly."""
    activity = once.vocabulary.mg_per_unit
    known = () if activity.keys().isdisjoint(ingredients) else tuple(activity.get(each, nan) for each in ingredients)
    unit_mg, unit = once.per_component(strength, len(ingredients), form in SOLID, known)
    if brand and len(ingredients) > 1:
        unit_mg = _in_label_order(ingredients, brand, unit_mg, once.vocabulary)
    matters = not once.weighed.isdisjoint(ingredients)
    unitless = bool(strength.bare) and not strength.amounts and any(map(isnan, unit_mg))
    return Product(unit_mg, unit, form, route, unitless), *once.groups(
        ingredients, form, route, unit_mg if matters else ()
    )


def _groups(
    ingredients: tuple[str, ...], form: str, route: str, unit_mg: tuple[float, ...], *, knowledge: Knowledge
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not ingredients:
        return (), ()
    routes = _injected_routes(ingredients, knowledge.vocabulary) if not route and form in INJECTED else (route,)
    asked = [knowledge.groups.membership(ingredients, each, form, unit_mg) for each in routes]
    certain = frozenset.intersection(*(sure for sure, _ in asked))
    possible = frozenset.union(*(perhaps for _, perhaps in asked))
    return tuple(sorted(certain)), tuple(sorted(possible))


def _injected_routes(ingredients: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Routes by which an injection that states none may be given: those of its ingredient, else all."""
    return vocabulary.injected_routes.get(ingredients[0], PARENTERAL) if len(ingredients) == 1 else PARENTERAL


def _strength_column(text: str, vocabulary: Vocabulary) -> Strength | None:
    return parse(cut(text, vocabulary).strength, vocabulary.units) if text else None


def _strength(column: Strength | None, matched: Matched) -> Strength:
    """From the text of the drug, else from the strength column; the column gives the unit to bare numbers."""
    written = matched.strength
    if column is None or written.amounts:
        return written
    return column if column.amounts or not written.bare else written


def _in_label_order(
    ingredients: tuple[str, ...], brand: str, unit_mg: tuple[float, ...], vocabulary: Vocabulary
) -> tuple[float, ...]:
    """Strengths behind a brand follow its label: known for the brands of the table, unknown for the others."""
    order = vocabulary.strength_order.get(brand)
    unknown = (float("nan"),) * len(unit_mg)
    if order is None or set(order) != set(ingredients) or any(isnan(mg) for mg in unit_mg):
        return unknown
    printed = dict(zip(order, unit_mg, strict=True))
    return tuple(printed[ingredient] for ingredient in ingredients)


class _FormColumn(NamedTuple):
    """What a form or route column says; "" when it says nothing of it."""

    form: str
    route: str
    release: str


def _form_column(text: str, vocabulary: Vocabulary) -> _FormColumn:
    """A form column as written in exports ("CAP ER 24H")."""
    words = [word for word in wording.tokens(wording.fold(text)) if word[0].isalnum()]
    whole = vocabulary.forms.get(" ".join(words))
    product = (whole,) if whole else cut(text, vocabulary).product
    meanings = [whole, *(vocabulary.forms.get(word) for word in words)]
    return _FormColumn(
        next((meaning.form for meaning in product if meaning.form), ""),
        next((meaning.route for meaning in product if meaning.route), ""),
        next((meaning.release for meaning in meanings if meaning and meaning.release), ""),
    )


def _form_and_route(
    stated: str, column: _FormColumn, matched: Matched, strength: Strength, vocabulary: Vocabulary
) -> tuple[str, str]:
    """Route: its column (`stated`), else the form column, else the text, else the product's usual, else the
    ingredients'. A per cent of no form is seldom swallowed (open); a capsule of what is inhaled is inhaled."""
    named = matched.named
    column_form, column_route, _ = column
    form = matched.form if matched.form and not column_form else column_form or named.form
    usual = named.route or vocabulary.usual_route_of(named.ingredients)
    if named.carriers and (usual in GIVEN_DISSOLVED or not vocabulary.carriers.keys().isdisjoint(named.ingredients)):
        usual = _route_of_solution(named, vocabulary) or usual
    if form in INJECTED and usual not in (*PARENTERAL, "intravitreal", "intra_articular", "intrathecal"):
        injected = _injected_routes(named.ingredients, vocabulary)
        usual = "intravenous" if form == "infusion" else injected[0] if len(injected) == 1 else ""
    if usual == SWALLOWED and not form and strength.in_percent:
        usual = ""
    route = stated or column_route or matched.route or usual
    if not stated and matched.route and column_form in ("solution", "drops", "spray", "oil", "powder", ""):
        route = matched.route
    if usual == INHALED and form == "capsule" and not stated:
        route = usual
    if named.carriers and not form and route == "intravenous":
        form = "infusion"
    return vocabulary.form_by_route.get((form, route), form), route


def _route_of_solution(named: Named, vocabulary: Vocabulary) -> str:
    """The route that what the drug is dissolved in speaks for; "" when it speaks for none."""
    meanings = (vocabulary.names.get(name) for name in named.carriers)
    names = (*named.carriers, *(part for meaning in meanings if meaning for part in meaning.ingredients))
    found = (vocabulary.carriers[name].route for name in names if name in vocabulary.carriers)
    return next(filter(None, found), "") if len(named.ingredients) == 1 else ""


def _route_column(text: str, vocabulary: Vocabulary) -> _FormColumn:
    """A route column as written in exports ("PO", "Oral", "IV/IM"): the first part that is known; where none is, what
    it says of the form ("Injection", "IVPB")."""
    if not text:
        return _FormColumn("", "", "")
    words = [word for word in wording.tokens(wording.fold(text)) if word[0].isalnum()]
    whole = vocabulary.routes.get(" ".join(words), "")
    route = whole or next((vocabulary.routes[word] for word in words if word in vocabulary.routes), "")
    return _FormColumn("", route, "") if route else _form_column(text, vocabulary)


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
