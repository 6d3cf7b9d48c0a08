"""What screening makes of facts: severities, replacements, laboratory limits, electrolytes, duplicates, order."""

from __future__ import annotations

import pandas as pd
import pytest

from medcramp import records, screen
from medcramp.knowledge import load
from medcramp.knowledge.rules import Example, SourceSeverity
from medcramp.screen.severity import shown
from spec.people import Told, tell


def told(*drugs, **details) -> Told:
    return tell([Example(fires=False, drugs=drugs, **details)], load())


def one(run: Told, rule: str) -> pd.Series:
    found = run.findings()
    return found[(found["rule"] == rule).to_numpy()].iloc[0]


def rules(run: Told) -> set[str]:
    return set(run.findings()["rule"])


@pytest.mark.parametrize(
    ("grades", "jurisdiction", "severity"),
    [
        (["us_contraindicated"], "US", "contraindicated"),
        (["us_avoid", "ddinter_moderate"], "US", "major"),
        (["us_cap"], "EU", "major"),
        (["us_caution"], "US", "moderate"),
        (["regulator_contraindication"], "US", "contraindicated"),
        (["ansm_contraindication"], "US", "major"),
        (["ansm_contraindication"], "EU", "contraindicated"),
        (["ansm_contraindication", "us_avoid"], "UK", "contraindicated"),
        (["ansm_not_recommended"], "US", "major"),
        (["ansm_precaution", "ddinter_minor"], "US", "moderate"),
        (["ansm_take_into_account"], "US", "minor"),
        (["ddinter_major"], "US", "major"),
        (["policy_info"], "US", "info"),
    ],
)
def test_severity_follows_the_sources(grades, jurisdiction, severity):
    assert shown([SourceSeverity(source="X", grade=grade) for grade in grades], jurisdiction) == severity


def test_a_class_takes_the_highest_grade_and_names_all_its_drugs():
    run = told("Trelegy Ellipta 100-62.5-25 mcg", "Symbicort 160-4.5 mcg inhaler")
    laba = one(run, "CLASS-laba")
    assert (laba["grade"], laba["severity"], laba["certainty"]) == ("strong", "info", "confirmed")
    assert laba["drugs"] == "Symbicort 160-4.5 mcg inhaler;Trelegy Ellipta 100-62.5-25 mcg"


@pytest.mark.parametrize(
    ("drug", "said"),
    [
        ("Symbicort 160-4.5 mcg inhaler", "Holds formoterol."),
        ("formoterol 12 mcg capsule for inhalation", ""),
        ("FORMOTÉROL 12 mcg inhaler", ""),
    ],
)
def test_a_class_names_the_ingredient_only_where_the_line_does_not(drug, said):
    message = one(told(drug), "CLASS-laba")["message"]
    assert message.startswith(said) if said else "Holds" not in message


def test_every_component_of_a_combination_gives_its_class():
    assert {"CLASS-ace_inhibitor", "CLASS-thiazide"} <= rules(told("Zestoretic 20-12.5 mg tablet, 1 tablet daily"))


def test_an_unknown_activity_makes_a_class_finding_to_be_verified():
    thiazide = one(told({"drug": "hydrochlorothiazide 25 mg tablet", "active": "unknown"}), "CLASS-thiazide")
    assert thiazide["certainty"] == "verify"
    assert thiazide["missing"] == "whether hydrochlorothiazide is still taken"


def test_a_stopped_drug_gives_nothing():
    assert rules(told({"drug": "hydrochlorothiazide 25 mg tablet", "active": "no"}, "furosemide 40 mg tablet")) == {
        "CLASS-loop"
    }


def test_a_cap_message_names_the_cap_and_the_dose_and_rows():
    over = one(
        told("simvastatin 40 mg tablet, 1 tablet at bedtime", "amlodipine 10 mg tablet, 1 tablet daily"), "ST-03"
    )
    assert (over["severity"], over["certainty"], over["source_rows"]) == ("major", "confirmed", "2;3")
    assert "limit of simvastatin is 20 mg a day" in over["message"]
    assert over["facts"] == "simvastatin 40 mg a day, above 20 mg"
    assert over["drugs"] == "amlodipine 10 mg tablet;simvastatin 40 mg tablet"


def test_what_is_to_be_verified_is_said_first():
    unknown = one(told("simvastatin tablet, as directed", "amlodipine 10 mg tablet, 1 tablet daily"), "ST-03")
    assert unknown["message"].startswith("To be verified, not known: daily dose of simvastatin.")
    assert unknown["missing"] == "daily dose of simvastatin"


def test_a_more_specific_rule_silences_the_general_one():
    drugs = (
        "losartan 100 mg tablet, 1 daily",
        "hydrochlorothiazide 25 mg tablet, 1 daily",
        "ibuprofen 600 mg tablet, 1 daily",
    )
    run = told(*drugs)
    assert "HP-17" in rules(run) and "HP-18" not in rules(run)
    assert run.screened.replaced == 1


