"""Names written differently: glued, cut, inflected or misspelt. Bounded, with a margin, never across a confused pair.

A misspelt name is accepted only when nothing else is about as near; otherwise the candidates are shown and none used.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, Prefix
from rapidfuzz.process import cdist

from medcramp.knowledge.vocabulary import ABBREVIATION, NAME, Meaning, Vocabulary
from medcramp.recognise.named import AMBIGUOUS, APPROXIMATE, NORMALISED, UNKNOWN, Near

SHORTEST = 4
SHORTEST_COMPARED = 5
SHORTEST_CUT_OFF = 6
SHORTEST_GLUED = 6
SHORTEST_CUT_OFF_SURE, SURE_SHARE = 8, 0.6
SHORTEST_RARE_CUT, SHORTEST_RARE = 12, 9
ENDING_LENGTH = 2
SHORTEST_WORD_JOINED = 3
CONFUSED_MARGIN = 2
SHOWN = 5
SHORTEST_BRAND, LONG_BRAND = 7, 10
BATCH = 512
HEARD_REACH = 1
"""By ear a name may be shorter than written, by this much more than by slips of the keyboard."""

_SOUNDS = (
    ("ph", "f"),
    ("ae", "e"),
    ("oe", "e"),
    ("y", "i"),
    ("ck", "c"),
    ("k", "c"),
    ("q", "c"),
    ("th", "t"),
    ("rh", "r"),
    ("chl", "cl"),
    ("chr", "cr"),
    ("z", "s"),
    ("x", "cs"),
    ("ce", "se"),
    ("ci", "si"),
)
_DOUBLED = re.compile(r"(.)\1+")
_DIGIT = re.compile(r"\d")
Distances = NDArray[np.uint8]

_ENDING = re.compile(r"(?:um|us|[aeos])$")


def sound(word: str) -> str:
    """A spelling by ear: fluphenazyne and flufenazine are the same. Of many words at once, a line each."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _DOUBLED.sub(r"\1", word)


def stem(word: str) -> str:
    """A name without the ending that languages differ in: furosemida, furosemid, furosemidum, furosemide."""
    return _ENDING.sub("", word) if len(word) > SHORTEST else word


def asked_edits(length: int) -> int:
    """How many slips a word of this length may hold to be worth a question."""
    return 0 if length < SHORTEST_COMPARED else 1 if length < 7 else 2 if length < 10 else 3


def accepted_edits(length: int) -> int:
    """How many slips a word of this length may hold to be used without asking."""
    return 0 if length < SHORTEST_COMPARED else 1 if length < 9 else 2 if length < 13 else 3


def same_anion(word: str) -> str:
    """The acid of a salt and the salt of an acid: valproate, valproicacid."""
    for acid in ("icacid", "ic"):
        if word.endswith(acid):
            return word.removesuffix(acid) + "ate"
    return word.removesuffix("ate") + "icacid" if word.endswith("ate") else ""


