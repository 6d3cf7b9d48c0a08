"""Which column titles name a laboratory test."""

from __future__ import annotations

import re

from medcramp.knowledge import load


def test_name(title: str) -> str:
    """A title without its unit in brackets, lower-case."""
    return re.sub(r"\s*[(\[].*?[)\]]\s*", " ", title).strip().lower()


def is_lab(title: str) -> bool:
    """Whether a title, without its unit in brackets, names a laboratory test that matters here."""
    return bool(title) and load().labs.test_of(test_name(title)) is not None
