"""The words of advice: readable, complete in both languages, and free of what must never be said."""

from __future__ import annotations

import re

import pytest

from fixtures.readability import english_grade, spanish_grade, split_sentences
from medcramp.knowledge import load

ADVICE = load().advice
GRADE = {"en": english_grade, "es": spanish_grade}
MUST_NOT_SAY = {
    "en": r"\b(stop|skip|halve|reduce|increase|lower|raise|double)\b[^.]*\b(tak|pill|tablet|medicine|dose|inhaler)",
    "es": r"\b(deje|suspenda|salte|reduzca|baje|aumente|doble|suba)\b[^.]*\b(tom|pastilla|tableta|medicina|dosis)",
}
CAUSES = (
    "Fluids, heat and sweat",
    "Exercise and overuse",
    "Shoes and foot shape",
    "Position",
    "Pregnancy",
    "Alcohol and caffeine",
    "Thyroid",
    "Diabetes",
    "Kidney and dialysis",
    "Nerves and back",
    "Circulation",
    "Poisons and bites",
    "Sleep",
)


def lines_of(handout):
    parts = [*handout.sections, handout.call, handout.emergency]
    return [handout.title, handout.footer, *(line for part in parts for line in (part.heading, *part.lines))]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_handout_reads_at_grade_seven_or_below(language):
    sentences = split_sentences(lines_of(ADVICE.handouts[language]))
    assert len(sentences) > 40
    assert GRADE[language](sentences) <= 7


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_section_of_a_handout_is_harder_than_the_limit(language):
    for section in ADVICE.handouts[language].sections:
        assert GRADE[language](split_sentences(section.lines)) <= 7, section.id


def test_the_formulas_tell_hard_texts_from_easy_ones():
    hard = ["Pharmacokinetic interactions necessitate individualised electrolyte supplementation considerations."]
    assert english_grade(hard) > 12 > 7 > english_grade(["The cat sat on the mat.", "It was a good day."])
    dificil = [
        "Las interacciones farmacocinéticas requieren consideraciones individualizadas de suplementación electrolítica."
    ]
    assert spanish_grade(dificil) > 7 > spanish_grade(["El gato come.", "Hoy es un buen día."])


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_handout_tells_nobody_to_stop_or_change_a_medicine(language):
    for line in lines_of(ADVICE.handouts[language]):
        assert not re.search(MUST_NOT_SAY[language], line, re.IGNORECASE), line


@pytest.mark.parametrize(("language", "forbidden"), [("en", r"\bdo not (use|take)\b"), ("es", r"\bno (use|tome)\b")])
def test_a_handout_forbids_no_medicine_that_may_have_been_prescribed(language, forbidden):
    assert not [line for line in lines_of(ADVICE.handouts[language]) if re.search(forbidden, line, re.IGNORECASE)]


def test_both_languages_say_the_same_things():
    english, spanish = ADVICE.handouts["en"], ADVICE.handouts["es"]
    shape = [(s.id, len(s.lines), s.picture, s.show, s.hide) for s in english.sections]
    assert shape == [(s.id, len(s.lines), s.picture, s.show, s.hide) for s in spanish.sections]
    assert len(english.call.lines) == len(spanish.call.lines)
    assert len(english.emergency.lines) == len(spanish.emergency.lines)


@pytest.mark.parametrize("topic", CAUSES)
def test_every_cause_to_ask_about_has_a_question_with_what_answers_point_to(topic):
    question = next(question for question in ADVICE.questions if question.topic == topic)
    assert question.ask.endswith("?")
    assert all(answer.answer and answer.means for answer in question.answers)
    assert question.answers


def test_look_alikes_red_flags_and_referrals_are_there():
    assert {"restless_legs", "claudication", "dystonia"} <= {mimic.id for mimic in ADVICE.mimics}
    assert {"rhabdomyolysis", "tetany", "clot", "quinine", "cauda_equina"} <= {flag.id for flag in ADVICE.red_flags}
    assert {"podiatry", "physical_therapy", "nephrology", "physician"} <= {one.id for one in ADVICE.referrals}


def test_measures_without_evidence_are_not_called_usual():
    care = {one.id: one for one in ADVICE.care}
    assert care["chiropractic"].fit == "no_support"
    assert {care[name].fit for name in ("massage", "health_coaching", "edema_index")} == {"may_fit"}


def test_unverified_words_of_an_option_hold_no_number():
    for option in load().options:
        statements = [option.dose, option.evidence, *option.strengths.values()]
        words = [s.words for s in statements if s.tag == "UNVERIFIED"]
        words += [note.text for note in option.notes if note.tag == "UNVERIFIED"]
        assert not [text for text in words if re.search(r"\d", text.replace("B6", "").replace("K2", ""))]


def test_beyond_use_dates_are_those_of_the_chapter_of_2023():
    days = {row.base: row.days for row in ADVICE.compounding.beyond_use}
    assert days == {
        "aqueous_not_preserved": 14,
        "aqueous_preserved": 35,
        "oral_liquid_without_water": 90,
        "other_without_water": 180,
    }
