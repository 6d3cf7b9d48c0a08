"""Saved column maps, and what a person settled about an export."""

from __future__ import annotations

from medcramp.read.options import ReadOptions


def settled_columns(options: ReadOptions) -> dict[str, str]:
    """Field → column, from the saved layout and, over it, the columns given."""
    return dict(options.columns)
