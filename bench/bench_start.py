"""How long `medcramp --help` takes, against a bare interpreter start in the same run.

usage: python bench/bench_start.py [RUNS]
"""

import shutil
import statistics
import subprocess
import sys
import time


def median_seconds(command: list[str], runs: int) -> float:
    """Median wall seconds of a whole process."""
    subprocess.run(command, capture_output=True, check=True)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    program = shutil.which("medcramp")
    assert program, "install medcramp first"
    bare = median_seconds([sys.executable, "-c", "pass"], runs)
    ours = median_seconds([program, "--help"], runs)
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "medcramp", "--help"], capture_output=True, text=True, check=True
    ).stderr
    print(f"bare interpreter {bare:.3f} s, medcramp --help {ours:.3f} s (median of {runs}): ratio {ours / bare:.1f}")
    print("pandas on the way: " + ("yes" if " pandas" in loaded else "no"))


if __name__ == "__main__":
    main()
