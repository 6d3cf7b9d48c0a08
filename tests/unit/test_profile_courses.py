"""What counts as taken, since when and how much: one made-up patient a line, index date 2025-03-15."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from medcramp.knowledge import load
from medcramp.knowledge.rules import Example
from medcramp.logic.facts import ACTIVE, STOPPED, UNKNOWN, Facts
from medcramp.profile import index_date
from spec.people import Told, tell

SIMVA = "simvastatin 20 mg tablet"
NIGHTLY = "1 tablet at bedtime"
NO_EXPOSURE = "none"


def simva(**details):
    return {"drug": SIMVA, "sig": NIGHTLY, **details}


# title, the patient's lines, what the first product must be
ACTIVITY = [
    ("a plain list without dates counts as taken", [simva(status="refill")], ACTIVE),
    ("a fill lasts its supply with the gap rule", [simva(start="44 days ago", days_supply=30)], ACTIVE),
    ("and no longer", [simva(start="46 days ago", days_supply=30)], STOPPED),
    (
        "quantity over directions stands in for days' supply",
        [simva(start="44 days ago", quantity=30, status="sold")],
        ACTIVE,
    ),
    ("and lapses likewise", [simva(start="46 days ago", quantity=30, status="sold")], STOPPED),
    (
        "discontinued is stopped, whatever the supply",
        [simva(start="2 days ago", days_supply=30, status="Discontinued")],
        STOPPED,
    ),
    ("on hold is not taken", [simva(start="2 days ago", days_supply=30, status="ON HOLD")], STOPPED),
    ("completed is stopped", [simva(start="2 days ago", status="completed")], STOPPED),
    ("an end date before the index date", [simva(start="90 days ago", end="1 days ago")], STOPPED),
    ("the last day still counts", [simva(start="90 days ago", end="0 days ago")], ACTIVE),
    (
        "an open end where the table has end dates",
        [
            simva(start="900 days ago", status="sold"),
            {"drug": "ibuprofen 400 mg tablet", "start": "90 days ago", "end": "80 days ago"},
        ],
        ACTIVE,
    ),
    ("a reversed claim never happened", [simva(start="2 days ago", days_supply=30, status="Reversed")], NO_EXPOSURE),
    ("a fill after the index date is not there yet", [simva(start="2025-03-16", days_supply=30)], NO_EXPOSURE),
    ("active without any supply", [simva(start="900 days ago", status="Active")], ACTIVE),
    ("a start alone, lately", [simva(start="89 days ago", status="sold")], ACTIVE),
    ("a start alone, long ago: nobody knows", [simva(start="91 days ago", status="sold")], UNKNOWN),
    ("a status that says nothing is known", [simva(active="unknown")], UNKNOWN),
    (
        "a line without dates in a dated list",
        [simva(status="sold"), {"drug": "ibuprofen 400 mg tablet", "start": "9 days ago"}],
        UNKNOWN,
    ),
    (
        "as needed lasts longer than its supply",
        [
            {
                "drug": "ibuprofen 800 mg tablet",
                "sig": "1 tablet every 8 hours as needed",
                "start": "80 days ago",
                "days_supply": 10,
            }
        ],
        ACTIVE,
    ),
    (
        "but not for ever",
        [
            {
                "drug": "ibuprofen 800 mg tablet",
                "sig": "1 tablet every 8 hours as needed",
                "start": "91 days ago",
                "days_supply": 10,
            }
        ],
        STOPPED,
    ),
    (
        "the last word on a line counts",
        [simva(start="20 days ago", days_supply=30), simva(start="5 days ago", days_supply=30, status="stopped")],
        STOPPED,
    ),
    (
        "an older stop does not undo a new fill",
        [simva(start="90 days ago", status="stopped"), simva(start="5 days ago", days_supply=30)],
        ACTIVE,
    ),
]

# title, lines, summed daily mg of the first ingredient, is the sum complete, duplicated
DOSES = [
    (
        "refills do not add up",
        [simva(start="40 days ago", days_supply=30), simva(start="12 days ago", days_supply=30)],
        20,
        True,
        0,
    ),
    (
        "brand and generic add up and are a duplicate",
        [
            simva(start="10 days ago", days_supply=30),
            {"drug": "Zocor 20 mg tablet", "sig": NIGHTLY, "start": "12 days ago", "days_supply": 30},
        ],
        40,
        True,
        1,
    ),
    (
        "a change of name when the supply is nearly used is a refill",
        [
            {"drug": "Zocor 20 mg tablet", "sig": NIGHTLY, "start": "30 days ago", "days_supply": 30},
            simva(start="4 days ago", days_supply=30),
        ],
        20,
        True,
        0,
    ),
    (
        "two strengths of one name add up and are no duplicate",
        [
            simva(start="10 days ago", days_supply=30),
            {"drug": "simvastatin 10 mg tablet", "sig": NIGHTLY, "start": "10 days ago", "days_supply": 30},
        ],
        30,
        True,
        0,
    ),
    (
        "one unknown strength leaves the sum open",
        [
            simva(start="10 days ago", days_supply=30),
            {"drug": "simvastatin tablet", "sig": "as directed", "start": "10 days ago", "days_supply": 30},
        ],
        20,
        False,
        0,
    ),
    (
        "one fill in two parts is one dose",
        [
            simva(start="10 days ago", days_supply=30, quantity=20),
            simva(start="10 days ago", days_supply=30, quantity=10),
        ],
        20,
        True,
        0,
    ),
    (
        "the same line twice with other directions adds up",
        [
            {
                "drug": "furosemide 40 mg tablet",
                "sig": "1 tablet every morning",
                "start": "10 days ago",
                "days_supply": 30,
            },
            {"drug": "furosemide 40 mg tablet", "sig": "2 tablets at noon", "start": "10 days ago", "days_supply": 30},
        ],
        120,
        True,
        0,
    ),
    (
        "new directions replace the old ones",
        [
            simva(start="40 days ago", days_supply=30),
            {"drug": SIMVA, "sig": "2 tablets at bedtime", "start": "5 days ago", "days_supply": 30},
        ],
        40,
        True,
        0,
    ),
    (
        "a stopped line adds nothing",
        [
            simva(start="10 days ago", days_supply=30),
            {"drug": "Zocor 40 mg tablet", "sig": NIGHTLY, "start": "60 days ago", "status": "stopped"},
        ],
        20,
        True,
        0,
    ),
]

# title, lines, start of the present course, first start, last end
COURSES = [
    (
        "fills within the gap rule are one course",
        [
            simva(start="2024-12-01", days_supply=30),
            simva(start="2025-01-10", days_supply=30),
            simva(start="2025-02-20", days_supply=30),
        ],
        "2024-12-01",
        "2024-12-01",
        "NaT",
    ),
    (
        "a gap begins a new course, the first start stays",
        [simva(start="2024-06-01", days_supply=30), simva(start="2025-02-20", days_supply=30)],
        "2025-02-20",
        "2024-06-01",
        "NaT",
    ),
    (
        "supply that ran out ends the course",
        [simva(start="2024-06-01", days_supply=30)],
        "2024-06-01",
        "2024-06-01",
        "2024-07-01",
    ),
    (
        "a stop without a date ends who knows when",
        [simva(start="2025-03-01", days_supply=30, status="stopped")],
        "2025-03-01",
        "2025-03-01",
        "NaT",
    ),
    ("an end date is the end", [simva(start="2024-06-01", end="2024-09-01")], "2024-06-01", "2024-06-01", "2024-09-01"),
    (
        "a long supply bridges a short one",
        [
            simva(start="2024-12-01", days_supply=90),
            simva(start="2024-12-05", days_supply=7),
            simva(start="2025-03-01", days_supply=30),
        ],
        "2024-12-01",
        "2024-12-01",
        "NaT",
    ),
]


@pytest.fixture(scope="module")
def told() -> Told:
    lines = [case[1] for case in (*ACTIVITY, *DOSES, *COURSES)]
    return tell([Example(fires=False, drugs=drugs) for drugs in lines], load())


def exposures(facts: Facts, place: int) -> pd.DataFrame:
    return facts.exposures[(facts.exposures["patient"] == place).to_numpy()]


@pytest.mark.parametrize("place", range(len(ACTIVITY)), ids=[case[0] for case in ACTIVITY])
def test_activity(place: int, told: Told) -> None:
    wanted = ACTIVITY[place][2]
    found = exposures(told.facts, place)
    if wanted == NO_EXPOSURE:
        assert found.empty
    else:
        assert found["active"].iloc[0] == wanted


@pytest.mark.parametrize("number", range(len(DOSES)), ids=[case[0] for case in DOSES])
def test_daily_dose(number: int, told: Told) -> None:
    _, _, mg, complete, duplicated = DOSES[number]
    found = exposures(told.facts, len(ACTIVITY) + number)
    dose = told.facts.doses[(told.facts.doses["exposure"] == found.index[0]).to_numpy()].iloc[0]
    assert (len(found), dose["known_mg"], dose["complete"], found["duplicated"].iloc[0]) == (
        1,
        mg,
        complete,
        duplicated,
    )


@pytest.mark.parametrize("number", range(len(COURSES)), ids=[case[0] for case in COURSES])
def test_course(number: int, told: Told) -> None:
    _, _, course, first, end = COURSES[number]
    found = exposures(told.facts, len(ACTIVITY) + len(DOSES) + number)
    dates = [
        str(found[name].to_numpy().astype("datetime64[D]")[0]) for name in ("course_start", "first_start", "last_end")
    ]
    assert dates == [course, first, end]


def test_every_record_knows_its_exposure(told: Told) -> None:
    facts, records = told.facts, told.read.records
    patient = records["patient_id"].cat.codes.to_numpy()
    linked = facts.record_exposure >= 0
    assert (facts.patient_of[facts.record_exposure[linked]] == patient[linked]).all()
    assert set(np.unique(facts.record_active)) <= {ACTIVE, STOPPED, UNKNOWN}


def test_the_default_index_date_is_the_last_fill_that_is_not_in_the_future() -> None:
    records = pd.DataFrame({"start_date": pd.Categorical(["2025-01-03", "2025-02-01", "2031-01-01", None])})
    assert index_date(records, today=date(2025, 3, 1)) == date(2025, 2, 1)
    assert index_date(records.iloc[3:], today=date(2025, 3, 1)) == date(2025, 3, 1)
