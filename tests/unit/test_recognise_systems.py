"""Drug lines as different systems print them: what they name, by which route, of which class, in which strength.

The lines are our own, in the manner of each system; what they mean was read by hand. `status` in the table: used,
confirm (used, but a person should look), ambiguous, not_a_drug, unknown.
"""

import csv
from pathlib import Path

import pytest

from medcramp import knowledge, recognise

TABLE = Path(__file__).parents[1] / "fixtures" / "drug_lines.csv"
READ = {"exact": "used", "normalised": "used", "approximate": "confirm"}
with TABLE.open(encoding="utf-8", newline="") as file:
    LINES = list(csv.DictReader(file))
SYSTEMS = sorted({row["system"] for row in LINES})


@pytest.mark.parametrize("system", SYSTEMS)
def test_lines_of_a_system(system):
    expected = [row for row in LINES if row["system"] == system]
    found = recognise.identify([row["text"] for row in expected], knowledge.load()).to_dict("records")
    assert [as_expected(row) for row in found] == [tuple(row.values())[1:] for row in expected]


def as_expected(row):
    """A row of `identify` as the table has it; the order of the ingredients is not compared."""
    ingredients = ";".join(sorted(filter(None, row["ingredients"].split(";"))))
    status = READ.get(row["status"], row["status"])
    return row["text"], status, ingredients, row["classes"], row["route"], row["strength"]
