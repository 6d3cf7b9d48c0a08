"""FHIR R4 JSON: bundles, single resources and NDJSON → medication records and companion tables.

Several files are read as one export: bulk exports keep patients, medicines and requests in files of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from medcramp.errors import InputUnreadableError
from medcramp.read.containers import fhir_values as fv
from medcramp.read.containers.fhir_values import Resource
from medcramp.read.containers.interchange import ROW, Gathered, Row, titled_grid
from medcramp.read.containers.json_documents import documents
from medcramp.read.containers.source import Source
from medcramp.read.grids import Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Notice, Progress

FORMAT = "FHIR R4"
_MEDICATION = ("MedicationRequest", "MedicationDispense", "MedicationStatement")
_PAST = {"resolved", "inactive", "refuted", "entered-in-error"}
_NO_RESULT = {"entered-in-error", "cancelled"}


def json_grids(sources: Sequence[Source], options: ReadOptions, progress: Progress) -> Iterator[Grid]:
    """Grids of JSON files: FHIR resources together as one export, lists of flat objects as plain tables.

    Raises InputUnreadableError for JSON that is neither, and for FHIR without anything about medication.
    """
    export = _Export()
    plain: list[Grid] = []
    for number, source in enumerate(sources):
        progress(f"Reading {source.name}", number, len(sources))
        for line, value in documents(source, options.limits):
            if _flat(value):
                plain.append(_plain_grid(source, value, options))
            else:
                export.take_in(source.name, line, value)
    progress("Reading JSON", len(sources), len(sources))
    found = [*plain, *(export.grids(options) if export.medications else ())]
    if not found and export.seen:
        raise InputUnreadableError(
            "holds FHIR resources, but no medication among them",
            file=sources[0].name,
            remedy="export MedicationRequest, MedicationDispense or MedicationStatement as well",
        )
    if not found:
        raise InputUnreadableError(
            "is JSON, but neither FHIR nor a list of rows", file=sources[0].name, remedy="export as CSV or Excel"
        )
    unread = [Notice("is JSON, but neither FHIR nor a list of rows: not read", file) for file in export.strange]
    yield replace(found[0], notices=(*found[0].notices, *unread))
    yield from found[1:]


def _flat(value: Any) -> bool:
    """A list of objects without anything nested in them: a table."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, dict) and "resourceType" not in row for row in value)
        and not any(isinstance(cell, dict | list) for row in value for cell in row.values())
    )


def _plain_grid(source: Source, rows: list[dict[str, Any]], options: ReadOptions) -> Grid:
    titles = list(dict.fromkeys(title for row in rows for title in row))
    shown = {title: fv.text({"title": title}, "title") for title in titles}
    texts = [{shown[title]: fv.text(row, title) for title in row} for row in rows]
    return titled_grid(source.name, "JSON", "", list(shown.values()), texts, options.limits)


