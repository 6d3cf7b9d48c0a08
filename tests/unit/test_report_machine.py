"""Files for other programs: JSON by its schema, Parquet by its values, FHIR by a library that knows the standard."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pandas as pd
import pytest

from fixtures.report_tables import HOSTILE_NAMES, made_up_run, made_up_tables
from medcramp import report
from medcramp.report.fhir import bundle
from medcramp.report.tables import TABLE_COLUMNS

TABLES = made_up_tables(16)
SCHEMA = Path(__file__).parents[2] / "docs" / "findings.schema.json"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    report.write(TABLES, made_up_run(), folder, frozenset({"json", "parquet", "fhir"}))
    return folder


def test_findings_json_keeps_to_its_schema(out: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    content = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(content)
    assert [finding["finding_id"] for finding in content["findings"]] == TABLES.findings["finding_id"].tolist()


def test_joined_cells_are_lists_and_unknown_is_null(out: Path) -> None:
    first = json.loads((out / "findings.json").read_text(encoding="utf-8"))["findings"][0]
    assert first["drugs"] == ["hydrochlorothiazide 25 mg tablet", "lisinopril 10 mg"]
    assert first["missing"] == [] and first["message"].startswith("Made-up")


@pytest.mark.parametrize("name", TABLE_COLUMNS)
def test_parquet_has_the_same_rows_and_the_texts_as_they_came(out: Path, name: str) -> None:
    table = getattr(TABLES, name)
    frame = pd.read_parquet(out / "parquet" / f"{name}.parquet")
    assert list(frame.columns) == list(TABLE_COLUMNS[name])
    assert len(frame) == len(table)
    for column in frame.columns:
        expected = table[column].astype(object).where(table[column].notna(), None).tolist()
        assert frame[column].astype(object).where(frame[column].notna(), None).tolist() == expected


def test_the_bundle_is_valid_fhir(out: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        resources = pytest.importorskip("fhir.resources.R4B.bundle")
    found = resources.Bundle.model_validate_json((out / "fhir-bundle.json").read_text(encoding="utf-8"))
    kinds = [entry.resource.get_resource_type() for entry in found.entry]
    assert kinds.count("Patient") == len(TABLES.patients)
    assert kinds.count("DetectedIssue") == len(TABLES.findings)


def test_every_reference_of_the_bundle_leads_to_an_entry() -> None:
    made = bundle(TABLES, made_up_run())
    places = {entry["fullUrl"] for entry in made["entry"]}
    assert len(places) == len(made["entry"])
    issues = [entry["resource"] for entry in made["entry"] if entry["resource"]["resourceType"] == "DetectedIssue"]
    for issue in issues:
        assert issue["patient"]["reference"] in places
        assert {one["reference"] for one in issue.get("implicated", [])} <= places
    assert any(issue.get("implicated") for issue in issues)


def test_an_empty_run_gives_an_empty_bundle() -> None:
    assert bundle(made_up_tables(0), made_up_run()) == {"resourceType": "Bundle", "type": "collection"}


def test_names_in_the_bundle_have_no_control_characters(out: Path) -> None:
    text = (out / "fhir-bundle.json").read_text(encoding="utf-8")
    names = [entry["resource"]["name"][0]["text"] for entry in json.loads(text)["entry"] if "name" in entry["resource"]]
    assert "=1+1" in names and len(names) == sum(name is not None for name in TABLES.patients["patient_name"])
    assert not [name for name in names if any(ord(character) < 32 and character != "\n" for character in name)]
    assert len(HOSTILE_NAMES) < len(names) + 5
