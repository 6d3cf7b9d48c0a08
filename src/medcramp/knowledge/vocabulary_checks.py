"""Is the vocabulary sound? One name with two meanings, unknown components, rows nothing can reach, salts left on names.

The loader refuses what it cannot read; here is what it could read and should not. `problems` reports all faults at
once, so that an author mends a table in one go. `near_pairs` searches the whole vocabulary for names that a slip turns
into one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from rapidfuzz.distance import OSA

from medcramp.knowledge import wording
from medcramp.knowledge.files import read_csv

KINDS = frozenset({"drug", "supplement", "otc", "electrolyte", "diagnostic", "vaccine", "food"})
NOT_DRUG_KINDS = frozenset({"device", "equipment", "supply", "test", "carrier", "food", "cosmetic"})
SYNONYM_KINDS = frozenset({"inn", "ban", "abbreviation", "salt_form", "misspelling", "former", "foreign"})
MARKETS = frozenset({"US", "UK", "CA", "AU", "EU", "IN", "ZA"})
SALT_IS_THE_DRUG = frozenset({"electrolyte", "supplement", "otc", "diagnostic"})
"""Kinds whose salt belongs to the name: in an antacid or a mineral the salt is what is taken."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: the table, its row as a person sees it, and what is wrong."""

    file: str
    row: int
    what: str


@dataclass(frozen=True)
class Name:
    """One row that gives a name a meaning. `market` is "" for names that are the same everywhere."""

    file: str
    row: int
    name: str
    phrase: str
    ingredients: frozenset[str]
    market: str = ""


def problems(folder: Path) -> list[Problem]:
    """All faults of `folder`/vocabulary, ordered by file and row; an empty list is a sound vocabulary."""
    tables = folder / "vocabulary"
    names = list(read_names(tables))
    ingredients = {next(iter(name.ingredients)) for name in names if name.file.startswith("ingredients")}
    ambiguous = {phrase_of(cells["name"]) for _, cells in _table(tables, "ambiguous.csv")}
    return sorted(
        [
            *_unknown_components(tables, names, ingredients),
            *_unreachable(names),
            *_said_twice(names),
            *_two_meanings(names, ambiguous),
            *_medicine_and_not(tables, names),
            *_salts_left_on(tables),
            *_values_outside_the_lists(tables),
            *_routes_of_injections(tables, ingredients),
            *_carriers(tables, names),
            *_confusables(tables, names),
            *_sources(folder),
        ]
    )


def read_names(tables: Path) -> Iterator[Name]:
    """Every name of ingredients, synonyms and brands, table by table."""
    for path in sorted(tables.glob("ingredients*.csv")):
        for row, cells in read_csv(path):
            name = cells["ingredient"]
            yield Name(path.name, row, name, phrase_of(name), frozenset({name}))
    for path in sorted(tables.glob("synonyms*.csv")):
        for row, cells in read_csv(path):
            yield Name(path.name, row, cells["name"], phrase_of(cells["name"]), _components(cells["ingredient"]))
    for path in sorted(tables.glob("brands*.csv")):
        for row, cells in read_csv(path):
            components = _components(cells["ingredients"])
            yield Name(path.name, row, cells["brand"], phrase_of(cells["brand"]), components, cells["market"])


def near_pairs(names: Iterable[Name], *, distance: int = 2, shortest: int = 5) -> list[tuple[Name, Name, int]]:
    """Pairs of names of different medicines within `distance` slips (swap of neighbours = one), each at least
    `shortest` letters long: (name, name, slips), the nearest first.

    Two names can only be that near when they share a form with at most `distance` letters left out, so only names
    that meet in such a form are compared.
    """
    by_phrase = {name.phrase: name for name in names if len(name.phrase) >= shortest}
    meeting: dict[str, list[str]] = defaultdict(list)
    for phrase in by_phrase:
        for form in _with_letters_left_out(phrase, distance):
            meeting[form].append(phrase)
    candidates = {pair for phrases in meeting.values() for pair in combinations(sorted(phrases), 2)}
    found = []
    for a, b in candidates:
        slips = OSA.distance(a, b, score_cutoff=distance)
        if slips <= distance and by_phrase[a].ingredients != by_phrase[b].ingredients:
            found.append((by_phrase[a], by_phrase[b], slips))
    return sorted(found, key=lambda pair: (pair[2], pair[0].phrase, pair[1].phrase))


