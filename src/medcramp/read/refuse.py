"""Refusals in words: why a file cannot be used, and what would settle it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from medcramp.errors import ColumnsNotUnderstoodError
from medcramp.read.header import looks_like_data
from medcramp.read.understand import KINDS, PERSON, Understood
from medcramp.records import ReadResult

WORDS = {
    "patient_id": "the patient (an id or a name)",
    "drug": "the medicine (a name or a code)",
    "medicines": "the medicine (the one that its title announces holds no medicine that is known)",
    "test": "the laboratory test",
    "loinc": "the laboratory test",
    "value": "the result",
    "icd10": "the diagnosis code (ICD-10)",
    "substance": "the allergy",
    "birth_date": "age, birth date or sex",
}


def not_understood(path: Path, found: Sequence[Understood]) -> ColumnsNotUnderstoodError:
    """Why no table of an input could be read as medication records."""
    best = max(found, key=lambda u: (u.kind == "records", u.score))
    place = f"sheet {best.grid.sheet}" if best.grid.sheet else ""
    if best.kind == "records" and best.missing and not best.meaning.has(*PERSON):
        return ColumnsNotUnderstoodError(
            "it lists medicines but no patients (an inventory, price list or summary?), so nobody can be screened",
            remedy="export a list with a patient id, or patient name and birth date, per line; if a column does hold "
            f"the patient, say which: --map patient_id=COLUMN. {titles(best)}",
            file=path,
            place=place,
        )
    if best.kind and best.kind != "records" and not best.missing:
        return ColumnsNotUnderstoodError(
            f"it is a table of {best.kind}, not of medicines",
            remedy=f"give it as --{best.kind} beside a medication export",
            file=path,
            place=place,
        )
    if best.kind == "records" and best.missing == ("drug",) and (code := best.meaning.first("drug_code")) is not None:
        return ColumnsNotUnderstoodError(
            f"its medicines are given only as codes ({best.header.titles[code]!r}) that no table here turns into names",
            remedy=f"export the column with the medicine's name (or its NDC, RxNorm or ATC code) too. {titles(best)}",
            file=path,
            place=place,
        )
    missing = " and ".join(WORDS.get(name, name) for name in best.missing) or "the medicine (a name or a code)"
    return ColumnsNotUnderstoodError(
        f"no column for {missing} was found",
        remedy=f"say which columns they are: --map patient_id=COLUMN --map drug=COLUMN. {titles(best)}",
        file=path,
        place=place,
    )


def nothing_used(path: Path | None, result: ReadResult) -> ColumnsNotUnderstoodError:
    """The columns were understood, and still no row is a medication record."""
    if not result.rows.read:
        problem = "it has column titles and no rows below them"
    else:
        reasons = [*result.rejected["reason"], *result.ignored["reason"]]
        counted = Counter(re.sub(r"\s+\d+$", "", str(reason)) for reason in reasons)
        why = "; ".join(f"{count:,} x {reason}" for reason, count in counted.most_common(3))
        problem = f"none of its {result.rows.read:,} rows is a medication record ({why})"
    return ColumnsNotUnderstoodError(
        problem,
        remedy="check that the export finished and holds what you expect; `medcramp inspect` shows how it is read",
        file=path,
    )


def two_ids(path: Path, sheet: str, first: str, second: str) -> ColumnsNotUnderstoodError:
    """Two columns could identify the patient and disagree."""
    return ColumnsNotUnderstoodError(
        f"the columns {first!r} and {second!r} could both be the patient's id, and they group the rows differently",
        remedy=f'say which one it is: --map patient_id="{first}" or --map patient_id="{second}"',
        file=path,
        place=f"sheet {sheet}" if sheet else "",
    )


def companion_not_understood(kind: str, path: Path, found: Sequence[Understood]) -> ColumnsNotUnderstoodError:
    """Why a companion file could not be read."""
    best = max(found, key=lambda u: u.score)
    lacking = best.missing or tuple(group[0] for group in KINDS[kind])
    missing = " and ".join(WORDS.get(name, name) for name in lacking)
    return ColumnsNotUnderstoodError(
        f"as a table of {kind} it has no column for {missing}",
        remedy=f"rename its columns as the README shows. {titles(best)}",
        file=path,
    )


def titles(understood: Understood) -> str:
    """The column titles, when there is a header row to quote; a row that may hold data is never quoted."""
    shown = [title for title in understood.header.titles if title]
    if understood.header.first < 0 or not shown or any(looks_like_data(title) for title in shown):
        return "No row of column titles was found."
    return "Its columns: " + ", ".join(shown)[:400]


def unused_table(understood: Understood) -> str:
    """Why a table beside the records is not used."""
    return "not used: neither medication records nor a table about their patients"
