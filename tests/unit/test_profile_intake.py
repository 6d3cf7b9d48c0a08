"""What is taken at one time decides where groups begin at some amount."""

import numpy as np
import pandas as pd
import pytest

from medcramp.knowledge import load
from medcramp.profile.intake import by_amount_taken
from medcramp.records import Recognised

GROUPS = load().groups


def recognised(units: list[float], unit_mg: float = 325.0, ingredient: str = "aspirin") -> Recognised:
    """One item, taken by one record per amount at one time."""
    certain, possible = GROUPS.membership((ingredient,), "oral", "tablet", (unit_mg,))
    items = pd.DataFrame(
        {
            "text": ["line"],
            "ingredients": [(ingredient,)],
            "unit_mg": [(unit_mg,)],
            "route": ["oral"],
            "form": ["tablet"],
            "certain": [tuple(sorted(certain))],
            "possible": [tuple(sorted(possible))],
        }
    )
    doses = pd.DataFrame({"units_once": units})
    return Recognised(items, np.zeros(len(units), np.int32), doses, np.arange(len(units), dtype=np.int32))


def groups_of(found: Recognised) -> list[bool]:
    certain = found.items["certain"].tolist()
    return ["NSAID" in certain[item] for item in found.item]


@pytest.mark.parametrize(
    ("unit_mg", "units", "wanted"),
    [
        (325.0, [1, 2, np.nan, 2], [False, True, False, True]),
        (250.0, [1.5, 2], [False, True]),
        (81.0, [4, 6.2], [False, True]),
        (500.0, [1, 0.5], [True, False]),
    ],
)
def test_the_amount_at_one_time_counts(unit_mg: float, units: list[float], wanted: list[bool]) -> None:
    assert groups_of(by_amount_taken(recognised(units, unit_mg), GROUPS)) == wanted


def test_an_unknown_strength_stays_unknown_however_many_are_taken() -> None:
    found = by_amount_taken(recognised([3], np.nan), GROUPS)
    assert groups_of(found) == [False]
    assert "NSAID" in found.items["possible"].tolist()[found.item[0]]


def test_items_that_no_amount_concerns_are_left_as_they_are() -> None:
    before = recognised([3], ingredient="ibuprofen")
    assert by_amount_taken(before, GROUPS) is before


def test_one_item_per_amount() -> None:
    found = by_amount_taken(recognised([2, 2, 3]), GROUPS)
    assert len(found.items) == 3
    assert found.item[0] == found.item[1] != found.item[2]
