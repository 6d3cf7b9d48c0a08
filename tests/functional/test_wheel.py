"""The wheel carries its data: it screens from any folder, without the project beside it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, built from the project and unpacked into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, PROJECT]
    done = subprocess.run(list(map(str, build)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_screens_from_any_folder(installed, tmp_path):
    export = tmp_path / "fills.csv"
    export.write_text("patient_id,drug\n1,furosemide 40 mg tablet\n1,metolazone 2.5 mg tablet\n")
    program = "import medcramp, sys; print(medcramp.__file__, file=sys.stderr); from medcramp.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "screen", str(export), "--out", str(tmp_path / "out")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert str(installed) in done.stderr
    assert "HK-01" in (tmp_path / "out" / "tables" / "findings.csv").read_text()


def test_the_wheel_holds_knowledge_and_examples_and_nothing_of_the_tests(installed):
    names = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    assert "medcramp/_data/knowledge/VERSION" in names
    assert "medcramp/_data/examples/dispensing.csv" in names
    assert "medcramp/py.typed" in names
    assert not any(name.startswith("tests/") for name in names)
