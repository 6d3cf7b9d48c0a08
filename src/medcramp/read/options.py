"""How an export is to be read: what a person may settle beforehand, and the limits that keep hostile files small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Password = Callable[[str], str | None]
"""Called as password(file name) when a file turns out to be encrypted; None = the person has none."""

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Where reading stops and refuses. Each is far above any real export and far below what exhausts a machine."""

    cell_characters: int = 1_000_000
    """Longest text of one cell (a workbook cell holds at most 32,767)."""
    columns: int = 16_384
    """Most columns of one table (a worksheet's own limit)."""
    expanded_bytes: int = 4096 * MEBIBYTE
    """Most bytes a compressed container (zip, tar, gzip, workbook) may expand to, all members together."""
    expansion_ratio: int = 400
    """Most times a compressed member may be larger than it is stored, once it passes `expansion_free_bytes`."""
    expansion_free_bytes: int = 64 * MEBIBYTE
    members: int = 2_000
    """Most files in an archive or folder."""
    document_bytes: int = 1024 * MEBIBYTE
    """Largest document that must be held whole: an HTML page, one XML part of a workbook."""
    json_bytes: int = 256 * MEBIBYTE
    """Largest JSON document (one object per line has no such limit)."""
    sheets: int = 500
    cells: int = 50_000_000
    """Most cells of one worksheet, counted as the rectangle around all filled ones."""


@dataclass(frozen=True)
class ReadOptions:
    """What a person settled about an export; the default leaves everything to be found out."""

    sheet: str | None = None
    """Read this sheet only (its name, any case); hidden ones may be named."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Canonical field → column title (or 1-based column number as text), overriding what would be guessed."""
    layout: str | None = None
    """Name of a saved column map."""
    password: Password | None = None
    """Asked for the password of an encrypted file."""
    limits: Limits = field(default_factory=Limits)
