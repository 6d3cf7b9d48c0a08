"""Workbooks of the binary kind (XLS): how far apart the cells lie, told from the records of the file.

Record layout: [MS-XLS], section 2.3: type and length, 16 bits each; cell records begin with row and column.
"""

from __future__ import annotations

import struct

import olefile

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.source import Source
from medcramp.read.containers.workbook_guard import too_large
from medcramp.read.options import Limits

_HEAD = struct.Struct("<HH")
_PLACE = struct.Struct("<HH")
_BEGIN = {0x0809, 0x0409, 0x0209, 0x0009}
_CELLS = {
    0x0203, 0x0204, 0x0205, 0x0006, 0x0206, 0x0406, 0x027E, 0x00FD, 0x00BD, 0x00D6, 0x00BE, 0x0201, 0x0207, 0x0003,
    0x0004, 0x0005, 0x0002, 0x0001,
}  # fmt: skip
"""Number, label, boolean, formula, RK, shared text, several RK, rich text, blanks; the last five in BIFF2."""


def check_records(source: Source, limits: Limits) -> None:
    """Refuses a workbook one of whose sheets spans more cells than the limit."""
    rows = columns = 0
    stream = _workbook_stream(source, limits)
    at, size = 0, len(stream)
    while at + 8 <= size:
        kind, length = _HEAD.unpack_from(stream, at)
        if kind in _CELLS:
            row, column = _PLACE.unpack_from(stream, at + 4)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind in _BEGIN:
            rows = columns = 0
        if rows * columns > limits.cells:
            raise too_large(limits, source.name)
        at += 4 + length


def _workbook_stream(source: Source, limits: Limits) -> bytes:
    try:
        with olefile.OleFileIO(source.open()) as ole:
            name = next(name for name in ("Workbook", "Book") if ole.exists(name))
            return bytes(ole.openstream(name).read(limits.document_bytes))
    except (OSError, StopIteration, ValueError, IndexError, TypeError, struct.error) as error:
        raise InputUnreadableError(
            "is a damaged Office file", file=source.name, remedy="open it in a spreadsheet program and save it again"
        ) from error
