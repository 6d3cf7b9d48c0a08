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
from medcramp.knowledge.files import read_csv

NAME, NOT_DRUG, SALT, FORM, ROUTE, MAKER, NOISE, MODIFIER, JOINER = (
    "name",
    "not_drug",
    "salt",
    "form",
    "route",
    "maker",
    "noise",
    "modifier",
    "joiner",
)
MISSPELLING, ABBREVIATION = "misspelling", "abbreviation"
JOINERS = ("and", "with", "w", "et", "avec", "con", "mit", "und", "y")


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What a phrase stands for; compared by identity, so that it can be a cheap key.

    `kind` is one of the constants above; `detail` the kind of what is no drug, or of a synonym
    ("misspelling", "abbreviation"). Names carry
    `meanings`: the ingredient sets they can stand for (one = clear, several = ambiguous). `salt` marks a name that is
    only a salt beside another drug (potassium), `maker` one that is a manufacturer too (Bayer).
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
class Context:
    """What settles an ambiguous name: `when` is partner, strength or route; `values` what is compared."""

    meaning: str
    when: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All names and words, ready to look up. Immutable by convention: nothing writes to it after `load`."""

    phrases: Phrases
    exact: Mapping[str, Meaning]
    names: Mapping[str, Meaning]
    spelled_out: Mapping[str, str]
    units: Mapping[str, Unit]
    routes: Mapping[str, str]
    form_by_route: Mapping[tuple[str, str], str]
    usual_route: Mapping[str, str]
    routes_of_brands: Mapping[frozenset[str], str]
    kinds: Mapping[str, str]
    contexts: Mapping[str, tuple[Context, ...]]
    strength_order: Mapping[str, tuple[str, ...]]
    confusable: Mapping[str, frozenset[str]]
    grammar_words: frozenset[str]
    forms: Mapping[str, Meaning]
    not_drugs: Mapping[str, Meaning]
    carriers: frozenset[str]
    directions: Mapping[str, tuple[tuple[tuple[str, ...], str, str], ...]]

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
    spelled_out = {cells["word"]: cells["means"] for _, cells in _rows(tables / "abbreviations.csv", "word", "means")}
    usual_route, kinds = {}, {}
    for path in sorted(tables.glob("ingredients*.csv")):
        for _, cells in _rows(path, "ingredient", "usual_route", "kind"):
            usual_route[cells["ingredient"]] = cells["usual_route"]
            kinds[cells["ingredient"]] = cells["kind"]
    salts = {cells["word"] for _, cells in _rows(tables / "salts.csv", "word")}
    names = _names(tables, kinds, salts)
    grammar = list(_grammar(tables, salts))
    for meaning in grammar:
        if meaning.kind == MAKER and (named := names.get(meaning.phrase)):
            names[meaning.phrase] = replace(named, maker=True)
    return Vocabulary(
        phrases=_phrase_index([*grammar, *names.values()], spelled_out),
        exact={" ".join(phrase.split()).lower(): meaning for phrase, meaning in names.items()},
        names=names,
        spelled_out=spelled_out,
        units={
            cells["word"]: Unit(cells["unit"], cells["kind"], float(cells["factor"] or "nan"))
            for _, cells in _rows(tables / "units.csv", "word", "unit", "kind", "factor")
        },
        routes={
            " ".join(wording.tokens(wording.fold(cells["word"]))): cells["route"]
            for _, cells in _rows(tables / "routes.csv", "word", "route")
        },
        form_by_route={
            (cells["form"], cells["route"]): cells["becomes"]
            for _, cells in _rows(tables / "form_by_route.csv", "form", "route", "becomes")
        },
        usual_route=usual_route,
        routes_of_brands=_routes_of_brands(names.values()),
        kinds=kinds,
        contexts=_contexts(tables),
        strength_order={
            cells["name"].lower(): tuple(cells["ingredients"].split(";"))
            for _, cells in _rows(tables / "strength_order.csv", "name", "ingredients")
        },
        confusable=_confusable(tables),
        forms={
            _phrase(cells["word"]): _form(cells)
            for _, cells in _rows(tables / "forms.csv", "word", "form", "route", "release", "in_text")
        },
        not_drugs={meaning.phrase: meaning for meaning in grammar if meaning.kind == NOT_DRUG},
        carriers=frozenset(cells["ingredient"] for _, cells in _rows(tables / "carriers.csv", "ingredient")),
        directions=_directions(tables),
        grammar_words=frozenset(word for meaning in grammar for word in meaning.phrase.split()),
    )


def _rows(path: Path, *columns: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a table; a table that does not exist has none, one without the columns is refused."""
    if not path.exists():
        return
    for line, cells in read_csv(path):
        missing = [column for column in columns if column not in cells]
        if missing:
            raise KnowledgeError(f"column {missing[0]} is missing", file=path, place=f"row {line}")
        yield line, cells


