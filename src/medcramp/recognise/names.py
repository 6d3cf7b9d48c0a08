"""From the name part of a line to ingredients: salts, combinations, brands beside generics, what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from medcramp.knowledge.vocabulary import ABBREVIATION, MODIFIER, NAME, NOT_DRUG, SALT, Meaning, Vocabulary
from medcramp.recognise.combine import combine
from medcramp.recognise.lines import CLOSE, HYPHEN, IN, JOIN, LACKS, OPEN, Piece
from medcramp.recognise.named import (
    AMBIGUOUS,
    APPROXIMATE,
    NOT_A_DRUG,
    UNKNOWN,
    Hit,
    Named,
    Near,
    Settle,
)

UNNAMED = Meaning(NAME, "")
"""Stands for a word that no table knows: a cation beside it is the salt of something, never an electrolyte."""
SHORT_WORD = 3
ALTERNATIVELY = "or"
DEVICES = ("device", "test", "supply")
CARRIER = "carrier"
EQUIPMENT = "equipment"
"""What is a device when the line begins with it ("tape, paper"), and may be a form behind a drug (clonazepam wafer)."""


def unknown_chunks(name: tuple[Piece, ...]) -> list[str]:
    """Runs of words outside brackets that no table knows; each run, and each of its words, may be a name misspelt."""
    chunks: list[str] = []
    for piece in name:
        if isinstance(piece, str) and piece.isalpha():
            break
    else:
        return chunks
    run: list[str] = []
    depth = 0
    for piece in (*name, CLOSE):
        if isinstance(piece, str) and _is_word(piece) and not depth:
            run.append(piece)
            continue
        if piece == HYPHEN and run:
            continue
        if run:
            chunks += [" ".join(run), *(run if len(run) > 1 else ())]
            run = []
        depth += {OPEN: 1, CLOSE: -1}.get(piece, 0) if isinstance(piece, str) else 0
        depth = max(depth, 0)
    return chunks


def without_salts(name: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The drug alone when the line names nothing but one drug and its salts (most lines do), else `name` as it is."""
    drug: Meaning | None = None
    for piece in name:
        if isinstance(piece, str):
            return name
        if piece.kind != SALT:
            if drug is not None or not piece.ingredients:
                return name
            drug = piece
    return name if drug is None else (drug,)


def interpret(name: tuple[Piece, ...], vocabulary: Vocabulary, near: Mapping[str, Near], settle: Settle) -> Named:
    """What the name part of a line says. `near` holds what is known of its unknown words (see `unknown_chunks`)."""
    if len(name) == 1 and isinstance(name[0], Meaning) and name[0].ingredients:
        return combine([Hit(name[0], False)], settle, False)
    walked = _walk(name, vocabulary, near)
    rest, joined_rest, devices, modifiers = walked.rest, walked.joined_rest, walked.devices, walked.modifiers
    hits = _without_far_guesses(walked.hits, rest, joined_rest)
    main = [hit for hit in hits if not hit.bracket]
    if devices and _is_device(name, main) and not _dissolves_unknown(name, devices):
        return Named(NOT_A_DRUG, match=devices[0].phrase, score=100.0, notes=(devices[0].detail,))
    if not hits:
        return _nothing_found(rest, near)
    used = main or hits
    if _mostly_guessed(used, rest) or (
        _leads_unknown(name) and all(_is_carrier(hit.meaning, vocabulary) for hit in used)
    ):
        names = tuple(dict.fromkeys(hit.meaning.phrase for hit in used))
        return Named(AMBIGUOUS, match=" / ".join(names), candidates=names, notes=(f"not understood: {' '.join(rest)}",))
    prefix = _foreign_prefix(name)
    if prefix:
        return Named(
            AMBIGUOUS, match=prefix, candidates=(prefix.split("-")[1],), notes=(f"{prefix} may be something else",)
        )
    if ALTERNATIVELY in rest and len({hit.meaning.meanings for hit in used}) > 1:
        names = tuple(dict.fromkeys(hit.meaning.phrase for hit in used))
        return Named(AMBIGUOUS, match=" / ".join(names), candidates=names, notes=("one or the other",))
    hits, carriers = _without_carriers(hits, walked.solvents, vocabulary)
    named = combine(hits, settle, bool(rest))
    if named.status == AMBIGUOUS:
        return named
    if any(part in named.ingredients for lacked in walked.lacking for part in lacked.ingredients):
        names = tuple(dict.fromkeys(hit.meaning.phrase for hit in used))
        return Named(AMBIGUOUS, match=" / ".join(names), candidates=names, notes=("said not to contain what it does",))
    if any(hit.meaning.brand for hit in used):
        modifiers += [f"without {lacked.phrase}" for lacked in walked.lacking]
    notes = [*named.notes, *(f"carrier left out: {carrier}" for carrier in carriers)]
    carriers += [device.phrase for device in devices if device.phrase in vocabulary.carriers]
    status = named.status
    left = [word for word in rest if word not in joined_rest]
    brand_only = all(hit.meaning.brand for hit in used)
    if joined_rest:
        status = APPROXIMATE
        notes.append(f"not understood: {' '.join(joined_rest)}")
    if left:
        notes.append(f"not understood: {' '.join(left)}")
        leading = _leads_unknown(name) and name[0] in left
        bare_cation = any(hit.meaning.salt for hit in used)  # "sodium bic": the rest may be its anion
        status = APPROXIMATE if brand_only or leading or bare_cation or not main else status
    if (left or modifiers) and any(hit.meaning.phrase in vocabulary.stretched for hit in used):
        names = tuple(dict.fromkeys(hit.meaning.phrase for hit in used))
        differ = f"products called {' / '.join(names)} differ in what they contain"
        return replace(named, status=AMBIGUOUS, ingredients=(), candidates=names, notes=(*notes, differ))
    if modifiers and not _covered(modifiers, used):
        status = APPROXIMATE
        notes.append(f"may change what it contains: {' '.join(modifiers)}")
    if not carriers and status == named.status and len(notes) == len(named.notes):
        return named
    return replace(named, status=status, notes=tuple(notes), carriers=tuple(carriers))


