"""Cut a drug line into what names the drug, what gives its strength, and what gives form and route.

Many lines differ in strength, form or maker only; each of the three parts is understood once per distinct value.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from medcramp.knowledge import wording
from medcramp.knowledge.vocabulary import (
    ABSENT,
    DISSOLVED,
    FORM,
    JOINER,
    MODIFIER,
    NAME,
    NOT_DRUG,
    ROUTE,
    SALT,
    Longer,
    Meaning,
    Vocabulary,
)

JOIN, HYPHEN = "/", "-"
OPEN, CLOSE = "(", ")"
IN = "@"
"""Behind this mark stands what the drug is dissolved in."""
LACKS = "~"
"""Behind this mark stands what the product does not contain."""
_MARKS = {
    "/": JOIN,
    "+": JOIN,
    "&": JOIN,
    ";": JOIN,
    "|": JOIN,
    "\\": JOIN,
    "-": HYPHEN,
    ",": ",",
    "(": OPEN,
    "[": OPEN,
    "{": OPEN,
    ")": CLOSE,
    "]": CLOSE,
    "}": CLOSE,
}
_NAMING = frozenset((NAME, SALT, NOT_DRUG, MODIFIER))
_STOPS = re.compile(r"[][{};|]")
_NOTHING: tuple[None, Longer] = (None, {})
_MARKED_WORD = re.compile(r"([^a-z0-9%]*?)(\d+(?:[.,]\d+)*|\.\d+|[a-z]+|%)")
_CHUNKS = 1 << 14
SHORT_FIGURE = 3
BREAK = "|"

Piece = Meaning | str


class Line(NamedTuple):
    """A cut line. `name`: meanings, unknown words and marks in order; `strength`: numbers, units and marks, with
    `BREAK` where something else stood between; `product`: forms and routes."""

    name: tuple[Piece, ...]
    strength: tuple[str, ...]
    product: tuple[Meaning, ...]


def cut(text: str, vocabulary: Vocabulary) -> Line:
    """Cut one line. Makers, packaging and unknown words in brackets are left out."""
    words, before = _words(text)
    phrases, spelled, units = vocabulary.phrases, vocabulary.spelled_out, vocabulary.units
    plain = None if spelled.keys().isdisjoint(words) else [spelled.get(word, word) for word in words]
    name: list[Piece] = []
    strength: list[str] = []
    product: list[Meaning] = []
    place, count, depth, after = 0, len(words), 0, ""
    while place < count:
        word, marks = words[place], before[place]
        meaning, longer = phrases.get(word, _NOTHING)
        length = 0 if meaning is None else 1
        if plain is not None or (longer and place + 1 < count and words[place + 1] in longer):
            length, meaning = _longest(vocabulary, words, plain, before, place)
        if marks and (marks[0] in "([{)]}" or len(marks) > 1):
            depth = _brackets(name, marks, depth)
        if word[-1].isdigit() and length < 2 and not (count == 1 and meaning is not None):
            if place and len(words[place - 1]) == 1 and _is_of_a_name(words, vocabulary, place):
                place += 1
                continue
            strength += _joined(marks, strength)
            strength.append(word)
            after, place = "number", place + 1
            continue
        unit = units.get(word) if after and length < 2 else None
        if unit is not None and ("/" in marks or (after == "number" and unit.kind != "piece" and marks in ("", "-"))):
            strength += _joined(marks, strength)
            strength.append(word)
            after, place = "unit", place + 1
            continue
        if strength and strength[-1] != BREAK:
            strength.append(BREAK)
        place += length or 1
        after = "number" if length > 1 and words[place - 1][-1].isdigit() else ""  # "Jevity 1.5 cal"
        if meaning is None:
            if word.isalpha() and not depth and word not in units:
                if marks:
                    _join(name, marks)
                name.append(word)
        elif meaning.kind in _NAMING:
            if marks:
                _join(name, marks)
            name.append(meaning)
        elif meaning.kind in (FORM, ROUTE):
            device = vocabulary.not_drugs.get(meaning.phrase) if not name and not product else None
            if device is not None and device.detail in ("device", "equipment"):  # "syringe, insulin 0.5 ml"
                _join(name, marks)
                name.append(device)
            product.append(meaning)
        elif meaning.kind == JOINER and name:
            _mark(name, JOIN)
        elif meaning.kind == DISSOLVED and name:
            _mark(name, IN)
        elif meaning.kind == ABSENT:
            name.append(LACKS)
    while name and name[-1] == OPEN:
        name.pop()
    return Line(tuple(name), tuple(strength), tuple(product))


def _is_of_a_name(words: list[str], vocabulary: Vocabulary, at: int) -> bool:
    """The 6 of "B6", the 3 of "D3", where no unit follows: also behind a phrase that ends in the letter."""
    following = words[at + 1] if at + 1 < len(words) else ""
    short = len(words[at]) < SHORT_FIGURE
    return short and f"{words[at - 1]} {words[at]}" in vocabulary.names and following not in vocabulary.units


def _brackets(name: list[Piece], marks: str, depth: int) -> int:
    """Keep brackets around names, drop empty ones; gives the new depth."""
    for mark in marks:
        kind = _MARKS.get(mark)
        if kind == OPEN:
            depth += 1
            name.append(OPEN)
        elif kind == CLOSE and depth:
            depth -= 1
            if name and name[-1] == OPEN:
                name.pop()
            else:
                name.append(CLOSE)
    return depth


def _words(text: str) -> tuple[list[str], list[str]]:
    """Words and numbers of a text, and the marks that stand before each; spaces are no marks."""
    words: list[str] = []
    before: list[str] = []
    pending = ""
    for chunk in text.split():
        found, marks, after = _chunk(chunk)
        if found:
            words += found
            before += marks
            if pending:
                before[-len(marks)] = pending + marks[0]
                pending = ""
        if after:
            pending += after
    return words, before


@lru_cache(_CHUNKS)
def _chunk(text: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Words and numbers of a text without spaces, the marks before each, and the marks behind the last.

    The same chunks stand in many lines: "tablets", "20mg", "(Teva".
    """
    folded = wording.fold(text)
    found = list(_MARKED_WORD.finditer(folded))
    after = folded[found[-1].end() :] if found else folded
    marks = tuple(each[1].replace(" ", "") for each in found)
    return tuple(each[2] for each in found), marks, after.replace(" ", "")


