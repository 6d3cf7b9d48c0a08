"""Cells that say several things of the patient: "SMITH, JOHN (03/09/1944)", "12345 - SMITH, JOHN", "03/09/1944 F"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from medcramp.knowledge.columns import Columns
from medcramp.read import dates, values
from medcramp.read.meaning import looks_like_name
from medcramp.read.shapes.shaped import Shaped, field_column
from medcramp.read.tables import Column

ENOUGH = 0.8
"""Part of the distinct texts that must be built alike."""
DATE = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}"
CODE = r"[A-Za-z]{0,4}\d{3,}"
NAME = r"[^\W\d_][^\d()\[\]#]*?"
BUILT: Mapping[str, re.Pattern[str]] = {
    "name and birth date in one cell": re.compile(
        rf"^(?P<patient_name>{NAME})[\s,;(\[/|-]*(?:d\.?o\.?b\.?|born|b\.|\*)?[\s:]*(?P<birth_date>{DATE})[)\]]?$", re.I
    ),
    "id and name in one cell": re.compile(rf"^(?P<patient_id>{CODE})\s*[-–:|/]\s*(?P<patient_name>{NAME})$"),
    "name and id in one cell": re.compile(
        rf"^(?P<patient_name>{NAME})\s*[(\[#-]+\s*(?:mrn|id|no\.?|acct)?[\s:#]*(?P<patient_id>{CODE})\s*[)\]]?$", re.I
    ),
}
WORD = re.compile(r"[^\W\d_]+")
YEARS = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
LONGEST = 120


def part_cells(shaped: Shaped, columns: Columns) -> Shaped:
    """The parts of such cells as columns of their own; other tables come back as they are."""
    for place in (*shaped.meaning.fields.get("patient_name", ())[:1], *shaped.meaning.fields.get("patient_id", ())[:1]):
        column = shaped.table.column(place)
        for said, pattern in BUILT.items():
            names = [name for name in pattern.groupindex if name != "patient_name"]
            if any(shaped.meaning.has(name) and field_column(shaped, name) is not column for name in names):
                continue
            if _share(column, pattern) >= ENOUGH:
                return shaped.extended({name: _group(column, pattern, name) for name in pattern.groupindex}, said)
    return _facts(shaped, columns)


def _facts(shaped: Shaped, columns: Columns) -> Shaped:
    """A column of birth date or age together with the sex."""
    if not shaped.meaning.has("person_facts"):
        return shaped
    column = field_column(shaped, "person_facts")

    def sex(text: str) -> str | None:
        return next((word for word in WORD.findall(text) if word.lower() in columns.sexes), None)

    found = {
        "birth_date": column.map(lambda text: _first(re.search(DATE, text))),
        "age": column.map(lambda text: _first(YEARS.search(re.sub(DATE, "", text)))),
        "sex": column.map(sex),
    }
    fresh = {n: c for n, c in found.items() if c.known.any() and not shaped.meaning.has(n)}
    return shaped.extended(fresh, "birth date, age or sex in one cell") if fresh else shaped


def _first(found: re.Match[str] | None) -> str | None:
    return found[0] if found else None


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = pattern.match(values.tidy(text)) if len(text) <= LONGEST else None
    return found if found and looks_like_name(found["patient_name"].strip(" ,;-")) else None


def _share(column: Column, pattern: re.Pattern[str]) -> float:
    texts = column.texts[:500]
    return sum(1 for text in texts if _match(pattern, text)) / len(texts) if texts else 0.0


def _group(column: Column, pattern: re.Pattern[str], name: str) -> Column:
    """The part of each text; a text that is built otherwise stays whole as a name and says nothing else."""

    def part(text: str) -> str | None:
        found = _match(pattern, text)
        if not found:
            return text if name == "patient_name" else None
        if name == "birth_date" and dates.parse(found[name], dates.Reading(birth=True)) is None:
            return None
        return found[name].strip(" ,;-")

    return column.map(part)
