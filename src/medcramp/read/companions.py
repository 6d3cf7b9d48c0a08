"""Companion tables (patients, conditions, labs, allergies) from files, sheets and columns of the export itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from medcramp.knowledge.columns import Columns
from medcramp.read import patients, values
from medcramp.read.fields import Reader
from medcramp.read.ledger import same_rows
from medcramp.read.tables import Column, combine, empty, objects, stack
from medcramp.read.understand import Understood
from medcramp.records import COMPANION_COLUMNS

EXTRA_COLUMNS: Mapping[str, tuple[str, ...]] = {"patients": ("patient_name",)}
"""Kept beside the documented columns: what the records may lack."""
YES = {"y", "yes", "true", "1", "oui", "ja", "pregnant", "x"}
NO = {"n", "no", "false", "0", "non", "nein", "not pregnant"}
SNOMED_TAG = re.compile(r"\s*\((?:organism|substance|finding|disorder|product|situation|medicinal product)\)\s*$")
Parts = dict[str, Column]


def read_companion(understood: Understood, columns: Columns) -> tuple[Parts, list[str]]:
    """Columns of one companion table, text as in records.COMPANION_COLUMNS, and what to tell the user."""
    reader = Reader(understood.body[0], understood.meaning, columns, {}, since_1904=understood.grid.since_1904)
    days = reader.cleaned_dates()
    parts = READERS[understood.kind](reader, days, reader.comma_decimals())
    given = parts["patient_id"].known
    keep = given.copy()
    repeats, _ = same_rows([column for column in parts.values() if len(column.values)] or [parts["patient_id"]], given)
    keep[repeats] = False
    notices = list(reader.notices)
    if lost := int(np.count_nonzero(~given)):
        notices.append(f"{lost} rows without a patient were not used")
    return {name: column.take(keep) for name, column in parts.items()}, notices


def _patients(reader: Reader, days: Parts, comma: bool) -> Parts:
    sex = reader.text("sex")
    name = _name(reader)
    born = days.get("birth_date", empty(len(reader.table)))
    ids, _, _ = patients.identify(reader.text("patient_id"), name, born)
    sexes = patients.sex_reader(sex.texts, reader.columns, reader.title("sex"))
    return {
        "patient_id": ids,
        "birth_date": born,
        "age": reader.value("age", values.age),
        "sex": sex.map(sexes.get),
        "pregnant_weeks": reader.numeric("pregnant_weeks", comma),
        "egfr": reader.text("egfr"),
        "pregnant": reader.value("pregnant", yes_or_no),
        "flags": reader.value("deceased", deceased),
        "patient_name": name,
    }


def _conditions(reader: Reader, days: Parts, comma: bool) -> Parts:
    ids = _ids(reader, days)
    codes = combine([ids, *(reader.table.column(p) for p in reader.meaning.fields.get("icd10", ()))], _all_codes)
    none = int(np.count_nonzero(ids.known & ~codes.known))
    if none:
        reader.notices.append(f"{none} condition rows carry no ICD-10 code and were not used")
    rows, codes = exploded(codes)
    date = days.get("date", empty(len(reader.table)))
    return {"patient_id": ids.take(rows), "icd10": codes, "date": date.take(rows)}


def _labs(reader: Reader, days: Parts, comma: bool) -> Parts:
    test = reader.text("loinc") if reader.meaning.has("loinc") else empty(len(reader.table))
    upper = reader.text("upper_limit").map(lambda text: values.number(text, comma))
    if reader.meaning.has("ref_range"):
        upper = upper.fill(reader.value("ref_range", lambda text: upper_limit(text, comma)))
    return {
        "patient_id": _ids(reader, days),
        "test": test.fill(reader.text("test")),
        "value": reader.value("value", lambda text: lab_value(text, comma)),
        "unit": reader.text("unit"),
        "date": days.get("date", empty(len(reader.table))),
        "upper_limit": upper,
    }


def _allergies(reader: Reader, days: Parts, comma: bool) -> Parts:
    return allergies_of(
        {"patient_id": _ids(reader, days), "substance": reader.text("substance"), "reaction": reader.text("reaction")}
    )


def allergies_of(parts: Parts) -> Parts:
    """Lists of allergies in a cell taken apart, a reaction in brackets taken out."""
    rows, listed = exploded(parts["substance"].map(lambda text: "\n".join(split_allergies(text))))
    substance = listed.map(lambda text: text.split("\t")[0])
    inside = listed.map(lambda text: text.partition("\t")[2])
    reaction = parts["reaction"].map(lambda text: SNOMED_TAG.sub("", text)) if "reaction" in parts else None
    reaction = inside if reaction is None else reaction.take(rows).fill(inside)
    return {"patient_id": parts["patient_id"].take(rows), "substance": substance, "reaction": reaction}


READERS = {"patients": _patients, "conditions": _conditions, "labs": _labs, "allergies": _allergies}


def _name(reader: Reader) -> Column:
    if reader.meaning.has("last_name") and reader.meaning.has("first_name"):
        parts = [reader.text(n) for n in ("last_name", "first_name", "middle_name", "name_suffix")]
        raw = combine(parts, patients.full_name)
    else:
        raw = reader.text("patient_name")
    return raw.map(lambda text: patients.name(text, reader.columns).shown)


def _ids(reader: Reader, days: Parts) -> Column:
    born = days.get("birth_date", empty(len(reader.table)))
    return patients.identify(reader.text("patient_id"), _name(reader), born)[0]


def _all_codes(texts: tuple[str | None, ...]) -> str | None:
    if not texts[0]:
        return None
    found = [code for text in texts[1:] if text for code in values.icd10_codes(text)]
    return "\n".join(dict.fromkeys(found)) or None


def exploded(column: Column) -> tuple[np.ndarray, Column]:
    """Rows repeated once per line of their text; unknown rows are left out."""
    pieces = [text.split("\n") for text in column.values[column.used]]
    sizes = np.zeros(len(column.values) + 1, dtype=np.int64)
    sizes[column.used] = [len(lines) for lines in pieces]
    repeats = sizes[column.codes]
    rows = np.repeat(np.arange(len(column)), repeats)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    codes: dict[str, int] = {}
    widest = max((len(lines) for lines in pieces), default=0)
    table = np.full((len(column.values) + 1, max(widest, 1)), -1, dtype=np.int32)
    for code, lines in zip(column.used, pieces, strict=True):
        table[code, : len(lines)] = [codes.setdefault(line, len(codes)) for line in lines]
    return rows, Column(table[column.codes[rows], place], objects(codes))


def yes_or_no(text: str) -> str | None:
    """ "yes", "no" or None."""
    folded = text.lower().strip()
    return "yes" if folded in YES else "no" if folded in NO else None


def deceased(text: str) -> str | None:
    """A date of death or a yes."""
    folded = text.lower().strip()
    return None if folded in NO else "deceased" if folded in YES or any(c.isdigit() for c in folded) else None


def lab_value(text: str, comma: bool) -> str | None:
    """A figure, with < or > kept (">60"); words such as "hemolyzed" are no value."""
    found = re.match(r"^([<>]=?|≤|≥)?\s*(.*)$", text)
    assert found
    figure = values.number(found[2], comma)
    return f"{found[1] or ''}{figure}" if figure else None


def upper_limit(text: str, comma: bool) -> str | None:
    """The upper end of "3.5-5.1", "3.5 to 5.1", "<5.1"."""
    figures = re.findall(r"\d+(?:[.,]\d+)?", text)
    if len(figures) == 2 or (len(figures) == 1 and text.strip()[:1] in "<≤"):
        return values.number(figures[-1], comma)
    return None


def split_allergies(text: str) -> list[str]:
    """ "Sulfa (rash); PCN" → ["Sulfa\\trash", "PCN"]: substance and reaction with a tab between."""
    found = []
    for piece in re.split(r"[;|\n]|,(?![^()]*\))", text):
        piece = SNOMED_TAG.sub("", piece)
        inside = re.match(r"^(.*?)\s*[(\[](.*?)[)\]]\s*$", piece.strip())
        substance, reaction = (inside[1], inside[2]) if inside else (piece.strip(), "")
        if substance:
            found.append(f"{substance}\t{reaction}" if reaction else substance)
    return found


def frame(kind: str, parts: Sequence[Parts]) -> pd.DataFrame:
    """One frame of text from all parts of a kind."""
    names = (*COMPANION_COLUMNS[kind], *(n for n in EXTRA_COLUMNS.get(kind, ()) if n not in COMPANION_COLUMNS[kind]))
    sizes = [len(part["patient_id"]) for part in parts]
    stacked = {
        name: stack([part.get(name, empty(size)) for part, size in zip(parts, sizes, strict=True)]).categorical()
        for name in names
    }
    return pd.DataFrame(stacked, columns=list(names))
