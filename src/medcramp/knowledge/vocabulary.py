"""Names of medicines and the words around them: loaded from text tables, compiled to one phrase index.

A phrase is a sequence of words (see `wording`). Every table contributes phrases with a `Meaning`; the index finds the
longest phrase at a place in a line. Names are indexed as written and with their abbreviations spelled out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medcramp.errors import KnowledgeError
from medcramp.knowledge import wording
from medcramp.knowledge.files import read_columns

NAME, NOT_DRUG, SALT, FORM, ROUTE, MAKER, NOISE, MODIFIER, JOINER, DISSOLVED, ABSENT = (
    "name",
    "not_drug",
    "salt",
    "form",
    "route",
    "maker",
    "noise",
    "modifier",
    "joiner",
    "dissolved",
    "absent",
)
MISSPELLING, ABBREVIATION = "misspelling", "abbreviation"
DISSOLVED_IN = "in"
"""What follows is what the drug is dissolved in, if it is a carrier."""
WITHOUT = ("without", "w/o", "w/out", "sans", "ohne")
"""What follows is not in the product."""
JOINERS = ("and", "with", "w", "et", "avec", "con", "mit", "und", "y")


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What a phrase stands for; compared by identity, so that it can be a cheap key.

    `kind` is one of the constants above; `detail` the kind of what is no drug, or of a synonym
    ("misspelling", "abbreviation"). Names carry
    `meanings`: the ingredient sets they can stand for (one = clear, several = ambiguous; then `markets` says where each
    is sold). `salt` marks a name that is only a salt beside another drug (potassium), `maker` one that is a maker too
    (Bayer).
    """

    kind: str
    phrase: str
    meanings: tuple[tuple[str, ...], ...] = ()
    brand: bool = False
    salt: bool = False
    maker: bool = False
    route: str = ""
    form: str = ""
    release: str = ""
    detail: str = ""
    markets: tuple[frozenset[str], ...] = ()

    @property
    def ingredients(self) -> tuple[str, ...]:
        """Ingredients of a clear name; empty for everything else."""
        return self.meanings[0] if len(self.meanings) == 1 else ()


Longer = Mapping[str, tuple[tuple[tuple[str, ...], Meaning], ...]]
Phrases = Mapping[str, tuple[Meaning | None, Longer]]
"""First word → (its meaning alone, second word → phrases of both and more with their meaning, longest first)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of strength: canonical symbol, kind (mass, volume, …) and factor to mg, ml or 1 (NaN none)."""

    symbol: str
    kind: str
    factor: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """What drugs are dissolved in: the percentages it is sold in, and the route the solution is given by ("" open)."""

    percents: tuple[float, ...]
    route: str


