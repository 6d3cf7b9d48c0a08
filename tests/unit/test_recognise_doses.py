"""Directions, supply and strength → units and milligrams a day."""

from math import isnan

import pytest
from tests.unit.test_recognise_product import records

from medcramp import knowledge, recognise
from medcramp.recognise.doses import amount


def dose(**cells):
    found = recognise.recognise(records(cells), knowledge.load())
    return found.doses.iloc[int(found.dose[0])]


def test_directions_times_strength():
    row = dose(drug="simvastatin 40 mg tab", sig="take 1/2 tablet at bedtime")
    assert (row["units_usual"], row["units_max"], row["basis"]) == (0.5, 0.5, "sig")
    assert row["daily_mg"] == (20.0,)


def test_every_ingredient_has_its_own_milligrams():
    assert dose(drug="lisinopril-hctz 20-12.5 mg tab", sig="2 tabs qam")["daily_mg"] == (40.0, 25.0)


def test_supply_stands_in_for_missing_directions_and_says_so():
    row = dose(drug="simvastatin 20 mg tablet", quantity="60", days_supply="30")
    assert (row["units_max"], row["basis"]) == (2.0, "quantity")
    assert "quantity" in row["note"]


def test_supply_stands_in_for_a_taper():
    row = dose(
        drug="prednisone 10 mg tablet", sig="4 tabs day 1, 3 tabs day 2, then stop", quantity="21", days_supply="6"
    )
    assert row["units_max"] == pytest.approx(3.5)


def test_the_higher_counts_when_directions_and_supply_disagree():
    row = dose(drug="simvastatin 20 mg tablet", sig="1 tab daily", quantity="60", days_supply="30")
    assert (row["units_usual"], row["units_max"], row["basis"]) == (1.0, 2.0, "sig and quantity disagree")
    assert "higher" in row["note"]


def test_a_small_difference_is_no_disagreement():
    row = dose(drug="simvastatin 20 mg tablet", sig="1 tab daily", quantity="30", days_supply="28")
    assert row["basis"] == "sig"


@pytest.mark.parametrize(
    ("sig", "mean", "on_day"),
    [
        ("take 1 tablet every other day", 10, 20),
        ("take 2 tablets every other day", 20, 40),
        ("1 tab Mon Wed Fri", 60 / 7, 20),
        ("1 tab bid Mon Wed Fri", 120 / 7, 40),
        ("1 tablet twice weekly", 40 / 7, 20),
        ("1 tablet twice daily", 40, 40),
        ("1/2 tablet at bedtime", 10, 10),
    ],
)
def test_days_without_a_dose_lower_the_mean_and_not_the_dose_of_a_day_of_use(sig, mean, on_day):
    row = dose(drug="rosuvastatin 20 mg tablet", sig=sig)
    assert (row["daily_mg"], row["day_mg"]) == ((pytest.approx(mean),), (pytest.approx(on_day),))


def test_as_needed_has_a_highest_amount_only():
    row = dose(drug="methocarbamol 500 mg tab", sig="1-2 tabs q6h prn", quantity="30", days_supply="30")
    assert row["prn"] and isnan(row["units_usual"])
    assert row["units_max"] == 8


@pytest.mark.parametrize(
    "cells",
    [
        {"drug": "albuterol 90 mcg inhaler", "sig": "2 puffs bid"},
        {"drug": "albuterol 90 mcg inhaler", "quantity": "8.5", "days_supply": "25"},
        {"drug": "Lantus 100 units/ml pen", "sig": "inject 20 units at bedtime", "quantity": "15", "days_supply": "30"},
        {"drug": "amoxicillin suspension", "sig": "5 ml tid"},
        {"drug": "diclofenac 1% gel", "sig": "apply 2 g qid", "quantity": "100", "days_supply": "12"},
        {"drug": "simvastatin 20 mg tablet", "sig": "use as directed", "quantity": "0", "days_supply": "30"},
        {"drug": "simvastatin 20 mg tablet", "quantity": "-30", "days_supply": "30"},
    ],
)
def test_milligrams_are_never_invented(cells):
    assert all(isnan(mg) for mg in dose(**cells)["daily_mg"])


def test_a_strength_without_a_unit_is_named_as_the_reason():
    assert "strength has no unit" in dose(drug="atorvastatin 80", sig="1 daily")["note"]
    assert "no unit" not in dose(drug="atorvastatin 80 mg", sig="1 daily")["note"]
    assert "no unit" not in dose(drug="atorvastatin", sig="1 daily")["note"]


def test_millilitres_count_with_a_concentration():
    assert dose(drug="amoxicillin 250 mg/5 ml suspension", sig="5 ml tid")["daily_mg"] == (750.0,)


def test_directions_in_milligrams_need_no_strength():
    assert dose(drug="simvastatin", sig="take 10 mg daily")["daily_mg"] == (10.0,)


def test_a_stated_maximum_in_milligrams_caps_the_units():
    row = dose(drug="tizanidine 4 mg tablet", sig="1-2 tabs tid prn, max 16 mg per day")
    assert row["units_max"] == 4


@pytest.mark.parametrize(("text", "value"), [("90 tablets", 90), ("60.000", 60), ("7,5", 7.5), ("1,000", 1000)])
def test_amounts_as_exports_write_them(text, value):
    assert amount(text) == value


@pytest.mark.parametrize("text", ["", "0", "-8.5", "N/A", "none"])
def test_no_amount(text):
    assert isnan(amount(text))
