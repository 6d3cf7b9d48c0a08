"""Patients told in our own words, screened through the command line, and what must be said of them."""

from __future__ import annotations

import csv
import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from medcramp.cli import cli
from medcramp.knowledge import load
from spec.people import AS_OF, _lab, day

FOLDER = Path(__file__).with_name("patients")
PATIENTS = {who["id"]: who for path in sorted(FOLDER.glob("*.yaml")) for who in yaml.safe_load(path.read_text("utf-8"))}
SEEDS = frozenset(load().groups.seeds)
JUDGED = ("severity", "grade", "certainty")
URGENCIES = ("information", "routine", "same_day", "emergency")
Table = list[dict[str, str]]


@pytest.fixture(scope="session")
def screened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Table]]:
    """Tables per patient; one run per jurisdiction."""
    found: dict[str, dict[str, Table]] = {}
    places: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for who in PATIENTS.values():
        places[who.get("jurisdiction", "US")].append(who)
    for place, members in places.items():
        folder = tmp_path_factory.mktemp(place)
        arguments = ["screen", str(write(folder, "medications", members, medications)), "--out", str(folder / "out")]
        arguments += ["--as-of", AS_OF.isoformat(), "--jurisdiction", place, "--formats", "json"]
        for name, rows in (("patients", facts), ("conditions", conditions), ("labs", labs), ("allergies", allergies)):
            path = write(folder, name, members, rows)
            arguments += [f"--{name}", str(path)] if path else []
        run = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert run.exit_code == 0, run.output
        for who in members:
            found[who["id"]] = {}
        for name in ("findings", "options", "electrolytes"):
            with (folder / "out" / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    found[row["patient_id"]].setdefault(name, []).append(row)
    return found


@pytest.mark.parametrize("who", PATIENTS)
def test_patient(who: str, screened: dict[str, dict[str, Table]]) -> None:
    assert list(wrong(PATIENTS[who], screened[who])) == []


def wrong(who: dict[str, Any], tables: dict[str, Table]) -> Iterator[str]:
    """Everything that is not as the patient's entry demands."""
    findings = tables.get("findings", [])
    for wanted in who.get("findings", []):
        yield from mismatch(wanted, [row for row in findings if row["rule"] == wanted["rule"]], findings)
    for pattern in who.get("silent", []):
        yield from (f"{row['rule']}: {row['message']}" for row in findings if fnmatch.fnmatch(row["rule"], pattern))
    if who.get("quiet"):
        kinds, grades = ("interaction", "dose", "duplicate"), ("contraindicated", "major", "moderate")
        loud = [row for row in findings if row["kind"] in kinds and row["severity"] in grades]
        yield from (f"{row['rule']} {row['severity']}: {row['message']}" for row in loud)
    flagged = {row["rule"].removeprefix("CLASS-") for row in findings if row["kind"] == "class"} & SEEDS
    if "classes" in who and flagged != set(who["classes"]):
        yield f"classes are {sorted(flagged)}"
    for name in who.get("extended", []):
        if not any(row["kind"] == "class" and name in (row["drugs"] + row["message"]).lower() for row in findings):
            yield f"no class finding names {name}"
    for wanted in who.get("options", []):
        row = next(o for o in tables["options"] if (o["option"], o["form"]) == (wanted["option"], wanted["form"]))
        if row["status"] not in many(wanted["status"]):
            yield f"{wanted['option']} {wanted['form']} is {row['status']}: {row['reasons']}"
    net = {row["electrolyte"]: row["net"] for row in tables.get("electrolytes", [])}
    yield from (f"{e} is {net.get(e)}" for e, d in who.get("electrolytes", {}).items() if net.get(e, "none") != d)
    most = max((row["urgency"] for row in findings), key=URGENCIES.index, default="information")
    if most != who.get("urgency", most):
        yield f"most urgent is {most}"


def mismatch(wanted: dict[str, Any], rows: Table, everything: Table) -> Iterator[str]:
    """Why no row is the wanted finding; nothing when one is."""
    faults = []
    for row in rows:
        given = [f"{k} is {row[k]}" for k in JUDGED if row[k] not in many(wanted.get(k, row[k]))]
        words = wanted.get("message", [])
        given += [f"no {word} in {row['message']}" for word in words if not says(row["message"], word)]
        if not given:
            return
        faults += given
    found = ", ".join(row["rule"] for row in everything if row["kind"] != "class")
    yield f"{wanted['rule']}: {'; '.join(faults) or f'not found among {found}'}"


def says(text: str, word: str) -> bool:
    """Whether the text holds the word; a number only as a whole."""
    return bool(re.search(rf"(?<![\d.]){re.escape(word)}(?![\d]|\.\d)", text, re.IGNORECASE))


def many(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def medications(who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in who["drugs"]:
        if isinstance(entry, str):
            drug, _, sig = entry.partition(" | ")
            entry = {"drug": drug, "sig": sig, "start": "14 days ago", "days_supply": 30}
        dates = {"start_date": day(entry.get("start"), AS_OF), "end_date": day(entry.get("end"), AS_OF)}
        supplied = "days_supply" in entry or "end" in entry or "status" in entry or not entry.get("start")
        rest = {name: entry.get(name) for name in ("drug", "sig", "route", "days_supply", "status")}
        yield {**rest, **dates, **({} if supplied else {"status": "active"})}


def facts(who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {name: who.get(name) for name in ("age", "sex", "egfr", "pregnant_weeks")}


def conditions(who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from ({"icd10": code} for code in who.get("conditions", []))


def labs(who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (_lab(text, AS_OF) for text in who.get("labs", []))


def allergies(who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from ({"substance": substance} for substance in who.get("allergies", []))


def write(folder: Path, name: str, members: list[dict[str, Any]], rows: Any) -> Path | None:
    """The table of these patients as a CSV file; None when it would be empty."""
    table = [{"patient_id": who["id"], **row} for who in members for row in rows(who)]
    if not table:
        return None
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path
