"""How long options and priorities take, beside deciding the same options patient by patient in the same run.

    python bench/bench_advise.py [--fills 300000] [--patients 60000] [--sample 300]

The reference takes the same predicates, already evaluated, and builds each patient's rows in a plain loop; it is
timed on a sample of patients and scaled up.
"""

from __future__ import annotations

import argparse

from bench_screen import AS_OF, companions, fills, timed

from medcramp import profile, recognise, records, screen
from medcramp.advise import Advice, assess, prioritise, ranked
from medcramp.advise.options import verdict
from medcramp.knowledge import Knowledge, load
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import Facts


def patient_by_patient(facts: Facts, knowledge: Knowledge, sample: int) -> list[tuple[str, str, str, str]]:
    """(patient, option, form, status) of the first `sample` patients, one at a time."""
    evaluator, phrases = Evaluator(facts, knowledge), knowledge.advice.phrases
    rows = []
    for place, patient_id in enumerate(facts.patients["patient_id"][:sample]):
        for option in knowledge.options:
            for form in option.forms:
                found = []
                for predicate in option.predicates(form):
                    when = evaluator.planes(predicate.when)
                    found.append((predicate, int(when.certain[place]) + int(when.possible[place])))
                rows.append((patient_id, option.option, form, verdict(option, form, found, (), phrases).status))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fills", type=int, default=300_000)
    parser.add_argument("--patients", type=int, default=60_000)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    knowledge = load()
    frame = fills(arguments.fills, arguments.patients, knowledge)
    ledger = records.RowLedger(len(frame), len(frame))
    read = records.ReadResult(frame, frame.iloc[:0], frame.iloc[:0], ledger, companions(arguments.patients))
    recognised = recognise.recognise(frame, knowledge)
    facts = profile.build(read, recognised, knowledge, profile.ProfileSettings(as_of=AS_OF))
    screened = screen.screen(facts, knowledge)

    def advise() -> Advice:
        return Advice(
            assess(facts, knowledge), prioritise(facts, screened, knowledge), ranked(facts, screened, knowledge)
        )

    runs = [timed(advise) for _ in range(arguments.repeat)]
    advice, seconds = min(runs, key=lambda run: run[1])
    _, sample_seconds = timed(lambda: patient_by_patient(facts, knowledge, arguments.sample))
    naive = sample_seconds / arguments.sample * facts.size
    size = advice.options.memory_usage(deep=True).sum() / 1e6
    print(f"{facts.size:,} patients, {len(advice.options):,} option rows, {len(screened.findings):,} findings")
    print(f"options and priorities         {seconds:7.2f} s  (table of options {size:.0f} MB)")
    print(f"patient by patient             {naive:7.2f} s  (scaled up from {arguments.sample} patients)")
    print(f"ratio                          {naive / seconds:7.0f} x")


if __name__ == "__main__":
    main()
