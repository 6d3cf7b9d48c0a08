"""The example report in reports/example is what the command of the README writes today."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from medcramp.cli_screen import screen

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "reports" / "example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of reports/README.md, written elsewhere."""
    text = (ROOT / "reports" / "README.md").read_text(encoding="utf-8")
    (line,) = [line.strip() for line in text.splitlines() if line.strip().startswith("medcramp screen data/")]
    out = tmp_path_factory.mktemp("example")
    arguments = [str(out) if word == "reports/example" else word for word in shlex.split(line)[2:]]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        result = CliRunner().invoke(screen, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return out


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_same_files_are_there(made: Path) -> None:
    assert files(made) == files(EXAMPLE)


def test_tables_are_the_same(made: Path) -> None:
    for path in sorted((EXAMPLE / "tables").iterdir()):
        assert (made / "tables" / path.name).read_text("utf-8") == path.read_text("utf-8"), path.name


def test_the_workbook_says_the_same(made: Path) -> None:
    books = [openpyxl.load_workbook(folder / "worklist.xlsx", read_only=True) for folder in (made, EXAMPLE)]
    assert books[0].sheetnames == books[1].sheetnames
    for ours, kept in zip(books[0], books[1], strict=True):
        assert list(ours.iter_rows(values_only=True)) == list(kept.iter_rows(values_only=True)), kept.title


def test_the_manifest_differs_only_in_its_time(made: Path) -> None:
    manifests = [json.loads((folder / "run.json").read_text("utf-8")) for folder in (made, EXAMPLE)]
    assert all(manifest.pop("run_at") for manifest in manifests)
    assert manifests[0] == manifests[1]
