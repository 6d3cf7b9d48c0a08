"""Two runs side by side: which finding is new, changed, persisting or resolved, and why that may be."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from fixtures.report_tables import made_up_run, made_up_tables
from medcramp import report
from medcramp.cli_compare import compare as command
from medcramp.errors import InputUnreadableError
from medcramp.report.compare import compare, read_run
from medcramp.report.info import RunInfo

TABLES = made_up_tables(12)


def run_in(folder: Path, edit: dict[str, dict[str, str]] | None = None, info: RunInfo | None = None) -> Path:
    """A run of TABLES with columns of some findings set to other values, by finding id."""
    findings = TABLES.findings.astype(object)
    for finding, values in (edit or {}).items():
        findings.loc[findings["finding_id"] == finding, list(values)] = list(values.values())
    report.write(replace(TABLES, findings=findings), info or made_up_run(), folder, frozenset({"csv"}))
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    first, second, third = TABLES.findings["finding_id"].iloc[:3]
    new = {
        first: {"finding_id": "F-new"},
        second: {"severity": "minor", "missing": "eGFR"},
        third: {"message": "other"},
    }
    return run_in(tmp_path / "old"), run_in(tmp_path / "new", new)


def test_each_finding_has_its_change(runs: tuple[Path, Path]) -> None:
    found = compare(*map(read_run, runs))
    change = found.findings.set_index("finding_id")
    first, second, third = TABLES.findings["finding_id"].iloc[:3]
    assert change.loc["F-new", "change"] == "new"
    assert change.loc[first, "change"] == "resolved"
    assert change.loc[second, ["change", "changed", "severity_new"]].tolist() == [
        "changed",
        "severity;missing",
        "minor",
    ]
    assert change.loc[third, "change"] == "persisting"
    assert found.counts == {"new": 1, "changed": 1, "persisting": len(TABLES.findings) - 2, "resolved": 1}


def test_every_finding_of_either_run_is_listed_once(runs: tuple[Path, Path]) -> None:
    found = compare(*map(read_run, runs)).findings
    assert sorted(found["finding_id"]) == sorted({*TABLES.findings["finding_id"], "F-new"})


def test_same_input_with_other_knowledge_is_said(tmp_path: Path) -> None:
    old = run_in(tmp_path / "old")
    new = run_in(tmp_path / "new", info=made_up_run(knowledge_version="0.2.0"))
    remarks = " ".join(compare(read_run(old), read_run(new)).remarks)
    assert "knowledge differs: 0.1.0 → 0.2.0" in remarks and "input files are the same" in remarks


def test_the_command_counts_and_writes(runs: tuple[Path, Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [*map(str, runs), "--out", str(tmp_path / "c.csv")])
    assert result.exit_code == 0 and "resolved" in result.output
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as file:
        assert [row["change"] for row in csv.DictReader(file)][:2] == ["new", "changed"]
    assert (tmp_path / "c.csv").stat().st_mode & 0o777 == 0o600


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match="no finished run"):
        read_run(tmp_path)
