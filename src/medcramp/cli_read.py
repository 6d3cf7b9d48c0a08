"""`medcramp read`, `inspect` and `layouts`: reading alone, explained, and made repeatable."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcramp.errors import UsageError
from medcramp.records import COMPANION_COLUMNS
from medcramp.terminal import Progress, mapping

if TYPE_CHECKING:
    import pandas as pd

    from medcramp.read import ReadOptions, ReadResult

FILE = click.Path(path_type=Path)
SHOWN_NOTICES = 12


def _options(columns: dict[str, str], sheet: str | None, layout: str | None, password_file: Path | None) -> ReadOptions:
    from medcramp.read import ReadOptions, password_from

    return ReadOptions(sheet=sheet, columns=columns, layout=layout, password=password_from(password_file))


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=FILE)
@click.option("--out", type=FILE, help="CSV file for the records; rows not used go to FILE.rejected.csv beside it.")
@click.option("--explain", is_flag=True, help="Write nothing; explain how the input is understood (same as `inspect`).")
@click.option(
    "--map", "columns", multiple=True, metavar="FIELD=COLUMN", callback=mapping, help="Name a column yourself."
)
@click.option("--sheet", help="Read this sheet of a workbook only.")
@click.option("--layout", help="A column map saved with `medcramp layouts save`.")
@click.option("--password-file", type=FILE, help="File holding the password of an encrypted workbook.")
@click.option("--mask", is_flag=True, help="With --explain: hide the contents of the example records.")
@click.option("--patients", type=FILE, help="Names, age or birth date, sex per patient, joined by id.")
def read(
    inputs: tuple[Path, ...],
    out: Path | None,
    explain: bool,
    columns: dict[str, str],
    sheet: str | None,
    layout: str | None,
    password_file: Path | None,
    mask: bool,
    patients: Path | None,
) -> None:
    """Read INPUTS (files or folders) and write what was understood as canonical medication records.

    \b
    Examples:
      medcramp read fills.xlsx --out records.csv
      medcramp read list.csv --map drug="Item Name" --map patient_id=MRN --out records.csv
      medcramp read fills.xlsx --explain
    """
    if out is None and not explain:
        raise UsageError("--out is missing", remedy="say where the records go: --out records.csv (or use --explain)")
    from medcramp.read import read_inputs
    from medcramp.read.write import write_csv

    with Progress() as progress:
        companions = {"patients": patients} if patients else {}
        result = read_inputs(inputs, _options(columns, sheet, layout, password_file), companions, progress)
    if explain:
        _explain(result, mask)
        return
    assert out is not None
    write_csv(result.records, out)
    write_csv(_not_used(result), out.with_name(f"{out.stem}.rejected.csv"))
    _summary(result, out)


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=FILE)
@click.option(
    "--map", "columns", multiple=True, metavar="FIELD=COLUMN", callback=mapping, help="Name a column yourself."
)
@click.option("--sheet", help="Look at this sheet of a workbook only.")
@click.option("--layout", help="A column map saved with `medcramp layouts save`.")
@click.option("--password-file", type=FILE, help="File holding the password of an encrypted workbook.")
@click.option("--mask", is_flag=True, help="Hide the contents of the example records.")
def inspect(
    inputs: tuple[Path, ...],
    columns: dict[str, str],
    sheet: str | None,
    layout: str | None,
    password_file: Path | None,
    mask: bool,
) -> None:
    """Explain how INPUTS would be read: sheet, header, columns and why, dates, what is left out, how to override it.

    \b
    Examples:
      medcramp inspect fills.xlsx
      medcramp inspect fills.xlsx --mask
    """
    from medcramp.read import read_inputs

    with Progress() as progress:
        result = read_inputs(inputs, _options(columns, sheet, layout, password_file), {}, progress)
    _explain(result, mask)


def _explain(result: ReadResult, mask: bool) -> None:
    from medcramp.read.inspect import explanation

    for line in explanation(result, mask):
        click.echo(line)


def _not_used(result: ReadResult) -> pd.DataFrame:
    import pandas as pd

    parts = [("rejected", result.rejected), ("ignored", result.ignored)]
    return pd.concat([frame.assign(outcome=outcome) for outcome, frame in parts], ignore_index=True)


def _summary(result: ReadResult, out: Path) -> None:
    rows = result.rows
    people = result.records["patient_id"].nunique()
    click.echo(
        f"Rows     {rows.read:,} read = {rows.used:,} used + {rows.rejected:,} rejected + {rows.ignored:,} ignored"
    )
    click.echo(f"Records  {len(result.records):,} of {people:,} patients in {out}")
    for name in COMPANION_COLUMNS:
        if name in result.companions:
            click.echo(f"         {len(result.companions[name]):,} rows about {name} found beside them")
    tables = Counter(notice.message for notice in result.notices)
    for message, count in list(tables.items())[:SHOWN_NOTICES]:
        click.echo(f"Note     {message}{f' ({count} tables say so)' if count > 1 else ''}", err=True)


@click.group()
def layouts() -> None:
    """Save, list or show column maps by name, so that they are set once."""


@layouts.command("save")
@click.argument("name")
@click.option(
    "--map", "columns", multiple=True, required=True, metavar="FIELD=COLUMN", callback=mapping, help="A column."
)
@click.option("--sheet", help="Sheet of the workbook.")
def save(name: str, columns: dict[str, str], sheet: str | None) -> None:
    """Save a column map as NAME; use it with --layout NAME."""
    from medcramp.config import Layout, save_layout

    click.echo(f"Saved as {name!r} in {save_layout(name, Layout(columns=columns, sheet=sheet))}")


@layouts.command("list")
def list_() -> None:
    """List the saved column maps."""
    from medcramp.config import load_layouts

    for name, layout in sorted(load_layouts().items()):
        click.echo(f"{name}: {len(layout.columns)} columns" + (f", sheet {layout.sheet!r}" if layout.sheet else ""))


@layouts.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Show one saved column map as options to copy."""
    from medcramp.config import load_layout

    layout = load_layout(name)
    for field, column in layout.columns.items():
        click.echo(f'--map {field}="{column}"')
    if layout.sheet:
        click.echo(f'--sheet "{layout.sheet}"')
