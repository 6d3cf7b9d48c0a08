"""The main job: the six stages in order. The one module that knows them all.

The two longest tables, medications and options, need no finding: they are written while the rules are applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from medcramp import __version__, advise, assemble, profile, read, recognise, report, screen
from medcramp.errors import UsageError
from medcramp.knowledge import Knowledge, load
from medcramp.read import ReadOptions
from medcramp.records import SEVERITIES, Progress, RowLedger, Tables, no_progress

T = TypeVar("T")


@dataclass(frozen=True)
class Preparation:
    """A compounded preparation to request a prescription for: whose, which actives (option ids), in which form."""

    patient_id: str
    actives: tuple[str, ...]
    form: str


@dataclass(frozen=True)
class Request:
    """One run as the user asked for it. `as_of` None = the last fill in the data. `companions` maps a name of
    records.COMPANION_COLUMNS to its file. `papers`: for how many patients, most pressing first, the papers among
    `formats` are written."""

    inputs: tuple[Path, ...]
    out: Path
    read: ReadOptions = field(default_factory=ReadOptions)
    companions: Mapping[str, Path] = field(default_factory=dict)
    as_of: date | None = None
    jurisdiction: str = "US"
    corrections: Path | None = None
    suppress: Path | None = None
    min_severity: str = SEVERITIES[-1]
    policy_rules: bool = True
    formats: frozenset[str] = frozenset({"xlsx", "csv"})
    previous: Path | None = None
    papers: int = 100
    preparations: tuple[Preparation, ...] = ()
    report: report.ReportConfig = field(default_factory=report.ReportConfig)


@dataclass(frozen=True)
class Outcome:
    """What a run did, in figures for the closing summary, and where the files are."""

    rows: RowLedger
    as_of: date
    patients: int
    records: int
    recognised: int
    findings: Mapping[str, int]
    suppressed: int
    notices: tuple[str, ...]
    files: tuple[Path, ...]


def run(request: Request, progress: Progress = no_progress) -> Outcome:
    """Read, recognise, profile, screen, advise, report. Raises the UserError family; leaves no half-written report."""
    report.prepare(request.out)
    previous = report.read_previous(request.previous) if request.previous else None
    knowledge = load()
    _check_preparations(request.preparations, knowledge)
    understood = read.read_inputs(request.inputs, request.read, request.companions, progress)
    inputs = _in_background(lambda: _input_files(request))
    screening = screen.ScreenSettings(
        suppressions=screen.read_suppressions(request.suppress) if request.suppress else (),
        min_severity=request.min_severity,
        policy_rules=request.policy_rules,
    )
    corrections = recognise.read_corrections(request.corrections) if request.corrections else {}
    recognised = recognise.recognise(
        understood.records,
        knowledge,
        corrections=corrections,
        codes=recognise.installed_codes(),
        jurisdiction=request.jurisdiction,
        progress=progress,
    )
    settings = profile.ProfileSettings(
        as_of=request.as_of or profile.index_date(understood.records, date.today()),
        jurisdiction=request.jurisdiction,
    )
    progress("Building patients", 0, 0)
    facts = profile.build(understood, recognised, knowledge, settings)
    with report.building(request.out, facts.patients["patient_id"], request.formats, request.report) as building:
        medications = assemble.medications(understood.records, recognised, facts, knowledge)
        building.begin("medications", medications)
        progress("Weighing options", 0, 0)
        options = advise.assess(facts, knowledge)
        building.begin("options", options)
        progress("Screening", 0, 0)
        screened = screen.screen(facts, knowledge, screening)
        advice = advise.Advice(
            options, advise.prioritise(facts, screened, knowledge), advise.ranked(facts, screened, knowledge)
        )
        tables = assemble.tables(understood, recognised, medications, screened, advice, knowledge)
        info = _info(request, settings, understood, screened, knowledge, inputs.result())
        progress("Writing the report", 0, 0)
        chosen = _chosen(request.preparations, tables)
        wanted = request.papers if request.formats & report.PAPERS else 0
        people = dict.fromkeys([*report.most_pressing(tables.patients, wanted), *chosen])
        papers = advise.documents(people, facts, screened, advice, knowledge, chosen)
        files = building.finish(tables, info, previous, papers)
    return _outcome(tables, info, screened.suppressed, files)


def _check_preparations(preparations: tuple[Preparation, ...], knowledge: Knowledge) -> None:
    """Raises UsageError for an active or form that no option has; before any work is done."""
    forms = {option.option: tuple(option.forms) for option in knowledge.options}
    for wanted in preparations:
        for active in wanted.actives:
            if wanted.form not in forms.get(active, ()):
                known = forms.get(active)
                raise UsageError(
                    f"there is no {active} as {wanted.form}" if known else f"there is no option {active}",
                    remedy=f"choose from: {', '.join(known or forms)}",
                )


def _chosen(preparations: tuple[Preparation, ...], tables: Tables) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Preparations by patient. Raises UsageError when the run has no such patient."""
    chosen: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    known = set(tables.patients["patient_id"])
    for wanted in preparations:
        if wanted.patient_id not in known:
            raise UsageError("a preparation is requested for a patient who is not in the data", remedy="check the id")
        chosen.setdefault(wanted.patient_id, []).append((wanted.actives, wanted.form))
    return chosen


def _info(
    request: Request,
    settings: profile.ProfileSettings,
    understood: read.ReadResult,
    screened: screen.Screened,
    knowledge: Knowledge,
    files: tuple[report.InputFile, ...],
) -> report.RunInfo:
    """What is printed with the report, so that the run can be repeated."""
    return report.RunInfo(
        program_version=__version__,
        knowledge_version=knowledge.version,
        knowledge_hash=knowledge.hash,
        as_of=settings.as_of,
        jurisdiction=settings.jurisdiction,
        rows=understood.rows,
        inputs=files,
        settings={
            "gap_rule": f"days' supply x {settings.gap_factor:g} + {settings.gap_days} days",
            "laboratory_window_days": settings.lab_days,
            "index_date_given": request.as_of is not None,
            "policy_rules": request.policy_rules,
            "min_severity": request.min_severity,
            "suppressed_findings": screened.suppressed,
            "before_any_option": knowledge.advice.phrases.review_first,
        },
        notices=understood.notices,
        run_at=datetime.now(UTC),
    )


def _in_background(work: Callable[[], T]) -> Future[T]:
    """The work in a thread of its own; for what holds no lock, such as hashing."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future


def _input_files(request: Request) -> tuple[report.InputFile, ...]:
    files = [("input", path) for path in request.inputs] + sorted(request.companions.items())
    return tuple(_input_file(path, role) for role, path in files)


def _input_file(path: Path, role: str) -> report.InputFile:
    """Name and content hash of a file; of a folder the hash over its files."""
    digest = hashlib.sha256()
    for part in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        with part.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return report.InputFile(name=path.name, role=role, sha256=digest.hexdigest())


def _outcome(tables: Tables, info: report.RunInfo, suppressed: int, files: list[Path]) -> Outcome:
    status = tables.medications["status_match"]
    counts = tables.findings["severity"].value_counts()
    return Outcome(
        rows=info.rows,
        as_of=info.as_of,
        patients=len(tables.patients),
        records=len(tables.medications),
        recognised=int(status.isin(["exact", "normalised", "approximate", "not_a_drug"]).sum()),
        findings={severity: int(counts.get(severity, 0)) for severity in SEVERITIES},
        suppressed=suppressed,
        notices=tuple(notice.message for notice in info.notices),
        files=tuple(files),
    )
