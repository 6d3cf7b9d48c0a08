"""A file to be read, wherever its bytes lie: on disk, or expanded from an archive into an unnamed temporary file."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from medcramp.errors import InputUnreadableError
from medcramp.read.options import Limits

CHUNK = 2 << 20


@dataclass(frozen=True)
class Source:
    """One file: `name` as the user knows it, `size` in bytes, and as many independent readers as wanted."""

    name: str
    size: int
    path: Path | None = None
    memory: Any = None
    """Buffer over the bytes when there is no path."""

    def open(self) -> IO[bytes]:
        """A new reader at the start of the file; seekable."""
        # Arrow's files close themselves when nothing refers to them any more, which suits readers that stay lazy.
        if self.path is None:
            return cast("IO[bytes]", pa.BufferReader(self.memory))
        try:
            return cast("IO[bytes]", pa.OSFile(str(self.path)))
        except OSError as error:
            raise unreadable_path(self.path, error) from error

    def prefix(self, length: int) -> bytes:
        """The first `length` bytes (fewer when the file is shorter)."""
        with self.open() as stream:
            return stream.read(length)

    def chunks(self) -> Iterator[bytes]:
        """The whole file, piece by piece."""
        with self.open() as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def whole(self, limits: Limits) -> bytes:
        """All bytes at once, for documents that cannot be read piecewise; refused above `limits.document_bytes`."""
        if self.size > limits.document_bytes:
            raise InputUnreadableError(
                f"is larger than {limits.document_bytes >> 20} MiB, the limit for a document of this kind",
                file=self.name,
                remedy="split the export, or raise the limit in the settings",
            )
        with self.open() as stream:
            return stream.read()


def from_path(path: Path, name: str | None = None) -> Source:
    """The source for a file on disk; raises InputUnreadableError when it cannot be opened."""
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise unreadable_path(path, error) from error
    shown = (name or str(path)).encode(errors="replace").decode()  # names on disk need not be text
    return Source(shown, size, path=path)


def expanded(name: str, chunks: Iterable[bytes]) -> Source:
    """The source for bytes that come out of a container: kept in a temporary file that has no name and dies with it."""
    with tempfile.TemporaryFile() as spill:
        size = 0
        for chunk in chunks:
            spill.write(chunk)
            size += len(chunk)
        if not size:
            return Source(name, 0, memory=pa.py_buffer(b""))
        spill.flush()
        mapped = mmap.mmap(spill.fileno(), size, access=mmap.ACCESS_READ)
    return Source(name, size, memory=pa.py_buffer(mapped))


def unreadable_path(path: Path, error: OSError) -> InputUnreadableError:
    """What to tell the user when the system refuses a path."""
    if isinstance(error, FileNotFoundError):
        return InputUnreadableError("does not exist", file=path, remedy="check the path and the spelling")
    if isinstance(error, PermissionError):
        return InputUnreadableError("may not be read by you", file=path, remedy="check the permissions of the file")
    return InputUnreadableError(f"cannot be opened ({error.strerror or 'unknown reason'})", file=path)
