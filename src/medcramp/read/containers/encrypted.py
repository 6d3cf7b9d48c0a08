"""Password-protected Office files: asks for the password and gives the workbook inside."""

from __future__ import annotations

import re
import struct
import tempfile
from typing import Any
from xml.parsers.expat import ExpatError

import msoffcrypto
import olefile
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.source import CHUNK, Source, expanded
from medcramp.read.options import ReadOptions

LONGEST_RECIPE = 64 << 10
MOST_SPINS = 10_000_000
"""The file format's own maximum; each is one hash, and a hostile file may ask for billions."""
_BROKEN = (
    FileFormatError, ParseError, DecryptionError, InvalidKeyError, OSError, ValueError, TypeError, KeyError,
    IndexError, AttributeError, struct.error, AssertionError, NotImplementedError, ArithmeticError, ExpatError,
)  # fmt: skip
"""What a damaged file raises somewhere inside the parsers."""


def workbook_inside(source: Source, options: ReadOptions) -> Source | None:
    """The decrypted file when the OLE file is encrypted; None when it is a plain old workbook (XLS).

    Raises InputUnreadableError when it is neither, when no password is given, or when the password is wrong.
    """
    streams = _streams(source)
    _check_recipe(source)
    if "encryptedpackage" not in streams and not streams & {"workbook", "book"}:
        raise InputUnreadableError(
            "is an Office file, but no workbook", file=source.name, remedy="export the table as CSV or Excel"
        )
    try:
        file = msoffcrypto.OfficeFile(source.open())
        encrypted = file.is_encrypted()
    except _BROKEN as error:
        if "encryptedpackage" not in streams:
            return None  # odd, but the workbook reader may still manage
        raise _damaged(source.name) from error
    if not encrypted:
        return None
    password = options.password(source.name) if options.password else None
    if not password:
        raise InputUnreadableError(
            "is protected by a password",
            file=source.name,
            remedy="give the password with --password-file, or save a copy without one",
        )
    return _decrypted(source, file, password)


def _streams(source: Source) -> set[str]:
    """Lower-case names of the streams at the top of the OLE file."""
    try:
        with olefile.OleFileIO(source.open()) as ole:
            return {entry[0].lower() for entry in ole.listdir(streams=True, storages=False)}
    except _BROKEN as error:
        raise _damaged(source.name) from error


def _check_recipe(source: Source) -> None:
    """Refuses an encryption recipe (a small XML text, read before any password) that is hostile."""
    try:
        with olefile.OleFileIO(source.open()) as ole:
            if not ole.exists("EncryptionInfo"):
                return
            recipe = ole.openstream("EncryptionInfo").read(LONGEST_RECIPE + 1)
    except _BROKEN as error:
        raise _damaged(source.name) from error
    spins = [int(count) for count in re.findall(rb'spinCount="(\d{1,20})"', recipe)]
    if len(recipe) > LONGEST_RECIPE or b"<!" in recipe or max(spins, default=0) > MOST_SPINS:
        raise _damaged(source.name)


def _decrypted(source: Source, file: Any, password: str) -> Source:
    with tempfile.TemporaryFile() as out:
        try:
            file.load_key(password=password)
            file.decrypt(out)
        except _BROKEN as error:
            raise InputUnreadableError(
                "does not open with that password", file=source.name, remedy="check the password, capitals included"
            ) from error
        out.seek(0)
        return expanded(source.name, iter(lambda: out.read(CHUNK), b""))


def _damaged(file: str) -> InputUnreadableError:
    return InputUnreadableError(
        "is a damaged Office file", file=file, remedy="open it in a spreadsheet program and save it again"
    )
