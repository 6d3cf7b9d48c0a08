"""From bytes to UTF-8 text: byte-order marks, UTF-16 by its pattern of NULs, UTF-8, else Windows-1252."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.source import Source

SNIFF_BYTES = 1 << 16
MIXED = "medcramp-1252"
"""Name of the error handler that reads bytes which are not UTF-8 as Windows-1252, one by one."""


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    # Five bytes mean nothing in Windows-1252; Latin-1 gives every byte a meaning.
    return "".join(codecs.decode(bytes((byte,)), "cp1252" if byte not in _UNDEFINED else "latin-1") for byte in bad), (
        error.end
    )


_UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")
codecs.register_error(MIXED, _as_windows_1252)


def encoding_of(prefix: bytes) -> str:
    """Name of the Python codec that reads text beginning with `prefix`; "utf-8-sig" unless the bytes say otherwise."""
    if prefix.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if prefix.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Western text in UTF-16 without a mark has a NUL in (nearly) every second byte and none in between.
    even, odd = prefix[0::2].count(0), prefix[1::2].count(0)
    half = len(prefix) // 2
    if half >= 8 and odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if half >= 8 and even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return "utf-8-sig"


def is_text(prefix: bytes) -> bool:
    """False for bytes that are no text in any encoding understood here."""
    encoding = encoding_of(prefix)
    if encoding != "utf-8-sig":
        try:
            prefix = codecs.getincrementaldecoder(encoding)().decode(prefix).encode(errors="replace")
        except UnicodeError:
            return False
    controls = sum(prefix.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0b\x0c\x1a\x1b\x1c\x1d\x1e\x1f")
    return b"\0" not in prefix and controls <= len(prefix) // 100


def utf8_chunks(source: Source) -> Iterator[bytes]:
    """The whole file as UTF-8 without byte-order mark, piece by piece; refuses NUL characters.

    Bytes that are not UTF-8 are read as Windows-1252: a file in that encoding has hardly any byte pair that happens to
    be UTF-8, and a file that mixes both (two systems appended to each other) is read right as well.
    """
    encoding = encoding_of(source.prefix(SNIFF_BYTES))
    if encoding == "utf-8-sig":
        chunks = _mended(source)
    else:
        chunks = _transcoded(source, encoding)
    for chunk in chunks:
        if b"\0" in chunk:
            raise InputUnreadableError(
                "holds NUL characters: it is damaged, or not a text file",
                file=source.name,
                remedy="export it again; if it came over a network, copy it again",
            )
        yield chunk


def _mended(source: Source) -> Iterator[bytes]:
    """UTF-8 as it is; pieces with other bytes go through the mixed decoder."""
    decoder = codecs.getincrementaldecoder("utf-8")
    pending = b""
    for number, chunk in enumerate(source.chunks()):
        if number == 0:
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
        chunk = pending + chunk
        # A character cut by the end of the piece waits for the next one.
        keep = len(chunk) - _cut_character(chunk)
        chunk, pending = chunk[:keep], chunk[keep:]
        yield chunk if chunk.isascii() else decoder(MIXED).decode(chunk, final=True).encode()
    if pending:
        yield decoder(MIXED).decode(pending, final=True).encode()


def _cut_character(chunk: bytes) -> int:
    """How many bytes at the end begin a character that is not complete (0 to 3)."""
    for back in range(1, min(3, len(chunk)) + 1):
        byte = chunk[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if length > back else 0
        if byte < 0x80:
            return 0
    return 0


def _transcoded(source: Source, encoding: str) -> Iterator[bytes]:
    """UTF-16 and UTF-32 through Python's codecs."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for number, chunk in enumerate(source.chunks()):
            text = decoder.decode(chunk)
            yield (text.removeprefix("\ufeff") if number == 0 else text).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise InputUnreadableError(
            f"begins like {encoding.upper()} text, but is damaged or cut short",
            file=source.name,
            remedy="export it again",
        ) from error
