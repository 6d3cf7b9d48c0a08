"""Names cut short in a combination, completed by what they are combined with: AMLOD/BENAZ, TRIAM/HCTZ.

"Triam" alone may be several drugs; beside hydrochlorothiazide only one of them is sold. A cut name is completed when
exactly one known combination of as many ingredients fits all components.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import product

from medcramp.knowledge.vocabulary import NAME, SALT, Meaning, Vocabulary
from medcramp.recognise.lines import HYPHEN, JOIN, Piece
from medcramp.recognise.named import APPROXIMATE, NORMALISED, Near

SHORTEST_JOINED, SHORTEST_HYPHENED = 3, 5
"""A few letters before a hyphen are a maker's."""
SURE = 5
MOST_TRIED = 20_000


class Partners:
    """Known combinations and generic names. Built once per vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.combinations = {
            frozenset(parts) for meaning in vocabulary.names.values() for parts in meaning.meanings if len(parts) > 1
        }
        generics = sorted(
            (phrase, meaning.ingredients[0])
            for phrase, meaning in vocabulary.names.items()
            if len(meaning.ingredients) == 1 and not meaning.brand
        )
        self._phrases = [phrase for phrase, _ in generics]
        self._ingredients = [ingredient for _, ingredient in generics]

    def complete(self, name: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], dict[str, Near]]:
        """The name with abbreviations of salts that are cut names ("atenolol/chlor") as plain words, and what its cut
        names stand for; unchanged and nothing when no one combination fits."""
        known: set[str] = set()
        cut: dict[str, list[str]] = {}
        for mark, component in _components(name):
            names = [piece for piece in component if isinstance(piece, Meaning) and piece.kind == NAME]
            if names:
                if len(names) > 1 or len(names[0].ingredients) != 1:
                    return name, {}
                known.update(names[0].ingredients)
                continue
            word = _cut_word(component, mark)
            candidates = self._beginning_with(word) if word else []
            if not candidates:
                return name, {}
            cut[word] = candidates
        found = self._fitting(known, list(cut.values())) if cut else set()
        if len(found) != 1:
            return name, {}
        chosen = dict(zip(cut, found.pop(), strict=True))
        plain = tuple(
            piece.phrase if isinstance(piece, Meaning) and piece.kind == SALT and piece.phrase in cut else piece
            for piece in name
        )
        return plain, {word: _completed(word, ingredient) for word, ingredient in chosen.items()}

    def _beginning_with(self, word: str) -> list[str]:
        """Ingredients with a generic name that begins with a word."""
        first = bisect_left(self._phrases, word)
        last = bisect_left(self._phrases, word + "~")
        return sorted(set(self._ingredients[first:last]))

    def _fitting(self, known: set[str], candidates: list[list[str]]) -> set[tuple[str, ...]]:
        """Choices of one candidate each that make a known combination with `known`."""
        tried = 1
        for each in candidates:
            tried *= len(each)
        if tried > MOST_TRIED:
            return set()
        size = len(known) + len(candidates)
        return {
            chosen
            for chosen in product(*candidates)
            if len(together := known.union(chosen)) == size > 1 and frozenset(together) in self.combinations
        }


def _components(name: tuple[Piece, ...]) -> Iterator[tuple[str, list[Piece]]]:
    """What stands between the marks that join components, with the weaker of the marks beside it."""
    component: list[Piece] = []
    before = JOIN
    for piece in (*name, JOIN):
        if piece in (JOIN, HYPHEN) and isinstance(piece, str):
            if component:
                yield (HYPHEN if HYPHEN in (before, piece) else JOIN), component
            component, before = [], piece
        else:
            component.append(piece)


def _cut_word(component: list[Piece], mark: str) -> str:
    """The one word of a component that may be a name cut short, or an abbreviation of a salt that stands alone."""
    if len(component) != 1:
        return ""
    piece = component[0]
    word = piece if isinstance(piece, str) else piece.phrase if piece.kind == SALT else ""
    long_enough = len(word) >= (SHORTEST_HYPHENED if mark == HYPHEN else SHORTEST_JOINED)
    return word if word.isalpha() and long_enough else ""


def _completed(word: str, ingredient: str) -> Near:
    status = NORMALISED if len(word) >= SURE else APPROXIMATE
    meaning = Meaning(NAME, ingredient, ((ingredient,),))
    return Near(status, meaning, (), 95.0 if status == NORMALISED else 90.0, f"{word} → {ingredient}", word)
