"""The order of the sheets: patients and findings in their places, strangers last."""

from __future__ import annotations

import pandas as pd

from fixtures.report_tables import made_up_tables
from medcramp.report.ranking import (
    EVERYBODY,
    by_patient,
    first_rows,
    lacking_lines,
    most_pressing,
    of_all,
    questions,
    rank_findings,
    rank_patients,
)

PEOPLE = pd.DataFrame({"patient_id": ["c", "a", "b", "d"], "place": [3, 1, 2, 4]})


def test_patients_stand_in_their_places() -> None:
    assert rank_patients(PEOPLE)["patient_id"].tolist() == ["a", "b", "c", "d"]


def test_the_order_of_the_rows_does_not_matter() -> None:
    shuffled = PEOPLE.sample(frac=1, random_state=7)
    assert most_pressing(shuffled, 3) == ["a", "b", "c"]


def test_findings_follow_their_patients() -> None:
    tables = made_up_tables(12)
    ranked = rank_findings(tables.findings, rank_patients(tables.patients)["patient_id"])
    order = list(dict.fromkeys(ranked["patient_id"]))
    assert order == [patient for patient in rank_patients(tables.patients)["patient_id"] if patient in set(order)]
    assert sorted(ranked["finding_id"]) == sorted(tables.findings["finding_id"])
    assert all(own["place"].is_monotonic_increasing for _, own in ranked.groupby("patient_id"))


def test_what_the_whole_list_lacks_stands_before_what_a_patient_lacks() -> None:
    tables = made_up_tables(12)
    asked = questions(tables.not_assessed, rank_patients(tables.patients)["patient_id"])
    assert asked["patient_id"].tolist()[0] == EVERYBODY
    assert list(asked["patient_id"]).count(EVERYBODY) == 1
    assert len(asked) == len(tables.not_assessed)
    assert lacking_lines(of_all(tables.not_assessed)) == [
        "12 findings of 12 patients wait for it: give a column of dates"
    ]


def test_rows_of_one_patient_keep_their_order_and_strangers_come_last() -> None:
    frame = pd.DataFrame({"patient_id": ["x", "b", "a", "b"], "n": [0, 1, 2, 3]})
    assert by_patient(frame, pd.Series(["a", "b"]))["n"].tolist() == [2, 1, 3, 0]
    assert by_patient(frame, pd.Series(["a", "b"]), limit=2)["n"].tolist() == [2, 1]


def test_first_row_of_each_patient() -> None:
    assert first_rows(pd.Series(["b", "a", "b"])) == {"b": 0, "a": 1}
