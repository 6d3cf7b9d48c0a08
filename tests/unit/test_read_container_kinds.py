"""Whatever container rows come in, the grid is the same; contents decide, never the file's ending."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures import exports
from fixtures.exports import CONTAINERS, ROWS, filled, grids, records, texts, written
from medcramp.errors import InputUnreadableError
from medcramp.read.options import ReadOptions

TRIMMED = {"html", "ods"}
"""Containers that do not keep blanks at the ends of a cell."""


@pytest.mark.parametrize("container", CONTAINERS)
def test_same_rows_from_every_container(container: str, tmp_path: Path) -> None:
    (grid,) = grids(written(tmp_path, CONTAINERS[container](ROWS), "named.pdf"))
    found = texts(grid)
    expected = filled(ROWS)
    if container in TRIMMED:
        found = [[text and text.strip() for text in row] for row in found]
        expected = [[text and text.strip() for text in row] for row in expected]
    assert found == expected
    assert grid.source_rows(len(found)).tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("container", CONTAINERS)
def test_columns_can_be_loaded_alone_and_in_any_order(container: str, tmp_path: Path) -> None:
    (grid,) = grids(written(tmp_path, CONTAINERS[container](ROWS)))
    chosen = grid.load([3, 0]).table
    assert chosen.column_names == ["3", "0"]
    assert chosen.column("0").to_pylist() == [row[0] or None for row in ROWS]
    assert chosen.column("3").to_pylist() == [row[3] or None for row in ROWS]


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_cut_file_is_refused_or_read_short_but_never_crashes(container: str, tmp_path: Path) -> None:
    whole = CONTAINERS[container](ROWS)
    for share in (0.3, 0.6, 0.9):
        path = written(tmp_path, whole[: int(len(whole) * share)])
        try:
            found = [texts(grid) for grid in grids(path)]
        except InputUnreadableError as refusal:
            assert path.name in str(refusal)
        else:
            # Only text can be cut without a trace.
            assert container not in {"xlsx", "ods", "parquet", "zip", "gzip", "tar.gz", "protected xlsx", "excel xml"}
            assert all(len(rows) <= len(ROWS) for rows in found)


def test_members_of_an_archive_are_named_with_it(tmp_path: Path) -> None:
    path = written(tmp_path, exports.zipped({"b.csv": b"x,y\n1,2\n", "a.csv": b"x,y\n3,4\n", "__MACOSX/a.csv": b"?"}))
    assert [grid.file for grid in grids(path)] == [f"{path}!a.csv", f"{path}!b.csv"]


def test_files_without_a_table_inside_an_archive_are_named_in_a_notice(tmp_path: Path) -> None:
    path = written(tmp_path, exports.zipped({"a.csv": b"x,y\n3,4\n", "manual.pdf": b"%PDF-1.7"}))
    (grid,) = grids(path)
    assert [notice.file for notice in grid.notices] == [f"{path}!manual.pdf"]


def test_a_folder_is_an_input(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "part").mkdir(parents=True)
    written(folder, b"x,y\n1,2\n", "one.csv")
    written(folder / "part", exports.xlsx(ROWS), "two.xlsx")
    written(folder, b"junk", ".hidden")
    assert [grid.file for grid in grids(folder)] == [f"{folder}/one.csv", f"{folder}/part/two.xlsx"]


def test_password_is_asked_for_and_a_wrong_one_refused(tmp_path: Path) -> None:
    path = written(tmp_path, CONTAINERS["protected xlsx"](ROWS))
    with pytest.raises(InputUnreadableError, match="--password-file"):
        grids(path, ReadOptions())
    with pytest.raises(InputUnreadableError, match="does not open with that password"):
        grids(path, ReadOptions(password=lambda file: "wrong"))


def test_json_rows_are_a_table(tmp_path: Path) -> None:
    path = written(tmp_path, b'[{"Drug": "MADEUPOL", "Qty": 30}, {"Drug": "EXAMPLIN", "Sig": "one"}]')
    (grid,) = grids(path)
    assert records(grid) == [
        {"Drug": "MADEUPOL", "Qty": "30", "Sig": None},
        {"Drug": "EXAMPLIN", "Qty": None, "Sig": "one"},
    ]
