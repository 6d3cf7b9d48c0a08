"""Who comes first, and why: one row per patient, derived from the findings by the ladder of `priorities.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from medcramp.advise.distinct import sets
from medcramp.knowledge.ladder import Match, Priorities
from medcramp.logic.facts import STOPPED, Facts
from medcramp.records import GRADES, PATIENT_COLUMNS, PRIORITIES, SEVERITIES, URGENCIES, text_column

CLASS_PREFIX = "CLASS-"
CERTAINTIES = ("confirmed", "verify")


class Screened(Protocol):
    """What screening gives: `findings` (FINDING_COLUMNS), `not_assessed` (NOT_ASSESSED_COLUMNS)."""

    @property
    def findings(self) -> pd.DataFrame: ...

    @property
    def not_assessed(self) -> pd.DataFrame: ...


def prioritise(facts: Facts, screened: Screened, priorities: Priorities) -> pd.DataFrame:
    """PATIENT_COLUMNS, one row per patient of `facts` in their order, also for those without a finding."""
    findings = screened.findings
    people, size = facts.patients, facts.size
    owner = _owners(findings["patient_id"], facts)
    top = _deciding(findings, owner, size, priorities)
    found = np.flatnonzero(top >= 0)
    decided = findings.iloc[top[found]]
    step = np.full(size, len(priorities.ladder))
    step[found] = _steps(decided, priorities)

    named = [*(rung.priority for rung in priorities.ladder), priorities.nothing]
    priority = np.array(named, dtype=object)[step]
    counts = np.bincount(owner, minlength=size).astype(np.int32)
    severe, urgent = (
        _worst(findings["severity"], SEVERITIES, owner, size),
        _worst(findings["urgency"], URGENCIES, owner, size),
    )
    columns = {
        "patient_id": text_column(people["patient_id"].astype(str)),
        "priority": pd.Categorical(priority, categories=list(PRIORITIES)),
        "findings": counts,
        "top_reason": _spread(_reasons(decided, priorities), found, size),
        "classes": _classes(findings, owner, size),
        "not_assessed": _not_assessed(screened.not_assessed, facts),
        "patient_name": people["patient_name"].to_numpy(),
        "birth_date": people["birth_date"].to_numpy(),
        "age": people["age"].to_numpy(),
        "sex": people["sex"].to_numpy(),
        "most_severe": severe,
        "most_urgent": urgent,
        "medications": np.bincount(facts.patient_of[_current(facts)], minlength=size).astype(np.int32),
        "action": text_column(_actions(decided, found, priority, priorities)),
        "place": _places(np.lexsort((-counts, _last(severe), _last(urgent), step))),
    }
    return pd.DataFrame(columns, columns=list(PATIENT_COLUMNS))


def ranked(findings: pd.DataFrame, facts: Facts, priorities: Priorities) -> pd.DataFrame:
    """RANKED_FINDING_COLUMNS: `findings` as they stand, with the place of each among those of its patient."""
    order = pressing_order(findings, priorities)
    owner = _owners(findings["patient_id"], facts)[order]
    place = np.empty(len(findings), dtype=np.int32)
    place[order] = _positions(owner)
    return findings.assign(place=place)


def _positions(owner: np.ndarray) -> np.ndarray:
    """1, 2, … for the rows of each owner, as they stand."""
    by_owner = np.argsort(owner, kind="stable")
    begins = np.searchsorted(owner[by_owner], owner[by_owner])
    positions = np.empty(len(owner), dtype=np.int32)
    positions[by_owner] = np.arange(len(owner)) - begins + 1
    return positions


def _places(order: np.ndarray) -> np.ndarray:
    """1 for the row that comes first in `order`, 2 for the next."""
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(1, len(order) + 1)
    return places


def _last(column: pd.Categorical) -> np.ndarray:
    """Codes in which the missing ones come last."""
    codes = column.codes.astype(np.int64)
    return np.where(codes < 0, len(column.categories), codes)


def _owners(patient_id: pd.Series, facts: Facts) -> np.ndarray:
    """Row of `facts.patients` of every row."""
    ids = pd.Index(facts.patients["patient_id"].astype(str))
    if isinstance(patient_id.dtype, pd.CategoricalDtype):
        return ids.get_indexer(patient_id.cat.categories.astype(str))[patient_id.cat.codes]
    return ids.get_indexer(pd.Index(patient_id.astype(str)))


def _steps(findings: pd.DataFrame, priorities: Priorities) -> np.ndarray:
    """Rung of the ladder that each finding reaches; the last rung takes what fits none."""
    step = np.full(len(findings), len(priorities.ladder) - 1)
    for place in reversed(range(len(priorities.ladder))):
        for match in priorities.ladder[place].any:
            step[_fits(findings, match)] = place
    return step


def _fits(findings: pd.DataFrame, match: Match) -> np.ndarray:
    fits = np.ones(len(findings), dtype=bool)
    for column, words in match.wanted().items():
        fits &= findings[column].isin(words).to_numpy()
    return fits


def pressing_order(findings: pd.DataFrame, priorities: Priorities) -> np.ndarray:
    """Rows of findings, most pressing first: by step, urgency, severity, certainty, kind, grade, then as they stand."""
    return np.lexsort(
        (
            _rank(findings["grade"], GRADES),
            _rank(findings["kind"], priorities.kinds),
            _rank(findings["certainty"], CERTAINTIES),
            _rank(findings["severity"], SEVERITIES),
            _rank(findings["urgency"], URGENCIES),
            _steps(findings, priorities),
        )
    )


def _deciding(findings: pd.DataFrame, owner: np.ndarray, size: int, priorities: Priorities) -> np.ndarray:
    """Row of each patient's most pressing finding; -1 for a patient without any."""
    last_first = pressing_order(findings, priorities)[::-1]
    top = np.full(size, -1, dtype=np.int64)
    top[owner[last_first]] = last_first
    return top


