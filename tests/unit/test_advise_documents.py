"""What the documents of a patient hold."""

from __future__ import annotations

from datetime import date

import pytest

from fixtures.option_patients import facts_of
from medcramp.advise import Advice, assess, prioritise, ranked
from medcramp.advise.case import cases
from medcramp.advise.compounding import beyond_use_date, compounding_request
from medcramp.advise.counselling import sheet
from medcramp.advise.papers import documents, handouts, note
from medcramp.knowledge import load
from medcramp.screen import screen

KNOWLEDGE = load()


def advised(facts, screened):
    """Options and priorities of all patients."""
    return Advice(assess(facts, KNOWLEDGE), prioritise(facts, screened, KNOWLEDGE), ranked(facts, screened, KNOWLEDGE))


@pytest.fixture
def case_of():
    """The share of one patient: the typical patient with some facts changed, screened and advised."""

    def make(**changes):
        facts = facts_of([changes], KNOWLEDGE)
        screened = screen(facts, KNOWLEDGE)
        return next(cases(["00000"], facts, screened, advised(facts, screened), KNOWLEDGE))

    return make


def test_the_sheet_names_contributors_with_the_strength_of_evidence_and_what_not_to_say(case_of):
    made = sheet(case_of(drugs=["hydrochlorothiazide 25 mg tablet"]))
    (contributor,) = [one for one in made.contributors if "hydrochlorothiazide" in one.drugs]
    assert contributor.grade == "strong evidence"
    assert contributor.say
    assert any("potassium or calcium" in line for line in contributor.never_say)
    assert any(line.startswith("Stop it") for line in made.never_say)
    assert made.first.startswith("Review the likely culprit")


def test_the_sheet_shows_both_sides_of_an_electrolyte_and_the_last_result(case_of):
    made = sheet(
        case_of(drugs=["hydrochlorothiazide 25 mg tablet", "lisinopril 20 mg tablet"], labs=["potassium 3.2 mmol/L"])
    )
    potassium = next(one for one in made.electrolytes if one.name == "potassium")
    assert (potassium.net, potassium.last_value, potassium.unit) == ("mixed", "3.2", "mmol/L")
    assert "hydrochlorothiazide" in potassium.drivers_down
    assert "lisinopril" in potassium.drivers_up


def test_questions_that_a_recorded_fact_points_to_come_first(case_of):
    made = sheet(case_of(conditions=["E03.9"]))
    assert made.questions[0].topic == "Thyroid"
    assert made.questions[0].on_file


def test_nobody_is_asked_what_makes_no_sense(case_of):
    assert "Pregnancy" not in [question.topic for question in sheet(case_of(sex="M")).questions]
    assert "Pregnancy" in [question.topic for question in sheet(case_of(sex="F", age=30)).questions]
    assert "Children and adolescents" not in [question.topic for question in sheet(case_of(age=45)).questions]
    assert "Children and adolescents" in [question.topic for question in sheet(case_of(age=None)).questions]


def test_a_measure_carries_what_the_options_say_against_it(case_of):
    care = {one.name: one for one in sheet(case_of(conditions=["I82.401"])).care}
    assert "no stretching" in care["Stretching"].caution
    assert care["Fluids and balanced diet"].caution == ""


def test_fluid_measurement_is_named_only_with_swelling_or_dialysis_on_file(case_of):
    def measures(**changes):
        return [one.name for one in sheet(case_of(**changes)).care if "edema index" in one.name]

    assert measures(conditions=["Z99.2"])
    assert not measures()


@pytest.mark.parametrize(
    ("drugs", "result", "words", "asked"),
    [
        (["digoxin 125 mcg tablet, 1 daily"], "potassium 3.4 mmol/L", "ECG", True),
        (["digoxin 125 mcg tablet, 1 daily"], "potassium 3.5 mmol/L", "ECG", False),
        (["furosemide 40 mg tablet, 1 daily"], "potassium 3.4 mmol/L", "ECG", False),
        (["furosemide 40 mg tablet, 1 daily"], "potassium 2.4 mmol/L", "ECG", True),
        (["lisinopril 20 mg tablet, 1 daily"], "potassium 6.0 mmol/L", "ECG", True),
        (["lisinopril 20 mg tablet, 1 daily"], "potassium 5.9 mmol/L", "ECG", False),
        (["lisinopril 20 mg tablet, 1 daily"], "potassium 5.5 mmol/L", "creatinine", True),
        (["lisinopril 20 mg tablet, 1 daily"], "potassium 5.4 mmol/L", "creatinine", False),
    ],
)
def test_dangerous_potassium_asks_for_an_ecg_and_the_kidneys(case_of, drugs, result, words, asked):
    assert any(words in request for request in note(case_of(drugs=drugs, labs=[result])).requests) == asked


def test_the_note_asks_for_tests_that_are_not_on_file(case_of):
    drugs = ["furosemide 40 mg tablet", "hydrochlorothiazide 25 mg tablet"]
    asked = " ".join(note(case_of(drugs=drugs)).requests)
    known = " ".join(note(case_of(drugs=drugs, labs=["potassium 4.1 mmol/L"])).requests)
    assert "potassium" in asked
    assert "potassium" not in known
    assert "magnesium" in known


@pytest.mark.parametrize(
    ("beside", "asked"),
    [("ramipril 5 mg", True), ("spironolactone 25 mg", True), ("amiloride 5 mg", True), ("furosemide 40 mg", False)],
)
def test_trimethoprim_asks_for_potassium_within_days(case_of, beside, asked):
    drugs = ["trimethoprim 100 mg tablet, 1 twice daily", f"{beside} tablet, 1 daily"]
    requests = note(case_of(drugs=drugs, labs=["potassium 4.4 mmol/L"])).requests
    assert any("trimethoprim" in request for request in requests) == asked


