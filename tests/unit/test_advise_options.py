"""How statuses, reasons and questions follow from what is known of a patient."""

from __future__ import annotations

import pytest

from fixtures.option_patients import facts_of
from medcramp.advise.options import assess
from medcramp.knowledge import load
from medcramp.records import OPTION_COLUMNS

KNOWLEDGE = load()


@pytest.fixture
def decided():
    """Options of one patient: (option, form) → row, for the typical patient with some facts changed."""

    def decide(jurisdiction="US", **changes):
        table = assess(facts_of([changes], KNOWLEDGE, jurisdiction), KNOWLEDGE)
        return {(row.option, row.form): row for row in table.itertuples(index=False)}

    return decide


def test_every_patient_has_a_row_for_every_option_and_form():
    table = assess(facts_of([{}, {"age": 70}, {"drugs": ["warfarin 5 mg tablet"]}], KNOWLEDGE), KNOWLEDGE)
    forms = [(option.option, form) for option in KNOWLEDGE.options for form in option.forms]
    assert tuple(table.columns) == OPTION_COLUMNS
    assert list(table["patient_id"].astype(str).unique()) == ["00000", "00001", "00002"]
    assert list(zip(table["option"], table["form"], strict=True)) == forms * 3


def test_the_typical_patient_may_use_self_care_and_a_peppermint_cream(decided):
    rows = decided()
    for option in ("stretching", "hydration", "massage", "footwear"):
        assert rows[option, "self_care"].status == "ok"
    assert rows["peppermint", "cream"].status == "ok"
    assert "nothing on file against it" in rows["peppermint", "cream"].reasons


def test_the_worst_status_wins_and_is_named_first(decided):
    row = decided(age=70, drugs=["warfarin 5 mg tablet"])["ketoprofen", "oral_suspension"]
    assert row.status == "avoid"
    assert row.reasons.startswith("avoid: takes an anticoagulant")
    assert "caution: 65 or older" in row.reasons


def test_a_certain_caution_stands_beside_an_unknown_avoid_which_is_asked_for(decided):
    row = decided(drugs=["warfarin 5 mg tablet"], allergies=None)["ketoprofen", "gel"]
    assert row.status == "caution"
    assert "could make it avoid: allergies" in row.reasons
    assert "aspirin" in row.ask


def test_nothing_certain_and_a_deciding_fact_unknown_is_not_assessed(decided):
    row = decided(allergies=None)["ketoprofen", "gel"]
    assert (row.status, "allergies" in row.reasons) == ("not_assessed", True)


def test_a_certain_avoid_is_not_softened_by_what_is_unknown(decided):
    row = decided(age=70, conditions=None, egfr=None, allergies=None)["cyclobenzaprine", "oral"]
    assert row.status == "avoid"
    assert "not known" not in row.reasons


def test_a_question_of_every_counter_does_not_block_the_judgement(decided):
    row = decided(allergies=None)["cyclobenzaprine", "oral"]
    assert row.status == "ok"
    assert "reaction to cyclobenzaprine" in row.ask


@pytest.mark.parametrize(
    ("option", "form"),
    [
        ("magnesium_oral", "oral"),
        ("magnesium_chloride", "oral_suspension"),
        ("baclofen", "oral"),
        ("ketoprofen", "capsule"),
    ],
)
def test_without_a_kidney_function_some_options_are_never_ok(decided, option, form):
    row = decided(egfr=None)[option, form]
    assert row.status in ("caution", "not_assessed")
    assert "eGFR" in row.reasons
    assert "eGFR" in row.ask


@pytest.mark.parametrize(
    ("option", "form", "product"),
    [
        ("guaifenesin", "capsule", "Mucinex"),
        ("guaifenesin", "oral_suspension", "oral liquid"),
        ("ketoprofen", "capsule", "ketoprofen 25, 50 and 75 mg"),
        ("cyclobenzaprine", "capsule", "Amrix"),
    ],
)
def test_a_copy_of_a_marketed_product_is_at_least_caution_and_names_it(decided, option, form, product):
    row = decided()[option, form]
    assert row.status == "caution"
    assert row.reasons.startswith("caution: essentially a copy of a marketed product")
    assert product in row.reasons


def test_quinine_is_never_an_option(decided):
    row = decided()["quinine", "oral"]
    assert row.status == "avoid"
    assert "boxed warning" in row.reasons


def test_quinine_in_use_says_whom_to_call_and_what_to_watch_for_first(decided):
    row = decided(drugs=["quinine sulfate 324 mg capsule"])["quinine", "oral"]
    assert row.reasons.startswith("avoid: takes quinine now: call the prescriber today")
    assert "bleeding" in row.reasons


def test_topical_and_oral_forms_of_one_active_are_judged_apart(decided):
    rows = decided(conditions=["K80.20"])
    assert rows["peppermint", "capsule"].status == "avoid"
    assert rows["peppermint", "gel"].status == "ok"


def test_magnesium_chloride_by_mouth_follows_the_rules_of_oral_magnesium(decided):
    rows = decided(egfr=25)
    assert rows["magnesium_chloride", "oral_suspension"].status == rows["magnesium_oral", "oral"].status == "avoid"
    assert rows["magnesium_chloride", "gel"].status == "caution"


def test_an_unverified_reason_says_so(decided):
    assert "(not verified)" in decided(egfr=45)["magnesium_oral", "oral"].reasons


def test_pregnancy_of_unknown_week_counts_as_twenty_weeks_or_more(decided):
    rows = decided(sex="F", age=33, conditions=["O09.90"])
    assert rows["ketoprofen", "capsule"].status == rows["ketoprofen", "cream"].status == "avoid"
    assert rows["magnesium_oral", "oral"].status == "ok"


def test_early_pregnancy_is_a_caution_for_ketoprofen_on_the_skin(decided):
    assert decided(sex="F", age=33, pregnant_weeks=12)["ketoprofen", "gel"].status == "caution"


def test_fenofibrate_in_use_is_no_reason_against_ketoprofen_gel(decided):
    assert decided(drugs=["fenofibrate 145 mg tablet"])["ketoprofen", "gel"].status == "ok"


def test_a_legal_status_of_another_market_is_named_as_such(decided):
    assert decided()["orphenadrine", "oral"].legal_status.startswith("prescription only")
    assert decided("EU")["orphenadrine", "oral"].legal_status.endswith("(EU not checked)")
