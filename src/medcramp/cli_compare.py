"""`medcramp compare`: two runs side by side."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write every finding with its change as CSV."
)
def compare(old: Path, new: Path, out: Path | None) -> None:
    """Compare two runs by their folders: findings that are new, changed, persisting or resolved.

    \b
    Examples:
      medcramp compare reports/october reports/november
      medcramp compare reports/october reports/november --out changes.csv
    """
    from medcramp.report.atomic import replacing
    from medcramp.report.compare import COLUMNS, read_run
    from medcramp.report.compare import compare as compare_runs
    from medcramp.report.tables import write_csv

    found = compare_runs(read_run(old), read_run(new))
    width = max(map(len, found.counts))
    for change, count in found.counts.items():
        click.echo(f"{change:<{width}}  {count:>9,}")
    for remark in found.remarks:
        click.echo(remark)
    if out is not None:
        with replacing(out) as partial:
            write_csv(found.findings, COLUMNS, partial)
        click.echo(f"Written: {out}")
