"""Document contents as plain data for templates: no character in it that a reader cannot see."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

# Control characters (but line end and tab) break file formats; direction marks let a name disguise its neighbour.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def plain(document: Any) -> dict[str, Any]:
    """A document (dataclass) as nested dicts and lists of clean text."""
    cleaned = _clean(asdict(document))
    assert isinstance(cleaned, dict)
    return cleaned


def clean_text(text: str) -> str:
    """`text` without invisible characters."""
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(part) for part in value]
    return value
