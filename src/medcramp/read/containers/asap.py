"""ASAP 4.x files of prescription monitoring programmes: PAT, DSP, CDI and PRE segments → medication records.

They carry product codes and no drug names. Element numbers are those of ASAP 4.2; the header (TH) declares the marks:
the character after "TH" separates elements, element TH09 ends segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.interchange import RECORD_TITLES, ROW, Gathered
from medcramp.read.containers.source import Source
from medcramp.read.containers.text import utf8_chunks
from medcramp.read.grids import Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Progress

FORMAT = "ASAP 4.2"
_TITLES = (*RECORD_TITLES, "Species")
_STATUS = {"00": "dispensed", "01": "dispensed", "02": "reversed"}
"""DSP01: new, revised, void."""
_COMPOUND = "06"


def asap_grids(source: Source, options: ReadOptions, progress: Progress) -> Iterator[Grid]:
    """The grid of records, a row per dispensed product; rows are segment numbers.

    A compound has no product code of its own, and nothing says how it is given: its parts are powders and liquids, not
    products that the patient takes. It is named as what it is, with the codes of its parts, for a person to look at.

    Raises InputUnreadableError when there is no dispensing segment, or the file has no trailer (cut short).
    """
    text = b"".join(utf8_chunks(source)).decode()
    progress(f"Reading {source.name}", source.size, source.size)
    gathered = Gathered(source.name, FORMAT)
    kinds = set()
    person: list[str] = []
    open_rows: list[dict[str, str | int]] = []
    compound: dict[str, str | int] = {}
    for number, fields in _segments(text):
        kind = fields[0]
        kinds.add(kind)
        if kind in {"PAT", "DSP", "TP", "TT"}:
            for row in open_rows:
                gathered.add("records", row)
            open_rows, compound = [], {}
        if kind == "PAT":
            person = fields
        elif kind == "DSP":
            row = {ROW: number, **_person(person), **_dispensed(fields)}
            open_rows = [row]
            compound = row if _at(fields, 7) == _COMPOUND else {}
            compound.update({"drug": "compound"} if compound else {})
        elif kind == "CDI" and compound and _at(fields, 3):
            parts = f"{compound['drug']} + " if " of " in str(compound["drug"]) else "compound of NDC "
            compound["drug"] = f"{parts}{_at(fields, 3)}"
        elif kind == "PRE":
            prescriber = ", ".join(name for name in (_at(fields, 5), _at(fields, 6)) if name)
            open_rows = [{**row, "prescriber": prescriber} for row in open_rows]
    if "TT" not in kinds:
        raise InputUnreadableError(
            "has no trailer (TT): the file was cut short", file=source.name, remedy="copy or export it again"
        )
    if not gathered.rows:
        raise InputUnreadableError(
            "reports no dispensing (no DSP segment)", file=source.name, remedy="check the reporting period"
        )
    yield from gathered.grids(options.limits, {"records": _TITLES})


def _segments(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number, elements) of every segment; element 0 is its name."""
    text = text.lstrip("\ufeff \r\n")
    separator = text[2]
    # What stands before the next segment ends segments, even where the header has an element too few or too many.
    ending = re.search(rf"([^\s\w{re.escape(separator)}])\s*IS{re.escape(separator)}", text)
    header = text.split(separator, 9)
    declared = header[9][:1] if len(header) == 10 and header[9][:1] not in {"", separator} else "~"
    terminator = ending[1] if ending else declared
    number = 0
    for segment in text.split(terminator):
        segment = segment.strip("\r\n ")
        if segment:
            number += 1
            yield number, segment.split(separator)


def _at(fields: list[str], number: int) -> str:
    return fields[number].strip() if number < len(fields) else ""


def _person(fields: list[str]) -> dict[str, str]:
    return {
        "patient_id": _at(fields, 3),
        "Last Name": _at(fields, 7),
        "First Name": _at(fields, 8),
        "Middle Name": _at(fields, 9),
        "Suffix": _at(fields, 11),
        "birth_date": _at(fields, 18),
        "sex": _at(fields, 19),
        "Species": "animal" if _at(fields, 20) == "02" else "",
    }


def _dispensed(fields: list[str]) -> dict[str, str]:
    return {
        "Rx Number": _at(fields, 2),
        "start_date": _at(fields, 5),
        "Refill Number": _at(fields, 6),
        "ndc": _at(fields, 8) if _at(fields, 7) in {"01", ""} else "",
        "quantity": _at(fields, 9),
        "days_supply": _at(fields, 10),
        "rxcui": _at(fields, 19),
        "status": _STATUS.get(_at(fields, 1), ""),
    }
