"""Which reader opens which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ...errors import InputUnreadableError
from ...records import Progress
from ..grids import Canonical, Grid
from ..options import ReadOptions
from .delimited import delimited_grids
from .sniff import kind_of
from .source import Source, from_path
from .text import SNIFF_BYTES
from .workbook import workbook_grids

Opened = Iterator[Grid | Canonical]

_REFUSED = {
    "empty": ("is empty", "check that the export finished, and export it again"),
    "binary": ("is neither text nor a workbook", "export it as CSV or Excel"),
    "pdf": ("is a PDF, a picture of a table", "export the same report as CSV or Excel"),
    "rtf": ("is a word-processor document", "export the same report as CSV or Excel"),
    "7z": ("is a 7-Zip archive", "unpack it first"),
    "rar": ("is a RAR archive", "unpack it first"),
    "xml": ("is XML of a kind that is not read here", "export as CSV, Excel or FHIR JSON"),
}


def opened_path(path: Path, options: ReadOptions, progress: Progress) -> Opened:
    """Contents of a file on disk."""
    yield from opened_source(from_path(path), options, progress)


def opened_source(source: Source, options: ReadOptions, progress: Progress) -> Opened:
    """Contents of one file, by what its first bytes say."""
    kind = kind_of(source.prefix(SNIFF_BYTES))
    if kind in _REFUSED:
        problem, remedy = _REFUSED[kind]
        raise InputUnreadableError(problem, file=source.name, remedy=remedy)
    yield from _READERS[kind](source, options, progress)


def _zip(source: Source, options: ReadOptions, progress: Progress) -> Opened:
    yield from workbook_grids(source, options, progress, zipped=True)


_READERS: dict[str, Callable[[Source, ReadOptions, Progress], Opened]] = {
    "text": delimited_grids,
    "zip": _zip,
}