@pytest.mark.parametrize(
    ("drugs", "rule"),
    [
        (("simvastatin 20 mg tablet, 1 tablet at bedtime", "Paxlovid 300-100 mg dose pack, twice daily"), "ST-01"),
        (("lovastatin 20 mg tablet, 1 tablet daily", "Kaletra 200-50 mg tablet, 2 tablets twice daily"), "ST-01"),
    ],
)
def test_an_inhibitor_and_its_booster_in_one_product_are_one_finding(drugs, rule):
    run = told(*drugs)
    found = run.findings()
    assert (found["rule"] == rule).sum() == 1
    assert run.screened.replaced >= 1


def test_an_inhibitor_and_its_booster_in_two_products_are_two_findings():
    run = told("simvastatin 20 mg tablet, 1 daily", "Reyataz 300 mg capsule, 1 daily", "Norvir 100 mg tablet, 1 daily")
    assert (run.findings()["rule"] == "ST-01").sum() == 2


def test_what_is_certain_never_gives_way_to_what_is_to_be_verified():
    unknown = {"drug": "Kaletra 200-50 mg tablet", "sig": "2 tablets twice daily", "active": "unknown"}
    run = told("simvastatin 20 mg tablet, 1 daily", "Norvir 100 mg tablet, 1 daily", unknown)
    found = run.findings()
    assert set(found.loc[(found["rule"] == "ST-01").to_numpy(), "certainty"]) == {"confirmed", "verify"}


def test_a_laboratory_result_raises_a_severity_and_says_why():
    drugs = ("furosemide 40 mg tablet, 1 daily", "metolazone 2.5 mg tablet, 1 daily")
    assert one(told(*drugs), "HK-01")["severity"] == "moderate"
    raised = one(told(*drugs, labs=["potassium 3.1 mmol/L"]), "HK-01")
    assert raised["severity"] == "major"
    assert "Raised because potassium is already low (potassium 3.1 mmol/L on 2025-03-12" in raised["message"]


@pytest.mark.parametrize(
    ("labs", "rule", "urgency"),
    [
        ("potassium 3.1 mmol/L", "LAB-potassium-low", "routine"),
        ("potassium 2.4 mmol/L", "LAB-potassium-low", "emergency"),
        ("potassium 3.5 mmol/L", None, None),
        ("potassium 5.8 mEq/L", "LAB-potassium-high", "same_day"),
        ("potassium 5.2 mmol/L (upper limit 5.3)", None, None),
        ("potassium 5.2 mmol/L (upper limit 5.0)", "LAB-potassium-high", "routine"),
        ("potassium 5.6 mmol/L (upper limit 5.8)", None, None),
        ("sodium 124 mmol/L", "LAB-sodium-low", "emergency"),
        ("CK 9000 U/L (upper limit 200)", "LAB-creatine_kinase-high", "emergency"),
        ("CK 9000 U/L", None, None),
    ],
)
def test_laboratory_limits(labs, rule, urgency):
    found = told("loratadine 10 mg tablet", labs=[labs]).findings()
    found = found[found["rule"].str.startswith("LAB-").to_numpy()]
    assert list(found["rule"]) == ([rule] if rule else [])
    assert list(found["urgency"]) == ([urgency] if urgency else [])


def test_a_laboratory_finding_names_the_drugs_that_push_that_way():
    low = one(
        told("furosemide 40 mg tablet", "lisinopril 20 mg tablet", labs=["potassium 3.1 mmol/L"]), "LAB-potassium-low"
    )
    assert low["drugs"] == "furosemide 40 mg tablet"
    assert "3.1 mmol/L on 2025-03-12, below 3.5" in low["message"]


def test_calcium_without_albumin_is_to_be_verified():
    low = one(told("loratadine 10 mg tablet", labs=["calcium 1.8 mmol/L"]), "LAB-calcium-low")
    assert (low["certainty"], low["missing"], low["urgency"]) == ("verify", "albumin", "emergency")
    assert "LAB-calcium-low" not in rules(
        told("loratadine 10 mg tablet", labs=["calcium 2.1 mmol/L", "albumin 30 g/L"])
    )


def electrolyte(run: Told, name: str) -> pd.Series:
    table = run.screened.electrolytes
    return table[(table["electrolyte"] == name).to_numpy()].iloc[0]


def test_net_effect_names_the_drugs_on_both_sides():
    potassium = electrolyte(
        told("Zestoretic 20-12.5 mg tablet", "furosemide 40 mg tablet", labs=["potassium 4.0 mmol/L"]), "potassium"
    )
    assert potassium["net"] == "mixed"
    assert potassium["drivers_down"] == "Zestoretic 20-12.5 mg tablet (hydrochlorothiazide);furosemide 40 mg tablet"
    assert potassium["drivers_up"] == "Zestoretic 20-12.5 mg tablet (lisinopril)"
    assert (potassium["last_value"], potassium["unit"], potassium["last_date"]) == (4.0, "mmol/L", "2025-03-12")


