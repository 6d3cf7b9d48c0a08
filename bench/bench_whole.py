"""Speed and memory of `medcramp screen` from CSV to tables, as a ratio to the bare read of that CSV in the same run.

    python bench/bench_whole.py [--rows 100000 1000000] [--rounds 3] [--stages] [--naive 6000]

Reference: a process that reads the file with pyarrow.csv.read_csv and does nothing else; the time of the read alone and
of the whole process are both printed. Ours is the whole process of the command, workbook off. They are measured in
turns; the ratio is the median over the rounds. With several sizes the time per row is compared too. A third time tells
what the tables cost before anything is computed: as many bytes written from memory and brought down to the disk.

--stages   once more inside this process, with the seconds of each stage
--naive N  beside the plain per-patient program of naive.py, for at most N patients (see bench_naive.py)
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench_naive import beside
from made_up_export import write_export

from medcramp import advise, assemble, profile, read, recognise, run, screen
from medcramp.knowledge import load
from medcramp.report.write import Building

BARE = """
import sys, time, pyarrow.csv
start = time.perf_counter()
pyarrow.csv.read_csv(sys.argv[1])
print(time.perf_counter() - start)
"""
BARE_WRITE = """
import os, sys, time
piece, start = bytes(1 << 20), time.perf_counter()
with open(sys.argv[1], "wb") as file:
    for _ in range(int(sys.argv[2]) >> 20):
        file.write(piece)
    file.flush()
    os.fsync(file.fileno())
print(time.perf_counter() - start)
"""
STAGES = (
    (run, "load"),
    (read, "read_inputs"),
    (recognise, "recognise"),
    (profile, "build"),
    (screen, "screen"),
    (assemble, "medications"),
    (advise, "assess"),
    (advise, "prioritise"),
    (assemble, "tables"),
    (Building, "finish"),
)
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def process(command: list[str]) -> tuple[str, float, float]:
    """(what it printed, seconds, peak MiB) of one whole process; raises when it fails."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{command[1:4]} failed")
    return printed, time.perf_counter() - start, usage.ru_maxrss / 1024


def whole(path: Path, rows: int, rounds: int) -> float:
    """Prints one size; returns our seconds."""
    out = path.with_name("out")
    ours = [sys.executable, "-m", "medcramp", "screen", str(path), "--out", str(out), "--formats", "csv"]
    bare = [sys.executable, "-c", BARE, str(path)]
    process(bare)  # warms the file cache
    found, writes = [], []
    for _ in range(rounds):
        printed, base, _ = process(bare)
        _, seconds, peak = process(ours)
        found.append((float(printed), base, seconds, peak))
        written = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
        shutil.rmtree(out)
        copied, _, _ = process([sys.executable, "-c", BARE_WRITE, str(out), str(written)])
        out.unlink()
        writes.append(float(copied))
    reads, bases, seconds, peaks = zip(*found, strict=True)
    per_read = statistics.median(ours / base for base, _, ours, _ in found)
    per_process = statistics.median(ours / base for _, base, ours, _ in found)
    read_alone, base, ours = map(statistics.median, (reads, bases, seconds))
    print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB in, {written / 1e6:.0f} MB of tables out")
    print(f"  bare read            {read_alone:7.2f} s  (its whole process {base:.2f} s)")
    print(f"  bare write of as much{statistics.median(writes):7.2f} s")
    print(f"  medcramp screen      {ours:7.2f} s  = {per_read:.1f} x the read, {per_process:.1f} x its process")
    print(f"  peak memory          {max(peaks):7.0f} MiB, {ours / rows * 1e6:.2f} s per million rows")
    return ours


def stages(path: Path) -> None:
    """Seconds of each stage of one run inside this process."""

    def watched(name: str, stage: Callable[..., T]) -> Callable[..., T]:
        def call(*args: object, **named: object) -> T:
            result, seconds = timed(lambda: stage(*args, **named))
            print(f"  {name:20s} {seconds:7.2f} s")
            return result

        return call

    own = [(module, name, getattr(module, name)) for module, name in STAGES]
    for module, name, stage in own:
        setattr(module, name, watched(name, stage))
    request = run.Request((path,), path.with_name("out"), formats=frozenset({"csv"}))
    _, seconds = timed(lambda: run.run(request))
    print(f"  {'all stages':20s} {seconds:7.2f} s")
    for module, name, stage in own:
        setattr(module, name, stage)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--naive", type=int, default=0)
    given = parser.parse_args()
    knowledge = load()
    per_row = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in given.rows:
            path = Path(folder) / f"fills-{rows}.csv"
            write_export(path, rows, knowledge)
            per_row[rows] = whole(path, rows, given.rounds) / rows
            if given.stages:
                stages(path)
            if given.naive:
                beside(path, given.naive, given.rounds, knowledge)
    least = min(given.rows)
    for rows in given.rows[1:]:
        print(f"time per row at {rows:,} rows: {per_row[rows] / per_row[least]:.2f} x that at {least:,}")


if __name__ == "__main__":
    main()
