"""Facts about people in the columns of the export itself: allergies, diagnosis codes, laboratory values, pregnancy."""

from __future__ import annotations

import re

import numpy as np

from medcramp.read import companions, dates, values
from medcramp.read.canonical import Canonical
from medcramp.read.fields import Reader
from medcramp.read.lab_titles import is_lab, test_name
from medcramp.read.ledger import same_rows
from medcramp.read.tables import Column, constant, empty, stack

VALUE_TITLES = {"value", "result", "level", "latest", "last"}
DATE_TITLES = {"date", "collected", "taken", "when"}


def facts_beside(reader: Reader, read: Canonical) -> dict[str, companions.Parts]:
    """Companion tables from a table of records: one row per person and fact."""
    ids = read.columns["patient_id"]
    found = {
        "allergies": _allergies(reader, ids),
        "conditions": _conditions(reader, ids),
        "labs": _labs(reader, ids, read),
        "patients": _patients(reader, ids, read),
    }
    return {kind: _distinct(parts) for kind, parts in found.items() if parts and parts["patient_id"].known.any()}


def _distinct(parts: companions.Parts) -> companions.Parts:
    keep = parts["patient_id"].known
    repeats, _ = same_rows([column for column in parts.values() if len(column.values)], keep)
    keep[repeats] = False
    return {name: column.take(keep) for name, column in parts.items()}


def _allergies(reader: Reader, ids: Column) -> companions.Parts | None:
    if not reader.meaning.has("substance"):
        return None
    substances = reader.text("substance")
    parts = {"patient_id": ids.where(substances.known), "substance": substances}
    return companions.allergies_of(_distinct(parts))


def _conditions(reader: Reader, ids: Column) -> companions.Parts | None:
    places = reader.meaning.fields.get("icd10", ())
    if not places:
        return None
    parts = [_distinct({"patient_id": ids, "icd10": reader.table.column(place)}) for place in places]
    joined = {name: stack([part[name] for part in parts]) for name in ("patient_id", "icd10")}
    rows, codes = companions.exploded(joined["icd10"].map(lambda text: "\n".join(values.icd10_codes(text)) or None))
    return {"patient_id": joined["patient_id"].take(rows), "icd10": codes, "date": empty(len(rows))}


def _labs(reader: Reader, ids: Column, read: Canonical) -> companions.Parts | None:
    parts: list[companions.Parts] = []
    comma = reader.comma_decimals()
    table = reader.table
    known_meaning = {place for name, places in reader.meaning.fields.items() if name != "other" for place in places}
    for place, (title, group) in enumerate(zip(table.titles, table.groups, strict=True)):
        name = title if is_lab(title) else group if is_lab(group) and title.lower() in VALUE_TITLES else ""
        if not name or (place in known_meaning and name == title and not is_lab(title)):
            continue
        measured = table.column(place).map(values.cleaner(reader.columns, "value"))
        measured = measured.map(lambda text: companions.lab_value(text, comma))
        if not measured.known.any():
            continue
        when = _date_beside(reader, place, name)
        unit = re.search(r"[(\[](.*?)[)\]]", name)
        rows = len(table)
        parts.append(
            {
                "patient_id": ids.where(measured.known),
                "test": constant(test_name(name), rows),
                "value": measured,
                "unit": constant(unit[1] if unit else None, rows),
                "date": when,
                "upper_limit": empty(rows),
            }
        )
    if not parts:
        return None
    return {name: stack([part[name] for part in parts]) for name in parts[0]}


def _date_beside(reader: Reader, place: int, name: str) -> Column:
    """Dates of a laboratory column: the next column, when it is a date under the same heading or of the same test."""
    table = reader.table
    beside = place + 1
    if beside < len(table.titles):
        title, group = table.titles[beside], table.groups[beside]
        same = group and group == table.groups[place] and title.lower() in DATE_TITLES
        named = test_name(name) in title.lower() and any(word in title.lower() for word in DATE_TITLES)
        if same or named or (title.lower() in DATE_TITLES and table.titles[place].lower() in VALUE_TITLES):
            texts = table.column(beside).map(values.cleaner(reader.columns, "date"))
            order = dates.decide(dates.evidence(texts.texts), dates.Evidence())
            return texts.map(lambda text: dates.parse(text, order))
    return empty(len(table))


def _patients(reader: Reader, ids: Column, read: Canonical) -> companions.Parts | None:
    facts = {
        "pregnant_weeks": reader.numeric("pregnant_weeks", reader.comma_decimals()),
        "egfr": empty(len(ids)),
        "pregnant": reader.value("pregnant", companions.yes_or_no),
        "flags": _flags(reader, read),
    }
    if not any(column.known.any() for column in facts.values()):
        return None
    parts = {"patient_id": ids, **facts}
    some = np.zeros(len(ids), dtype=bool)
    for column in facts.values():
        some |= column.known
    return {name: column.take(some) for name, column in parts.items()}


def _flags(reader: Reader, read: Canonical) -> Column:
    flags = read.flags.fill(reader.value("deceased", companions.deceased))
    animal = reader.value("species", lambda text: None if text.lower() in {"01", "1", "human", "h"} else "animal")
    return flags.fill(animal)
