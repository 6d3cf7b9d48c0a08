"""Which treatment options are safe for whom: every option × form for every patient.

The worst status that certainly applies wins (`avoid` > `caution`); where none does and a deciding fact is unknown, the
option is `not_assessed`; else it is `ok`. Whatever is unknown is asked for, also beside a certain status.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from medcramp.advise.distinct import combinations
from medcramp.knowledge import Knowledge
from medcramp.knowledge.advice import Phrases, Topics
from medcramp.knowledge.options import SERIOUSNESS, Option, Predicate
from medcramp.logic import expressions as ex
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import Facts
from medcramp.logic.planes import Mask, Planes
from medcramp.records import OPTION_COLUMNS

NOT_ASSESSED = "not_assessed"

_UNKNOWN, _PRESENT = 1, 2
Gap = tuple[str, str]
"""(status it could bring, topic of the missing fact)."""


@dataclass(frozen=True)
class Verdict:
    """What one combination of known and unknown facts means for one form of an option."""

    status: str
    reasons: str
    ask: str
    sources: str


def assess(facts: Facts, knowledge: Knowledge) -> pd.DataFrame:
    """Options for all patients: OPTION_COLUMNS, categorical, ordered by patient, then as the catalogue lists them."""
    evaluator = Evaluator(facts, knowledge)
    forms = [(option, form) for option in knowledge.options for form in option.forms]
    grades = knowledge.advice.phrases.evidence
    texts = {name: _Texts() for name in ("status", "reasons", "ask", "sources")}
    codes = {name: np.empty((facts.size, len(forms)), dtype=np.int32) for name in texts}
    for place, (option, form) in enumerate(forms):
        combination, verdicts = _judge(option, form, evaluator)
        for name, known in texts.items():
            of_verdict = np.array([known.code(getattr(verdict, name)) for verdict in verdicts], dtype=np.int32)
            codes[name][:, place] = of_verdict[combination] if len(verdicts) else 0
    columns: dict[str, object] = {
        "patient_id": pd.Categorical.from_codes(
            np.repeat(np.arange(facts.size), len(forms)), pd.Index(facts.patients["patient_id"].astype(str))
        ),
        "option": _each(facts.size, [option.option for option, _ in forms]),
        "form": _each(facts.size, [form for _, form in forms]),
        "evidence": _each(facts.size, [grades[option.evidence.grade] for option, _ in forms]),
        "legal_status": _each(facts.size, [legal_status(option, facts.jurisdiction) for option, _ in forms]),
        "label": _each(facts.size, [option.label for option, _ in forms]),
    }
    for name, known in texts.items():
        columns[name] = known.categorical(codes[name].reshape(-1))
    return pd.DataFrame({name: columns[name] for name in OPTION_COLUMNS}, columns=list(OPTION_COLUMNS))


def legal_status(option: Option, jurisdiction: str) -> str:
    """The legal status where the run takes place; another market's one is named as such."""
    if jurisdiction in option.legal_status:
        return option.legal_status[jurisdiction]
    market, words = next(iter(option.legal_status.items()))
    return f"{market}: {words} ({jurisdiction} not checked)"


def _judge(option: Option, form: str, evaluator: Evaluator) -> tuple[np.ndarray, list[Verdict]]:
    """The combination that each patient shows, and the verdict on every distinct combination."""
    predicates = option.predicates(form)
    states = [_state(evaluator.unless(predicate.when, predicate.unless)) for predicate in predicates]
    gaps = _gaps(predicates, states, evaluator)
    table = [*states, *gaps.values()]
    combination, first = combinations(table, 3, evaluator.facts.size)
    phrases = evaluator.knowledge.advice.phrases
    verdicts = []
    for patient in first:
        row = [int(column[patient]) for column in table]
        unknown = [gap for gap, state in zip(gaps, row[len(states) :], strict=True) if state]
        verdicts.append(verdict(option, form, list(zip(predicates, row, strict=False)), unknown, phrases))
    return combination, verdicts


def _state(planes: Planes) -> np.ndarray:
    """Per patient: absent, unknown or present."""
    return planes.certain.astype(np.int8) + planes.possible.astype(np.int8)


