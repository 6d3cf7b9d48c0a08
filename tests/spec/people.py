"""Readable patients → everything the stages need: the examples beside the rules, and patients written in tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from medcramp import profile, recognise, records, screen
from medcramp.knowledge import Knowledge
from medcramp.knowledge.rules import Example, ExampleDrug
from medcramp.logic.facts import Facts

AS_OF = date(2025, 3, 15)
LAB = re.compile(
    r"(?P<test>.+?)\s+(?P<value>[<>]?[\d.]+)\s*(?P<unit>[^\s(,]*)\s*"
    r"(?:\(upper limit (?P<upper>[\d.]+)\))?(?:,? (?P<ago>\d+) days ago)?"
)
STATUS = {"yes": "active", "no": "stopped", "unknown": "unknown"}


@dataclass(frozen=True)
class Told:
    """Facts of some patients (patient_id = place in the list) and the screening of them."""

    read: records.ReadResult
    recognised: records.Recognised
    facts: Facts
    screened: screen.Screened

    def findings(self, place: int = 0) -> pd.DataFrame:
        """Findings of one patient."""
        table = self.screened.findings
        return table[(table["patient_id"] == patient_id(place)).to_numpy()]


def patient_id(place: int) -> str:
    return f"{place:05}"


def tell(examples: Sequence[Example], knowledge: Knowledge) -> Told:
    """Read, recognise, profile and screen the patients; all must share index date and jurisdiction."""
    as_of = date.fromisoformat(examples[0].as_of) if examples[0].as_of else AS_OF
    read = to_read(examples, as_of)
    recognised = recognise.recognise(read.records, knowledge)
    settings = profile.ProfileSettings(as_of=as_of, jurisdiction=examples[0].jurisdiction)
    facts = profile.build(read, recognised, knowledge, settings)
    return Told(read, recognised, facts, screen.screen(facts, knowledge))


def to_read(examples: Sequence[Example], as_of: date) -> records.ReadResult:
    """The patients as reading would give them; every patient is a table of its own."""
    rows: list[dict[str, object]] = []
    companions: dict[str, list[dict[str, object]]] = {name: [] for name in records.COMPANION_COLUMNS}
    for place, example in enumerate(examples):
        who = {"patient_id": patient_id(place)}
        for line, drug in enumerate(example.drugs or ("(none)",)):
            rows.append({"source_file": f"{place}.csv", "source_row": line + 2, **who, **_record(drug, as_of)})
        facts = {name: getattr(example, name) for name in ("age", "sex", "egfr", "pregnant_weeks")}
        if any(value is not None for value in facts.values()):
            companions["patients"].append({**who, **facts})
        companions["conditions"] += [{**who, "icd10": code} for code in example.conditions]
        companions["allergies"] += [{**who, "substance": substance} for substance in example.allergies]
        companions["labs"] += [{**who, **_lab(text, as_of)} for text in example.labs]
    frame = pd.DataFrame(
        {name: records.text_column(_text(row.get(name)) for row in rows) for name in records.RECORD_COLUMNS}
    )
    frame["source_row"] = np.array([row["source_row"] for row in rows], dtype=np.int32)
    return records.ReadResult(
        records=frame,
        rejected=pd.DataFrame(columns=list(records.ROW_NOTE_COLUMNS)),
        ignored=pd.DataFrame(columns=list(records.ROW_NOTE_COLUMNS)),
        rows=records.RowLedger(read=len(rows), used=len(rows)),
        companions={name: _companion(name, table) for name, table in companions.items() if table},
    )


def _companion(name: str, rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    columns = records.COMPANION_COLUMNS[name]
    return pd.DataFrame({column: records.text_column(_text(row.get(column)) for row in rows) for column in columns})


def _record(drug: str | ExampleDrug, as_of: date) -> dict[str, object]:
    if isinstance(drug, str):
        name, _, sig = drug.partition(", ")
        return {"drug": name, "sig": sig, "status": "active"}
    settled = drug.status or drug.end or drug.days_supply
    status = drug.status or STATUS.get(drug.active, "" if settled else "active")
    return {
        "drug": drug.drug,
        "sig": drug.sig,
        "route": drug.route,
        "start_date": day(drug.start, as_of),
        "end_date": day(drug.end, as_of),
        "days_supply": drug.days_supply,
        "quantity": drug.quantity,
        "status": status,
    }


def day(text: str | None, as_of: date) -> str | None:
    """An ISO date, or "40 days ago" counted from the index date."""
    ago = re.fullmatch(r"(\d+) days ago", text or "")
    return (as_of - timedelta(days=int(ago[1]))).isoformat() if ago else text


def _lab(text: str, as_of: date) -> dict[str, object]:
    match = LAB.fullmatch(text)
    assert match, f"not a laboratory result: {text}"
    taken = as_of - timedelta(days=int(match["ago"] or 3))
    return {
        "test": match["test"],
        "value": match["value"],
        "unit": match["unit"],
        "date": taken.isoformat(),
        "upper_limit": match["upper"],
    }


def _text(value: object) -> str | None:
    return None if value is None or value == "" else f"{value:g}" if isinstance(value, float) else str(value)
