"""From the name part of a line to ingredients: salts, combinations, brands beside generics, what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from medcramp.knowledge.vocabulary import ABBREVIATION, NAME, NOT_DRUG, SALT, Meaning, Vocabulary
from medcramp.recognise.combine import combine
from medcramp.recognise.lines import CLOSE, HYPHEN, OPEN, Piece
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
from medcramp.recognise.walk import SHORT_WORD, is_carrier, is_word, walk

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
        if isinstance(piece, str) and is_word(piece) and not depth:
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
    walked = walk(name, vocabulary, near)
    rest, joined_rest, devices, modifiers = walked.rest, walked.joined_rest, walked.devices, walked.modifiers
    hits = _without_far_guesses(walked.hits, rest, joined_rest)
    main = [hit for hit in hits if not hit.bracket]
    if devices and _is_device(name, main) and not _dissolves_unknown(name, devices):
        return Named(NOT_A_DRUG, match=devices[0].phrase, score=100.0, notes=(devices[0].detail,))
    if not hits:
        return _nothing_found(rest, near)
    used = main or hits
    if _mostly_guessed(used, rest) or (
        _leads_unknown(name) and all(is_carrier(hit.meaning, vocabulary) for hit in used)
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
    return replace(named, status=status, notes=tuple(notes), carriers=tuple(carriers), rest=tuple(rest))


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
    return isinstance(first, str) and is_word(first) and len(first) > SHORT_WORD


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
    carriers = [hit for hit in hits if is_carrier(hit.meaning, vocabulary)]
    if not carriers:
        return hits, [hit.meaning.phrase for hit in solvents]
    others = [hit for hit in hits if hit not in carriers]
    if not any(vocabulary.kinds.get(part) == "drug" for hit in others for part in hit.meaning.ingredients):
        others, carriers = hits, []
    return others, [hit.meaning.phrase for hit in (*carriers, *solvents)]


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
        if mark == HYPHEN and is_word(first) and isinstance(second, Meaning) and second.kind == NAME and second.brand:
            return f"{first}-{second.phrase}"
    return ""


def _covered(modifiers: list[str], used: list[Hit]) -> bool:
    """A modifier matters only after a brand or when nothing says what it adds."""
    return not any(hit.meaning.brand for hit in used) and len(used) > 1
