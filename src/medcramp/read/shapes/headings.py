"""People named outside the columns: in a block above the table, or in heading rows between its groups."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read import dates, values
from medcramp.read.ledger import IGNORED
from medcramp.read.meaning import DrugTest, looks_like_name
from medcramp.read.shapes.shaped import PERSON_FIELDS, Shaped, field_column
from medcramp.read.tables import column_of, constant, empty
from medcramp.read.understand import MEDICINE

Person = dict[str, str]
COLON = re.compile(r"\s*:(?!\d\d)\s*")
LONGEST_LABEL = 5
LONGEST_NAME = 120
LONGEST_LINE = 1_000
"""Characters beyond which no text is looked at as a heading or as labels with their values."""
GAP = re.compile(r"\s{2,}|\t|\|")
NAME_AND_DATE = re.compile(
    r"^\W*(?P<name>[^\W\d_][^\d:;|]*?,\s*[^\d:;|]*?)[\s(;|-]*(?:d\.?o\.?b\.?|born|b\.)?[\s:(]*"
    r"(?P<born>\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4})\b(?P<rest>.*)$",
    re.IGNORECASE,
)
BORN = re.compile(
    r"(?:\bd\.?o\.?b\.?|\bborn|\bbirth ?date)[\s:]*"
    r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4})\b",
    re.IGNORECASE,
)
NAME_AND_ID = re.compile(
    r"^(?P<name>[^\W\d_][^\d()]*?,[^\d()]*?)\s*[(\[#]+\s*(?:mrn|id|no\.?|acct)?[\s:#]*(?P<id>[A-Za-z]{0,4}\d{3,})\s*[)\]]?$",
    re.IGNORECASE,
)
LIST_FOR = re.compile(
    r"\b(?:for|of):?\s{1,3}(?P<name>[^\W\d_][^\d:;()]{2,80}?)[\s,(]{0,5}(?:d\.?o\.?b|born|birth)", re.IGNORECASE
)
"""The title of a list made for one person: "MEDICATION LIST FOR Ann Adler, DOB: 03/24/1944"."""
CONTINUED = re.compile(r"\(?\s*\b(?:cont(?:inued|'d|d)?\.?)\s*\)?\s*$", re.IGNORECASE)
FEW_CELLS = 6
NOTE_SHARE = 0.25
"""Part of the cells of a usual record below which a row may be a remark."""
LONGEST_ROW_CODE = 2
PROBED_ROWS = 1_000
"""Narrow rows among which a first heading must be found."""


def key_values(text: str, columns: Columns) -> Person:
    """ "DOB: 03/09/1944   SEX: F" → the person fields with a usable value."""
    person: Person = {}
    for label, value in pairs(text, columns):
        take(person, label, value, columns)
    return person


def pairs(text: str, columns: Columns) -> list[tuple[str, str]]:
    """ "Label: value   Other label: value" → labels with their values.

    A label is the longest run of words before a colon that means something, or else the last word before it.
    """
    found: list[tuple[str, str]] = []
    for piece in GAP.split(text) if len(text) <= LONGEST_LINE else ():
        marks = [match for match in COLON.finditer(piece) if match.start()]
        if not marks and found and not found[-1][1]:
            found[-1] = (found[-1][0], piece.strip())
        starts = [_label_start(piece[: mark.start()], columns) for mark in marks]
        for number, mark in enumerate(marks):
            end = starts[number + 1] if number + 1 < len(marks) else len(piece)
            found.append((piece[starts[number] : mark.start()].strip(), piece[mark.end() : end].strip(" ,;")))
    return found


def _label_start(before: str, columns: Columns) -> int:
    """Where the label begins that ends a text."""
    words = list(re.finditer(r"\S+", before))[-LONGEST_LABEL:]
    for word in words:
        label = before[word.start() :]
        if columns.meanings(label, "patients") or columns.meanings(label, "records"):
            return word.start()
    return (
        words[-1].start()
        if words and len(list(re.finditer(r"\S+", before))) > LONGEST_LABEL
        else (words[0].start() if words else len(before))
    )


def before_labels(text: str, columns: Columns) -> str:
    """What stands before the first "Label:" and before the first gap of blanks."""
    piece = GAP.split(text.strip())[0]
    mark = COLON.search(piece)
    return piece[: _label_start(piece[: mark.start()], columns)] if mark else piece


def take(person: Person, label: str, value: str, columns: Columns) -> bool:
    """Put a value under the person field that its label means, when it can be one."""
    meanings = columns.meanings(label, "patients")
    names = len(value) <= LONGEST_NAME and meanings.keys() & {"patient_id", "patient_name"}
    both = NAME_AND_ID.match(values.tidy(value)) if names else None
    if both and not person.keys() & {"patient_id", "patient_name"}:
        person.update({"patient_name": both["name"].strip(" ,"), "patient_id": both["id"]})
        return True
    if meanings.get("substance", 0) == 3:
        meanings = {"substance": 3}
    for name, _ in sorted(meanings.items(), key=lambda item: -item[1]):
        usable = person_value(name, value, columns)
        if usable and name not in person:
            person[name] = usable
            return True
    return False


def person_value(name: str, value: str, columns: Columns) -> str | None:
    """The part of a text that can stand for a person field, or None."""
    value = values.tidy(value)
    if name == "substance":
        return value or None
    if not value or name not in PERSON_FIELDS:
        return None
    if name == "birth_date":
        bare = re.sub(r"\s*\(.*$", "", value)
        return bare if dates.parse(bare, dates.Reading(birth=True)) else None
    if name in {"patient_name", "last_name", "first_name"}:
        return value if looks_like_name(value) or (name != "patient_name" and value.isalpha()) else None
    if name == "sex":
        return value if value.lower().strip(" .") in columns.sexes else None
    if name == "age":
        return values.age(value)
    return value if any(c.isdigit() for c in value) or name == "middle_name" else None


def block(rows: Sequence[Sequence[str]], columns: Columns) -> Person:
    """The person in the rows above a table: "label: value", label beside value, or label above value."""
    person: Person = {}
    lonely: list[str] = []
    for index, row in enumerate(rows):
        cells = [(place, values.tidy(cell)) for place, cell in enumerate(row)
                 if len(cell) <= LONGEST_LINE and values.tidy(cell)]  # fmt: skip
        for number, (place, cell) in enumerate(cells):
            for label, value in pairs(row[place], columns):
                take(person, label, value, columns)
            if ":" in cell.rstrip(":") or not columns.meanings(cell, "patients"):
                if len(cells) == 1 and looks_like_name(re.sub(r"\s*<.*?>\s*", "", cell)) and "," in cell:
                    lonely.append(re.sub(r"\s*<.*?>\s*", "", cell))
                continue
            right = cells[number + 1][1] if number + 1 < len(cells) else ""
            under = rows[index + 1][place] if index + 1 < len(rows) and place < len(rows[index + 1]) else ""
            take(person, cell.rstrip(":"), right, columns) or take(person, cell.rstrip(":"), under, columns)
    if not person.keys() & {"patient_name", "last_name"} and person and len(lonely) == 1:
        person["patient_name"] = lonely[0]
    return person


def person_in(rows: Sequence[Sequence[str]], columns: Columns) -> Person:
    """The person whom the rows above a table name, in a block or in a heading of one line."""
    person = block(rows, columns)
    for row in rows:
        line = "   ".join(cell for cell in row if cell)
        person = (heading(line, columns) or {}) | person
    return person


def heading(text: str, columns: Columns) -> Person | None:
    """The person whom a heading row names: "SMITH, JOHN  DOB: 07/04/1939  SEX: M", "Patient: …", or None."""
    if len(text) > LONGEST_LINE:
        return None
    text = values.tidy_lines(text) if "\n" in text else text.strip()
    continued = bool(CONTINUED.search(text))
    text = CONTINUED.sub("", text)
    person = key_values(text, columns)
    before = before_labels(text, columns).strip(" -*#(")
    unnamed = not person.keys() & {"patient_name", "last_name"}
    if unnamed and BORN.search(text) and (titled := LIST_FOR.search(text)):
        person["patient_name"] = values.tidy(titled["name"])
    elif unnamed and looks_like_name(before) and "," in before and (person or continued or before.isupper()):
        person["patient_name"] = before
    if "patient_name" not in person and (found := NAME_AND_DATE.match(text)):
        person["patient_name"] = values.tidy(found["name"])
        person.setdefault("birth_date", found["born"])
        sexes = [word for word in re.findall(r"[A-Za-z]+", found["rest"]) if word.lower() in columns.sexes]
        if sexes:
            person.setdefault("sex", sexes[0])
    if "birth_date" not in person and (born := BORN.search(text)):
        person["birth_date"] = born[1]
    return person if person.keys() & {"patient_name", "last_name", "patient_id"} else None


def person_above(shaped: Shaped, above: Sequence[Sequence[str]], columns: Columns, drug_test: DrugTest) -> Shaped:
    """A table about one person whose identity stands above it."""
    person = person_in(above, columns)
    if not person.keys() & {"patient_id", "patient_name", "last_name"}:
        return shaped
    rows = len(shaped.table)
    _mark_notes(shaped, columns, drug_test)
    told = {name: constant(text, rows) for name, text in person.items()}
    return shaped.extended({"patient_id": empty(rows)} | told, "one patient, named above")


def one_code_for_all(shaped: Shaped) -> bool:
    """Whether all that the columns say of the patient is one short code, the same in every row ("1" in a report)."""
    if shaped.meaning.has(*set(PERSON_FIELDS) - {"patient_id"}):
        return False
    cells = np.sum([column.known for column in shaped.table.columns], axis=0)
    code = field_column(shaped, "patient_id").take(2 * cells > cells.max(initial=0))
    return len(code.used) == 1 and len(code.texts[0]) <= LONGEST_ROW_CODE


def _mark_notes(shaped: Shaped, columns: Columns, drug_test: DrugTest) -> None:
    """Rows of few cells whose text in the medicine column names none: signatures, remarks, section titles."""
    drug = field_column(shaped, "drug")
    cells = np.sum([column.known for column in shaped.table.columns], axis=0)
    named = np.isin(drug.codes, [code for code in drug.used if drug_test(drug.values[code])])
    few = max(1.0, NOTE_SHARE * float(np.median(cells[named]))) if named.any() else 1.0
    odd = (cells <= few) | _undated(shaped, columns)
    shaped.fates.mark(drug.known & ~named & odd, IGNORED, "text of the report, not a record")


def _undated(shaped: Shaped, columns: Columns) -> np.ndarray:
    """Rows with words where dates stand: another table, or its titles."""
    unknown = values.placeholders(columns, "fill_date")
    words = np.zeros(len(shaped.table), dtype=bool)
    for name in ("fill_date", "start_date"):
        if shaped.meaning.has(name):
            column = field_column(shaped, name)
            texts = ((code, values.tidy(column.values[code]).lower()) for code in column.used)
            plain = [code for code, text in texts if text not in unknown and not any(c.isdigit() for c in text)]
            words |= np.isin(column.codes, plain)
    return words


def person_headings(shaped: Shaped, above: Sequence[Sequence[str]], columns: Columns, drug_test: DrugTest) -> Shaped:
    """Groups of rows under heading rows that name the patient; a heading may take several rows."""
    medicine = np.zeros(len(shaped.table), dtype=bool)
    for name in MEDICINE:
        medicine |= field_column(shaped, name).known
    medicine &= shaped.fates.open  # repeated titles are no medicine
    cells = np.sum([column.known for column in shaped.table.columns], axis=0)
    candidates = np.flatnonzero(cells <= FEW_CELLS)
    probed = _row_texts(shaped, candidates[:PROBED_ROWS])
    if not any(heading(text, columns) for text in probed):
        return shaped
    groups = Groups(person_in(above, columns))
    owner = np.full(len(shaped.table), -1)
    marks: list[int] = []
    known = dict(zip(candidates.tolist(), _row_texts(shaped, candidates), strict=True))
    for row in range(len(shaped.table)):
        text = known.get(row)
        if text is not None and not (medicine[row] and _is_record(text, columns)) and groups.take(text, columns):
            marks.append(row)
        elif medicine[row]:
            groups.close()
        owner[row] = len(groups.people) - 1
    people = groups.resolved()
    if len(people) < 2:
        return shaped
    names = sorted({name for person in people for name in person})
    filled = {name: column_of([people[place].get(name) for place in owner]) for name in names}
    mask = np.zeros(len(shaped.table), dtype=bool)
    mask[marks] = True
    shaped.fates.mark(mask, IGNORED, "a patient heading; its rows follow")
    _mark_notes(shaped, columns, drug_test)
    return shaped.extended(filled, "grouped under patient headings")


class Groups:
    """The people of a grouped report in the order of their headings, each gathered from one or several lines."""

    def __init__(self, first: Person) -> None:
        self.people: list[Person] = [first]
        self.open = True
        """No record yet since the last heading: the next line may say more about the same person."""

    def close(self) -> None:
        """A record follows; what comes after it about a person begins a new heading."""
        self.open = False

    def take(self, text: str, columns: Columns) -> bool:
        """Add what a line says about a person; False when it says nothing of the kind."""
        named = heading(text, columns)
        facts = named or key_values(text, columns)
        if not facts:
            return False
        person = self.people[-1]
        if self.open and all(person.get(name, value) == value for name, value in facts.items()):
            person.update(facts)
            return True
        if not named:
            return False
        self.people.append(dict(facts))
        self.open = True
        return True

    def resolved(self) -> list[Person]:
        """Headings repeated after a page break ("SMITH, JOHN (CONTINUED)") stand for the person named in full before.

        Where several people before could be meant, the last one is when nobody came between; else it stays open.
        """
        found: list[Person] = []
        for person in self.people:
            alike = [p for p in found if person and len(p) > len(person) and person.items() <= p.items()]
            last = found[-1] if found else {}
            if any(last == other for other in alike):
                found.append(last)
            else:
                different = [p for place, p in enumerate(alike) if p not in alike[:place]]
                found.append(different[0] if len(different) == 1 else person)
        return found


def _row_texts(shaped: Shaped, rows: np.ndarray) -> list[str]:
    columns = [column.take(rows).decoded() for column in shaped.table.columns]
    return ["   ".join(text for text in cells if text) for cells in zip(*columns, strict=True)]


def _is_record(text: str, columns: Columns) -> bool:
    """A heading may stand in the medicine column; a record names no person by label, birth date or name."""
    person = heading(text, columns)
    return person is None or not ("birth_date" in person or ":" in text or "patient_name" in person)
