"""Names written differently: glued, cut, inflected or misspelt. Bounded, with a margin, never across a confused pair.

A misspelt name is accepted only when nothing else is about as near; otherwise the candidates are shown and none used.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from medcramp.knowledge.vocabulary import NAME, Meaning, Vocabulary
from medcramp.recognise.names import AMBIGUOUS, APPROXIMATE, NORMALISED, UNKNOWN, Near

SHORTEST = 4
SHORTEST_CUT = 5
SHORTEST_GLUED = 6
SHORTEST_CUT_BRAND = 8
MARGIN = 2
CONFUSED_MARGIN = 3
SHOWN = 5
BATCH = 512

_SOUNDS = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"y"), "i"),
    (re.compile(r"ck|k|q"), "c"),
    (re.compile(r"th"), "t"),
    (re.compile(r"rh"), "r"),
    (re.compile(r"ch(?=[lr])"), "c"),
    (re.compile(r"z"), "s"),
    (re.compile(r"x"), "cs"),
    (re.compile(r"c(?=[ei])"), "s"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_ENDING = re.compile(r"(?:um|us|[aeos])$")


def sound(word: str) -> str:
    """A spelling by ear: fluphenazyne and flufenazine are the same."""
    for pattern, becomes in _SOUNDS:
        word = pattern.sub(becomes, word)
    return word


def stem(word: str) -> str:
    """A name without the ending that languages differ in: furosemida, furosemid, furosemidum, furosemide."""
    return _ENDING.sub("", word) if len(word) > SHORTEST else word


def asked_edits(length: int) -> int:
    """How many slips a word of this length may hold to be worth a question."""
    return 0 if length < SHORTEST_CUT else 1 if length < 7 else 2 if length < 10 else 3


def accepted_edits(length: int) -> int:
    """How many slips a word of this length may hold to be used without asking."""
    return 0 if length < SHORTEST_CUT else 1 if length < 9 else 2 if length < 13 else 3


def same_anion(word: str) -> str:
    """The acid of a salt and the salt of an acid: valproate, valproicacid."""
    if word.endswith("icacid"):
        return word.removesuffix("icacid") + "ate"
    return word.removesuffix("ate") + "icacid" if word.endswith("ate") else ""


class Nearest:
    """Looks up words that are no name as they stand. Built once per vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        clear = sorted(
            (phrase.replace(" ", ""), phrase)
            for phrase, meaning in vocabulary.names.items()
            if len(phrase) >= SHORTEST and not any(mark.isdigit() for mark in phrase)
        )
        self.glued = [glued for glued, _ in clear]
        self.meanings = [vocabulary.names[phrase] for _, phrase in clear]
        self.lengths = np.array([len(glued) for glued in self.glued])

    @cached_property
    def by_glued(self) -> dict[str, Meaning]:
        """Name without spaces → meaning."""
        return dict(zip(self.glued, self.meanings, strict=True))

    @cached_property
    def by_stem(self) -> dict[str, list[Meaning]]:
        """Stem → generic names that share it."""
        found: dict[str, list[Meaning]] = {}
        for glued, meaning in zip(self.glued, self.meanings, strict=True):
            if not meaning.brand and len(glued) >= SHORTEST_CUT:
                found.setdefault(stem(glued), []).append(meaning)
        return found

    @cached_property
    def sounds(self) -> list[str]:
        """Names by ear."""
        return [sound(glued) for glued in self.glued]

    def resolve(self, chunks: Iterable[str]) -> dict[str, Near]:
        """What each chunk of unknown words stands for; chunks that stand for nothing near are left out, or (status
        unknown) listed with the nearest names for a person to look at."""
        found: dict[str, Near] = {}
        left: list[str] = []
        for chunk in dict.fromkeys(chunks):
            word = chunk.replace(" ", "")
            if len(word) < SHORTEST:
                continue
            near = self._same(chunk, word) or self._two_names(chunk, word) or self._cut(chunk, word)
            if near is not None:
                found[chunk] = near
            elif len(word) >= SHORTEST_CUT:
                left.append(chunk)
        for start in range(0, len(left), BATCH):
            found.update(self._misspelt(left[start : start + BATCH]))
        return found

    def _same(self, chunk: str, word: str) -> Near | None:
        """The same letters, differently spaced, or another ending."""
        meaning = self.by_glued.get(word)
        if meaning is not None and len(word) >= SHORTEST_GLUED:
            return _accepted(NORMALISED, chunk, meaning, 99.0)
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
        for at in range(SHORTEST_CUT, len(word) - 2):
            first, second = names.get(word[:at]), word[at:]
            if first is None or not first.ingredients:
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
        """The beginning of names that all stand for the same."""
        if len(word) < SHORTEST_CUT or " " in chunk:
            return None
        at, meanings = bisect_left(self.glued, word), []
        while at < len(self.glued) and self.glued[at].startswith(word):
            if " " not in self.meanings[at].phrase:
                meanings.append(self.meanings[at])
            at += 1
        if not meanings or len({frozenset(part) for meaning in meanings for part in meaning.meanings}) > 1:
            return None
        target = min(meanings, key=lambda meaning: len(meaning.phrase))
        if target.brand and len(word) < SHORTEST_CUT_BRAND:
            return None
        whole = not target.brand and len(word) >= 6
        return _accepted(NORMALISED if whole else APPROXIMATE, chunk, target, 95.0 if whole else 90.0)

    def _misspelt(self, chunks: Sequence[str]) -> dict[str, Near]:
        words = [chunk.replace(" ", "") for chunk in chunks]
        limit = max(asked_edits(len(word)) for word in words) + CONFUSED_MARGIN
        spelled = cdist(words, self.glued, scorer=OSA.distance, score_cutoff=limit, dtype=np.uint8, workers=-1)
        heard = cdist(
            [sound(word) for word in words],
            self.sounds,
            scorer=OSA.distance,
            score_cutoff=limit,
            dtype=np.uint8,
            workers=-1,
        )
        found = {}
        for row, (chunk, word) in enumerate(zip(chunks, words, strict=True)):
            near = self._judge(chunk, word, spelled[row], heard[row])
            if near is not None:
                found[chunk] = near
        return found

    def _judge(self, chunk: str, word: str, spelled: np.ndarray, heard: np.ndarray) -> Near | None:
        """Accept, ask, or leave: by the fewest slips, the next best that is another drug, and the confused pairs."""
        slips = np.minimum(spelled, heard + (spelled > 0))
        best = int(slips.min())
        edits = asked_edits(len(word))
        if best > edits + 1:
            return None
        within = np.flatnonzero(slips <= best + CONFUSED_MARGIN)
        ranked = within[np.lexsort((spelled[within], slips[within]))]
        top = self.meanings[ranked[0]]
        same = {frozenset(part) for part in top.meanings}
        rivals = [
            index for index in ranked[1:] if not same >= {frozenset(part) for part in self.meanings[index].meanings}
        ]
        options = tuple(dict.fromkeys(self.meanings[index].phrase for index in (ranked[0], *rivals)))[:SHOWN]
        score = round(100 * (1 - best / max(len(word), 1)), 1)
        asked = f"{chunk} is near {' and '.join(options[:2])}"
        if best > edits:
            return Near(UNKNOWN, None, options, score, asked)
        close = [index for index in rivals if slips[index] < best + MARGIN]
        partners = self.vocabulary.confusable.get(top.phrase, frozenset())
        confused = [index for index in rivals if self.meanings[index].phrase in partners]
        safe = not close and not confused and best <= accepted_edits(len(word)) and self._believable(word, top, best)
        if not safe:
            return Near(AMBIGUOUS, None, options, score, asked)
        return _accepted(APPROXIMATE, chunk, top, score)

    def _believable(self, word: str, meaning: Meaning, slips: int) -> bool:
        """Short and invented names collide by chance: a brand needs more agreement than a generic name."""
        name = meaning.phrase.replace(" ", "")
        if sound(word)[0] != sound(name)[0]:
            return False
        if meaning.brand:
            return len(word) >= 7 and slips <= (1 if len(word) < 10 else 2)
        return True


def _accepted(status: str, chunk: str, meaning: Meaning, score: float) -> Near:
    if len(meaning.meanings) > 1:
        options = tuple(" + ".join(parts) for parts in meaning.meanings)
        return Near(AMBIGUOUS, None, options, score, f"{chunk} can mean {' or '.join(options)}")
    return Near(status, meaning, (), score, f"{chunk} → {meaning.phrase}")
