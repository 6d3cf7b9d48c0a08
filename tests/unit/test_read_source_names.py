"""Files are named as shortly as tells them apart."""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from medcramp.read import read_inputs
from medcramp.read.source_names import short_names

EXPORT = "patient_id,drug,fill_date\n1,furosemide 40 mg tablet,2026-10-01\n"


@pytest.mark.parametrize(
    ("given", "short"),
    [
        ("/home/jane.doe/fills.csv", "fills.csv"),
        (r"C:\Users\Jane Doe\fills.csv", "fills.csv"),
        ("fills.csv", "fills.csv"),
        ("/data/october.zip!out/fills.csv", "october.zip!out/fills.csv"),
    ],
)
def test_one_file_is_named_without_its_folders(given, short):
    assert short_names([given]) == {given: short}


def test_files_of_one_name_keep_what_tells_them_apart_and_no_more():
    names = short_names(["/x/north/2026/fills.csv", "/x/south/2026/fills.csv", "/x/south/2026/labs.csv"])
    assert list(names.values()) == ["north/2026/fills.csv", "south/2026/fills.csv", "labs.csv"]


def test_a_bare_name_and_the_same_name_in_a_folder_stay_apart():
    assert short_names(["fills.csv", "old/fills.csv"]) == {"fills.csv": "fills.csv", "old/fills.csv": "old/fills.csv"}


@given(st.lists(st.text("ab/\\!.", min_size=1, max_size=8), unique=True, max_size=6))
def test_no_two_files_share_a_name(names):
    assert len(set(short_names(names).values())) == len(names)


def test_tables_name_files_of_two_folders_apart(tmp_path: Path):
    for store in ("north", "south"):
        (tmp_path / store).mkdir()
        (tmp_path / store / "fills.csv").write_text(EXPORT)
    result = read_inputs([tmp_path / "north" / "fills.csv", tmp_path / "south" / "fills.csv"])
    assert list(result.records["source_file"].astype(str)) == ["north/fills.csv", "south/fills.csv"]
    assert [reading["file"] for reading in result.readings] == ["north/fills.csv", "south/fills.csv"]


def test_no_folder_of_the_user_is_written_for_a_single_file(tmp_path: Path):
    (tmp_path / "fills.csv").write_text(EXPORT + ",,\n2,,\n")
    result = read_inputs([tmp_path / "fills.csv"])
    named = [*result.records["source_file"], *result.rejected["source_file"], *result.ignored["source_file"]]
    assert set(map(str, named)) == {"fills.csv"}
