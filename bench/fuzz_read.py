"""Breaks small exports of every kind in random ways and reads them: nothing but our own refusals may come out.

    nice python bench/fuzz_read.py [--minutes 10] [--seed 0] [--whole]
    python bench/fuzz_read.py --replay NUMBER [--whole]

Case NUMBER is made from its number alone, so a finding can be replayed. The cases run in a process of their own, so
that a crash of a library, a hang (over 20 s) and memory (peak of the process) are seen as well. Without --whole only
the containers are opened and loaded; with it the whole of reading runs.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path
from queue import Empty, Queue

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fixtures.exports import CONTAINERS, OPTIONS, ROWS, delimited, gzip_of, zipped
from medcramp.errors import UserError
from unit.test_read_container_interchange import ASAP, BUNDLE, HL7, OMOP, SYNTHEA, ndjson

HANG_SECONDS = 20
SLOW = {"protected xlsx"}
"""Kinds whose every reading takes long (password hashing): tried a tenth as often."""
TOKENS = (
    b'"', b'""', b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3",
    b"PK\x03\x04", b"<!DOCTYPE x>", b"<!--", b"-->", b"<table>", b"</table>", b"<td colspan=9999999>", b"<", b">",
    b"&#x110000;", b"&a;", b"{", b"}", b"[", b"]", b"null", b"1e999", b"-1", b"99999999999999999999", b"NaN",
    b"\\ud800", b"MSH|^~\\&|", b"^", b"~", b"TH*4.2*", b'r="XFD1048576"', b" " * 5000, b"A" * 70000, b"\x1f",
    b"\x1eend\x1e", b"0", b"_",
)  # fmt: skip


def seeds() -> dict[str, bytes]:
    """One small file of every kind."""
    made = {name: write(ROWS) for name, write in CONTAINERS.items()}
    made["fhir"] = json.dumps(BUNDLE).encode()
    made["fhir ndjson"] = ndjson(*BUNDLE["entry"])
    made["hl7"] = HL7.encode()
    made["asap"] = "".join(ASAP).encode()
    made["omop"] = zipped({name: text.encode() for name, text in OMOP.items()})
    made["synthea"] = zipped({name: text.encode() for name, text in SYNTHEA.items()})
    made["long csv"] = delimited([*ROWS[:2], *([list(ROWS[1])] * 30_000), ROWS[3]])
    made["json rows"] = b'[{"Patient ID": "1", "Drug": "MADEUPOL", "Qty": 30}]'
    return made


def broken(number: int, kinds: dict[str, bytes]) -> tuple[str, bytes]:
    """Kind and bytes of a case."""
    chance = random.Random(number)
    kind = chance.choice(list(kinds))
    if kind in SLOW and chance.random() > 0.1:
        kind = "xlsx"
    content = kinds[kind]
    if zipfile.is_zipfile(io.BytesIO(content)) and chance.random() < 0.7:
        return kind, broken_inside(content, chance)
    if kind in {"gzip", "tar.gz"} and chance.random() < 0.7:
        import gzip

        return kind, gzip_of(mutated(gzip.decompress(content), chance))
    return kind, mutated(content, chance)


def broken_inside(content: bytes, chance: random.Random) -> bytes:
    """A zip whose members are broken, the zip itself sound: what lies deeper is reached."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = {name: package.read(name) for name in package.namelist()}
    victim = chance.choice(list(members))
    action = chance.random()
    if action < 0.8:
        members[victim] = mutated(members[victim], chance)
    elif action < 0.9:
        del members[victim]
    else:
        members[chance.choice(list(members))] = members[victim]
    return zipped(members)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut, doubled, moved, or mixed with what parsers trip over, a few times."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8, 30))):
        at, size = chance.randrange(len(data) + 1), chance.choice((1, 1, 2, 4, 16, 200))
        action = chance.randrange(7)
        if action == 0 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif action == 1:
            del data[at : at + size]
        elif action == 2:
            data[at:at] = data[at : at + size] * chance.choice((1, 2, 50))
        elif action == 3:
            data[at:at] = chance.choice(TOKENS)
        elif action == 4:
            data[at : at + size] = chance.choice(TOKENS)
        elif action == 5:
            start = chance.randrange(len(data) + 1)
            data[at:at] = data[start : start + size]
        elif chance.random() < 0.2:
            del data[at:]
    return bytes(data)


