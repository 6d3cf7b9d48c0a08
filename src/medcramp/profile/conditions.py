"""Diagnoses on file: for every condition set, who has a code of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge
from medcramp.knowledge.conditions import normalise_code
from medcramp.logic.planes import Planes, when_known
from medcramp.profile.columns import categorical, dates
from medcramp.profile.people import People
from medcramp.profile.settings import ProfileSettings


def conditions(
    table: pd.DataFrame | None, people: People, knowledge: Knowledge, settings: ProfileSettings
) -> dict[str, Planes]:
    """Planes per condition set. A patient without any ICD-10 code on file has unknown conditions, not none.

    A diagnosis dated after the index date is not there yet, an acute one dated long before it is over; codes of other
    systems say nothing either way.
    """
    size = len(people)
    if table is None or table.empty:
        nothing = np.zeros(size, dtype=bool)
        return {name: Planes(nothing, ~nothing) for name in knowledge.conditions}
    column = categorical(table["icd10"])
    patient, code = people.of(table), column.cat.codes.to_numpy()
    there = (patient >= 0) & (code >= 0)
    date = dates(table["date"]) if "date" in table else np.full(len(table), np.datetime64("NaT", "D"))
    there &= ~(date > settings.day)
    is_icd10 = np.array([normalise_code(str(text)) is not None for text in column.cat.categories], dtype=bool)
    there[there] = is_icd10[code[there]]
    patient, code, date = patient[there], code[there], date[there]
    on_file = np.zeros(size, dtype=bool)
    on_file[patient] = True
    has = {name: np.zeros(size, dtype=bool) for name in knowledge.conditions}
    order = np.argsort(code, kind="stable")
    start = np.searchsorted(code[order], np.arange(len(column.cat.categories) + 1))
    for place, text in enumerate(column.cat.categories):
        rows = order[start[place] : start[place + 1]]
        for name in knowledge.conditions.matches(str(text)):
            days = knowledge.conditions[name].acute_days
            over = (
                np.zeros(len(rows), bool)
                if days is None
                else date[rows] < settings.day - np.timedelta64(int(days), "D")
            )
            has[name][patient[rows[~over]]] = True
    return {name: when_known(mask, on_file) for name, mask in has.items()}
