"""`medcramp explain`: the findings of one patient of an earlier run, rebuilt from its tables alone."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from medcramp.errors import InputUnreadableError, UsageError

Row = dict[str, str]
WIDTH = 100


@click.command()
@click.argument("patient_id")
@click.argument("rule", required=False)
@click.option(
    "--run",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Folder that `screen --out` wrote.",
)
def explain(patient_id: str, rule: str | None, folder: Path) -> None:
    """Explain the findings of PATIENT_ID (or only those of RULE): facts, values, what is missing, sources.

    \b
    Examples:
      medcramp explain 10231 --run reports/first
      medcramp explain 10231 HK-08 --run reports/first
    """
    patient = next(_rows(folder, "patients", patient_id), None)
    if patient is None:
        raise UsageError(
            "no such patient in this run",
            remedy="give the patient_id as it stands in tables/patients.csv",
            file=folder / "tables" / "patients.csv",
        )
    findings = [row for row in _rows(folder, "findings", patient_id) if rule in (None, row["rule"])]
    if rule and not findings:
        raise UsageError(f"this patient has no finding {rule}", remedy="leave out RULE to see all of them")
    citations = {row["key"]: row["citation"] for row in _rows(folder, "evidence")}
    if rule is None:
        _show_patient(patient, list(_rows(folder, "medications", patient_id)))
    for finding in findings:
        _show_finding(finding, citations)
    if not findings:
        click.echo("No findings. That is no clean bill of health: see the sheet Not assessed.")


def _rows(folder: Path, table: str, patient_id: str | None = None) -> Iterator[Row]:
    """Rows of one table of the run, of one patient when given."""
    path = folder / "tables" / f"{table}.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if patient_id is None or row["patient_id"] in (patient_id, f"'{patient_id}"):
                    yield row
    except OSError:
        raise InputUnreadableError(
            "not the folder of a run", remedy="give --run the folder that `medcramp screen --out` wrote", file=path
        ) from None


def _show_patient(patient: Row, medications: list[Row]) -> None:
    click.secho(f"Patient {patient['patient_id']}: {patient['priority']}", bold=True)
    _line("Why", patient["top_reason"])
    _line("First step", patient.get("action", ""))
    click.echo()
    shown = set()
    for row in medications:
        line = f"{row['drug']} -> {row['ingredients'] or row['status_match']} (taken now: {row['active']})"
        if line not in shown:
            shown.add(line)
            _line("Medicine", line)
    click.echo()


def _show_finding(finding: Row, citations: dict[str, str]) -> None:
    marks = [finding[name] for name in ("severity", "grade", "certainty", "urgency") if finding[name]]
    click.secho(f"{finding['rule']}  {finding['title']}", bold=True)
    _line("Marks", ", ".join(marks))
    for label, column in (
        ("Medicines", "drugs"),
        ("What", "message"),
        ("Facts", "facts"),
        ("Why", "mechanism"),
        ("Missing", "missing"),
        ("Action", "action"),
        ("Input rows", "source_rows"),
    ):
        _line(label, finding.get(column, ""))
    for key in filter(None, finding["sources"].split(";")):
        _line("Source", f"[{key}] {citations.get(key, '')}")
    if finding.get("verified", "") == "false":
        _line("Note", "no source of this statement has been read yet; it is not established")
    click.echo()


def _line(label: str, text: str) -> None:
    """One labelled, wrapped line; nothing when there is nothing to say."""
    if text:
        indent = " " * 13
        body = textwrap.fill(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent)
        click.echo(f"  {label + ':':<11}{body[13:]}")