def test_an_urgent_point_is_asked_about_first(case_of):
    made = note(case_of(drugs=["quinine sulfate 324 mg capsule"]))
    assert made.requests[0].startswith("Please call back today")


def test_a_point_does_not_repeat_its_title_and_drugs(case_of):
    drugs = ["furosemide 40 mg tablet", "hydrochlorothiazide 25 mg tablet"]
    made = sheet(case_of(drugs=drugs))
    for one in (*made.points, *made.contributors):
        assert one.message
        assert not one.message.startswith(one.title)
        assert not one.message.startswith(tuple(drugs))


def test_look_alikes_that_make_no_sense_are_left_out(case_of):
    names = [mimic.name for mimic in sheet(case_of(age=70)).mimics]
    assert "Restless legs" in names
    assert not {"Sever disease", "Statin muscle symptoms"} & set(names)
    assert "Statin muscle symptoms" in [
        mimic.name for mimic in sheet(case_of(drugs=["simvastatin 20 mg tablet"])).mimics
    ]


def test_a_note_without_a_point_asks_for_nothing(case_of):
    made = note(case_of())
    assert (made.assessment, made.requests) == ((), ())


def test_medicines_of_the_note_carry_their_date_and_whether_they_are_certain(case_of):
    made = note(
        case_of(drugs=["quinine sulfate 324 mg capsule", {"drug": "digoxin 0.125 mg tablet", "active": "unknown"}])
    )
    assert {(medicine.line, medicine.certain) for medicine in made.medicines} == {
        ("quinine sulfate 324 mg capsule", True),
        ("digoxin 0.125 mg tablet", False),
    }
    assert all(medicine.since for medicine in made.medicines)
    assert any("Quinine" in request for request in made.requests)


def test_the_strength_is_left_to_the_prescriber_where_no_source_gives_one(case_of):
    request = compounding_request(case_of(), ["ketoprofen", "guaifenesin"], "cream")
    assert [bool(active.strength) for active in request.actives] == [True, False]


def test_a_combination_is_as_safe_as_its_least_safe_active(case_of):
    case = case_of(allergies=["ibuprofen"])
    assert compounding_request(case, ["peppermint"], "gel").status == "ok"
    assert compounding_request(case, ["peppermint", "ketoprofen"], "gel").status == "avoid"


def test_several_actives_are_questioned_and_a_copy_is_named(case_of):
    case = case_of()
    assert len(compounding_request(case, ["ketoprofen", "peppermint"], "gel").gate) == 1 + len(
        compounding_request(case, ["ketoprofen"], "gel").gate
    )
    assert any("Mucinex" in question.ask for question in compounding_request(case, ["guaifenesin"], "capsule").gate)


def test_sun_protection_is_said_for_ketoprofen_on_the_skin_only(case_of):
    def sun(active, form):
        return [line for line in compounding_request(case_of(), [active], form).counselling if "sun" in line]

    assert sun("ketoprofen", "gel")
    assert not sun("ketoprofen", "oral_suspension")
    assert not sun("peppermint", "gel")


def test_a_beyond_use_date_never_outlives_an_ingredient():
    prepared = date(2026, 3, 1)
    assert beyond_use_date("aqueous_preserved", prepared, None, KNOWLEDGE) == date(2026, 4, 5)
    assert beyond_use_date("aqueous_preserved", prepared, date(2026, 3, 20), KNOWLEDGE) == date(2026, 3, 20)
    with pytest.raises(KeyError):
        beyond_use_date("cream", prepared, None, KNOWLEDGE)


def test_a_handout_fits_the_patient(case_of):
    def headings(**changes):
        return [section.heading for section in handouts(case_of(**changes))[0].sections]

    assert "If you are pregnant" in headings(sex="F", age=30, pregnant_weeks=30)
    assert "If you are pregnant" not in headings()
    assert "Stretch each night before bed" not in headings(conditions=["I82.401"])


def test_documents_hold_sheet_note_handouts_and_what_was_chosen(case_of):
    made = documents(case_of(), [(("ketoprofen",), "gel")])
    assert [handout.language for handout in made.handouts] == ["en", "es"]
    assert [request.form for request in made.compounding] == ["gel"]
    assert made.sheet.person == made.note.person


def test_an_unknown_patient_is_a_key_error():
    facts = facts_of([{}], KNOWLEDGE)
    screened = screen(facts, KNOWLEDGE)
    with pytest.raises(KeyError):
        list(cases(["nobody"], facts, screened, advised(facts, screened), KNOWLEDGE))


def test_the_review_of_the_likely_culprit_is_said_once_and_not_in_every_option(case_of):
    made = sheet(case_of())
    remark = KNOWLEDGE.advice.phrases.review_first
    assert made.first.lower().startswith(remark)
    assert not [line.option for line in made.options if remark in line.reasons]


def test_what_goes_for_two_classes_is_said_of_the_first_one_only(case_of):
    drugs = ["hydrochlorothiazide 25 mg tablet", "metolazone 2.5 mg tablet", "furosemide 40 mg tablet"]
    made = sheet(case_of(drugs=drugs))
    assert len(made.contributors) == len(drugs)
    for kind in ("say", "never_say", "monitor"):
        lines = [line for one in made.contributors for line in getattr(one, kind)]
        assert len(lines) == len(set(lines)) > 0, kind
