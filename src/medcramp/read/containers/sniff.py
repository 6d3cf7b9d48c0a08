"""What a file is, by its first bytes; extensions are not trusted."""

from __future__ import annotations

import re

from medcramp.read.containers.text import SNIFF_BYTES, encoding_of, is_text

_BINARY_MARKS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1", "parquet"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)
_ASAP = re.compile(r"TH([^\w\s])4\.\d")
_HL7 = re.compile(r"\x0b?(?:MSH|FHS|BHS)\|")
_SPREADSHEET_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_XML_START = re.compile(r"<\?xml|<[A-Za-z][\w.:-]{0,100}[\s>/]|<!--|<!DOCTYPE", re.IGNORECASE)


def kind_of(prefix: bytes) -> str:
    """Kind of a file that begins with `prefix` (SNIFF_BYTES of it or all): "empty", "gzip", "bzip2", "xz", "zip",
    "tar", "ole", "parquet", "pdf", "rtf", "7z", "rar", "binary", "html", "spreadsheet xml", "xml", "json", "hl7",
    "asap" or "text"."""
    if not prefix.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x0b\x0c\x1a"):
        return "empty"
    for mark, kind in _BINARY_MARKS:
        if prefix.startswith(mark):
            return kind
    if prefix[257:262] == b"ustar":
        return "tar"
    if not is_text(prefix):
        return "binary"
    return _kind_of_text(decoded(prefix).lstrip("\ufeff \t\r\n"))


def decoded(prefix: bytes) -> str:
    """The beginning of a text, forgiving a character cut in two."""
    return prefix[:SNIFF_BYTES].decode(encoding_of(prefix), errors="replace")


def _kind_of_text(text: str) -> str:
    if _HL7.match(text):
        return "hl7"
    if _ASAP.match(text):
        return "asap"
    if text.startswith(("{", "[")) and re.match(r"[\[{]\s*[\"{\[\]}]", text):
        return "json"
    if not _XML_START.match(text):
        return "text"
    start = text[:4096].lower()
    if _SPREADSHEET_XML in start:
        return "spreadsheet xml"
    return "html" if re.search(r"<(?:!doctype html|html|head|body|table|meta|style|div)\b", start) else "xml"
