"""Strength, form, route and the classes that follow from them."""

from math import isnan

import pandas as pd
import pytest

from medcramp import knowledge, recognise
from medcramp.records import empty_records, text_column


def records(*rows):
    """Records with the given cells; everything else unknown."""
    columns = {name: text_column([row.get(name) for row in rows]) for name in empty_records().columns}
    columns["source_row"] = range(2, len(rows) + 2)
    return pd.DataFrame(columns)


def item(**cells):
    found = recognise.recognise(records(cells), knowledge.load())
    return found.items.iloc[int(found.item[0])]


def classes(row):
    return {group for group in row["certain"] if knowledge.load().groups.is_class(group)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lisinopril-hctz 20-12.5 mg tab", {"lisinopril": 20, "hydrochlorothiazide": 12.5}),
        ("hctz-lisinopril 12.5 mg-20 mg tab", {"lisinopril": 20, "hydrochlorothiazide": 12.5}),
        ("valsartan/hctz 160MG/12.5MG", {"valsartan": 160, "hydrochlorothiazide": 12.5}),
        ("hydrochlorothiazide 12.5 MG / valsartan 160 MG Oral Tablet", {"valsartan": 160, "hydrochlorothiazide": 12.5}),
        ("metformin hcl 1,000 mg tablet", {"metformin": 1000}),
        ("levothyroxine 0.05 mg", {"levothyroxine": 0.05}),
        ("levothyroxine 50 mcg", {"levothyroxine": 0.05}),
        ("metolazone 1 g", {"metolazone": 1000}),
        ("Vytorin 10/40 mg", {"ezetimibe": 10, "simvastatin": 40}),
    ],
)
def test_milligrams_belong_to_the_component_as_printed(text, expected):
    row = item(drug=text)
    assert dict(zip(row["ingredients"], row["unit_mg"], strict=True)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "lisinopril-hctz 20-12.5",  # no unit printed
        "lisinopril-hctz 20 mg",  # one strength for two
        "potassium chloride 20 mEq",  # not a mass
        "insulin glargine 100 units/ml",
        "Ozempic 0.25-0.5 mg/dose pen",
        "fentanyl 25 mcg/hr patch",
    ],
)
def test_a_strength_that_is_not_clear_is_unknown(text):
    assert all(isnan(mg) for mg in item(drug=text)["unit_mg"])


@pytest.mark.parametrize(
    ("text", "mg", "unit"),
    [("amoxicillin 250 mg/5 ml suspension", 50, "ml"), ("albuterol 0.083% neb soln", 0.83, "ml")],
)
def test_concentrations_count_per_millilitre(text, mg, unit):
    row = item(drug=text)
    assert row["unit_mg"] == (pytest.approx(mg),)
    assert row["unit"] == unit


@pytest.mark.parametrize(
    ("cells", "route"),
    [
        ({"drug": "prednisolone 1% eye drops"}, "ophthalmic"),
        ({"drug": "prednisolone", "route": "OPHTH"}, "ophthalmic"),
        ({"drug": "prednisolone 5 mg tablet"}, "oral"),
        ({"drug": "prednisolone 5 mg tablet", "route": "PO"}, "oral"),
        ({"drug": "diclofenac 1% gel"}, "topical"),
        ({"drug": "Ventolin HFA"}, "inhaled"),
        ({"drug": "albuterol", "form": "tablet"}, "oral"),
        ({"drug": "salbutamol 100 micrograms/dose inhaler CFC free"}, "inhaled"),
    ],
)
def test_route_from_column_then_text_then_what_is_usual(cells, route):
    assert item(**cells)["route"] == route


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("dorzolamide 2% eye drops", None, "carbonic_anhydrase"),
        ("acetazolamide 250 mg tablet", "carbonic_anhydrase", None),
        ("diltiazem 2% cream", None, "ccb_non_dhp"),
        ("diltiazem 120 mg capsule", "ccb_non_dhp", None),
        ("mannitol 20% IV infusion", "osmotic", None),
        ("mannitol inhalation powder", None, "osmotic"),
        ("finerenone 10 mg tablet", None, "mra_steroidal"),
        ("Nexlizet", None, "statin"),
        ("Caduet 10/20", "statin", None),
        ("albuterol inhaler", "saba_inhaled", "saba_systemic"),
        ("albuterol 2 mg tablet", "saba_systemic", "saba_inhaled"),
    ],
)
def test_classes_follow_the_route(text, has, lacks):
    found = classes(item(drug=text))
    assert has is None or has in found
    assert lacks not in found


def test_strength_column_fills_in_what_the_text_lacks():
    assert item(drug="simvastatin", strength="40 mg")["unit_mg"] == (40.0,)
    assert item(drug="simvastatin 20 mg", strength="40 mg")["unit_mg"] == (20.0,)


def test_equal_lines_are_recognised_once():
    rows = [{"drug": "furosemide 40 mg"}, {"drug": "Lasix"}] * 50
    found = recognise.recognise(records(*rows), knowledge.load())
    assert len(found.items) == 2
    assert list(found.item) == [0, 1] * 50


