"""Where the password of an encrypted file comes from: a file, or the keyboard."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path

from medcramp.errors import UsageError
from medcramp.read.options import Password


def password_from(file: Path | None) -> Password:
    """Gives the first line of `file`; without a file, asks on a terminal and answers None elsewhere.

    Raises UsageError when the password file cannot be read.
    """
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise UsageError(
                "the password file cannot be read", remedy="give a text file that holds the password", file=file
            ) from None
        password = text.splitlines()[0] if text else ""
        return lambda name: password
    return _ask


def _ask(name: str) -> str | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return getpass(f"Password of {name}: ") or None
