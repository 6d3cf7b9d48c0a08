"""Reading: any export → canonical medication records, with every row accounted for.

`read_inputs` is the only entrance. Containers give grids, `understand` finds header and meanings, `shapes` bring a
table to one row per record, `canonical` reads the values, `companions` the tables beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from medcramp.read.options import ReadOptions
from medcramp.read.passwords import password_from
from medcramp.records import Progress, ReadResult, no_progress

if TYPE_CHECKING:
    from medcramp.read.meaning import DrugTest

__all__ = ["ReadOptions", "ReadResult", "password_from", "read_inputs"]


def read_inputs(
    paths: Sequence[Path],
    options: ReadOptions | None = None,
    companions: Mapping[str, Path] | None = None,
    progress: Progress = no_progress,
    looks_like_drug: DrugTest | None = None,
) -> ReadResult:
    """Read exports and companion files (`patients`, `conditions`, `labs`, `allergies`).

    Returns records, rejected and ignored rows, the row ledger, companion frames, notices and readings (see
    `records.ReadResult`); a file is named there as shortly as tells it apart.
    `looks_like_drug` tells medicines from other texts (default: the vocabulary's words).
    Raises InputUnreadableError (10), ColumnsNotUnderstoodError (11), UsageError (2).
    """
    from medcramp.read.assemble import assemble
    from medcramp.read.source_names import with_short_names

    return with_short_names(assemble(paths, options, companions or {}, progress, looks_like_drug))
