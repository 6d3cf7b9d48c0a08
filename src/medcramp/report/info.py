"""What a report is told about the run besides its tables, and how the user wants it written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from medcramp.records import Notice, RowLedger


@dataclass(frozen=True)
class InputFile:
    """One file the run read: its name without folders (a path may name a person), its role and its content hash."""

    name: str
    role: str
    sha256: str


@dataclass(frozen=True)
class RunInfo:
    """Facts about one run. `run_at` goes to run.json only: no clock in tables or workbook."""

    program_version: str
    knowledge_version: str
    knowledge_hash: str
    as_of: date
    jurisdiction: str
    rows: RowLedger
    inputs: tuple[InputFile, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    run_at: datetime | None = None


@dataclass(frozen=True)
class ReportConfig:
    """How the report is written. Limits count rows of the workbook's sheets; the CSV tables always hold everything.

    `max_details` is for sheets that are looked up rather than worked through (Medications, Options, Not assessed …).
    `mask_below` hides counts of fewer people in the summary charts; 0 hides none. `paper`: "letter", "a4" or "" = by
    jurisdiction. `only_ids` leaves names and birth dates out everywhere. `key_file` asks for random ids and says where
    the key to them is kept. `split_by`: "prescriber" or "store" for a workbook each.
    """

    max_findings: int = 50_000
    max_patients: int = 50_000
    max_details: int = 20_000
    only_ids: bool = False
    mask_below: int = 0
    paper: str = ""
    pharmacy_name: str = ""
    pharmacy_phone: str = ""
    split_by: str = ""
    key_file: Path | None = None
