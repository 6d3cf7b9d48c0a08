"""How many directions are turned into the right units a day; run: python bench/score_sigs.py DIRECTIONS [FILE]

DIRECTIONS is a text file, one text a line (or a CSV with a column `sig`); FILE (default: sigs_expected.csv beside this
script) holds what a person read out of each text: `key` (of `key_of`: the texts themselves are not kept here), `kind`,
`usual` and `highest` units a day (blank = no figure), `prn`. Kinds: `solid` clean directions of tablets and capsules,
`other` of drops, puffs, millilitres or milligrams, `none` that state no daily amount (tapers, "as directed"),
`unclear` on which careful readers differ (not scored). Directions that FILE does not know are counted, not scored.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter
from math import isnan, nan
from pathlib import Path

from medcramp import knowledge
from medcramp.recognise.sig import parse

CLOSE = 0.005


def key_of(text: str) -> str:
    """Stands for a text whatever its case and spacing."""
    return hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest()[:16]


def read_texts(path: Path) -> list[str]:
    """One text per line, or the column `sig` of a table that has one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if any(row)]
    if "sig" in rows[0]:
        at = rows[0].index("sig")
        return [row[at] for row in rows[1:]]
    return [",".join(row) for row in rows]


def same(found: float, wanted: str) -> bool:
    """Is it the figure that a person read, or none where there is none?"""
    figure = float(wanted) if wanted else nan
    return isnan(found) if isnan(figure) else abs(found - figure) <= CLOSE * max(figure, 1)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("directions", type=Path)
    asked.add_argument("expected", type=Path, nargs="?", default=Path(__file__).with_name("sigs_expected.csv"))
    arguments = asked.parse_args()
    with arguments.expected.open(encoding="utf-8", newline="") as file:
        expected = {row["key"]: row for row in csv.DictReader(file)}
    lexicon = knowledge.load().vocabulary.directions
    right, asked_for = Counter[str](), Counter[str]()
    for number, text in enumerate(read_texts(arguments.directions), 1):
        wanted = expected.get(key_of(text))
        kind = wanted["kind"] if wanted else "not known"
        asked_for[kind] += 1
        if wanted is None or kind == "unclear":
            continue
        found = parse(text, lexicon)
        good = (
            same(found.usual, wanted["usual"])
            and same(found.highest, wanted["highest"])
            and found.prn == (wanted["prn"] == "yes")
        )
        right[kind] += good
        if not good:
            print(f"{number}: {found.usual:g} to {found.highest:g}, expected {wanted['usual']} to {wanted['highest']}")
    for kind, count in sorted(asked_for.items()):
        scored = "not scored" if kind in ("unclear", "not known") else f"{right[kind]} right"
        print(f"{kind:10} {count:4} directions: {scored}")


if __name__ == "__main__":
    main()
