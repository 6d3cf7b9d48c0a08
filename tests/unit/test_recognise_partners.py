"""Names cut short in a combination are completed by the other names of it, or said not to be understood."""

from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.test_recognise_product import item

from medcramp import knowledge, recognise
from medcramp.recognise.lines import cut
from medcramp.recognise.partners import Partners

VOCABULARY = knowledge.load().vocabulary
PARTNERS = Partners(VOCABULARY)
PAIRS = sorted(
    tuple(sorted(parts))
    for parts in PARTNERS.combinations
    if len(parts) == 2 and all(part.isalpha() and len(part) > 6 for part in parts)
)


def identified(text):
    (row,) = recognise.identify([text], knowledge.load()).to_dict("records")
    return row["status"], set(filter(None, row["ingredients"].split(";"))), row["note"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TRIAM/HCTZ 37.5/25 CAP", {"triamterene", "hydrochlorothiazide"}),
        ("AMLOD/BENAZ 5/20MG CAP", {"amlodipine", "benazepril"}),
        ("AMLODIPINE BESYLATE-BENAZ", {"amlodipine", "benazepril"}),
        ("IPRAT/ALBUT SOL 0.5-3", {"ipratropium", "albuterol"}),
        ("EZET/SIMV", {"ezetimibe", "simvastatin"}),
        ("PERINDOPRIL/INDAP 4/1.25", {"perindopril", "indapamide"}),
        ("OLMESA/AMLOD/HCTZ", {"olmesartan", "amlodipine", "hydrochlorothiazide"}),
        ("SPIRO/HCTZ", {"spironolactone", "hydrochlorothiazide"}),
        ("TRANDO/VERAP", {"trandolapril", "verapamil"}),
        ("BUTALBITAL-ACETAMINOPHEN-CAFFE", {"butalbital", "acetaminophen", "caffeine"}),
    ],
)
def test_a_cut_name_is_what_its_partner_is_sold_with(text, expected):
    status, found, _ = identified(text)
    assert found == expected
    assert status in ("normalised", "approximate")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ATENOLOL/CHLOR 50/25 TAB", "chlor"),  # reads as an abbreviation of a salt too
        ("LISINOPRIL/XYLO", "xylo"),
        ("HYDROCHLOROTHIAZIDE/M", ""),
    ],
)
def test_what_is_left_open_is_said(text, left):
    status, found, note = identified(text)
    assert len(found) == 1
    assert status == "approximate" or not left
    assert left in note


@pytest.mark.parametrize(
    "text", ["PRO-HYDROCHLOROTHIAZIDE 25MG", "RIVA-AMLODIPINE 5MG", "DOM-FUROSEMIDE", "AURO-LISINOPRIL"]
)
def test_letters_before_a_hyphen_are_a_maker(text):
    _, found, _ = identified(text)
    assert len(found) == 1


def test_strengths_stay_with_the_component_as_printed():
    row = item(drug="TRIAM/HCTZ 37.5MG/25MG")
    assert dict(zip(row["ingredients"], row["unit_mg"], strict=True)) == {
        "triamterene": 37.5,
        "hydrochlorothiazide": 25,
    }


def test_strengths_behind_a_brand_of_both_and_one_of_them_are_unknown():
    row = item(drug="AMILOR/HCTZ 5MG/50MG")
    assert set(row["ingredients"]) == {"amiloride", "hydrochlorothiazide"}
    assert all(isnan(mg) for mg in row["unit_mg"])


@settings(deadline=None)
@given(pair=st.sampled_from(PAIRS), first=st.integers(3, 6), second=st.integers(3, 6))
def test_only_a_known_combination_that_begins_so_is_believed(pair, first, second):
    name, found = PARTNERS.complete(cut(f"{pair[0][:first]}/{pair[1][:second]}", VOCABULARY).name)
    chosen = {word: near.meaning.ingredients[0] for word, near in found.items()}
    named = [piece.ingredients for piece in name if not isinstance(piece, str) and piece.ingredients]
    assert all(any(phrase.startswith(word) for phrase in phrases_of(ingredient)) for word, ingredient in chosen.items())
    if chosen:
        assert {*chosen.values(), *(part for parts in named for part in parts)} in PARTNERS.combinations


def phrases_of(ingredient):
    return [phrase for phrase, meaning in VOCABULARY.names.items() if meaning.ingredients == (ingredient,)]