class Nearest:
    """Looks up words that are no name as they stand. Built once per vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        clear = sorted(
            (phrase.replace(" ", ""), phrase)
            for phrase, meaning in vocabulary.names.items()
            if len(phrase) >= SHORTEST and meaning.detail != ABBREVIATION and not _DIGIT.search(phrase)
        )
        self.glued = [glued for glued, _ in clear]
        self.meanings = [vocabulary.names[phrase] for _, phrase in clear]
        order = sorted(range(len(self.glued)), key=lambda at: len(self.glued[at]))
        self.by_length = [self.glued[at] for at in order]
        self.meanings_by_length = [self.meanings[at] for at in order]
        numbered: dict[frozenset[tuple[str, ...]], int] = {}
        drugs = {
            meanings: numbered.setdefault(frozenset(tuple(sorted(parts)) for parts in meanings), len(numbered))
            for meanings in {meaning.meanings: None for meaning in self.meanings_by_length}
        }
        self.drugs = np.array([drugs[meaning.meanings] for meaning in self.meanings_by_length])
        self.rare = np.array([not vocabulary.is_common(meaning) for meaning in self.meanings_by_length])
        self.speaks_against = ~self.rare | np.array([not meaning.brand for meaning in self.meanings_by_length])
        """A name one slip further away speaks against a match, unless it is a brand that few people write."""
        self.lengths = np.array([len(glued) for glued in self.by_length])

    @cached_property
    def by_glued(self) -> dict[str, Meaning]:
        """Name without spaces → meaning."""
        return dict(zip(self.glued, self.meanings, strict=True))

    @cached_property
    def by_stem(self) -> dict[str, list[Meaning]]:
        """Stem → generic names that share it."""
        found: dict[str, list[Meaning]] = {}
        for glued, meaning in zip(self.glued, self.meanings, strict=True):
            if not meaning.brand and len(glued) >= SHORTEST_COMPARED:
                found.setdefault(stem(glued), []).append(meaning)
        return found

    @cached_property
    def sounds(self) -> list[str]:
        """Names by ear, in the order of `by_length`."""
        return sound("\n".join(self.by_length)).split("\n")

    def resolve(self, chunks: Iterable[str]) -> dict[str, Near]:
        """What each chunk of unknown words stands for; chunks that stand for nothing near are left out, or (status
        unknown) listed with the nearest names for a person to look at."""
        found: dict[str, Near] = {}
        proposed: dict[str, Near] = {}
        left: list[str] = []
        for chunk in dict.fromkeys(chunks):
            word = chunk.replace(" ", "")
            if len(word) < SHORTEST:
                continue
            meaning = self.by_glued.get(word)
            if meaning is not None and len(word) >= SHORTEST_GLUED and meaning.phrase[-2] != " ":
                found[chunk] = _accepted(NORMALISED, chunk, meaning, 99.0)
            elif len(word) >= SHORTEST_COMPARED:
                likely = self._same(chunk, word) or self._two_names(chunk, word) or self._cut(chunk, word)
                if likely is not None:
                    proposed[chunk] = likely
                left.append(chunk)
        left.sort(key=lambda chunk: len(chunk.replace(" ", "")))
        for _, group in groupby(left, key=lambda chunk: len(chunk.replace(" ", ""))):
            alike = list(group)
            for start in range(0, len(alike), BATCH):
                found.update(self._misspelt(alike[start : start + BATCH], proposed))
        return found

    def _same(self, chunk: str, word: str) -> Near | None:
        """The same name with another ending, or the acid for the salt."""
        other = self.by_glued.get(same_anion(word))
        if other is not None and not other.brand:
            return _accepted(NORMALISED, chunk, other, 97.0)
        inflected = self.by_stem.get(stem(word), [])
        if inflected and len({meaning.meanings for meaning in inflected}) == 1:
            return _accepted(NORMALISED, chunk, inflected[0], 97.0)
        return None

    def _two_names(self, chunk: str, word: str) -> Near | None:
        """Two whole words without a space between them: a name and a name, a salt or a form."""
        names = self.vocabulary.names
        for at in range(SHORTEST_COMPARED, len(word) - 2):
            first, second = names.get(word[:at]), word[at:]
            if first is None or not first.ingredients or (first.brand and not self.vocabulary.is_common(first)):
                continue
            other = names.get(second)
            if other is not None and other.ingredients and not other.salt and len(second) >= SHORTEST:
                both = (*first.ingredients, *(part for part in other.ingredients if part not in first.ingredients))
                meaning = Meaning(NAME, f"{first.phrase} {other.phrase}", (both,), first.brand or other.brand)
                return _accepted(NORMALISED, chunk, meaning, 96.0)
            if second in self.vocabulary.grammar_words and (len(second) > 3 or second in ("tab", "cap", "inj", "hcl")):
                return _accepted(NORMALISED, chunk, first, 96.0)
        return None

    def _cut(self, chunk: str, word: str) -> Near | None:
        """The beginning of names that all stand for the same; short beginnings only of names in wide use."""
        if len(word) < SHORTEST_CUT_OFF:
            return None
        at, meanings = bisect_left(self.glued, word), []
        while at < len(self.glued) and self.glued[at].startswith(word):
            if self.meanings[at].phrase.startswith(chunk) and self.meanings[at].phrase.count(" ") == chunk.count(" "):
                meanings.append(self.meanings[at])
            at += 1
        if not meanings:
            return None
        meanings.sort(key=lambda meaning: (not self.vocabulary.is_common(meaning), len(meaning.phrase)))
        target = meanings[0]
        sure = len(word) >= SHORTEST_CUT_OFF_SURE and len(word) >= SURE_SHARE * len(target.phrase)
        known = self.vocabulary.is_common(target) or (sure and not target.brand and len(word) >= SHORTEST_RARE_CUT)
        several = len({frozenset(part) for meaning in meanings for part in meaning.meanings}) > 1
        if several or not known:
            options = tuple(dict.fromkeys(meaning.phrase for meaning in meanings))[:SHOWN]
            return Near(
                AMBIGUOUS, None, options, 90.0, f"{chunk} is the beginning of {' and '.join(options[:2])}", chunk
            )
        if target.brand and len(word) < SHORTEST_CUT_OFF_SURE:
            return None
        rival = None if sure else self._other_beginning(word, target)
        if rival is not None:
            asked = f"{chunk} may be the beginning of {target.phrase} or {rival.phrase}"
            return Near(AMBIGUOUS, None, (target.phrase, rival.phrase), 90.0, asked, chunk)
        whole = sure and not target.brand
        return _accepted(NORMALISED if whole else APPROXIMATE, chunk, target, 95.0 if whole else 90.0)

    def _other_beginning(self, word: str, target: Meaning) -> Meaning | None:
        """Another drug in wide use whose name begins like a cut word with one slip: metapro, metopro."""
        right = {frozenset(parts) for parts in target.meanings}
        at = bisect_left(self.glued, word[0])
        while at < len(self.glued) and self.glued[at][0] == word[0]:
            other = self.meanings[at]
            near = OSA.distance(word, self.glued[at][: len(word)], score_cutoff=1) == 1
            if near and self.vocabulary.is_common(other) and {frozenset(parts) for parts in other.meanings} != right:
                return other
            at += 1
        return None

    def _misspelt(self, chunks: Sequence[str], proposed: Mapping[str, Near]) -> dict[str, Near]:
        """Chunks of one length, compared with the names of about that length: what else is asked changes nothing."""
        words = [chunk.replace(" ", "") for chunk in chunks]
        length = len(words[0])
        limit = asked_edits(length) + 1
        reach = limit + HEARD_REACH
        first, last = np.searchsorted(self.lengths, [length - reach, length + reach + 1])
        choices = slice(int(first), int(last))
        found = {chunk: proposed[chunk] for chunk in chunks if chunk in proposed}
        if first == last:
            return found
        spelled = _distances(words, self.by_length[choices], limit)
        heard = _distances([sound(word) for word in words], self.sounds[choices], limit)
        for row, (chunk, word) in enumerate(zip(chunks, words, strict=True)):
            if chunk in proposed:
                found[chunk] = self._unrivalled(chunk, proposed[chunk], spelled[row], int(first))
            elif near := self._judge(chunk, word, spelled[row], heard[row], int(first)):
                found[chunk] = near
        return found

    def _unrivalled(self, chunk: str, likely: Near, spelled: Distances, start: int) -> Near:
        """What was found by rule stands unless it is one slip away from another drug."""
        if likely.meaning is None:
            return likely
        near = [self.meanings_by_length[start + int(at)] for at in np.flatnonzero(spelled <= 1)]
        right = {frozenset(parts) for parts in likely.meaning.meanings}
        rivals = [meaning for meaning in near if not right.issuperset(frozenset(parts) for parts in meaning.meanings)]
        if not rivals:
            return likely
        options = tuple(dict.fromkeys([likely.meaning.phrase, *(rival.phrase for rival in rivals)]))[:SHOWN]
        return Near(AMBIGUOUS, None, options, likely.score, f"{chunk} is near {' and '.join(options[:2])}", chunk)

    def _believable(self, word: str, meaning: Meaning, slips: int) -> bool:
        """Most unknown words are names that no table knows: only a name in wide use is likelier misspelt than met anew.

        Medicines' generic names are long and stand out; one slip is believed of all of them. A brand needs more
        agreement: invented names collide by chance.
        """
        if sound(word)[0] != sound(meaning.phrase)[0]:
            return False
        common = self.vocabulary.is_common(meaning)
        if slips > 1 and Prefix.similarity(word, meaning.phrase.replace(" ", "")) >= len(word) - slips - ENDING_LENGTH:
            return False  # another ending on the same beginning: names of products are made that way
        if meaning.brand:
            return common and len(word) >= SHORTEST_BRAND and slips <= (1 if len(word) < LONG_BRAND else 2)
        medicine = all(self.vocabulary.kinds[part] in ("drug", "otc") for part in meaning.ingredients)
        return (common and (medicine or slips == 1)) or (medicine and slips == 1 and len(word) >= SHORTEST_RARE)

    def _judge(self, chunk: str, word: str, spelled: Distances, heard: Distances, start: int) -> Near | None:
        """Accept, ask, or leave: by the fewest slips, the next best that is another drug, and the confused pairs.

        The distances are those to the names from `start` on, in the order of `by_length`.
        """
        slips = np.minimum(spelled, heard + (spelled > 0))
        best, edits = int(slips.min()), asked_edits(len(word))
        if best > edits + 1:
            return None
        within = np.flatnonzero(slips <= min(best + 1, edits + 1))
        ranked = within[np.lexsort((spelled[within], self.rare[start + within], slips[within]))]
        top = self.meanings_by_length[start + int(ranked[0])]
        others = ranked[self.drugs[start + ranked] != self.drugs[start + ranked[0]]]
        others = others[(slips[others] == best) | self.speaks_against[start + others]]
        rivals = [self.meanings_by_length[start + int(at)] for at in others[:SHOWN]]
        confused = sorted(
            partner
            for partner in self.vocabulary.confusable.get(top.phrase, ())
            if OSA.distance(word, partner.replace(" ", "")) <= best + CONFUSED_MARGIN
        )
        options = tuple(dict.fromkeys([top.phrase, *confused, *(rival.phrase for rival in rivals)]))[:SHOWN]
        if " " in chunk and min(map(len, chunk.split())) < SHORTEST_WORD_JOINED:
            return None  # a letter behind a name makes another product of it
        score = round(100 * (1 - best / len(word)), 1)
        asked = f"{chunk} is near {' and '.join(options[:2])}"
        if best > edits:
            return Near(UNKNOWN, None, options, score, asked, chunk)
        accepted = 1 if " " in chunk else accepted_edits(len(word))
        safe = not rivals and not confused and best <= accepted and self._believable(word, top, best)
        return (
            _accepted(APPROXIMATE, chunk, top, score) if safe else Near(AMBIGUOUS, None, options, score, asked, chunk)
        )


def _distances(words: Sequence[str], names: Sequence[str], limit: int) -> Distances:
    """Slips between each word and each name; limit + 1 stands for more."""
    return cdist(words, names, scorer=OSA.distance, score_cutoff=limit, dtype=np.uint8, workers=-1)


def _accepted(status: str, chunk: str, meaning: Meaning, score: float) -> Near:
    if len(meaning.meanings) > 1:
        options = tuple(" + ".join(parts) for parts in meaning.meanings)
        return Near(AMBIGUOUS, None, options, score, f"{chunk} can mean {' or '.join(options)}", chunk)
    return Near(status, meaning, (), score, f"{chunk} → {meaning.phrase}", chunk)
