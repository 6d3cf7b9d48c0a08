"""Expanding compressed data within limits: sizes are counted as bytes come out, whatever a header promised."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from medcramp.errors import InputUnreadableError
from medcramp.read.options import Limits

PIECE = 1 << 20
# Each as a decompressor or archive reader raises it; all mean: not what was once written.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


@dataclass
class Expansion:
    """What one input may expand to in all; shared by everything that is unpacked from it, however deep."""

    limits: Limits
    file: str
    spent: int = 0

    def pieces(self, read: Callable[[int], bytes], stored: int) -> Iterator[bytes]:
        """The bytes that `read(size)` gives until it gives none; `stored` is their compressed size."""
        out = 0
        while piece := self._piece(read):
            out += len(piece)
            self.spent += len(piece)
            ratio = out / max(stored, 1)
            suspicious = out > self.limits.expansion_free_bytes and ratio > self.limits.expansion_ratio
            if suspicious or self.spent > self.limits.expanded_bytes:
                raise InputUnreadableError(
                    f"expands from {max(stored >> 10, 1):,} KiB to over {out >> 20} MiB: stopped, it may be hostile",
                    file=self.file,
                    remedy="unpack it yourself, or raise the limits in the settings if you trust it",
                )
            yield piece

    def _piece(self, read: Callable[[int], bytes]) -> bytes:
        try:
            return read(PIECE)
        except DAMAGE as error:
            raise damaged(self.file) from error


def damaged(file: str) -> InputUnreadableError:
    """What to say of an archive or workbook that is cut short or broken."""
    return InputUnreadableError(
        "is damaged or cut short: its compressed contents cannot be unpacked",
        file=file,
        remedy="copy or download it again, or export it again",
    )
