"""FHIR R4 bundle of a run: Patient, MedicationStatement per medicine, DetectedIssue per finding.

Kinds of findings are given as text under our own rule ids: the standard's code lists do not hold most of them.
Identifiers inside the bundle are run-scoped; the patient id of the input is an identifier of Patient.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from medcramp.records import Tables
from medcramp.report.documents.content import clean_text
from medcramp.report.info import RunInfo
from medcramp.report.ranking import patient_places
from medcramp.report.tables import text_codes

# Severity of ours → the three levels of the standard.
SEVERITY = {"contraindicated": "high", "major": "high", "moderate": "moderate", "minor": "low", "info": "low"}
# Active on the index date → status of a statement.
ACTIVE = {"yes": "active", "no": "stopped", "unknown": "unknown"}
SEX = {"F": "female", "M": "male"}
_SYSTEM = "urn:medcramp"
_NAMESPACE = uuid.UUID("6f0c1d5e-2f0b-4d0f-9d60-5b7a2c1b7d11")

Resource = dict[str, Any]


def write_bundle(tables: Tables, info: RunInfo, path: Path) -> None:
    """Write the run as one Bundle (type collection), JSON."""
    path.write_text(json.dumps(bundle(tables, info), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def bundle(tables: Tables, info: RunInfo) -> Resource:
    """The Bundle; the same tables give the same bundle."""
    statements, by_row = _statements(tables, info)
    resources = [*_patients(tables), *statements, *_issues(tables, info, by_row)]
    entries = [
        {"fullUrl": _url(resource["resourceType"], resource["id"]), "resource": resource} for resource in resources
    ]
    found: Resource = {"resourceType": "Bundle", "type": "collection"}
    return {**found, "entry": entries} if entries else found


def _patients(tables: Tables) -> Iterator[Resource]:
    for place, row in enumerate(_rows(tables.patients)):
        yield _filled(
            resourceType="Patient",
            id=f"p{place}",
            identifier=[{"system": f"{_SYSTEM}:patient", "value": row["patient_id"]}],
            name=[{"text": row["patient_name"]}] if row["patient_name"] else [],
            gender=SEX.get(row["sex"], "unknown"),
            birthDate=row["birth_date"] if _is_date(row["birth_date"]) else "",
        )


def _statements(tables: Tables, info: RunInfo) -> tuple[list[Resource], dict[tuple[int, str], list[str]]]:
    """One statement per patient and distinct text, and (place of patient, text) → ids of statements."""
    medications = tables.medications.drop_duplicates(["patient_id", "drug", "active"])
    owners = patient_places(medications["patient_id"], tables.patients["patient_id"]).tolist()
    made: list[Resource] = []
    by_text: dict[tuple[int, str], list[str]] = {}
    for owner, row in zip(owners, _rows(medications), strict=True):
        if owner == len(tables.patients) or not row["drug"]:
            continue
        name = f"m{len(made)}"
        by_text.setdefault((owner, row["drug"]), []).append(name)
        made.append(
            _filled(
                resourceType="MedicationStatement",
                id=name,
                status=ACTIVE.get(row["active"], "unknown"),
                medicationCodeableConcept={"text": row["drug"]},
                subject=_reference("Patient", f"p{owner}"),
                effectivePeriod={"start": row["start_date"]} if _is_date(row["start_date"]) else {},
                dateAsserted=info.as_of.isoformat(),
                dosage=[{"text": row["sig"]}] if row["sig"] else [],
            )
        )
    return made, by_text


def _issues(tables: Tables, info: RunInfo, statements: dict[tuple[int, str], list[str]]) -> Iterator[Resource]:
    owners = patient_places(tables.findings["patient_id"], tables.patients["patient_id"]).tolist()
    for place, (owner, row) in enumerate(zip(owners, _rows(tables.findings), strict=True)):
        implicated = [name for drug in row["drugs"].split(";") for name in statements.get((owner, drug.strip()), [])]
        missing = f" Missing: {row['missing'].replace(';', ', ')}." if row["missing"] else ""
        proposed = f" Proposed: {row['action']}" if row["action"] else ""
        yield _filled(
            resourceType="DetectedIssue",
            id=f"f{place}",
            identifier=[{"system": f"{_SYSTEM}:finding", "value": row["finding_id"]}],
            status="preliminary",
            code={"coding": [{"system": f"{_SYSTEM}:rule", "code": row["rule"]}], "text": row["title"] or row["kind"]},
            severity=SEVERITY.get(row["severity"], ""),
            patient=_reference("Patient", f"p{owner}"),
            identifiedDateTime=info.as_of.isoformat(),
            implicated=[_reference("MedicationStatement", name) for name in dict.fromkeys(implicated)],
            evidence=[{"code": [{"text": fact}]} for fact in row["facts"].split(";") if fact.strip()],
            detail=f"{row['message']}{missing}{proposed}".strip(),
        )


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Rows as clean text; "" where unknown."""
    columns = {}
    for name in frame.columns:
        codes, distinct = text_codes(frame[name])
        table = [*(clean_text(text).strip() for text in distinct), ""]
        columns[str(name)] = [table[code] for code in codes.tolist()]
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _filled(**elements: Any) -> Resource:
    """A resource without empty elements, which the standard does not allow."""
    return {name: value for name, value in elements.items() if value not in ("", [], {}, None)}


def _reference(kind: str, name: str) -> Resource:
    return {"reference": _url(kind, name)}


def _url(kind: str, name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{kind}/{name}')}"


def _is_date(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()
