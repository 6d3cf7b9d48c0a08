"""Recognise distinct texts, tier by tier: as written, cut into words, spelled differently, misspelt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from medcramp.knowledge import wording
from medcramp.knowledge.vocabulary import MISSPELLING, Meaning, Vocabulary
from medcramp.recognise.lines import HYPHEN, JOIN, Line, Piece, cut
from medcramp.recognise.named import APPROXIMATE, EXACT, NORMALISED, NOT_A_DRUG, UNKNOWN, Named, Near
from medcramp.recognise.names import interpret, unknown_chunks, without_salts
from medcramp.recognise.near import Nearest
from medcramp.recognise.partners import Partners
from medcramp.recognise.strength import Strength, parse
from medcramp.records import Progress, no_progress

_JOINED_END = re.compile(r"[a-z)][-/&] *([a-z]*)$")
SHORTEST_SALT_CUT = 5


class Matched(NamedTuple):
    """One distinct text, understood: the drug it names, its strengths, and form and route as far as the text says."""

    named: Named
    strength: Strength
    form: str
    route: str
    release: str


class Matcher:
    """Recognises texts against one vocabulary; every part of a line is understood once and remembered.

    `jurisdiction` (a market of the brand tables, "" unknown) settles names that mean different things by country.
    """

    def __init__(self, vocabulary: Vocabulary, jurisdiction: str = "") -> None:
        self.vocabulary = vocabulary
        self.jurisdiction = jurisdiction
        self._near: dict[str, Near] = {}
        self._asked: set[str] = set()
        self._named: dict[tuple[Piece, ...], Named] = {}
        self._strength: dict[tuple[str, ...], Strength] = {}
        self._product: dict[tuple[Meaning, ...], tuple[str, str, str]] = {}
        self._releases: dict[str, str] = {}

    @cached_property
    def nearest(self) -> Nearest:
        """Names by spelling and sound, asked about words that no table knows."""
        return Nearest(self.vocabulary)

    @cached_property
    def partners(self) -> Partners:
        """What is combined with what, asked about words that no table knows beside a mark that joins components."""
        return Partners(self.vocabulary)

    def match(self, texts: Sequence[str], progress: Progress = no_progress) -> list[Matched]:
        """Understand each text; give distinct texts, the answer has the same order."""
        lines = [cut(text, self.vocabulary) for text in texts]
        progress("recognising drugs", 0, len(lines))
        self._look_up({line.name for line in lines})
        matched = [self._understand(text, line) for text, line in zip(texts, lines, strict=True)]
        progress("recognising drugs", len(lines), len(lines))
        return matched

    def _look_up(self, names: set[tuple[Piece, ...]]) -> None:
        """Ask for all words that no table knows at once: the distances are computed in batches."""
        chunks = {chunk for name in names if name not in self._named for chunk in unknown_chunks(name)} - self._asked
        if chunks:
            self._asked |= chunks
            self._near.update(self.nearest.resolve(sorted(chunks)))

    def _understand(self, text: str, line: Line) -> Matched:
        strength = self._strength.get(line.strength)
        if strength is None:
            strength = self._strength[line.strength] = parse(line.strength, self.vocabulary.units)
        product = self._product.get(line.product)
        if product is None:
            product = self._product[line.product] = self._form_and_route(line.product)
        form, route, release = product
        named = self._name(line.name, strength, route)
        if named.status == UNKNOWN and (thing := self.vocabulary.not_drugs.get(" ".join(wording.words(text)))):
            named = Named(NOT_A_DRUG, match=thing.phrase, score=100.0, notes=(thing.detail,))
        if named.status == NORMALISED and self._as_it_stands(text):
            named = replace(named, status=EXACT)
        elif named.status == NORMALISED and not line.strength and not line.product and self._is_cut_off(text, named):
            named = replace(named, status=APPROXIMATE, notes=(*named.notes, "cut off: more may be joined to it"))
        if named.carriers:
            strength = self._without_carriers(strength, named)
        if not release and named.brand:
            release = self._release_named(named.brand)
        return Matched(named, strength, form, route, release)

    def _without_carriers(self, strength: Strength, named: Named) -> Strength:
        """The strength of the drug: the percentage of what it is dissolved in is left out."""
        percents = {percent for name in named.carriers for percent in self._percents_of(name)}
        amounts = tuple(each for each in strength.amounts if each.kind != "percent" or each.value not in percents)
        return Strength(amounts or strength.amounts[:1], strength.bare) if len(strength.amounts) > 1 else strength

    def _percents_of(self, carrier: str) -> tuple[float, ...]:
        """Percentages that a carrier, called by any of its names, is sold in."""
        meaning = self.vocabulary.names.get(carrier)
        names = (carrier, *(meaning.ingredients if meaning else ()))
        found = (self.vocabulary.carriers[name] for name in names if name in self.vocabulary.carriers)
        return tuple(percent for each in found for percent in each.percents)

    def _release_named(self, brand: str) -> str:
        """The release that a word of the brand's own name tells ("Coracten SR")."""
        found = self._releases.get(brand)
        if found is None:
            meanings = (self.vocabulary.forms.get(word) for word in wording.words(brand))
            found = next((meaning.release for meaning in meanings if meaning and meaning.release), "")
            self._releases[brand] = found
        return found

    def _as_it_stands(self, text: str) -> bool:
        meaning = self.vocabulary.names.get(" ".join(text.split()).lower())
        return meaning is not None and meaning.detail != MISSPELLING

    def _is_cut_off(self, text: str, named: Named) -> bool:
        """Half a combination: the text stops behind a joiner, or in letters joined that no name is made of.

        "-HYDROCHL" may be the beginning of a name as well as of a salt.
        """
        end = _JOINED_END.search(text.lower().rstrip())
        if end is None:
            return False
        tail = end[1]
        if not tail or tail in named.rest or (tail in self.vocabulary.units and not named.brand):
            return True
        short_salt = tail in self.vocabulary.spelled_out and len(tail) >= SHORTEST_SALT_CUT
        completed = any(note.startswith(f"{tail} →") for note in named.notes)
        return short_salt and not completed and any(name.startswith(tail) for name in self.vocabulary.common)

    def _name(self, name: tuple[Piece, ...], strength: Strength, route: str) -> Named:
        named = self._named.get(name)
        if named is not None:
            return named
        drug = without_salts(name)
        if len(drug) < len(name):
            named = self._named[name] = self._name(drug, strength, route)
            return named
        asked = False

        def settle(meaning: Meaning, partner: bool) -> tuple[tuple[str, ...], str]:
            nonlocal asked
            asked = True
            said = self._settle(meaning, partner, strength, route)
            return (tuple(said.split(";")), "") if said else self._sold_here(meaning)

        chunks = unknown_chunks(name)
        known = {chunk: near for chunk in chunks if (near := self._near.get(chunk)) and near.status != UNKNOWN}
        written = name
        if JOIN in name or (chunks and HYPHEN in name):
            written, completed = self.partners.complete(name)
            known |= completed
        named = interpret(written, self.vocabulary, known, settle)
        if named.status == UNKNOWN:
            nearest = (self._near.get(chunk) for chunk in chunks)
            options = tuple(dict.fromkeys(option for near in nearest if near for option in near.options))
            named = replace(named, candidates=options)
        if not asked:
            self._named[name] = named
        return named

    def _settle(self, meaning: Meaning, partner: bool, strength: Strength, route: str) -> str:
        """The ingredients (";") that partner, printed strength or route speak for; "" when they do not."""
        for context in self.vocabulary.contexts.get(meaning.phrase, ()):
            if context.when == "partner" and partner:
                return context.meaning
            if context.when == "route" and route in context.values:
                return context.meaning
            numbers = [f"{number:g}" for number in strength.numbers]
            swallowed = route in ("", "oral") and len(numbers) == 1
            if context.when == "strength" and swallowed and numbers[0] in context.values:
                return context.meaning
        return ""

    def _sold_here(self, meaning: Meaning) -> tuple[tuple[str, ...], str]:
        """The one meaning a brand has in the jurisdiction; () when it has none or several there."""
        pairs = zip(meaning.meanings, meaning.markets, strict=False)
        here = [parts for parts, markets in pairs if self.jurisdiction in markets]
        return (here[0], f"as sold in {self.jurisdiction}") if len(here) == 1 else ((), "")

    def _form_and_route(self, found: tuple[Meaning, ...]) -> tuple[str, str, str]:
        """Form, route and release that the words of a line add up to; the more telling word wins."""
        routes = [meaning.route for meaning in found if meaning.kind == "route"]
        routes += [meaning.route for meaning in found if meaning.kind == "form" and meaning.route]
        route = routes[0] if routes else ""
        forms = [meaning.form for meaning in found if meaning.form]
        open_forms = {form for form, _ in self.vocabulary.form_by_route}
        form = next((form for form in forms if form not in open_forms), forms[0] if forms else "")
        form = self.vocabulary.form_by_route.get((form, route), form)
        release = next((meaning.release for meaning in found if meaning.release), "")
        return form, route, release
