"""Printed reports: text in columns by position, patients in headings, sections that carry a status, wrapped lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.knowledge.drug_words import AMOUNT, form_words
from medcramp.read import dates
from medcramp.read.directions import split_line
from medcramp.read.lab_titles import is_lab
from medcramp.read.ledger import IGNORED, Fates
from medcramp.read.meaning import RECORDS_ONLY, DrugTest, Meaning, looks_like_directions
from medcramp.read.rows import status_word
from medcramp.read.shapes import ruler
from medcramp.read.shapes.headings import LONGEST_LINE, Groups, Person, before_labels, heading, pairs, person_in
from medcramp.read.shapes.shaped import Shaped
from medcramp.read.tables import column_of, table_from
from medcramp.read.understand import PERSON, Understood

SECTION = re.compile(r"^[-=*_~ ]{2,}([^\W\d_][^=_*~]*?) {0,2}[-=*_~]{2,} *$")
TOO_LONG = "-"
"""Stands for a line that no printer prints."""
BLANKS = re.compile(r"\s{2,}")
RULE = re.compile(r"^[\s\-=_*~+|.]+$")
MONTH_DAY = re.compile(r"^(\d{1,2})[-/](\d{1,2})$")
LEADING_NUMBER = re.compile(r"^\s*\d{1,3}[.)]?\s+(?=[^\W\d_])")
ANY_DATE = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}-\d{2}-\d{2}|[A-Z][a-z]{2,8} \d{1,2}, ?\d{4}"
    r"|\d{1,2}[- ][A-Z][a-z]{2}[- ]\d{4}"
)
HEADER_LAB = re.compile(
    r"([A-Za-z][A-Za-z ]{0,20}?):\s*([\d.]+)\s*([A-Za-zµμ]{1,5}/[A-Za-z]+)\s+(\d{1,2}/\d{1,2}/\d{2,4})"
)
LONGEST_REPORT = 200_000
DATE_FIELDS = ("fill_date", "start_date", "written_date", "end_date")
REASONS = {
    "heading": "a patient heading; its rows follow",
    "titles": "column titles",
    "rule": "a line between parts of the report",
    "text": "text of the report, not a record",
}


@dataclass
class Report:
    """What has been read of a report so far."""

    groups: Groups
    records: list[dict[str, str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """Per record the heading it stands under."""
    section: str = ""
    verdicts: dict[int, str] = field(default_factory=dict)
    """Line → why it is no record; a line that is neither here nor a start was used for the record above it."""

    def add(self, line: int, record: dict[str, str]) -> None:
        if self.section and not record.get("status"):
            record["status"] = self.section
        self.records.append(record)
        self.starts.append(line)
        self.groups.close()
        self.owners.append(len(self.groups.people) - 1)


def read_printed(u: Understood, columns: Columns, drug_test: DrugTest) -> Shaped | None:
    """The records of a printed report, or None when the text is none."""
    if u.grid.width != 1 or u.grid.head.num_rows == 0:
        return None
    whole, _ = u.whole
    if len(whole) > LONGEST_REPORT:
        return None
    written = [(line or "").expandtabs(8).rstrip() for line in whole.column(0).decoded()]
    lines = [line if len(line) <= LONGEST_LINE else TOO_LONG for line in written]
    title = ruler.find_titles(lines, columns)
    if title is None:
        return None
    top = lines[: title.first]
    report = Report(Groups(_person(top, columns)))
    slots = ruler.slots(title, [line for line in lines[title.last + 1 :] if ruler.is_data(line, title)])
    _read_lines(report, lines, title, slots, columns, drug_test)
    people = report.groups.resolved()
    for record, owner in zip(report.records, report.owners, strict=True):
        record.update(people[owner])
    if not any(set(record) & set(PERSON) for record in report.records):
        return None
    _complete_dates(report, _printed_date(top))
    return _shaped(u, report, lines, _labs(top))


def _person(top: Sequence[str], columns: Columns) -> Person:
    return person_in([[line] for line in top], columns)


def _read_lines(
    report: Report,
    lines: Sequence[str],
    title: ruler.Titles,
    slots: Sequence[ruler.Slot],
    columns: Columns,
    drug_test: DrugTest,
) -> None:
    pages = {_figureless(line) for line in lines[: title.first] if line.strip() and not heading(line, columns)}
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if index < title.first or _figureless(line) in pages:
            report.verdicts[index] = "text"
        elif line.strip() in title.texts:
            report.verdicts[index] = "titles"
        elif section := SECTION.match(BLANKS.sub("  ", line)):
            report.section = _status(section[1], columns)
            report.verdicts[index] = "rule"
        elif RULE.match(line):
            report.verdicts[index] = "rule"
        elif any(pattern.search(line.strip()) for pattern, _ in columns.row_words):
            report.verdicts[index] = "text"
        else:
            _read_line(report, index, line, slots, columns, drug_test)


def _figureless(line: str) -> str:
    """A line without its figures: the head of a page is the same but for page number and time."""
    return re.sub(r"[\d\s]+", " ", line).strip()


def _read_line(
    report: Report, index: int, line: str, slots: Sequence[ruler.Slot], columns: Columns, drug_test: DrugTest
) -> None:
    cells = ruler.cut(line, slots)
    labelled = pairs(line, columns)
    fits = ruler.conforms(line, slots)
    if fits and cells.get("drug") and drug_test(cells["drug"]) and not labelled and len(cells) >= 3:
        report.add(index, {name: text for name, text in cells.items() if text})
        return
    medicine = _names_medicine(before_labels(line, columns), drug_test)
    if not medicine and report.groups.take(line, columns):
        report.verdicts[index] = "heading"
    elif labelled and report.records and not before_labels(line, columns).strip():
        _add_labels(report.records[-1], labelled, columns)
    elif _directions_below(report, index, line, slots, columns):
        report.records[-1]["sig"] = f"{report.records[-1].get('sig', '')} {line.strip()}".strip()
    elif medicine and not _wraps(line, slots, cells):
        _add_free_line(report, index, line, labelled, columns)
    elif report.records and _wraps(line, slots, cells):
        for name, text in cells.items():
            if text:
                report.records[-1][name] = f"{report.records[-1].get(name, '')} {text}".strip()
    elif columns.statuses.get(status_word(line)):
        report.section = _status(line, columns)
        report.verdicts[index] = "rule"
    else:
        report.verdicts[index] = "text"


def _directions_below(report: Report, index: int, line: str, slots: Sequence[ruler.Slot], columns: Columns) -> bool:
    """Whether a line under a record gives its directions, in a report that has no column for them."""
    if not report.records or any(slot.field == "sig" for slot in slots):
        return False
    below = index - report.starts[-1]
    if below == 1:
        return looks_like_directions(line.strip(), columns)
    words = re.findall(r"[^\W_]+", line.lower())
    return below == 2 and "sig" in report.records[-1] and any(word in columns.sig_words for word in words)


def _names_medicine(text: str, drug_test: DrugTest) -> bool:
    """A medicine with an amount or a dose form: enough to stand alone outside the columns."""
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    return drug_test(text) and bool(AMOUNT.search(text) or words & form_words())


def _wraps(line: str, slots: Sequence[ruler.Slot], cells: dict[str, str]) -> bool:
    """A wrapped text: only text columns are filled, and the line starts under one of them."""
    filled = {name for name, text in cells.items() if text}
    return bool(filled) and filled <= {"sig", "drug", "prescriber"} and ruler.starts_under(line, slots, filled)


def _add_labels(record: dict[str, str], labelled: Sequence[tuple[str, str]], columns: Columns) -> None:
    """ "Qty: 2" below a record: the long drug name above it ran into the quantity column."""
    for label, value in labelled:
        name = _record_field(label, columns)
        if not name or not value:
            continue
        if name == "quantity" and record.get(name) and record.get("drug"):
            record["drug"] = f"{record['drug']} {record[name]}"
        record[name] = value


def _record_field(label: str, columns: Columns) -> str:
    """The field of a record that a label means; "" for anything else."""
    meanings = {n: s for n, s in columns.meanings(label, "records").items() if n in RECORDS_ONLY and n != "drug"}
    return max(meanings, key=lambda n: meanings[n], default="")


def _add_free_line(
    report: Report, index: int, line: str, labelled: Sequence[tuple[str, str]], columns: Columns
) -> None:
    parts = split_line(LEADING_NUMBER.sub("", before_labels(line, columns).strip()), columns)
    record = {"drug": parts.drug, "sig": parts.sig, "quantity": parts.quantity}
    for label, value in labelled:
        name = _record_field(label, columns)
        if name and value:
            record[name] = value
    report.add(index, {name: text for name, text in record.items() if text})


def _status(text: str, columns: Columns) -> str:
    bare = re.sub(r"\(.*?\)", "", text).strip()
    return bare if status_word(bare) in columns.statuses else ""


def _printed_date(top: Sequence[str]) -> str:
    """The latest date above the titles that is no birth date: when the report was printed."""
    found = [
        iso
        for line in top
        if not re.search(r"dob|birth|born", line, re.IGNORECASE)
        for text in ANY_DATE.findall(line)
        if (iso := dates.parse(text, dates.Reading()))
    ]
    return max(found, default="")


def _complete_dates(report: Report, printed: str) -> None:
    """Month and day without a year: the last such day before the report was printed; without that, unknown."""
    for record in report.records:
        for name in DATE_FIELDS:
            found = MONTH_DAY.match(record.get(name, ""))
            if found:
                complete = dates.before(int(found[1]), int(found[2]), printed) if printed else None
                record[name] = complete or ""


def _labs(top: Sequence[str]) -> dict[str, str]:
    """ "(CREAT:1.2mg/dL 2/11/25)" above the titles → columns "CREAT (mg/dL)" and "CREAT date"."""
    found: dict[str, str] = {}
    for line in top:
        for name, value, unit, when in HEADER_LAB.findall(line):
            if is_lab(name.strip()):
                found[f"{name.strip()} ({unit})"] = value
                found[f"{name.strip()} date"] = when
    return found


def _shaped(u: Understood, report: Report, lines: Sequence[str], labs: dict[str, str]) -> Shaped:
    whole, _ = u.whole
    filled = np.array([bool(line.strip()) for line in lines], dtype=bool)
    place = np.cumsum(filled) - 1
    source = whole.take(filled)
    names = sorted({name for record in report.records for name, text in record.items() if text})
    texts = [column_of([record.get(name) for record in report.records]) for name in names]
    texts += [column_of([value] * len(report.records)) for value in labs.values()]
    rows = whole.rows[report.starts]
    table = table_from(whole.file, whole.sheet, texts, rows, (*names, *labs))
    fates = Fates(len(source))
    for kind, reason in REASONS.items():
        mask = np.zeros(len(lines), dtype=bool)
        mask[[index for index, verdict in report.verdicts.items() if verdict == kind]] = True
        fates.mark(mask[filled], IGNORED, reason)
    meaning = Meaning({name: (index,) for index, name in enumerate(names)}, {}, {})
    return Shaped(["printed report"], table, meaning, Fates(len(table)), source, place[report.starts], fates)
