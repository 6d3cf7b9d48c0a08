"""Least of a person: ids only, random ids with a key apart, masked counts, shares by prescriber."""

from __future__ import annotations

import json
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.report_tables import HOSTILE_NAMES, made_up_run, made_up_tables
from medcramp import report
from medcramp.errors import InputUnreadableError, UsageError
from medcramp.records import Tables, text_column
from medcramp.report.charting import mask
from medcramp.report.info import ReportConfig
from medcramp.report.least import pseudonyms
from medcramp.report.split import slug, split

TABLES = made_up_tables(20)
FORMATS = frozenset({"xlsx", "csv", "overview", "json", "fhir"})


def pseudonymise(tables: Tables, key_file: Path, out: Path) -> Tables:
    """All tables under random ids."""
    shown = pseudonyms(tables.patients["patient_id"], key_file, out)
    return Tables(**{field.name: shown(field.name, getattr(tables, field.name)) for field in fields(Tables)})


def everything_written(folder: Path) -> str:
    """All text of all files, workbooks unpacked."""
    texts = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        else:
            texts.append(path.read_text(encoding="utf-8"))
    return "\n".join(texts)


def test_only_ids_writes_no_name_and_no_birth_date_anywhere(tmp_path: Path) -> None:
    report.write(TABLES, made_up_run(), tmp_path, FORMATS, ReportConfig(only_ids=True))
    text = everything_written(tmp_path)
    assert "Made-Up" not in text
    assert not [day for day in TABLES.patients["birth_date"] if str(day) in text]
    assert "00010" in text


def test_pseudonyms_replace_every_id_and_name(tmp_path: Path) -> None:
    config = ReportConfig(key_file=tmp_path / "key.json")
    report.write(TABLES, made_up_run(), tmp_path / "out", FORMATS, config)
    text = everything_written(tmp_path / "out")
    assert "Made-Up" not in text and "Dr. Made Up" not in text
    assert not [patient for patient in TABLES.patients["patient_id"] if len(patient) == 5 and f'"{patient}"' in text]
    assert not [finding for finding in TABLES.findings["finding_id"] if finding in text]
    assert (tmp_path / "key.json").stat().st_mode & 0o777 == 0o600


def test_the_key_leads_back_and_is_used_again(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    first = pseudonymise(TABLES, key, tmp_path / "out")
    second = pseudonymise(TABLES, key, tmp_path / "out")
    pd.testing.assert_frame_equal(first.findings, second.findings)
    pseudonyms = json.loads(key.read_text())["pseudonyms"]
    assert [pseudonyms[patient] for patient in TABLES.patients["patient_id"]] == first.patients["patient_id"].tolist()
    assert len(set(pseudonyms.values())) == len(pseudonyms)


def test_two_keys_give_different_pseudonyms(tmp_path: Path) -> None:
    made = [pseudonymise(TABLES, tmp_path / name, tmp_path / "out").patients["patient_id"].tolist() for name in "ab"]
    assert not set(made[0]) & set(made[1])


def test_findings_still_join_their_patients(tmp_path: Path) -> None:
    made = pseudonymise(TABLES, tmp_path / "key.json", tmp_path / "out")
    assert set(made.findings["patient_id"]) <= set(made.patients["patient_id"])
    assert made.findings["patient_id"].value_counts().tolist() == TABLES.findings["patient_id"].value_counts().tolist()


def test_high_ages_are_pooled(tmp_path: Path) -> None:
    patients = TABLES.patients.assign(age=range(80, 100))
    made = pseudonymise(replace(TABLES, patients=patients), tmp_path / "k", tmp_path / "o")
    assert made.patients["age"].max() == 90


def test_the_key_may_not_lie_in_the_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="kept apart"):
        pseudonymise(TABLES, tmp_path / "out" / "sub" / "key.json", tmp_path / "out")


def test_a_file_that_is_no_key_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text("precious")
    with pytest.raises(InputUnreadableError):
        pseudonymise(TABLES, tmp_path / "key.json", tmp_path / "out")
    assert (tmp_path / "key.json").read_text() == "precious"


def test_papers_are_not_written_under_pseudonyms(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="random ids"):
        report.write(TABLES, made_up_run(), tmp_path / "o", frozenset({"pdf"}), ReportConfig(key_file=tmp_path / "k"))


def test_small_counts_are_masked_and_zero_stays_zero() -> None:
    counts = pd.DataFrame({"n": [0, 1, 4, 5, 60]})
    assert mask(counts, 5)["n"].tolist() == [0, 0, 0, 5, 60]
    assert mask(counts, 0)["n"].tolist() == [0, 1, 4, 5, 60]


def test_shares_hold_every_patient_and_only_their_own_rows() -> None:
    medications = TABLES.medications.assign(
        prescriber=["Dr. A" if number % 8 < 4 else None for number in range(len(TABLES.medications))]
    )
    tables = replace(TABLES, medications=medications)
    shares = list(split(tables, "prescriber"))
    assert [(stem, label) for stem, label, _ in shares] == [("001-dr-a", "Dr. A"), ("002-not-known", "not known")]
    assert {patient for _, _, share in shares for patient in share.patients["patient_id"]} == set(
        TABLES.patients["patient_id"]
    )
    for _, _, share in shares:
        assert set(share.findings["patient_id"]) <= set(share.patients["patient_id"])


def test_a_file_without_stores_is_split_by_file_and_one_with_stores_by_store() -> None:
    unknown = TABLES.medications.assign(store=text_column([None] * len(TABLES.medications)))
    files = [value for _, value, _ in split(replace(TABLES, medications=unknown), "store")]
    assert files == sorted(set(TABLES.medications["source_file"].astype(str)))
    number = [f"{row % 2:02d}" for row in range(len(unknown))]
    known = TABLES.medications.assign(store=text_column(number))
    assert [value for _, value, _ in split(replace(TABLES, medications=known), "store")] == sorted(set(number))


def test_an_unknown_way_to_split_is_refused() -> None:
    with pytest.raises(UsageError, match="prescriber, store") as caught:
        list(split(TABLES, "moon"))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", [*HOSTILE_NAMES, "../../x", "CON", "x" * 300, "", "/etc/passwd", "☃"])
def test_a_hostile_name_is_a_harmless_file_name(name: str) -> None:
    made = slug(name)
    assert made and len(made) <= 40 and set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text())
def test_any_name_is_a_harmless_file_name(name: str) -> None:
    test_a_hostile_name_is_a_harmless_file_name(name)


def test_a_workbook_for_each_prescriber(tmp_path: Path) -> None:
    files = report.write(TABLES, made_up_run(), tmp_path, frozenset({"xlsx"}), ReportConfig(split_by="prescriber"))
    assert tmp_path / "by-prescriber" / "001-dr-made-up.xlsx" in files
