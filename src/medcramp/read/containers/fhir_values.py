"""Small parts of FHIR R4 resources as text: concepts, references, names, dosages. Absent parts are ""."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Resource = Mapping[str, Any]

_UNITS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7}


def first(value: Any) -> Any:
    """The first element of a list; the value itself when it is none; {} for nothing."""
    if isinstance(value, list):
        return value[0] if value else {}
    return {} if value is None else value


def part(resource: Any, *path: str) -> Any:
    """The value at the end of the path, the first of every list on the way; {} when there is none."""
    for key in path:
        resource = first(resource)
        resource = resource.get(key) if isinstance(resource, Mapping) else None
    return {} if resource is None else resource


def text(resource: Any, *path: str) -> str:
    """Text or number at the end of the path, else ""."""
    value = first(part(resource, *path))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()  # half a character, escaped
    return str(value) if isinstance(value, int) else ""


def listed(resource: Any, key: str) -> Iterator[Resource]:
    """The objects in a list."""
    values = resource.get(key) if isinstance(resource, Mapping) else None
    yield from (value for value in values if isinstance(value, Mapping)) if isinstance(values, list) else ()


def concept_text(concept: Any) -> str:
    """What a CodeableConcept is called: its own text, else the first display."""
    return text(concept, "text") or next(
        (shown for c in listed(concept, "coding") if (shown := text(c, "display"))), ""
    )


def code(concept: Any, system: str) -> str:
    """The first code whose system holds `system`."""
    codes = (text(c, "code") for c in listed(concept, "coding") if system in text(c, "system").lower())
    return next((found for found in codes if found), "")


def reference_id(reference: Any) -> str:
    """The id a reference points to: last part of "Patient/1", of a URL, of "urn:uuid:…"; "#1" for a contained one."""
    target = text(reference, "reference").partition("/_history/")[0]
    if target.startswith("urn:"):
        return target.rpartition(":")[2]
    return target.rpartition("/")[2] or text(reference, "identifier", "value")


def name_parts(patient: Any) -> dict[str, str]:
    """Last, first, middle name and suffix of the official or first name; whole names stand as last name."""
    names = list(listed(patient, "name"))
    name = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    given = [str(n) for n in name.get("given") or () if isinstance(n, str)]
    family = text(name, "family")
    if not family and not given:
        family = text(name, "text")
    return {
        "Last Name": family,
        "First Name": given[0] if given else "",
        "Middle Name": " ".join(given[1:]),
        "Suffix": text(name, "suffix"),
    }


def directions(dosages: Any) -> str:
    """Directions as the prescriber wrote them."""
    texts = [text(dosage, "text") or text(dosage, "patientInstruction") for dosage in _dosages(dosages)]
    return "; ".join(dict.fromkeys(line for line in texts if line))


def coded_directions(dosages: Any) -> str:
    """What the coded dose, route and timing say together, of dosages that have no text."""
    found = _dosages(dosages)
    if any(text(dosage, "text") or text(dosage, "patientInstruction") for dosage in found):
        return ""
    return "; ".join(dict.fromkeys(line for dosage in found if (line := _coded(dosage))))


def _dosages(dosages: Any) -> list[Resource]:
    return [dosage for dosage in dosages if isinstance(dosage, Mapping)] if isinstance(dosages, list) else []


def _coded(dosage: Resource) -> str:
    repeat = part(dosage, "timing", "repeat")
    often = concept_text(part(dosage, "timing", "code"))
    count, period, unit = text(repeat, "frequency"), text(repeat, "period"), text(repeat, "periodUnit")
    if not often and period and unit in _UNITS:
        times = f"{count or '1'} times " if (count or "1") != "1" else "once "
        often = f"{times}per {_UNITS[unit]}" if period == "1" else f"{times}every {period} {_UNITS[unit]}s"
    needed = "as needed" if dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage else ""
    return ", ".join(piece for piece in (_dose(dosage), concept_text(dosage.get("route")), often, needed) if piece)


def _dose(dosage: Resource) -> str:
    amount = part(dosage, "doseAndRate", "doseQuantity")
    low, high = part(dosage, "doseAndRate", "doseRange", "low"), part(dosage, "doseAndRate", "doseRange", "high")
    if text(amount, "value"):
        return f"{text(amount, 'value')} {text(amount, 'unit') or text(amount, 'code')}".strip()
    if text(low, "value") and text(high, "value"):
        return f"{text(low, 'value')}-{text(high, 'value')} {text(high, 'unit') or text(high, 'code')}".strip()
    return ""


def days(duration: Any) -> str:
    """A duration in days; "" for units that are no whole number of days."""
    unit = (text(duration, "code") or text(duration, "unit") or "d").lower()
    value = text(duration, "value")
    try:
        return f"{float(value) * _DAYS[unit]:.15g}" if value and unit in _DAYS else ""
    except ValueError:
        return ""