def _names(tables: Path, kinds: Mapping[str, str], salts: set[str]) -> dict[str, Meaning]:
    """Every name with what it stands for; one name with several ingredient sets is ambiguous."""
    names: dict[str, Meaning] = {}

    def add(
        name: str, sets: Iterable[tuple[str, ...]], *, brand: bool, route: str = "", form: str = "", detail: str = ""
    ) -> None:
        phrase = " ".join(word for word in wording.tokens(wording.fold(name)) if word[0].isalnum() or word == "%")
        known = names.get(phrase)
        if known is None:
            salt = not brand and (phrase in salts)
            names[phrase] = Meaning(NAME, phrase, tuple(sets), brand, salt, route=route, form=form, detail=detail)
            return
        different = [new for new in sets if all(set(new) != set(old) for old in known.meanings)]
        names[phrase] = replace(
            known,
            meanings=(*known.meanings, *different),
            brand=known.brand and brand,
            route=known.route if known.route == route else "",
            form=known.form if known.form == form else "",
        )

    def known_ingredients(path: Path, line: int, text: str) -> tuple[str, ...]:
        parts = tuple(dict.fromkeys(part.strip() for part in text.split(";")))
        for part in parts:
            if part not in kinds:
                raise KnowledgeError(f"{part!r} is no ingredient of ingredients*.csv", file=path, place=f"row {line}")
        return parts

    for ingredient in kinds:
        add(ingredient, [(ingredient,)], brand=False)
    for path in sorted(tables.glob("synonyms*.csv")):
        for line, cells in _rows(path, "name", "ingredient"):
            detail = cells["kind"] if cells.get("kind") in (MISSPELLING, ABBREVIATION) else ""
            add(cells["name"], [known_ingredients(path, line, cells["ingredient"])], brand=False, detail=detail)
    for path in sorted(tables.glob("brands*.csv")):
        for line, cells in _rows(path, "brand", "ingredients", "route", "form"):
            parts = known_ingredients(path, line, cells["ingredients"])
            add(cells["brand"], [parts], brand=True, route=cells["route"], form=cells["form"])
    path = tables / "ambiguous.csv"
    for line, cells in _rows(path, "name", "meanings"):
        add(cells["name"], [(part,) for part in known_ingredients(path, line, cells["meanings"])], brand=False)
    return names


def _routes_of_brands(names: Iterable[Meaning]) -> dict[frozenset[str], str]:
    """Ingredient set → the route all brands of it share; brands without a route say nothing."""
    routes: dict[frozenset[str], set[str]] = {}
    for meaning in names:
        if meaning.brand and meaning.route:
            routes.setdefault(frozenset(meaning.ingredients), set()).add(meaning.route)
    return {parts: found.pop() for parts, found in routes.items() if len(found) == 1}


