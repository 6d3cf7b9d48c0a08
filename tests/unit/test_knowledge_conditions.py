"""Condition sets: ICD-10 codes match at their own boundaries and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcramp.errors import KnowledgeError
from medcramp.knowledge import conditions, load

CONDITIONS = load().conditions
HEADS = {
    "conditions.csv": "condition,label,role,acute_days,link,tell,source,verified",
    "condition_codes.csv": "condition,icd10,label,source,verified",
}


@pytest.mark.parametrize(
    ("code", "condition"),
    [
        ("I50.22", "heart_failure"),
        ("I5022", "heart_failure"),
        ("i50.22 ", "heart_failure"),
        ("I11.0", "heart_failure"),
        ("I49.9", "arrhythmia"),
        ("E05.90", "hyperthyroidism"),
        ("E03.9", "hypothyroidism"),
        ("K25.9", "peptic_ulcer"),
        ("K21.9", "reflux"),
        ("G20", "parkinson"),
        ("G20.A1", "parkinson"),
        ("M62.831", "cramp"),
        ("R29.0", "tetany"),
        ("M62.82", "rhabdomyolysis"),
        ("I82.401", "deep_vein_thrombosis"),
        ("N18.32", "chronic_kidney_disease_3_to_5"),
        ("N18.6", "end_stage_kidney"),
        ("E11.42", "peripheral_neuropathy"),
        ("G63.2*", "peripheral_neuropathy"),
        ("E14.9", "diabetes"),
        ("T50.1X5A", "adverse_effect_loop"),
        ("M1A.00", "gout"),
    ],
)
def test_a_code_and_its_subcodes_belong_to_the_condition(code, condition):
    assert condition in CONDITIONS.matches(code)


@pytest.mark.parametrize(
    ("code", "condition"),
    [
        ("I42.0", "arrhythmia"),
        ("I43", "heart_failure"),
        ("I11.9", "heart_failure"),
        ("E03.9", "hyperthyroidism"),
        ("E05.90", "hypothyroidism"),
        ("K21.9", "peptic_ulcer"),
        ("K29.0", "peptic_ulcer"),
        ("N18.1", "chronic_kidney_disease_3_to_5"),
        ("N18.4", "end_stage_kidney"),
        ("M62.838", "cramp"),
        ("M62.83", "cramp"),
        ("E83.41", "hypomagnesaemia"),
        ("E83.42", "hypermagnesaemia"),
        ("E83.52", "hypocalcaemia"),
        ("T50.1X1A", "adverse_effect_loop"),
        ("I82.8", "deep_vein_thrombosis"),
    ],
)
def test_a_neighbour_does_not(code, condition):
    assert condition not in CONDITIONS.matches(code)


@pytest.mark.parametrize("text", ["", "44054006", "heart failure", "I", "I5", "50.9", "I50.22222", "250.00", "=I50"])
def test_what_is_no_icd_10_code_matches_nothing(text):
    assert CONDITIONS.matches(text) == frozenset()


@given(st.from_regex(r"[A-Z][0-9][0-9A-Z]\.?[0-9A-Z]{0,3}", fullmatch=True), st.sampled_from("0123456789AX"))
def test_a_subcode_keeps_everything_its_code_matches(code, digit):
    assert CONDITIONS.matches(code) <= CONDITIONS.matches(code + digit)


def write(folder, condition_rows, code_rows):
    for name, rows in zip(HEADS, (condition_rows, code_rows), strict=True):
        (folder / name).write_text("\n".join([HEADS[name], *rows]) + "\n", encoding="utf-8")
    return folder


HEART = "heart,Heart,option,,,,,false"


@pytest.mark.parametrize(
    ("condition_rows", "code_rows", "place"),
    [
        ([HEART], ["heart,I5,,,false"], "row 2"),
        ([HEART], ["heart,I50,,,false", "heart,I50.,,,false"], "row 3"),
        ([HEART], ["heart,I50,,,false", "hart,I51,,,false"], "row 3"),
        ([HEART, HEART], ["heart,I50,,,false"], "row 3"),
        ([HEART.replace("option", "other")], ["heart,I50,,,false"], "row 2"),
        ([HEART, HEART.replace("heart", "lung")], ["heart,I50,,,false"], "row"),
    ],
    ids=["prefix-too-short", "twice", "unknown", "defined-twice", "role", "no-code"],
)
def test_a_faulty_table_is_refused_with_its_row(tmp_path, condition_rows, code_rows, place):
    with pytest.raises(KnowledgeError) as refused:
        conditions.load(write(tmp_path, condition_rows, code_rows))
    assert refused.value.place.startswith(place)