@dataclass(slots=True)
class _Walked:
    """What stands in the name part of a line, sorted; `solvents` stand behind "in", `lacking` behind "without"."""

    hits: list[Hit] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    joined_rest: list[str] = field(default_factory=list)
    devices: list[Meaning] = field(default_factory=list)
    modifiers: list[str] = field(default_factory=list)
    solvents: list[Hit] = field(default_factory=list)
    lacking: list[Meaning] = field(default_factory=list)


def _walk(name: tuple[Piece, ...], vocabulary: Vocabulary, near: Mapping[str, Near]) -> _Walked:
    found = _Walked()
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
            dissolved = dissolved and _is_carrier(piece, vocabulary)
            (found.solvents if dissolved else found.hits).append(hit)
            pending, beside = "", piece
        place += 1
    if not found.hits:
        found.hits, found.solvents = found.solvents, []
    return found


def _lacking(name: tuple[Piece, ...], place: int, found: _Walked) -> int:
    """Take what stands behind "without": a salt and one name, or one word; returns how many pieces that covers."""
    length = 1
    for piece in name[place + 1 :]:
        if isinstance(piece, Meaning) and piece.kind == NAME:
            found.lacking.append(piece)
        elif not _is_word(piece) and not (isinstance(piece, Meaning) and piece.kind == SALT):
            break
        length += 1
        if isinstance(piece, str) or piece.kind == NAME:
            break
    return length


def _is_next_name(name: tuple[Piece, ...], place: int) -> bool:
    """Does a name or an unknown word follow right behind ("/ sodium valproate")?"""
    following = name[place + 1] if place + 1 < len(name) else ""
    return _is_word(following) or (isinstance(following, Meaning) and following.kind == NAME)


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
    found: _Walked,
) -> int:
    """Take the run of unknown words at `place`; returns how many pieces it covers."""
    end, run = place, []
    while end < len(name):
        piece = name[end]
        if isinstance(piece, str) and _is_word(piece):
            run.append(piece)
        elif not (piece == HYPHEN and end + 1 < len(name) and _is_word(name[end + 1])):
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


def _is_word(piece: object) -> bool:
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
    if isinstance(following, str) and _is_word(following) and len(following) > SHORT_WORD:
        return True
    if isinstance(following, str) or following.kind != NAME or following.salt:
        return False
    return _follows_drug(following, vocabulary)


