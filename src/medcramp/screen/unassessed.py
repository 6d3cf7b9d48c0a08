"""What could not be checked: facts that findings still need, per patient, or once where nobody has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge
from medcramp.logic.facts import Facts, Index
from medcramp.logic.planes import Mask
from medcramp.records import NOT_ASSESSED_COLUMNS
from medcramp.screen.batch import VERIFY, Batch
from medcramp.screen.lacking import DATES, Lack, lacks
from medcramp.screen.lines import joined
from medcramp.screen.unjudged import unjudged

_REMEDIES = (
    ("whether", "ask the patient"),
    ("daily dose", "look up strength and directions"),
    ("start date", "look up the first fill"),
    ("date when", "ask when it was stopped"),
    ("route", "look at the product"),
    ("strength", "look at the product"),
    ("conditions", "give the conditions table"),
    ("allergy", "give the allergies table"),
    ("age", "give the birth date"),
    ("sex", "give the patients table"),
    ("earlier dispensing", "look at older records"),
)


class _Unasked(NamedTuple):
    subject: str
    what: str
    missing: str
    remedy: str


CASCADES = _Unasked("Prescribing cascades", "cascade rules", DATES, "give fill or start dates")


def without_undated(batches: Sequence[Batch], facts: Facts) -> tuple[list[Batch], Mask]:
    """Batches without cascades of patients none of whose records has a date, and who those patients are.

    Without any date the order of starts is unasked rather than in doubt: said once per patient, not per pair of drugs.
    """
    dateless = np.isnat(facts.patients["history_start"].to_numpy())
    affected = np.zeros(facts.size, dtype=bool)
    kept = []
    for batch in batches:
        if batch.kind == "cascade":
            unasked = dateless[batch.patients] & ~batch.certain
            affected[batch.patients[unasked]] = True
            batch = batch.keep(~unasked)
        kept.append(batch)
    return kept, affected


def not_assessed(findings: pd.DataFrame, undated: Mask, facts: Facts, knowledge: Knowledge) -> pd.DataFrame:
    """NOT_ASSESSED_COLUMNS. First what the whole run lacks, once and without a patient, most wanted first; then,
    ordered by patient, one row per patient and missing fact. Both name the rules that wait and count their findings.

    The `undated` patients could not be looked at for prescribing cascades: start dates are what they lack. Results of
    the laboratory that nobody judged stand last, in both parts.
    """
    waiting = _waiting(findings)
    wide = lacks(facts, [*waiting["missing"].unique(), *([CASCADES.missing] if undated.any() else [])])
    lack = waiting["missing"].map({name: found.name for name, found in wide.items()})
    cascades = np.flatnonzero(undated)
    everybody = [_of_all(found, waiting[lack == found.name], cascades) for found in dict.fromkeys(wide.values())]
    everybody.sort(key=lambda row: (-int(str(row["findings"])), str(row["missing"])))
    results_of_all, results = unjudged(facts, knowledge)
    each = [_of_each(waiting[lack.isna()], [] if CASCADES.missing in wide else cascades, facts), results]
    parts = [pd.DataFrame(everybody, columns=list(NOT_ASSESSED_COLUMNS)), results_of_all]
    if len(results):
        ids = pd.Index(facts.patients["patient_id"].to_numpy(dtype=object))
        both = pd.concat(each, ignore_index=True)
        parts.append(both.iloc[np.argsort(ids.get_indexer(both["patient_id"]), kind="stable")])
    else:
        parts.append(each[0])
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _waiting(findings: pd.DataFrame) -> pd.DataFrame:
    """One row per finding to be verified and fact it waits for: finding, patient (numbers), missing, rule, title."""
    rows = np.flatnonzero((findings["certainty"] == VERIFY).to_numpy() & (findings["missing"] != "").to_numpy())
    codes, texts = pd.factorize(findings["missing"].to_numpy(dtype=object)[rows])
    names = [list(dict.fromkeys(text.split(";"))) for text in texts]
    counts = np.array([len(several) for several in names], dtype=np.int64)[codes]
    finding = np.repeat(rows, counts)
    chosen = findings.iloc[finding]
    return pd.DataFrame(
        {
            "finding": finding,
            "patient": chosen["patient_id"].cat.codes.to_numpy().astype(np.int64),
            "missing": np.array([name for code in codes for name in names[code]], dtype=object),
            "rule": chosen["rule"].to_numpy(dtype=object),
            "title": chosen["title"].to_numpy(dtype=object),
        }
    )


def _of_all(lack: Lack, waiting: pd.DataFrame, cascades: Index) -> dict[str, object]:
    """What waits for something that the whole run lacks."""
    rules, titles = list(waiting["rule"].unique()), list(waiting["title"].unique())
    patients = waiting["patient"].to_numpy()
    if lack.name == CASCADES.missing and len(cascades):
        rules, titles = [CASCADES.what, *rules], [CASCADES.subject, *titles]
        patients = np.concatenate([patients, cascades])
    return {
        "patient_id": None,
        "subject": ";".join(titles),
        "what": ";".join(rules),
        "missing": lack.name,
        "remedy": f"give {lack.remedy}",
        "findings": waiting["finding"].nunique(),
        "patients": len(np.unique(patients)),
    }


def _of_each(waiting: pd.DataFrame, cascades: Index | list[int], facts: Facts) -> pd.DataFrame:
    """One row per patient and missing fact, and one for each patient whose cascades could not be looked for."""
    codes, names = pd.factorize(waiting["missing"].to_numpy(dtype=object), sort=True)
    group = waiting["patient"].to_numpy() * max(len(names), 1) + codes
    groups, counts = np.unique(group, return_counts=True)
    patient = np.concatenate([groups // max(len(names), 1), np.asarray(cascades, dtype=np.int64)])
    more = len(patient) - len(groups)
    remedies = np.array([_remedy(name) for name in names], dtype=object)
    columns = {
        "patient_id": facts.patients["patient_id"].to_numpy(dtype=object)[patient],
        "subject": [*_joined(group, waiting["title"], groups), *[CASCADES.subject] * more],
        "what": [*_joined(group, waiting["rule"], groups), *[CASCADES.what] * more],
        "missing": [*names[groups % max(len(names), 1)], *[CASCADES.missing] * more],
        "remedy": [*remedies[groups % max(len(names), 1)], *[CASCADES.remedy] * more],
        "findings": [*counts, *[0] * more],
        "patients": 1,
    }
    return pd.DataFrame(columns, columns=list(NOT_ASSESSED_COLUMNS)).iloc[np.argsort(patient, kind="stable")]


def _joined(group: Index, words: pd.Series, groups: Index) -> Iterable[str]:
    """The distinct words of each group, ";"-joined in the order in which they come."""
    codes, texts = pd.factorize(words.to_numpy(dtype=object))
    pairs = pd.DataFrame({"group": group, "code": codes}).drop_duplicates().sort_values("group", kind="stable")
    return joined(pairs["group"].to_numpy(), pairs["code"].to_numpy(), np.asarray(texts, dtype=object), groups).each()


def _remedy(missing: str) -> str:
    return next((remedy for start, remedy in _REMEDIES if missing.startswith(start)), "ask for a recent result")
