"""Files as the tables name them: by name, with as much of the path as tells two of one name apart.

A whole path can name a person and makes every row longer; what goes to the screen still names it in full.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from medcramp.records import ReadResult

_FOLDERS = re.compile(r"[\\/]+")
_MEMBER = "!"


def short_names(names: Iterable[str]) -> dict[str, str]:
    """File (path as given; `archive!member` in an archive) → its shortest ending that no other file shares."""
    parts = {name: _parts(name) for name in dict.fromkeys(names)}
    kept = dict.fromkeys(parts, 1)
    while True:
        short = {name: "/".join(parts[name][-kept[name] :]) for name in parts}
        shared = Counter(short.values())
        longer = [name for name in parts if shared[short[name]] > 1 and kept[name] < len(parts[name])]
        if not longer:
            return short if max(shared.values(), default=0) <= 1 else {name: name for name in parts}
        for name in longer:
            kept[name] += 1


def _parts(name: str) -> list[str]:
    """Folders and file; what is in an archive belongs to the file."""
    outer, mark, member = name.partition(_MEMBER)
    *folders, last = [part for part in _FOLDERS.split(outer) if part] or [outer]
    return [*folders, f"{last}{mark}{member}"]


def with_short_names(result: ReadResult) -> ReadResult:
    """The result with its files named shortly, in the rows and in the notices."""
    frames = (result.records, result.rejected, result.ignored)
    named = [str(name) for frame in frames for name in frame["source_file"].dropna().unique()]
    named += [str(reading["file"]) for reading in result.readings if reading.get("file")]
    short = short_names([*named, *(notice.file for notice in result.notices if notice.file)])
    records, rejected, ignored = (_renamed(frame, short) for frame in frames)
    return replace(
        result,
        records=records,
        rejected=rejected,
        ignored=ignored,
        notices=tuple(replace(notice, file=short.get(notice.file, notice.file)) for notice in result.notices),
        readings=tuple({**reading, "file": short.get(str(reading.get("file")), "")} for reading in result.readings),
    )


def _renamed(frame: pd.DataFrame, short: Mapping[str, str]) -> pd.DataFrame:
    column = frame["source_file"]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return frame.assign(source_file=column.cat.rename_categories(lambda name: short.get(name, name)))
    return frame.assign(source_file=column.map(short))
