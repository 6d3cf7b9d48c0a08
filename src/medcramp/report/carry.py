"""Match an earlier workbook with this run: what is new, changed or settled, and where each typed cell belongs now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from medcramp.escape import sheet_key
from medcramp.records import Tables
from medcramp.report.previous import Previous, Typed
from medcramp.report.tables import text_codes
from medcramp.report.workbook.styles import DISPLAY

_COMPARED = ("severity", "urgency", "certainty", "drugs")
_ROW_SHEETS = {"Findings": "finding", "Settled": "finding", "Worklist": "patient", "Unrecognised": "text"}


@dataclass(frozen=True)
class Carried:
    """What an earlier workbook adds to this one.

    `change`: finding id → new / persisting / changed / settled. `entries`: kind of row (finding, patient, text) →
    row key → entry column → what was typed. `leftovers`: typed cells whose row is gone. `resolved`: findings of last
    time that are no more. Keys are `escape.sheet_key` of the ids.
    """

    change: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    leftovers: tuple[Typed, ...] = ()
    resolved: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    settled_patients: frozenset[str] = frozenset()
    severities_before: Mapping[str, int] = field(default_factory=dict)
    is_share: bool = False

    def without_leftovers(self) -> Carried:
        """For a workbook that holds a share of the patients: leftovers and resolved findings are in the whole one."""
        return replace(self, leftovers=(), resolved={}, is_share=True)


def carry(previous: Previous, tables: Tables, as_of: date) -> Carried:
    """Match by id. Nothing typed is dropped: a text whose row is gone, or a second one for a cell, is left over."""
    findings = _finding_facts(tables.findings)
    keys = {
        "finding": set(findings),
        "patient": _keys(tables.patients["patient_id"]),
        "text": _keys(tables.unrecognised["text"]),
    }
    entries: dict[str, dict[str, dict[str, str]]] = {kind: defaultdict(dict) for kind in keys}
    leftovers: list[Typed] = []
    for cell in previous.typed:
        kind = _ROW_SHEETS.get(cell.sheet, "")
        row = entries[kind][cell.key] if kind and cell.key in keys[kind] else None
        if row is None or not cell.column.startswith("entry_") or row.get(cell.column, cell.value) != cell.value:
            leftovers.append(cell)
        else:
            row[cell.column] = cell.value
    change = {key: _change(facts, previous, entries["finding"].get(key, {}), as_of) for key, facts in findings.items()}
    return Carried(
        change=change,
        entries=entries,
        leftovers=tuple(dict.fromkeys(leftovers)),
        resolved={key: facts for key, facts in previous.findings.items() if key not in findings},
        severities_before=Counter(facts["severity"] for facts in previous.findings.values())
        if previous.complete
        else {},
        settled_patients=_settled_patients(findings, change, entries["patient"], as_of),
    )


def is_settled(entry: Mapping[str, str], as_of: date) -> bool:
    """True when a row was settled until a date that has not passed."""
    try:
        return date.fromisoformat(entry.get("entry_until", "")) >= as_of
    except ValueError:
        return False


def _change(facts: Mapping[str, str], previous: Previous, entry: Mapping[str, str], as_of: date) -> str:
    before = previous.findings.get(facts["finding_id"])
    if before is None:
        return "new" if previous.complete else ""
    if any(sheet_key(before[name]) != facts[name] for name in _COMPARED):
        return "changed"
    # An emergency is never put out of sight, whatever was typed beside it.
    if facts["urgency"] != "emergency" and is_settled(entry, as_of):
        return "settled"
    return "persisting"


def _settled_patients(
    findings: Mapping[str, Mapping[str, str]],
    change: Mapping[str, str],
    patient_entries: Mapping[str, Mapping[str, str]],
    as_of: date,
) -> frozenset[str]:
    """Patients for whom nothing is left to do: every finding settled, or the patient settled and nothing new."""
    states: dict[str, set[str]] = defaultdict(set)
    for key, facts in findings.items():
        urgent = facts["urgency"] == "emergency"
        states[facts["patient_id"]].add("emergency" if urgent else change[key])
    return frozenset(
        patient
        for patient, seen in states.items()
        if seen <= {"settled"}
        or (seen <= {"settled", "persisting"} and is_settled(patient_entries.get(patient, {}), as_of))
    )


def _finding_facts(findings: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Finding id → what is compared, as `sheet_key` of what stands in a workbook."""
    names = ("finding_id", "patient_id", *_COMPARED)
    texts = {name: sheet_keys(findings[name], is_list=name == "drugs") for name in names}
    return {row[0]: dict(zip(names, row, strict=True)) for row in zip(*texts.values(), strict=True)}


def sheet_keys(column: pd.Series, is_list: bool = False) -> list[str]:
    """`sheet_key` of every value as a workbook shows it; "" where unknown."""
    codes, distinct = text_codes(column)
    shown = [text.replace(";", "\n") if is_list else DISPLAY.get(text, text) for text in distinct]
    keys = [*map(sheet_key, shown), ""]
    return [keys[code] for code in codes.tolist()]


def _keys(column: pd.Series) -> set[str]:
    return set(sheet_keys(column)) - {""}
