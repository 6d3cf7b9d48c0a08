"""How a table was understood, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from medcramp.read.canonical import Canonical
from medcramp.read.shapes import Shaped
from medcramp.read.understand import Understood
from medcramp.records import ReadResult


def reading(
    understood: Understood, shaped: Shaped | None = None, read: Canonical | None = None
) -> Mapping[str, object]:
    """The explanation of one table as plain values (see `medcramp inspect`)."""
    header = understood.header
    first = understood.grid.first_row + header.first if header.first >= 0 else 0
    return {
        "file": understood.grid.file,
        "sheet": understood.grid.sheet,
        "kind": understood.kind,
        "header_row": first,
        "columns": [
            {"column": title or f"column {index + 1}", "why": understood.meaning.why.get(index, "not used")}
            for index, title in enumerate(header.titles)
        ],
    }


def explanation(result: ReadResult, mask: bool = False) -> Iterator[str]:
    """Lines for the terminal."""
    for table in result.readings:
        yield f"{table['file']} {table.get('sheet', '')}".strip()
