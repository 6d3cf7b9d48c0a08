"""How an export was understood, for people: where the table lies, what each column means and why, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from medcramp.read.canonical import Canonical
from medcramp.read.dates import NO_MATTER
from medcramp.read.lab_titles import is_lab
from medcramp.read.layouts import FIELDS
from medcramp.read.ledger import IGNORED, REJECTED, Fates
from medcramp.read.shapes import Shaped
from medcramp.read.understand import Understood
from medcramp.records import RECORD_COLUMNS, ReadResult

EXAMPLES = 3
MASK = "•"
PLAIN_SHAPE = "one row per record"
SHOWN = tuple(name for name in RECORD_COLUMNS if not name.startswith("source_"))
LAB = "laboratory value"
AFTER = "; another column comes first"


def reading(
    understood: Understood, shaped: Shaped | None = None, read: Canonical | None = None
) -> Mapping[str, object]:
    """The explanation of one table as plain values; column titles are in it, cell contents are not."""
    header = understood.header
    meaning = understood.meaning
    field_of = {place: name for name, places in meaning.fields.items() for place in places if name != "other"}
    first = {place for places in meaning.fields.values() for place in places[:1]}
    found: dict[str, object] = {
        "file": understood.grid.file,
        "sheet": understood.grid.sheet,
        "kind": understood.kind or "records",
        "shape": ", ".join(shaped.names) if shaped and shaped.names else PLAIN_SHAPE,
        "header_rows": _header_rows(understood),
        "format": understood.grid.container if understood.grid.role else "",
        "columns": [
            {
                "number": place + 1,
                "name": title,
                "first": place in first,
                "title": " / ".join(part for part in (header.groups[place], title) if part),
                "field": field_of.get(place) or _lab(title, header.groups[place]),
                "why": meaning.why.get(place) or _lab(title, header.groups[place]) or "no meaning was found",
            }
            for place, title in enumerate(header.titles)
            if understood.head.titles
        ],
    }
    if shaped and read:
        fates = shaped.fates_of_sources()
        found["dates"] = {name: (order.order, order.why) for name, order in read.date_readings.items()}
        found["rejected"] = _counts(fates, REJECTED)
        found["ignored"] = _counts(fates, IGNORED)
    return found


def _lab(title: str, group: str) -> str:
    return LAB if is_lab(title) or is_lab(group) else ""


def _header_rows(understood: Understood) -> str:
    header = understood.header
    if header.first < 0:
        return ""
    rows = understood.grid.source_rows(header.last + 1)[max(header.first, 0) :].tolist()
    return ("row " if len(rows) == 1 else "rows ") + " and ".join(str(row) for row in rows)


def _counts(fates: Fates, outcome: int) -> dict[str, int]:
    rows = np.flatnonzero(fates.outcome == outcome)
    counted = Counter(fates.reason[rows].tolist())
    return {fates.reasons[reason]: count for reason, count in counted.most_common()}


def explanation(result: ReadResult, mask: bool = False) -> Iterator[str]:
    """Lines for the terminal; `mask` hides the letters and figures of the example records."""
    for table in result.readings:
        yield from _table(table)
        if table.get("kind") == "records":
            yield from _examples(result, str(table["file"]), str(table.get("sheet", "")), mask)
            if not table.get("format"):
                yield from _snippet(table)
        yield ""
    if result.notices:
        yield "Notes"
        yield from (f"  {notice.message}{_place(notice.place)}" for notice in result.notices)


def _place(place: str) -> str:
    return f" ({place})" if place else ""


def _table(table: Mapping[str, Any]) -> Iterator[str]:
    sheet = f", sheet {table['sheet']!r}" if table.get("sheet") else ""
    yield f"{table['file']}{sheet}"
    if table.get("format"):
        yield f"  Format      {table['format']}: says itself what everything means"
    if "columns" not in table:
        return
    yield f"  Holds       {'medication records' if table['kind'] == 'records' else table['kind']}"
    if not table.get("format"):
        yield f"  Header      {table['header_rows'] or 'none found'}"
        yield f"  Shape       {table['shape']}"
    columns: Sequence[Mapping[str, Any]] = table["columns"]
    used = [column for column in columns if column["field"]]
    if used:
        yield "  Columns"
        width = min(40, max(len(column["title"]) for column in used) + 1)
        for column in used:
            later = "" if column["first"] or column["field"] == LAB else AFTER
            yield f"    {column['number']:>3}  {column['title'][:40]:<{width}} {column['why']}{later}"
    unused = [column["title"] or f"column {column['number']}" for column in columns if not column["field"]]
    if unused:
        yield f"  Not used    {', '.join(unused)}"
    for name, (order, why) in table.get("dates", {}).items():
        if why != NO_MATTER:
            yield f"  Dates       {name}: {order}; {why}"
    for outcome in ("rejected", "ignored"):
        for reason, count in table.get(outcome, {}).items():
            yield f"  {outcome.capitalize():<11} {count:,} rows: {reason}"


def _examples(result: ReadResult, file: str, sheet: str, mask: bool) -> Iterator[str]:
    records = result.records
    mine = records[(records["source_file"] == file) & ((records["source_sheet"] == sheet) | (sheet == ""))]
    for number, row in enumerate(mine.head(EXAMPLES).to_dict("records"), start=1):
        filled = {str(name): str(text) for name, text in row.items() if name in SHOWN and text == text and text}
        shown = "; ".join(f"{name} {masked(text) if mask else text}" for name, text in filled.items())
        yield f"  Example {number}   {shown}"


def masked(text: str) -> str:
    """A text whose letters and figures are hidden; its length and punctuation stay."""
    return "".join(MASK if c.isalnum() else c for c in text)


def _snippet(table: Mapping[str, Any]) -> Iterator[str]:
    """Options that say the same as was found: a start for saying something else."""
    mapped: dict[str, str] = {}
    for column in table.get("columns", ()):
        if column["field"] in FIELDS and column["name"] and column["first"]:
            mapped.setdefault(column["field"], column["name"])
    if not mapped:
        return
    yield "  To override any of it, change and add what is wrong:"
    sheet = f' --sheet "{table["sheet"]}"' if table.get("sheet") else ""
    yield "    " + " ".join(f'--map {name}="{title}"' for name, title in mapped.items()) + sheet
    yield "  or in medcramp.toml:"
    yield "    [read.columns]"
    yield from (f'    {name} = "{title}"' for name, title in mapped.items())
