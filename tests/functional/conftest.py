"""The installed command line, run as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "data" / "examples"


@pytest.fixture
def medcramp(tmp_path):
    """Run `medcramp ARGS` in an empty folder with a home of its own; returns the finished process."""
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "NO_COLOR": "1"}

    def run(*arguments, cwd=tmp_path, **kwargs):
        command = [sys.executable, "-m", "medcramp", *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, **kwargs
        )

    return run


@pytest.fixture(scope="session")
def example_arguments():
    """The README's example run without its --out."""
    files = [EXAMPLES / "dispensing.csv"]
    for name in ("patients", "conditions", "labs", "allergies"):
        files += [f"--{name}", EXAMPLES / f"{name}.csv"]
    return [*map(str, files), "--as-of", "2026-10-31"]
