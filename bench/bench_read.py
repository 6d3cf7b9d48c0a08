"""Speed and memory of reading, each as a ratio to a bare read of the same file in the same run.

    python bench/bench_read.py [--rows 1000000] [--xlsx-rows 100000] [--rounds 5] [--only csv|large|parquet|xlsx]

- csv: text with 60,000 patients, 20,000 distinct drug lines, 12 columns; reference: pyarrow.csv.read_csv
- parquet: the same rows; reference: pyarrow.parquet.read_table
- xlsx: the first rows of it as a workbook; reference: python-calamine's to_python
- large: three and ten times as many rows as csv, streamed; prints bytes of peak memory per additional row

Every measurement is a process of its own, imports and the tables of words not counted (a tenth of a second, once in a
process); seconds are given as they pass and as both cores spend
them (on a busy machine only the latter say much). "grid" is the raw table alone (header looked at, the
columns that matter loaded), "read" is reading and canonicalising.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from medcramp.terminal import collect_rarely

PATIENTS, LINES, SIGS, PRESCRIBERS = 60_000, 20_000, 3_000, 2_000
NEEDED = range(1, 12)
"""All columns but the prescription number, which no record holds."""


def fills(rows: int, seed: int = 1) -> pa.Table:
    """A dispensing export; the same seed gives the same rows."""
    random = np.random.default_rng(seed)
    patient, line = random.integers(0, PATIENTS, rows), random.integers(0, LINES, rows)

    def chosen(values: list[str], places: np.ndarray) -> pa.ChunkedArray:
        indices = pa.array(places.astype(np.int32))
        return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, pa.array(values)).cast(pa.string())])

    forms = ("TABLET", "CAPSULE", "SOLUTION", "CREAM", "ER TABLET")
    often = ("DAILY", "TWICE DAILY", "AT BEDTIME", "AS NEEDED")
    return pa.table(
        {
            "Rx Number": pa.array(np.arange(7_000_000, 7_000_000 + rows)),
            "Patient ID": chosen([f"P{at:06d}" for at in range(PATIENTS)], patient),
            "Patient Name": chosen(
                [f"LAST{at % 9000}, FIRST{at % 700} {chr(65 + at % 26)}" for at in range(PATIENTS)], patient
            ),
            "Date of Birth": chosen(
                [f"{1 + at % 12:02d}/{1 + at % 28:02d}/{1930 + at % 75}" for at in range(PATIENTS)], patient
            ),
            "Sex": chosen(["FM"[at % 2] for at in range(PATIENTS)], patient),
            "Drug Name": chosen(
                [f"MADEUPOL{at % 4000} {5 + 5 * (at % 40)} MG {forms[at % 5]}" for at in range(LINES)], line
            ),
            "NDC": chosen([f"{1 + at * 7919 % 99_999_999_990:011d}" for at in range(LINES)], line),
            "Directions": chosen(
                [f"TAKE {1 + at % 3} BY MOUTH {often[at % 4]} {at}" for at in range(SIGS)],
                random.integers(0, SIGS, rows),
            ),
            "Quantity": pa.array(random.choice([30, 60, 90, 120], rows)),
            "Days Supply": pa.array(random.choice([30, 60, 90], rows)),
            "Date Filled": chosen(
                [f"{1 + at % 12:02d}/{1 + at // 12 % 28:02d}/2024" for at in range(336)], random.integers(0, 336, rows)
            ),
            "Prescriber": chosen(
                [f"DR {at}, JANE" for at in range(PRESCRIBERS)], random.integers(0, PRESCRIBERS, rows)
            ),
        }
    )


def write_csv(path: Path, rows: int) -> None:
    """Many rows, a million at a time."""
    step = 1_000_000
    with path.open("wb") as file:
        for start in range(0, rows, step):
            table = fills(min(step, rows - start), seed=1 + start // step)
            numbers = pa.array(np.arange(7_000_000 + start, 7_000_000 + start + table.num_rows))
            table = table.set_column(0, "Rx Number", numbers)
            pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(include_header=start == 0))


def write_xlsx(table: pa.Table, path: Path) -> None:
    """The rows as a plain workbook."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, table.column_names)
        for at, row in enumerate(zip(*(column.to_pylist() for column in table.columns), strict=True), start=1):
            sheet.write_row(at, 0, row)


