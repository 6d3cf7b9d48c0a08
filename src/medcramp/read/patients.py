"""Who a row is about: names, flags inside names, sex, and one identifier per person."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from medcramp.knowledge.columns import Columns, header_key
from medcramp.read.tables import Column, combinations, combine

BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\*+([^*]+)\*+|\*+")
SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "2nd", "3rd"}
TITLES = {"mr", "mrs", "ms", "miss", "dr", "mx", "prof", "master", "sir", "mme", "m", "herr", "frau"}
SYNTHETIC = "name:"
"""Marks an identifier made from name and birth date; what follows is a digest that says neither."""


@dataclass(frozen=True)
class Name:
    """A name as shown (tags taken off), its flags (deceased, animal, test), and what identifies the person."""

    shown: str
    flags: tuple[str, ...]


def name(text: str, columns: Columns) -> Name:
    """Take pharmacy tags, titles and asterisks off a name.

    "SMITH(BP), JOHN" → "SMITH, JOHN"; "VAN DEN BERG,PIETER *DECEASED*" → flag deceased.
    """
    if "(" not in text and "*" not in text and "[" not in text:
        return Name(text, ())
    flags = []
    for groups in BRACKETS.findall(text):
        for word in " ".join(groups).lower().split():
            if flag := columns.name_tags.get(word.strip(".,*")):
                flags.append(flag)
    shown = BRACKETS.sub(" ", text)
    shown = re.sub(r"\s+", " ", shown).replace(" ,", ",").strip(" ,;")
    return Name(shown, tuple(sorted(set(flags))))


def any_tags(texts: np.ndarray) -> bool:
    """Whether any of the names holds brackets or asterisks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(pa.array(texts, pa.string()), r"[(*\[]")).as_py())


def full_name(parts: tuple[str | None, ...]) -> str | None:
    """(last, first, middle, suffix) → "Last Suffix, First Middle"."""
    last, first, middle, suffix = parts
    left = " ".join(part for part in (last, suffix) if part)
    right = " ".join(part for part in (first, middle) if part)
    return ", ".join(part for part in (left, right) if part) or None


def identity_words(shown: str, whole: bool) -> str:
    """What of a name identifies a person beside a birth date (`whole`: without one, initials and suffixes too)."""
    plain = unicodedata.normalize("NFKD", shown.lower().replace("'", "").replace("’", ""))
    words = re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    core = [word for word in words if word not in SUFFIXES and word not in TITLES and len(word) > 1]
    return " ".join(sorted(words if whole or not core else core))


def synthetic_id(parts: tuple[str | None, ...]) -> str | None:
    """Identifier of a person known by (name, birth date) only; the same in every file and every run."""
    shown, born = parts
    if not shown:
        return None
    key = f"{identity_words(shown, whole=not born)}|{born or ''}"
    return SYNTHETIC + hashlib.sha256(key.encode()).hexdigest()[:12]


def identify(patient_id: Column, shown: Column, born: Column) -> tuple[Column, int, int]:
    """One identifier per row: the id given, else the id that name and birth date carry elsewhere, else a synthetic one.

    Returns the column and how many people were identified by name and birth date, and by name alone.
    """
    missing = ~patient_id.known & shown.known
    if not missing.any():
        return patient_id, 0, 0
    by_name = combine([shown, born], synthetic_id)
    if patient_id.known.any():
        carried = _ids_by_name(patient_id, by_name)
        by_name = by_name.recode([carried.get(text, text) for text in by_name.values])
    made_up = np.array([text.startswith(SYNTHETIC) for text in by_name.values] + [False])
    new = missing & made_up[by_name.codes]
    _, first = combinations([by_name.where(new), born])
    made = first[new[first]]
    dated = int(np.count_nonzero(born.codes[made] >= 0))
    return patient_id.fill(by_name), dated, len(made) - dated


def _ids_by_name(patient_id: Column, by_name: Column) -> dict[str, str]:
    """Synthetic id → the one id that rows with the same name and birth date carry."""
    both = patient_id.known & by_name.known
    _, first = combinations([patient_id.where(both), by_name.where(both)])
    owners: dict[str, set[str]] = {}
    for row in first:
        if both[row]:
            owners.setdefault(by_name.values[by_name.codes[row]], set()).add(patient_id.values[patient_id.codes[row]])
    return {key: next(iter(ids)) for key, ids in owners.items() if len(ids) == 1}


def shared_ids(patient_id: Column, born: Column) -> int:
    """How many ids carry more than one birth date."""
    both = patient_id.known & born.known
    if not both.any():
        return 0
    one = np.full(len(patient_id.values), -1, dtype=np.int32)
    one[patient_id.codes[both]] = born.codes[both]
    others = patient_id.codes[both & (born.codes != one[patient_id.codes])]
    return len(np.unique(others))


def sex_reader(texts: list[str], columns: Columns, title: str = "") -> dict[str, str]:
    """Text → "F"/"M" for a column of sexes; the figures 1 and 2 count only where the column holds nothing else.

    Letters that depend on the language are read by what stands beside them in the column, then by its title.
    """
    folded = {text: text.lower().strip(" .") for text in texts}
    coded = all(value in {"0", "1", "2", "9"} for value in folded.values())
    means = {**columns.sexes, **_letters(set(folded.values()), columns, title)}
    return {
        text: means[value] for text, value in folded.items() if means.get(value) and (coded or value not in {"1", "2"})
    }


def _letters(found: set[str], columns: Columns, title: str) -> dict[str, str]:
    """The letters of a column as the first rule says that holds for exactly these letters and this title."""
    spelled = {letter for rule in columns.sex_letters for letter in rule.letters.split()}
    sexes = {value for value in found if value in columns.sexes or value in spelled}
    rules = [rule for rule in columns.sex_letters if set(rule.letters.split()) == sexes]
    said = [rule for rule in rules if rule.title and header_key(rule.title) == header_key(title)]
    return {rule.text: rule.sex for rule in said or [rule for rule in rules if not rule.title]}
