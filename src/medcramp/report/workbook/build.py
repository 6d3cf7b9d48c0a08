"""Lay out the workbook: order and cut the tables, then write sheet after sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from medcramp.records import Tables
from medcramp.report.carry import Carried
from medcramp.report.info import ReportConfig, RunInfo
from medcramp.report.ranking import by_patient, first_rows, patient_places, questions, rank_findings, rank_patients
from medcramp.report.workbook import about, codes_sheet, electrolytes, history, options, sheets, summary
from medcramp.report.workbook.cells import text_cells
from medcramp.report.workbook.sheet import A4, LETTER, Book, Column, Links, shown, write_table
from medcramp.report.workbook.styles import Styles

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass
class Plan:
    """What goes on the sheets: frames in worklist order, cut to the limits, and what was cut."""

    frames: dict[str, pd.DataFrame]
    cut: dict[str, tuple[int, int]]


def write_workbook(
    tables: Tables,
    info: RunInfo,
    config: ReportConfig,
    path: Path,
    carried: Carried | None = None,
    papers: Mapping[str, str] | None = None,
) -> None:
    """Write worklist.xlsx. The same tables, run facts and earlier workbook give the same bytes."""
    plan = plan_sheets(tables, config, carried, papers or {})
    with xlsxwriter.Workbook(str(path), {**SAFE, "tmpdir": str(path.parent)}) as writer:
        _set_properties(writer, info)
        book = Book(writer, Styles(writer), _footer(info), _paper(info, config))
        summary_sheet = book.add_sheet("Summary", "#1F4E5F")
        for name, every_column in _table_sheets(config, plan):
            colour = {"Worklist": "#B3261E", "Findings": "#F28B82"}.get(name, "")
            sheet = book.add_sheet(name, colour)
            frame = plan.frames[name]
            columns = shown(every_column, frame)
            write_table(
                book,
                sheet,
                columns,
                frame,
                _links(name, plan.frames),
                print_entries=name not in ("Findings", "Settled"),
            )
            codes_sheet.add_choices(sheet, columns, len(frame))
        codes_sheet.write(book)
        about.write(book, tables, info)
        summary.write(book, summary_sheet, tables, info, plan.cut, config, carried)
        summary_sheet.activate()


def plan_sheets(tables: Tables, config: ReportConfig, carried: Carried | None, papers: Mapping[str, str]) -> Plan:
    """Frames of all sheets by sheet name, most pressing first, cut to the limits of a workbook."""
    rows = config.max_details
    patients = rank_patients(tables.patients)
    ids = patients["patient_id"]
    listed = patients.head(config.max_patients)
    frames = {
        "Worklist": listed.assign(age_sex=_age_sex(listed)),
        "Findings": _with_names(rank_findings(tables.findings, ids).head(config.max_findings), patients),
        "Medications": by_patient(tables.medications, ids, rows),
        "Electrolytes": electrolytes.grid(tables.electrolytes, ids).head(config.max_patients),
        "Options": options.by_option(tables.options, ids, rows),
        "Unrecognised": tables.unrecognised.head(rows),
        "Rejected rows": tables.rejected.head(rows),
        "Not assessed": questions(tables.not_assessed, ids).head(rows),
        "Evidence": tables.evidence.head(rows),
    }
    has_options = frames["Worklist"]["patient_id"].astype(str).isin(frames["Options"]["patient_id"])
    frames["Worklist"] = frames["Worklist"].assign(options_link=has_options.map({True: "options", False: None}))
    if papers:
        places = frames["Worklist"]["patient_id"].astype(str).map(papers)
        frames["Worklist"] = frames["Worklist"].assign(paper=places.where(places.isna(), "sheet"), paper_place=places)
    totals = {
        "Worklist": len(patients),
        "Findings": len(tables.findings),
        "Medications": len(tables.medications),
        "Options": options.pairs(tables.options),
        "Unrecognised": len(tables.unrecognised),
        "Rejected rows": len(tables.rejected),
        "Not assessed": len(tables.not_assessed),
    }
    cut = {name: (len(frames[name]), total) for name, total in totals.items() if len(frames[name]) < total}
    if carried is not None:
        frames.update(history.with_history(frames, carried))
    return Plan(frames, cut)


def _age_sex(patients: pd.DataFrame) -> pd.Series:
    """Age and sex in one short text per patient; a part that is unknown is left out."""
    parts = zip(text_cells(patients["age"]), text_cells(patients["sex"]), strict=True)
    return pd.Series([" ".join(filter(None, pair)) or None for pair in parts], index=patients.index, dtype=object)


def _with_names(findings: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """`findings` with the name of each patient, unknown where there is none."""
    places = patient_places(findings["patient_id"], patients["patient_id"])
    names = [*patients["patient_name"].astype(object), None]
    return findings.assign(patient_name=[names[place] for place in places])


def _table_sheets(config: ReportConfig, plan: Plan) -> list[tuple[str, tuple[Column, ...]]]:
    hidden = {"patient_name", "birth_date"} if config.only_ids else set()
    every = [
        ("Worklist", sheets.WORKLIST),
        ("Findings", sheets.FINDINGS),
        ("Settled", sheets.FINDINGS),
        ("Resolved", sheets.RESOLVED),
        ("Carried over", sheets.CARRIED_OVER),
        ("Medications", sheets.MEDICATIONS),
        ("Electrolytes", electrolytes.COLUMNS),
        ("Options", sheets.OPTIONS),
        ("Unrecognised", sheets.UNRECOGNISED),
        ("Rejected rows", sheets.REJECTED),
        ("Not assessed", sheets.NOT_ASSESSED),
        ("Evidence", sheets.EVIDENCE),
    ]
    return [
        (name, tuple(column for column in columns if column.name not in hidden))
        for name, columns in every
        if name in plan.frames
    ]


def _links(name: str, frames: dict[str, pd.DataFrame]) -> Links:
    """Where the patient cells of a sheet lead: worklist → details, details → worklist."""
    frame = frames[name]
    if "patient_id" not in frame.columns:
        return {}
    if name != "Worklist":
        return {"patient_id": _targets(frame["patient_id"], frames["Worklist"], "Worklist", "B", first_only=True)}
    leads = {
        "patient_id": "Findings",
        "medications": "Medications",
        "not_assessed": "Not assessed",
        "options_link": "Options",
    }
    links: dict[str, Sequence[str | None]] = {
        column: _targets(frame["patient_id"], frames[sheet], sheet, "A") for column, sheet in leads.items()
    }
    if "paper" in frame.columns:
        places = frame["paper_place"].astype(object).where(frame["paper_place"].notna(), None)
        links["paper"] = [place and f"external:{place}" for place in places]
    return links


def _targets(
    ids: pd.Series, target: pd.DataFrame, sheet: str, column: str, first_only: bool = False
) -> list[str | None]:
    """Per row the cell of the patient's first row on `sheet`; with `first_only`, a patient's further rows get none."""
    first = first_rows(target["patient_id"])
    repeated = ids.duplicated().to_numpy() if first_only else np.zeros(len(ids), dtype=bool)
    rows = [None if again else first.get(patient) for patient, again in zip(ids.astype(str), repeated, strict=True)]
    return [None if row is None else f"internal:'{sheet}'!{column}{row + 2}" for row in rows]


def _footer(info: RunInfo) -> str:
    text = f"medcramp {info.program_version}, knowledge {info.knowledge_version}, index date {info.as_of.isoformat()}"
    return text.replace("&", "&&")


def _paper(info: RunInfo, config: ReportConfig) -> int:
    letter = config.paper == "letter" or (not config.paper and info.jurisdiction in ("US", "CA"))
    return LETTER if letter else A4


def _set_properties(writer: Any, info: RunInfo) -> None:
    writer.set_properties(
        {
            "title": "medcramp worklist",
            "subject": "Medicines linked to leg and foot cramps, for review by a pharmacist",
            "author": f"medcramp {info.program_version}",
            "created": datetime(info.as_of.year, info.as_of.month, info.as_of.day),
        }
    )
