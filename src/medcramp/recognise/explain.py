"""Explain how one drug line is recognised: what each tier found, what was decided, what it means."""

from __future__ import annotations

from collections.abc import Iterator

from medcramp.knowledge import Knowledge
from medcramp.knowledge.vocabulary import Meaning
from medcramp.recognise.items import Item, recognise_items
from medcramp.recognise.lines import cut
from medcramp.recognise.match import Matcher
from medcramp.recognise.names import unknown_chunks
from medcramp.records import no_progress

ARROWS = {"down": "lowers", "up": "raises", "variable": "may raise or lower"}


def explain(text: str, knowledge: Knowledge, jurisdiction: str = "") -> list[tuple[str, list[str]]]:
    """Headings with their lines, for a terminal: reading, candidates, decision, classes, electrolytes, sources."""
    matcher = Matcher(knowledge.vocabulary, jurisdiction)
    item = recognise_items([{"drug": text}], knowledge, matcher, {}, None, no_progress)[0]
    sections = [
        ("Words", list(_words(text, knowledge))),
        ("Written differently", list(_near(text, matcher))),
        ("Decision", list(_decision(item))),
        ("Classes", list(_classes(item, knowledge))),
        ("Electrolytes", list(_electrolytes(item, knowledge))),
    ]
    return [(heading, lines) for heading, lines in sections if lines]


def _words(text: str, knowledge: Knowledge) -> Iterator[str]:
    line = cut(text, knowledge.vocabulary)
    for piece in (*line.name, *line.product):
        if isinstance(piece, Meaning):
            yield f"{piece.phrase}: {_meaning(piece)}"
        elif piece.isalpha():
            yield f"{piece}: in no table"


def _meaning(meaning: Meaning) -> str:
    if meaning.meanings:
        named = " or ".join(" + ".join(parts) for parts in meaning.meanings)
        return f"{'brand of' if meaning.brand else 'name of'} {named}"
    told = ", ".join(part for part in (meaning.form, meaning.route, meaning.release, meaning.detail) if part)
    return f"{meaning.kind.replace('_', ' ')}{f' ({told})' if told else ''}"


def _near(text: str, matcher: Matcher) -> Iterator[str]:
    chunks = unknown_chunks(cut(text, matcher.vocabulary).name)
    for chunk, near in matcher.nearest.resolve(chunks).items():
        names = near.meaning.phrase if near.meaning else ", ".join(near.options)
        yield f"{chunk}: {near.status}, {names} (score {near.score:g})"


def _decision(item: Item) -> Iterator[str]:
    named, product = item.named, item.product
    yield f"status       {named.status} (score {named.score:g})"
    if named.ingredients:
        yield f"ingredients  {', '.join(named.ingredients)}"
    if named.candidates:
        yield f"candidates   {', '.join(named.candidates)}"
    for label, value in (("strength", item.strength), ("form", product.form), ("route", product.route)):
        yield f"{label:12} {value or 'not known'}"
    for note in named.notes:
        yield f"note         {note}"


def _classes(item: Item, knowledge: Knowledge) -> Iterator[str]:
    for group in item.possible:
        if knowledge.groups.is_class(group):
            unsure = "" if group in item.certain else " (depends on form, route or strength)"
            members = [part for part in item.named.ingredients if part in knowledge.groups.members(group)]
            link = knowledge.clinical.link(group, members, item.product.form, item.release)
            grade = f"; link to cramps: {link.grade}" if link else ""
            yield f"{group}: {knowledge.groups.label(group)}{unsure}{grade}"


def _electrolytes(item: Item, knowledge: Knowledge) -> Iterator[str]:
    for group in item.possible:
        if not knowledge.groups.is_class(group):
            continue
        for effect in knowledge.clinical.effects_of(group):
            if effect.direction in ARROWS:
                source = ";".join(effect.source) or "no source read"
                yield f"{ARROWS[effect.direction]} {effect.electrolyte}: {effect.mechanism} [{source}]"
