"""medcramp beside the plain program of naive.py on one file: seconds by stage, the ratio, and whether they agree.

    python bench/bench_naive.py [--rows 100000 1000000] [--patients 6000] [--rounds 3]

Both run inside this process, in turns, with the knowledge loaded before and garbage collected as rarely as the command
does it; the median over the rounds is printed, as seconds by the clock and as seconds of the processor (which other
work on the machine moves less). The plain program reads and recognises the whole file; profile, rules and findings are
measured for at most so many patients, evenly spaced, and scaled up to all. Ours are the same stages for all patients,
and do more (see naive.py). Every answer of every rule and every finding of a rule has to be the same for those
patients; a difference stops the measurement.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

import naive
import numpy as np
from made_up_export import write_export
from naive_rules import Patient

from medcramp import profile, recognise, screen
from medcramp.knowledge import Knowledge, load
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import Facts
from medcramp.read import read_inputs
from medcramp.report.tables import CsvTables

STAGES = ("reading", "recognition", "profile", "rules and findings", "writing findings")
ALONE = "all rules alone"
AS_THE_COMMAND = (200_000, 50, 100)
"""How rarely garbage is collected (gc.set_threshold)."""
T = TypeVar("T")
Answers = set[tuple[str, str, bool]]
"""(patient, rule, certain) of every rule that is not known to be false."""
Shown = set[tuple[str, ...]]
"""(patient, rule, subject, severity, certainty) of every finding of a rule."""


class Seconds(NamedTuple):
    """By the clock, and of the processor."""

    clock: float
    processor: float

    def times(self, factor: float) -> Seconds:
        return Seconds(self.clock * factor, self.processor * factor)


class Stopwatch:
    """Seconds of named stages."""

    def __init__(self) -> None:
        self.stages: dict[str, Seconds] = {}

    def __call__(self, stage: str, work: Callable[[], T]) -> T:
        clock, processor = time.perf_counter(), time.process_time()
        result = work()
        self.stages[stage] = Seconds(time.perf_counter() - clock, time.process_time() - processor)
        return result


def ours(path: Path, knowledge: Knowledge) -> tuple[dict[str, Seconds], Answers, Shown]:
    """The stages of medcramp for all patients."""
    watch = Stopwatch()
    understood = watch("reading", lambda: read_inputs([path]))
    recognised = watch("recognition", lambda: recognise.recognise(understood.records, knowledge))
    settings = profile.ProfileSettings(as_of=profile.index_date(understood.records, date.today()))
    facts = watch("profile", lambda: profile.build(understood, recognised, knowledge, settings))
    findings = watch("rules and findings", lambda: screen.screen(facts, knowledge)).findings
    folder = path.with_name("tables")

    def write() -> None:
        with CsvTables(folder) as tables:
            tables.begin("findings", findings)
            tables.finish()

    watch("writing findings", write)
    answers = watch(ALONE, lambda: _planes(facts, knowledge))
    of_rules = {(rule.id, rule.subject) for rule in knowledge.rules}
    columns = (findings[name].astype(str) for name in ("patient_id", "rule", "subject", "severity", "certainty"))
    shown = {row for row in zip(*columns, strict=True) if row[1:3] in of_rules}
    return watch.stages, _answers(facts, answers), shown


def _planes(facts: Facts, knowledge: Knowledge) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    evaluator = Evaluator(facts, knowledge)
    return {rule.key: evaluator.planes(rule.when) for rule in knowledge.rules}


def _answers(facts: Facts, planes: dict[str, tuple[np.ndarray, np.ndarray]]) -> Answers:
    ids = facts.patients["patient_id"].to_numpy(dtype=object)
    return {
        (ids[patient], rule, bool(certain[patient]))
        for rule, (certain, possible) in planes.items()
        for patient in np.flatnonzero(possible)
    }


def plain(path: Path, most: int, knowledge: Knowledge) -> tuple[dict[str, Seconds], Answers, Shown, set[str], int]:
    """The stages of the plain program, scaled up; its answers, for which patients, and how many there are in all."""
    watch = Stopwatch()
    people = watch("reading", lambda: naive.read(path))
    drugs, sigs = watch("recognition", lambda: naive.recognise(people.values(), knowledge))
    chosen = list(people.values())[:: max(1, -(-len(people) // most))]
    today = date.today()
    as_of = max(fill.start for person in people.values() for fill in person.fills if fill.start <= today)
    settings = profile.ProfileSettings(as_of=as_of)
    screener = naive.Screener(knowledge, settings.jurisdiction)

    def judged() -> list[tuple[Patient, list[naive.Answer]]]:
        return [(patient, screener.answers(patient)) for patient in patients]

    patients = watch("profile", lambda: [naive.profile(person, drugs, sigs, settings) for person in chosen])
    answers = watch(ALONE, judged)
    findings = watch(
        "rules and findings", lambda: [(one.patient_id, screener.findings(one, own)) for one, own in answers]
    )
    watch("writing findings", lambda: naive.write(path.with_name("plain.csv"), findings))
    seconds, factor = watch.stages, len(people) / len(chosen)
    seconds["rules and findings"] = _sum([seconds["rules and findings"], seconds[ALONE]])
    for stage in (*STAGES[2:], ALONE):
        seconds[stage] = seconds[stage].times(factor)
    given = {(one.patient_id, rule.key, truth is True) for one, own in answers for rule, _, _, truth in own}
    shown: Shown = {
        (patient, one.rule.id, one.rule.subject, one.severity, "confirmed" if one.certain else "verify")
        for patient, own in findings
        for one in own
    }
    return seconds, given, shown, {person.patient_id for person in chosen}, len(people)


def _sum(parts: Iterable[Seconds]) -> Seconds:
    clock, processor = zip(*parts, strict=True)
    return Seconds(sum(clock), sum(processor))


def beside(path: Path, most: int, rounds: int, knowledge: Knowledge) -> None:
    """Measure one file and print the comparison. Raises SystemExit when the two do not agree."""
    warm(knowledge)
    gc.set_threshold(*AS_THE_COMMAND)
    runs: list[tuple[dict[str, Seconds], dict[str, Seconds]]] = []
    for _ in range(rounds):
        of_ours, our_answers, our_findings = ours(path, knowledge)
        of_plain, answers, findings, patients, everyone = plain(path, most, knowledge)
        runs.append((of_ours, of_plain))
    print(f"  plain program, one patient after another ({len(patients):,} of {everyone:,} patients, load now "
          f"{os.getloadavg()[0]:.1f}); seconds by the clock (of the processor)")  # fmt: skip
    sums = {"all stages": STAGES, "after recognition": STAGES[2:]}
    for stage in (*STAGES, *sums, ALONE):
        print(f"    {stage:20s} " + _row(runs, sums.get(stage, (stage,))))
    _agree("answers of rules", {row for row in our_answers if row[0] in patients}, answers)
    _agree("findings of rules", {row for row in our_findings if row[0] in patients}, findings)


def _row(runs: list[tuple[dict[str, Seconds], dict[str, Seconds]]], stages: tuple[str, ...]) -> str:
    """Ours, theirs and how many times ours theirs are: medians over the rounds."""
    sides = [[_sum(run[side][stage] for stage in stages) for run in runs] for side in (0, 1)]
    mine, theirs = ([statistics.median(kind) for kind in zip(*side, strict=True)] for side in sides)
    clock, processor = (other / own for own, other in zip(mine, theirs, strict=True))
    return (
        f"ours {mine[0]:7.2f} ({mine[1]:7.2f})   plain {theirs[0]:7.2f} ({theirs[1]:7.2f})   "
        f"{clock:5.1f} x ({processor:5.1f} x)"
    )


def _agree(what: str, mine: set[T], theirs: set[T]) -> None:
    together = mine | theirs
    share = len(mine & theirs) / len(together) if together else 1.0
    print(f"    {what}: {100 * share:.2f} % of {len(together):,} are the same")
    if mine != theirs:
        raise SystemExit("the plain program and the engine do not agree")


def warm(knowledge: Knowledge) -> None:
    """Load what both need, so that neither pays for it."""
    _ = knowledge.vocabulary, knowledge.groups, knowledge.rules, knowledge.conditions, knowledge.labs
    _ = knowledge.clinical


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--patients", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    knowledge = load()
    with tempfile.TemporaryDirectory() as folder:
        for rows in given.rows:
            path = Path(folder) / f"fills-{rows}.csv"
            write_export(path, rows, knowledge)
            print(f"{rows:,} rows")
            beside(path, given.patients, given.rounds, knowledge)


if __name__ == "__main__":
    main()
