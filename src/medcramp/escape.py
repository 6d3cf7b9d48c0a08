"""The one place where text from the input is made harmless for spreadsheets, file names and identifiers.

A spreadsheet takes a cell that starts with one of `= + - @` (or hides it behind a tab, a line end, a blank or a
full-width twin) for a formula. Such text gets a single quote in front, the sign by which spreadsheets mark text; plain
numbers stay as they are, and everything else stays byte for byte, so that tables can still be joined by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_TRIGGERS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\u2212")
_STARTS_WITH_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Whatever a spreadsheet may skip before it looks for a formula.
_SKIPPED = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0\u200b\u200c\u200d\u2060\u3000\ufeff"


def neutral(text: str) -> str:
    """`text`, with a single quote in front when a spreadsheet could take it for a formula. Idempotent."""
    if not text:
        return text
    visible = text.lstrip(_SKIPPED)
    dangerous = visible[:1] in _TRIGGERS and not _NUMBER.fullmatch(text)
    if dangerous or _STARTS_WITH_CONTROL.match(text):
        return "'" + text
    return text


def neutral_all(texts: Iterable[object]) -> list[str | None]:
    """`neutral` over distinct texts; None and NaN stay None (unknown)."""
    return [None if text is None or text is pd.NA or text != text else neutral(str(text)) for text in texts]


def sheet_key(text: str) -> str:
    """`text` as it comes back from a workbook that was saved again: for matching rows, not for display.

    Neutralised, without control characters, runs of blanks as one blank: what saving may change does not count.
    """
    return " ".join(re.sub(r"_x[0-9A-Fa-f]{4}_|[\x00-\x1f\x7f]", " ", neutral(text)).split())
