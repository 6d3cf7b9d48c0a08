"""Distinct recognised items → distinct products and lines: brand and generic of one thing are one product."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.knowledge.groups import SYSTEMIC_ROUTES

ITEM_FACTS = ("ingredients", "unit_mg", "route", "form", "release", "match", "certain", "possible")


@dataclass(frozen=True)
class Products:
    """`table`: distinct products (logic.facts.PRODUCT_FACTS). Per item: `product` (-1 nothing recognised), `line` (a
    name and strength of a product; -1 likewise) and `rank` (a stable order of items). Per line: its product and name
    (how it is called: brand or generic)."""

    table: pd.DataFrame
    product: NDArray[np.int64]
    line: NDArray[np.int64]
    rank: NDArray[np.int64]
    line_name: NDArray[np.int64]
    line_product: NDArray[np.int64]


def distinct(items: pd.DataFrame, by_release: frozenset[str] = frozenset()) -> Products:
    """Products of the recognised items. A product is a set of ingredients, a kind of route and what it belongs to; and,
    for the ingredients `by_release`, modified release or not."""
    products: dict[Hashable, int] = {}
    lines: dict[Hashable, int] = {}
    names: dict[str, int] = {}
    rows: list[tuple[object, ...]] = []
    forms: list[set[str]] = []
    line_product: list[int] = []
    line_name: list[int] = []
    product_of, line_of = np.full(len(items), -1, np.int64), np.full(len(items), -1, np.int64)
    columns = [items[name] for name in ITEM_FACTS]
    for place, (ingredients, unit_mg, route, form, release, match, certain, possible) in enumerate(
        zip(*columns, strict=True)
    ):
        if not ingredients:
            continue
        order = sorted(range(len(ingredients)), key=ingredients.__getitem__)
        held = tuple(dict.fromkeys(ingredients[i] for i in order))
        told = str(release) if by_release.intersection(held) else ""
        product = products.setdefault((held, _kind(route), certain, possible, told), len(rows))
        if product == len(rows):
            rows.append((held, route, certain, possible, told))
            forms.append(set())
        forms[product].add(str(form))
        strength = tuple(_number(unit_mg[i]) if i < len(unit_mg) else None for i in order)
        name = names.setdefault(str(match).strip().lower(), len(names))
        line = lines.setdefault((product, strength, name), len(lines))
        if line == len(line_product):
            line_product.append(product)
            line_name.append(name)
        product_of[place], line_of[place] = product, line
    return Products(
        table=pd.DataFrame(rows, columns=["ingredients", "route", "certain", "possible", "release"]).assign(
            form=[min(of_product) if len(of_product) == 1 else "" for of_product in forms]
        ),
        product=product_of,
        line=line_of,
        rank=np.argsort(np.argsort(items["text"].astype(str).to_numpy(dtype=object), kind="stable"), kind="stable"),
        line_name=np.array(line_name, dtype=np.int64),
        line_product=np.array(line_product, dtype=np.int64),
    )


def _kind(route: str) -> str:
    return "systemic" if route in SYSTEMIC_ROUTES else "local" if route else ""


def _number(mg: float) -> float | None:
    return None if mg != mg else round(mg, 6)
