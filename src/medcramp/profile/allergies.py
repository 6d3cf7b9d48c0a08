"""Allergy records: which substances and groups each text names, and which texts nobody could make sense of."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge
from medcramp.knowledge.files import read_csv
from medcramp.logic.facts import Allergies
from medcramp.profile.columns import categorical
from medcramp.profile.people import People

ALLERGENS_FILE = "vocabulary/allergens.csv"
_LONGEST_PHRASE = 4


class _Understood(NamedTuple):
    names: frozenset[str]
    clear: bool


def allergies(table: pd.DataFrame | None, people: People, knowledge: Knowledge) -> Allergies:
    """What is on record for every patient; without a table, or a row in it, nothing is known of a patient."""
    if table is None or table.empty:
        return Allergies(np.zeros(len(people), dtype=bool))
    column = categorical(table["substance"])
    known = {cells["phrase"]: cells for _, cells in read_csv(knowledge.folder / ALLERGENS_FILE)}
    texts = [_understand(str(text), known, knowledge) for text in column.cat.categories]
    patient, text = people.of(table), column.cat.codes.to_numpy()
    keep = (patient >= 0) & (text >= 0)
    patient, text = patient[keep], text[keep]
    on_record = np.zeros(len(people), dtype=bool)
    on_record[patient] = True
    unclear = np.zeros(len(people), dtype=bool)
    unclear[patient[~np.array([one.clear for one in texts], dtype=bool)[text]]] = True
    matched: dict[str, np.ndarray] = {}
    for code, one in enumerate(texts):
        for name in one.names:
            matched.setdefault(name, np.zeros(len(people), dtype=bool))[patient[text == code]] = True
    return Allergies(on_record, matched, unclear)


def _understand(text: str, known: dict[str, dict[str, str]], knowledge: Knowledge) -> _Understood:
    """Ingredients, their groups and the plain words of one substance text."""
    words = re.findall(r"[a-z0-9-]+", text.lower())
    names: set[str] = set()
    clear = False
    for phrase in _phrases(words):
        cells = known.get(phrase)
        meaning = knowledge.vocabulary.names.get(phrase)
        if cells is not None:
            clear = True
            names |= {phrase, phrase.rstrip("s")} if cells["kind"] == "other" else set()
            names |= _with_groups(cells["means"], knowledge) if cells["means"] else set()
        elif meaning is not None and meaning.ingredients:
            clear = True
            for ingredient in meaning.ingredients:
                names |= _with_groups(ingredient, knowledge)
    return _Understood(frozenset(names), clear)


def _with_groups(name: str, knowledge: Knowledge) -> set[str]:
    return {name, *knowledge.groups.of_ingredient(name)}


def _phrases(words: list[str]) -> set[str]:
    return {
        " ".join(words[begin : begin + length])
        for length in range(1, _LONGEST_PHRASE + 1)
        for begin in range(len(words) - length + 1)
    }
