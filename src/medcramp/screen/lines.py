"""The patient's own drug lines and the input rows behind a finding, joined per patient without a loop over patients."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medcramp.logic.facts import STOPPED, Facts, Index, distinct

_MOST_CODED = 4


class Joined(NamedTuple):
    """`texts[code[i]]` is the joined text of the i-th patient asked for."""

    code: Index
    texts: NDArray[np.object_]

    def each(self) -> NDArray[np.object_]:
        """The text per patient."""
        return self.texts[self.code]


class Evidence:
    """Drug lines and source rows of exposures."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._exposure = facts.lines["exposure"].to_numpy()
        self._counts = facts.lines["counts"].to_numpy()
        self._active = facts.exposures["active"].to_numpy()
        self._record = {name: facts.lines[name].to_numpy() for name in ("first_record", "record")}
        column = facts.lines["text"].cat
        self.text_codes: Index = column.codes.to_numpy().astype(np.int64)
        self.texts = np.array([str(text).replace(";", ",") for text in column.categories], dtype=object)

    @cached_property
    def _several_files(self) -> bool:
        return self.facts.source_files.nunique() > 1

    def lines_of(self, exposures: Index) -> Index:
        """Rows of `facts.lines` for the exposures: current lines, or all lines of an exposure that has ended."""
        offsets = self.facts.line_offsets
        counts = offsets[exposures + 1] - offsets[exposures]
        rows = np.repeat(offsets[exposures], counts) + _positions(counts)
        kept: Index = rows[self._counts[rows] | (self._active[self._exposure[rows]] == STOPPED)]
        return kept

    def drugs(self, exposures: Index, patients: Index) -> Joined:
        """The patient's own drug lines, ";"-joined, for each of `patients` (ascending; all must have an exposure)."""
        rows = self.lines_of(exposures)
        patient = self.facts.patient_of[self._exposure[rows]].astype(np.int64)
        pairs = distinct(patient * max(len(self.texts), 1) + self.text_codes[rows])
        width = max(len(self.texts), 1)
        return joined(pairs // width, pairs % width, self.texts, patients)

    def source_rows(self, exposures: Index, patients: Index, *, first: bool = False) -> NDArray[np.object_]:
        """Input rows of the latest record of every line (`first`: also its first record), ";"-joined per patient."""
        rows = self.lines_of(exposures)
        patient = self.facts.patient_of[self._exposure[rows]].astype(np.int64)
        columns = ["first_record", "record"] if first else ["record"]
        record = np.concatenate([self._record[name][rows] for name in columns])
        patient = np.tile(patient, len(columns))
        line = self.facts.source_rows[record].astype(np.int64)
        file = (
            self.facts.source_files.cat.codes.to_numpy()[record] if self._several_files else np.zeros(len(record), int)
        )
        order = np.lexsort((line, file, patient))
        patient, line, file = patient[order], line[order], file[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (patient[1:] != patient[:-1]) | (line[1:] != line[:-1]) | (file[1:] != file[:-1])
        patient, line, file = patient[new], line[new], file[new]
        words = line.astype(str).tolist()
        if self._several_files:
            names = [str(name).replace(";", ",") for name in self.facts.source_files.cat.categories]
            words = [f"{names[code]}:{word}" for code, word in zip(file, words, strict=True)]
        return _join(words, np.searchsorted(patient, patients), np.searchsorted(patient, patients, side="right"))


def joined(patient: Index, code: Index, texts: NDArray[np.object_], patients: Index) -> Joined:
    """Texts by code, ";"-joined per patient; `patient` ascending. Every distinct combination is joined once."""
    begin, end = np.searchsorted(patient, patients), np.searchsorted(patient, patients, side="right")
    count, width = end - begin, len(texts) + 1
    key = np.full(len(patients), -1, dtype=np.int64)
    few = (count > 0) & (count <= _MOST_CODED) & (float(width) ** _MOST_CODED < np.iinfo(np.int64).max)
    for place in range(_MOST_CODED):
        has = few & (count > place)
        start = np.maximum(key[has], 0)
        key[has] = start * width + code[begin[has] + place] + 1
    _, first, place_of = np.unique(key, return_index=True, return_inverse=True)
    words = [";".join(texts[code[begin[i] : end[i]]]) if key[i] >= 0 else "" for i in first]
    rest = np.flatnonzero(~few & (count > 0))
    many = _join(texts[code].tolist(), begin[rest], end[rest])
    codes = np.ravel(place_of).astype(np.int64)
    codes[rest] = len(words) + np.arange(len(rest))
    return Joined(codes, np.array([*words, *many], dtype=object))


def _join(words: Sequence[str], begin: Index, end: Index) -> NDArray[np.object_]:
    pieces = [";".join(words[b:e]) for b, e in zip(begin.tolist(), end.tolist(), strict=True)]
    result = np.empty(len(pieces), dtype=object)
    result[:] = pieces
    return result


def _positions(counts: Index) -> Index:
    """0, 1, … for each count, one after another."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
