"""Put one report together: tables, workbook and whatever other formats were asked for, then the manifest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from medcramp.documents import Documents
from medcramp.errors import UsageError
from medcramp.records import Tables
from medcramp.report import atomic
from medcramp.report.info import ReportConfig, RunInfo
from medcramp.report.least import Least, least
from medcramp.report.manifest import MANIFEST, files_of_report, manifest, write_manifest
from medcramp.report.tables import CsvTables, longest_first, text_codes

if TYPE_CHECKING:
    import pandas as pd

    from medcramp.report.carry import Carried
    from medcramp.report.previous import Previous

# The CSV tables and run.json are always written; "html", "pdf" and "docx" are the papers about single patients.
FORMATS = frozenset({"xlsx", "csv", "overview", "json", "parquet", "fhir", "html", "pdf", "docx"})
DEFAULT_FORMATS = frozenset({"xlsx", "csv"})
PAPERS = frozenset({"html", "pdf", "docx"})


@contextlib.contextmanager
def building(
    out: Path, patients: Iterable[str], formats: frozenset[str] = DEFAULT_FORMATS, config: ReportConfig | None = None
) -> Iterator[Building]:
    """A report about `patients`, built beside the one in `out`, which stays complete until the new one is.

    The longest tables can be handed over as soon as they are known: they are written while the work goes on. Leaves
    nothing behind when the body fails. Raises OutputError when `out` cannot be written.
    """
    config = config or ReportConfig()
    if config.key_file is not None and formats & PAPERS:
        raise UsageError(
            "papers about a patient cannot be written under random ids",
            remedy="Leave out html, pdf and docx, or write without pseudonyms.",
        )
    atomic.prepare(out)
    shown = least(config, out, patients)
    with atomic.building(out) as folder, CsvTables(folder / "tables") as csv:
        yield Building(out, folder, formats, config, shown, csv)


def write(
    tables: Tables,
    info: RunInfo,
    out: Path,
    formats: frozenset[str] = DEFAULT_FORMATS,
    config: ReportConfig | None = None,
    previous: Previous | None = None,
    documents: Iterable[Documents] = (),
) -> list[Path]:
    """Write the report of one run into `out`; returns the paths of its files. See `building` and `Building.finish`."""
    with building(out, text_codes(tables.patients["patient_id"])[1], formats, config) as report:
        return report.finish(tables, info, previous, documents)


@dataclass(frozen=True)
class Building:
    """A report that is being built; tables given early are kept as they may be shown (`early`)."""

    out: Path
    folder: Path
    formats: frozenset[str]
    config: ReportConfig
    shown: Least
    csv: CsvTables
    early: dict[str, pd.DataFrame] = field(default_factory=dict)

    def begin(self, name: str, frame: pd.DataFrame) -> None:
        """Start writing the table of that name in the background; the frame must not change any more."""
        self.early[name] = self.shown(name, frame)
        self.csv.begin(name, self.early[name])

    def finish(
        self,
        tables: Tables,
        info: RunInfo,
        previous: Previous | None = None,
        documents: Iterable[Documents] = (),
    ) -> list[Path]:
        """Write whatever is not written yet, publish the report, and return the paths of its files.

        `previous` (from `read_previous`, called before any work) brings what was typed into an earlier workbook.
        `documents` are laid out in those of PAPERS that are among the formats. Raises OutputError.
        """
        for name in longest_first(tables):
            if name not in self.early:
                self.begin(name, getattr(tables, name))
        tables = Tables(**self.early)
        with atomic.output_errors(self.out):
            papers = _write_papers(self.folder, self.formats & PAPERS, info, self.config, documents)
            _write_for_people(tables, info, self.folder, self.formats, self.config, previous, papers)
            _write_for_programs(tables, info, self.folder, self.formats)
            self.csv.finish()
            files = sorted(
                path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()
            )
            files.append(MANIFEST)
            write_manifest(manifest(tables, info, files), self.folder / MANIFEST)
        return atomic.publish(self.folder, self.out, sorted(set(files_of_report(self.out)) - set(files)))


def _write_for_people(
    tables: Tables,
    info: RunInfo,
    folder: Path,
    formats: frozenset[str],
    config: ReportConfig,
    previous: Previous | None,
    papers: dict[str, str],
) -> None:
    if "xlsx" in formats:
        from medcramp.report.workbook.build import write_workbook

        carried = _carried(tables, info, previous)
        write_workbook(tables, info, config, folder / "worklist.xlsx", carried, papers)
        if config.split_by:
            _write_shares(tables, info, folder, config, carried)
    if "overview" in formats:
        from medcramp.report.overview import write_overview

        write_overview(tables, info, config, folder / "overview.html", papers)


def _write_shares(tables: Tables, info: RunInfo, folder: Path, config: ReportConfig, carried: Carried | None) -> None:
    from medcramp.report.split import split
    from medcramp.report.workbook.build import write_workbook

    shares = folder / f"by-{config.split_by}"
    shares.mkdir(mode=0o700)
    for stem, _, share in split(tables, config.split_by):
        write_workbook(share, info, config, shares / f"{stem}.xlsx", carried and carried.without_leftovers())


def _carried(tables: Tables, info: RunInfo, previous: Previous | None) -> Carried | None:
    if previous is None:
        return None
    from medcramp.report.carry import carry

    return carry(previous, tables, info.as_of)


def _write_papers(
    folder: Path, kinds: frozenset[str], info: RunInfo, config: ReportConfig, documents: Iterable[Documents]
) -> dict[str, str]:
    """Lay out the papers; returns patient id → place of the patient's counselling sheet."""
    if not kinds:
        return {}
    from medcramp.report.documents import write_documents

    names = write_documents(documents, folder / "documents", kinds, info, config)
    best = next((kind for kind in ("html", "pdf") if kind in kinds), "")
    return {patient: f"documents/{name}-sheet.{best}" for patient, name in names.items()} if best else {}


def _write_for_programs(tables: Tables, info: RunInfo, folder: Path, formats: frozenset[str]) -> None:
    if "json" in formats:
        from medcramp.report.machine import write_findings_json

        write_findings_json(tables, info, folder / "findings.json")
    if "parquet" in formats:
        from medcramp.report.machine import write_parquet_tables

        write_parquet_tables(tables, folder / "parquet")
    if "fhir" in formats:
        from medcramp.report.fhir import write_bundle

        write_bundle(tables, info, folder / "fhir-bundle.json")
