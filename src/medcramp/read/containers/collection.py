"""Folders and archives: several files that belong together, in the layouts of Synthea, OMOP and FHIR bulk exports, or
in none that is known (then every file is a table of the same input)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.archive import is_wanted
from medcramp.read.containers.fhir import json_grids
from medcramp.read.containers.omop import omop_grids
from medcramp.read.containers.sniff import kind_of
from medcramp.read.containers.source import Source, from_path
from medcramp.read.containers.text import SNIFF_BYTES
from medcramp.read.grids import Canonical, Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Notice, Progress

Opened = Iterator[Grid | Canonical]
OpenOne = Callable[[Source, ReadOptions, Progress], Opened]

_SYNTHEA = {
    "medications": "records",
    "patients": "patients",
    "conditions": "conditions",
    "observations": "labs",
    "allergies": "allergies",
}
_SYNTHEA_TITLES = ("START", "STOP", "PATIENT", "CODE", "DESCRIPTION")
_NO_TABLE = {"empty", "binary", "pdf", "rtf", "7z", "rar", "xml"}
_ENDINGS = (".gz", ".csv", ".tsv", ".txt", ".parquet")


def folder_sources(folder: Path, options: ReadOptions) -> list[Source]:
    """Every file under a folder, in path order; hidden ones and links out of it are left out."""
    paths: list[Path] = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and is_wanted(inner.as_posix()):
            paths.append(path)
        if len(paths) > options.limits.members:
            raise InputUnreadableError(
                f"holds more than {options.limits.members:,} files",
                file=folder,
                remedy="give the files that matter alone, or raise the limit in the settings",
            )
    return [from_path(path, f"{folder}/{path.relative_to(folder).as_posix()}") for path in paths]


def collection_grids(
    name: str, sources: Sequence[Source], options: ReadOptions, progress: Progress, open_one: OpenOne
) -> Opened:
    """Grids of files that came together; `name` is the folder or archive. Files that hold no table are named in a
    notice; raises InputUnreadableError when none does."""
    kinds = {source.name: kind_of(source.prefix(SNIFF_BYTES)) for source in sources}
    tables = [source for source in sources if kinds[source.name] not in _NO_TABLE]
    if not tables:
        raise InputUnreadableError("holds no file with a table", file=name, remedy="check that the export finished")
    notices = [Notice("holds no table: not read", source.name) for source in sources if source not in tables]
    stems = {_stem(source.name): source for source in tables}
    if {"drug_exposure", "person"} <= stems.keys():
        grids: Opened = omop_grids(stems, options, progress, open_one)
    elif _is_synthea(stems):
        notices += [Notice("not needed: not read", s.name) for stem, s in stems.items() if stem not in _SYNTHEA]
        grids = _synthea(stems, options, progress, open_one)
    else:
        documents = [source for source in tables if kinds[source.name] == "json"]
        others = (open_one(source, options, progress) for source in tables if source not in documents)
        grids = chain(json_grids(documents, options, progress) if documents else (), chain.from_iterable(others))
    for grid in grids:
        if notices and isinstance(grid, Grid):
            grid, notices = replace(grid, notices=(*notices, *grid.notices)), []
        yield grid


def _stem(name: str) -> str:
    """Lower-case file name without folders and endings."""
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition("!")[2].lower()
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending)
    return stem


def _is_synthea(stems: dict[str, Source]) -> bool:
    if not {"medications", "patients"} <= stems.keys():
        return False
    titles = stems["medications"].prefix(1000).decode(errors="replace").upper().splitlines()[0].split(",")
    return set(_SYNTHEA_TITLES) <= {title.strip('"\ufeff ') for title in titles}


def _synthea(stems: dict[str, Source], options: ReadOptions, progress: Progress, open_one: OpenOne) -> Opened:
    for stem, role in _SYNTHEA.items():
        if stem in stems:
            for grid in open_one(stems[stem], options, progress):
                yield replace(grid, role=role, titled=True) if isinstance(grid, Grid) else grid
