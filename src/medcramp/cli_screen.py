"""`medcramp screen`: the main job on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcramp.records import COMPANION_COLUMNS, SEVERITIES
from medcramp.terminal import Choice, Progress, mapping

if TYPE_CHECKING:
    from medcramp.run import Outcome

FILE = click.Path(path_type=Path)
JURISDICTIONS = ("US", "EU", "UK", "CA")


class IsoDate(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-10-31", param, ctx)


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=FILE)
@click.option("--out", required=True, type=FILE, help="Folder for the report; made if missing.")
@click.option("--patients", type=FILE, help="Age or birth date, sex, pregnancy weeks, eGFR per patient.")
@click.option("--conditions", type=FILE, help="ICD-10 codes per patient.")
@click.option("--labs", type=FILE, help="Laboratory results per patient.")
@click.option("--allergies", type=FILE, help="Allergies per patient.")
@click.option("--as-of", type=IsoDate(), help="Index date. [default: the last fill in the data]")
@click.option(
    "--jurisdiction",
    type=Choice(JURISDICTIONS, case_sensitive=False),
    default="US",
    show_default=True,
    help="Whose dose limits and contraindications count.",
)
@click.option(
    "--map", "columns", multiple=True, metavar="FIELD=COLUMN", callback=mapping, help="Name a column yourself."
)
@click.option("--sheet", help="Read this sheet of a workbook only.")
@click.option("--layout", help="A column map saved with `medcramp layouts save`.")
@click.option("--password-file", type=FILE, help="File holding the password of an encrypted workbook.")
@click.option(
    "--corrections", type=FILE, help="Drug lines you corrected: a two-column table, or a filled-in worklist.xlsx."
)
@click.option(
    "--suppress", type=FILE, help="Findings to leave out: rule, drugs or patient, with reason, who and until."
)
@click.option(
    "--min-severity",
    type=Choice(SEVERITIES, case_sensitive=False),
    default=SEVERITIES[-1],
    show_default=True,
    help="Leave out interaction findings below this severity.",
)
@click.option(
    "--policy/--no-policy", default=True, show_default=True, help="Apply the rules that are our own proposals."
)
def screen(
    inputs: tuple[Path, ...],
    out: Path,
    as_of: date | None,
    jurisdiction: str,
    columns: dict[str, str],
    sheet: str | None,
    layout: str | None,
    password_file: Path | None,
    corrections: Path | None,
    suppress: Path | None,
    min_severity: str,
    policy: bool,
    **companions: Path | None,
) -> None:
    """Screen the medication lists in INPUTS (files or folders) and write a report.

    \b
    Examples:
      medcramp screen fills.csv --out report
      medcramp screen fills.xlsx --patients patients.csv --labs labs.csv --out report
      medcramp screen list.csv --map drug="Item Name" --map patient_id=MRN --out report
      medcramp screen synthea_folder --out report --as-of 2026-10-31

    Writes worklist.xlsx, tables/*.csv and run.json. Findings are not an error: exit code 0.
    """
    from medcramp.read import ReadOptions, password_from
    from medcramp.run import Request, run

    request = Request(
        inputs=inputs,
        out=out,
        read=ReadOptions(sheet=sheet, columns=columns, layout=layout, password=password_from(password_file)),
        companions={name: path for name in COMPANION_COLUMNS if (path := companions[name])},
        as_of=as_of,
        jurisdiction=jurisdiction,
        corrections=corrections,
        suppress=suppress,
        min_severity=min_severity,
        policy_rules=policy,
    )
    with Progress() as progress:
        outcome = run(request, progress)
    _summary(outcome, out)


def _summary(outcome: Outcome, out: Path) -> None:
    """Closing figures on the terminal."""
    rows, records = outcome.rows, outcome.records
    share = 100 * outcome.recognised / records if records else 0.0
    found = ", ".join(f"{count:,} {severity}" for severity, count in outcome.findings.items() if count) or "none"
    total = sum(outcome.findings.values())
    click.echo(
        f"Rows        {rows.read:,} read = {rows.used:,} used + {rows.rejected:,} rejected + {rows.ignored:,} ignored"
    )
    click.echo(f"Patients    {outcome.patients:,} as of {outcome.as_of}")
    click.echo(f"Medicines   {records:,} records, {share:.1f} % recognised")
    click.echo(f"Findings    {total:,}: {found}")
    if records:
        click.echo(
            f"            {1000 * total / records:.0f} per 1,000 medication records; {outcome.suppressed:,} suppressed"
        )
    for notice in outcome.notices[:5]:
        click.echo(f"Note        {notice}")
    if len(outcome.notices) > 5:
        click.echo(f"            … and {len(outcome.notices) - 5} more notes on the sheet About")
    click.echo(f"Report      {out / 'worklist.xlsx'}")
    click.echo(f"            {out / 'tables'} has the same as CSV; review by a pharmacist before use")