def bare(path: Path) -> Callable[[], object]:
    """The reference for this kind of file."""
    if path.suffix == ".xlsx":
        import python_calamine

        return lambda: python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    if path.suffix == ".parquet":
        return lambda: pyarrow.parquet.read_table(path)
    return lambda: pyarrow.csv.read_csv(path)


def grid(path: Path) -> Callable[[], object]:
    """The raw table, as the upper half of reading asks for it."""
    from medcramp.read.containers import open_input, opening  # noqa: F401 the import is not what is measured

    return lambda: [item.load(NEEDED) for item in open_input(path)]


def read(path: Path) -> Callable[[], object]:
    """Reading and canonicalising."""
    from medcramp.knowledge import columns, drug_words
    from medcramp.read import assemble, read_inputs  # noqa: F401
    from medcramp.read.containers import opening  # noqa: F401

    columns.load()
    drug_words.load()
    return lambda: read_inputs([path])


WAYS = {"bare": bare, "grid": grid, "read": read}


def measure(way: str, path: Path) -> tuple[float, float, float]:
    """(seconds, seconds of the processors, peak MiB) of one way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found["seconds"], found["cpu"], found["peak"]


def peak_memory() -> float:
    """Most resident memory of this process so far, MiB (Linux; 0 elsewhere)."""
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024 if status.exists() else 0.0


def compare(title: str, path: Path, rounds: int) -> dict[str, float]:
    """Prints the ratio of each way to the bare read: median of paired rounds."""
    found: dict[str, list[tuple[float, float, float]]] = {way: [] for way in WAYS}
    measure("bare", path)  # warms the file cache
    for _ in range(rounds):
        for way in WAYS:
            found[way].append(measure(way, path))
    print(f"{title}: {path.stat().st_size / 1e6:.0f} MB, {rounds} rounds")
    peaks = {}
    for way, runs in found.items():
        seconds, cpu = (statistics.median(run[kind] for run in runs) for kind in (0, 1))
        ratio, cpu_ratio = (
            statistics.median(ours[kind] / base[kind] for ours, base in zip(runs, found["bare"], strict=True))
            for kind in (0, 1)
        )
        peaks[way] = max(peak for *_, peak in runs)
        print(
            f"  {way:5s} {seconds:7.2f} s {ratio:5.2f} x bare   processors {cpu:6.2f} s {cpu_ratio:5.2f} x bare"
            f"   peak {peaks[way]:6.0f} MiB"
        )
    return peaks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--xlsx-rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("csv", "large", "parquet", "xlsx"))
    parser.add_argument("--way", choices=tuple(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("file", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        if given.way != "bare":
            collect_rarely()  # as the commands do
        work = WAYS[given.way](given.file)
        start, spent = time.perf_counter(), time.process_time()
        result = work()
        seconds, cpu = time.perf_counter() - start, time.process_time() - spent
        print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak_memory()}))
        del result
        return
    with tempfile.TemporaryDirectory() as folder:
        table = fills(given.rows)
        if given.only in {None, "csv"}:
            path = Path(folder) / "fills.csv"
            pyarrow.csv.write_csv(table, path)
            compare(f"csv, {given.rows:,} rows", path, given.rounds)
        if given.only in {None, "large"}:
            peaks = []
            for times in (3, 10):
                path = Path(folder) / "large.csv"
                write_csv(path, times * given.rows)
                peaks.append(compare(f"large csv, {times * given.rows:,} rows", path, 1))
            for way in ("grid", "read"):
                grown = (peaks[1][way] - peaks[0][way]) * 2**20 / (7 * given.rows)
                print(f"  {way}: {grown:.0f} bytes of peak memory per additional row")
        if given.only in {None, "parquet"}:
            path = Path(folder) / "fills.parquet"
            pyarrow.parquet.write_table(table, path)
            compare(f"parquet, {given.rows:,} rows", path, given.rounds)
        if given.only in {None, "xlsx"}:
            path = Path(folder) / "fills.xlsx"
            write_xlsx(table.slice(0, given.xlsx_rows), path)
            compare(f"xlsx, {given.xlsx_rows:,} rows", path, given.rounds)


if __name__ == "__main__":
    main()
