"""The pieces of a name in order: names, words left over, devices, modifiers, and what something is dissolved in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from medcramp.knowledge.vocabulary import MODIFIER, NAME, NOT_DRUG, SALT, Meaning, Vocabulary
from medcramp.recognise.lines import CLOSE, HYPHEN, IN, JOIN, LACKS, OPEN, Piece
from medcramp.recognise.named import Hit, Near

UNNAMED = Meaning(NAME, "")
"""Stands for a word that no table knows: a cation beside it is the salt of something, never an electrolyte."""
SHORT_WORD = 3


@dataclass(slots=True)
class Walked:
    """What stands in the name part of a line, sorted; `solvents` stand behind "in", `lacking` behind "without"."""

    hits: list[Hit] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    joined_rest: list[str] = field(default_factory=list)
    devices: list[Meaning] = field(default_factory=list)
    modifiers: list[str] = field(default_factory=list)
    solvents: list[Hit] = field(default_factory=list)
    lacking: list[Meaning] = field(default_factory=list)


def walk(name: tuple[Piece, ...], vocabulary: Vocabulary, near: Mapping[str, Near]) -> Walked:
    """Sort the pieces; `near` holds what is known of unknown words."""
    found = Walked()
    depth, place = 0, 0
    pending = ""
    dissolved = False
    beside: Meaning | None = None  # the name a following salt belongs to
    outside: Meaning | None = None  # the same, before the bracket: "warfarin (Coumadin) sodium"
    while place < len(name):
        piece = name[place]
        if isinstance(piece, str):
            if piece in (OPEN, CLOSE):
                outside = beside if piece == OPEN and not depth else outside
                depth = max(0, depth + (1 if piece == OPEN else -1))
                pending = ""
                beside = beside if depth else outside
            elif piece in (JOIN, HYPHEN, ","):
                pending = piece
                beside = beside if piece != JOIN else None
            elif piece == IN:
                dissolved, beside = True, None
            elif piece == LACKS:
                place += _lacking(name, place, found)
                pending = ""
                continue
            else:
                known = len(found.hits)
                length = _add_unknown(name, place, depth, pending, near, found)
                pending, place = "", place + length
                beside = found.hits[-1].meaning if len(found.hits) > known else UNNAMED
                continue
        elif piece.kind == SALT:
            if pending == JOIN and not _is_next_name(name, place):  # "atenolol/chlor": a component, whatever it is
                found.rest.append(piece.phrase)
                found.joined_rest.append(piece.phrase)
            pending = ""
        elif piece.kind == NOT_DRUG:
            found.devices.append(piece)
            pending, beside = "", None
        elif piece.kind == MODIFIER:
            found.modifiers += [piece.phrase] if not depth else []
            pending = ""
        elif _is_beside(piece, name, place, depth, beside, vocabulary):
            pending = ""
        else:
            hit = Hit(piece, pending in (JOIN, HYPHEN), None, depth > 0)
            dissolved = dissolved and is_carrier(piece, vocabulary)
            (found.solvents if dissolved else found.hits).append(hit)
            pending, beside = "", piece
        place += 1
    if not found.hits:
        found.hits, found.solvents = found.solvents, []
    return found


def _lacking(name: tuple[Piece, ...], place: int, found: Walked) -> int:
    """Take what stands behind "without": a salt and one name, or one word; returns how many pieces that covers."""
    length = 1
    for piece in name[place + 1 :]:
        if isinstance(piece, Meaning) and piece.kind == NAME:
            found.lacking.append(piece)
        elif not is_word(piece) and not (isinstance(piece, Meaning) and piece.kind == SALT):
            break
        length += 1
        if isinstance(piece, str) or piece.kind == NAME:
            break
    return length


def _is_next_name(name: tuple[Piece, ...], place: int) -> bool:
    """Does a name or an unknown word follow right behind ("/ sodium valproate")?"""
    following = name[place + 1] if place + 1 < len(name) else ""
    return is_word(following) or (isinstance(following, Meaning) and following.kind == NAME)


def _is_beside(
    piece: Meaning, name: tuple[Piece, ...], place: int, depth: int, beside: Meaning | None, vocabulary: Vocabulary
) -> bool:
    """A name that names nothing here: the maker of the drug, or its salt."""
    if piece.maker and (depth or _other_names(name, piece)):
        return True
    return piece.salt and (_follows_drug(beside, vocabulary) or _leads_drug(name, place, vocabulary))


def _other_names(name: tuple[Piece, ...], maker: Meaning) -> bool:
    """A maker that is a brand too (Bayer) is the maker when the line names anything else."""
    return any(isinstance(piece, Meaning) and piece.kind == NAME and piece is not maker for piece in name)


def _add_unknown(
    name: tuple[Piece, ...],
    place: int,
    depth: int,
    pending: str,
    near: Mapping[str, Near],
    found: Walked,
) -> int:
    """Take the run of unknown words at `place`; returns how many pieces it covers."""
    end, run = place, []
    while end < len(name):
        piece = name[end]
        if isinstance(piece, str) and is_word(piece):
            run.append(piece)
        elif not (piece == HYPHEN and end + 1 < len(name) and is_word(name[end + 1])):
            break
        end += 1
    if depth:
        return end - place
    joined_after = end < len(name) and name[end] in (JOIN, HYPHEN) and end + 1 < len(name)
    whole = near.get(" ".join(run))
    if whole is not None:
        found.hits.append(_near_hit(whole, pending in (JOIN, HYPHEN)))
        return end - place
    for word in run:
        likely = near.get(word)
        if likely is not None:
            found.hits.append(_near_hit(likely, pending in (JOIN, HYPHEN)))
        else:
            found.rest.append(word)
            if len(word) > 2 and (pending == JOIN or (joined_after and word == run[-1])):
                found.joined_rest.append(word)
        pending = ""
    return end - place


def _near_hit(found: Near, joined: bool) -> Hit:
    return Hit(found.meaning or Meaning(NAME, " or ".join(found.options)), joined, found)


def is_word(piece: object) -> bool:
    """Is it a word that no table knows?"""
    return isinstance(piece, str) and piece.isalpha()


def _follows_drug(beside: Meaning | None, vocabulary: Vocabulary) -> bool:
    """A cation right after a drug is its salt, unless that is itself a mineral or a supplement."""
    if beside is UNNAMED:
        return True
    if beside is None or beside.salt:
        return False
    parts = [part for meaning in beside.meanings for part in meaning]
    return all(vocabulary.kinds.get(part, "drug") in ("drug", "otc", "diagnostic") for part in parts)


def _leads_drug(name: tuple[Piece, ...], place: int, vocabulary: Vocabulary) -> bool:
    """A cation right before a drug ("sodium valproate"), or before a word that may be one, is its salt."""
    following = name[place + 1] if place + 1 < len(name) else ""
    if isinstance(following, str) and is_word(following) and len(following) > SHORT_WORD:
        return True
    if isinstance(following, str) or following.kind != NAME or following.salt:
        return False
    return _follows_drug(following, vocabulary)


def is_carrier(meaning: Meaning, vocabulary: Vocabulary) -> bool:
    """Does it name nothing but what drugs are dissolved in?"""
    if meaning.phrase in vocabulary.carriers:
        return True
    parts = meaning.ingredients
    return bool(parts) and not meaning.brand and all(part in vocabulary.carriers for part in parts)
