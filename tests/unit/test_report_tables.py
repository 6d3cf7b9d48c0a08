"""CSV tables and run.json: shape, values, and that the same tables give the same bytes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fixtures.report_tables import HOSTILE_NAMES, made_up_run, made_up_tables, patient_id
from medcramp import records, report
from medcramp.escape import neutral
from medcramp.report.manifest import by_value, recognised_share
from medcramp.report.tables import LEFT_OUT_OF_CSV, TABLE_COLUMNS, text_of, write_csv


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    report.write(made_up_tables(), made_up_run(), folder, frozenset({"csv"}))
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", TABLE_COLUMNS)
def test_every_table_has_its_columns_and_all_its_rows(out: Path, name: str) -> None:
    table = getattr(made_up_tables(), name)
    with (out / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    expected = [column for column in TABLE_COLUMNS[name] if column not in LEFT_OUT_OF_CSV.get(name, ())]
    assert header[: len(expected)] == expected
    assert len(rows) == len(table)


def test_values_survive_and_unknown_is_empty(out: Path) -> None:
    first = rows_of(out / "tables" / "medications.csv")[0]
    assert first["ndc"] == "00093505601"
    assert first["source_row"] == "2"
    assert first["end_date"] == "" and first["score"] == ""
    assert rows_of(out / "tables" / "electrolytes.csv")[0]["last_value"] == "3.4"


def test_patient_ids_still_join_the_tables(out: Path) -> None:
    patients = {row["patient_id"] for row in rows_of(out / "tables" / "patients.csv")}
    assert patients == {neutral(patient_id(number)) for number in range(40)}
    for name in ("findings", "medications", "electrolytes", "options"):
        assert {row["patient_id"] for row in rows_of(out / "tables" / f"{name}.csv")} <= patients
    asked = {row["patient_id"] for row in rows_of(out / "tables" / "not_assessed.csv")}
    assert asked <= {*patients, ""}, "without a patient: what the whole run lacks"


def test_names_come_back_with_nothing_but_a_leading_quote(out: Path) -> None:
    names = [row["patient_name"] for row in rows_of(out / "tables" / "patients.csv")]
    assert names[: len(HOSTILE_NAMES)] == [neutral(name) for name in HOSTILE_NAMES]


def test_columns_beyond_the_contract_follow_it(tmp_path: Path) -> None:
    frame = pd.DataFrame({"extra": ["=1"], "key": ["A"], "flag": [True], "part": [np.nan]})
    write_csv(frame, ("key", "missing"), tmp_path / "t.csv")
    assert rows_of(tmp_path / "t.csv") == [{"key": "A", "missing": "", "extra": "'=1", "flag": "true", "part": ""}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (2.0, "2"),
        (2.5, "2.5"),
        (("a", 1.0), "a;1"),
        (pd.Timestamp("2026-01-02"), "2026-01-02"),
        (np.datetime64("2026-01-02"), "2026-01-02"),
    ],
)
def test_one_value_as_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_run_json_says_what_was_read_and_found(out: Path) -> None:
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["rows"] == {"read": 164, "used": 160, "rejected": 1, "ignored": 3}
    assert run["knowledge"] == {"version": "0.1.0", "sha256": "ab" * 32}
    assert run["inputs"] == [{"name": "fills.csv", "role": "medications", "sha256": "cd" * 32}]
    counts = run["counts"]
    assert counts["findings"] == sum(counts["findings_by_severity"].values()) == len(made_up_tables().findings)
    assert counts["findings_per_1000_medications"] == pytest.approx(1000 * counts["findings"] / counts["medications"])
    assert set(run["files"]) == {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def test_severities_without_a_finding_are_counted_as_zero() -> None:
    counted = by_value(pd.Series(["major"], dtype="category"), records.SEVERITIES)
    assert counted == {"contraindicated": 0, "major": 1, "moderate": 0, "minor": 0, "info": 0}


def test_recognised_share_leaves_devices_out_and_is_unknown_for_nothing() -> None:
    def share(*words: str) -> float | None:
        return recognised_share(pd.DataFrame({"status_match": pd.Series(words, dtype=object)}))

    assert share("exact", "unknown", "not_a_drug") == 0.5
    assert share("not_a_drug") is None
    assert share() is None


def test_a_second_run_replaces_the_first_and_leaves_nothing_over(tmp_path: Path) -> None:
    report.write(made_up_tables(), made_up_run(), tmp_path)
    written = report.write(made_up_tables(5), made_up_run(), tmp_path, frozenset({"csv"}))
    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert not (tmp_path / "worklist.xlsx").exists()


def test_an_empty_run_is_still_a_report(tmp_path: Path) -> None:
    report.write(made_up_tables(0), made_up_run(), tmp_path)
    assert rows_of(tmp_path / "tables" / "patients.csv") == []
    assert json.loads((tmp_path / "run.json").read_text())["counts"]["recognised_share"] is None
