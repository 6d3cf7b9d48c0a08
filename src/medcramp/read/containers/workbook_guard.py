"""What a workbook's parts say before any of it is expanded into cells: is it whole, and is it small enough?

The workbook reader allocates the rectangle around all filled cells, and a text for every cell that shares one; so a
file of a few kilobytes can ask for terabytes. Everything here is arithmetic on the bytes: no tree, no cells.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

import numpy as np

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.expansion import DAMAGE, Expansion, damaged
from medcramp.read.containers.sheet_extent import CellScan, area, declares_entities
from medcramp.read.containers.source import Source
from medcramp.read.options import Limits

_OPENDOCUMENT = "content.xml"
# In every pattern below a tag cannot run past the next "<": searching stays linear in the size of the part.
_SHARED_ITEM_END = re.compile(rb"</(?:\w+:)?si>")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^<>]*>\s*(\d{1,9})<")
_REPEATED_CELL = re.compile(rb'number-columns-repeated="(\d{1,9})"([^<>]{0,4000})>')
_REPEATED_ROW = re.compile(rb'number-rows-repeated="(\d{1,9})"')


def check_package(source: Source, limits: Limits) -> None:
    """Refuses a zipped workbook that is damaged, hostile, or larger than the limits allow."""
    expansion = Expansion(limits, source.name)
    shared: list[zipfile.ZipInfo] = []
    parts: list[zipfile.ZipInfo] = []
    with opened(source) as package:
        # Any part may turn out to be a sheet: relations name them, not their own names.
        for member in package.infolist():
            scan = _scanned(package, member, expansion)
            parts.append(member)
            if member.filename == _OPENDOCUMENT:
                _check_repeats(package.read(member), limits, source.name)
            elif not scan.fits(limits) and area(package.read(member), scan.plain, limits, source.name) > limits.cells:
                raise too_large(limits, source.name)
            if member.filename.lower().endswith("sharedstrings.xml"):
                shared.append(member)
        for member in shared:
            _check_shared(package, member, parts, limits, source.name)


def opened(source: Source) -> zipfile.ZipFile:
    """The zip archive of a source; raises InputUnreadableError when it is damaged."""
    try:
        return zipfile.ZipFile(source.open())
    except DAMAGE as error:
        raise damaged(source.name) from error


def _scanned(package: zipfile.ZipFile, member: zipfile.ZipInfo, expansion: Expansion) -> CellScan:
    """One pass over a part: whole, within limits, without declarations; what its cells look like."""
    scan = CellScan()
    # The reader of OpenDocument goes round forever when a table is not closed as it should be.
    parser = expat.ParserCreate() if member.filename == _OPENDOCUMENT else None
    size = 0
    for piece in _pieces_of(package, member, expansion):
        # A declaration stands before the first element; entities are never expanded, wherever they are declared.
        if not size and (b"<!DOCTYPE" in piece or b"<!ENTITY" in piece):
            raise declares_entities(expansion.file)
        size += len(piece)
        if size > expansion.limits.document_bytes or not scan.look_at(piece):
            raise too_large(expansion.limits, expansion.file)
        if parser:
            _parse(parser, piece, expansion.file)
    if parser:
        _parse(parser, b"", expansion.file, final=True)
    return scan


def _pieces_of(package: zipfile.ZipFile, member: zipfile.ZipInfo, expansion: Expansion) -> Iterator[bytes]:
    """The bytes of one member, piece by piece, within the limits."""
    try:
        stream = package.open(member)
    except (*DAMAGE, RuntimeError) as error:  # RuntimeError: the member is encrypted
        raise damaged(expansion.file) from error
    with stream:
        yield from expansion.pieces(stream.read, member.compress_size)


def _parse(parser: expat.XMLParserType, piece: bytes, file: str, final: bool = False) -> None:
    try:
        parser.Parse(piece, final)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged(file) from error


def _check_shared(
    package: zipfile.ZipFile, member: zipfile.ZipInfo, parts: list[zipfile.ZipInfo], limits: Limits, file: str
) -> None:
    """Refuses sheets whose text does not fit once every cell has its own copy of the text it shares."""
    # Bytes of each shared text, markup included: an upper bound of its length.
    lengths = np.asarray([len(item) for item in _SHARED_ITEM_END.split(package.read(member))], dtype=np.int64)
    most_cells = sum(part.file_size for part in parts) // len('<c t="s"><v>1</v></c>')
    if int(lengths.max(initial=0)) * most_cells <= limits.document_bytes:
        return
    total = 0
    for part in parts:
        used = np.fromiter(map(int, _VALUE.findall(package.read(part))), dtype=np.int64)
        total += int(lengths[used[used < len(lengths)]].sum())
    if total > limits.document_bytes:
        raise too_large(limits, file)


def _check_repeats(content: bytes, limits: Limits, file: str) -> None:
    """OpenDocument repeats cells and rows by a number: refuses filled ones that would not fit when written out."""
    total = cells = 0
    for row in re.split(rb"</(?:\w+:)?table-row>", content):
        repeats = (int(times) for times, rest in _REPEATED_CELL.findall(row) if not rest.endswith(b"/"))
        across = max(repeats, default=1)
        down = max(map(int, _REPEATED_ROW.findall(row)), default=1)
        if across == down == 1 or b"value" not in row:
            total += len(row)
            continue
        total += len(row) * across * down
        cells += across * down
        if total > limits.expanded_bytes or cells > limits.cells:
            raise too_large(limits, file)


def too_large(limits: Limits, file: str) -> InputUnreadableError:
    """What to say of a workbook whose cells would not fit in memory."""
    return InputUnreadableError(
        f"asks for more than {limits.cells:,} cells or more text than any export holds",
        file=file,
        remedy="delete stray cells far below or to the right of the table, or export as CSV",
    )
