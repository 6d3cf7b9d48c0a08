"""A medicine with its directions in one text: "Furosemide 40 mg tablet - take 1 daily, 28 tablet" → its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medcramp.knowledge.columns import Columns
from medcramp.knowledge.drug_words import AMOUNT, form_words
from medcramp.read.meaning import looks_like_directions, says_how_often
from medcramp.read.values import number, tidy

BULLET = re.compile(r"^\s*(?:\(?\d{1,2}[.)]\s+|[-*•·–▪]\s*)")
DASH = re.compile(r"\s+[-–—:]\s+|:\s+")
AMOUNT_AT_END = re.compile(r",\s*(?P<count>\d+(?:[.,]\d+)?)\s*(?P<unit>[^\W\d_][^,\d]{0,30})$")
LABELLED_AMOUNT = re.compile(
    r"[,;(\s]+(?:#\s*|qty:?\s*|quantity:?\s*|disp:?\s*|dispense:?\s*)(?P<count>\d+(?:\.\d+)?)\b\)?[^\d]*$",
    re.IGNORECASE,
)
TOKEN = re.compile(r"\S+")
COUNT = re.compile(r"^(?:\d+(?:[.,/]\d+)?(?:\s*-\s*\d+(?:[.,/]\d+)?)?|½|¼|¾)$")
COUNTED = re.compile(r"^units?$", re.IGNORECASE)
"""An amount taken ("20 units at bedtime") where it is said how often, else a strength ("vitamin D 400 units")."""
JOINING = {"to", "up", "or", "be", "a", "at", "in", "on", "with", "as", "before", "after"}
"""Words that join a number of units to when they are taken: "One At Night"."""
MASS = re.compile(r"^(?:mg|mcg|µg|μg|ug|g|gm|meq|mmol|iu|%|mg/.*|mcg/.*|units?(?:/.*)?)[,;]?$", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """The parts of a medicine line; empty text = not said."""

    drug: str
    sig: str = ""
    quantity: str = ""


def split_line(text: str, columns: Columns) -> Line:
    """Part a line into medicine, directions and amount supplied, where it clearly holds them."""
    text = tidy(BULLET.sub("", tidy(text)))
    quantity = ""
    if found := LABELLED_AMOUNT.search(text):
        quantity, text = number(found["count"], False) or "", text[: found.start()].rstrip(" ,;")
    elif (found := AMOUNT_AT_END.search(text)) and not MASS.match(found["unit"].split()[0]):
        words = set(re.findall(r"[^\W\d_]+", found["unit"].lower()))
        if words & form_words() or words & {"dose", "doses", "ml", "gram", "grams", "pack", "packs", "op"}:
            quantity, text = number(found["count"], "," in found["count"]) or "", text[: found.start()]
    for dash in DASH.finditer(text):
        drug, sig = text[: dash.start()].strip(), text[dash.end() :].strip()
        if any(c.isalpha() for c in drug) and looks_like_directions(sig, columns):
            return Line(drug, sig, quantity)
    start = _directions_start(text, columns)
    if start:
        return Line(text[:start].rstrip(" ,;:-"), text[start:].strip(), quantity)
    return Line(text, "", quantity)


def _directions_start(text: str, columns: Columns) -> int:
    """Where directions begin, or 0: after a strength or a form, at a verb, a count of units, or a frequency."""
    tokens = [(found.start(), found[0].lower().strip(",;()")) for found in TOKEN.finditer(text)]
    described = False
    for place, (start, word) in enumerate(tokens):
        following = tokens[place + 1][1] if place + 1 < len(tokens) else ""
        strength = MASS.match(following) and not (COUNTED.match(following) and says_how_often(text[start:], columns))
        if not (place and described) or strength:
            pass
        elif _begins(word, following, tokens[place + 2 :], columns) and looks_like_directions(text[start:], columns):
            return start
        described = described or word in form_words() or bool(AMOUNT.search(text[: start + len(word)]))
    return 0


def _begins(word: str, following: str, later: list[tuple[int, str]], columns: Columns) -> bool:
    kind = columns.sig_words.get(word, "")
    next_kind = columns.sig_words.get(following, "")
    if kind in {"verb", "frequency", "route"}:
        return True
    if kind == "number" or COUNT.match(word):
        after = {following, *(text for _, text in later[:2])}
        return bool(next_kind) or bool(after & JOINING) or following in form_words()
    return False
