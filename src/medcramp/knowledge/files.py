"""Where the knowledge lies and how one table of it is read; every fault names file and row."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from medcramp.errors import KnowledgeError

Row = TypeVar("Row", bound="Fact")


class Fact(BaseModel):
    """Base of every row of knowledge: immutable, strict about unknown columns."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _split(cell: object) -> object:
    return tuple(part.strip() for part in cell.split(";") if part.strip()) if isinstance(cell, str) else cell


def _blank_to_none(cell: object) -> object:
    return None if cell == "" else cell


Many = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A cell of several values joined by ";"."""

OptionalNumber = Annotated[float | None, BeforeValidator(_blank_to_none)]
"""A number, or None where the cell is blank."""


@cache
def data_folder() -> Path:
    """The `data/` folder: inside the wheel when installed, at the top of the project otherwise."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_data", package.parents[1] / "data"):
        if (folder / "knowledge").is_dir():
            return folder
    raise KnowledgeError("the knowledge folder is missing", remedy="reinstall medcramp", file=package)


def knowledge_folder() -> Path:
    """`data/knowledge/` as shipped."""
    return data_folder() / "knowledge"


def read_csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a UTF-8 CSV with their 1-based row in the file; blank cells stay ""."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restkey="(too many cells)", restval="", strict=True)
            for cells in reader:
                if any(cells.values()):
                    yield reader.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from None


def read_columns(path: Path, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The cells of some columns of a UTF-8 CSV with their 1-based row in the file; the fast way through a large table.

    A table that lacks one of the columns is refused (KnowledgeError).
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            heading = next(reader, [])
            places = [heading.index(column) for column in columns if column in heading]
            if len(places) < len(columns):
                missing = next(column for column in columns if column not in heading)
                raise KnowledgeError(f"column {missing} is missing", file=path, remedy="mend the table")
            width = len(heading)
            chosen = itemgetter(*places) if len(places) > 1 else lambda cells: (cells[places[0]],)
            for cells in reader:
                if any(cells):
                    yield reader.line_num, chosen(cells if len(cells) >= width else cells + [""] * width)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from None


def read_rows(path: Path, model: type[Row]) -> list[Row]:
    """All rows of a table as validated facts. Raises KnowledgeError naming file and row."""
    return [row for _, row in numbered_rows(path, model)]


def numbered_rows(path: Path, model: type[Row]) -> Iterator[tuple[int, Row]]:
    """Validated facts with the row they stand in, for cross-checks that must name it."""
    for line, cells in read_csv(path):
        yield line, validate(path, f"row {line}", model, cells)


def read_yaml(path: Path) -> Any:
    """A YAML document (safe loader, C-speed where available)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeError(f"cannot be read: {error}", file=path, remedy="mend the YAML") from None


def validate(path: Path, place: str, model: type[Row], value: Any) -> Row:
    """One fact from parsed YAML. Raises KnowledgeError naming file and place."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _invalid(path, place, error) from None


def _unreadable(path: Path, error: Exception) -> KnowledgeError:
    return KnowledgeError(f"cannot be read: {error}", file=path, remedy="reinstall medcramp or mend the table")


def _invalid(path: Path, place: str, error: ValidationError) -> KnowledgeError:
    first = error.errors()[0]
    column = ".".join(str(part) for part in first["loc"]) or "row"
    return KnowledgeError(f"{column}: {first['msg']}", file=path, place=place, remedy="mend this fact and run again")


def content_hash(folder: Path | None = None) -> str:
    """SHA-256 over names and bytes of all knowledge files: says which knowledge a result was made with."""
    root = folder or knowledge_folder()
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
