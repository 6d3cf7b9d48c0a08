"""For other programs: findings as JSON (docs/findings.schema.json describes it) and every table as Parquet."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet

from medcramp.records import FINDING_COLUMNS, Tables
from medcramp.report.info import RunInfo
from medcramp.report.tables import TABLE_COLUMNS, arrange, arrow_table, text_codes

SCHEMA_VERSION = 1
_LISTS = ("drugs", "electrolytes", "missing", "sources", "source_rows", "facts")


def write_findings_json(tables: Tables, info: RunInfo, path: Path) -> None:
    """Every finding as an object; `;`-joined cells as lists; unknown as null."""
    findings = tables.findings.reindex(columns=list(FINDING_COLUMNS))
    columns = {str(name): _values(findings[name], name in _LISTS) for name in findings.columns}
    content = {
        "schema": SCHEMA_VERSION,
        "program": info.program_version,
        "knowledge": {"version": info.knowledge_version, "sha256": info.knowledge_hash},
        "as_of": info.as_of.isoformat(),
        "jurisdiction": info.jurisdiction,
        "findings": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _values(column: pd.Series, is_list: bool) -> list[object]:
    if pd.api.types.is_bool_dtype(column.dtype):
        return [bool(value) for value in column]
    codes, distinct = text_codes(column)
    values: list[object] = [
        [part for part in text.split(";") if part] if is_list else text or None for text in distinct
    ]
    table = [*values, [] if is_list else None]
    return [table[code] for code in codes.tolist()]


def write_parquet_tables(tables: Tables, folder: Path) -> None:
    """One Parquet file per table; texts as they came, for no spreadsheet reads them here."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, columns in TABLE_COLUMNS.items():
        table = arrow_table(arrange(getattr(tables, name), columns))
        pyarrow.parquet.write_table(table, folder / f"{name}.parquet", compression="zstd")
