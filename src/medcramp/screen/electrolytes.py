"""Net effect of the whole regimen on each electrolyte, with the drugs that drive it named on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from medcramp.knowledge.clinical import ElectrolyteEffect
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import Facts, Index, distinct
from medcramp.logic.gaps import gather
from medcramp.logic.labs import latest
from medcramp.logic.planes import Mask
from medcramp.records import ELECTROLYTE_COLUMNS, ELECTROLYTES, SEVERITIES, URGENCIES
from medcramp.screen.batch import Batch, Texts, code, same, text
from medcramp.screen.lines import Evidence, joined

DOWN, UP = "down", "up"
UNSURE = "another medicine may act too: whether or how it is taken is unknown"


@dataclass(frozen=True)
class Side:
    """What moves one electrolyte one way: exposures (certain, possible), the patients, their drugs in words, who has
    two or more products of a common effect, and who takes what of each of those effects."""

    exposures: Index
    perhaps: Index
    patients: Index
    drugs: Texts
    strong: Mask
    common: Sequence[tuple[ElectrolyteEffect, Mask]]

    def spread(self, size: int) -> Texts:
        """Drugs in words over all patients, "" where there are none."""
        everyone = text("", size)
        everyone[self.patients] = self.drugs
        return everyone


Sides = Mapping[str, Mapping[str, Side]]


def sides(evaluator: Evaluator, evidence: Evidence) -> Sides:
    """electrolyte → direction → Side."""
    return {
        electrolyte: {direction: _side(electrolyte, direction, evaluator, evidence) for direction in (DOWN, UP)}
        for electrolyte in ELECTROLYTES
    }


def _side(electrolyte: str, direction: str, evaluator: Evaluator, evidence: Evidence) -> Side:
    facts, clinical = evaluator.facts, evaluator.knowledge.clinical
    effects = [row for row in clinical.effects if (row.electrolyte, row.direction) == (electrolyte, direction)]
    none = np.empty(0, dtype=np.int64)
    chosen = {row.group: evaluator.medicines.now(row.group) for row in effects}
    certain = distinct(none, *(part.certain for part in chosen.values()))
    perhaps = np.setdiff1d(distinct(none, *(part.possible for part in chosen.values())), certain, assume_unique=True)
    common = [(row, chosen[row.group].certain) for row in effects if row.likelihood == "common"]
    patients = np.flatnonzero(facts.by_patient(certain))
    return Side(
        exposures=certain,
        perhaps=perhaps,
        patients=patients,
        drugs=_named([row.group for row in effects], certain, patients, evaluator, evidence),
        strong=facts.count_by_patient(distinct(none, *(exposures for _, exposures in common))) >= 2,
        common=[(row, facts.by_patient(exposures)) for row, exposures in common if len(exposures)],
    )


def _named(groups: Sequence[str], exposures: Index, patients: Index, evaluator: Evaluator, evidence: Evidence) -> Texts:
    """The patient's own lines; of a combination product the ingredients that act are named as well."""
    facts = evaluator.facts
    acting = frozenset().union(*(evaluator.knowledge.groups.members(group) for group in groups))
    rows = evidence.lines_of(exposures)
    exposure = facts.lines["exposure"].to_numpy()[rows]
    product = facts.exposures["product"].to_numpy()[exposure].astype(np.int64)
    suffix = np.full(len(facts.products), "", dtype=object)
    for place in np.unique(product):
        held = facts.held[place]
        named = [name for name in held if name in acting]
        if len(named) < len(held):
            suffix[place] = f" ({', '.join(named)})"
    width = len(facts.products)
    words = evidence.text_codes[rows] * width + product
    known, word = np.unique(words, return_inverse=True)
    texts = np.array([evidence.texts[key // width] + suffix[key % width] for key in known], dtype=object)
    # One code per distinct text, in the order of the texts, so that equal lines are named once.
    text_code, ordered = pd.factorize(texts, sort=True)
    size = max(len(ordered), 1)
    pairs = distinct(facts.patient_of[exposure].astype(np.int64) * size + text_code[np.ravel(word)])
    return joined(pairs // size, pairs % size, np.asarray(ordered, dtype=object), patients).each()


def table(all_sides: Sides, evaluator: Evaluator) -> pd.DataFrame:
    """ELECTROLYTE_COLUMNS: a row per patient and electrolyte that some drug moves or that was measured."""
    parts = [_rows(name, both, evaluator) for name, both in all_sides.items()]
    frame = pd.concat(parts, ignore_index=True)
    order = np.lexsort((frame["electrolyte"].cat.codes, frame["patient_id"].cat.codes))
    return frame.iloc[order].reset_index(drop=True)


def _rows(electrolyte: str, both: Mapping[str, Side], evaluator: Evaluator) -> pd.DataFrame:
    facts = evaluator.facts
    down, up = both[DOWN], both[UP]
    measured = _measured(electrolyte, evaluator)
    unsure = facts.by_patient(np.concatenate([down.perhaps, up.perhaps]))
    has = {side: np.zeros(facts.size, dtype=bool) for side in (DOWN, UP)}
    has[DOWN][down.patients], has[UP][up.patients] = True, True
    chosen = np.flatnonzero(has[DOWN] | has[UP] | unsure | (measured >= 0))
    net = np.select([has[DOWN] & has[UP], has[DOWN], has[UP]], [0, 1, 2], 3)[chosen]
    shown = _results(facts, measured[chosen], electrolyte, evaluator)
    note = np.where(unsure[chosen] & (shown["note"] != ""), UNSURE + "; ", np.where(unsure[chosen], UNSURE, ""))
    columns = {
        "patient_id": pd.Categorical.from_codes(chosen, dtype=facts.patient_dtype),
        "electrolyte": _coded(np.full(len(chosen), ELECTROLYTES.index(electrolyte)), ELECTROLYTES),
        "net": _coded(net, ("mixed", DOWN, UP, "none")),
        "drivers_down": pd.Series(down.spread(facts.size)[chosen], dtype=object),
        "drivers_up": pd.Series(up.spread(facts.size)[chosen], dtype=object),
        **shown,
        "note": pd.Series(note.astype(object) + shown["note"], dtype=object),
    }
    return pd.DataFrame(columns, columns=list(ELECTROLYTE_COLUMNS))


def _coded(codes: Index, words: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words), dtype=object))


def _results(facts: Facts, row: Index, electrolyte: str, evaluator: Evaluator) -> dict[str, Any]:
    """Latest value and unit as the laboratory put them, date and note for rows of `facts.labs` (-1 = not measured)."""
    labs, known = evaluator.knowledge.labs, np.flatnonzero(row >= 0)
    texts = {name: text("", len(row)) for name in ("unit", "last_date", "note")}
    value = np.full(len(row), np.nan)
    if len(known):
        found = facts.labs.iloc[row[known]]
        given, converted = found["given_value"].to_numpy(dtype=float), found["value"].to_numpy(dtype=float)
        given_unit, unit = found["given_unit"].to_numpy(dtype=object), found["unit"].to_numpy(dtype=object)
        own = given_unit != ""
        value[known] = np.where(own, given, converted)
        same = [
            f"{number:.4g} {name}" if other else "" for number, name, other in zip(converted, unit, own, strict=True)
        ]
        tests = found["test"].to_numpy(dtype=object)
        names = np.array(["" if test == electrolyte else labs.label(test) for test in tests], dtype=object)
        notes = found["note"].to_numpy(dtype=object)
        texts["unit"][known] = np.where(own, given_unit, unit)
        texts["last_date"][known] = iso_dates(found["date"].to_numpy())
        texts["note"][known] = [", ".join(filter(None, parts)) for parts in zip(same, names, notes, strict=True)]
    series = {name: pd.Series(column, dtype=object) for name, column in texts.items()}
    return {"last_value": value, **series}


def iso_dates(dates: np.ndarray) -> np.ndarray:
    """Dates as YYYY-MM-DD, "" where unknown."""
    days = dates.astype("datetime64[D]")
    return np.where(np.isnat(days), "", np.datetime_as_string(days)).astype(object)


def _measured(electrolyte: str, evaluator: Evaluator) -> Index:
    """Row of facts.labs to show per patient (-1 none): an unadjusted result only where there is no other."""
    labs, facts = evaluator.knowledge.labs, evaluator.facts
    tests = [test for test in labs.tests if labs[test].electrolyte == electrolyte]
    raw = {adjustment.measured for adjustment in labs.adjustments}
    row = np.full(facts.size, -1, dtype=np.int64)
    for test in sorted(tests, key=lambda test: test in raw):
        found = latest(facts, test).row
        row = np.where(row < 0, found, row)
    return row


def net_findings(
    all_sides: Sides, spoken_for: Mapping[str, Mask], evaluator: Evaluator, evidence: Evidence
) -> Iterator[Batch]:
    """NET-<electrolyte>-<direction>: two or more common drivers the same way, none against, and nobody else says so.

    `spoken_for`: per electrolyte the patients who have a finding about it already.
    """
    for electrolyte, both in all_sides.items():
        for direction, against in ((DOWN, UP), (UP, DOWN)):
            side, other = both[direction], both[against]
            mask = side.strong.copy()
            mask[other.patients] = False
            mask &= ~spoken_for.get(electrolyte, np.zeros(len(mask), dtype=bool))
            patients = np.flatnonzero(mask)
            if len(patients):
                yield _net(electrolyte, direction, side, patients, evaluator, evidence)


def _net(
    electrolyte: str, direction: str, side: Side, patients: Index, evaluator: Evaluator, evidence: Evidence
) -> Batch:
    drugs = side.spread(evaluator.facts.size)[patients]
    sources_of = {row.group: row.source for row, _ in side.common}
    sources = text("", len(patients))
    sources[:] = [
        ";".join(dict.fromkeys(key for group in groups for key in sources_of[group]))
        for groups in gather({row.group: mask[patients] for row, mask in side.common}, len(patients))
    ]
    unverified = np.zeros(len(patients), dtype=bool)
    for row, mask in side.common:
        unverified |= mask[patients] & (not row.verified)
    verb = "lower" if direction == DOWN else "raise"
    words = [
        f"Several medicines {verb} {electrolyte}: {names.replace(';', ' + ')}. Nothing taken opposes it."
        for names in drugs
    ]
    wanted = np.zeros(evaluator.facts.size, dtype=bool)
    wanted[patients] = True
    exposures = side.exposures[wanted[evaluator.facts.patient_of[side.exposures]]]
    message = text("", len(patients))
    message[:] = words
    return Batch(
        rule=f"NET-{electrolyte}-{direction}",
        kind="electrolyte",
        title=f"Several medicines {verb} {electrolyte}",
        action=f"Look for a recent {electrolyte} result; ask for one when there is none.",
        mechanism="",
        electrolytes=f"{electrolyte} {direction}",
        patients=patients,
        certain=np.ones(len(patients), dtype=bool),
        verified=~unverified,
        severity=same(code("minor", SEVERITIES), len(patients)),
        urgency=same(code("routine", URGENCIES), len(patients)),
        grade=same(-1, len(patients)),
        drugs=drugs,
        message=message,
        facts=text("", len(patients)),
        missing=text("", len(patients)),
        sources=sources,
        source_rows=evidence.source_rows(exposures, patients),
    )
