"""Cramp links, electrolyte effects and counselling: what the tables say, and what they refuse."""

from __future__ import annotations

import re

import pytest

from medcramp.errors import KnowledgeError
from medcramp.knowledge import clinical, load

KNOWLEDGE = load()
CLINICAL, GROUPS = KNOWLEDGE.clinical, KNOWLEDGE.groups

GRADES = {
    "thiazide": "strong",
    "thiazide_like": "strong",
    "loop": "weak",
    "k_sparing_enac": "strong",
    "mra_steroidal": "moderate",
    "carbonic_anhydrase": "reported",
    "osmotic": "reported",
    "vasopressin_antagonist": "reported",
    "statin": "moderate",
    "saba_inhaled": "moderate",
    "saba_systemic": "moderate",
    "laba": "strong",
    "ccb_dhp": "weak",
    "ccb_non_dhp": "reported",
    "ace_inhibitor": "weak",
}
# Serum direction of potassium, magnesium, sodium, calcium, phosphate.
DIRECTIONS = {
    "thiazide": "down down down up down",
    "thiazide_like": "down down down up down",
    "loop": "down variable down down none",
    "k_sparing_enac": "up up down none none",
    "mra_steroidal": "up up down none none",
    "mra_nonsteroidal": "up none down none none",
    "carbonic_anhydrase": "down none down none down",
    "osmotic": "variable down variable down down",
    "vasopressin_antagonist": "variable none up none none",
    "statin": "none none none none none",
    "saba_inhaled": "down down none none down",
    "saba_systemic": "down down none none down",
    "laba": "down down none none down",
    "ccb_dhp": "none none none none none",
    "ccb_non_dhp": "none none none none none",
    "ace_inhibitor": "up none down none none",
}


def test_every_seed_class_has_its_grade():
    assert {group: CLINICAL.link(group).grade for group in GROUPS.seeds} == GRADES


def test_every_seed_class_moves_the_electrolytes_its_way():
    order = ("potassium", "magnesium", "sodium", "calcium", "phosphate")
    found = {}
    for group in DIRECTIONS:
        effects = {effect.electrolyte: effect.direction for effect in CLINICAL.effects_of(group)}
        found[group] = " ".join(effects[electrolyte] for electrolyte in order)
    assert found == DIRECTIONS


@pytest.mark.parametrize(
    ("group", "electrolyte", "direction"),
    [
        ("ppi", "magnesium", "down"),
        ("denosumab", "calcium", "down"),
        ("licorice", "potassium", "down"),
        ("corticosteroid_systemic", "potassium", "down"),
        ("arb", "potassium", "up"),
        ("aliskiren", "potassium", "up"),
        ("trimethoprim", "potassium", "up"),
        ("heparins", "potassium", "up"),
        ("potassium_supplement", "potassium", "up"),
        ("magnesium_supplement", "magnesium", "up"),
        ("calcium_supplement", "calcium", "up"),
        ("vitamin_d", "calcium", "up"),
        ("ssri_snri", "sodium", "down"),
        ("desmopressin", "sodium", "down"),
        ("phosphate_laxative", "phosphate", "up"),
        ("ferric_carboxymaltose", "phosphate", "down"),
    ],
)
def test_further_classes_move_electrolytes_too(group, electrolyte, direction):
    assert (electrolyte, direction) in {(e.electrolyte, e.direction) for e in CLINICAL.effects_of(group)}


@pytest.mark.parametrize(
    ("group", "ingredients", "form", "release", "grade"),
    [
        ("laba", ["salmeterol"], "inhaler", "", "strong"),
        ("laba", ["formoterol"], "inhaler", "", "strong"),
        ("laba", ["arformoterol"], "nebuliser_solution", "", "strong"),
        ("laba", ["vilanterol"], "inhaler", "", "moderate"),
        ("laba", ["indacaterol"], "inhaler", "", "moderate"),
        ("laba", ["olodaterol"], "inhaler", "", "moderate"),
        ("laba", ["bambuterol"], "tablet", "", "moderate"),
        ("laba", ["vilanterol", "salmeterol"], "inhaler", "", "strong"),
        ("statin", ["atorvastatin"], "tablet", "", "moderate"),
        ("statin", ["red yeast rice"], "capsule", "", "weak"),
        ("ccb_dhp", ["nifedipine"], "capsule", "", "moderate"),
        ("ccb_dhp", ["nifedipine"], "capsule", "modified", "weak"),
        ("ccb_dhp", ["nifedipine"], "tablet", "", "weak"),
        ("ccb_dhp", ["amlodipine"], "capsule", "", "weak"),
        ("mra_nonsteroidal", ["finerenone"], "tablet", "", "none"),
        ("hedgehog_inhibitor", ["vismodegib"], "capsule", "", "strong"),
        ("nsaid", ["ibuprofen"], "tablet", "", "none"),
        ("nsaid", ["naproxen"], "tablet", "", "weak"),
        ("nsaid", ["ibuprofen", "naproxen"], "tablet", "", "weak"),
    ],
)
def test_an_ingredient_or_form_may_weigh_more_or_less_than_its_class(group, ingredients, form, release, grade):
    assert CLINICAL.link(group, ingredients, form, release).grade == grade


