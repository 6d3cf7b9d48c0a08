"""Compressed files and archives: gzip, bzip2, xz, zip and tar → the files inside, expanded within limits."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.expansion import DAMAGE, Expansion, damaged
from medcramp.read.containers.source import Source, expanded
from medcramp.read.containers.workbook_guard import opened
from medcramp.read.options import ReadOptions

_DECOMPRESSORS: dict[str, Callable[[Any], Any]] = {
    "gzip": lambda stream: gzip.GzipFile(fileobj=stream),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


def decompressed(source: Source, kind: str, expansion: Expansion) -> Source:
    """The one file inside a compressed file; it keeps the name the user knows."""
    return expanded(source.name, _guarded(_DECOMPRESSORS[kind](source.open()), source, expansion))


def _guarded(stream: Any, source: Source, expansion: Expansion) -> Iterator[bytes]:
    with stream:
        try:
            yield from expansion.pieces(stream.read, source.size)
        except lzma.LZMAError as error:
            raise damaged(source.name) from error


def zip_kind(source: Source) -> str:
    """What a zip file is: "workbook", "binary workbook" (XLSB), "document" (other office files) or "archive"."""
    with opened(source) as package:
        names = {info.filename for info in package.infolist()}
        if "xl/workbook.bin" in names:
            return "binary workbook"
        if "[Content_Types].xml" in names:
            return "workbook" if any(name.startswith("xl/") for name in names) else "document"
        if "content.xml" in names and "mimetype" in names:
            return "workbook" if b"spreadsheet" in _mimetype(package, source.name) else "document"
        return "document" if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) else "archive"


def _mimetype(package: zipfile.ZipFile, file: str) -> bytes:
    try:
        with package.open("mimetype") as stream:
            return stream.read(200)
    except (RuntimeError, *DAMAGE) as error:
        raise damaged(file) from error


def zip_members(source: Source, options: ReadOptions, expansion: Expansion) -> Iterator[Source]:
    """The files inside a zip archive, in name order; asks for the password when they are encrypted."""
    with opened(source) as package:
        infos = [info for info in package.infolist() if is_wanted(info.filename)]
        _check_count(len(infos), source.name, options)
        password: bytes | None = None
        for info in sorted(infos, key=lambda info: info.filename):
            if info.flag_bits & 1 and password is None:
                password = _password(source.name, options)
            pieces = _zip_pieces(package, info, password, expansion, source.name)
            yield expanded(f"{source.name}!{info.filename}", pieces)


def _zip_pieces(
    package: zipfile.ZipFile, info: zipfile.ZipInfo, password: bytes | None, expansion: Expansion, file: str
) -> Iterator[bytes]:
    try:
        stream = package.open(info, pwd=password)
    except RuntimeError as error:
        raise InputUnreadableError(
            "does not open with that password", file=file, remedy="check the password, capitals included"
        ) from error
    except DAMAGE as error:
        raise InputUnreadableError(
            "is packed in a way that is not read here, or damaged", file=file, remedy="unpack it first"
        ) from error
    with stream:
        yield from expansion.pieces(stream.read, info.compress_size)


def _password(file: str, options: ReadOptions) -> bytes:
    password = options.password(file) if options.password else None
    if not password:
        raise InputUnreadableError(
            "is protected by a password",
            file=file,
            remedy="give the password with --password-file, or unpack it first",
        )
    return password.encode()


def tar_members(source: Source, options: ReadOptions, expansion: Expansion) -> Iterator[Source]:
    """The regular files inside a tar archive, in name order; links and devices are left out."""
    try:
        with tarfile.open(fileobj=source.open(), mode="r:") as package:
            infos = []
            for info in package:
                if info.isfile() and is_wanted(info.name):
                    infos.append(info)
                _check_count(len(infos), source.name, options)
            for info in sorted(infos, key=lambda info: info.name):
                stream = package.extractfile(info)
                if stream is not None:
                    pieces = expansion.pieces(stream.read, info.size)
                    yield expanded(f"{source.name}!{info.name}", pieces)
    except (tarfile.TarError, *DAMAGE) as error:
        raise damaged(source.name) from error


def _check_count(count: int, file: str, options: ReadOptions) -> None:
    if count > options.limits.members:
        raise InputUnreadableError(
            f"holds more than {options.limits.members:,} files", file=file, remedy="give the files that matter alone"
        )


def is_wanted(name: str) -> bool:
    """False for folders and what operating systems leave behind."""
    if not name or name.endswith("/"):
        return False
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not any(part.startswith((".", "__MACOSX")) or part in {"Thumbs.db", "desktop.ini"} for part in parts)