def _is_device(name: tuple[Piece, ...], main: list[Hit]) -> bool:
    """A device stands alone, or right behind the drug it is for ("insulin pen needle"), not beside strength or salt."""
    if not main or (
        isinstance(name[0], Meaning) and name[0].kind == NOT_DRUG and name[0].detail in (*DEVICES, EQUIPMENT)
    ):
        return True
    pieces = [piece for piece in name if not (isinstance(piece, str) and piece in (OPEN, CLOSE))]
    for before, piece in pairwise(pieces):
        if isinstance(piece, Meaning) and piece.kind == NOT_DRUG and piece.detail in DEVICES:
            return isinstance(before, Meaning) and before.kind in (NAME, NOT_DRUG)
    return False


def _dissolves_unknown(name: tuple[Piece, ...], devices: list[Meaning]) -> bool:
    """ "…mab powder with diluent": what comes with an unknown name does not make it a device."""
    return _leads_unknown(name) and all(device.detail == CARRIER for device in devices)


def _leads_unknown(name: tuple[Piece, ...]) -> bool:
    """The line begins with a word that no table knows and that is long enough to be a name."""
    first = name[0]
    return isinstance(first, str) and _is_word(first) and len(first) > SHORT_WORD


def _nothing_found(rest: list[str], near: Mapping[str, Near]) -> Named:
    return Named(UNKNOWN, match="", notes=(f"not understood: {' '.join(rest)}",) if rest else ("no name",))


def _without_far_guesses(hits: list[Hit], rest: list[str], joined_rest: list[str]) -> list[Hit]:
    """Beside a certain name, a word near several names, or near a brand it is not joined to, is just not understood:
    "liposome" behind a drug is no second drug."""
    if not any(hit.near is None and hit.meaning.ingredients for hit in hits):
        return hits
    kept = []
    for hit in hits:
        near = hit.near
        open_question = near is not None and near.status == AMBIGUOUS
        if near is not None and (open_question or (_is_guess(hit) and hit.meaning.brand and not hit.joined)):
            rest += near.chunk.split()
            joined_rest += near.chunk.split() if hit.joined else []
        else:
            kept.append(hit)
    return kept


def _without_carriers(hits: list[Hit], solvents: list[Hit], vocabulary: Vocabulary) -> tuple[list[Hit], list[str]]:
    """What a drug is dissolved in ("in NaCl") is no component beside it; returns the rest and the names left out."""
    carriers = [hit for hit in hits if _is_carrier(hit.meaning, vocabulary)]
    if not carriers:
        return hits, [hit.meaning.phrase for hit in solvents]
    others = [hit for hit in hits if hit not in carriers]
    if not any(vocabulary.kinds.get(part) == "drug" for hit in others for part in hit.meaning.ingredients):
        others, carriers = hits, []
    return others, [hit.meaning.phrase for hit in (*carriers, *solvents)]


def _is_carrier(meaning: Meaning, vocabulary: Vocabulary) -> bool:
    if meaning.phrase in vocabulary.carriers:
        return True
    parts = meaning.ingredients
    return bool(parts) and not meaning.brand and all(part in vocabulary.carriers for part in parts)


def _mostly_guessed(hits: list[Hit], rest: list[str]) -> bool:
    """A guess or an abbreviation among words that mean nothing here is chance, not a drug."""
    weak = [hit for hit in hits if _is_guess(hit) or _is_short(hit.meaning)]
    return len(weak) == len(hits) and any(len(word) > SHORT_WORD for word in rest)


def _is_guess(hit: Hit) -> bool:
    return hit.near is not None and hit.near.status == APPROXIMATE


def _is_short(meaning: Meaning) -> bool:
    return meaning.detail == ABBREVIATION and len(meaning.phrase) <= SHORT_WORD


def _foreign_prefix(name: tuple[Piece, ...]) -> str:
    """ "beta-adalat": an unknown word hyphened before a brand makes another product of it."""
    for first, mark, second in zip(name, name[1:], name[2:], strict=False):
        if mark == HYPHEN and _is_word(first) and isinstance(second, Meaning) and second.kind == NAME and second.brand:
            return f"{first}-{second.phrase}"
    return ""


def _covered(modifiers: list[str], used: list[Hit]) -> bool:
    """A modifier matters only after a brand or when nothing says what it adds."""
    return not any(hit.meaning.brand for hit in used) and len(used) > 1
