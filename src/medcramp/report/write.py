"""Put one report together: tables, workbook and whatever other formats were asked for, then the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from medcramp.records import Tables
from medcramp.report import atomic
from medcramp.report.info import ReportConfig, RunInfo
from medcramp.report.manifest import MANIFEST, files_of_report, manifest, write_manifest
from medcramp.report.tables import write_csv_tables

if TYPE_CHECKING:
    from medcramp.report.previous import Previous

FORMATS = frozenset({"xlsx", "csv"})
DEFAULT_FORMATS = frozenset({"xlsx", "csv"})


def write(
    tables: Tables,
    info: RunInfo,
    out: Path,
    formats: frozenset[str] = DEFAULT_FORMATS,
    config: ReportConfig | None = None,
    previous: Previous | None = None,
) -> list[Path]:
    """Write the report of one run into `out`; returns the paths of its files.

    The old report stays complete until the new one is. `previous` (from `read_previous`, called before any work) brings
    what was typed into an earlier workbook. Raises OutputError when `out` cannot be written.
    """
    config = config or ReportConfig()
    atomic.prepare(out)
    with atomic.building(out) as folder:
        write_csv_tables(tables, folder / "tables")
        if "xlsx" in formats:
            from medcramp.report.carry import carry
            from medcramp.report.workbook.build import write_workbook

            carried = carry(previous, tables, info.as_of) if previous else None
            write_workbook(tables, info, config, folder / "worklist.xlsx", carried)
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        files.append(MANIFEST)
        write_manifest(manifest(tables, info, files), folder / MANIFEST)
        obsolete = sorted(set(files_of_report(out)) - set(files))
        return atomic.publish(folder, out, obsolete)
