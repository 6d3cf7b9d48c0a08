"""Number formats that add what a number cannot hold: leading zeros and separators (`00000000000`, `00000-0000-00`).

A workbook stores 54429925 and shows 00054429925. Dates, decimals and thousands are not touched here: the number itself
says the same.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from defusedxml import ElementTree

from medcramp.read.containers.sheet_extent import column_number

LONGEST_FORMAT = 255
_LITERAL = r"""(?:"[^"]*"|\\.|[-/() .])"""
_ZEROS = re.compile(rf"{_LITERAL}*0(?:0|{_LITERAL})*0{_LITERAL}*")
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|(.)', re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>")
_ATTRIBUTE = re.compile(rb'\b([rs])="([A-Za-z0-9]+)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def zero_formats(styles: bytes) -> dict[int, str]:
    """Cell style number → format code, for the formats of `xl/styles.xml` that show leading zeros or separators."""
    root = ElementTree.fromstring(styles, forbid_dtd=True)
    codes = {
        element.get("numFmtId"): code
        for element in root.iter()
        if local_name(element) == "numFmt" and (code := _plain(element.get("formatCode") or ""))
    }
    formats: dict[int, str] = {}
    for element in root.iter():
        if local_name(element) == "cellXfs":
            for number, style in enumerate(element):
                if style.get("numFmtId") in codes:
                    formats[number] = codes[style.get("numFmtId")]
    return formats


def local_name(element: Any) -> str:
    """Tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _plain(code: str) -> str:
    """The format's first section when it is made of zeros and literals only and has two zeros or more; else ""."""
    section = re.sub(r"\[[^\]]*\]", "", code.split(";")[0])
    if len(section) > LONGEST_FORMAT or not _ZEROS.fullmatch(section) or re.search(r"(?:^|0)\.0", section):
        return ""
    return section


def shown(number: float, code: str) -> str | None:
    """The number as the format shows it; None when it is no whole number from 0 up."""
    if number < 0 or number != int(number):
        return None
    tokens = [(quoted or escaped or plain, bool(plain)) for quoted, escaped, plain in _TOKEN.findall(code)]
    places = sum(text == "0" and is_plain for text, is_plain in tokens)
    digits = str(int(number)).rjust(places, "0")
    head, rest = digits[: len(digits) - places], iter(digits[len(digits) - places :])
    out: list[str] = []
    for text, is_plain in tokens:
        if is_plain and text == "0":
            out.append(head + next(rest))
            head = ""
        else:
            out.append(text)
    return "".join(out).strip()


def formatted_cells(sheet: bytes, formats: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
    """(row, column, format code) for the cells of a worksheet's XML that have one of the formats; 0-based."""
    for attributes in _CELL.findall(sheet):
        found = dict(_ATTRIBUTE.findall(attributes))
        style, reference = found.get(b"s", b""), _REFERENCE.fullmatch(found.get(b"r", b"").decode())
        if style.isdigit() and reference and (code := formats.get(int(style))):
            yield int(reference[2]) - 1, column_number(reference[1].encode()) - 1, code


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → name of its part in the package."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    targets = {
        relation.get("Id"): relation.get("Target") or ""
        for relation in ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    }
    parts: dict[str, str] = {}
    for element in ElementTree.fromstring(package.read("xl/workbook.xml"), forbid_dtd=True).iter():
        if local_name(element) == "sheet":
            identity = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            target = targets.get(identity, "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                parts[element.get("name") or ""] = part
    return parts
