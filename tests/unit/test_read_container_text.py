"""Delimited text: however it is cut, quoted or encoded, and by whichever of the readers' roads it is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fixtures.exports import ROWS, delimited, filled, grids, texts, written
from medcramp.errors import InputUnreadableError
from medcramp.read.containers import csv_body, source
from medcramp.read.containers import delimited as delimited_reader
from medcramp.read.containers.dialect import NO_DELIMITER, find_delimiter
from medcramp.read.options import Limits, ReadOptions

ROADS = ("sample", "body", "stream")
CHUNK = 311
"""Bytes of a piece of the file in these tests: longer than any row, and no round number."""


@pytest.fixture(params=ROADS)
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Small files take the road that large ones take: read from the sample, by pyarrow at once, or in a stream."""
    take_road(str(request.param), monkeypatch)
    return str(request.param)


def take_road(road: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if road != "sample":
        monkeypatch.setattr(delimited_reader, "SAMPLE_BYTES", 1)
        monkeypatch.setattr(source, "CHUNK", CHUNK)
    if road == "stream":
        monkeypatch.setattr(csv_body, "STREAM_FROM_BYTES", 0)


def many(rows: int) -> list[list[str]]:
    """Rows enough for several pieces of the file."""
    return [["id", "drug", "sig"], *([f"{at:05d}", f"MADEUPOL {at % 7} MG", "ONE DAILY"] for at in range(rows))]


def test_roads_read_the_same(road: str, tmp_path: Path) -> None:
    rows = many(300)
    (grid,) = grids(written(tmp_path, delimited(rows)))
    assert texts(grid) == rows
    assert grid.container == "text"


def test_quoted_line_breaks_do_not_start_rows(road: str, tmp_path: Path) -> None:
    rows = many(40)
    rows[7][2] = "TAKE ONE\r\nTHEN TWO\n\nTHEN STOP"
    rows[25][1] = 'SAY "AH", THEN SWALLOW'
    (grid,) = grids(written(tmp_path, delimited(rows)))
    assert texts(grid) == rows
    assert grid.source_rows(len(rows))[26] == 27


def test_blank_short_and_overlong_rows_keep_their_places(road: str, tmp_path: Path) -> None:
    rows = many(60)
    lines = delimited(rows).decode().split("\r\n")
    lines[10], lines[20], lines[30] = "", "TOTAL", "00029,GARCIA, MARIA,MADEUPOL,x,y"
    (grid,) = grids(written(tmp_path, "\r\n".join(lines).encode()))
    found = texts(grid)
    assert len(found) == len(rows)
    assert found[10][0] is None and found[20][:3] == ["TOTAL", None, None]
    assert found[40][:3] == rows[40]
    wide = max(len(row) for row in csv.reader(io.StringIO("\r\n".join(lines))))
    overlong = grid.load().overlong.tolist()
    # Whole small files are as wide as their widest row; of large ones the first rows decide.
    assert overlong == ([] if grid.width == wide else [30])


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r"])
def test_line_ends(break_: str, road: str, tmp_path: Path) -> None:
    rows = many(30)
    (grid,) = grids(written(tmp_path, delimited(rows, line_end=break_)))
    assert texts(grid) == rows


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-be"])
def test_encodings_in_pieces(encoding: str, road: str, tmp_path: Path) -> None:
    rows = [["name", "drug"], *([f"Müller{at}, Zoë’s", "½ tablet – éà"] for at in range(50))]
    (grid,) = grids(written(tmp_path, delimited(rows, encoding=encoding)))
    assert texts(grid) == rows


def test_two_encodings_in_one_file(tmp_path: Path) -> None:
    content = "id;name\n1;Müller\n".encode() + "2;Lefèvre\n".encode("cp1252")
    (grid,) = grids(written(tmp_path, content))
    assert texts(grid) == [["id", "name"], ["1", "Müller"], ["2", "Lefèvre"]]


def test_an_open_quote_is_refused_with_its_row(road: str, tmp_path: Path) -> None:
    lines = delimited(many(40)).decode().split("\r\n")
    lines[30] = lines[30].replace("MADEUPOL", '"MADEUPOL')
    with pytest.raises(InputUnreadableError, match="quotation mark") as refusal:
        [texts(grid) for grid in grids(written(tmp_path, "\r\n".join(lines).encode()))]
    assert "export.dat" in str(refusal.value) and "row 31" in str(refusal.value)
    assert "MADEUPOL" not in str(refusal.value)


def test_nul_characters_are_refused(road: str, tmp_path: Path) -> None:
    content = delimited(many(3000)) + b"x,\0,y\r\n"
    with pytest.raises(InputUnreadableError, match="NUL"):
        [texts(grid) for grid in grids(written(tmp_path, content))]


def test_a_cell_over_the_limit_is_refused(road: str, tmp_path: Path) -> None:
    rows = many(30)
    rows[20][2] = "X" * 600
    options = ReadOptions(limits=Limits(cell_characters=500))
    with pytest.raises(InputUnreadableError, match="500 characters"):
        [texts(grid) for grid in grids(written(tmp_path, delimited(rows)), options)]


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match="16,384 columns"):
        grids(written(tmp_path, b"a," * 1_000_000 + b"\n1,2\n"))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b;c\n1,5;2,5;x\n1,25;2;y\n", ";"),
        ("Report of today\nall patients, all drugs\n\na\tb\tc\n1\t2\t3\n4\t5\t6\n7\t8\t9\n", "\t"),
        ('id|list\n1|"a;b;c"\n2|"d;e"\n', "|"),
        ("LAST,FIRST\n  drug one 20 MG\n  drug two 5 MG\nOTHER,NAME\n  drug three\n", NO_DELIMITER),
        ("drug\nmadeupol\nexamplin\n", NO_DELIMITER),
        ("", NO_DELIMITER),
    ],
)
def test_delimiter(text: str, delimiter: str) -> None:
    assert find_delimiter(text, Limits()) == delimiter


def test_text_without_a_delimiter_gives_its_lines(road: str, tmp_path: Path) -> None:
    lines = [f'   line {at} says "x' for at in range(50)]
    (grid,) = grids(written(tmp_path, "\n".join(lines).encode()))
    assert grid.container == "lines"
    assert texts(grid) == [[line] for line in lines]


def test_loading_is_repeatable_and_leaves_the_csv_module_alone(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    (grid,) = grids(written(tmp_path, delimited(ROWS)))
    assert texts(grid) == texts(grid) == filled(ROWS)
    assert csv.field_size_limit() == before


cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\t\r\n"), max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(2, 5))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=12))
    # Enough regular rows to know the delimiter by.
    return [[f"title {at}" for at in range(width)], *([["x"] * width] * 15), *rows]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
@example([["a", "b"], *([["x", "x"]] * 15), ['"', "\r\n"], ["\ufeff", " "]])
def test_any_cells_survive_every_road(tmp_path: Path, rows: Sequence[Sequence[str]]) -> None:
    content = io.StringIO(newline="")
    csv.writer(content, quoting=csv.QUOTE_ALL).writerows(rows)
    path = written(tmp_path, content.getvalue().encode())
    expected = filled(rows)
    for road in ROADS:
        with pytest.MonkeyPatch.context() as patch:
            take_road(road, patch)
            (grid,) = grids(path)
            assert texts(grid) == expected, road