@dataclass(frozen=True, slots=True)
class Context:
    """What settles an ambiguous name: `when` is partner, strength or route; `values` what is compared."""

    meaning: str
    when: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All names and words, ready to look up. Immutable by convention: nothing writes to it after `load`."""

    phrases: Phrases
    names: Mapping[str, Meaning]
    spelled_out: Mapping[str, str]
    units: Mapping[str, Unit]
    routes: Mapping[str, str]
    form_by_route: Mapping[tuple[str, str], str]
    usual_route: Mapping[str, str]
    injected_routes: Mapping[str, tuple[str, ...]]
    routes_of_brands: Mapping[frozenset[str], str]
    kinds: Mapping[str, str]
    contexts: Mapping[str, tuple[Context, ...]]
    strength_order: Mapping[str, tuple[str, ...]]
    mg_per_unit: Mapping[str, float]
    confusable: Mapping[str, frozenset[str]]
    grammar_words: frozenset[str]
    forms: Mapping[str, Meaning]
    not_drugs: Mapping[str, Meaning]
    carriers: Mapping[str, Carrier]
    common: frozenset[str]
    stretched: frozenset[str]
    directions: Mapping[str, tuple[tuple[tuple[str, ...], str, str], ...]]

    def is_common(self, meaning: Meaning) -> bool:
        """In wide use: a brand by its name, a generic name by its ingredients (table `common`)."""
        if meaning.phrase in self.common:
            return True
        return not meaning.brand and bool(meaning.ingredients) and self.common.issuperset(meaning.ingredients)

    def usual_route_of(self, ingredients: Sequence[str]) -> str:
        """Route a product of these ingredients is nearly always used by; "" when that differs or is not known.

        A combination: the route all its brands share, else the one route its ingredients have in common.
        """
        if len(ingredients) > 1 and (route := self.routes_of_brands.get(frozenset(ingredients))):
            return route
        routes = {self.usual_route.get(ingredient, "") for ingredient in ingredients}
        return routes.pop() if len(routes) == 1 else ""


def load(folder: Path) -> Vocabulary:
    """Read every table of `folder`/vocabulary. Raises KnowledgeError naming file and row."""
    tables = folder / "vocabulary"
    spelled_out = {cells[0]: cells[1] for cells in _rows(tables / "abbreviations.csv", "word", "means")}
    usual_route, kinds = {}, {}
    for path in sorted(tables.glob("ingredients*.csv")):
        for ingredient, route, kind in _rows(path, "ingredient", "usual_route", "kind"):
            usual_route[ingredient] = route
            kinds[ingredient] = kind
    salts = {word for (word,) in _rows(tables / "salts.csv", "word")}
    names = _names(tables, kinds, salts)
    forms = [
        (Meaning(FORM, _phrase(word), route=route, form=form, release=release), in_text == "yes")
        for word, form, route, release, in_text in _rows(
            tables / "forms.csv", "word", "form", "route", "release", "in_text"
        )
    ]
    grammar = list(_grammar(tables, salts, [form for form, in_text in forms if in_text]))
    for meaning in grammar:
        if meaning.kind == MAKER and (named := names.get(meaning.phrase)):
            names[meaning.phrase] = replace(named, maker=True)
    return Vocabulary(
        phrases=_phrase_index([*grammar, *names.values()], spelled_out),
        names=names,
        spelled_out=spelled_out,
        units={
            word: Unit(unit, kind, float(factor or "nan"))
            for word, unit, kind, factor in _rows(tables / "units.csv", "word", "unit", "kind", "factor")
        },
        routes={
            " ".join(wording.tokens(wording.fold(word))): route
            for word, route in _rows(tables / "routes.csv", "word", "route")
        },
        form_by_route={
            (form, route): becomes
            for form, route, becomes in _rows(tables / "form_by_route.csv", "form", "route", "becomes")
        },
        usual_route=usual_route,
        injected_routes={
            ingredient: tuple(routes.split(";"))
            for ingredient, routes in _rows(tables / "injected_routes.csv", "ingredient", "routes")
        },
        routes_of_brands=_routes_of_brands(names.values()),
        kinds=kinds,
        contexts=_contexts(tables),
        strength_order={
            name.lower(): tuple(ingredients.split(";"))
            for name, ingredients in _rows(tables / "strength_order.csv", "name", "ingredients")
        },
        mg_per_unit={
            ingredient: float(mg) for ingredient, mg in _rows(tables / "activity_units.csv", "ingredient", "mg")
        },
        confusable=_confusable(tables),
        forms={form.phrase: form for form, _ in forms},
        not_drugs={meaning.phrase: meaning for meaning in grammar if meaning.kind == NOT_DRUG},
        carriers={
            _phrase(name): Carrier(tuple(float(percent) for percent in percents.split(";") if percent), route)
            for name, percents, route in _rows(tables / "carriers.csv", "name", "percents", "route")
        },
        common=frozenset(_phrase(name) for (name,) in _rows(tables / "common.csv", "name")),
        stretched=frozenset(_phrase(name) for (name,) in _rows(tables / "stretched.csv", "name")),
        directions=_directions(tables),
        grammar_words=frozenset(word for meaning in grammar for word in meaning.phrase.split()),
    )


def _rows(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    """Cells of some columns of a table; a table that does not exist has no rows."""
    return (cells for _, cells in read_columns(path, *columns)) if path.exists() else iter(())


def _names(tables: Path, kinds: Mapping[str, str], salts: set[str]) -> dict[str, Meaning]:
    """Every name with what it stands for; one name with several ingredient sets is ambiguous."""
    names: dict[str, Meaning] = {}
    sold: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    understood: dict[str, tuple[str, ...]] = {}

    def add(
        name: str, sets: tuple[tuple[str, ...], ...], brand: bool, route: str = "", form: str = "", detail: str = ""
    ) -> str:
        phrase = _phrase(name)
        known = names.get(phrase)
        if known is None:
            salt = not brand and phrase in salts
            names[phrase] = Meaning(NAME, phrase, sets, brand, salt, False, route, form, "", detail)
            return phrase
        different = [new for new in sets if all(set(new) != set(old) for old in known.meanings)]
        names[phrase] = replace(
            known,
            meanings=(*known.meanings, *different),
            brand=known.brand and brand,
            route=known.route if known.route == route else "",
            form=known.form if known.form == form else "",
        )
        return phrase

    def known_ingredients(path: Path, line: int, text: str) -> tuple[str, ...]:
        if parts := understood.get(text):
            return parts
        parts = tuple(dict.fromkeys(part.strip() for part in text.split(";")))
        for part in parts:
            if part not in kinds:
                raise KnowledgeError(f"{part!r} is no ingredient of ingredients*.csv", file=path, place=f"row {line}")
        understood[text] = parts
        return parts

    for ingredient in kinds:
        add(ingredient, ((ingredient,),), False)
    for path in sorted(tables.glob("synonyms*.csv")):
        for line, (name, ingredient, kind) in read_columns(path, "name", "ingredient", "kind"):
            detail = kind if kind in (MISSPELLING, ABBREVIATION) else ""
            add(name, (known_ingredients(path, line, ingredient),), False, detail=detail)
    for path in sorted(tables.glob("brands*.csv")):
        columns = ("brand", "ingredients", "market", "route", "form")
        for line, (brand, ingredients, market, route, form) in read_columns(path, *columns):
            parts = known_ingredients(path, line, ingredients)
            phrase = add(brand, (parts,), True, route, form)
            sold.setdefault(phrase, []).append((parts, market))
    path = tables / "ambiguous.csv"
    for line, (name, meanings) in read_columns(path, "name", "meanings") if path.exists() else ():
        add(name, tuple((part,) for part in known_ingredients(path, line, meanings)), False)
    for phrase, markets in sold.items():
        if len((meaning := names[phrase]).meanings) > 1:
            where = (frozenset(at for parts, at in markets if set(parts) == set(each)) for each in meaning.meanings)
            names[phrase] = replace(meaning, markets=tuple(where))
    return names


def _routes_of_brands(names: Iterable[Meaning]) -> dict[frozenset[str], str]:
    """Ingredient set → the route all brands of it share; brands without a route say nothing."""
    routes: dict[tuple[str, ...], set[str]] = {}
    for meaning in names:
        if meaning.brand and meaning.route:
            routes.setdefault(meaning.ingredients, set()).add(meaning.route)
    shared: dict[frozenset[str], set[str]] = {}
    for parts, found in routes.items():
        shared.setdefault(frozenset(parts), set()).update(found)
    return {parts: found.pop() for parts, found in shared.items() if len(found) == 1}


def _grammar(tables: Path, salts: set[str], forms: Iterable[Meaning]) -> Iterator[Meaning]:
    """Everything that is no name; of one phrase the last counts."""
    for path in sorted(tables.glob("not_drugs*.csv")):
        for name, kind in _rows(path, "name", "kind"):
            yield Meaning(NOT_DRUG, _phrase(name), detail=kind)
    yield from forms
    for word, route, in_text in _rows(tables / "routes.csv", "word", "route", "in_text"):
        if in_text == "yes":
            yield Meaning(ROUTE, _phrase(word), route=route)
    for word, kind in _rows(tables / "noise.csv", "word", "kind"):
        yield Meaning(MODIFIER if kind == "modifier" else NOISE, _phrase(word))
    for (word,) in _rows(tables / "makers.csv", "word"):
        yield Meaning(MAKER, _phrase(word))
    for word in sorted(salts):
        yield Meaning(SALT, _phrase(word))
    for word in JOINERS:
        yield Meaning(JOINER, word)
    yield Meaning(DISSOLVED, DISSOLVED_IN)
    for word in WITHOUT:
        yield Meaning(ABSENT, _phrase(word))


def _phrase(text: str) -> str:
    """A name as it is compared: folded, words and numbers only."""
    plain = text.replace("-", " ")
    if plain.isascii() and plain.replace(" ", "").isalpha():
        return " ".join(plain.lower().split())
    return " ".join(wording.words(text))


def _phrase_index(meanings: Iterable[Meaning], spelled_out: Mapping[str, str]) -> Phrases:
    """Phrases by their first two words; of one phrase the last meaning given stays."""
    as_written = {meaning.phrase: meaning for meaning in meanings if meaning.phrase}
    spelled: dict[str, Meaning] = {}
    for phrase, meaning in as_written.items():
        if not spelled_out.keys().isdisjoint(phrase.split()):
            spelled.setdefault(" ".join(spelled_out.get(word, word) for word in phrase.split()), meaning)
    alone: dict[str, Meaning] = {}
    longer: dict[str, dict[str, list[tuple[tuple[str, ...], Meaning]]]] = {}
    for phrase, meaning in (spelled | as_written).items():
        if " " in phrase:
            words = tuple(phrase.split())
            longer.setdefault(words[0], {}).setdefault(words[1], []).append((words, meaning))
        else:
            alone[phrase] = meaning
    index: dict[str, tuple[Meaning | None, Longer]] = {word: (meaning, {}) for word, meaning in alone.items()}
    for first, rest in longer.items():
        for phrases in rest.values():
            if len(phrases) > 1:
                phrases.sort(key=lambda entry: -len(entry[0]))
        index[first] = (alone.get(first), {second: tuple(phrases) for second, phrases in rest.items()})
    return index


def _contexts(tables: Path) -> dict[str, tuple[Context, ...]]:
    contexts: dict[str, list[Context]] = {}
    for name, meaning, when, values in _rows(tables / "contexts.csv", "name", "meaning", "when", "values"):
        context = Context(meaning, when, tuple(filter(None, values.split(";"))))
        contexts.setdefault(_phrase(name), []).append(context)
    return {name: tuple(found) for name, found in contexts.items()}


def _confusable(tables: Path) -> dict[str, frozenset[str]]:
    partners: dict[str, set[str]] = {}
    for pair in _rows(tables / "confusables.csv", "a", "b"):
        a, b = map(_phrase, pair)
        partners.setdefault(a, set()).add(b)
        partners.setdefault(b, set()).add(a)
    return {name: frozenset(others) for name, others in partners.items()}


def _directions(tables: Path) -> dict[str, tuple[tuple[tuple[str, ...], str, str], ...]]:
    """Words of directions: first word → (words, kind, value), longest first."""
    index: dict[str, dict[tuple[str, ...], tuple[str, str]]] = {}
    for phrase, kind, value in _rows(tables / "sig_words.csv", "phrase", "kind", "value"):
        words = tuple(wording.tokens(wording.fold(phrase)))
        index.setdefault(words[0], {})[words] = (kind, value)
    return {
        first: tuple(sorted(((words, *meant) for words, meant in found.items()), key=lambda entry: -len(entry[0])))
        for first, found in index.items()
    }
