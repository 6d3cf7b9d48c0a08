"""A table with known meanings → canonical columns, one row per medication record, with the fate of every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read import dates, patients, values
from medcramp.read.ledger import IGNORED, REJECTED, Fates, same_rows
from medcramp.read.meaning import DATE_FIELDS, Meaning
from medcramp.read.tables import Column, Table, combine, empty
from medcramp.records import RECORD_COLUMNS

SAME_ROW = "the same as row"
SAME_FILL = "the same prescription fill as row"
NO_DRUG = "no medicine in this row"
NO_PATIENT = "no patient in this row"
VOID, RETURNED = "void", "returned"
CARRIER = "carrier fluid, not therapy"
REVERSED_PAIR = "supply undone; pairs with row"
LETTER = re.compile(r"[^\W\d_]")
LEDGER_FIELDS = {"source_file", "source_sheet", "source_row"}
MONTH_FIRST_FIELDS, DAY_FIRST_TITLES = ("ndc",), ("din", "nhsnumber", "ramq", "pipcode", "bnfcode", "chi", "pzn")


@dataclass(eq=False)
class Canonical:
    """Columns by canonical field (all of equal length), fates, and what to tell the user."""

    columns: dict[str, Column]
    fates: Fates
    flags: Column
    extra: dict[str, Column] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    date_readings: dict[str, dates.Reading] = field(default_factory=dict)


@dataclass(eq=False)
class Reader:
    """Reads the fields of one table; each distinct text is understood once."""

    table: Table
    meaning: Meaning
    columns: Columns
    settled: Mapping[str, str]
    file_dates: dates.Evidence = field(default_factory=dates.Evidence)
    """What the dates of all tables of the file say about the order of day and month."""
    notices: list[str] = field(default_factory=list)
    remarks: values.Remarks = field(default_factory=values.Remarks)
    date_readings: dict[str, dates.Reading] = field(default_factory=dict)

    def raw(self, name: str) -> Column | None:
        """The best column of a field as it stands."""
        place = self.meaning.first(name)
        return None if place is None else self.table.column(place)

    def text(self, name: str) -> Column:
        """A text field, blanks folded, placeholders unknown."""
        raw = self.raw(name)
        return empty(len(self.table)) if raw is None else clean_column(raw, self.columns, name)

    def texts(self, name: str) -> list[str]:
        """The distinct cleaned texts of a field."""
        raw = self.raw(name)
        clean = values.cleaner(self.columns, name)
        return [] if raw is None else [kept for text in raw.texts if (kept := clean(text))]

    def value(self, name: str, understand: Callable[[str], str | None]) -> Column:
        """A field whose cleaned texts are understood by a function."""
        raw = self.raw(name)
        if raw is None:
            return empty(len(self.table))
        clean = values.cleaner(self.columns, name)
        return raw.map(lambda text: understand(kept) if (kept := clean(text)) else None)

    def cleaned_dates(self) -> dict[str, Column]:
        """All date columns of the table, cleaned, with their order decided together."""
        texts = {n: self.texts(n) for n in DATE_FIELDS if self.meaning.has(n)}
        found = {n: dates.evidence(distinct) for n, distinct in texts.items()}
        everything = sum(found.values(), dates.Evidence())
        latest = max((e.latest_year for n, e in found.items() if n != "birth_date"), default=0)
        habit = self._habit()
        for n in texts:
            wanted = self.settled.get("date_order", "")
            if wanted:
                self.date_readings[n] = dates.Reading(
                    dates.DAY_FIRST if wanted.startswith("d") else dates.MONTH_FIRST,
                    "you said so", True, latest, n == "birth_date",
                )  # fmt: skip
            else:
                self.date_readings[n] = dates.decide(
                    found[n], everything, habit, latest, n == "birth_date", self.file_dates
                )
        self._tell_dates(found)
        return {n: self.value(n, lambda t, n=n: dates.parse(t, self.date_readings[n])) for n in texts}

    def date_evidence(self) -> dates.Evidence:
        """What all dates of this table say about the order of day and month."""
        return sum((dates.evidence(self.texts(n)) for n in DATE_FIELDS if self.meaning.has(n)), dates.Evidence())

    def _habit(self) -> str:
        from medcramp.knowledge.columns import header_key

        keys = {header_key(title) for title in self.table.titles}
        if any(key.startswith(mark) for key in keys for mark in DAY_FIRST_TITLES):
            return dates.DAY_FIRST
        return dates.MONTH_FIRST if self.meaning.has(*MONTH_FIRST_FIELDS) else ""

    def _tell_dates(self, found: Mapping[str, dates.Evidence]) -> None:
        undecided = sorted(n for n, reading in self.date_readings.items() if not reading.decided)
        if undecided:
            self.notices.append(
                f"day and month cannot be told apart in {', '.join(undecided)}; read month first "
                "(if wrong: --map date_order=day-first)"
            )
        for n, e in found.items():
            other = e.day_first if self.date_readings[n].order == dates.MONTH_FIRST else e.month_first
            if other:
                self.notices.append(
                    f"{n}: {other} distinct dates allow only the other order of day and month and were read that way"
                )

    def numeric(self, name: str, comma: bool) -> Column:
        """A number; where two columns with the same title disagree, unknown."""
        places = self.meaning.fields.get(name, ())
        if not places:
            return empty(len(self.table))
        clean = values.cleaner(self.columns, name)

        def understand(text: str) -> str | None:
            kept = clean(text)
            return values.number(kept, comma) if kept else None

        best = self.table.column(places[0]).map(understand)
        for place in places[1:]:
            if self.table.titles[place].strip().lower() != self.table.titles[places[0]].strip().lower():
                continue
            again = self.table.column(place).map(understand)
            pair = combine(
                [best, again], lambda two: two[0] if two[1] in (None, two[0]) else two[1] if two[0] is None else None
            )
            lost = int(np.count_nonzero(best.known & again.known & ~pair.known))
            if lost:
                self.notices.append(f"{name}: two columns of that title disagree in {lost} rows; left empty there")
            best = pair
        return best

    def comma_decimals(self) -> bool:
        """Whether this table writes decimals with a comma, from every figure in it."""
        texts: list[str] = []
        for column in self.table.loaded:
            texts += list(column.values[column.used[:500]])
        return bool(values.decimal_comma(texts))


def clean_column(raw: Column, columns: Columns, name: str) -> Column:
    """Blanks folded, placeholders unknown; a column without either comes back as it is."""
    odd = values.untidy(raw.values, columns, name)
    if not len(odd):
        return raw
    clean = values.cleaner(columns, name)
    texts: list[str | None] = list(raw.values)
    for place in odd:
        texts[place] = clean(raw.values[place])
    used = raw.used
    return raw.recode([texts[place] for place in used], used)


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
    sexes = patients.sex_reader(reader.texts("sex"), columns)
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
    }
    _refuse_rows(reader, found, fates, patient_id.known | shown.known)
    found["patient_id"] = _identity(reader, found, fates)
    _drop_repeats(reader, found, fates)
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
    rows = len(reader.table)
    places = [*reader.meaning.fields.get("drug", ()), *reader.meaning.fields.get("generic_name", ())]
    result = empty(rows)
    for place in places:
        result = result.fill(reader.table.column(place).map(values.tidy))
        if result.known.all():
            break
    placeholders = reader.columns.placeholders
    means = {**placeholders.get("", {}), **placeholders.get("drug", {})}
    for text, code in zip(result.texts, result.used, strict=True):
        meaning = means.get(text.lower()) if len(text) <= 24 else None
        if meaning and meaning != "unknown":
            fates.mark(result.codes == code, IGNORED, meaning)
    return result.map(lambda text: None if text.lower() in means or not LETTER.search(text) else text)


def _ndc(reader: Reader) -> Column:
    eleven = values.eleven_digits(reader.texts("ndc"))
    return reader.value("ndc", lambda text: values.ndc(text, eleven, reader.remarks))


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


def status_word(text: str) -> str:
    """A status as the vocabulary spells it."""
    return " ".join(text.lower().strip(" .>*-").split())


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


def _refuse_rows(reader: Reader, found: Mapping[str, Column], fates: Fates, has_patient: np.ndarray) -> None:
    """Rows that are no record: totals and footers, no drug, no patient, carrier fluids."""
    table = reader.table
    named = found["drug"].known | found["ndc"].known | found["rxcui"].known
    small = np.flatnonzero(~(named & has_patient) & fates.open)
    if len(small):
        _mark_footers(reader, fates, small)
    fates.mark(~named, IGNORED, NO_DRUG)
    fates.mark(~has_patient, REJECTED, NO_PATIENT)
    kinds = reader.value("drug_type", lambda text: reader.columns.drug_types.get(text.lower()))
    for code in kinds.used:
        if kinds.values[code] == "no":
            fates.mark(kinds.codes == code, IGNORED, CARRIER)
    assert len(table) == fates.rows


def _mark_footers(reader: Reader, fates: Fates, suspects: np.ndarray) -> None:
    """Total, page and footer rows among rows that lack a drug or a patient."""
    verdicts = {"total": "a total, not a record", "page": "a page heading", "footer": "a note of the report"}
    found: dict[str, list[int]] = {}
    firsts = np.full(len(reader.table), -1, dtype=np.int64)
    for place in range(len(reader.table.columns) - 1, -1, -1):
        firsts[reader.table.column(place).known] = place
    for place in range(len(reader.table.columns)):
        rows = suspects[firsts[suspects] == place]
        column = reader.table.column(place).take(rows)
        for code in column.used:
            text = values.tidy(column.values[code])
            kind = next((kind for pattern, kind in reader.columns.row_words if pattern.search(text)), None)
            if kind:
                found.setdefault(kind, []).extend(rows[column.codes == code])
    for kind, rows in found.items():
        mask = np.zeros(fates.rows, dtype=bool)
        mask[rows] = True
        fates.mark(mask, IGNORED, verdicts[kind])


def _identity(reader: Reader, found: Mapping[str, Column], fates: Fates) -> Column:
    people = [found[name].where(fates.open) for name in ("patient_id", "patient_name", "birth_date")]
    ids, dated, undated = patients.identify(*people)
    if dated:
        reader.notices.append(f"{dated} people are identified by name and birth date (no patient id)")
    if undated:
        reader.notices.append(
            f"{undated} people are identified by name alone: two people of one name cannot be told apart"
        )
    if shared := patients.shared_ids(found["patient_id"], found["birth_date"]):
        reader.notices.append(f"{shared} patient ids carry more than one birth date; check that each is one person")
    return ids


def _drop_repeats(reader: Reader, found: Mapping[str, Column], fates: Fates) -> None:
    """Rows that repeat another in every cell, or the same fill of the same prescription; pairs that undo each other."""
    table = reader.table
    alike = same_rows(list(table.loaded), fates.open)
    if (alike >= 0).any():
        twins = same_rows(list(table.columns), fates.open)
        fates.mark(twins >= 0, IGNORED, SAME_ROW, table.rows[twins])
        _drop_same_fills(reader, found, fates)
    _pair_reversals(reader, found, fates)


def _drop_same_fills(reader: Reader, found: Mapping[str, Column], fates: Fates) -> None:
    """The same fill of the same prescription, exported twice with different figures beside it (prices, plans)."""
    number, fill = reader.text("rx_number"), reader.text("fill_number")
    known = [column for column in found.values() if len(column.values)]
    twins = same_rows([number, fill, *known], fates.open & number.known)
    fates.mark(twins >= 0, IGNORED, SAME_FILL, reader.table.rows[twins])


def _pair_reversals(reader: Reader, found: Mapping[str, Column], fates: Fates) -> None:
    """A reversal and the supply it undoes are both ignored; one without a partner stays, with its status."""
    status, quantity = found["status"], found["quantity"]
    words = reader.columns.reversals
    undoing = [code for code in status.used if status_word(status.values[code]) in words]
    undone = np.isin(status.codes, undoing) & fates.open
    if not undone.any():
        return
    amount, number = quantity.map(lambda text: text.lstrip("-")), reader.text("rx_number")
    keys = [found["patient_id"], found["drug"], found["ndc"], amount, number]
    if not (quantity.known & np.isin(quantity.codes, [c for c in quantity.used if quantity.values[c][0] == "-"])).any():
        keys.append(found["start_date"])
    codes, _ = combinations_of(keys)
    people = set(codes[undone].tolist())
    supplies: dict[int, list[int]] = {}
    for row in np.flatnonzero(fates.open & ~undone & np.isin(codes, list(people))):
        supplies.setdefault(int(codes[row]), []).append(int(row))
    pairs = np.full(fates.rows, -1, dtype=np.int64)
    for row in np.flatnonzero(undone):
        waiting = supplies.get(int(codes[row]), [])
        before = [supply for supply in waiting if supply < row] or waiting
        if before:
            partner = before[-1]
            waiting.remove(partner)
            pairs[row], pairs[partner] = partner, row
    fates.mark(pairs >= 0, IGNORED, REVERSED_PAIR, reader.table.rows[pairs])


def combinations_of(columns: list[Column]) -> tuple[np.ndarray, np.ndarray]:
    """See tables.combinations; columns without any text say nothing and are left out."""
    from medcramp.read.tables import combinations

    return combinations([column for column in columns if len(column.values)] or columns[:1])
