"""overview.html: the whole list in one page that works without a network, with search, sorting and drill-down.

The page carries its data as JSON and builds every cell as text; its security policy lets through exactly our own
script and style, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from medcramp.records import PRIORITIES, SEVERITIES, URGENCIES, Tables
from medcramp.report.charting import chart_data
from medcramp.report.documents.content import clean_text
from medcramp.report.documents.html import environment, read_template
from medcramp.report.info import ReportConfig, RunInfo
from medcramp.report.ranking import lacking_lines, of_all, patient_places, rank_findings, rank_patients
from medcramp.report.tables import text_codes
from medcramp.report.workbook.styles import DISPLAY, WORD_COLOURS

COLUMNS: Mapping[str, str] = {
    "patient_id": "Patient",
    "patient_name": "Name",
    "age": "Age",
    "sex": "Sex",
    "priority": "Priority",
    "findings": "Findings",
    "most_severe": "Worst severity",
    "most_urgent": "Most urgent",
    "top_reason": "Main reason",
    "action": "What to do",
}
_NUMBERS = ("age", "findings")
_RANKS = {"priority": PRIORITIES, "most_severe": SEVERITIES, "most_urgent": URGENCIES}
_FINDING_COLUMNS = ("severity", "urgency", "certainty", "title", "drugs", "message", "action", "missing", "grade")
_BAR_WIDTH = 220
_BAR = "#4C8CA3"

Papers = Mapping[str, str]
"""Patient id → where the patient's counselling sheet lies, relative to the page."""


def write_overview(
    tables: Tables, info: RunInfo, config: ReportConfig, path: Path, papers: Papers | None = None
) -> None:
    """Write the page. The same tables and run facts give the same bytes."""
    unnamed = config.only_ids or tables.patients["patient_name"].isna().all()
    columns = {name: title for name, title in COLUMNS.items() if not (unnamed and name == "patient_name")}
    patients = rank_patients(tables.patients).head(config.max_patients)
    ids = patients["patient_id"]
    ranked = rank_findings(tables.findings, ids).head(config.max_findings)
    places = patient_places(ranked["patient_id"], ids)
    findings, places = ranked[places < len(ids)], places[places < len(ids)]
    if config.only_ids:
        patients = patients.assign(patient_name=None)
    data = _data(patients, findings, places.tolist(), list(columns), papers or {})
    script, css = read_template("overview.js"), read_template("overview.css")
    page = (
        environment()
        .get_template("overview.html.j2")
        .render(
            data=Markup(data),  # noqa: S704 (JSON without <, > and &)
            script=Markup(script),  # noqa: S704 (our own file)
            css=Markup(css),  # noqa: S704 (our own file)
            script_hash=_hash(script),
            css_hash=_hash(css),
            columns=list(columns.items()),
            charts=_charts(tables, config),
            notices=_notices(tables, config),
            priorities=PRIORITIES,
            severities=SEVERITIES,
            as_of=info.as_of.isoformat(),
            jurisdiction=info.jurisdiction,
            ledger=_ledger(tables, info),
            program=f"medcramp {info.program_version}, knowledge {info.knowledge_version}",
        )
    )
    path.write_text(page, encoding="utf-8")


def _data(patients: pd.DataFrame, findings: pd.DataFrame, owners: list[int], columns: list[str], papers: Papers) -> str:
    """Columns as indices into one list of distinct texts: small, quick to parse, and text only."""
    pool: dict[str, int] = {"": 0}
    shown = {name: _indices(patients[name], pool) for name in dict.fromkeys([*columns, "patient_name", "classes"])}
    facts = {name: _indices(findings[name], pool) for name in _FINDING_COLUMNS}
    content = {
        "texts": list(pool),
        "columns": columns,
        "numbers": list(_NUMBERS),
        "ranks": {
            name: {pool[word]: rank for rank, word in enumerate(order) if word in pool}
            for name, order in _RANKS.items()
        },
        "patients": shown,
        "findings": {"patient": owners, **facts},
        "papers": {clean_text(patient): place for patient, place in papers.items()},
    }
    return script_safe(json.dumps(content, ensure_ascii=False, separators=(",", ":")))


def _indices(column: pd.Series, pool: dict[str, int]) -> list[int]:
    codes, distinct = text_codes(column)
    table = [*(pool.setdefault(clean_text(text), len(pool)) for text in distinct), 0]
    return [table[code] for code in codes.tolist()]


def script_safe(text: str) -> str:
    """JSON that can stand in a page: nothing in it can end the script element or start markup."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _charts(tables: Tables, config: ReportConfig) -> list[dict[str, Any]]:
    data = chart_data(tables, config)
    priorities = data["priority"].iloc[:, 0]
    severities = data["severity"].iloc[:, 0]
    classes = data["class"].iloc[:, 0]
    match = data["match"].iloc[:, 0]
    return [
        _chart("Patients by priority", priorities, WORD_COLOURS["priority"]),
        _chart("Findings by severity", severities, WORD_COLOURS["severity"]),
        _chart("Patients taking a cramp-linked class", classes, {}),
        _chart("How medication records were recognised", match, {}),
    ]


def _chart(title: str, counts: pd.Series, colours: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    most = max(counts.max(), 1) if len(counts) else 1
    bars = [
        {
            "label": DISPLAY.get(str(label), str(label)),
            "value": f"{count:,}",
            "width": round(_BAR_WIDTH * count / most, 1),
            "fill": colours.get(str(label), (_BAR, ""))[0],
        }
        for label, count in counts.items()
    ]
    spoken = f"{title}: " + ", ".join(f"{bar['label']} {bar['value']}" for bar in bars)
    return {"title": title, "bars": bars, "spoken": spoken}


def _notices(tables: Tables, config: ReportConfig) -> list[str]:
    limits = (("patients", tables.patients, config.max_patients), ("findings", tables.findings, config.max_findings))
    general = of_all(tables.not_assessed)
    lacking = zip(general["missing"], lacking_lines(general), strict=True)
    return [f"Not in the data of anybody: {missing}. {line}." for missing, line in lacking] + [
        f"This page shows the first {limit:,} of {len(frame):,} {name}, most pressing first; all are in tables/."
        for name, frame, limit in limits
        if len(frame) > limit
    ]


def _ledger(tables: Tables, info: RunInfo) -> str:
    return f"{info.rows.read:,} rows read, {len(tables.patients):,} patients, {len(tables.findings):,} findings"


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
