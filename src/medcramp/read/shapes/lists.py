"""Several medicines in one cell, and medicine lines that carry their directions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from medcramp.knowledge.columns import Columns, words_of
from medcramp.knowledge.drug_words import form_words
from medcramp.read import values
from medcramp.read.directions import BULLET, split_line
from medcramp.read.meaning import DrugTest, looks_like_directions
from medcramp.read.shapes.shaped import Shaped, field_column
from medcramp.read.tables import Column, objects

ENOUGH_LISTS = 0.3
ENOUGH_DRUGS = 0.6
ENOUGH_DIRECTIONS = 0.3
PLURALS = {"medications", "meds", "medicines", "drugs", "list", "prescriptions", "medicaments"}
NUMBERED = re.compile(r"(?:^|(?<=[\s;,]))\(?\d{1,2}[.)]\s+(?=[^\W\d_])")
SEPARATORS = ("\n", "|", ";", "~", "//")
COMMAS = (re.compile(r",\s+(?![^()]*\))"), re.compile(r",(?=[^\W\d_])(?![^()]*\))"))
MARKUP = re.compile(r"<br\s*/?>", re.IGNORECASE)
JOINERS = re.compile(r"\s*[/+]\s*|\s+(?:and|&)\s+")
"""Between whole products, and between the parts of one: a form in every piece tells products."""


def split_lists(shaped: Shaped, columns: Columns, drug_test: DrugTest) -> Shaped:
    """One record per medicine of a list cell; tables without lists come back as they are."""
    drug = field_column(shaped, "drug")
    place = shaped.meaning.first("drug")
    title = shaped.table.titles[place] if place is not None else ""
    if not len(drug.used) or not _holds_lists(drug, title, shaped, columns, drug_test):
        return shaped
    used = drug.used
    pieces = [pieces_of(text, columns, drug_test) for text in drug.values[used]]
    widest = max(len(found) for found in pieces)
    distinct: dict[str, int] = {}
    table = np.full((len(drug.values) + 1, widest), -1, dtype=np.int32)
    sizes = np.ones(len(drug.values) + 1, dtype=np.int64)
    for code, found in zip(used, pieces, strict=True):
        sizes[code] = len(found)
        table[code, : len(found)] = [distinct.setdefault(piece, len(distinct)) for piece in found]
    repeats = sizes[drug.codes]
    rows = np.repeat(np.arange(len(drug)), repeats)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    column = Column(table[drug.codes[rows], within], objects(distinct))
    return shaped.exploded(rows, {"drug": column}, "several medicines in a cell")


def _holds_lists(drug: Column, title: str, shaped: Shaped, columns: Columns, drug_test: DrugTest) -> bool:
    """Whether the cells of the medicine column are lists: many hold several pieces that are medicines."""
    texts = drug.texts[:300]
    lists = sum(1 for text in texts if len(pieces_of(text, columns, drug_test)) > 1)
    if lists < ENOUGH_LISTS * len(texts) and not (lists and words_of(title) & PLURALS):
        return False
    person = field_column(shaped, "patient_id")
    person = person if person.known.any() else field_column(shaped, "patient_name")
    return len(person.used) >= 0.5 * person.known.sum() or bool(words_of(title) & PLURALS)


def pieces_of(text: str, columns: Columns, drug_test: DrugTest) -> list[str]:
    """The medicines of a list cell; [text] when it holds one."""
    lines = values.tidy_lines(MARKUP.sub("\n", text).replace("\t", "\n"))
    for separator in SEPARATORS:
        if separator in lines:
            found = [piece.strip() for piece in lines.split(separator) if piece.strip()]
            found = _joined_wraps(found, columns, drug_test) if separator == "\n" else found
            if len(found) > 1 and _drugs(found, drug_test) >= ENOUGH_DRUGS:
                return [values.tidy(BULLET.sub("", piece)) for piece in found]
    starts = [found.start() for found in NUMBERED.finditer(lines)]
    if len(starts) > 1:
        ends = [*starts[1:], len(lines)]
        found = [lines[start:end].strip(" ,;\n") for start, end in zip(starts, ends, strict=True)]
        if _drugs(found, drug_test) >= ENOUGH_DRUGS:
            return [values.tidy(BULLET.sub("", piece)) for piece in found]
    for comma in COMMAS:
        found = [piece.strip() for piece in comma.split(lines) if piece.strip()]
        if len(found) > 1 and all(drug_test(piece) and re.search(r"^\D.*\d", piece) for piece in found):
            return found
        if len(found) > 2 and all(drug_test(piece) for piece in found):
            return found
    found = [piece.strip() for piece in JOINERS.split(lines) if piece.strip()]
    if len(found) > 1 and all(drug_test(piece) and _whole_product(piece) for piece in found):
        return found
    return [values.tidy(BULLET.sub("", lines))]


def _drugs(pieces: Sequence[str], drug_test: DrugTest) -> float:
    return sum(1 for piece in pieces if drug_test(piece)) / len(pieces)


def _whole_product(piece: str) -> bool:
    """A name with an amount and a form: what the parts of a combination do not each have."""
    return bool(re.search(r"^\D.*\d", piece)) and bool(set(re.findall(r"[^\W\d_]+", piece.lower())) & form_words())


def _joined_wraps(pieces: list[str], columns: Columns, drug_test: DrugTest) -> list[str]:
    """Lines that continue the one before: without a number in a numbered list, or with directions and no medicine."""
    numbered = sum(1 for piece in pieces if NUMBERED.match(piece)) > 1
    found: list[str] = []
    for piece in pieces:
        directions = not numbered and not drug_test(piece) and looks_like_directions(piece, columns)
        if not found or not (directions or (numbered and not NUMBERED.match(piece))):
            found.append(piece)
        else:
            found[-1] += f" - {piece}" if directions else f" {piece}"
    return found


def split_directions(shaped: Shaped, columns: Columns, always: bool = False) -> Shaped:
    """Directions and amount taken out of the medicine text, where no column carries them and many lines hold them."""
    if field_column(shaped, "sig").known.any():
        return shaped
    drug = field_column(shaped, "drug")
    used = drug.used
    sample = [split_line(text, columns) for text in drug.values[used[:: max(1, len(used) // 300)]]]
    with_parts = sum(1 for line in sample if line.sig or line.quantity)
    place = shaped.meaning.first("drug")
    titled = place is not None and "dosage" in shaped.table.titles[place].lower()
    if not with_parts or not (always or titled or with_parts >= ENOUGH_DIRECTIONS * len(sample)):
        return shaped
    lines = {code: split_line(text, columns) for code, text in zip(used, drug.values[used], strict=True)}

    def part(name: str) -> Column:
        return drug.recode([getattr(lines[code], name) or None for code in used], used)

    found = {"drug": part("drug"), "sig": part("sig")}
    if not field_column(shaped, "quantity").known.any():
        found["quantity"] = part("quantity")
    return shaped.extended(found, "directions beside the medicine's name")
