"""How long profile and screening take on many fills, beside the bare read of the same fills with pyarrow.

    python bench/bench_screen.py [--fills 1000000] [--patients 60000]

Patients and fills are made up from the medicines of the rules' own examples; the same seed gives the same file.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow.csv

from medcramp import profile, recognise, records, screen
from medcramp.knowledge import Knowledge, load
from medcramp.knowledge.rules import ExampleDrug

AS_OF = date(2025, 3, 15)
DAYS = 740  # how far back the made-up fills reach
DIAGNOSES = ("I10", "E11.9", "I50.9", "N18.31", "R25.2", "E78.5")
SHARE_RUNNING = 0.6  # courses whose last fill is within a month of the index date
T = TypeVar("T")


def medicines(knowledge: Knowledge) -> list[tuple[str, str]]:
    """Distinct (drug line, directions) of all examples."""
    found: dict[tuple[str, str], None] = {}
    for rule in knowledge.rules:
        for example in rule.examples:
            for drug in example.drugs:
                if isinstance(drug, ExampleDrug):
                    found[drug.drug, drug.sig] = None
                else:
                    name, _, sig = drug.partition(", ")
                    found[name, sig] = None
    return list(found)


def fills(count: int, patients: int, knowledge: Knowledge, seed: int = 7) -> pd.DataFrame:
    """Canonical records: every patient takes some of the medicines, each filled every month or so for a while."""
    random = np.random.default_rng(seed)
    lines = medicines(knowledge)
    per_course = random.integers(1, 10, size=count)
    course = np.repeat(np.arange(count), per_course)[:count]
    number = np.arange(count) - np.concatenate([[0], np.cumsum(per_course)])[course]
    patient = random.integers(0, patients, size=count)[course]
    popularity = 1 / np.arange(1, len(lines) + 1)
    line = random.choice(len(lines), size=count, p=popularity / popularity.sum())[course]
    running = random.random(count) < SHARE_RUNNING
    last = np.where(running, DAYS - random.integers(0, 30, size=count), random.integers(300, DAYS, size=count))
    day = last[course] - (per_course[course] - 1 - number) * 30
    start = (np.datetime64("2023-03-05") + day).astype(str)

    def column(texts: list[str], codes: np.ndarray) -> pd.Categorical:
        return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype=object))

    def coded(values: np.ndarray) -> pd.Categorical:
        codes, texts = pd.factorize(values)
        return column(list(texts.astype(str)), codes)

    drugs, drug_code = np.unique([drug for drug, _ in lines], return_inverse=True)
    sigs, sig_code = np.unique([sig for _, sig in lines], return_inverse=True)
    frame = pd.DataFrame({name: records.text_column([None] * 1).take([0] * count) for name in records.RECORD_COLUMNS})
    frame["source_file"] = column(["fills.csv"], np.zeros(count, dtype=np.int8))
    frame["source_row"] = np.arange(2, count + 2, dtype=np.int32)
    frame["patient_id"] = column([f"P{place:07}" for place in range(patients)], patient)
    frame["drug"] = column(list(drugs), drug_code[line])
    frame["sig"] = column(list(sigs), sig_code[line])
    frame["days_supply"] = column(["30"], np.zeros(count, dtype=np.int8))
    frame["quantity"] = column(["30"], np.zeros(count, dtype=np.int8))
    frame["start_date"] = coded(start)
    frame["age"] = coded(20 + patient % 70)
    return frame


def companions(patients: int, seed: int = 11) -> dict[str, pd.DataFrame]:
    """Laboratory results and diagnoses for some of the patients."""
    random = np.random.default_rng(seed)
    who = [f"P{place:07}" for place in range(patients)]
    some = random.choice(patients, size=patients // 2)
    labs = pd.DataFrame(
        {
            "patient_id": pd.Categorical.from_codes(some, categories=pd.Index(who)),
            "test": pd.Categorical(random.choice(["potassium", "sodium", "creatinine"], size=len(some))),
            "value": pd.Categorical(np.round(random.normal(4.2, 0.6, size=len(some)), 1).astype(str)),
            "unit": pd.Categorical(["mmol/L"] * len(some)),
            "date": pd.Categorical(["2025-02-20"] * len(some)),
            "upper_limit": records.text_column([None] * len(some)),
        }
    )
    codes = pd.DataFrame(
        {
            "patient_id": pd.Categorical.from_codes(random.choice(patients, size=patients), categories=pd.Index(who)),
            "icd10": pd.Categorical(random.choice(DIAGNOSES, size=patients)),
            "date": records.text_column([None] * patients),
        }
    )
    return {"labs": labs, "conditions": codes}


def timed(what: Callable[[], T]) -> tuple[T, float]:
    begin = time.perf_counter()
    result = what()
    return result, time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fills", type=int, default=1_000_000)
    parser.add_argument("--patients", type=int, default=60_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    knowledge = load()
    frame = fills(arguments.fills, arguments.patients, knowledge)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fills.csv"
        frame.dropna(axis=1, how="all").to_csv(path, index=False)
        _, bare = min((timed(lambda: pyarrow.csv.read_csv(path)) for _ in range(arguments.repeat)), key=lambda x: x[1])
    print(f"{len(frame):,} fills, {arguments.patients:,} patients, {len(knowledge.rules)} rules")
    print(f"bare pyarrow read of the CSV   {bare:7.2f} s")
    recognised, seconds = timed(lambda: recognise.recognise(frame, knowledge))
    print(f"recognise                      {seconds:7.2f} s")
    read = records.ReadResult(
        frame, pd.DataFrame(), pd.DataFrame(), records.RowLedger(len(frame), len(frame)), companions(arguments.patients)
    )
    settings = profile.ProfileSettings(as_of=AS_OF)
    best = {"profile": np.inf, "screen": np.inf}
    for _ in range(arguments.repeat):
        facts, seconds = timed(lambda: profile.build(read, recognised, knowledge, settings))
        best["profile"] = min(best["profile"], seconds)
        screened, seconds = timed(lambda facts=facts: screen.screen(facts, knowledge))
        best["screen"] = min(best["screen"], seconds)
    kernel = best["profile"] + best["screen"]
    print(f"profile                        {best['profile']:7.2f} s  ({len(facts.exposures):,} exposures)")
    print(f"screen                         {best['screen']:7.2f} s  ({len(screened.findings):,} findings)")
    print(f"profile + screen               {kernel:7.2f} s  = {kernel / bare:.1f} x the bare read")
    print(f"per 1,000 fills                {kernel / len(frame) * 1e6:7.2f} ms")
    print(f"peak memory                    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB")


if __name__ == "__main__":
    main()
