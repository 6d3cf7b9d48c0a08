"""Cut a drug line into what names the drug, what gives its strength, and what gives form and route.

Many lines differ in strength, form or maker only; each of the three parts is understood once per distinct value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from medcramp.knowledge import wording
from medcramp.knowledge.vocabulary import (
    FORM,
    JOINER,
    MAKER,
    MODIFIER,
    NAME,
    NOISE,
    NOT_DRUG,
    ROUTE,
    SALT,
    Meaning,
    Phrases,
    Unit,
    Vocabulary,
)

JOIN, HYPHEN, NUMBER = "/", "-", "#"
OPEN, CLOSE = "(", ")"
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
_STOPS = frozenset("[]{};+&|")
BREAK = "|"

Piece = Meaning | str


@dataclass(frozen=True, slots=True)
class Line:
    """A cut line. `name`: meanings, unknown words and marks in order; `strength`: numbers, units and marks, with
    `BREAK` where something else stood between; `product`: forms and routes; `dropped`: makers and noise words."""

    name: tuple[Piece, ...]
    strength: tuple[str, ...]
    product: tuple[Meaning, ...]


def cut(text: str, vocabulary: Vocabulary) -> Line:
    """Cut one line. Every word goes to exactly one part; makers and packaging words are left out."""
    words, before = _words(text)
    spelled = vocabulary.spelled_out
    plain = [spelled.get(word, word) for word in words]
    abbreviated = plain != words
    phrases, units = vocabulary.phrases, vocabulary.units
    name: list[Piece] = []
    strength: list[str] = []
    product: list[Meaning] = []
    place, count, after = 0, len(words), ""
    while place < count:
        word, marks = words[place], before[place]
        length, meaning = _longest(phrases, words, before, place, units)
        if abbreviated and length < count - place:
            other_length, other = _longest(phrases, plain, before, place, units)
            if other_length > length:
                length, meaning = other_length, other
        for mark in marks:
            kind = _MARKS.get(mark)
            if kind in (OPEN, CLOSE):
                name.append(kind)
        if wording.is_number(word) and length < 2:
            strength += _joined(marks, strength)
            strength.append(word)
            if not name or name[-1] != NUMBER:
                name.append(NUMBER)
            after, place = "number", place + 1
            continue
        unit = units.get(word) if after and length < 2 else None
        if unit is not None and ("/" in marks or (after == "number" and unit.kind != "piece" and marks in ("", "-"))):
            strength += _joined(marks, strength)
            strength.append(word)
            after, place = "unit", place + 1
            continue
        after = ""
        if strength and strength[-1] != BREAK:
            strength.append(BREAK)
        if meaning is None:
            if word.isalpha():
                _add(name, word, marks)
            place += 1
            continue
        if meaning.kind in (NAME, SALT, NOT_DRUG, MODIFIER):
            _add(name, meaning, marks)
        elif meaning.kind in (FORM, ROUTE):
            product.append(meaning)
        elif meaning.kind == JOINER and name:
            _mark(name, JOIN)
        elif meaning.kind not in (MAKER, NOISE, JOINER):
            raise AssertionError(meaning.kind)
        place += length
    for mark in before[count]:
        if _MARKS.get(mark) == CLOSE:
            name.append(CLOSE)
    return Line(tuple(name), tuple(strength), tuple(product))


def _words(text: str) -> tuple[list[str], list[str]]:
    """Words and numbers of a text, and the marks that stand before each (one more entry for those at the end)."""
    words: list[str] = []
    before = [""]
    for part in wording.tokens(wording.fold(text)):
        if part[0].isalnum() or part == "%" or (part[0] == "." and len(part) > 1):
            words.append(part)
            before.append("")
        else:
            before[-1] += part
    return words, before


def _longest(
    phrases: Phrases, words: list[str], before: list[str], at: int, units: Mapping[str, Unit]
) -> tuple[int, Meaning | None]:
    """Length and meaning of the longest phrase at a place.

    A phrase never reaches over a square bracket or a plus, and never ends in the number of a strength: "aspirin 81"
    is a name, "aspirin 81 mg" is aspirin.
    """
    for candidate, meaning in phrases.get(words[at], ()):
        length = len(candidate)
        if length == 1:
            return 1, meaning
        end = at + length
        if tuple(words[at:end]) != candidate or any(_STOPS.intersection(marks) for marks in before[at + 1 : end]):
            continue
        if candidate[-1][-1].isdigit() and end < len(words) and words[end] in units and before[end] in ("", "-"):
            continue
        return length, meaning
    return 0, None


def _joined(marks: str, strength: list[str]) -> list[str]:
    """The mark between two parts of a strength, if it belongs to the strength."""
    if not strength or strength[-1] == BREAK:
        return []
    if marks in ("/", "-", "+"):
        return [marks]
    return [BREAK] if marks else []


def _add(name: list[Piece], piece: Piece, marks: str) -> None:
    for mark in marks:
        kind = _MARKS.get(mark)
        if kind in (JOIN, HYPHEN, ","):
            _mark(name, kind)
    name.append(piece)


def _mark(name: list[Piece], mark: str) -> None:
    """Keep a mark only between names, and the strongest of several."""
    if not name or name[-1] in (OPEN, JOIN):
        return
    if name[-1] in (HYPHEN, ","):
        name.pop()
    name.append(mark)
