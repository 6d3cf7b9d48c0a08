"""What can go wrong, whose fault it is, and the exit code that says so.

A `UserError` is something the person at the keyboard can mend: its message names the file, the place in it and the
remedy, never the contents of a cell (they may be patient data). Anything else that escapes is a bug: exit code 20.
"""

from __future__ import annotations

from pathlib import Path


class UserError(Exception):
    """A fault the user can mend; `exit_code` is part of the contract."""

    exit_code = 2

    def __init__(self, problem: str, *, remedy: str = "", file: str | Path | None = None, place: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        self.file = str(file) if file is not None else ""
        self.place = place
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """One paragraph: where, what, and what to do about it."""
        where = ", ".join(part for part in (self.file, self.place) if part)
        text = f"{where}: {self.problem}" if where else self.problem
        return f"{text}\n  What to do: {self.remedy}" if self.remedy else text


class UsageError(UserError):
    """An option or argument does not make sense."""

    exit_code = 2


class InputUnreadableError(UserError):
    """The file cannot be opened or parsed: missing, truncated, encrypted, hostile, not a table."""

    exit_code = 10


class ColumnsNotUnderstoodError(UserError):
    """The file is readable, but which column means what cannot be decided, or it holds no patients."""

    exit_code = 11


class KnowledgeError(UserError):
    """A table or rule in the knowledge folder is invalid; names file and row."""

    exit_code = 12


class OutputError(UserError):
    """An output file or folder cannot be written."""

    exit_code = 13


INTERNAL_ERROR_EXIT_CODE = 20
