"""A population survey's layout (one row per person and drug, sentinel codes, names in capitals): counts per subclass
must equal those derived here from the names alone, by another way."""

import csv
import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

# Subclass by ingredient, written down again from the pharmacology, not read from the knowledge tables.
THIAZIDES = "HYDROCHLOROTHIAZIDE CHLOROTHIAZIDE METHYCLOTHIAZIDE BENDROFLUMETHIAZIDE"
SUBCLASSES = {
    "thiazide": THIAZIDES,
    "thiazide_like": "CHLORTHALIDONE INDAPAMIDE METOLAZONE",
    "loop": "FUROSEMIDE BUMETANIDE TORSEMIDE ETHACRYNIC_ACID",
    "k_sparing_enac": "AMILORIDE TRIAMTERENE",
    "mra_steroidal": "SPIRONOLACTONE EPLERENONE",
    "carbonic_anhydrase": "ACETAZOLAMIDE METHAZOLAMIDE",
    "statin": "ATORVASTATIN SIMVASTATIN LOVASTATIN PRAVASTATIN ROSUVASTATIN PITAVASTATIN FLUVASTATIN",
    "saba_inhaled": "ALBUTEROL LEVALBUTEROL PIRBUTEROL",
    "laba": "SALMETEROL FORMOTEROL ARFORMOTEROL INDACATEROL VILANTEROL",
    "ccb_dhp": "AMLODIPINE NIFEDIPINE FELODIPINE ISRADIPINE NISOLDIPINE NICARDIPINE",
    "ccb_non_dhp": "VERAPAMIL DILTIAZEM",
    "ace_inhibitor": "LISINOPRIL BENAZEPRIL CAPTOPRIL ENALAPRIL FOSINOPRIL QUINAPRIL RAMIPRIL TRANDOLAPRIL",
}
SUBCLASS_OF = {name.replace("_", " "): subclass for subclass, names in SUBCLASSES.items() for name in names.split()}
LOCAL = (" OPHTHALMIC", " TOPICAL", " NASAL", " OTIC")
SENTINELS = {"", "55555", "77777", "99999"}

# person, drug: as the survey prints them
PEOPLE = [
    ("73001", "HYDROCHLOROTHIAZIDE; LISINOPRIL"),
    ("73001", "ALBUTEROL"),
    ("73001", "99999"),
    ("73002", "DORZOLAMIDE; TIMOLOL OPHTHALMIC"),
    ("73002", "SIMVASTATIN"),
    ("73003", ""),
    ("73004", "55555"),
    ("73004", "FUROSEMIDE"),
    ("73004", "FUROSEMIDE"),
    ("73004", "AMLODIPINE; HYDROCHLOROTHIAZIDE; VALSARTAN"),
    ("73005", "NYSTATIN TOPICAL"),
    ("73005", "LIDOCAINE; PRILOCAINE TOPICAL"),
    ("73005", "BUDESONIDE; FORMOTEROL"),
    ("73006", "HYDRALAZINE"),
    ("73006", "HYDROXYZINE"),
    ("73006", "TRANDOLAPRIL; VERAPAMIL"),
    ("73007", "EZETIMIBE; SIMVASTATIN"),
    ("73007", "77777"),
    ("73008", "ACETAZOLAMIDE"),
    ("73008", "METHAZOLAMIDE"),
    ("73009", "HYDROCHLOROTHIAZIDE; TRIAMTERENE"),
    ("73009", "SPIRONOLACTONE"),
    ("73010", "METOLAZONE"),
    ("73010", "FLUTICASONE NASAL"),
    ("73010", "FLUTICASONE; SALMETEROL"),
]


def patients_per_subclass(rows):
    """Distinct people per subclass, from the names alone."""
    people = defaultdict(set)
    for person, drug in rows:
        if drug in SENTINELS or drug.endswith(LOCAL):
            continue
        for name in drug.split("; "):
            if name in SUBCLASS_OF:
                people[SUBCLASS_OF[name]].add(person)
    return {subclass: len(found) for subclass, found in people.items()}


def patients_per_class_finding(out):
    people = defaultdict(set)
    with (out / "tables" / "findings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            subclass = row["rule"].removeprefix("CLASS-")
            if row["kind"] == "class" and subclass in SUBCLASSES:
                people[subclass].add(row["patient_id"])
    return {subclass: len(found) for subclass, found in people.items()}


def screen(medcramp, path, out):
    done = medcramp("screen", path, "--map", "patient_id=SEQN", "--map", "drug=RXDDRUG", "--out", out)
    assert done.returncode == 0, done.stderr
    return json.loads((out / "run.json").read_text())["rows"]


def test_counts_per_subclass(tmp_path, medcramp):
    path = tmp_path / "survey.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("SEQN", "RXDUSE", "RXDDRUG", "RXDDAYS")] + [(p, "1", d, "") for p, d in PEOPLE])
    rows = screen(medcramp, path, tmp_path / "out")
    used = {row for row in PEOPLE if row[1] not in SENTINELS}  # a row that repeats another to the letter counts once
    assert rows == {"read": len(PEOPLE), "used": len(used), "rejected": 0, "ignored": len(PEOPLE) - len(used)}
    assert patients_per_class_finding(tmp_path / "out") == patients_per_subclass(PEOPLE)


@pytest.mark.skipif("MEDCRAMP_SURVEY" not in os.environ, reason="set MEDCRAMP_SURVEY to the survey's medications.csv")
def test_counts_per_subclass_on_the_whole_survey(tmp_path, medcramp):
    path = Path(os.environ["MEDCRAMP_SURVEY"])
    with path.open(encoding="latin-1", newline="") as file:
        people = [(row["SEQN"], row["RXDDRUG"]) for row in csv.DictReader(file)]
    screen(medcramp, path, tmp_path / "out")
    assert patients_per_class_finding(tmp_path / "out") == patients_per_subclass(people)