def test_a_class_without_a_link_has_none():
    assert CLINICAL.link("potassium_supplement", ["potassium chloride"]) is None
    assert "mra_nonsteroidal" not in CLINICAL.linked
    assert {"ppi", *GROUPS.seeds} <= set(CLINICAL.linked)


def test_a_number_whose_source_was_not_read_is_kept_but_not_shown():
    unread = [link for link in CLINICAL.links if link.figure and not link.verified]
    assert unread
    assert all(link.shown_figure == "" for link in unread)
    assert all(link.shown_figure == link.figure for link in CLINICAL.links if link.verified)


def test_no_number_hides_in_words_that_were_not_verified():
    for link in CLINICAL.links:
        if not link.verified:
            assert not re.search(r"\d+(\.\d+)? ?%", link.basis + link.note), link.group
    for line in CLINICAL.counselling:
        if not line.verified:
            assert not re.search(r"\d\s?(mmol|%)", line.text), line.text


def test_nothing_that_is_said_tells_a_patient_to_stop_or_promises_relief():
    stop = re.compile(r"(?<!never )(?<!mean )\b(stop|halve|skip|pause) (it|this|the|your|taking)\b", re.IGNORECASE)
    for line in CLINICAL.counselling:
        if line.kind == "say" and line.group in {"all", *GROUPS.seeds}:
            assert not stop.search(line.text), line.text
            assert not re.search(r"\b(cures?|will help|goes away)\b", line.text), line.text


def test_lines_are_found_by_group_and_kind():
    assert any("salmeterol" in line.text for line in CLINICAL.lines("laba", "say"))
    assert any("calcium" in line.text for line in CLINICAL.lines("thiazide", "never_say"))
    assert CLINICAL.lines("laba", "monitor") == ()


@pytest.mark.parametrize("group", sorted(CLINICAL.linked))
def test_every_linked_class_has_something_of_its_own_to_say_or_check(group):
    lines = [*CLINICAL.lines(group, "say"), *CLINICAL.lines(group, "monitor")]
    general = {line.text for line in CLINICAL.lines("all", "say")}
    assert lines
    assert not general & {line.text for line in lines}


HEADS = {
    "cramp_links.csv": "group,ingredient,forms,release,grade,basis,figure,source,verified,note",
    "electrolyte_effects.csv": "group,electrolyte,direction,likelihood,onset,mechanism,dose_dependent,source,verified",
    "counselling.csv": "group,kind,text,source,verified",
}
LINK, EFFECT, LINE = "a,,,,weak,label,,,false,", "a,potassium,down,common,,,false,,false", "a,say,Drink.,,false"


@pytest.mark.parametrize(
    ("file", "rows", "place"),
    [
        ("cramp_links.csv", [LINK, LINK], "row 3"),
        ("cramp_links.csv", [LINK.replace("weak", "high")], "row 2"),
        ("cramp_links.csv", [LINK.replace("label", "")], "row 2"),
        ("cramp_links.csv", [LINK.replace("a,,,", "a,x,pill,")], "row 2"),
        ("electrolyte_effects.csv", [EFFECT, EFFECT], "row 3"),
        ("electrolyte_effects.csv", [EFFECT.replace("potassium", "chloride")], "row 2"),
        ("electrolyte_effects.csv", [EFFECT.replace("down", "falls")], "row 2"),
        ("counselling.csv", [LINE, LINE], "row 3"),
        ("counselling.csv", [LINE.replace("Drink.", "")], "row 2"),
        ("counselling.csv", [LINE.replace("say", "shout")], "row 2"),
    ],
)
def test_a_faulty_table_is_refused_with_its_row(tmp_path, file, rows, place):
    for name, head in HEADS.items():
        (tmp_path / name).write_text("\n".join([head, *(rows if name == file else [])]) + "\n", encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        clinical.load(tmp_path)
    assert refused.value.file.endswith(file)
    assert refused.value.place == place
