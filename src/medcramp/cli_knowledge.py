"""`medcramp knowledge`: check what medcramp knows, and look a rule or a source up."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from medcramp.errors import UsageError

FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A knowledge folder of your own (default: the one shipped).",
)


@click.group()
def knowledge() -> None:
    """Check the clinical knowledge, and list its rules and sources."""


@knowledge.command()
@FOLDER
def check(folder: Path | None) -> None:
    """Load everything and cross-check it; exit 12 with file and row when something is wrong."""
    from medcramp.knowledge import load

    known = load(folder)
    known.check()
    click.echo(f"Knowledge {known.version} is sound ({known.hash[:12]}).")
    click.echo(
        f"{len(known.rules)} rules, {len(known.options)} options, {len(known.sources)} sources, "
        f"{len(known.groups.classes)} classes and {len(known.groups.sets)} drug sets."
    )


@knowledge.command()
@click.argument("rule", required=False)
@FOLDER
def rules(rule: str | None, folder: Path | None) -> None:
    """List all rules, or one RULE with why it matters and its sources."""
    from medcramp.knowledge import load

    known = load(folder)
    if rule is None:
        for each in known.rules:
            click.echo(f"{each.id:<10} {each.kind:<12} {each.tag:<11} {each.title}")
        return
    chosen = [each for each in known.rules if each.id.lower() == rule.lower()]
    if not chosen:
        near = difflib.get_close_matches(rule.upper(), [each.id for each in known.rules], n=1)
        raise UsageError(f"there is no rule {rule}" + (f"; did you mean {near[0]}?" if near else ""))
    for each in chosen:
        click.secho(f"{each.id}  {each.title}", bold=True)
        click.echo(f"  {each.effect}\n  Action: {each.action}\n  Mark: {each.tag}")
        for key in each.sources:
            click.echo(f"  [{key}] {known.sources[key].citation}")


@knowledge.command()
@click.argument("key", required=False)
@FOLDER
def sources(key: str | None, folder: Path | None) -> None:
    """List all sources, or one by its KEY."""
    from medcramp.knowledge import load

    known = load(folder)
    if key is not None and key not in known.sources:
        near = difflib.get_close_matches(key.upper(), known.sources, n=1)
        raise UsageError(f"there is no source {key}" + (f"; did you mean {near[0]}?" if near else ""))
    for name, source in known.sources.items():
        if key is None or key == name:
            click.echo(f"{name:<12} {source.citation}" + f" [{source.read_as}]")
