"""Commands about recognition: `identify` a file, explain one `drug` line, manage local `codes`."""

from __future__ import annotations

from pathlib import Path

import click

from medcramp.terminal import Progress

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


JURISDICTION = "Whose brands count where one name means different medicines. [default: none, a person is asked]"
MARKETS = ("US", "EU", "UK", "CA", "AU")


def code_columns(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """("ndc=NDC_CODE", "DIN") as kind of code → heading."""
    from medcramp.recognise.code_sources import HEADERS
    from medcramp.recognise.codes import CODED

    columns = {}
    for value in values:
        kind, sign, heading = value.partition("=")
        kind, heading = (kind.strip().lower(), heading.strip()) if sign else (HEADERS.get(value.lower(), ""), value)
        if kind not in CODED or not heading:
            raise click.BadParameter(f"write it as KIND=COLUMN with KIND one of {', '.join(CODED)}", ctx, param)
        columns[kind] = heading
    return columns


@click.command()
@click.argument("file", type=FILE)
@click.option("--column", required=True, help="Heading of the column that holds the drug lines.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Table to write (CSV).")
@click.option(
    "--code-column",
    "coded",
    multiple=True,
    metavar="KIND=COLUMN",
    callback=code_columns,
    help="Column of codes (ndc, din, rxcui or atc), looked up in the tables of `medcramp codes`.",
)
@click.option("--jurisdiction", type=click.Choice(MARKETS, case_sensitive=False), help=JURISDICTION)
@click.option("--corrections", type=FILE, help="Texts you corrected: two columns, text and correct to.")
def identify(
    file: Path, column: str, out: Path, coded: dict[str, str], jurisdiction: str | None, corrections: Path | None
) -> None:
    """Recognise every line of one column: one row out per row in, same order."""
    from medcramp import knowledge, recognise
    from medcramp.recognise.tables import read_columns, write_table

    texts, *codes_beside = read_columns(file, [column, *coded.values()])
    corrected = recognise.read_corrections(corrections) if corrections else {}
    installed = recognise.installed_codes() if coded else None
    if coded and installed is None:
        click.echo(
            "No code table is installed, so codes are not looked up. See: medcramp codes install --help", err=True
        )
    with Progress() as progress:
        table = recognise.identify(
            texts,
            knowledge.load(),
            corrections=corrected,
            codes=installed,
            code_columns=dict(zip(coded, codes_beside, strict=True)),
            jurisdiction=jurisdiction or "",
            progress=progress,
        )
    write_table(table, out)
    counts = table["status"].value_counts()
    click.echo(f"{len(table):,} lines: {', '.join(f'{count:,} {status}' for status, count in counts.items())}")
    click.echo(f"Written: {out}")


@click.command()
@click.argument("text")
@click.option("--jurisdiction", type=click.Choice(MARKETS, case_sensitive=False), help=JURISDICTION)
def drug(text: str, jurisdiction: str | None) -> None:
    """Explain how one drug line is recognised: words, candidates, decision, classes, electrolytes, sources.

    \b
    Example:
      medcramp drug "LISINOPRIL-HCTZ 20-12.5 MG TA"
    """
    from medcramp import knowledge
    from medcramp.recognise.explain import explain

    for heading, lines in explain(text, knowledge.load(), jurisdiction or ""):
        click.secho(heading, bold=True)
        for line in lines:
            click.echo(f"  {line}")


@click.group()
def codes() -> None:
    """Local drug-code tables: NDC, RxNorm, DIN, ATC. They stay on this computer, readable by you only."""


@codes.command("install")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--name", default="", help="Name to keep it under (default: the file's).")
def install_codes(file: Path, name: str) -> None:
    """Build a code table from the FDA NDC directory, RxNorm release files (RRF), or a CSV of code and name."""
    from medcramp.recognise import code_store

    entry = code_store.install(file, name)
    click.echo(f"Installed {entry.name}: {entry.codes:,} codes from {entry.format}")


@codes.command("list")
def list_codes() -> None:
    """Show the installed code tables."""
    from medcramp.recognise import code_store

    entries = code_store.installed()
    for entry in entries:
        click.echo(f"{entry.name:24} {entry.codes:>9,} codes  {entry.format}")
    if not entries:
        click.echo("No code table is installed. See: medcramp codes install --help")


@codes.command("remove")
@click.argument("name")
def remove_codes(name: str) -> None:
    """Remove an installed code table."""
    from medcramp.recognise import code_store

    code_store.remove(name)
    click.echo(f"Removed {name}")
