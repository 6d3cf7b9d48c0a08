"""What an earlier workbook adds to the sheets: typed cells in their rows, changes, settled, resolved, leftovers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from medcramp.records import SEVERITIES, URGENCIES
from medcramp.report.carry import Carried, sheet_keys
from medcramp.report.previous import Typed
from medcramp.report.ranking import rank
from medcramp.report.workbook.sheet import Column
from medcramp.report.workbook.sheets import CARRIED_OVER, ENTRY_COLUMNS, RESOLVED, UNRECOGNISED

SETTLED = "settled"


def with_history(frames: dict[str, pd.DataFrame], carried: Carried) -> dict[str, pd.DataFrame]:
    """The sheets that change, and the sheets that only a second run has (those that are not empty)."""
    keys = sheet_keys(frames["Findings"]["finding_id"])
    findings = frames["Findings"].assign(
        change=pd.Series([carried.change.get(key) or None for key in keys], dtype=object)
    )
    findings = _with_entries(findings, keys, carried.entries["finding"], ENTRY_COLUMNS)
    settled = (findings["change"] == SETTLED).to_numpy()
    unrecognised = frames["Unrecognised"]
    history = {
        "Worklist": _worklist(frames["Worklist"], findings, carried),
        "Findings": findings[~settled].reset_index(drop=True),
        "Unrecognised": _with_entries(
            unrecognised, sheet_keys(unrecognised["text"]), carried.entries["text"], UNRECOGNISED
        ),
    }
    shown = {
        "finding": (keys, "Findings"),
        "patient": (sheet_keys(frames["Worklist"]["patient_id"]), "Worklist"),
        "text": (sheet_keys(unrecognised["text"]), "Unrecognised"),
    }
    extra = {
        "Settled": findings[settled].reset_index(drop=True),
        "Resolved": _resolved(carried),
        "Carried over": _leftovers(
            [*carried.leftovers, *([] if carried.is_share else _beyond_the_limit(carried, shown))]
        ),
    }
    return history | {name: frame for name, frame in extra.items() if len(frame)}


def _beyond_the_limit(carried: Carried, shown: dict[str, tuple[list[str], str]]) -> list[Typed]:
    """What was typed in rows that exist but do not fit on their sheet."""
    return [
        Typed(sheet, key, column, value, "the row does not fit on this workbook's sheet")
        for kind, (keys, sheet) in shown.items()
        for there in [set(keys)]
        for key, cells in carried.entries[kind].items()
        if key not in there
        for column, value in cells.items()
    ]


def _leftovers(cells: list[Typed]) -> pd.DataFrame:
    titles = {column.name: column.title.removesuffix(" ▾") for column in (*ENTRY_COLUMNS, *UNRECOGNISED)}
    rows = [{**vars(cell), "column": titles.get(cell.column, cell.column)} for cell in cells]
    return pd.DataFrame(rows, columns=[column.name for column in CARRIED_OVER], dtype=object)


def _worklist(worklist: pd.DataFrame, findings: pd.DataFrame, carried: Carried) -> pd.DataFrame:
    """Worklist with what was typed, what changed, and patients with nothing left to do at the end."""
    keys = sheet_keys(worklist["patient_id"])
    worklist = _with_entries(worklist, keys, carried.entries["patient"], ENTRY_COLUMNS)
    settled = pd.Series([key in carried.settled_patients for key in keys], index=worklist.index)
    priority = worklist["priority"].astype(object).where(~settled, SETTLED)
    change = worklist["patient_id"].astype(str).map(_summaries(findings))
    ordered = worklist.assign(priority=priority, change=change.astype(object))
    return ordered.iloc[settled.argsort(kind="stable")].reset_index(drop=True)


def _summaries(findings: pd.DataFrame) -> pd.Series:
    """Patient id → "2 new, 1 persisting"."""
    counts = pd.crosstab(findings["patient_id"].astype(str), findings["change"])
    words = [word for word in ("new", "changed", "persisting", SETTLED) if word in counts.columns]
    lines = [
        ", ".join(f"{count} {word}" for word, count in zip(words, row, strict=True) if count)
        for row in counts[words].to_numpy().tolist()
    ]
    return pd.Series(lines, index=counts.index, dtype=object)


def _resolved(carried: Carried) -> pd.DataFrame:
    rows = [{**facts, "finding_id": key} for key, facts in carried.resolved.items()]
    frame = pd.DataFrame(rows, columns=[column.name for column in RESOLVED], dtype=object)
    order = pd.DataFrame(
        {"severity": rank(frame["severity"], SEVERITIES), "urgency": rank(frame["urgency"], URGENCIES)}
    )
    return frame.iloc[order.sort_values(["urgency", "severity"], kind="stable").index].reset_index(drop=True)


def _with_entries(
    frame: pd.DataFrame,
    keys: list[str],
    entries: Mapping[str, Mapping[str, str]],
    columns: tuple[Column, ...],
) -> pd.DataFrame:
    """`frame` with an entry column for each of `columns`, holding what was typed in the row of the same key."""
    typed = {
        column.name: pd.Series([entries.get(key, {}).get(column.name) for key in keys], index=frame.index, dtype=object)
        for column in columns
        if column.is_entry
    }
    return frame.assign(**typed)