def phrase_of(text: str) -> str:
    """A name as the recogniser compares it: folded, words only."""
    return " ".join(word for word in wording.tokens(wording.fold(text)) if word[0].isalnum() or word == "%")


def _with_letters_left_out(phrase: str, most: int) -> set[str]:
    forms = {phrase}
    latest = {phrase}
    for _ in range(most):
        latest = {form[:place] + form[place + 1 :] for form in latest for place in range(len(form))}
        forms |= latest
    return forms


def _table(tables: Path, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    path = tables / name
    return read_csv(path) if path.exists() else iter(())


def _components(cell: str) -> frozenset[str]:
    return frozenset(part.strip() for part in cell.split(";") if part.strip())


def _unknown_components(tables: Path, names: Iterable[Name], ingredients: set[str]) -> Iterator[Problem]:
    for name in names:
        for unknown in sorted(name.ingredients - ingredients):
            yield Problem(name.file, name.row, f"{name.name}: {unknown} is no ingredient")
        if not name.ingredients:
            yield Problem(name.file, name.row, f"{name.name}: no ingredient given")
    for row, cells in _table(tables, "ambiguous.csv"):
        for unknown in sorted(_components(cells["meanings"]) - ingredients):
            yield Problem("ambiguous.csv", row, f"{cells['name']}: {unknown} is no ingredient")


def _unreachable(names: Iterable[Name]) -> Iterator[Problem]:
    """Rows the recogniser can never use: no letter to look up, or an ingredient name that is not in its plain form."""
    for name in names:
        if not any(letter.isalpha() for letter in name.phrase):
            yield Problem(name.file, name.row, f"{name.name}: holds no word, so no text can match it")
        if name.file.startswith("ingredients") and name.name != " ".join(name.name.lower().split()):
            yield Problem(name.file, name.row, f"{name.name}: ingredient names are lower case with single spaces")


def _said_twice(names: Iterable[Name]) -> Iterator[Problem]:
    """The same name with the same meaning again: the second row adds nothing."""
    first: dict[tuple[str, str, frozenset[str]], Name] = {}
    plain: dict[str, Name] = {}
    for name in names:
        known = plain.get(name.phrase) or first.get((name.phrase, name.market, name.ingredients))
        if known is not None and known.ingredients == name.ingredients:
            yield Problem(name.file, name.row, f"{name.name}: {known.file} row {known.row} says the same")
            continue
        first[(name.phrase, name.market, name.ingredients)] = name
        if not name.market:
            plain[name.phrase] = name


def _two_meanings(names: Iterable[Name], ambiguous: set[str]) -> Iterator[Problem]:
    """One name, two contents. Brands may differ between markets; other names belong in ambiguous.csv."""
    by_phrase: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        for known in by_phrase[name.phrase]:
            same_market = not name.market or not known.market or name.market == known.market
            if same_market and known.ingredients != name.ingredients:
                what = f"{name.name}: {known.file} row {known.row} gives it another meaning"
                yield Problem(name.file, name.row, what)
        by_phrase[name.phrase].append(name)
        if name.phrase in ambiguous:
            yield Problem(name.file, name.row, f"{name.name}: ambiguous.csv says it has several meanings")


def _medicine_and_not(tables: Path, names: Iterable[Name]) -> Iterator[Problem]:
    medicines = {name.phrase: name for name in names}
    seen: dict[str, int] = {}
    for path in sorted(tables.glob("not_drugs*.csv")):
        for row, cells in read_csv(path):
            phrase = phrase_of(cells["name"])
            if medicine := medicines.get(phrase):
                what = f"{cells['name']}: {medicine.file} row {medicine.row} says it is a medicine"
                yield Problem(path.name, row, what)
            if phrase in seen:
                yield Problem(path.name, row, f"{cells['name']}: row {seen[phrase]} says the same")
            seen.setdefault(phrase, row)


def _salts_left_on(tables: Path) -> Iterator[Problem]:
    """A name with its salt beside the name without: one medicine twice, unless kept_salts.csv says why not."""
    kept = {cells["ingredient"] for _, cells in _table(tables, "kept_salts.csv")}
    salts = {phrase_of(cells["word"]) for _, cells in _table(tables, "salts.csv")}
    rows = [(path, *found) for path in sorted(tables.glob("ingredients*.csv")) for found in read_csv(path)]
    kinds = {cells["ingredient"]: cells["kind"] for _, _, cells in rows}
    for path, row, cells in rows:
        if cells["ingredient"] in kept:
            continue
        bare, _, last = cells["ingredient"].rpartition(" ")
        if last in salts and bare in kinds and kinds[bare] not in SALT_IS_THE_DRUG:
            yield Problem(path.name, row, f"{cells['ingredient']}: salt left on, {bare} is an ingredient too")


def _values_outside_the_lists(tables: Path) -> Iterator[Problem]:
    routes = {cells["route"] for _, cells in _table(tables, "routes.csv")} | {""}
    forms = {cells["form"] for _, cells in _table(tables, "forms.csv")} | {""}
    allowed: Mapping[str, tuple[tuple[str, frozenset[str] | set[str]], ...]] = {
        "ingredients": (("kind", KINDS), ("usual_route", routes)),
        "synonyms": (("kind", SYNONYM_KINDS),),
        "brands": (("market", MARKETS), ("route", routes), ("form", forms)),
        "not_drugs": (("kind", NOT_DRUG_KINDS),),
    }
    for stem, columns in allowed.items():
        for path in sorted(tables.glob(f"{stem}*.csv")):
            for row, cells in read_csv(path):
                for column, values in columns:
                    if cells[column] not in values:
                        yield Problem(path.name, row, f"{column} {cells[column]!r} is not one of the list")


def _routes_of_injections(tables: Path, ingredients: set[str]) -> Iterator[Problem]:
    routes = {cells["route"] for _, cells in _table(tables, "routes.csv")}
    for row, cells in _table(tables, "injected_routes.csv"):
        if cells["ingredient"] not in ingredients:
            yield Problem("injected_routes.csv", row, f"{cells['ingredient']} is no ingredient")
        for route in cells["routes"].split(";"):
            if route not in routes:
                yield Problem("injected_routes.csv", row, f"routes {route!r} is not one of the list")


def _carriers(tables: Path, names: Iterable[Name]) -> Iterator[Problem]:
    known = {name.phrase for name in names}
    fluids = (cells["name"] for path in sorted(tables.glob("not_drugs*.csv")) for _, cells in read_csv(path))
    known |= {phrase_of(name) for name in fluids}
    for row, cells in _table(tables, "carriers.csv"):
        if phrase_of(cells["name"]) not in known:
            yield Problem("carriers.csv", row, f"{cells['name']} is in no table of names")


def _confusables(tables: Path, names: Iterable[Name]) -> Iterator[Problem]:
    contents: dict[str, set[frozenset[str]]] = defaultdict(set)
    for name in names:
        contents[name.phrase].add(name.ingredients)
    seen: set[frozenset[str]] = set()
    for row, cells in _table(tables, "confusables.csv"):
        a, b = phrase_of(cells["a"]), phrase_of(cells["b"])
        for written, phrase in ((cells["a"], a), (cells["b"], b)):
            if phrase not in contents:
                yield Problem("confusables.csv", row, f"{written} is not in the vocabulary")
        if a in contents and b in contents and contents[a] == contents[b]:
            yield Problem("confusables.csv", row, f"{cells['a']} and {cells['b']} are the same medicine")
        if frozenset({a, b}) in seen:
            yield Problem("confusables.csv", row, f"{cells['a']} and {cells['b']} are listed twice")
        seen.add(frozenset({a, b}))


def _sources(folder: Path) -> Iterator[Problem]:
    known = {
        cells["key"]
        for path in (folder / "sources.csv", folder / "vocabulary" / "sources.csv")
        if path.exists()
        for _, cells in read_csv(path)
    }
    for stem in ("ingredients", "synonyms", "brands", "confusables", "ambiguous", "injected_routes"):
        for path in sorted((folder / "vocabulary").glob(f"{stem}*.csv")):
            for row, cells in read_csv(path):
                keys = [key for key in cells["source"].split(";") if key]
                if not keys:
                    yield Problem(path.name, row, "no source given")
                for key in keys:
                    if key not in known:
                        yield Problem(path.name, row, f"source {key} is in no sources.csv")
