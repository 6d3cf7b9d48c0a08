"""The last stage: tables and run facts in, files for people and programs out.

`prepare(out)` finds out early whether the folder can be written. `building(…)` takes the tables, the longest as soon as
they are known, builds everything beside the old report and publishes it in one go; `write(…)` does all of it at once.
Nothing here knows how a finding came about: `records.Tables` is all it may see.
"""

from __future__ import annotations

from medcramp.report.atomic import prepare
from medcramp.report.info import InputFile, ReportConfig, RunInfo
from medcramp.report.previous import read_previous
from medcramp.report.ranking import most_pressing
from medcramp.report.write import FORMATS, PAPERS, building, write

__all__ = [
    "FORMATS",
    "PAPERS",
    "InputFile",
    "ReportConfig",
    "RunInfo",
    "building",
    "most_pressing",
    "prepare",
    "read_previous",
    "write",
]
