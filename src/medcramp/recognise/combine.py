"""One product out of all names of a line."""

from __future__ import annotations

from dataclasses import replace

from medcramp.knowledge.vocabulary import Meaning
from medcramp.recognise.named import AMBIGUOUS, APPROXIMATE, NORMALISED, Hit, Named, Settle


def combine(hits: list[Hit], settle: Settle, partner: bool) -> Named:
    """One product out of all names of a line: a brand beside its generics is one, generics beside each other add up."""
    if len(hits) == 1 and hits[0].near is None and hits[0].meaning.ingredients:
        return _alone(hits[0].meaning)
    sure = [hit for hit in hits if hit.meaning.ingredients]
    known = {part for hit in sure for part in hit.meaning.ingredients}
    named = {hit.meaning.phrase for hit in sure}
    clear: list[Hit] = []
    notes: list[str] = []
    for hit in hits:
        if hit in sure:
            clear.append(hit)
        elif not (hit.near and named.intersection(hit.near.options)):
            chosen, why = _settled(hit.meaning, known, settle, partner)
            if not chosen:
                return _ambiguous(hits, hit)
            clear.append(replace(hit, meaning=replace(hit.meaning, meanings=(chosen,))))
            notes.append(f"{hit.meaning.phrase} → {' + '.join(chosen)}{f' ({why})' if why else ''}")
    clear.sort(key=lambda hit: hit.bracket)
    clear = [hit for hit in clear if not _said_better(hit, clear)]
    generics = [hit for hit in clear if not hit.meaning.brand]
    brands = [hit for hit in clear if hit.meaning.brand]
    have = {part for hit in generics for part in hit.meaning.ingredients}
    unsaid = next((hit.meaning.phrase for hit in brands if not have.issuperset(hit.meaning.ingredients)), "")
    for hit in brands:
        parts = set(hit.meaning.ingredients)
        if have and not (have <= parts or parts <= have) and not any(other.joined for other in clear):
            return _conflict(hits)
        have |= parts
    plain = all(len(hit.meaning.ingredients) == 1 for hit in brands)  # then the order is the printed one
    order = clear if plain else (*generics, *brands)
    ingredients = dict.fromkeys(part for hit in order for part in hit.meaning.ingredients)
    notes += [note for hit in clear if (note := _changed(hit))]
    status = APPROXIMATE if any(hit.near and hit.near.status == APPROXIMATE for hit in clear) else NORMALISED
    first = next((hit.meaning for hit in (*brands, *generics) if hit.meaning.route or hit.meaning.form), None)
    return Named(
        status,
        tuple(ingredients),
        match=" / ".join(dict.fromkeys(hit.meaning.phrase for hit in clear)),
        score=min((hit.near.score for hit in clear if hit.near), default=100.0),
        notes=tuple(dict.fromkeys(notes)),
        route=first.route if first else "",
        form=first.form if first else "",
        brand="" if plain and generics else unsaid,
    )


def _alone(meaning: Meaning) -> Named:
    """A name beside which no other stands."""
    note = _changed(Hit(meaning, False))
    return Named(
        NORMALISED,
        meaning.ingredients,
        meaning.phrase,
        100.0,
        (note,) if note else (),
        (),
        meaning.route,
        meaning.form,
        meaning.phrase if meaning.brand else "",
    )


def _said_better(hit: Hit, hits: list[Hit]) -> bool:
    """A general name that another name of the line says better: insulin beside insulin lispro or its brand."""
    if len(hit.meaning.ingredients) != 1:
        return False
    words = set(hit.meaning.ingredients[0].split())
    beside = [other for other in hits if other is not hit and not (other.joined or hit.joined)]
    return any(words < set(part.split()) for other in beside for part in other.meaning.ingredients)


def _changed(hit: Hit) -> str:
    if hit.near:
        return hit.near.note
    if not hit.meaning.brand and hit.meaning.ingredients != (hit.meaning.phrase,):
        return f"{hit.meaning.phrase} → {' + '.join(hit.meaning.ingredients)}"
    return ""


def _settled(meaning: Meaning, known: set[str], settle: Settle, partner: bool) -> tuple[tuple[str, ...], str]:
    """The meaning that the rest of the line already says or speaks for, and why; () when it stays open."""
    said = next((parts for parts in meaning.meanings if known.issuperset(parts)), ())
    return (said, "") if said or not meaning.meanings else settle(meaning, partner or bool(known))


def _ambiguous(hits: list[Hit], unclear: Hit) -> Named:
    near = unclear.near
    options = near.options if near else tuple(" + ".join(parts) for parts in unclear.meaning.meanings)
    note = near.note if near else f"{unclear.meaning.phrase} can mean {' or '.join(options)}"
    others = [hit.meaning.phrase for hit in hits if hit is not unclear]
    return Named(
        AMBIGUOUS,
        match=" / ".join([*others, unclear.meaning.phrase]),
        notes=(note,),
        candidates=options,
        score=near.score if near else 100.0,
    )


def _conflict(hits: list[Hit]) -> Named:
    named = tuple(dict.fromkeys(hit.meaning.phrase for hit in hits))
    return Named(
        AMBIGUOUS, match=" / ".join(named), candidates=named, notes=("the names in this line contradict each other",)
    )
