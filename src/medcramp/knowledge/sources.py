"""Where facts come from, and how deeply each source was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from medcramp.errors import KnowledgeError
from medcramp.knowledge.files import Fact, numbered_rows

SOURCE_FILES = ("sources.csv", "vocabulary/sources.csv", "options/sources.csv")

ReadAs = Literal["label", "regulator", "abstract", "table", "secondary", "data", "unread", "unverified"]
"""label: product information; regulator: a notice of a regulator; abstract; table: a table of the full text; secondary:
a page that quotes the source; data: a data file; unread: named, not opened; unverified: general knowledge."""


class Source(Fact):
    """One source; `url` is an address, a DOI or another identifier as text; `year` may be unknown ("")."""

    key: str
    citation: str
    year: str
    url: str
    read_as: ReadAs


def load(folder: Path) -> dict[str, Source]:
    """Sources by key, those of the vocabulary included. Raises KnowledgeError naming file and row."""
    sources: dict[str, Source] = {}
    for path in (path for pattern in SOURCE_FILES for path in sorted(folder.glob(pattern))):
        for line, row in numbered_rows(path, Source):
            if row.key in sources:
                raise KnowledgeError(
                    f"source {row.key} is defined twice",
                    remedy="give it another key or remove one",
                    file=path,
                    place=f"row {line}",
                )
            sources[row.key] = row
    return sources


def check_keys(keys: Iterable[str], known: Mapping[str, Source], *, verified: bool, file: Path, place: str) -> None:
    """Refuse keys that no table of sources holds, and a verified fact that names no source at all."""
    keys = tuple(keys)
    for key in keys:
        if key not in known:
            raise KnowledgeError(f"unknown source {key}", remedy="add it to sources.csv", file=file, place=place)
    if verified and not keys:
        raise KnowledgeError(
            "verified without a source", remedy="name the source or set verified to false", file=file, place=place
        )
