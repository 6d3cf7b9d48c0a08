"""`medcramp screen`: the main job on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcramp.records import COMPANION_COLUMNS, SEVERITIES
from medcramp.terminal import Choice, Progress, mapping, one_of_each

if TYPE_CHECKING:
    from medcramp.config import Config
    from medcramp.run import Outcome

FILE = click.Path(path_type=Path)
JURISDICTIONS = ("US", "EU", "UK", "CA")
PAPERS = ("html", "pdf", "docx")
FORMATS = ("xlsx", "csv", "overview", "html", "pdf", "docx", "json", "parquet", "fhir")


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


def configured(ctx: click.Context, param: click.Parameter, path: Path | None) -> Config:
    """Load the settings; what they say about a run becomes the default of its options."""
    from medcramp import config

    settings = config.load(path)
    said = {
        "jurisdiction": settings.jurisdiction,
        "min_severity": settings.min_severity,
        "policy": settings.policy_rules,
    }
    ctx.default_map = {**(ctx.default_map or {}), **{name: value for name, value in said.items() if value is not None}}
    return settings


def prepared(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Each PATIENT=ACTIVE[+ACTIVE]:FORM as (patient id, actives, form)."""
    preparations = []
    for value in values:
        patient, sign, rest = value.rpartition("=")
        actives, colon, form = rest.rpartition(":")
        if not (sign and colon and patient and actives and form):
            raise click.BadParameter("write it as 10231=ketoprofen+cyclobenzaprine:cream", ctx, param)
        preparations.append((patient, tuple(actives.split("+")), form))
    return tuple(preparations)


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
@click.option("--previous", type=FILE, help="Last time's worklist.xlsx: your decisions and notes come back.")
@click.option(
    "--formats",
    default="xlsx",
    show_default=True,
    callback=one_of_each(FORMATS),
    help=f"What to write, joined by commas: {', '.join(FORMATS)}. The CSV tables are always written; csv = only they.",
)
@click.option(
    "--papers",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="For how many patients, most pressing first, to write html, pdf and docx papers.",
)
@click.option(
    "--request",
    "preparations",
    multiple=True,
    metavar="PATIENT=ACTIVE[+ACTIVE]:FORM",
    callback=prepared,
    help="Also write the request for a compounded prescription, e.g. 10231=ketoprofen:gel.",
)
@click.option("--by", type=Choice(("store", "prescriber")), help="A workbook for each store or prescriber as well.")
@click.option("--only-ids", is_flag=True, help="Leave names and birth dates out of everything written.")
@click.option("--pseudonymise", type=FILE, metavar="KEYFILE", help="Random patient ids; the key is kept in KEYFILE.")
@click.option("--mask-below", type=click.IntRange(min=0), default=0, help="Hide counts of fewer people in the charts.")
@click.option(
    "--config",
    "settings",
    type=FILE,
    is_eager=True,
    callback=configured,
    help="Settings file. [default: medcramp.toml if there is one]",
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
    previous: Path | None,
    formats: frozenset[str],
    papers: int,
    preparations: tuple[tuple[str, tuple[str, ...], str], ...],
    by: str | None,
    only_ids: bool,
    pseudonymise: Path | None,
    mask_below: int,
    settings: Config,
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
    from medcramp.report import ReportConfig
    from medcramp.run import Preparation, Request, run

    request = Request(
        inputs=inputs,
        out=out,
        read=ReadOptions(
            sheet=sheet or settings.read.sheet,
            columns={**settings.read.columns, **columns},
            layout=layout,
            password=password_from(password_file),
        ),
        companions={name: path for name in COMPANION_COLUMNS if (path := companions[name])},
        as_of=as_of,
        jurisdiction=jurisdiction,
        corrections=corrections,
        suppress=suppress,
        min_severity=min_severity,
        policy_rules=policy,
        previous=previous,
        formats=formats | {"csv"} | ({"pdf"} if preparations and formats.isdisjoint(PAPERS) else set()),
        papers=papers,
        preparations=tuple(Preparation(*preparation) for preparation in preparations),
        report=ReportConfig(
            only_ids=only_ids,
            key_file=pseudonymise,
            mask_below=mask_below,
            split_by=by or "",
            paper=settings.paper,
            pharmacy_name=settings.pharmacy.name,
            pharmacy_phone=settings.pharmacy.phone,
        ),
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
    workbook = out / "worklist.xlsx"
    if workbook in outcome.files:
        click.echo(f"Report      {workbook}")
        click.echo(f"            {out / 'tables'} has the same as CSV; review by a pharmacist before use")
    else:
        click.echo(f"Report      {out / 'tables'}; review by a pharmacist before use")
