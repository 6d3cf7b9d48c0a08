"""Laboratory results that nothing is said about are named as not assessed."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from medcramp.cli import cli

MEDICATIONS = "patient_id,drug,sig,start_date,days_supply\n1,furosemide 40 mg tab,1 daily,2025-03-01,30\n"
MEDICATIONS += "1,hydrochlorothiazide 25 mg tab,1 daily,2025-03-01,30\n2,cetirizine 10 mg tab,1 daily,2025-03-01,30\n"


@pytest.fixture
def screened(tmp_path: Path):
    def of(*rows: str) -> tuple[list[dict[str, str]], set[str]]:
        """Rows of the table of what was not assessed, and the rules that spoke, for these laboratory rows."""
        (tmp_path / "m.csv").write_text(MEDICATIONS, encoding="utf-8")
        labs = "\n".join(["patient_id,test,value,unit,date", *rows, "2,Sodium,140,mmol/L,2025-03-10"])
        (tmp_path / "labs.csv").write_text(labs + "\n", encoding="utf-8")
        told = ["screen", str(tmp_path / "m.csv"), "--labs", str(tmp_path / "labs.csv"), "--as-of", "2025-03-15"]
        run = CliRunner().invoke(
            cli, [*told, "--out", str(tmp_path / "out"), "--formats", "csv"], catch_exceptions=False
        )
        assert run.exit_code == 0, run.output
        tables = {}
        for name in ("not_assessed", "findings"):
            with (tmp_path / "out" / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
                tables[name] = list(csv.DictReader(file))
        lab = [row for row in tables["not_assessed"] if row["what"] == "LAB"]
        return lab, {row["rule"] for row in tables["findings"] if row["patient_id"] == "1"}

    return of


@pytest.mark.parametrize(
    ("row", "patient", "words"),
    [
        ("1,Digoxin level,2.9,ng/mL,2025-03-10", "", "a limit for digoxin level"),
        ("1,INR,6.1,,2025-03-10", "", "the meaning of INR"),
        ("1,Potassium,4.1,mg/dL,2025-03-10", "1", "the unit of the result of potassium"),
    ],
)
def test_a_result_that_is_not_judged_is_named(screened, row: str, patient: str, words: str) -> None:
    rows, _ = screened(row)
    assert [(found["patient_id"], found["missing"]) for found in rows] == [(patient, words)]


@pytest.mark.parametrize(
    "rows",
    [
        ["1,Potassium,4.1,mmol/L,2025-03-10"],
        ["1,Creatinine,80,umol/L,2025-03-10", "1,Albumin,40,g/L,2025-03-10"],
        ["1,Potassium,4.1,mg/dL,2025-03-10", "1,Potassium,4.0,mmol/L,2025-03-11"],
        ["1,Potassium,4.1,mg/dL,2024-03-10"],
        ["1,Potassium,,mmol/L,2025-03-10"],
        ["9,INR,6.1,,2025-03-10"],
    ],
    ids=["judged", "serves another", "repeated since", "too old", "blank", "nobody on the list"],
)
def test_nothing_is_named_that_was_judged_or_is_no_result(screened, rows: list[str]) -> None:
    assert screened(*rows)[0] == []


def test_a_result_that_could_not_be_read_is_not_said_to_be_missing(screened) -> None:
    assert "MON-potassium" in screened("2,Potassium,4.1,mmol/L,2025-03-10")[1]
    assert "MON-potassium" not in screened("1,Potassium,4.1,mg/dL,2025-03-10")[1]
