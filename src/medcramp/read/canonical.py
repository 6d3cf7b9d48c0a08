"""A table with known meanings → canonical columns, one row per medication record, with the fate of every row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from medcramp.read import dates, patients, values
from medcramp.read.dosing import dosing
from medcramp.read.fields import Reader, clean_column, tidy_column
from medcramp.read.ledger import IGNORED, Fates
from medcramp.read.rows import drop_repeats, refuse_rows, status_word
from medcramp.read.tables import Column, combine, empty
from medcramp.records import RECORD_COLUMNS

VOID, RETURNED = "void", "returned"
LETTER = re.compile(r"[^\W\d_]")
LEDGER_FIELDS = {"source_file", "source_sheet", "source_row"}


@dataclass(eq=False)
class Canonical:
    """Columns by canonical field (all of equal length), fates, and what to tell the user."""

    columns: dict[str, Column]
    fates: Fates
    flags: Column
    notices: list[str] = field(default_factory=list)
    date_readings: dict[str, dates.Reading] = field(default_factory=dict)


def read_table(reader: Reader, fates: Fates) -> Canonical:
    """Canonical columns of a table of records whose shape is already one row per record."""
    table, meaning, columns = reader.table, reader.meaning, reader.columns
    rows = len(table)
    days = reader.cleaned_dates()
    comma = reader.comma_decimals()
    nothing = empty(rows)
    shown, flags = _names(reader)
    born = days.get("birth_date", nothing)
    patient_id = reader.text("patient_id")
    drug = _drug(reader, fates)
    quantity = reader.numeric("quantity", comma)
    if meaning.has("quantity_thousandths"):
        quantity = reader.value("quantity_thousandths", lambda t: values.thousandths(t, comma))
    codes = {
        "ndc": _ndc(reader),
        "rxcui": reader.value("rxcui", values.rxcui),
        "atc": reader.value("atc", values.atc),
    }
    start = days.get("start_date", nothing).fill(days.get("fill_date", nothing))
    if not (meaning.has("start_date") or meaning.has("fill_date")):
        start = days.get("written_date", nothing)
    sexes = patients.sex_reader(reader.texts("sex"), columns, reader.title("sex"))
    found = {
        "patient_id": patient_id,
        "patient_name": shown,
        "birth_date": born,
        "age": reader.value("age", values.age),
        "sex": reader.value("sex", sexes.get),
        "drug": drug,
        **codes,
        "strength": _joined(reader, "strength", "strength_unit"),
        "form": reader.text("form"),
        "route": reader.text("route"),
        "sig": reader.text("sig"),
        "quantity": quantity,
        "days_supply": reader.numeric("days_supply", comma).map(
            lambda t: None if t in {"0"} or t.startswith("-") else t
        ),
        "start_date": start,
        "end_date": days.get("end_date", nothing),
        "status": _status(reader, quantity),
        "prescriber": _prescriber(reader),
        "dosing": dosing(reader),
        "store": reader.text("store"),
    }
    refuse_rows(reader, found, fates, patient_id.known | shown.known)
    found["patient_id"] = _identity(reader, found, fates)
    drop_repeats(reader, found, fates)
    for remark, count in sorted(reader.remarks.counts.items()):
        reader.notices.append(f"{count} {remark}")
    complete = {name: found.get(name, nothing) for name in RECORD_COLUMNS if name not in LEDGER_FIELDS}
    return Canonical(complete, fates, flags, notices=reader.notices, date_readings=reader.date_readings)


def _names(reader: Reader) -> tuple[Column, Column]:
    """Name as shown and flags found in it, per row."""
    if reader.meaning.has("last_name") and reader.meaning.has("first_name"):
        parts = [reader.text(n) for n in ("last_name", "first_name", "middle_name", "name_suffix")]
        raw = combine(parts, patients.full_name)
    else:
        raw = reader.text("patient_name")
        if not reader.meaning.has("patient_name"):
            raw = reader.text("last_name")
    used = raw.used
    if not patients.any_tags(raw.values):
        return raw, empty(len(raw))
    names = [patients.name(text, reader.columns) for text in raw.values[used]]
    flags = raw.recode([";".join(n.flags) for n in names], used)
    return raw.recode([n.shown for n in names], used), flags


def _drug(reader: Reader, fates: Fates) -> Column:
    """The drug text: the best column, where it is blank the next ones; survey codes and bare numbers are no drug."""
    result = empty(len(reader.table))
    for place in [*reader.meaning.fields.get("drug", ()), *reader.meaning.fields.get("generic_name", ())]:
        result = result.fill(tidy_column(reader.table.column(place)))
        if result.known.all():
            break
    placeholders = reader.columns.placeholders
    means = {**placeholders.get("", {}), **placeholders.get("drug", {})}
    nothing = {text for text in result.texts if text.lower() in means or not LETTER.search(text)}
    for text, code in zip(result.texts, result.used, strict=True):
        meaning = means.get(text.lower()) if text in nothing and len(text) <= 24 else None
        if meaning and meaning != "unknown":
            fates.mark(result.codes == code, IGNORED, meaning)
    return result.map(lambda text: None if text in nothing else text) if nothing else result


def _ndc(reader: Reader) -> Column:
    """The first product code that is known: where it was lost in one column, another may still have it."""
    result = empty(len(reader.table))
    for place in reader.meaning.fields.get("ndc", ()):
        raw = clean_column(reader.table.column(place), reader.columns, "ndc")
        understand = partial(values.ndc, eleven=values.eleven_digits(raw.texts), remarks=reader.remarks)
        result = result.fill(raw.map(understand))
        if result.known.all():
            break
    if reader.meaning.has("ndc_product") and reader.meaning.has("ndc_package"):
        result = result.fill(combine([reader.text("ndc_product"), reader.text("ndc_package")], values.joined_ndc))
    return result


def _status(reader: Reader, quantity: Column) -> Column:
    """The status as written; a transaction that undid the supply wins over it; a negative quantity was given back."""
    words = reader.columns.statuses
    status = reader.text("status")
    if reader.meaning.has("transaction"):

        def join(two: tuple[str | None, ...]) -> str | None:
            order, claim = two
            return claim if claim and words.get(status_word(claim)) == VOID else order or claim

        status = combine([status, reader.text("transaction")], join)
    negative = quantity.map(lambda text: RETURNED if text.startswith("-") else None)
    return status.fill(negative) if negative.known.any() else status


def _joined(reader: Reader, first: str, second: str) -> Column:
    """A value with its unit from the column beside it."""
    value = reader.text(first)
    if not reader.meaning.has(second):
        return value
    return combine([value, reader.text(second)], lambda two: " ".join(t for t in two if t) if two[0] else None)


def _prescriber(reader: Reader) -> Column:
    if reader.meaning.has("prescriber_last"):
        parts = [reader.text("prescriber_last"), reader.text("prescriber_first")]
        return reader.text("prescriber").fill(combine(parts, lambda two: ", ".join(t for t in two if t) or None))
    return reader.text("prescriber")


def _identity(reader: Reader, found: Mapping[str, Column], fates: Fates) -> Column:
    people = [found[name].where(fates.open) for name in ("patient_id", "patient_name", "birth_date")]
    ids, dated, undated = patients.identify(*people)
    if dated:
        reader.notices.append(f"{_people(dated)} identified by name and birth date (no patient id)")
    if undated:
        reader.notices.append(
            f"{_people(undated)} identified by name alone: two people of one name cannot be told apart"
        )
    if shared := patients.shared_ids(found["patient_id"], found["birth_date"]):
        reader.notices.append(f"{shared} patient ids carry more than one birth date; check that each is one person")
    return ids


def _people(count: int) -> str:
    return "1 person is" if count == 1 else f"{count} people are"
