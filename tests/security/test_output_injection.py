"""Hostile text in, harmless files out: no formula and no markup, also after an office suite has saved it again."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from fixtures.report_tables import made_up_run, made_up_tables
from medcramp import report

OFFICE = shutil.which("soffice")
FORMULA_STARTS = ("=", "@", "+", "-", "\t", "\r")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    report.write(made_up_tables(), made_up_run(), folder)
    return folder


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_no_cell_of_a_table_starts_like_a_formula(out: Path) -> None:
    for path in sorted((out / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not is_number(cell)]


def test_no_cell_of_the_workbook_starts_like_a_formula(out: Path) -> None:
    book = openpyxl.load_workbook(out / "worklist.xlsx")
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [text for text in texts if text.startswith(FORMULA_STARTS) and not is_number(text)]


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_an_office_suite_opens_it_and_finds_no_formula(out: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [
            str(OFFICE),
            profile,
            "--headless",
            "--convert-to",
            "ods",
            "--outdir",
            str(tmp_path),
            str(out / "worklist.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    with ZipFile(tmp_path / "worklist.ods") as archive:
        content = archive.read("content.xml").decode("utf-8")
    assert "table:formula=" not in content
    assert "Worklist" in content


def test_inputs_are_named_without_their_folders(out: Path) -> None:
    assert str(out) not in (out / "run.json").read_text(encoding="utf-8")
