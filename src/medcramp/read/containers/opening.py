"""Which reader opens which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.archive import decompressed, tar_members, zip_kind, zip_members
from medcramp.read.containers.asap import asap_grids
from medcramp.read.containers.collection import collection_grids, folder_sources
from medcramp.read.containers.delimited import delimited_grids
from medcramp.read.containers.encrypted import workbook_inside
from medcramp.read.containers.expansion import Expansion
from medcramp.read.containers.fhir import json_grids
from medcramp.read.containers.hl7 import hl7_grids
from medcramp.read.containers.html_table import html_grids
from medcramp.read.containers.one_column import parted
from medcramp.read.containers.parquet import parquet_grids
from medcramp.read.containers.sniff import kind_of
from medcramp.read.containers.source import Source, from_path
from medcramp.read.containers.spreadsheet_xml import spreadsheet_xml_grids
from medcramp.read.containers.text import SNIFF_BYTES
from medcramp.read.containers.workbook import workbook_grids
from medcramp.read.grids import Canonical, Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Progress

Opened = Iterator[Grid | Canonical]

_REFUSED = {
    "empty": ("is empty", "check that the export finished, and export it again"),
    "binary": ("is neither text nor a workbook", "export it as CSV or Excel"),
    "pdf": ("is a PDF, a picture of a table", "export the same report as CSV or Excel"),
    "rtf": ("is a word-processor document", "export the same report as CSV or Excel"),
    "zip binary workbook": ("is a binary workbook (XLSB)", "save it as an ordinary workbook (XLSX)"),
    "zip document": ("is an office document, but no workbook", "export the table as CSV or Excel"),
    "7z": ("is a 7-Zip archive", "unpack it first"),
    "rar": ("is a RAR archive", "unpack it first"),
    "xml": ("is XML of a kind that is not read here", "export as CSV, Excel or FHIR JSON"),
}


DEEPEST = 4
"""Containers inside containers that are still opened (a workbook in a zip in a tar in a gzip)."""


def opened_path(path: Path, options: ReadOptions, progress: Progress) -> Opened:
    """Contents of a file or folder on disk."""
    expansion = Expansion(options.limits, str(path))
    if path.is_dir():
        sources = folder_sources(path, options)
        found: Opened = collection_grids(str(path), sources, options, progress, partial(_opened, expansion, 0))
    else:
        found = _opened(expansion, 0, from_path(path), options, progress)
    for item in found:
        yield parted(item, options.limits) if isinstance(item, Grid) else item


def _opened(expansion: Expansion, depth: int, source: Source, options: ReadOptions, progress: Progress) -> Opened:
    """Contents of one file, by what its first bytes say."""
    kind = kind_of(source.prefix(SNIFF_BYTES))
    if kind == "zip":
        kind = f"zip {zip_kind(source)}"
    if kind in _REFUSED:
        problem, remedy = _REFUSED[kind]
        raise InputUnreadableError(problem, file=source.name, remedy=remedy)
    if kind in _PLAIN:
        yield from _PLAIN[kind](source, options, progress)
        return
    if depth == DEEPEST:
        raise InputUnreadableError("holds archives within archives", file=source.name, remedy="unpack it first")
    inside = partial(_opened, expansion, depth + 1)
    if kind == "ole":
        decrypted = workbook_inside(source, options)
        if decrypted:
            yield from inside(decrypted, options, progress)
        else:
            yield from workbook_grids(source, options, progress, zipped=False)
    elif kind in {"zip archive", "tar"}:
        members = zip_members if kind == "zip archive" else tar_members
        sources = list(members(source, options, expansion))
        yield from collection_grids(source.name, sources, options, progress, inside)
    else:
        yield from inside(decompressed(source, kind, expansion), options, progress)


def _json(source: Source, options: ReadOptions, progress: Progress) -> Opened:
    yield from json_grids([source], options, progress)


_PLAIN: dict[str, Callable[[Source, ReadOptions, Progress], Opened]] = {
    "text": delimited_grids,
    "zip workbook": partial(workbook_grids, zipped=True),
    "parquet": parquet_grids,
    "html": html_grids,
    "spreadsheet xml": spreadsheet_xml_grids,
    "json": _json,
    "hl7": hl7_grids,
    "asap": asap_grids,
}
