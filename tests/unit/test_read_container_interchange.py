"""FHIR, HL7 v2, ASAP, OMOP and Synthea: what each says, under canonical titles and in the right row."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from fixtures.exports import grids, gzip_of, records, tarred, texts, written, zipped
from medcramp.errors import InputUnreadableError
from medcramp.read.grids import Grid

RXNORM, NDC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/ndc"


def by_role(path: Path) -> dict[str, list[dict[str, str | None]]]:
    """Role → its rows by title; every grid says what it is."""
    found: dict[str, list[dict[str, str | None]]] = {}
    for grid in grids(path):
        assert grid.role and grid.titled
        found.setdefault(grid.role, []).extend(records(grid))
    return found


def entry(kind: str, identity: str, **fields: Any) -> dict[str, Any]:
    return {"fullUrl": f"urn:uuid:{identity}", "resource": {"resourceType": kind, "id": identity, **fields}}


def coded(system: str, code: str, display: str = "", text: str = "") -> dict[str, Any]:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


PATIENT = entry(
    "Patient",
    "p1",
    name=[
        {"use": "nickname", "text": "Lu"},
        {"use": "official", "family": "Doe", "given": ["Jo", "Q"], "suffix": ["Sr"]},
    ],
    gender="female",
    birthDate="1944-03-09",
)
REQUEST = entry(
    "MedicationRequest",
    "m1",
    status="on-hold",
    intent="order",
    subject={"reference": "urn:uuid:p1"},
    medicationCodeableConcept=coded(RXNORM, "1234", "madeupol 20 MG Oral Tablet", "MADEUPOL 20"),
    authoredOn="2025-01-06T10:00:00+01:00",
    requester={"reference": "Practitioner/d1"},
    dosageInstruction=[{"text": "ONE DAILY", "route": coded("x", "y", "oral")}],
    dispenseRequest={"quantity": {"value": 60.0}, "expectedSupplyDuration": {"value": 2, "code": "wk"}},
)
DISPENSE = entry(
    "MedicationDispense",
    "m2",
    status="completed",
    subject={"reference": "https://server.example/fhir/Patient/p1/_history/3"},
    medicationCodeableConcept=coded(NDC, "16714-685-01"),
    quantity={"value": 7.5},
    daysSupply={"value": 30, "unit": "days"},
    whenHandedOver="2025-03-04",
    dosageInstruction=[
        {
            "timing": {"repeat": {"frequency": 1, "period": 6, "periodUnit": "h"}},
            "asNeededBoolean": True,
            "doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "tablet"}}}],
        }
    ],
)
STATEMENT = entry(
    "MedicationStatement",
    "m3",
    status="active",
    subject={"reference": "Patient/p1"},
    contained=[{"resourceType": "Medication", "id": "c1", "code": {"text": "EXAMPLIN"}, "form": {"text": "tablet"}}],
    medicationReference={"reference": "#c1"},
    effectivePeriod={"start": "2024-01-01", "end": "2024-02-01"},
)
OTHERS = [
    entry("Practitioner", "d1", name=[{"family": "Grey", "given": ["Ann"]}]),
    entry(
        "Condition", "k1", subject={"reference": "Patient/p1"}, code=coded("http://hl7.org/fhir/sid/icd-10-cm", "N18.3")
    ),
    entry(
        "Condition",
        "k2",
        subject={"reference": "Patient/p1"},
        clinicalStatus=coded("x", "resolved"),
        code=coded("http://hl7.org/fhir/sid/icd-10-cm", "E87.6"),
    ),
    entry(
        "Observation",
        "o1",
        status="final",
        subject={"reference": "Patient/p1"},
        code=coded("http://loinc.org", "2823-3"),
        effectiveDateTime="2025-02-01",
        valueQuantity={"value": 3.1, "unit": "mmol/L", "comparator": "<"},
        referenceRange=[{"high": {"value": 5.1}}],
    ),
    entry("AllergyIntolerance", "a1", patient={"reference": "Patient/p1"}, code={"text": "examplin"}),
]
BUNDLE = {"resourceType": "Bundle", "type": "collection", "entry": [PATIENT, REQUEST, DISPENSE, STATEMENT, *OTHERS]}


def check_fhir(found: Mapping[str, list[dict[str, str | None]]]) -> None:
    request, dispense, statement = found["records"]
    assert {title: request[title] for title in ("patient_id", "Last Name", "First Name", "Middle Name", "Suffix")} == {
        "patient_id": "p1",
        "Last Name": "Doe",
        "First Name": "Jo",
        "Middle Name": "Q",
        "Suffix": "Sr",
    }
    assert (request["drug"], request["rxcui"], request["ndc"]) == ("MADEUPOL 20", "1234", None)
    assert (request["quantity"], request["days_supply"], request["start_date"]) == ("60", "14", "2025-01-06")
    assert (request["status"], request["prescriber"], request["route"]) == ("on-hold", "Grey, Ann", "oral")
    assert (dispense["drug"], dispense["ndc"], dispense["quantity"]) == (None, "16714-685-01", "7.5")
    assert (dispense["sig"], dispense["Frequency"]) == (None, "1-2 tablet, once every 6 hours, as needed")
    assert (dispense["patient_id"], dispense["birth_date"], dispense["days_supply"]) == ("p1", "1944-03-09", "30")
    assert (statement["drug"], statement["form"], statement["end_date"]) == ("EXAMPLIN", "tablet", "2024-02-01")
    assert found["conditions"] == [{"patient_id": "p1", "icd10": "N18.3"}]
    (lab,) = found["labs"]
    assert (lab["test"], lab["value"], lab["upper_limit"], lab["date"]) == ("2823-3", "<3.1", "5.1", "2025-02-01")
    assert found["allergies"] == [{"patient_id": "p1", "substance": "examplin"}]
    assert [row["patient_id"] for row in found["patients"]] == ["p1"]


def ndjson(*entries: Mapping[str, Any]) -> bytes:
    return "".join(json.dumps(item["resource"]) + "\n" for item in entries).encode()


def test_fhir_bundle(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(BUNDLE, indent=1).encode())
    check_fhir(by_role(path))
    assert grids(path)[0].source_rows(4).tolist() == [0, 2, 3, 4]  # titles, then entries of the bundle


def test_fhir_ndjson(tmp_path: Path) -> None:
    path = written(tmp_path, ndjson(*BUNDLE["entry"]))
    check_fhir(by_role(path))
    assert grids(path)[0].source_rows(4).tolist() == [0, 2, 3, 4]  # lines of the file


def test_fhir_bulk_export_in_files_of_one_kind_each(tmp_path: Path) -> None:
    members = {"Patient.ndjson": ndjson(PATIENT), "Other.ndjson": ndjson(*OTHERS)}
    members["Medications.ndjson"] = ndjson(REQUEST, DISPENSE, STATEMENT)
    for content in (zipped(members), tarred(members), gzip_of(tarred(members, "w"))):
        check_fhir(by_role(written(tmp_path, content)))


def test_fhir_that_forbids_a_medicine_does_not_list_it_as_taken(tmp_path: Path) -> None:
    resource = {**REQUEST["resource"], "status": "active", "doNotPerform": True}
    (record,) = by_role(written(tmp_path, json.dumps(resource).encode()))["records"]
    assert record["status"] == "cancelled"


def test_json_of_another_kind_beside_fhir_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, zipped({"a.json": json.dumps(BUNDLE).encode(), "settings.json": b'{"a": {"b": 1}}'}))
    assert [notice.file for notice in grids(path)[0].notices] == [f"{path}!settings.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps({"resourceType": "Bundle", "entry": [PATIENT]}), "no medication"),
        ('{"a": {"b": 1}}', "neither FHIR nor"),
        (json.dumps(BUNDLE)[:-20], "not well-formed JSON"),
        ('{"a":' * 100_000, "not well-formed JSON"),
        (json.dumps(BUNDLE).replace("MADEUPOL", "\\ud800"), "not well-formed JSON"),
    ],
)
def test_json_that_is_refused(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match=message):
        grids(written(tmp_path, content.encode()))


HL7 = "\r".join(
    [
        r"MSH|^~\&|RX|FAC|||20250304||RDE^O11|1|P|2.5.1",
        r"PID|1||P17^^^FAC^MR~999^^^SSA^SS||DOE^JO^Q^SR||19440309|F",
        "AL1|1|DA|^examplin||rash",
        "DG1|1||N18.3^CKD 3^I10",
        r"ORC|NW|A1|||||||20250301|||77^GREY^ANN",
        r"RXE|^^^20250304^20250401|16714-685-01^MADEUPOL \T\ EXAMPLIN 20 MG^NDC|1|2|tab||^TAKE 1\.br\DAILY"
        "|||30||2|||RX9",
        "RXR|^oral",
        "ORC|DC|A2",
        "RXE|^BID|1234^EXAMPLIN 5 MG^RXNORM|1||tablet^tablet",
        "OBX|1|NM|2823-3^K^LN||3.1|mmol/L|3.5-5.1||||F|||20250201",
        r"MSH|^~\&|RX|FAC|||20250305||RDS^O13|2|P|2.5.1",
        "PID|1||P18||SMITH^AL",
        "ORC|RE",
        "RXE|^QD|^MADEUPOL 40 MG|1||tab",
        "RXD|1|^MADEUPOL 40 MG TABLET|20250305101500-0500|90|tab||RX10",
    ]
)


@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
def test_hl7(line_end: str, tmp_path: Path) -> None:
    path = written(tmp_path, ("\x0b" + HL7 + "\r\x1c\r").replace("\r", line_end).encode("cp1252"))
    found = by_role(path)
    ordered, stopped, given = found["records"]
    assert (ordered["patient_id"], ordered["Last Name"], ordered["birth_date"]) == ("P17", "DOE", "1944-03-09")
    assert (ordered["drug"], ordered["ndc"]) == ("MADEUPOL & EXAMPLIN 20 MG", "16714-685-01")
    assert (ordered["sig"], ordered["quantity"], ordered["Rx Number"]) == ("TAKE 1\nDAILY", "30", "RX9")
    assert (ordered["start_date"], ordered["end_date"], ordered["route"]) == ("2025-03-04", "2025-04-01", "oral")
    assert ordered["prescriber"] == "GREY, ANN"
    assert (stopped["status"], stopped["rxcui"], stopped["Frequency"]) == ("discontinued", "1234", "1 tablet, BID")
    assert (given["patient_id"], given["birth_date"], given["sex"]) == ("P18", None, None)
    assert (given["drug"], given["quantity"], given["status"]) == ("MADEUPOL 40 MG TABLET", "90", "dispensed")
    assert given["start_date"] == "2025-03-05"
    assert found["labs"][0]["value"] == "3.1" and found["labs"][0]["upper_limit"] == "5.1"
    assert found["allergies"] == [{"patient_id": "P17", "substance": "examplin", "reaction": "rash"}]
    assert found["conditions"] == [{"patient_id": "P17", "icd10": "N18.3"}]
    assert grids(path)[0].source_rows(4).tolist() == [0, 6, 9, 15]


def test_hl7_without_medicines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match="no pharmacy order"):
        grids(written(tmp_path, "\r".join(HL7.split("\r")[:2]).encode()))


ASAP = (
    "TH*4.2*1*01**20250304*1200*P**~~",
    "IS*1*PHARMACY~PHA*NPI~",
    "PAT***P17****DOE*JO*Q**SR*******19440309*F*01~",
    "DSP*00*RX1*20250301*2*20250304*0*01*00054429925*30*15~",
    "PRE*1****GREY*ANN~",
    "DSP*02*RX2*20250301*2*20250304*0*01*16714068501*30*30~",
    "DSP*00*RX3*20250301*2*20250304*0*06*99999999999*60*30~CDI*1*01*00054429925*10~CDI*2*01*16714068501*20~",
    "PRE*1****GREY*ANN~",
    "PAT***P18****DOE*REX**********20200101*U*02~DSP*00*RX4*20250301*2*20250304*0*01*16714068501*5*5~",
    "TP*9~TT*1*12~",
)


@pytest.mark.parametrize("joint", ["\r\n", ""])
def test_asap(joint: str, tmp_path: Path) -> None:
    path = written(tmp_path, joint.join(ASAP).encode())
    found = by_role(path)["records"]
    assert [row["Rx Number"] for row in found] == ["RX1", "RX2", "RX3", "RX4"]
    assert [row["ndc"] for row in found] == ["00054429925", "16714068501", None, "16714068501"]
    assert found[2]["drug"] == "compound of NDC 00054429925 + 16714068501"
    assert [row["status"] for row in found] == ["dispensed", "reversed", "dispensed", "dispensed"]
    assert [row["prescriber"] for row in found] == ["GREY, ANN", None, "GREY, ANN", None]
    assert [row["quantity"] for row in found] == ["30", "30", "60", "5"]
    assert found[3]["Species"] == "animal" and found[0]["Species"] is None
    assert (found[0]["Last Name"], found[0]["birth_date"], found[0]["days_supply"]) == ("DOE", "19440309", "15")


def test_asap_with_other_marks(tmp_path: Path) -> None:
    content = "\n".join(ASAP).replace("*", "|").replace("~", "^")
    assert len(by_role(written(tmp_path, content.encode()))["records"]) == 4


def test_asap_cut_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match="trailer"):
        grids(written(tmp_path, "\n".join(ASAP[:-1]).encode()))


OMOP = {
    "PERSON.csv": "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,gender_source_value\n"
    "1,8532,1944,3,9,F\n2,0,1950,,,M\n",
    "drug_exposure.csv": "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date,"
    "quantity,days_supply,sig,drug_source_value,drug_source_concept_id\n"
    "10,1,500,2025-01-06,2025-02-06,30,30,ONE DAILY,ABC,600\n11,2,0,2025-01-07,,,,,MADEUPOL 40,0\n",
    "CONCEPT.csv": "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_code\n"
    '7\t"unbalanced\tDrug\tRxNorm\t1\n500\tmadeupol 20 MG\tDrug\tRxNorm\t1234\n600\tx\tDrug\tNDC\t16714068501\n'
    "700\tckd\tCondition\tICD10CM\tN18.3\n800\tpotassium\tMeasurement\tLOINC\t2823-3\n900\tmM\tUnit\tUCUM\tmmol/L\n",
    "condition_occurrence.csv": "person_id,condition_concept_id,condition_start_date,condition_source_concept_id\n"
    "1,0,2020-01-01,700\n",
    "measurement.csv": "person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id,range_high\n"
    "2,800,2025-02-01,3.1,900,5.1\n",
}


def check_omop(found: Mapping[str, list[dict[str, str | None]]]) -> None:
    known, unknown = found["records"]
    assert (known["patient_id"], known["birth_date"], known["sex"]) == ("1", "1944-03-09", "8532")
    assert (known["drug"], known["rxcui"], known["ndc"]) == ("madeupol 20 MG", "1234", "16714068501")
    assert (known["start_date"], known["end_date"], known["quantity"]) == ("2025-01-06", "2025-02-06", "30")
    assert (unknown["drug"], unknown["rxcui"], unknown["birth_date"]) == ("MADEUPOL 40", None, None)
    assert unknown["sex"] == "M"
    assert found["conditions"] == [{"patient_id": "1", "icd10": "N18.3", "date": "2020-01-01"}]
    assert found["labs"] == [
        {
            "patient_id": "2",
            "test": "2823-3",
            "value": "3.1",
            "unit": "mmol/L",
            "date": "2025-02-01",
            "upper_limit": "5.1",
        }
    ]


def test_omop_folder(tmp_path: Path) -> None:
    for name, content in OMOP.items():
        written(tmp_path, content.encode(), name)
    check_omop(by_role(tmp_path))


def test_omop_in_parquet(tmp_path: Path) -> None:
    for name, content in OMOP.items():
        options = pacsv.ParseOptions(delimiter="\t" if "\t" in content else ",", quote_char=False)
        table = pacsv.read_csv(io.BytesIO(content.encode()), parse_options=options)
        pq.write_table(table, tmp_path / name.replace(".csv", ".parquet"))
    check_omop(by_role(tmp_path))


def test_omop_without_vocabulary_keeps_the_names_of_the_source(tmp_path: Path) -> None:
    members = {name: content.encode() for name, content in OMOP.items() if name != "CONCEPT.csv"}
    path = written(tmp_path, zipped(members))
    assert [row["drug"] for row in by_role(path)["records"]] == ["ABC", "MADEUPOL 40"]
    assert "no concept table" in grids(path)[0].notices[0].message


SYNTHEA = {
    "medications.csv": "START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION\n2020-01-01,,p1,x,e,1234,madeupol\n",
    "patients.csv": "Id,BIRTHDATE,FIRST,LAST,GENDER\np1,1944-03-09,Jo1,Doe2,F\n",
    "observations.csv": "DATE,PATIENT,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n2020-01-01,p1,2823-3,K,3.1,mmol/L,numeric\n",
    "encounters.csv": "Id,START\ne,2020-01-01\n",
}


def test_synthea_folder_says_what_each_file_is(tmp_path: Path) -> None:
    for name, content in SYNTHEA.items():
        written(tmp_path, content.encode(), name)
    found: list[Grid] = grids(tmp_path)
    assert [grid.role for grid in found] == ["records", "patients", "labs"]
    assert texts(found[0])[1][5:] == ["1234", "madeupol"]
    assert [notice.file for notice in found[0].notices] == [f"{tmp_path}/encounters.csv"]