@pytest.mark.parametrize(
    ("drug", "route", "has"),
    [
        ("prednisolone 15mg/5ml", "oral", True),
        ("prednisolone 1 %", "", False),
        ("prednisolone 10 mg/mL", "", False),
        ("prednisolone 15 mg/5 mL eye drops", "ophthalmic", False),
    ],
)
def test_a_strength_told_by_the_spoon_is_a_liquid_to_swallow(drug, route, has):
    item = recognise.recognise(records({"drug": drug}), knowledge.load()).items.iloc[0]
    assert item["route"] == route
    assert ("CS_SYS" in item["certain"]) is has


@pytest.mark.parametrize(
    ("text", "ingredient", "strength"),
    [
        ("dexmedetomidine in 0.9 % NaCl 4 mcg/mL", "dexmedetomidine", "4 mcg/ml"),
        ("furosemide 10 mg/mL in 0.9% NaCl", "furosemide", "10 mg/ml"),
        ("Potassium chloride 40 mEq in sodium chloride 0.9% 1000 mL", "potassium chloride", "40 mEq"),
        ("potassium chloride in dextrose-sodium chloride", "potassium chloride", ""),
        ("KCl 20 mEq/L in D5 0.45% NS", "potassium chloride", "20 mEq/1000 ml"),
        ("D5 1/2NS with 20 mEq KCl", "potassium chloride", "20 mEq"),
        ("nitroglycerin 50 mg/250 mL D5W", "nitroglycerin", "50 mg/250 ml"),
        ("cefazolin in dextrose (iso-os) 2 gram/50 mL", "cefazolin", "2 g/50 ml"),
    ],
)
def test_what_a_drug_is_dissolved_in_is_no_ingredient_and_tells_the_route(text, ingredient, strength):
    row = item(drug=text)
    assert (row["ingredients"], row["strength"]) == ((ingredient,), strength)
    assert (row["route"], row["form"]) == ("intravenous", "infusion")


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("albuterol 2.5 mg in 3 mL NS", "inhaled"),
        ("ropivacaine 0.2% in NS epidural", "intrathecal"),
        ("gentamicin in NS irrigation", "irrigation"),
        ("budesonide in NS nasal rinse", "nasal"),
        ("tobramycin in 0.225% sodium chloride", ""),
        ("bupivacaine in dextrose-water", ""),
    ],
)
def test_a_solution_given_another_way_is_no_infusion(text, route):
    row = item(drug=text)
    assert (row["route"], row["form"]) == (route, "")


@pytest.mark.parametrize("text", ["sodium chloride 0.9% infusion", "sodium chloride 1 g tablet", "NaCl 3%"])
def test_a_carrier_alone_is_what_is_given(text):
    assert item(drug=text)["ingredients"] == ("sodium chloride",)


@pytest.mark.parametrize(
    ("text", "cells", "has"),
    [
        ("verapamil injection", {}, "ccb_non_dhp"),
        ("diltiazem", {"route": "Injection"}, "ccb_non_dhp"),
        ("nicardipine 25 mg/10 ml vial", {}, "ccb_dhp"),
        ("furosemide 10 mg/ml injection", {}, "loop"),
        ("terbutaline 1 mg/ml injection", {}, "saba_systemic"),
        ("albuterol", {"route": "parenteral"}, "saba_systemic"),
        ("gentamicin 80 mg/2 ml injection", {}, "aminoglycoside"),
        ("enalaprilat 1.25 mg/ml vial", {}, "ace_inhibitor"),
        ("chlorothiazide 500 mg vial", {}, "thiazide"),
        ("furosemide", {"route": "IVPB"}, "loop"),
        ("captopril", {"route": "per G tube"}, "ace_inhibitor"),
        ("tulobuterol patch", {}, "saba_systemic"),
        ("Ventolin Nebules 5 mg", {}, "saba_inhaled"),
    ],
)
def test_systemic_forms_keep_their_class(text, cells, has):
    assert has in classes(item(drug=text, **cells))


@pytest.mark.parametrize(
    ("text", "route", "form"),
    [
        ("Fastum gel", "topical", "gel"),
        ("ketoprofen 20% PLO", "topical", "gel"),
        ("magnesium oil spray", "topical", "spray"),
        ("ketoconazole 2%", "", ""),  # a cream or a shampoo, hardly a tablet
        ("diclofenac 1%", "", ""),
        ("potassium chloride 10% liquid", "oral", "oral_liquid"),
        ("Bronchitol 40 mg caps", "inhaled", "inhaler"),
        ("tiotropium 18 mcg capsule", "inhaled", "inhaler"),
        ("albuterol 4 mg tablets", "oral", "tablet"),
        ("levobunolol 0.5% opth soln", "ophthalmic", "eye_drops"),
    ],
)
def test_the_route_is_not_the_usual_one_where_the_line_speaks_against_it(text, route, form):
    row = item(drug=text)
    assert (row["route"], row["form"]) == (route, form)


def test_an_injection_that_may_go_into_a_joint_is_not_surely_systemic():
    row = item(drug="methylprednisolone acetate injection")
    assert "corticosteroid_systemic" in row["possible"]
    assert "corticosteroid_systemic" not in row["certain"]


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("calcium + D3 600 mg-400 unit", "600 mg; 400 unit"),
        ("vitamin B6 50 mg", "50 mg"),
        ("magnesium oxide w/ B6", ""),
        ("vitamin C 500", "500"),
        ("Klor-Con M20", "20"),
    ],
)
def test_the_figure_of_a_vitamin_is_no_strength(text, strength):
    assert item(drug=text)["strength"] == strength