def _grammar(tables: Path, salts: set[str]) -> Iterator[Meaning]:
    for path in sorted(tables.glob("not_drugs*.csv")):
        for _, cells in _rows(path, "name", "kind"):
            yield Meaning(NOT_DRUG, _phrase(cells["name"]), detail=cells["kind"])
    for _, cells in _rows(tables / "forms.csv", "word", "form", "route", "release", "in_text"):
        if cells["in_text"] == "yes":
            yield _form(cells)
    for _, cells in _rows(tables / "routes.csv", "word", "route", "in_text"):
        if cells["in_text"] == "yes":
            yield Meaning(ROUTE, _phrase(cells["word"]), route=cells["route"])
    for _, cells in _rows(tables / "noise.csv", "word", "kind"):
        yield Meaning(MODIFIER if cells["kind"] == "modifier" else NOISE, _phrase(cells["word"]))
    for _, cells in _rows(tables / "makers.csv", "word"):
        yield Meaning(MAKER, _phrase(cells["word"]))
    for word in sorted(salts):
        yield Meaning(SALT, _phrase(word))
    for word in JOINERS:
        yield Meaning(JOINER, word)


def _form(cells: Mapping[str, str]) -> Meaning:
    return Meaning(FORM, _phrase(cells["word"]), route=cells["route"], form=cells["form"], release=cells["release"])


def _phrase(text: str) -> str:
    return " ".join(word for word in wording.tokens(wording.fold(text)) if word[0].isalnum() or word == "%")


def _phrase_index(meanings: Iterable[Meaning], spelled_out: Mapping[str, str]) -> Phrases:
    """Phrases by their first two words; of one phrase the last meaning given stays."""
    by_words: dict[tuple[str, ...], Meaning] = {}
    for meaning in meanings:
        words = tuple(meaning.phrase.split())
        if words:
            by_words[words] = meaning
            if not spelled_out.keys().isdisjoint(words):
                by_words.setdefault(tuple(spelled_out.get(word, word) for word in words), meaning)
    longer: dict[str, dict[str, list[tuple[tuple[str, ...], Meaning]]]] = {words[0]: {} for words in by_words}
    for words, meaning in sorted(by_words.items(), key=lambda entry: -len(entry[0])):
        if len(words) > 1:
            longer[words[0]].setdefault(words[1], []).append((words, meaning))
    return {
        first: (by_words.get((first,)), {second: tuple(found) for second, found in rest.items()})
        for first, rest in longer.items()
    }


def _contexts(tables: Path) -> dict[str, tuple[Context, ...]]:
    contexts: dict[str, list[Context]] = {}
    for _, cells in _rows(tables / "contexts.csv", "name", "meaning", "when", "values"):
        values = tuple(filter(None, cells["values"].split(";")))
        contexts.setdefault(_phrase(cells["name"]), []).append(Context(cells["meaning"], cells["when"], values))
    return {name: tuple(found) for name, found in contexts.items()}


def _confusable(tables: Path) -> dict[str, frozenset[str]]:
    partners: dict[str, set[str]] = {}
    for _, cells in _rows(tables / "confusables.csv", "a", "b"):
        a, b = _phrase(cells["a"]), _phrase(cells["b"])
        partners.setdefault(a, set()).add(b)
        partners.setdefault(b, set()).add(a)
    return {name: frozenset(others) for name, others in partners.items()}


def _directions(tables: Path) -> dict[str, tuple[tuple[tuple[str, ...], str, str], ...]]:
    """Words of directions: first word → (words, kind, value), longest first."""
    index: dict[str, dict[tuple[str, ...], tuple[str, str]]] = {}
    for _, cells in _rows(tables / "sig_words.csv", "phrase", "kind", "value"):
        words = tuple(wording.tokens(wording.fold(cells["phrase"])))
        index.setdefault(words[0], {})[words] = (cells["kind"], cells["value"])
    return {
        first: tuple(sorted(((words, *meant) for words, meant in found.items()), key=lambda entry: -len(entry[0])))
        for first, found in index.items()
    }
