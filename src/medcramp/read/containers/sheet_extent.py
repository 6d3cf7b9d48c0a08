"""How far apart the filled cells of a worksheet lie, told from its XML without building a tree.

Three ways, each slower and for stranger sheets than the one before: most sheets name every cell in the usual form and
stay within columns A to Z; wide ones take a look at their references; the rest goes through an XML parser.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.expansion import damaged
from medcramp.read.options import Limits

# Patterns begin with a fixed text, which makes them ten times faster, and never run past a tag.
# Where a row says it lies matters only for cells that do not say it themselves.
_NOT_NEAR = re.compile(rb'<c(?! r="[A-Z]\d{1,6}")[\s>/]')
_NOT_PLAIN = re.compile(rb'<c(?! r="[A-Z]{1,3}\d{1,7}")[\s>/]')
_MAY_BE_PREFIXED = re.compile(rb":c[\s>/]")
_PREFIXED = re.compile(rb"<\w+:c[\s>/]")
_COLUMN = re.compile(rb'<c r="([A-Z]{2,3})\d')
_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,7})"')
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_NUMBER = re.compile(r"[0-9]{1,7}")
_NEAR_CELLS = 26 * 10**6
_LONGEST_TAG = 16 << 20


class CellScan:
    """Takes in an XML part piece by piece; says whether its cells are near, plainly written, or neither."""

    def __init__(self) -> None:
        self.near = self.plain = True
        self._tail = b""

    def look_at(self, piece: bytes) -> bool:
        """Takes in the next piece; False when a text or tag is longer than any cell."""
        cut, end = piece.find(b">") + 1, piece.rfind(b">") + 1
        divided = self._tail + piece[:cut]  # what the end of the last piece cut in two
        self._tail = piece[end:] if end else self._tail + piece
        if self.plain and b"\0" in piece:
            self.near = self.plain = False
        self._judge(divided, 0, len(divided) if cut else 0)
        self._judge(piece, cut, end)
        return len(self._tail) <= _LONGEST_TAG

    def _judge(self, text: bytes, start: int, end: int) -> None:
        if not self.plain or start >= end:
            return
        if text.find(b":", start, end) >= 0 and _MAY_BE_PREFIXED.search(text, start, end) and _PREFIXED.search(text):
            self.near = self.plain = False
        elif not self.near or _NOT_NEAR.search(text, start, end):
            self.near = False
            self.plain = _NOT_PLAIN.search(text, start, end) is None

    def fits(self, limits: Limits) -> bool:
        """True when no closer look is needed."""
        return self.near and limits.cells >= _NEAR_CELLS


def area(sheet: bytes, plain: bool, limits: Limits, file: str) -> int:
    """Cells of the rectangle from A1 around all cells of the sheet, or an upper bound that is within the limit."""
    if not plain:
        return _parsed_area(sheet, file)
    wide = max(map(column_number, set(_COLUMN.findall(sheet))), default=26)
    digits = next((count for count in range(7, 0, -1) if re.search(rb'<c r="[A-Z]{1,3}\d{%d}"' % count, sheet)), 0)
    bound: int = 10**digits * wide
    if bound <= limits.cells:
        return bound
    return max(map(int, set(_CELL_ROW.findall(sheet))), default=0) * wide


def _parsed_area(sheet: bytes, file: str) -> int:
    """Like `area`, for sheets whose cells do not all say where they lie, or say it in an unusual way."""
    row = column = 0
    rows = columns = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, rows, columns
        tag, place = name.rpartition(":")[2], attributes.get("r")
        if tag == "row":
            if place is not None and not _NUMBER.fullmatch(place):
                raise damaged(file)
            row, column = int(place) if place else row + 1, 0
        elif tag == "c":
            found = _REFERENCE.fullmatch(place) if place is not None else None
            if place is not None and not found:
                raise damaged(file)
            if found:
                row, column = int(found[2]), column_number(found[1].upper().encode())
            else:
                column += 1
            rows, columns = max(rows, row), max(columns, column)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = lambda *declaration: _refuse(file)
    try:
        parser.Parse(sheet, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged(file) from error
    return rows * columns


def _refuse(file: str) -> None:
    raise declares_entities(file)


def declares_entities(file: str) -> InputUnreadableError:
    """What to say of XML with a document type of its own."""
    return InputUnreadableError(
        "declares a document type or entities, which no workbook needs: refused, in case it is hostile",
        file=file,
        remedy="open it in a spreadsheet program and save it again",
    )


def column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number: int = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
