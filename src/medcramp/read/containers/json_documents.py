"""JSON: whole documents and one object per line, each object with its place in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.source import Source
from medcramp.read.containers.text import utf8_chunks
from medcramp.read.options import Limits

LONGEST_LINE_BYTES = 64 << 20
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


def documents(source: Source, limits: Limits) -> Iterator[tuple[int, Any]]:
    """(line number, value): one value for a plain document (line 1), one per line for newline-delimited JSON.

    Raises InputUnreadableError when it is cut short, not JSON, nested beyond reason, or over the limits.
    """
    if _is_by_line(source):
        for number, line in enumerate(_lines(source), start=1):
            if line.strip():
                yield number, _value(line, source.name, f"line {number}")
        return
    if source.size > limits.json_bytes:
        raise InputUnreadableError(
            f"is a JSON document of more than {limits.json_bytes >> 20} MiB",
            file=source.name,
            remedy="export as NDJSON (one resource per line), or raise the limit in the settings",
        )
    yield 1, _value(b"".join(utf8_chunks(source)), source.name, "")


def _value(text: bytes, file: str, place: str) -> Any:
    try:
        value = json.loads(text)
        if _HALF_CHARACTER.search(text):
            json.dumps(value, ensure_ascii=False).encode()  # halves that do not meet are no text
        return value
    except (ValueError, RecursionError) as error:
        raise InputUnreadableError(
            "is not well-formed JSON: damaged or cut short", file=file, place=place, remedy="export it again"
        ) from error


def _is_by_line(source: Source) -> bool:
    """True when the first line is a whole object and another begins after it."""
    lines = (line for line in _lines(source) if line.strip())
    first = next(lines, b"")
    if not first.lstrip().startswith(b"{"):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return next(lines, b"").lstrip().startswith(b"{")


def _lines(source: Source) -> Iterator[bytes]:
    """Lines of the file; one that is longer than any resource is cut, which is then no JSON."""
    held = bytearray()
    for chunk in utf8_chunks(source):
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield bytes(held) + line
            held.clear()
        held += rest
        if len(held) > LONGEST_LINE_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
