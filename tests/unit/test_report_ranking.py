"""The order of the worklist: by priority, urgency, severity, number of findings, then id; unknown words last."""

from __future__ import annotations

import pandas as pd

from fixtures.report_tables import made_up_tables
from medcramp.report.ranking import by_patient, first_rows, most_pressing, rank_findings, rank_patients

PEOPLE = pd.DataFrame(
    [
        ("e", "counsel", "routine", "minor", 1),
        ("d", "review", "routine", "major", 1),
        ("c", "review", "routine", "major", 2),
        ("b", "review", "same_day", "minor", 1),
        ("a", "urgent today", "emergency", "contraindicated", 1),
        ("g", "word of another version", None, None, 9),
        ("f", "review", "routine", "major", 1),
    ],
    columns=["patient_id", "priority", "most_urgent", "most_severe", "findings"],
)


def test_patients_stand_most_pressing_first() -> None:
    assert rank_patients(PEOPLE)["patient_id"].tolist() == ["a", "b", "c", "d", "f", "e", "g"]


def test_the_order_of_the_rows_does_not_matter() -> None:
    shuffled = PEOPLE.sample(frac=1, random_state=7)
    assert most_pressing(shuffled, 3) == ["a", "b", "c"]


def test_findings_follow_their_patients() -> None:
    tables = made_up_tables(12)
    ranked = rank_findings(tables.findings, rank_patients(tables.patients)["patient_id"])
    order = list(dict.fromkeys(ranked["patient_id"]))
    assert order == [patient for patient in rank_patients(tables.patients)["patient_id"] if patient in set(order)]
    assert sorted(ranked["finding_id"]) == sorted(tables.findings["finding_id"])


def test_rows_of_one_patient_keep_their_order_and_strangers_come_last() -> None:
    frame = pd.DataFrame({"patient_id": ["x", "b", "a", "b"], "n": [0, 1, 2, 3]})
    assert by_patient(frame, pd.Series(["a", "b"]))["n"].tolist() == [2, 1, 3, 0]
    assert by_patient(frame, pd.Series(["a", "b"]), limit=2)["n"].tolist() == [2, 1]


def test_first_row_of_each_patient() -> None:
    assert first_rows(pd.Series(["b", "a", "b"])) == {"b": 0, "a": 1}