def _gaps(predicates: Sequence[Predicate], states: Sequence[np.ndarray], evaluator: Evaluator) -> dict[Gap, Mask]:
    """Who lacks which fact, by topic and by the status that the fact could bring."""
    topics = evaluator.knowledge.advice.phrases.topics
    gaps: dict[Gap, Mask] = {}
    for predicate, state in zip(predicates, states, strict=True):
        if not _decides(predicate):
            continue
        undecided = state == _UNKNOWN
        for expression in predicate.expressions():
            for leaf in ex.walk(expression):
                if topic := _topic(leaf, topics):
                    gap = (predicate.status, topic)
                    mask = undecided & evaluator.planes(leaf).unknown
                    gaps[gap] = gaps[gap] | mask if gap in gaps else mask
    return dict(sorted(gaps.items()))


def _topic(leaf: ex.Node, topics: Topics) -> str:
    """What has to be known for this leaf of an expression, in words; "" for an expression that only combines."""
    match leaf:
        case ex.Age():
            return topics.age
        case ex.Sex():
            return topics.sex
        case ex.Egfr():
            return topics.egfr
        case ex.Pregnant() | ex.PregnantWeeks():
            return topics.pregnancy
        case ex.Condition():
            return topics.condition
        case ex.Allergy():
            return topics.allergy
        case ex.Lab(lab=bound):
            return f"{topics.lab} {bound.test.replace('_', ' ')}"
        case _:
            return "" if ex.children(leaf) else topics.medicine


def _decides(predicate: Predicate) -> bool:
    """Does not knowing this predicate keep the option from being judged?"""
    return predicate.status != "ok" and predicate.when_unknown == NOT_ASSESSED


def verdict(
    option: Option, form: str, found: Sequence[tuple[Predicate, int]], unknown: Sequence[Gap], phrases: Phrases
) -> Verdict:
    """Status, reasons (worst first), questions and sources for one combination of predicate states and gaps."""
    present = [predicate for predicate, state in found if state == _PRESENT]
    unsuitable = option.kind != "never" and option.forms[form] == "not_sensible"
    status = next((status for status in SERIOUSNESS if any(p.status == status for p in present)), "ok")
    if unsuitable and status == "ok":
        status = "caution"
    worse = SERIOUSNESS[: SERIOUSNESS.index(status)]
    open_ = [predicate for predicate, state in found if state == _UNKNOWN and predicate.status in worse]
    deciding = [predicate for predicate in open_ if _decides(predicate)]

    reasons = [f"{p.status}: {_tagged(p, phrases)}" for p in present if p.status != "ok"]
    if unsuitable:
        reasons.insert(sum(p.status == "avoid" for p in present), f"caution: {_unsuitable(option, form, phrases)}")
    if deciding:
        topics = sorted({topic for brings, topic in unknown if brings in worse})
        reasons.append(f"{phrases.not_known} {deciding[0].status}: {', '.join(topics)}")
    reasons += [_tagged(p, phrases) for p in present if p.status == "ok"]
    if not unsuitable and form in option.form_notes:
        reasons.append(option.form_notes[form])
    if status == "ok" and not deciding:
        reasons.append(phrases.nothing_against)

    copied = option.copies[form].source if form in option.copies else ()
    sources = [*(key for p in present for key in p.source), *copied, *option.evidence.source]
    return Verdict(
        NOT_ASSESSED if status == "ok" and deciding else status,
        "; ".join(reasons),
        "; ".join(_once(p.ask for p in open_)),
        ";".join(_once(sources)),
    )


def _tagged(predicate: Predicate, phrases: Phrases) -> str:
    tag = phrases.tags[predicate.tag]
    return f"{predicate.reason} ({tag})" if tag else predicate.reason


def _unsuitable(option: Option, form: str, phrases: Phrases) -> str:
    """Why the form is not sensible; names the marketed product that it would copy."""
    parts = [option.form_notes[form]]
    if form in option.copies:
        parts = [phrases.copy_of, option.copies[form].product, *parts]
    return " – ".join(parts)


def _once(items: Iterable[str]) -> list[str]:
    return [item for item in dict.fromkeys(items) if item]


def _each(patients: int, values: Sequence[str]) -> pd.Categorical:
    """The same sequence of values for every patient."""
    codes, categories = pd.factorize(np.array(values, dtype=object))
    return pd.Categorical.from_codes(np.tile(codes.astype(np.int16), patients), pd.Index(categories))


class _Texts:
    """Distinct texts in order of first use; "" is kept as missing."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, text: str) -> int:
        return self._codes.setdefault(text, len(self._codes)) if text else -1

    def categorical(self, codes: np.ndarray) -> pd.Categorical:
        return pd.Categorical.from_codes(codes, pd.Index(list(self._codes), dtype=object))
