"""The electrolyte sheet: one row per patient, one arrow and one last value per electrolyte, and who pushes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from medcramp.records import ELECTROLYTES
from medcramp.report.ranking import patient_places
from medcramp.report.tables import text_of
from medcramp.report.workbook.sheet import Column
from medcramp.report.workbook.styles import ARROWS

COLUMNS = (
    Column("patient_id", "Patient", 14, "code"),
    *(
        column
        for name in ELECTROLYTES
        for column in (
            Column(name, name.capitalize(), 10, "word:arrow"),
            Column(f"{name}_last", "Last value", 12, "wrap"),
        )
    ),
    Column("down", "Pushed down by", 40, "wrap"),
    Column("up", "Pushed up by", 40, "wrap"),
    Column("notes", "Notes", 30, "wrap"),
)


def grid(electrolytes: pd.DataFrame, patient_ids: pd.Series) -> pd.DataFrame:
    """Patients (worklist order) with anything to show × electrolytes; columns as in COLUMNS, no empty "Last value"."""
    told = electrolytes["note"].notna() & (electrolytes["note"].astype(object) != "")
    shown = electrolytes[(electrolytes["net"] != "none") | electrolytes["last_value"].notna() | told]
    patients = pd.unique(shown["patient_id"].astype(str))
    out = pd.DataFrame({"patient_id": patients})
    out = out.iloc[patient_places(out["patient_id"], patient_ids).argsort(kind="stable")].reset_index(drop=True)
    keyed = shown.assign(patient_id=shown["patient_id"].astype(str))
    for name in ELECTROLYTES:
        rows = keyed[keyed["electrolyte"] == name].drop_duplicates("patient_id").set_index("patient_id")
        rows = rows.reindex(out["patient_id"])
        out[name] = rows["net"].astype(object).map(ARROWS).to_numpy()
        measured = rows[["last_value", "unit", "last_date"]].astype(object).to_numpy()
        out[f"{name}_last"] = pd.Series([_last(*row) for row in measured], dtype=object)
    out["down"] = _joined(keyed, "drivers_down", out["patient_id"])
    out["up"] = _joined(keyed, "drivers_up", out["patient_id"])
    out["notes"] = _joined(keyed, "note", out["patient_id"])
    return out.drop(columns=[name for name in out.columns if name.endswith("_last") and out[name].isna().all()])


def _last(*parts: Any) -> str | None:
    value, unit, day = (None if pd.isna(part) or part == "" else _rounded(part) for part in parts)
    if value is None:
        return None
    return "\n".join(filter(None, (" ".join(filter(None, (value, unit))), day)))


def _rounded(part: Any) -> str:
    """A converted result with no more figures than a laboratory prints; the tables have it in full."""
    return f"{round(part, 2):g}" if isinstance(part, float) else text_of(part)


def _joined(rows: pd.DataFrame, column: str, patients: pd.Series) -> pd.Series:
    """Per patient "potassium: a; b" for every electrolyte that has something in `column`, one line each."""
    filled = rows[rows[column].notna() & (rows[column].astype(object) != "")]
    text = filled["electrolyte"].astype(str) + ": " + filled[column].astype(str).str.replace(";", "; ", regex=False)
    lines = text.groupby(filled["patient_id"].to_numpy(), sort=False).agg("\n".join)
    return lines.reindex(patients).astype(object).reset_index(drop=True)
