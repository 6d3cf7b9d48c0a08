"""The tables that travel between the stages, and nothing else.

A stage never reaches into another: it takes and gives the shapes described here. Text columns are pandas
categoricals, i.e. integer codes into distinct values, so that every stage works on distinct values and then
broadcasts. Code -1 (missing) means *unknown*; an unknown is never "", 0, "nan" or a default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

# The canonical medication record (contract): every column but `source_row` (int) is text.
RECORD_COLUMNS = (
    "source_file",
    "source_sheet",
    "source_row",
    "patient_id",
    "patient_name",
    "birth_date",
    "age",
    "sex",
    "drug",
    "ndc",
    "rxcui",
    "atc",
    "strength",
    "form",
    "route",
    "sig",
    "quantity",
    "days_supply",
    "start_date",
    "end_date",
    "status",
    "prescriber",
    # Beyond the contract: what columns of dose and frequency say ("40 mg BID"), and the pharmacy or site.
    "dosing",
    "store",
)
# A row of the input that gave no record, and why. `text` is for the owner of the data only, never for logs.
ROW_NOTE_COLUMNS = ("source_file", "source_sheet", "source_row", "reason", "text")

# Companion tables. `pregnant` is yes/no; `flags` is ";"-joined: deceased, animal, test.
COMPANION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "patients": ("patient_id", "birth_date", "age", "sex", "pregnant_weeks", "egfr", "pregnant", "flags"),
    "conditions": ("patient_id", "icd10", "date"),
    "labs": ("patient_id", "test", "value", "unit", "date", "upper_limit"),
    "allergies": ("patient_id", "substance", "reaction"),
}


@dataclass(frozen=True)
class RowLedger:
    """Every data row of the input is in exactly one of used, rejected, ignored."""

    read: int = 0
    used: int = 0
    rejected: int = 0
    ignored: int = 0

    def __add__(self, other: RowLedger) -> RowLedger:
        return RowLedger(
            self.read + other.read,
            self.used + other.used,
            self.rejected + other.rejected,
            self.ignored + other.ignored,
        )

    @property
    def balances(self) -> bool:
        """True when no row is lost and none is counted twice."""
        return self.read == self.used + self.rejected + self.ignored


@dataclass(frozen=True)
class Notice:
    """Something the user should know about how the input was understood; holds no cell contents."""

    message: str
    file: str = ""
    place: str = ""


@dataclass(frozen=True)
class ReadResult:
    """What reading gives: records, the rows that gave none, companion tables, and how it was all understood.

    `records` has RECORD_COLUMNS, one row per medication record (a list cell gives several records from one row).
    `rejected` and `ignored` have ROW_NOTE_COLUMNS. `companions` maps a name of COMPANION_COLUMNS to its frame
    (text columns; absent = the run was not given that table). `readings` explain each table for `inspect`.
    """

    records: pd.DataFrame
    rejected: pd.DataFrame
    ignored: pd.DataFrame
    rows: RowLedger
    companions: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    readings: tuple[Mapping[str, object], ...] = ()


Progress = Callable[[str, int, int], None]
"""Called as progress(what, done, total); total 0 = unknown. The command line draws it; libraries ignore it."""


def no_progress(what: str, done: int, total: int) -> None:
    """The silent progress."""


def text_column(values: Iterable[str | None]) -> pd.Categorical:
    """Categorical of text; None and "" become unknown (code -1). Categories appear in order of first use."""
    series = pd.Series(list(values), dtype=object)
    codes, categories = pd.factorize(series.where(series.notna() & (series != ""), None), use_na_sentinel=True)
    return pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype=object))


def directions(records: pd.DataFrame) -> pd.Series:
    """The directions of each record (categorical): as written, else what columns of dose and frequency say."""
    if "dosing" not in records or not records["dosing"].notna().any():
        return records["sig"]
    written, told = records["sig"].cat, records["dosing"].cat
    places = {text: place for place, text in enumerate(written.categories)}
    moved = np.array([places.setdefault(text, len(places)) for text in told.categories] + [-1])[told.codes]
    codes = np.where(written.codes >= 0, written.codes, moved)
    return pd.Series(
        pd.Categorical.from_codes(codes, categories=pd.Index(list(places), dtype=object)), index=records.index
    )


def broadcast(column: pd.Series, value_of: Callable[[str], float]) -> np.ndarray:
    """Apply `value_of` once per distinct text of a categorical column, then gather: float per row, NaN = unknown."""
    categories = column.cat.categories
    table = np.fromiter((value_of(text) for text in categories), dtype=float, count=len(categories))
    table = np.append(table, np.nan)
    return table[column.cat.codes.to_numpy()]


def empty_records() -> pd.DataFrame:
    """A frame of RECORD_COLUMNS with no rows and the right dtypes."""
    columns: dict[str, object] = {name: text_column(()) for name in RECORD_COLUMNS}
    columns["source_row"] = np.empty(0, dtype=np.int32)
    return pd.DataFrame(columns, columns=list(RECORD_COLUMNS))


@dataclass(frozen=True)
class Recognised:
    """What recognition gives for a frame of records.

    `items`: one row per distinct drug line (drug, strength, form, route, ndc, rxcui, atc) with columns
    `text, status, ingredients (tuple of USAN names), unit_mg (tuple of float, mg per unit, NaN unknown), unit (text),
    route, form, match, score, note, candidates (tuple of names), certain (tuple of group ids), possible (tuple)`;
    `certain`/`possible` are the groups (classes and drug sets) the item surely / perhaps belongs to by route and form.
    `item`: int32 per record, row of `items`.
    `doses`: one row per distinct (product, directions, supply a day) with `units_usual, units_max` (dose units per day,
    NaN unknown), `basis` ("sig" | "quantity" | "sig and quantity disagree" | ""), `prn` (bool),
    `daily_mg` (tuple aligned with the item's ingredients, NaN unknown), `day_mg` (the same on a day of use), `note`,
    `units_once` (dose units taken at one time, NaN unknown).
    `dose`: int32 per record, row of `doses`.
    """

    items: pd.DataFrame
    item: np.ndarray
    doses: pd.DataFrame
    dose: np.ndarray


# Findings as every later stage and the contract know them. Lists inside a cell are ";"-joined text.
FINDING_COLUMNS = (
    "patient_id",
    "rule",
    "kind",
    "severity",
    "grade",
    "certainty",
    "urgency",
    "drugs",
    "electrolytes",
    "message",
    "action",
    "missing",
    "sources",
    "source_rows",
    "title",
    "facts",
    "mechanism",
    "verified",
    "subject",
    "finding_id",
)
# As reported: with the place among the findings of the patient, most pressing first.
RANKED_FINDING_COLUMNS = (*FINDING_COLUMNS, "place")
ELECTROLYTE_COLUMNS = (
    "patient_id",
    "electrolyte",
    "net",
    "drivers_down",
    "drivers_up",
    "last_value",
    "unit",
    "last_date",
    "note",
)
OPTION_COLUMNS = (
    "patient_id",
    "option",
    "form",
    "status",
    "reasons",
    "evidence",
    "legal_status",
    "sources",
    "ask",
    "label",
)
PATIENT_COLUMNS = (
    "patient_id",
    "priority",
    "findings",
    "top_reason",
    "classes",
    "not_assessed",
    "patient_name",
    "birth_date",
    "age",
    "sex",
    "most_severe",
    "most_urgent",
    "medications",
    "action",
    "place",
)
MEDICATION_COLUMNS = (
    *RECORD_COLUMNS,
    "status_match",
    "ingredients",
    "classes",
    "daily_dose_mg",
    "active",
    "match",
    "score",
    "note",
    "dose_note",
)
UNRECOGNISED_COLUMNS = ("text", "records", "patients", "status", "nearest", "note")
# What `findings` findings of `patients` people still need; without a patient id where the whole run lacks it.
NOT_ASSESSED_COLUMNS = ("patient_id", "subject", "what", "missing", "remedy", "findings", "patients")
EVIDENCE_COLUMNS = ("key", "citation", "year", "read_as", "url", "used_by")

KINDS = ("class", "electrolyte", "interaction", "duplicate", "dose", "lab", "condition", "cascade", "red_flag")
SEVERITIES = ("contraindicated", "major", "moderate", "minor", "info")
GRADES = ("strong", "moderate", "weak", "reported", "none")
URGENCIES = ("emergency", "same_day", "routine", "information")
PRIORITIES = ("urgent today", "contact prescriber", "review", "counsel", "nothing found")
ELECTROLYTES = ("potassium", "magnesium", "sodium", "calcium", "phosphate")


@dataclass(frozen=True)
class Tables:
    """Everything a run found, as plain frames: all that reporting may know. Columns as named above."""

    medications: pd.DataFrame
    findings: pd.DataFrame
    electrolytes: pd.DataFrame
    options: pd.DataFrame
    patients: pd.DataFrame
    rejected: pd.DataFrame
    ignored: pd.DataFrame
    unrecognised: pd.DataFrame
    not_assessed: pd.DataFrame
    evidence: pd.DataFrame
