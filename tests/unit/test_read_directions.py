"""A medicine with its directions in one text is parted where the directions begin."""

import pytest

from medcramp.knowledge import columns
from medcramp.read.directions import Line, split_line
from medcramp.read.meaning import looks_like_directions

COLUMNS = columns.load()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Quinine sulfate 200mg tablets One At Night, 28 tablet",
         ("Quinine sulfate 200mg tablets", "One At Night", "28")),
        ("Prednisolone 5mg tablets Six Daily For 5 Days", ("Prednisolone 5mg tablets", "Six Daily For 5 Days", "")),
        ("Insulin glargine 100 units/mL pen 20 units at bedtime",
         ("Insulin glargine 100 units/mL pen", "20 units at bedtime", "")),
        ("Calcium 600 mg with vitamin D 400 units tablet", ("Calcium 600 mg with vitamin D 400 units tablet", "", "")),
        ("Advair 250/50 diskus", ("Advair 250/50 diskus", "", "")),
    ],
    ids=["number at a time", "number in words", "units taken", "units of strength", "strengths"],
)  # fmt: skip
def test_where_directions_begin(text, line):
    assert split_line(text, COLUMNS) == Line(*line)


@pytest.mark.parametrize("text", ["1-0-1-0", "0-0-1", "½-0-½", "1 - 0 - 0,5"])
def test_units_at_the_times_of_day_are_directions(text):
    assert looks_like_directions(text, COLUMNS)


@pytest.mark.parametrize("text", ["160-4.5", "2025-03-04", "1-2"])
def test_strengths_dates_and_ranges_are_none(text):
    assert not looks_like_directions(text, COLUMNS)
