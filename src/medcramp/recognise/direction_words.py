"""Directions as words: what was glued together comes apart; times of day and schedules written in figures are found."""

from __future__ import annotations

import re
from collections.abc import Mapping

from medcramp.knowledge import wording

Lexicon = Mapping[str, tuple[tuple[tuple[str, ...], str, str], ...]]
"""First word → (words, kind, value), longest first."""

_GLUED = re.compile(
    r"^(bid|tid|qid|qhs|qam|qd|daily|hr|prn|int|days?|hrs?|bedtime)(x|prn|w|as|int|instr|for|po|with).*$"
)
_TIME_OF_DAY = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_BEFORE_CLOCK = frozenset(("at", "@", "and", "&", ",", "um", "a"))
_MOST_AT_ONCE = 4


def words_of(sig: str, lexicon: Lexicon) -> list[str]:
    """Words, numbers and marks of a text, folded."""
    words: list[str] = []
    for token in wording.tokens(wording.fold(sig)):
        words += (token,) if token in lexicon else _unglued(token, lexicon)
    return words


def _unglued(token: str, lexicon: Lexicon) -> list[str]:
    """A word without meaning as words that were glued together: "tidprnas", "painprnas", "bidx", "xday"."""
    before, prn, _ = token.partition("prn")
    if prn and before:
        return [before, prn]
    if token[0] == "x" and token[1:] in lexicon:
        return ["x", token[1:]]
    glued = _GLUED.match(token)
    if not glued:
        return [token]
    return [glued[1], "x"] if token[len(glued[1]) :] == "x" else [glued[1]]


def clock_time(words: list[str], at: int) -> int:
    """Length of a time by the 24-hour clock ("at 0800", "@ 08:00 and 20:00"); 0 when none stands here."""
    before = words[at - 1] if at else ""
    if not words[at].isdigit() or not (before in _BEFORE_CLOCK or (len(before) == 4 and before.isdigit())):
        return 0
    if _TIME_OF_DAY.fullmatch(words[at]):
        return 1
    apart = words[at + 1 : at + 3]
    whole = f"{words[at]:>02}{apart[1]}" if len(apart) == 2 and apart[0] == ":" else ""
    half_day = words[at + 3 : at + 4] in (["am"], ["pm"], ["a"], ["p"])
    return 3 if _TIME_OF_DAY.fullmatch(whole) and not half_day else 0


def schedule(words: list[str], at: int) -> int:
    """Length of "1-1-1" or "2-1-1-1", the tablets of each part of the day; 0 when none stands here.

    Those with a nought are joined with the other numbers.
    """
    end = at
    while end < len(words) and words[end].isdigit() and 1 <= int(words[end][:3]) <= _MOST_AT_ONCE:
        end += 1
        if words[end : end + 1] != ["-"]:
            break
        end += 1
    apart = not at or words[at - 1] not in ("-", "/")
    return end - at if end - at in (5, 7) and apart and words[end : end + 1] != ["/"] else 0
