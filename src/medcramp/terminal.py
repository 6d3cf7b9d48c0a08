"""What the commands share on the terminal: progress that stays out of the way, and options that help."""

from __future__ import annotations

import difflib
import gc
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import click


def collect_rarely() -> None:
    """The words of the knowledge live until the end: looking through them for garbage again and again frees nothing."""
    gc.set_threshold(200_000, 50, 100)


class Progress:
    """Draws `what done/total` on stderr, but only on a terminal and only for work that takes over two seconds."""

    patience_seconds = 2.0
    redraw_seconds = 0.1
    width = 30

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.started = time.monotonic()
        self.drawn = 0.0
        self.line = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say that `done` of `total` are finished (total 0: unknown)."""
        now = time.monotonic()
        if not self.shown or now - self.started < self.patience_seconds or now - self.drawn < self.redraw_seconds:
            return
        self.drawn = now
        if total:
            filled = min(self.width, self.width * done // total)
            bar = "#" * filled + "-" * (self.width - filled)
            text = f"{what}  [{bar}]  {100 * done // total:3d} %"
        else:
            text = f"{what}  {done:,}" if done else f"{what} …"
        padding = " " * max(0, len(self.line) - len(text))
        click.echo(f"\r{text}{padding}", nl=False, err=True)
        self.line = text

    def clear(self) -> None:
        """Wipe the line, so that what follows starts clean."""
        if self.line:
            click.echo("\r" + " " * len(self.line) + "\r", nl=False, err=True)
            self.line = ""


class Choice(click.Choice[str]):
    """A choice that answers a misspelling with the nearest right value."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            choices = {str(choice).lower(): str(choice) for choice in self.choices}
            near = difflib.get_close_matches(str(value).lower(), choices, n=1, cutoff=0.5)
            if not near:
                raise
            message = f"{error.message} Did you mean {choices[near[0]]!r}?"
            raise click.BadParameter(message, ctx=ctx, param=param) from None


def one_of_each(choices: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], frozenset[str]]:
    """Callback for an option that takes several of `choices` joined by commas."""

    def split(ctx: click.Context, param: click.Parameter, value: str) -> frozenset[str]:
        choice = Choice(choices, case_sensitive=False)
        return frozenset(choice.convert(part.strip(), param, ctx) for part in value.split(",") if part.strip())

    return split


def mapping(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Callback for repeated FIELD=COLUMN options."""
    pairs: dict[str, str] = {}
    for value in values:
        field, sign, column = value.partition("=")
        if not sign or not field.strip() or not column.strip():
            raise click.BadParameter(f'{value!r} is not FIELD=COLUMN, for example drug="Drug Name"', ctx, param)
        pairs[field.strip()] = column.strip()
    return pairs
