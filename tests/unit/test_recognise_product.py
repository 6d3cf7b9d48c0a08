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