def test_a_result_is_shown_as_the_laboratory_put_it_with_the_conversion_beside_it():
    magnesium = electrolyte(told("furosemide 40 mg tablet", labs=["magnesium 1.4 mg/dL"]), "magnesium")
    assert (magnesium["last_value"], magnesium["unit"]) == (1.4, "mg/dL")
    assert magnesium["note"] == "0.58 mmol/L"


def test_a_laboratory_finding_names_its_medicines_in_their_column_and_not_again_in_its_message():
    low = one(told("furosemide 40 mg tablet", labs=["potassium 3.1 mmol/L"]), "LAB-potassium-low")
    assert low["drugs"] == "furosemide 40 mg tablet"
    assert "furosemide" not in low["message"]
    assert low["message"].endswith("The medicines named lower it.")


def test_a_diagnosis_is_not_said_twice():
    on_file = one(told("furosemide 40 mg tablet", conditions=["N18.31"]), "COND-kidney")
    assert "on file" in on_file["title"]
    assert "on file" not in on_file["message"]


def test_thiazides_raise_calcium_and_loops_lower_it():
    assert electrolyte(told("hydrochlorothiazide 25 mg tablet"), "calcium")["net"] == "up"
    assert electrolyte(told("furosemide 40 mg tablet"), "calcium")["net"] == "down"


def test_the_net_effect_is_a_finding_only_where_nobody_else_says_so():
    assert "NET-potassium-up" in rules(told("benazepril 10 mg tablet, 1 daily", "enalapril 10 mg tablet, 1 daily"))
    assert not {
        rule for rule in rules(told("furosemide 40 mg tablet", "prednisone 20 mg tablet")) if "NET-potassium" in rule
    }
    assert not {rule for rule in rules(told("furosemide 40 mg tablet")) if rule.startswith("NET-")}


@pytest.mark.parametrize(
    ("drugs", "twice"),
    [
        (("Lasix 40 mg tablet, 1 daily", "furosemide 40 mg tablet, 1 daily"), True),
        (("lisinopril 20 mg tablet, 1 daily", "lisinopril-hydrochlorothiazide 20-12.5 mg tablet, 1 daily"), True),
        (("furosemide 40 mg tablet, 1 daily", "furosemide 20 mg tablet, 1 daily"), False),
        (("prednisolone 5 mg tablet, 1 daily", "prednisolone 1% eye drops, 1 drop daily"), False),
        (("furosemide 40 mg tablet, 1 daily", "torsemide 20 mg tablet, 1 daily"), False),
    ],
)
def test_the_same_ingredient_twice(drugs, twice):
    assert ("DUP-INGREDIENT" in rules(told(*drugs))) == twice


def screened(run: Told, **settings) -> screen.Screened:
    return screen.screen(run.facts, load(), screen.ScreenSettings(**settings))


@pytest.fixture(scope="module")
def busy() -> Told:
    return told(
        "simvastatin 40 mg tablet, 1 tablet at bedtime",
        "clarithromycin 500 mg tablet, 1 tablet twice daily",
        "furosemide 40 mg tablet, 1 daily",
        "hydrochlorothiazide 25 mg tablet, 1 daily",
    )


def test_below_the_wanted_severity_findings_are_counted_not_shown(busy):
    worst = screened(busy, min_severity="major")
    assert set(worst.findings["severity"]) <= {"contraindicated", "major"}
    assert worst.below_severity + len(worst.findings) == len(screened(busy).findings)


def test_our_own_proposals_can_be_switched_off(busy):
    proposals = {rule.id for rule in load().rules if rule.tag == "POLICY"}
    assert not set(screened(busy, policy_rules=False).findings["rule"]) & proposals


def test_a_suppression_hides_what_it_names_but_never_a_contraindication(busy):
    decision = screen.Suppression(reason="intended", who="RPh", rule="HK-01")
    everything = screen.Suppression(reason="intended", who="RPh", patient_id="00000")
    assert "HK-01" not in set(screened(busy, suppressions=(decision,)).findings["rule"])
    left = screened(busy, suppressions=(everything,))
    assert set(left.findings["severity"]) == {"contraindicated"}
    assert left.suppressed == len(screened(busy).findings) - len(left.findings)


