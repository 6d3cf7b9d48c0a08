"""run.json: what was read, with which knowledge and settings, and what came out, in numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from medcramp.records import PRIORITIES, SEVERITIES, Tables
from medcramp.report.info import RunInfo

MANIFEST = "run.json"
RECOGNISED = ("exact", "normalised", "approximate")


def manifest(tables: Tables, info: RunInfo, files: list[str]) -> dict[str, object]:
    """Everything run.json says. `files` are the paths of the report, relative to its folder."""
    return {
        "program": {"name": "medcramp", "version": info.program_version},
        "knowledge": {"version": info.knowledge_version, "sha256": info.knowledge_hash},
        "as_of": info.as_of.isoformat(),
        "jurisdiction": info.jurisdiction,
        "rows": {
            "read": info.rows.read,
            "used": info.rows.used,
            "rejected": info.rows.rejected,
            "ignored": info.rows.ignored,
        },
        "inputs": [{"name": file.name, "role": file.role, "sha256": file.sha256} for file in info.inputs],
        "settings": {key: _plain(value) for key, value in info.settings.items()},
        "notices": [{"file": note.file, "place": note.place, "message": note.message} for note in info.notices],
        "counts": counts(tables),
        "files": files,
        "run_at": info.run_at.isoformat(timespec="seconds") if info.run_at else None,
    }


def counts(tables: Tables) -> dict[str, object]:
    """The numbers of a run: patients, medications, findings by severity, kind and urgency, recognised share."""
    medications = len(tables.medications)
    findings = len(tables.findings)
    return {
        "patients": len(tables.patients),
        "medications": medications,
        "findings": findings,
        "findings_by_severity": by_value(tables.findings["severity"], SEVERITIES),
        "findings_by_kind": by_value(tables.findings["kind"]),
        "findings_by_urgency": by_value(tables.findings["urgency"]),
        "findings_to_verify": int((tables.findings["certainty"] == "verify").sum()),
        "patients_by_priority": by_value(tables.patients["priority"], PRIORITIES),
        "findings_per_1000_medications": round(1000 * findings / medications, 1) if medications else None,
        "recognised_share": recognised_share(tables.medications),
        "medications_by_match": by_value(tables.medications["status_match"]),
    }


def recognised_share(medications: pd.DataFrame) -> float | None:
    """Share of medication records whose drug was recognised (devices are left out); None when there is none."""
    by_match = by_value(medications["status_match"])
    drugs = sum(by_match.values()) - by_match.get("not_a_drug", 0)
    recognised = sum(by_match.get(status, 0) for status in RECOGNISED)
    return round(recognised / drugs, 4) if drugs else None


def by_value(column: pd.Series, order: tuple[str, ...] = ()) -> dict[str, int]:
    """How often each value occurs; `order` first and always present, the others by name."""
    found = {str(value): int(count) for value, count in column.value_counts().items() if count}
    ordered = {value: found.pop(value, 0) for value in order}
    return {**ordered, **dict(sorted(found.items()))}


def write_manifest(content: dict[str, object], path: Path) -> None:
    """Write as JSON that a person can read; keys stay in the order given."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def files_of_report(out: Path) -> list[str]:
    """The files the report in `out` says it has; empty when there is none or it cannot be read."""
    try:
        content = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    files = content.get("files") if isinstance(content, dict) else None
    return [name for name in files if isinstance(name, str)] if isinstance(files, list) else []


def _plain(value: object) -> object:
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [_plain(part) for part in parts]
    return str(value)
