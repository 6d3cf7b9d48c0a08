"""Files appear whole or not at all, readable by their owner only.

A report is built in a hidden folder beside its place, then published: the hidden folder is renamed to say that it is
complete, and its files are moved over the old ones. A crash before that rename leaves the old report; a crash after
it leaves a complete new one that `prepare` (or the next `write`) finishes publishing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from medcramp.errors import OutputError

BUILDING = ".medcramp-building-"
COMPLETE = ".medcramp-complete"
# Names, one a line, of what the new report no longer has; lies in the complete folder until it is published.
OBSOLETE = ".obsolete"

FILE_MODE = 0o600
FOLDER_MODE = 0o700

_REMEDY = "Choose another folder with --out, free some space, or close the program that holds the file open."


@contextlib.contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn what the file system says into an OutputError (exit 13) that names the place and the remedy."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror or 'error'})", remedy=_REMEDY, file=path) from error


def prepare(out: Path) -> None:
    """Make `out` (owner-only), prove that it can be written, and finish a report left half published.

    Raises OutputError when it cannot be written: called before any work is done, so that none is lost.
    """
    with output_errors(out):
        if out.exists() and not out.is_dir():
            raise OutputError("is a file, not a folder", remedy="Choose another folder with --out.", file=out)
        if not out.exists():
            out.mkdir(mode=FOLDER_MODE, parents=True)
        probe = out / f"{BUILDING}{secrets.token_hex(4)}"
        probe.mkdir(mode=FOLDER_MODE)
        (probe / "probe").write_bytes(b"")
        shutil.rmtree(probe)
        publish_complete(out)


@contextlib.contextmanager
def building(out: Path) -> Iterator[Path]:
    """A hidden folder in `out` to build in; removed again when the body fails."""
    folder = out / f"{BUILDING}{secrets.token_hex(4)}"
    with output_errors(out):
        folder.mkdir(mode=FOLDER_MODE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, out: Path, obsolete: list[str]) -> list[Path]:
    """Move everything in `folder` to its place in `out`, and remove `obsolete` (paths of the report before)."""
    with output_errors(out):
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        for name in names:
            (folder / name).chmod(FILE_MODE)
            _sync(folder / name)
        (folder / OBSOLETE).write_text("".join(f"{name}\n" for name in obsolete), encoding="utf-8")
        publish_complete(out)
        folder.rename(out / COMPLETE)
        publish_complete(out)
    return [out / name for name in names]


def publish_complete(out: Path) -> None:
    """Finish publishing a complete folder, if there is one; safe to repeat after any interruption."""
    folder = out / COMPLETE
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_dir() or name.as_posix() == OBSOLETE:
            continue
        target = out / name
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        path.replace(target)
    _remove_obsolete(out, folder / OBSOLETE)
    shutil.rmtree(folder)


def _remove_obsolete(out: Path, listing: Path) -> None:
    if not listing.exists():
        return
    for name in listing.read_text(encoding="utf-8").splitlines():
        target = out / name
        if is_inside(out, target):
            target.unlink(missing_ok=True)


def is_inside(folder: Path, path: Path) -> bool:
    """True when `path` cannot lead out of `folder`."""
    return path.resolve().is_relative_to(folder.resolve())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; it takes the place of `path` when the body succeeds, and goes when it fails."""
    partial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    with output_errors(path):
        try:
            os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
            yield partial
            _sync(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
