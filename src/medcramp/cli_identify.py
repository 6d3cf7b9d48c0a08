"""Commands about recognition: `identify` a file, explain one `drug` line, manage local `codes`."""

from __future__ import annotations

from pathlib import Path

import click

from medcramp.terminal import Progress

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--column", required=True, help="Heading of the column that holds the drug lines.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Table to write (CSV).")
@click.option("--corrections", type=FILE, help="Texts you corrected: two columns, text and correct to.")
def identify(file: Path, column: str, out: Path, corrections: Path | None) -> None:
    """Recognise every line of one column: one row out per row in, same order."""
    from medcramp import knowledge, recognise
    from medcramp.recognise.tables import read_column, write_table

    texts = read_column(file, column)
    corrected = recognise.read_corrections(corrections) if corrections else {}
    with Progress() as progress:
        table = recognise.identify(texts, knowledge.load(), corrections=corrected, progress=progress)
    write_table(table, out)
    counts = table["status"].value_counts()
    click.echo(f"{len(table):,} lines: {', '.join(f'{count:,} {status}' for status, count in counts.items())}")
    click.echo(f"Written: {out}")


@click.command()
@click.argument("text")
def drug(text: str) -> None:
    """Explain how one drug line is recognised: words, candidates, decision, classes, electrolytes, sources.

    \b
    Example:
      medcramp drug "LISINOPRIL-HCTZ 20-12.5 MG TA"
    """
    from medcramp import knowledge
    from medcramp.recognise.explain import explain

    for heading, lines in explain(text, knowledge.load()):
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
