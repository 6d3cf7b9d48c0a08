"""Drug codes: their shapes, and looking them up in the tables the user installed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

NDC, NDC_PRODUCT, DIN, RXCUI, ATC = "ndc", "ndc_product", "din", "rxcui", "atc"
KINDS = (NDC, NDC_PRODUCT, DIN, RXCUI, ATC)
CODED = (NDC, DIN, RXCUI, ATC)
"""Columns of codes, the most telling first; a column of NDC may hold DIN instead."""
COLUMNS = ("kind", "code", "name")
_ATC = re.compile(r"[A-V]\d\d(?:[A-Z]{2}\d\d)")
_WRAPPED = re.compile(r'^="?(.*?)"?$')
_COMPOUND = re.compile(r"0+|9{11}")


def ndc11(text: str) -> tuple[str, ...]:
    """11-digit forms a National Drug Code can stand for; several when dashes are missing, none when it is no NDC.

    Dashed 4-4-2, 5-3-2 and 5-4-1 are padded, 6-4-2 and the 12-digit form lose a leading zero, "*" counts as 0.
    Undashed 10 digits give all three paddings; 7 to 9 digits lost leading zeros and get them back.
    """
    code = _WRAPPED.sub(r"\1", text.strip()).replace("*", "0")
    parts = code.split("-")
    if not all(part.isdigit() and part.isascii() for part in parts):
        return ()
    if len(parts) == 3:
        labeler, product, package = (part.lstrip("0") for part in parts)
        fits = len(labeler) <= 5 and len(product) <= 4 and len(package) <= 2 and 10 <= len(code) - 2 <= 12
        return (f"{labeler:>05}{product:>04}{package:>02}",) if fits else ()
    if len(parts) != 1:
        return ()
    if len(code) == 12 and code.startswith("0"):
        code = code[1:]
    if _COMPOUND.fullmatch(code):
        return ()
    if len(code) == 11:
        return (code,)
    if len(code) == 10:
        return f"0{code}", f"{code[:5]}0{code[5:]}", f"{code[:9]}0{code[9:]}"
    return (code.zfill(11),) if 7 <= len(code) <= 9 else ()


def ndc_product(text: str) -> str:
    """Nine digits (5-4) of a product code "0002-0800"; "" when it is none."""
    parts = text.strip().split("-")
    if len(parts) != 2 or not all(part.isdigit() and part.isascii() for part in parts):
        return ""
    labeler, product = (part.lstrip("0") for part in parts)
    return f"{labeler:>05}{product:>04}" if len(labeler) <= 5 and len(product) <= 4 else ""


def din(text: str) -> str:
    """Eight digits of a Canadian drug identification number, lost zeros restored; "" when it is none."""
    code = _WRAPPED.sub(r"\1", text.strip())
    return code.zfill(8) if code.isdigit() and code.isascii() and 3 <= len(code) <= 8 and code.strip("0") else ""


def rxcui(text: str) -> str:
    """A RxNorm concept number (2 to 8 digits, no leading zero); "" when it is none."""
    code = text.strip()
    return code if re.fullmatch(r"[1-9]\d{1,7}", code, re.ASCII) else ""


def atc(text: str) -> str:
    """A full ATC code (seven characters); "" when it is none."""
    code = text.strip().upper()
    return code if _ATC.fullmatch(code) else ""


def code_shapes(column: str, text: str) -> tuple[tuple[str, str], ...]:
    """(kind, code) pairs to look up for a code written in one of the columns CODED, best first."""
    if column != NDC:
        code = {ATC: atc, RXCUI: rxcui, DIN: din}[column](text)
        return ((column, code),) if code else ()
    candidates = ndc11(text)
    found = [(NDC, code) for code in candidates] + [(NDC_PRODUCT, code[:9]) for code in candidates]
    if product := ndc_product(text):
        found.append((NDC_PRODUCT, product))
    if number := din(text):
        found.append((DIN, number))
    return tuple(found)


@dataclass(frozen=True)
class CodeTables:
    """The installed tables: Parquet files with columns kind, code, name. `files` in order of precedence."""

    files: tuple[Path, ...]

    @cached_property
    def _tables(self) -> tuple[pa.Table, ...]:
        from pyarrow import parquet

        return tuple(parquet.read_table(file, columns=list(COLUMNS)) for file in self.files)

    def names(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Name for each (kind, code) that a table knows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        keys = sorted(set(wanted))
        found: dict[tuple[str, str], str] = {}
        if not keys:
            return found
        codes = pa.array(sorted({code for _, code in keys}))
        asked = set(keys)
        for table in reversed(self._tables):
            hits = table.filter(pc.is_in(table["code"], value_set=codes))
            rows = zip(*(hits[column].to_pylist() for column in COLUMNS), strict=True)
            found.update({(kind, code): name for kind, code, name in rows if (kind, code) in asked})
        return found


def look_up(rows: Sequence[Mapping[str, str]], tables: CodeTables | None) -> list[tuple[str, str, str]]:
    """For each row of codes (keys CODED) the first that a table knows: (kind, code, name), or empty texts.

    An undashed 10-digit code that fits several entries is left alone unless all of them have one name.
    """
    shapes = [
        [shape for column in CODED if (text := row.get(column, "")) for shape in code_shapes(column, text)]
        for row in rows
    ]
    names = tables.names(shape for found in shapes for shape in found) if tables else {}
    answers = []
    for found in shapes:
        known = [(kind, code, names[kind, code]) for kind, code in found if (kind, code) in names]
        first = known[0] if known else ("", "", "")
        rivals = {name for kind, _, name in known if kind == first[0]}
        answers.append(first if len(rivals) == 1 else ("", "", ""))
    return answers
