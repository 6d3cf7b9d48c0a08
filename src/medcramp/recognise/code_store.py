"""Where installed code tables live: the user's data folder, readable by the owner only."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from medcramp.errors import InputUnreadableError, OutputError, UsageError
from medcramp.recognise import code_sources
from medcramp.recognise.codes import COLUMNS, CodeTables

OWNER_FILE, OWNER_FOLDER = 0o600, 0o700
BATCH = 100_000


@dataclass(frozen=True)
class Installed:
    """One installed table."""

    name: str
    format: str
    codes: int
    file: Path


def default_folder() -> Path:
    """`codes` in the user's data folder of medcramp."""
    return Path(platformdirs.user_data_dir("medcramp", appauthor=False)) / "codes"


def installed(folder: Path | None = None) -> list[Installed]:
    """Installed tables by name."""
    found = []
    for file in sorted((folder or default_folder()).glob("*.parquet")):
        described = _description(file)
        found.append(Installed(file.stem, described.get("format", ""), int(described.get("codes", 0)), file))
    return found


def tables(folder: Path | None = None) -> CodeTables | None:
    """The installed tables to look codes up in, or None when there are none."""
    files = tuple(entry.file for entry in installed(folder))
    return CodeTables(files) if files else None


def install(path: Path, name: str = "", folder: Path | None = None) -> Installed:
    """Build a table from a published file and keep it under `name` (default: the file's). Replaces one of that name.

    Raises InputUnreadableError for a file that holds no codes, OutputError when the data folder cannot be written.
    """
    import pyarrow as pa
    from pyarrow import parquet

    where = folder or default_folder()
    stem = re.sub(r"[^a-z0-9_-]+", "-", (name or path.stem).lower()).strip("-")
    if not stem:
        raise UsageError("the name needs letters or digits", remedy="give --name NAME")
    kind, rows = code_sources.read(path)
    schema = pa.schema([(column, pa.string()) for column in COLUMNS])
    chunks: list[pa.Table] = []
    batch: list[tuple[str, str, str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            chunks.append(_as_table(batch, schema))
            batch = []
    chunks.append(_as_table(batch, schema))
    table = pa.concat_tables(chunks)
    if not table.num_rows:
        raise InputUnreadableError("no codes found", remedy="check that the file is complete", file=path)
    described = json.dumps({"format": kind, "codes": table.num_rows}).encode()
    table = table.replace_schema_metadata({b"medcramp": described})
    file = where / f"{stem}.parquet"
    try:
        where.mkdir(mode=OWNER_FOLDER, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=where, prefix=f".{stem}.")
        os.close(handle)  # mkstemp makes it readable by the owner only
        try:
            parquet.write_table(table, temporary, compression="zstd")
            Path(temporary).chmod(OWNER_FILE)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", file=file) from None
    return Installed(stem, kind, table.num_rows, file)


def remove(name: str, folder: Path | None = None) -> None:
    """Forget an installed table. Raises UsageError when there is none of that name."""
    known = {entry.name: entry.file for entry in installed(folder)}
    if name not in known:
        names = ", ".join(known) or "none"
        raise UsageError(f"no code table is called {name!r}", remedy=f"installed: {names}")
    known[name].unlink()


def _as_table(rows: list[tuple[str, str, str]], schema: object) -> object:
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=schema)


def _description(file: Path) -> dict[str, str]:
    from pyarrow import ArrowException, parquet

    try:
        metadata = parquet.read_schema(file).metadata or {}
        return dict(json.loads(metadata.get(b"medcramp", b"{}")))
    except (ArrowException, OSError, ValueError):
        return {}