def test_findings_have_the_columns_of_the_contract_and_a_stable_order_and_identity(busy):
    findings = busy.findings()
    assert list(findings.columns) == list(records.FINDING_COLUMNS)
    assert findings["finding_id"].is_unique
    ranks = findings["severity"].cat.codes.to_numpy()
    assert (ranks[1:] >= ranks[:-1]).all()
    again = told(*(f"{name}, 1 daily" for name in ("furosemide 40 mg tablet", "hydrochlorothiazide 25 mg tablet")))
    assert one(again, "HK-01")["finding_id"] == one(busy, "HK-01")["finding_id"]


def test_what_is_missing_is_listed_once_per_patient_with_the_rules_that_wait_for_it():
    run = told(
        "simvastatin tablet, as directed", "amlodipine 10 mg tablet", "diltiazem CD 180 mg capsule, 1 capsule daily"
    )
    rows = run.screened.not_assessed
    waiting = rows[rows["missing"] == "daily dose of simvastatin"].iloc[0]
    assert (waiting["what"], waiting["remedy"]) == ("ST-03", "look up strength and directions")


def test_cascades_of_a_list_without_dates_are_said_once_and_not_per_pair():
    run = told("hydrochlorothiazide 25 mg tablet", "quinine sulfate 324 mg capsule")
    assert not {rule for rule in rules(run) if rule.startswith("CAS-")}
    assert "Prescribing cascades" in set(run.screened.not_assessed["subject"])


@pytest.mark.parametrize(
    ("lab", "rule", "urgency", "first", "words"),
    [
        ("calcium, albumin-adjusted 7.0 mg/dL", "LAB-calcium-low", "emergency", "Emergency:", "ECG"),
        ("calcium, albumin-adjusted 2.1 mmol/L", "LAB-calcium-low", "routine", "Tell the prescriber;", "repeat"),
        ("potassium 6.5 mmol/L", "LAB-potassium-high", "emergency", "Emergency:", "ECG"),
        ("potassium 6.0 mmol/L", "LAB-potassium-high", "same_day", "Today:", "ECG"),
        ("potassium 5.9 mmol/L", "LAB-potassium-high", "same_day", "Today:", "symptoms"),
        ("sodium 124 mmol/L", "LAB-sodium-low", "emergency", "Emergency:", "confusion"),
        ("magnesium 0.49 mmol/L", "LAB-magnesium-low", "emergency", "Emergency:", "potassium and calcium"),
        ("magnesium 2.9 mg/dL", "LAB-magnesium-high", "routine", "Ask about magnesium", "antacids"),
        ("magnesium 2.1 mmol/L", "LAB-magnesium-high", "emergency", "Emergency:", "no more magnesium"),
        ("lithium 1.4 mmol/L", "LAB-lithium_level-high", "same_day", "Today:", "12 hours"),
        ("lithium 1.5 mEq/L", "LAB-lithium_level-high", "same_day", "Today:", "tremor"),
        ("CK 9000 U/L (upper limit 200)", "LAB-creatine_kinase-high", "emergency", "Emergency:", "hospital"),
    ],
)
def test_what_to_do_at_a_limit_follows_its_urgency(lab, rule, urgency, first, words):
    found = one(told("loratadine 10 mg tablet", labs=[lab]), rule)
    assert found["urgency"] == urgency
    assert found["action"].startswith(first)
    assert words in found["action"]


@pytest.mark.parametrize("lab", ["lithium 1.2 mmol/L", "magnesium 2.4 mg/dL", "magnesium 1.0 mmol/L"])
def test_a_result_at_the_limit_is_none_beyond_it(lab):
    assert not {rule for rule in rules(told("loratadine 10 mg tablet", labs=[lab])) if rule.startswith("LAB-")}


def test_results_stand_in_the_figures_of_the_laboratory_with_units_and_names():
    low = one(told("loratadine 10 mg tablet", labs=["potassium 3.0 mmol/L"]), "LAB-potassium-low")
    assert low["facts"].startswith("3.0 mmol/L on ")
    assert low["facts"].endswith(", below 3.5 mmol/L")
    converted = one(told("loratadine 10 mg tablet", labs=["magnesium 1.60 mg/dL"]), "LAB-magnesium-low")
    assert converted["facts"].startswith("1.60 mg/dL (0.66 mmol/L)")
    assert converted["facts"].endswith(", below 0.7 mmol/L")
    thyroid = one(
        told("simvastatin 20 mg tablet, 1 daily", labs=["TSH 14.20 mIU/L"], conditions=["E03.9"], age=50), "TH-02"
    )
    assert "TSH 14.20 mIU/L" in thyroid["message"]


def test_why_a_finding_is_raised_names_the_limit_once():
    run = told("furosemide 40 mg tablet, 1 daily", "metolazone 2.5 mg tablet, 1 daily", labs=["potassium 3.1 mmol/L"])
    message = one(run, "HK-01")["message"]
    assert "Raised because potassium is already low (potassium 3.1 mmol/L on " in message
    assert message.count("below 3.5 mmol/L") == 1
