"""Workbooks in Excel's XML of 2003, usually called .xls: worksheets as grids."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.cells import CellCollector
from medcramp.read.containers.number_formats import local_name
from medcramp.read.containers.source import Source
from medcramp.read.containers.workbook import number_text
from medcramp.read.grids import Grid
from medcramp.read.options import Limits, ReadOptions
from medcramp.records import Progress

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_LONGEST_JUMP = 9_999_999


def spreadsheet_xml_grids(source: Source, options: ReadOptions, progress: Progress) -> Iterator[Grid]:
    """A grid for every visible worksheet (or the one asked for) that holds cells."""
    asked = options.sheet.strip().casefold() if options.sheet else None
    try:
        for name, hidden, rows in _worksheets(source, options.limits):
            progress(f"Reading {source.name}", 0, 0)
            wanted = not hidden if asked is None else name.strip().casefold() == asked
            if wanted and any(rows.rows):
                yield rows.grid(1, "workbook")
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InputUnreadableError(
            "is XML that is damaged, or declares entities, which no workbook needs",
            file=source.name,
            remedy="open it in a spreadsheet program and save it again",
        ) from error


def _worksheets(source: Source, limits: Limits) -> Iterator[tuple[str, bool, CellCollector]]:
    """(name, hidden, cells) of each worksheet; elements are let go of as soon as they are read."""
    if source.size > limits.document_bytes:
        source.whole(limits)  # refuses
    sheet = CellCollector(source.name, "", limits)
    name, hidden = "", False
    for event, element in ElementTree.iterparse(source.open(), events=("start", "end"), forbid_dtd=True):
        tag = local_name(element)
        if event == "start":
            if tag == "Worksheet":
                name, hidden = element.get(f"{_SS}Name", ""), False
                sheet = CellCollector(source.name, name, limits)
            elif tag == "Row":
                sheet.start_row(_index(element))
        elif tag == "Cell":
            sheet.add(_text(element), _number(element, "MergeAcross"), _number(element, "MergeDown"), _index(element))
        elif tag == "Visible":
            hidden = (element.text or "").strip() != "SheetVisible"
        elif tag == "Worksheet":
            yield name, hidden, sheet
        if event == "end" and tag in {"Row", "Worksheet", "Styles"}:
            element.clear()


def _text(cell: Any) -> str:
    data = next((child for child in cell if local_name(child) == "Data"), None)
    if data is None:
        return ""
    text = "".join(data.itertext())
    kind = data.get(f"{_SS}Type")
    if kind == "Number":
        number = float(text)
        return number_text(number) if math.isfinite(number) else ""
    if kind == "DateTime":
        day, _, time = text.partition("T")
        time = time.partition(".")[0]
        return day if time in {"", "00:00:00"} else f"{day}T{time}"
    if kind == "Boolean":
        return "TRUE" if text.strip() == "1" else "FALSE"
    return text


def _number(element: Any, name: str) -> int:
    digits = element.get(_SS + name, "0").strip()
    return min(int(digits), _LONGEST_JUMP) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0


def _index(element: Any) -> int | None:
    """0-based place that the element names for itself, if it does."""
    return max(_number(element, "Index") - 1, 0) if element.get(f"{_SS}Index") else None
