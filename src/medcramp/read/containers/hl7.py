"""HL7 v2 pharmacy messages (RDE, RDS, also OMP and RGV): orders and dispenses → medication records.

One record per order group (ORC with its RXO, RXE, RXD, RXR, TQ1); what was dispensed says more than what was ordered.
Field numbers are those of HL7 v2.5.1, chapters 2, 3, 4 and 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.interchange import ROW, Gathered
from medcramp.read.containers.source import Source
from medcramp.read.containers.text import utf8_chunks
from medcramp.read.grids import Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Progress

FORMAT = "HL7 v2"
_CONTROL = {
    "DC": "discontinued", "OD": "discontinued", "DR": "discontinued", "CA": "cancelled", "OC": "cancelled",
    "CR": "cancelled", "HD": "on hold", "OH": "on hold", "HR": "on hold",
}  # fmt: skip
"""ORC-1, order control (table 0119): the codes that say the medicine is not going on."""
_ORDER_STATUS = {
    "A": "active", "IP": "active", "CM": "completed", "CA": "cancelled", "DC": "discontinued", "HD": "on hold",
    "ER": "entered in error", "RP": "discontinued",
}  # fmt: skip
"""ORC-5 (table 0038)."""
_MEDICATION_SEGMENTS = {"RXO", "RXE", "RXD", "RXG", "RXR", "TQ1"}
_NDC = re.compile(r"\d{4,6}-\d{3,4}-\d{1,2}|\d{11}")


@dataclass
class _Message:
    """Separators and segments of one message, each segment with its line in the file."""

    field_mark: str
    component_mark: str
    repeat_mark: str
    escape_mark: str
    segments: list[tuple[int, list[str]]] = field(default_factory=list)

    def parts(self, fields: Sequence[str], number: int) -> list[str]:
        """Components of the first repetition of a field (1-based; MSH is not read this way)."""
        text = fields[number] if number < len(fields) else ""
        return [self._plain(part) for part in text.split(self.repeat_mark)[0].split(self.component_mark)]

    def text(self, fields: Sequence[str], number: int, component: int = 1) -> str:
        """One component as text, "" when absent or explicitly null."""
        parts = self.parts(fields, number)
        found = parts[component - 1].strip() if component <= len(parts) else ""
        return "" if found == '""' else found

    def _plain(self, text: str) -> str:
        if not self.escape_mark or self.escape_mark not in text:
            return text
        for code, mark in (("F", self.field_mark), ("S", self.component_mark), ("R", self.repeat_mark), (".br", "\n")):
            text = text.replace(f"{self.escape_mark}{code}{self.escape_mark}", mark)
        text = text.replace(f"{self.escape_mark}T{self.escape_mark}", "&")
        return text.replace(f"{self.escape_mark}E{self.escape_mark}", self.escape_mark)


def hl7_grids(source: Source, options: ReadOptions, progress: Progress) -> Iterator[Grid]:
    """Grids of records, allergies, conditions and labs of all messages; rows are lines of the file.

    Raises InputUnreadableError when no message holds an order or a dispense.
    """
    gathered = Gathered(source.name, FORMAT)
    for message in _messages(source, progress):
        _take_in(message, gathered)
    if not gathered.rows.get("records"):
        raise InputUnreadableError(
            "holds HL7 messages, but no pharmacy order or dispense (RXE, RXD)",
            file=source.name,
            remedy="export RDE or RDS messages",
        )
    yield from gathered.grids(options.limits)


def _messages(source: Source, progress: Progress) -> Iterator[_Message]:
    text = b"".join(utf8_chunks(source)).decode()
    message: _Message | None = None
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = line.strip("\x0b\x1c ")
        if line.startswith("MSH") and len(line) > 7:
            if message:
                yield message
            marks = line[4:8]
            message = _Message(line[3], marks[0], marks[1], "" if marks[2] == line[3] else marks[2])
        elif message and line[:3].isalnum() and line[3:4] == message.field_mark:
            message.segments.append((number, line.split(message.field_mark)))
    progress(f"Reading {source.name}", source.size, source.size)
    if message:
        yield message


def _take_in(message: _Message, gathered: Gathered) -> None:
    person: dict[str, str] = {}
    group: dict[str, tuple[int, list[str]]] = {}
    for number, fields in message.segments:
        kind = fields[0]
        if kind == "PID":
            _finish(message, person, group, gathered)
            person = _person(message, fields)
        elif kind == "ORC" or (kind in group and kind in {"RXE", "RXD", "RXO"}):
            _finish(message, person, group, gathered)
            group[kind] = (number, fields)
        elif kind in _MEDICATION_SEGMENTS:
            group.setdefault(kind, (number, fields))
        elif kind in _FACTS and person:
            role, row = _FACTS[kind](message, fields)
            if row:
                gathered.add(role, {ROW: number, "patient_id": person["patient_id"], **row})
    _finish(message, person, group, gathered)


def _finish(
    message: _Message, person: dict[str, str], group: dict[str, tuple[int, list[str]]], gathered: Gathered
) -> None:
    """Ends an order group: a record, when it names a medicine."""
    lines = {kind: fields for kind, (_, fields) in group.items()}
    line = max((number for kind, (number, _) in group.items() if kind in {"RXO", "RXE", "RXD"}), default=0)
    group.clear()
    if line:
        gathered.add("records", {ROW: line, **person, **_record(message, lines)})


def _person(message: _Message, fields: list[str]) -> dict[str, str]:
    name = [part.partition("&")[0] for part in message.parts(fields, 5)] + [""] * 4
    return {
        "patient_id": message.text(fields, 3) or message.text(fields, 2),
        "Last Name": name[0],
        "First Name": name[1],
        "Middle Name": name[2],
        "Suffix": name[3],
        "birth_date": _day(message.text(fields, 7)),
        "sex": message.text(fields, 8),
    }


def _record(message: _Message, lines: dict[str, list[str]]) -> dict[str, str]:
    """One order group; a later source fills only what the earlier ones leave open."""
    order, given, asked = lines.get("RXE", []), lines.get("RXD", []), lines.get("RXO", [])
    control, timing, route = lines.get("ORC", []), lines.get("TQ1", []), lines.get("RXR", [])
    text = message.text
    sources = [message.parts(fields, number) for fields, number in ((given, 2), (order, 2), (asked, 1)) if fields]
    medicine = next((parts for parts in sources if any(parts)), [""])
    status = _CONTROL.get(text(control, 1)) or _ORDER_STATUS.get(text(control, 5), "")
    return {
        **_medicine(medicine),
        "strength": _amount(text(given, 16), text(given, 17)) or _amount(text(order, 25), text(order, 26)),
        "form": text(given, 6, 2) or text(order, 6, 2) or text(order, 6),
        "route": text(route, 1, 2) or text(route, 1),
        "sig": (words := _directions(message, order, asked)),
        "Frequency": "" if words else _coded_directions(message, order, timing),
        "quantity": text(given, 4) or text(order, 10) or text(asked, 11),
        "start_date": _day(
            text(given, 3) or text(timing, 7) or text(order, 1, 4) or text(control, 15) or text(control, 9)
        ),
        "end_date": _day(text(timing, 8) or text(order, 1, 5)),
        "status": status or ("dispensed" if given else ""),
        "prescriber": ", ".join(part for part in (text(control, 12, 2), text(control, 12, 3)) if part),
        "Rx Number": text(given, 7) or text(order, 15) or text(control, 3) or text(control, 2),
    }


def _medicine(parts: list[str]) -> dict[str, str]:
    """Code^text^system and its alternative → name and codes."""
    found = {"drug": "", "ndc": "", "rxcui": "", "atc": ""}
    padded = parts + [""] * 6
    for code, name, system in (padded[0:3], padded[3:6]):
        system = system.upper()
        found["drug"] = found["drug"] or name.strip()
        if "NDC" in system or (not system and _NDC.fullmatch(code)):
            found["ndc"] = found["ndc"] or code
        elif "RXN" in system:
            found["rxcui"] = found["rxcui"] or code
        elif "ATC" in system or system == "WC":
            found["atc"] = found["atc"] or code
    return found


def _directions(message: _Message, order: list[str], asked: list[str]) -> str:
    text = message.text
    return text(order, 7, 2) or text(order, 7) or text(order, 21, 2) or text(asked, 7, 2) or text(asked, 7)


def _coded_directions(message: _Message, order: list[str], timing: list[str]) -> str:
    """What dose and timing say together."""
    text = message.text
    low, high = text(order, 3), text(order, 4)
    dose = _amount(f"{low}-{high}" if high and high != low else low, text(order, 5, 2) or text(order, 5))
    often = text(order, 1, 2) or text(timing, 3)
    return ", ".join(part for part in (dose, often, text(timing, 11)) if part)


def _amount(value: str, unit: str) -> str:
    return f"{value} {unit}".strip() if value else ""


def _day(stamp: str) -> str:
    """YYYYMMDD… → ISO date; shorter stamps say no day and stay unknown."""
    digits = stamp[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdecimal() else ""


def _allergy(message: _Message, fields: list[str]) -> tuple[str, dict[str, str]]:
    substance = message.text(fields, 3, 2) or message.text(fields, 3)
    return "allergies", {"substance": substance, "reaction": message.text(fields, 5)} if substance else {}


def _diagnosis(message: _Message, fields: list[str]) -> tuple[str, dict[str, str]]:
    system = message.text(fields, 3, 3).upper()
    code = message.text(fields, 3)
    is_icd10 = system.startswith(("I10", "ICD10", "ICD-10"))
    return "conditions", {"icd10": code, "date": _day(message.text(fields, 5))} if code and is_icd10 else {}


def _result(message: _Message, fields: list[str]) -> tuple[str, dict[str, str]]:
    test = message.text(fields, 3) if message.text(fields, 3, 3) == "LN" else message.text(fields, 3, 2)
    value = message.text(fields, 5)
    if message.text(fields, 2) not in {"NM", "SN"} or not (test and value):
        return "labs", {}
    if message.text(fields, 2) == "SN":
        value += message.text(fields, 5, 2)
    upper = re.fullmatch(r"[\d.]+\s*-\s*([\d.]+)", message.text(fields, 7))
    row = {"test": test, "value": value, "unit": message.text(fields, 6), "date": _day(message.text(fields, 14))}
    return "labs", {**row, "upper_limit": upper[1] if upper else ""}


_FACTS = {"AL1": _allergy, "DG1": _diagnosis, "OBX": _result}
