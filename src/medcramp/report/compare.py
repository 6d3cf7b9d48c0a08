"""Two finished runs side by side, from their folders alone: what is new, persisting, changed, resolved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from medcramp.errors import InputUnreadableError
from medcramp.report.manifest import MANIFEST, by_value

CHANGES = ("new", "changed", "persisting", "resolved")
COMPARED = ("severity", "urgency", "certainty", "grade", "drugs", "missing")
_SHOWN = ("patient_id", "rule", "kind", "title", *COMPARED)
COLUMNS = ("finding_id", "change", "patient_id", "rule", "kind", "title", "changed", *(
    f"{name}_{when}" for name in COMPARED for when in ("old", "new")
))  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A finished run: its findings as text (index finding_id) and what run.json says."""

    findings: pd.DataFrame
    manifest: Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """`findings` has COLUMNS, ordered by change, patient, rule, id. `remarks`: what may explain differences."""

    findings: pd.DataFrame
    counts: Mapping[str, int]
    remarks: tuple[str, ...]


def read_run(folder: Path) -> Run:
    """Read what `screen --out` wrote. Raises InputUnreadableError when the folder holds no finished run."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        findings = pd.read_csv(folder / "tables" / "findings.csv", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputUnreadableError(
            "holds no finished run", remedy="Give the folder that `medcramp screen --out` wrote.", file=folder
        ) from error
    lacking = [name for name in ("finding_id", *_SHOWN) if name not in findings.columns]
    if lacking or not isinstance(manifest, dict):
        raise InputUnreadableError(
            f"was written by another version (tables/findings.csv lacks {', '.join(lacking) or 'nothing'})",
            remedy="Run `medcramp screen` again with this version.",
            file=folder,
        )
    return Run(findings.drop_duplicates("finding_id").set_index("finding_id"), manifest)


def compare(old: Run, new: Run) -> Comparison:
    """Match findings by their id; "changed" when a compared column differs."""
    every = old.findings.index.union(new.findings.index)
    before, after = (run.findings.reindex(every)[list(_SHOWN)] for run in (old, new))
    there_before, there_after = every.isin(old.findings.index), every.isin(new.findings.index)
    differs = before[list(COMPARED)].ne(after[list(COMPARED)]).mul(there_before & there_after, axis=0)
    change = pd.Series("persisting", index=every)
    change[differs.any(axis=1)] = "changed"
    change[~there_before] = "new"
    change[~there_after] = "resolved"
    both = after.fillna(before)
    joined = pd.DataFrame(
        {
            "change": pd.Categorical(change, categories=list(CHANGES), ordered=True),
            **{name: both[name] for name in ("patient_id", "rule", "kind", "title")},
            "changed": [";".join(name for name in COMPARED if row[name]) for row in differs.to_dict("records")],
            **{f"{name}_{when}": frame[name] for name in COMPARED for when, frame in (("old", before), ("new", after))},
        },
        index=every.rename("finding_id"),
    ).reset_index()
    ordered = joined.sort_values(["change", "patient_id", "rule", "finding_id"], kind="stable", ignore_index=True)
    return Comparison(
        ordered[list(COLUMNS)], by_value(ordered["change"], CHANGES), _remarks(old.manifest, new.manifest)
    )


def _remarks(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    remarks = []
    for key, label in (("program", "program"), ("knowledge", "knowledge")):
        before, after = old.get(key) or {}, new.get(key) or {}
        if before != after:
            versions = f"{before.get('version', '?')} → {after.get('version', '?')}"
            same = " (same number, other contents)" if before.get("version") == after.get("version") else ""
            remarks.append(f"The {label} differs: {versions}{same}.")
    if _hashes(old) == _hashes(new):
        remarks.append("The input files are the same: differences come from knowledge, program or settings.")
    for key, label in (("as_of", "index date"), ("jurisdiction", "jurisdiction")):
        if old.get(key) != new.get(key):
            remarks.append(f"The {label} differs: {old.get(key)} → {new.get(key)}.")
    return tuple(remarks)


def _hashes(manifest: Mapping[str, Any]) -> list[str]:
    return sorted(str(file.get("sha256")) for file in manifest.get("inputs") or [])