def _longest(
    vocabulary: Vocabulary, words: list[str], plain: list[str] | None, before: list[str], at: int
) -> tuple[int, Meaning | None]:
    """Length and meaning of the longest phrase at a place, as written or with abbreviations spelled out."""
    length, meaning = _phrase_at(vocabulary, words, before, at)
    if plain is not None:
        other_length, other = _phrase_at(vocabulary, plain, before, at)
        if other_length > length:
            return other_length, other
    return length, meaning


def _phrase_at(vocabulary: Vocabulary, words: list[str], before: list[str], at: int) -> tuple[int, Meaning | None]:
    """A phrase never reaches over a square bracket or a semicolon, and never ends in the number of a strength:
    "aspirin 81" is a name, "aspirin 81 mg" is aspirin."""
    meaning, longer = vocabulary.phrases.get(words[at], _NOTHING)
    if longer and at + 1 < len(words):
        for candidate, longest in longer.get(words[at + 1], ()):
            end = at + len(candidate)
            if tuple(words[at:end]) != candidate or _STOPS.search("".join(before[at + 1 : end])):
                continue
            numbered = candidate[-1][-1].isdigit()
            if numbered and (
                ")" in before[end - 1] or (end < len(words) and words[end] in vocabulary.units and not before[end])
            ):
                continue
            return len(candidate), longest
    return (0, None) if meaning is None else (1, meaning)


def _joined(marks: str, strength: list[str]) -> list[str]:
    """The mark between two parts of a strength, if it belongs to the strength."""
    if not strength or strength[-1] == BREAK:
        return []
    if marks in ("/", "-", "+"):
        return [marks]
    return [BREAK] if marks else []


def _join(name: list[Piece], marks: str) -> None:
    """Keep of the marks before a piece those that say how it belongs to the one before."""
    for mark in marks:
        kind = _MARKS.get(mark)
        if kind in (JOIN, HYPHEN, ","):
            _mark(name, kind)


def _mark(name: list[Piece], mark: str) -> None:
    """Keep a mark only between names, and the strongest of several."""
    if not name or name[-1] in (OPEN, JOIN, IN):
        return
    if name[-1] in (HYPHEN, ","):
        name.pop()
    name.append(mark)