@dataclass
class _Export:
    """Everything of interest in the files, references not yet followed."""

    patients: dict[str, Resource] = field(default_factory=dict)
    drugs: dict[str, Resource] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    """Id → name of practitioners and organisations."""
    medications: list[tuple[str, int, Resource]] = field(default_factory=list)
    """(file, row, resource), in the order of the files."""
    companions: dict[str, list[Row]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Last part of an entry's fullUrl → id of the resource, where they differ."""
    seen: Counter[str] = field(default_factory=Counter)
    strange: dict[str, None] = field(default_factory=dict)
    """Files with JSON that is no FHIR."""

    def take_in(self, file: str, line: int, value: Any) -> None:
        """A document: a bundle, a resource, or a list of either."""
        if isinstance(value, list):
            for number, item in enumerate(value, start=1):
                self.take_in(file, number, item)
        elif isinstance(value, Mapping) and value.get("resourceType") == "Bundle":
            for number, entry in enumerate(fv.listed(value, "entry"), start=1):
                resource = fv.part(entry, "resource")
                url = fv.text(entry, "fullUrl")
                alias, own = fv.reference_id({"reference": url}), fv.text(resource, "id")
                if alias and own and alias != own:
                    self.aliases[alias] = own
                self._resource(file, number if line == 1 else line, resource, alias)
        elif isinstance(value, Mapping) and "resourceType" in value:
            self._resource(file, line, value, "")
        else:
            self.strange[file] = None

    def _resource(self, file: str, row: int, resource: Resource, alias: str) -> None:
        kind = fv.text(resource, "resourceType")
        self.seen[kind] += 1
        identity = fv.text(resource, "id") or alias
        if kind in _MEDICATION:
            self.medications.append((file, row, resource))
        elif kind == "Patient":
            self.patients[identity] = resource
        elif kind == "Medication":
            self.drugs[identity] = resource
        elif kind in {"Practitioner", "Organization"}:
            self.people[identity] = _person_name(resource)
        elif kind in _COMPANION_ROWS:
            role, rows = _COMPANION_ROWS[kind]
            for found in rows(resource):
                self.companions.setdefault(role, []).append({ROW: row, **found})

    def patient_of(self, resource: Resource) -> str:
        """Id of the patient a resource is about."""
        reference = resource.get("subject") or resource.get("patient") or {}
        identity = fv.reference_id(reference)
        return self.aliases.get(identity, identity)

    def grids(self, options: ReadOptions) -> Iterator[Grid]:
        """The records of each file, then the companion tables of all files."""
        by_file: dict[str, Gathered] = {}
        for file, row, resource in self.medications:
            gathered = by_file.setdefault(file, Gathered(file, FORMAT))
            gathered.add("records", {ROW: row, **self._record(resource)})
        last = list(by_file.values())[-1]
        for identity, patient in self.patients.items():
            last.add("patients", _patient_row(identity, patient))
        for role, facts in self.companions.items():
            for fact in facts:
                about = str(fact["patient_id"])
                last.add(role, {**fact, "patient_id": self.aliases.get(about, about)})
        if administered := self.seen["MedicationAdministration"]:
            next(iter(by_file.values())).notices.append(
                Notice(f"{administered} single administrations (MedicationAdministration) were not read", last.file)
            )
        for gathered in by_file.values():
            yield from gathered.grids(options.limits)

    def _record(self, resource: Resource) -> dict[str, str]:
        patient = self.patient_of(resource)
        person = self.patients.get(patient, {})
        concept, form = self._medicine(resource)
        dosages = resource.get("dosageInstruction") or resource.get("dosage")
        return {
            "patient_id": patient,
            **(fv.name_parts(person) if person else {"Last Name": fv.text(resource, "subject", "display")}),
            "birth_date": fv.text(person, "birthDate")[:10],
            "sex": fv.text(person, "gender"),
            "drug": fv.concept_text(concept) or fv.text(resource, "medicationReference", "display"),
            "ndc": fv.code(concept, "sid/ndc"),
            "rxcui": fv.code(concept, "rxnorm"),
            "atc": fv.code(concept, "whocc.no/atc"),
            "form": form,
            "route": fv.concept_text(fv.part(dosages, "route")),
            "sig": fv.directions(dosages),
            "Frequency": fv.coded_directions(dosages),
            **_supply(resource),
            "status": "cancelled" if resource.get("doNotPerform") is True else fv.text(resource, "status"),
            "prescriber": self._prescriber(resource),
        }

    def _medicine(self, resource: Resource) -> tuple[Any, str]:
        """The concept that names the medicine, and its form."""
        if "medicationCodeableConcept" in resource:
            return resource["medicationCodeableConcept"], ""
        target = fv.reference_id(resource.get("medicationReference"))
        contained = {"#" + fv.text(item, "id"): item for item in fv.listed(resource, "contained")}
        found = contained.get(target) or self.drugs.get(self.aliases.get(target, target)) or {}
        return found.get("code") or {}, fv.concept_text(found.get("form"))

    def _prescriber(self, resource: Resource) -> str:
        who = resource.get("requester") or resource.get("informationSource") or {}
        target = fv.reference_id(who)
        return fv.text(who, "display") or self.people.get(self.aliases.get(target, target), "")


def _supply(resource: Resource) -> dict[str, str]:
    """Amount, days and dates of a request, dispense or statement."""
    request = fv.part(resource, "dispenseRequest")
    bounds = fv.part(resource, "dosageInstruction", "timing", "repeat", "boundsPeriod")
    given = fv.text(resource, "whenHandedOver") or fv.text(resource, "whenPrepared")
    taken = fv.text(resource, "effectivePeriod", "start") or fv.text(resource, "effectiveDateTime")
    return {
        "quantity": fv.text(request, "quantity", "value") or fv.text(resource, "quantity", "value"),
        "days_supply": fv.days(fv.part(request, "expectedSupplyDuration")) or fv.days(fv.part(resource, "daysSupply")),
        "start_date": (given or taken or fv.text(resource, "authoredOn") or fv.text(bounds, "start"))[:10],
        "end_date": (fv.text(resource, "effectivePeriod", "end") or fv.text(bounds, "end"))[:10],
    }


def _person_name(resource: Resource) -> str:
    if isinstance(resource.get("name"), str):
        return str(resource["name"])
    parts = fv.name_parts(resource)
    return ", ".join(part for part in (parts["Last Name"], parts["First Name"]) if part)


def _patient_row(identity: str, patient: Resource) -> dict[str, str]:
    died = fv.text(patient, "deceasedDateTime")[:10] or fv.text(patient, "deceasedBoolean")
    names = fv.name_parts(patient)
    return {
        "patient_id": identity,
        "Last Name": names["Last Name"],
        "First Name": names["First Name"],
        "birth_date": fv.text(patient, "birthDate")[:10],
        "sex": fv.text(patient, "gender"),
        "Deceased": died if died != "false" else "",
    }


def _is_past(resource: Resource) -> bool:
    states = {fv.text(fv.part(resource, key), "coding", "code") for key in ("clinicalStatus", "verificationStatus")}
    return bool(states & _PAST)


def _conditions(resource: Resource) -> Iterator[dict[str, str]]:
    code = fv.code(resource.get("code"), "icd-10") or fv.code(resource.get("code"), "icd10")
    since = fv.text(resource, "onsetDateTime") or fv.text(resource, "onsetPeriod", "start")
    if code and not _is_past(resource):
        patient = fv.reference_id(resource.get("subject"))
        yield {"patient_id": patient, "icd10": code, "date": (since or fv.text(resource, "recordedDate"))[:10]}


def _labs(resource: Resource) -> Iterator[dict[str, str]]:
    if fv.text(resource, "status") in _NO_RESULT:
        return
    day = fv.text(resource, "effectiveDateTime") or fv.text(resource, "effectivePeriod", "start")
    for result in (resource, *fv.listed(resource, "component")):
        amount = fv.part(result, "valueQuantity")
        test = fv.code(result.get("code"), "loinc") or fv.concept_text(result.get("code"))
        if test and fv.text(amount, "value"):
            yield {
                "patient_id": fv.reference_id(resource.get("subject")),
                "test": test,
                "value": fv.text(amount, "comparator") + fv.text(amount, "value"),
                "unit": fv.text(amount, "unit") or fv.text(amount, "code"),
                "date": (day or fv.text(resource, "issued"))[:10],
                "upper_limit": fv.text(result, "referenceRange", "high", "value"),
            }


def _allergies(resource: Resource) -> Iterator[dict[str, str]]:
    if not _is_past(resource):
        signs = (
            fv.concept_text(sign) for r in fv.listed(resource, "reaction") for sign in fv.listed(r, "manifestation")
        )
        yield {
            "patient_id": fv.reference_id(resource.get("patient")),
            "substance": fv.concept_text(resource.get("code")),
            "reaction": ", ".join(dict.fromkeys(sign for sign in signs if sign)),
        }


_COMPANION_ROWS: Mapping[str, tuple[str, Callable[[Resource], Iterator[dict[str, str]]]]] = {
    "Condition": ("conditions", _conditions),
    "Observation": ("labs", _labs),
    "AllergyIntolerance": ("allergies", _allergies),
}
