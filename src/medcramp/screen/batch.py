"""Findings of one rule for many patients at once, and how batches become the table of findings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medcramp.logic.facts import Facts, Index
from medcramp.logic.planes import Mask
from medcramp.records import FINDING_COLUMNS, GRADES, SEVERITIES, URGENCIES

REPEATED = frozenset(("interaction", "dose", "duplicate"))
_COMPARED = ("patients", "drugs", "severity", "certain")
CONFIRMED, VERIFY = "confirmed", "verify"
_ODD = 0x9E3779B97F4A7C15  # an odd multiplier loses nothing and keeps (a, b) apart from (b, a)
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Batch:
    """Findings of one rule: what is the same for all of them, and arrays over `patients` (index into facts, ascending).

    `severity`, `urgency` and `grade` are codes into records.SEVERITIES, URGENCIES and GRADES (`grade` -1 = none given);
    `missing` is ";"-joined. `replaces` names rules, or "rule/subject", that this one silences for the same patient.
    """

    rule: str
    kind: str
    title: str
    action: str
    mechanism: str
    electrolytes: str
    patients: Index
    certain: Mask
    verified: Mask
    severity: NDArray[np.int8]
    urgency: NDArray[np.int8]
    grade: NDArray[np.int8]
    drugs: Texts
    message: Texts
    facts: Texts
    missing: Texts
    sources: Texts
    source_rows: Texts
    subject: str = ""
    replaces: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.patients)

    def keep(self, mask: Mask) -> Batch:
        """The findings where the mask (over this batch) is set."""
        return replace(self, **{name: getattr(self, name)[mask] for name in _ARRAYS})


_ARRAYS = (
    "patients",
    "certain",
    "verified",
    "severity",
    "urgency",
    "grade",
    "drugs",
    "message",
    "facts",
    "missing",
    "sources",
    "source_rows",
)


def code(value: str, words: Sequence[str]) -> int:
    """Place of a word in its vocabulary."""
    return words.index(value)


def same(value: int, size: int) -> NDArray[np.int8]:
    """One code for all."""
    return np.full(size, value, dtype=np.int8)


def text(value: str, size: int) -> Texts:
    """One text for all."""
    return np.full(size, value, dtype=object)


def without_replaced(batches: Sequence[Batch], size: int) -> tuple[list[Batch], int]:
    """Batches without the findings that a more specific rule silences for the same patient, and how many those were.

    A finding that is only to be verified silences nothing that is confirmed.
    """
    silenced: dict[str, tuple[Mask, Mask]] = {}
    for batch in batches:
        for name in batch.replaces:
            confirmed, either = silenced.setdefault(name, (np.zeros(size, bool), np.zeros(size, bool)))
            confirmed[batch.patients[batch.certain]] = True
            either[batch.patients] = True
    kept, dropped = [], 0
    for batch in batches:
        for name in {batch.rule, f"{batch.rule}/{batch.subject}"} & silenced.keys():
            confirmed, either = silenced[name]
            mask = ~(confirmed[batch.patients] | (either[batch.patients] & ~batch.certain))
            dropped += int((~mask).sum())
            batch = batch.keep(mask)
        kept.append(batch)
    return kept, dropped


def without_repeated(batches: Sequence[Batch]) -> tuple[list[Batch], int]:
    """Batches without findings that say of the same drug lines what another finding of the rule says, and how many.

    Two cells of a matrix can meet one product (an inhibitor and its booster). The more severe, then the certain, then
    the earlier finding stays; a certain finding never gives way to one that is to be verified.
    """
    of_rule: dict[str, list[int]] = {}
    for place, batch in enumerate(batches):
        if batch.kind in REPEATED and len(batch):
            of_rule.setdefault(batch.rule, []).append(place)
    kept, dropped = list(batches), 0
    for places in of_rule.values():
        if len(places) > 1:
            several = [batches[place] for place in places]
            for place, batch, mask in zip(places, several, _first_of_lines(several), strict=True):
                dropped += int((~mask).sum())
                kept[place] = batch.keep(mask)
    return kept, dropped


def _first_of_lines(batches: Sequence[Batch]) -> list[Mask]:
    """Per batch, which of its findings no other finding for the same patient and drug lines makes superfluous."""
    found = pd.DataFrame(
        {name: np.concatenate([getattr(batch, name) for batch in batches]) for name in _COMPARED}
    ).assign(place=np.repeat(np.arange(len(batches)), [len(batch) for batch in batches]))
    found["doubt"] = ~found["certain"]
    ordered = found.sort_values(["patients", "drugs", "severity", "doubt", "place"], kind="stable")
    lines = ordered.groupby(["patients", "drugs"], sort=False)
    said = (
        lines["certain"].cummax().groupby([ordered["patients"], ordered["drugs"]], sort=False).shift(fill_value=False)
    )
    superfluous = (lines.cumcount() > 0) & (said | ~ordered["certain"])
    mask = ~superfluous.sort_index().to_numpy()
    return np.split(mask, np.cumsum([len(batch) for batch in batches])[:-1])


def to_frame(batches: Sequence[Batch], facts: Facts) -> pd.DataFrame:
    """FINDING_COLUMNS, ordered by patient, then the most severe, the most urgent, and rule."""
    batches = [batch for batch in batches if len(batch)]
    sizes = np.array([len(batch) for batch in batches], dtype=np.int64)
    patients = _joined(batches, "patients", np.int64)
    severity, urgency = _joined(batches, "severity", np.int8), _joined(batches, "urgency", np.int8)
    of_batch = np.repeat(np.arange(len(batches)), sizes)
    by_name = np.array(sorted(range(len(batches)), key=lambda i: (batches[i].rule, batches[i].subject)), dtype=np.int64)
    rank = np.empty(len(batches), dtype=np.int64)
    rank[by_name] = np.arange(len(batches))
    order = np.lexsort((rank[of_batch], urgency, severity, patients))
    patients, of_batch = patients[order], of_batch[order]

    def constant(name: str) -> Any:
        words, codes = np.unique([str(getattr(batch, name)) for batch in batches] or [""], return_inverse=True)
        return _categorical(np.ravel(codes)[of_batch], words.tolist())

    def coded(name: str, words: Sequence[str]) -> Any:
        return _categorical(_joined(batches, name, np.int8)[order], words)

    ids = facts.patients["patient_id"].to_numpy(dtype=object)
    certain = _joined(batches, "certain", bool)[order]
    columns: dict[str, Any] = {
        "patient_id": pd.Categorical.from_codes(patients, dtype=facts.patient_dtype),
        "severity": coded("severity", SEVERITIES),
        "grade": coded("grade", GRADES),
        "certainty": _categorical((~certain).astype(np.int8), (CONFIRMED, VERIFY)),
        "urgency": coded("urgency", URGENCIES),
        "verified": _joined(batches, "verified", bool)[order],
        "finding_id": _finding_ids(ids, batches, patients, of_batch),
    }
    for name in ("rule", "kind", "title", "action", "mechanism", "electrolytes", "subject"):
        columns[name] = constant(name)
    for name in ("drugs", "message", "facts", "missing", "sources", "source_rows"):
        columns[name] = pd.Series(_joined(batches, name, object)[order], dtype=object)
    return pd.DataFrame(columns, columns=list(FINDING_COLUMNS))


def _categorical(codes: NDArray[Any], words: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words), dtype=object))


def _joined(batches: Sequence[Batch], name: str, dtype: Any) -> NDArray[Any]:
    parts = [getattr(batch, name) for batch in batches]
    return np.concatenate(parts).astype(dtype, copy=False) if parts else np.empty(0, dtype=dtype)


def _finding_ids(ids: Texts, batches: Sequence[Batch], patients: Index, of_batch: Index) -> Texts:
    """Stable identifier of a finding: patient id, rule and subject, whatever else is in the run."""
    patient = np.array([_digest(str(name)) for name in ids], dtype=np.uint64)
    rule = np.array([_digest(f"{batch.rule}\0{batch.subject}") for batch in batches], dtype=np.uint64)
    mixed = (patient[patients] * np.uint64(_ODD)) ^ rule[of_batch]
    digits = mixed.astype(">u8").tobytes().hex()
    result = np.empty(len(mixed), dtype=object)
    result[:] = [digits[place : place + 16] for place in range(0, len(digits), 16)]
    return result


def _digest(words: str) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big")
