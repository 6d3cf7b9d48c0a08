"""The command line: parse, call, print. No clinical logic, and nothing heavy imported before a command runs."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from medcramp import __version__
from medcramp.errors import INTERNAL_ERROR_EXIT_CODE, UserError
from medcramp.terminal import collect_rarely

# name: (module:attribute, one line for the overview). The line stands here so that the overview imports no command.
COMMANDS = {
    "screen": ("medcramp.cli_screen:screen", "Screen an export: the main job. Writes the worklist and tables."),
    "read": ("medcramp.cli_read:read", "Reading alone: what is understood of an export."),
    "inspect": ("medcramp.cli_read:inspect", "Explain how a file would be read, and how to override it."),
    "identify": ("medcramp.cli_identify:identify", "Recognition alone: which drug each line of a file names."),
    "drug": ("medcramp.cli_identify:drug", "Explain how one drug line is recognised."),
    "explain": ("medcramp.cli_explain:explain", "Explain the findings of one patient of an earlier run."),
    "compare": ("medcramp.cli_compare:compare", "Compare two runs: new, persisting, changed, resolved."),
    "codes": ("medcramp.cli_identify:codes", "Install, list or remove local drug-code tables (NDC, RxNorm)."),
    "layouts": ("medcramp.cli_read:layouts", "Save, list or show column maps by name."),
    "knowledge": ("medcramp.cli_knowledge:knowledge", "Check the clinical knowledge and list rules and sources."),
}

EPILOG = """\b
Examples:
  medcramp screen fills.csv --out report
  medcramp screen fills.xlsx --patients patients.csv --labs labs.csv --out report
  medcramp inspect fills.xlsx
  medcramp drug "HCTZ 25mg tab"
"""


class LazyGroup(click.Group):
    """A group whose commands are imported when they run; a wrong name is answered with the nearest right one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", error.ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="medcramp")
def cli() -> None:
    """Screen pharmacy medication lists for medicines linked to leg and foot cramps.

    Reads CSV or Excel exports, recognises every drug, flags cramp-linked classes, electrolyte effects, interactions and
    prescribing cascades, and writes a counselling worklist. Every report is for review by a pharmacist.
    """
    collect_rarely()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with the exit code of the contract; never shows a traceback with cell contents."""
    try:
        code = cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        click.echo("Interrupted; nothing half-written is left behind.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except UserError as error:
        click.echo(f"medcramp: {error.message}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        click.echo(_internal_error(error), err=True)
        sys.exit(INTERNAL_ERROR_EXIT_CODE)


def _internal_error(error: Exception) -> str:
    """Where it broke, without the message of the exception: that may quote a cell."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('medcramp', 1)[-1].lstrip('/')}:{frame.lineno}" for frame in frames[-4:]]
    return (
        f"medcramp: internal error ({type(error).__name__}) at {' > '.join(places)}\n"
        "  What to do: this is a fault of medcramp; please report the line above (it holds no patient data)."
    )
