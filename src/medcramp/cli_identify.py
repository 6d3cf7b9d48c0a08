"""Commands about recognition: `identify` a file, explain one `drug` line, manage local `codes`."""

from __future__ import annotations

from pathlib import Path

import click

from medcramp.errors import ColumnsNotUnderstoodError
from medcramp.terminal import Progress


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", required=True, help="Heading of the column that holds the drug lines.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Table to write (CSV).")
def identify(file: Path, column: str, out: Path) -> None:
    """Recognise every line of one column: one row out per row in, same order."""
    from medcramp import knowledge, recognise
    from medcramp.recognise.columns import read_column, write_table

    texts = read_column(file, column)
    with Progress() as progress:
        table = recognise.identify(texts, knowledge.load(), progress=progress)
    write_table(table, out)
    known = int((~table["status"].isin(["unknown", "ambiguous"])).sum())
    click.echo(f"{len(table):,} lines, {known:,} recognised, {len(table) - known:,} for you to look at: {out}")


_ = ColumnsNotUnderstoodError