def _rank(column: pd.Series, order: Sequence[str]) -> np.ndarray:
    """Position in `order`; what is not in it comes last."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("category")
    place = pd.Index(order).get_indexer(pd.Index(column.cat.categories, dtype=object))
    return np.append(np.where(place < 0, len(order), place), len(order))[column.cat.codes]


def _worst(column: pd.Series, order: Sequence[str], owner: np.ndarray, size: int) -> pd.Categorical:
    """The most pressing word of `order` among each patient's findings; missing without a finding."""
    worst = np.full(size, len(order))
    np.minimum.at(worst, owner, _rank(column, order))
    return pd.Categorical(np.array([*order, None], dtype=object)[worst], categories=list(order))


def _reasons(decided: pd.DataFrame, priorities: Priorities) -> pd.Categorical:
    """How urgent, how severe, what it is, how sure, and the title: one line per finding."""
    words = priorities.words
    title = decided["title"].astype(object)
    lead = pd.DataFrame(
        {
            "urgency": decided["urgency"].astype(object).map(dict(words.urgency)),
            "severity": decided["severity"].astype(object).map(dict(words.severity)),
            "kind": decided["kind"].astype(object).map(dict(words.kind)),
            "grade": decided["grade"].astype(object).map(dict(words.grade)),
            "certainty": decided["certainty"].astype(object).map(dict(words.certainty)),
            "title": title.where(title.notna() & (title != ""), decided["message"].astype(object)),
        }
    ).fillna("")
    code = lead.groupby(list(lead.columns), sort=False).ngroup().to_numpy()
    lines = [_reason(*row) for row in lead.drop_duplicates().itertuples(index=False, name=None)]
    return pd.Categorical.from_codes(code, categories=pd.Index(lines, dtype=object))


def _reason(urgency: str, severity: str, kind: str, grade: str, certainty: str, title: str) -> str:
    what = " ".join(word for word in (severity, kind) if word)
    lead = ", ".join(word for word in (urgency, what, grade, certainty) if word)
    return f"{lead[:1].upper()}{lead[1:]}: {title}" if lead else title


def _spread(column: pd.Categorical, place: np.ndarray, size: int) -> pd.Categorical:
    """The values at their places among `size` rows; missing elsewhere."""
    codes = np.full(size, -1, dtype=np.int64)
    codes[place] = column.codes
    return pd.Categorical.from_codes(codes, categories=column.categories)


def _classes(findings: pd.DataFrame, owner: np.ndarray, size: int) -> pd.Categorical:
    """Cramp-linked classes with a finding, ";"-joined."""
    rule = findings["rule"].astype(object)
    rows = rule.str.startswith(CLASS_PREFIX).to_numpy(dtype=bool)
    return _joined(rule[rows].str.removeprefix(CLASS_PREFIX), owner[rows], size, ";")


def _not_assessed(not_assessed: pd.DataFrame, facts: Facts) -> pd.Categorical:
    """The facts that kept a rule from being judged, ";"-joined; not those that the whole run lacks."""
    named = not_assessed["missing"].astype(object).fillna("").astype(str)
    rows = (named != "").to_numpy() & not_assessed["patient_id"].notna().to_numpy()
    return _joined(named[rows], _owners(not_assessed["patient_id"], facts)[rows], facts.size, "; ")


def _joined(values: pd.Series, owner: np.ndarray, size: int, separator: str) -> pd.Categorical:
    """Each owner's distinct values, sorted and joined; missing for an owner without any."""
    codes, names = pd.factorize(values.to_numpy(dtype=object), sort=True)
    held = owner >= 0
    groups = sets(owner[held], codes[held], size)
    return text_column([separator.join(names[i] for i in group) for group in groups.members]).take(groups.code)


def _current(facts: Facts) -> np.ndarray:
    """Exposures that are active or may be."""
    return np.flatnonzero(facts.exposures["active"].to_numpy() != STOPPED)


def _actions(decided: pd.DataFrame, found: np.ndarray, priority: np.ndarray, priorities: Priorities) -> np.ndarray:
    """What to do first: the deciding finding's own action, else the one of the priority."""
    action = pd.Series(priority).map(dict(priorities.actions)).to_numpy(dtype=object)
    own = decided["action"].astype(object).to_numpy()
    told = pd.notna(own) & (own != "")
    action[found[told]] = own[told]
    return action
