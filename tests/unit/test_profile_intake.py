"""What directions tell beyond the line: amounts at one time, and how something is given."""

import numpy as np
import pandas as pd
import pytest

from medcramp.knowledge import load
from medcramp.knowledge.told_routes import load as told_routes
from medcramp.knowledge.told_routes import told
from medcramp.profile.intake import as_directed
from medcramp.records import Recognised

GROUPS = load().groups
ROWS = told_routes()


def recognised(
    units: list[float], unit_mg: float = 325.0, ingredient: str = "aspirin", route: str = "oral", strength: str = ""
) -> Recognised:
    """One item, taken by one record per amount at one time."""
    certain, possible = GROUPS.membership((ingredient,), route, "", (unit_mg,))
    items = pd.DataFrame(
        {
            "text": ["line"],
            "ingredients": [(ingredient,)],
            "unit_mg": [(unit_mg,)],
            "strength": [strength],
            "route": [route],
            "form": [""],
            "certain": [tuple(sorted(certain))],
            "possible": [tuple(sorted(possible))],
        }
    )
    doses = pd.DataFrame({"units_once": units})
    return Recognised(items, np.zeros(len(units), np.int32), doses, np.arange(len(units), dtype=np.int32))


def directed(found: Recognised, directions: str = "", route: str | None = None) -> Recognised:
    size = len(found.item)
    columns = (pd.Series([value] * size, dtype="category") for value in (directions or None, route))
    return as_directed(found, *columns, GROUPS, ROWS)


def groups_of(found: Recognised, group: str = "NSAID") -> list[bool]:
    certain = found.items["certain"].tolist()
    return [group in certain[item] for item in found.item]


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
    assert groups_of(directed(recognised(units, unit_mg))) == wanted


def test_an_unknown_strength_stays_unknown_however_many_are_taken() -> None:
    found = directed(recognised([3], np.nan))
    assert groups_of(found) == [False]
    assert "NSAID" in found.items["possible"].tolist()[found.item[0]]


def test_items_that_nothing_concerns_are_left_as_they_are() -> None:
    before = recognised([3], ingredient="ibuprofen")
    assert directed(before) is before


def test_one_item_per_amount() -> None:
    found = directed(recognised([2, 2, 3]))
    assert len(found.items) == 3
    assert found.item[0] == found.item[1] != found.item[2]


@pytest.mark.parametrize(
    ("directions", "route"),
    [
        ("1 DROP IN LEFT EYE QID", "ophthalmic"),
        ("instil one drop into both eyes", "ophthalmic"),
        ("4 drops in the ear twice daily", "otic"),
        ("2 sprays each nostril daily", "nasal"),
        ("INHALE 2 PUFFS BY MOUTH BID", "inhaled"),
        ("1 vial via nebulizer every 4 hours", "nebulised"),
        ("apply to affected area twice daily", "topical"),
        ("inject 1 mL intra-articularly", "intra_articular"),
        ("inject 1 mL IM once", "intramuscular"),
        ("take 1 tablet daily for dry eyes", "oral"),
        ("take 5 mg by mouth for eye inflammation", "oral"),
        ("rinse the mouth with 5 ml and spit", "mouthwash"),
        ("apply 1 patch behind the ear every 3 days", ""),
        ("place 1 patch behind ear", ""),
        ("swish and swallow 5 ml", ""),
        ("1 tablet under the tongue", "sublingual"),
        ("as directed", ""),
    ],
)
def test_the_route_that_directions_tell(directions: str, route: str) -> None:
    assert told(directions, ROWS) == route


def test_a_cream_told_by_its_directions_is_not_swallowed() -> None:
    found = directed(recognised([1], np.nan, "diclofenac", strength="1%"), "apply to the knee")
    assert groups_of(found) == [False]
    assert found.items["route"].tolist()[found.item[0]] == "topical"


def test_milligrams_keep_their_usual_route() -> None:
    before = recognised([1], 50.0, "diclofenac", strength="50 mg")
    assert directed(before, "apply to the knee") is before


def test_an_open_route_is_filled() -> None:
    before = recognised([1], 40.0, "triamcinolone", route="", strength="40 mg/ml")
    assert groups_of(before, "CS_SYS") == [False]
    assert groups_of(directed(before, "inject 1 ml IM once"), "CS_SYS") == [True]
    assert "CS_SYS" not in directed(before, "inject into the knee joint").items["possible"].tolist()[1]


def test_a_place_that_is_plain_counts_whatever_the_strength() -> None:
    before = recognised([1], 40.0, "methylprednisolone", strength="40 mg/ml")
    assert groups_of(before, "CS_SYS") == [True]
    assert groups_of(directed(before, "inject into the shoulder joint"), "CS_SYS") == [False]


def test_a_nasal_spray_in_milligrams_keeps_its_usual_route() -> None:
    before = recognised([1], 20.0, "sumatriptan", strength="20 mg")
    assert directed(before, "1 spray in one nostril") is before


def test_a_route_of_its_own_column_counts() -> None:
    before = recognised([1], np.nan, "diclofenac", strength="1%")
    assert directed(before, "apply to the knee", route="PO") is before