def read(path: Path, whole: bool) -> str:
    """Outcome of one case: "read", or the name of our refusal; any other exception escapes."""
    from medcramp.read import read_inputs
    from medcramp.read.containers import open_input

    try:
        if whole:
            rows = read_inputs([path], OPTIONS).rows
            assert rows.balances, "the ledger does not add up"
        else:
            for item in open_input(path, OPTIONS):
                item.load()
    except UserError as refusal:
        return type(refusal).__name__
    return "read"


def work(first: int, whole: bool) -> None:
    """Runs cases from `first` on, forever; tells each on standard output before and after."""
    faulthandler.enable()
    kinds = seeds()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.dat"
        number = first
        while True:
            kind, content = broken(number, kinds)
            path.write_bytes(content)
            print("try", number, flush=True)
            try:
                outcome = read(path, whole)
            except Exception:
                outcome = "FAULT " + traceback.format_exc().replace("\n", "\t")
            print("done", number, kind.replace(" ", "_"), peak_memory(), outcome, flush=True)
            number += 1


def peak_memory() -> int:
    """Most resident memory of this process, MiB (Linux)."""
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) >> 10 if status.exists() else 0


def watch(minutes: float, first: int, whole: bool) -> int:
    """Runs workers until the time is over; returns the number of faults."""
    end = time.monotonic() + minutes * 60
    outcomes: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    number, peak = first, 0
    while time.monotonic() < end:
        command = [sys.executable, __file__, "--work", str(number), *(["--whole"] if whole else [])]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        lines: Queue[str | None] = Queue()
        threading.Thread(target=listen, args=(worker, lines), daemon=True).start()
        while time.monotonic() < end:
            try:
                line = lines.get(timeout=HANG_SECONDS * 3 if number == first else HANG_SECONDS)
            except Empty:
                faults.append(f"case {number}: no answer in {HANG_SECONDS} s")
                break
            if line is None:
                faults.append(f"case {number}: the process ended with {worker.wait()}")
                break
            word, case, *rest = line.split(" ", 4)
            number = int(case)
            if word == "done":
                kind, memory, outcome = rest
                peak = max(peak, int(memory))
                outcomes[kind, outcome.split(" ")[0]] += 1
                if outcome.startswith("FAULT"):
                    faults.append(f"case {number} ({kind}): " + outcome.replace("\t", "\n"))
                number += 1
        else:
            worker.kill()
            break
        worker.kill()
        number += 1
    report(outcomes, faults, peak, number - first)
    return len(faults)


def listen(worker: subprocess.Popen[str], lines: Queue[str | None]) -> None:
    """Passes on what a worker says; None when it has ended."""
    assert worker.stdout
    for line in worker.stdout:
        lines.put(line.rstrip("\n"))
    lines.put(None)


def report(outcomes: Counter[tuple[str, str]], faults: list[str], peak: int, cases: int) -> None:
    """What came out."""
    for kind in sorted({kind for kind, _ in outcomes}):
        found = {outcome: count for (k, outcome), count in sorted(outcomes.items()) if k == kind}
        print(f"{kind:22s}", ", ".join(f"{outcome} {count}" for outcome, count in found.items()))
    distinct = Counter(fault.strip().splitlines()[-1] for fault in faults)
    for fault, count in distinct.most_common():
        print(f"{count} x {fault}")
        print(next(text for text in faults if text.strip().splitlines()[-1] == fault))
    print(f"{cases} cases, {len(faults)} faults ({len(distinct)} distinct), peak memory {peak} MiB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--replay", type=int)
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work is not None:
        work(given.work, given.whole)
    if given.replay is not None:
        kind, content = broken(given.replay, seeds())
        path = Path(tempfile.mkdtemp()) / "export.dat"
        path.write_bytes(content)
        print(kind, path, len(content))
        print(read(path, given.whole))
        return 0
    return 1 if watch(given.minutes, given.seed, given.whole) else 0


if __name__ == "__main__":
    sys.exit(main())
