"""What a workbook's parts say before any of it is expanded into cells: is it whole, and is it small enough?

The workbook reader allocates the rectangle around all filled cells, and a text for every cell that shares one; so a
file of a few kilobytes can ask for terabytes. Everything here is arithmetic on the XML bytes: one pass, no tree.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

import numpy as np

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.expansion import DAMAGE, Expansion, damaged
from medcramp.read.containers.source import Source
from medcramp.read.options import Limits

# In every pattern below a tag cannot run past the next "<": searching stays linear in the size of the part.
_MARKUP = (".xml", ".rels", ".vml")
_OVERLAP = 64
"""Bytes carried from one piece to the next, so that a cell reference cut by the border is still seen."""
# Simple patterns that begin with a fixed text are ten times faster than one that says it all.
_BEYOND_COLUMN_Z = re.compile(rb'r="[A-Z]{2}')
_WITHOUT_REFERENCE = re.compile(rb"<c(?:[>/]| [^r]| r[^=])")
_COLUMN = re.compile(rb'r="([A-Z]{2,3})\d')
_CELL_ROW = re.compile(rb'r="[A-Z]{1,3}(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b(?:[^<>]*?\br="(\d{1,7})")?')
_CELL = re.compile(rb"<(?:\w+:)?c\b")
_SHARED_ITEM_END = re.compile(rb"</(?:\w+:)?si>")
_SHARED_VALUE = re.compile(rb'\bt="s"[^<>]*>\s*<(?:\w+:)?v>(\d{1,9})<')
_REPEATED_COLUMNS = re.compile(rb'number-columns-repeated="\d{4,}"[^<>]{0,4000}[^/<>]>')
_REPEATED_ROWS = re.compile(rb'number-rows-repeated="\d{5,}"[^<>]{0,4000}>(.{0,2000}?)</', re.DOTALL)


def check_package(source: Source, limits: Limits) -> None:
    """Refuses a zipped workbook that is damaged, hostile, or larger than the limits allow."""
    expansion = Expansion(limits, source.name)
    lengths: list[int] = []
    sheets: list[zipfile.ZipInfo] = []
    with opened(source) as package:
        for member in package.infolist():
            if not member.filename.lower().endswith(_MARKUP):
                continue
            part = _Part(source.name, limits)
            # The reader of OpenDocument goes round forever when a table is not closed as it should be.
            parser = expat.ParserCreate() if member.filename == "content.xml" else None
            for piece in pieces_of(package, member, expansion):
                part.look_at(piece)
                if parser:
                    _parse(parser, piece, source.name)
            if parser:
                _parse(parser, b"", source.name, final=True)
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                sheets.append(member)
                if part.far:
                    _check_area(package.read(member), limits, source.name)
            elif member.filename.endswith("haredStrings.xml"):
                # Bytes of each shared text, markup included: an upper bound of its length.
                lengths = [len(item) for item in _SHARED_ITEM_END.split(package.read(member))]
            elif member.filename == "content.xml":
                _check_repeats(package.read(member), limits, source.name)
        most_cells = sum(sheet.file_size for sheet in sheets) // len('<c t="s"><v>1</v></c>')
        if max(lengths, default=0) * most_cells > limits.document_bytes:
            texts = np.asarray(lengths, dtype=np.int64)
            total = sum(_shared_text(package.read(sheet), texts) for sheet in sheets)
            if total > limits.document_bytes:
                raise too_large(limits, source.name)


def opened(source: Source) -> zipfile.ZipFile:
    """The zip archive of a source; raises InputUnreadableError when it is damaged."""
    try:
        return zipfile.ZipFile(source.open())
    except DAMAGE as error:
        raise damaged(source.name) from error


def pieces_of(package: zipfile.ZipFile, member: zipfile.ZipInfo, expansion: Expansion) -> Iterator[bytes]:
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


class _Part:
    """What one pass over an XML part tells."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.size = 0
        self.far = False
        """Cells may lie beyond column Z, or do not say where they lie: worth a closer look."""
        self._tail = b""

    def look_at(self, piece: bytes) -> None:
        """Takes in the next piece of the part."""
        self.size += len(piece)
        if self.size > self.limits.document_bytes:
            raise too_large(self.limits, self.file)
        text = self._tail + piece
        # A declaration stands before the first element; entities are never expanded, wherever they are declared.
        if self.size == len(piece) and (b"<!DOCTYPE" in text or b"<!ENTITY" in text):
            raise InputUnreadableError(
                "declares a document type or entities, which no workbook needs: refused, in case it is hostile",
                file=self.file,
                remedy="open it in a spreadsheet program and save it again",
            )
        self.far = (
            self.far
            or (self.size == len(piece) and b"<worksheet" not in text)
            or _BEYOND_COLUMN_Z.search(text) is not None
            or _WITHOUT_REFERENCE.search(text) is not None
        )
        self._tail = text[-_OVERLAP:]


def _check_area(sheet: bytes, limits: Limits, file: str) -> None:
    """Refuses a sheet whose filled cells lie so far apart that the rectangle around them does not fit."""
    wide = max(map(_column_number, set(_COLUMN.findall(sheet))), default=26)
    starts = list(_ROW.finditer(sheet))
    if b"<worksheet" not in sheet or _WITHOUT_REFERENCE.search(sheet):
        # Cells that do not say where they lie follow one another.
        ends = [start.start() for start in starts[1:]] + [len(sheet)] * bool(starts)
        wide += max((len(_CELL.findall(sheet, at.end(), end)) for at, end in zip(starts, ends, strict=True)), default=0)
    numbered = max((int(start[1]) for start in starts if start[1]), default=0)
    # A cell may name another row than the one it stands in: look at each only if the longest number could matter.
    digits = next((count for count in range(7, 0, -1) if re.search(rb'r="[A-Z]{1,3}\d{%d}"' % count, sheet)), 0)
    if max(len(starts), numbered, 10**digits) * wide > limits.cells:
        named = max(map(int, set(_CELL_ROW.findall(sheet))), default=0)
        if max(len(starts) + numbered, named) * wide > limits.cells:
            raise too_large(limits, file)


def _shared_text(sheet: bytes, lengths: np.ndarray) -> int:
    """Bytes of text in the sheet once every cell has its own copy of the text it shares."""
    used = np.fromiter(map(int, _SHARED_VALUE.findall(sheet)), dtype=np.int64)
    return int(lengths[used[used < len(lengths)]].sum())


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_repeats(content: bytes, limits: Limits, file: str) -> None:
    """OpenDocument repeats cells and rows by a number: refuses filled ones repeated beyond any table."""
    if _REPEATED_COLUMNS.search(content) or any(b"value" in row for row in _REPEATED_ROWS.findall(content)):
        raise too_large(limits, file)


def too_large(limits: Limits, file: str) -> InputUnreadableError:
    """What to say of a workbook whose cells would not fit in memory."""
    return InputUnreadableError(
        f"asks for more than {limits.cells:,} cells or more text than any export holds",
        file=file,
        remedy="delete stray cells far below or to the right of the table, or export as CSV",
    )
