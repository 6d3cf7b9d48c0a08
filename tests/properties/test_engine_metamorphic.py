"""What must hold however the regimen is made up: run through recognition, profile and screening."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcramp import profile, recognise, records, screen
from medcramp.knowledge import load
from medcramp.knowledge.rules import Example
from medcramp.records import SEVERITIES
from spec.people import AS_OF, Told, tell, to_read

SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
UNRELATED = "loratadine 10 mg tablet, 1 tablet daily"
DAILY = (
    "furosemide 40 mg tablet",
    "hydrochlorothiazide 25 mg tablet",
    "indapamide 1.25 mg tablet",
    "spironolactone 25 mg tablet",
    "triamterene-hydrochlorothiazide 37.5-25 mg capsule",
    "lisinopril 20 mg tablet",
    "losartan 50 mg tablet",
    "Entresto 24-26 mg tablet",
    "potassium chloride ER 10 mEq tablet",
    "simvastatin 40 mg tablet",
    "atorvastatin 40 mg tablet",
    "amlodipine 10 mg tablet",
    "diltiazem CD 180 mg capsule",
    "gemfibrozil 600 mg tablet",
    "colchicine 0.6 mg tablet",
    "clarithromycin 500 mg tablet",
    "prednisone 20 mg tablet",
    "ibuprofen 600 mg tablet",
    "digoxin 125 mcg tablet",
    "lithium carbonate 300 mg capsule",
    "sertraline 50 mg tablet",
    "omeprazole 20 mg capsule",
    "quinine sulfate 324 mg capsule",
    "metoprolol tartrate 50 mg tablet",
    "Advair Diskus 250-50 mcg",
    "albuterol HFA 90 mcg inhaler",
    "theophylline ER 300 mg tablet",
    "trimethoprim 100 mg tablet",
    "calcium carbonate 500 mg tablet",
    "cholecalciferol 2000 unit capsule",
)
BRANDS = {
    "furosemide 40 mg tablet": "Lasix 40 mg tablet",
    "simvastatin 40 mg tablet": "Zocor 40 mg tablet",
    "atorvastatin 40 mg tablet": "Lipitor 40 mg tablet",
    "amlodipine 10 mg tablet": "Norvasc 10 mg tablet",
    "lisinopril 20 mg tablet": "Zestril 20 mg tablet",
    "losartan 50 mg tablet": "Cozaar 50 mg tablet",
    "spironolactone 25 mg tablet": "Aldactone 25 mg tablet",
    "sertraline 50 mg tablet": "Zoloft 50 mg tablet",
    "gemfibrozil 600 mg tablet": "Lopid 600 mg tablet",
    "metoprolol tartrate 50 mg tablet": "Lopressor 50 mg tablet",
}
lines = st.lists(st.sampled_from(DAILY), min_size=1, max_size=5, unique=True)
people = st.fixed_dictionaries(
    {
        "age": st.sampled_from([None, 40, 70]),
        "sex": st.sampled_from([None, "F", "M"]),
        "egfr": st.sampled_from([None, 25, 50, 90]),
        "conditions": st.sampled_from([(), ("I10",), ("I50.9",), ("E11.9", "N18.4"), ("J45.909",)]),
        "labs": st.sampled_from([(), ("potassium 3.1 mmol/L",), ("potassium 5.9 mmol/L", "sodium 128 mmol/L")]),
    }
)


def taking(drug: str, **details: str) -> dict[str, str]:
    return {"drug": drug, "sig": "1 tablet daily", "active": "yes", **details}


def patients(*regimens, **details) -> Told:
    return tell([Example(fires=False, drugs=drugs, **details) for drugs in regimens], load())


def said(run: Told, place: int, *columns: str) -> set[tuple[object, ...]]:
    return set(run.findings(place)[list(columns)].itertuples(index=False, name=None))


@SLOW
@given(lines, people)
def test_an_unrelated_drug_changes_nothing(drugs, person):
    regimen = [taking(drug) for drug in drugs]
    run = patients(regimen, [*regimen, taking(UNRELATED)], **person)
    columns = ("rule", "subject", "severity", "certainty", "drugs", "message")
    assert said(run, 0, *columns) == said(run, 1, *columns)


@SLOW
@given(lines, people)
def test_a_drug_stopped_long_ago_is_in_no_finding(drugs, person):
    stopped = {"drug": drugs[0], "sig": "1 tablet daily", "start": "900 days ago", "end": "500 days ago"}
    run = patients([stopped, *(taking(drug) for drug in drugs[1:])], **person)
    found = run.findings()
    found = found[~found["kind"].isin(["cascade"]).to_numpy()]
    assert not found["drugs"].str.contains(drugs[0], regex=False).any()


@SLOW
@given(lines, people, st.sampled_from(["simvastatin", "lovastatin", "rosuvastatin", "spironolactone"]))
def test_raising_a_dose_never_lowers_a_severity(drugs, person, raised):
    others = [taking(drug) for drug in drugs if raised not in drug]
    strengths = ("5", "10", "20", "40", "80")
    run = patients(*([taking(f"{raised} {mg} mg tablet"), *others] for mg in strengths), **person)
    worst = []
    for place in range(len(strengths)):
        found = run.findings(place)
        about = found[found["drugs"].str.contains(raised, regex=False).to_numpy()]
        worst.append(min((SEVERITIES.index(severity) for severity in about["severity"]), default=len(SEVERITIES)))
    assert worst == sorted(worst, reverse=True)


@SLOW
@given(lines, people)
def test_brand_or_generic_makes_no_difference(drugs, person):
    generic = [taking(drug) for drug in drugs]
    brand = [taking(BRANDS.get(drug, drug)) for drug in drugs]
    run = patients(generic, brand, **person)
    columns = ("rule", "subject", "severity", "grade", "certainty", "urgency", "missing", "facts")
    assert said(run, 0, *columns) == said(run, 1, *columns)


@SLOW
@given(st.lists(lines, min_size=2, max_size=4), people)
def test_other_patients_make_no_difference(regimens, person):
    together = patients(*([taking(drug) for drug in drugs] for drugs in regimens), **person)
    columns = [name for name in records.FINDING_COLUMNS if name not in ("patient_id", "finding_id", "source_rows")]
    for place, drugs in enumerate(regimens):
        alone = patients([taking(drug) for drug in drugs], **person)
        assert said(together, place, *columns) == said(alone, 0, *columns)


@SLOW
@given(st.lists(lines, min_size=1, max_size=3), people, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(regimens, person, random):
    examples = [Example(fires=False, drugs=[taking(drug) for drug in drugs], **person) for drugs in regimens]
    read = to_read(examples, AS_OF)
    order = list(range(len(read.records)))
    random.shuffle(order)
    shuffled = records.ReadResult(
        read.records.iloc[order].reset_index(drop=True), read.rejected, read.ignored, read.rows, read.companions
    )
    first, second = (table_of(one) for one in (read, shuffled))
    pd.testing.assert_frame_equal(first, second)


def table_of(read: records.ReadResult) -> pd.DataFrame:
    knowledge = load()
    recognised = recognise.recognise(read.records, knowledge)
    facts = profile.build(read, recognised, knowledge, profile.ProfileSettings(as_of=AS_OF))
    return screen.screen(facts, knowledge).findings


@SLOW
@given(lines, people)
def test_what_is_confirmed_while_a_drug_is_in_doubt_holds_with_and_without_it(drugs, person):
    rest = [taking(drug) for drug in drugs[1:]]
    stopped = taking(drugs[0], active="", start="900 days ago", end="500 days ago")
    run = patients([taking(drugs[0], active="unknown"), *rest], [taking(drugs[0]), *rest], [stopped, *rest], **person)
    replacing = {name.partition("/")[0] for rule in load().rules for name in rule.replaces}
    doubtful = run.findings(0)
    confirmed = set(doubtful.loc[(doubtful["certainty"] == "confirmed").to_numpy(), "rule"]) - replacing
    for place in (1, 2):
        assert confirmed <= {rule for (rule,) in said(run, place, "rule")}


def test_every_made_up_line_is_recognised():
    run = patients([taking(drug) for drug in (*DAILY, *BRANDS.values())])
    assert (run.recognised.items["status"].isin(["exact", "normalised"])).all()
    assert len(np.unique(run.facts.exposures["product"])) >= len(DAILY) - 3
