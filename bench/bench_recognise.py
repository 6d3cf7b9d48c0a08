"""How fast and how safely drug lines are recognised; run: python bench/bench_recognise.py

Speed is given beside a reference measured in the same run (the words of the same lines, split and looked up in a
set), so that the ratio holds on any machine, and per second of processor time: other work slows the clock, not that.
Misspellings are made from the names of the seed families' drugs and of
the most used others (ranks of `common.csv`): keyboard slips, dropped, doubled, swapped letters, spelling by ear, cut
ends, lost spaces.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from medcramp import knowledge
from medcramp.knowledge.files import knowledge_folder, read_csv
from medcramp.knowledge.vocabulary import Vocabulary
from medcramp.recognise import identify
from medcramp.recognise.match import Matcher
from medcramp.recognise.named import AMBIGUOUS, UNKNOWN
from medcramp.terminal import collect_rarely

LINES = 50_000
MISSPELT_LINES = 6_000
OTHERS = 300
NEIGHBOURS = {
    **dict(zip("qwertyuiop", ["wa", "qes", "wrd", "etf", "ryg", "tuh", "yij", "uok", "ipl", "ol"], strict=True)),
    **dict(zip("asdfghjkl", ["qsz", "adwx", "sfec", "dgrv", "fhtb", "gjyn", "hkum", "jlio", "kop"], strict=True)),
    **dict(zip("zxcvbnm", ["asx", "zcd", "xvf", "cbg", "vnh", "bmj", "nk"], strict=True)),
}
BY_EAR = [
    ("ph", "f"),
    ("y", "i"),
    ("th", "t"),
    ("c", "k"),
    ("x", "ks"),
    ("z", "s"),
    ("ine", "een"),
    ("i", "y"),
    ("ll", "l"),
]


class Spent(NamedTuple):
    """Seconds of one call by the clock and of the processors."""

    clock: float
    processor: float


def spent(work: Callable[[], object]) -> Spent:
    start, ours = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - start, time.process_time() - ours)


def say(what: str, lines: int, ours: Spent, reference: Spent) -> None:
    """`reference`: seconds it takes to split the same number of lines and look their words up."""
    print(
        f"{what:22} {lines / ours.clock:9,.0f} lines/s by the clock, {lines / ours.processor:9,.0f} per second of "
        f"processor time ({ours.processor / reference.processor:.1f} x the reference)"
    )


def written_lines(vocabulary: Vocabulary, draw: random.Random) -> list[str]:
    """Distinct lines that the exact and normalised tiers understand."""
    names = [name for name, meaning in vocabulary.names.items() if meaning.ingredients]
    forms = ["tablets", "cap", "MG TAB", "oral solution", "ER tab", "injection"]
    makers = ["(Teva UK Ltd)", "(Accord Healthcare Ltd)", "", "HCl", "sodium"]
    lines: set[str] = set()
    while len(lines) < LINES:
        lines.add(f"{draw.choice(names).title()} {draw.randint(1, 999)}mg {draw.choice(forms)} {draw.choice(makers)}")
    return sorted(lines)


def slips(name: str, draw: random.Random) -> dict[str, str]:
    """Kind of slip → the name with it; kinds that do not apply are left out."""
    at = draw.randrange(1, len(name) - 1)
    made = {
        "keyboard": name[:at] + draw.choice(NEIGHBOURS.get(name[at], name[at])) + name[at + 1 :],
        "dropped": name[:at] + name[at + 1 :],
        "doubled": name[: at + 1] + name[at:],
        "swapped": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        "cut": name[: max(6, len(name) - 3)],
        "glued": f"{name}hydrochloride",
    }
    for said, heard in BY_EAR:
        if said in name[1:]:
            made["by ear"] = name[0] + name[1:].replace(said, heard, 1)
            break
    return {kind: text for kind, text in made.items() if text != name}


def bench_names(known: knowledge.Knowledge) -> list[str]:
    """Generic names of the seed families, and the OTHERS most used other drugs by claims."""
    seed = {name for group in known.groups.seeds for name in known.groups.members(group)}
    ranked = sorted(
        (int(row["rank"]), row["name"])
        for _, row in read_csv(knowledge_folder() / "vocabulary" / "common.csv")
        if row["rank"]
    )
    others = [name for _, name in ranked if name not in seed and name.isalpha() and len(name) >= 6][:OTHERS]
    return sorted(name for name in seed if name.isalpha() and len(name) >= 6) + others


def speed(known: knowledge.Knowledge) -> None:
    """Lines a second on both speeds and from text to table, and beside the reference."""
    vocabulary, draw = known.vocabulary, random.Random(7)
    lines = written_lines(vocabulary, draw)
    words = set(vocabulary.phrases)
    names = [name for name in vocabulary.names if name.isalpha() and len(name) >= 7]
    typed = {f"{draw.choice([*slips(draw.choice(names), draw).values()])} 10 mg tab" for _ in range(MISSPELT_LINES)}

    def split(texts: Iterable[str]) -> Spent:
        return spent(lambda: [[word in words for word in text.lower().split()] for text in texts])

    _ = known.groups
    say("exact and normalised", len(lines), spent(lambda: Matcher(vocabulary).match(lines)), split(lines))
    say("identify, to a table", len(lines), spent(lambda: identify(lines, known)), split(lines))
    say("misspelt", len(typed), spent(lambda: Matcher(vocabulary).match(sorted(typed))), split(typed))


def safety(known: knowledge.Knowledge) -> None:
    """Share of misspelt names resolved or listed first, and how many were taken for another drug."""
    vocabulary, matcher, draw = known.vocabulary, Matcher(known.vocabulary), random.Random(11)
    results: dict[str, Counter[str]] = {}
    crossed = []
    for name in bench_names(known):
        right = set(vocabulary.names[name].ingredients)
        for kind, text in slips(name, draw).items():
            if text in vocabulary.names:
                continue  # a slip that is another drug's own name cannot be told from it
            (found,) = (match.named for match in matcher.match([text]))
            if found.status in (AMBIGUOUS, UNKNOWN):
                first = vocabulary.names.get(found.candidates[0]) if found.candidates else None
                verdict = "listed first" if first and set(first.ingredients) == right else "asked or unknown"
            else:
                verdict = "resolved" if set(found.ingredients) == right else "CROSSED"
                crossed += [f"{text} → {', '.join(found.ingredients)}"] if verdict == "CROSSED" else []
            results.setdefault(kind, Counter())[verdict] += 1
    for kind, counts in (*results.items(), ("all", sum(results.values(), Counter()))):
        good = counts["resolved"] + counts["listed first"]
        print(
            f"{kind:10} {counts.total():5} slips: {100 * good / counts.total():5.1f} % right or first, {dict(counts)}"
        )
    print(f"taken for another drug: {len(crossed)} {crossed[:10]}")


def confused_pairs(vocabulary: Vocabulary) -> None:
    """Every name of a confused pair must be itself, and halfway between the two must never be used."""
    matcher, crossed, pairs = Matcher(vocabulary), 0, 0
    for name, partners in vocabulary.confusable.items():
        (found,) = (match.named for match in matcher.match([name]))
        for partner in partners:
            pairs += 1
            other = vocabulary.names.get(partner)
            crossed += other is not None and bool(found.ingredients) and found.ingredients == other.ingredients
    print(f"confused pairs: {pairs // 2}, crossed: {crossed}")


if __name__ == "__main__":
    collect_rarely()  # as the commands do
    knowledge_as_shipped = knowledge.load()
    loading = spent(lambda: knowledge_as_shipped.vocabulary)
    shipped = knowledge_as_shipped.vocabulary
    print(
        f"vocabulary: {len(shipped.names):,} names, loaded and compiled in {loading.clock:.2f} s "
        f"({loading.processor:.2f} s of processor time)"
    )
    speed(knowledge_as_shipped)
    safety(knowledge_as_shipped)
    confused_pairs(shipped)
