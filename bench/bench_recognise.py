"""How fast and how safely drug lines are recognised; run: python bench/bench_recognise.py

Speed is given beside a reference measured in the same run (the words of the same lines, split and looked up in a
set), so that the ratio holds on any machine. Misspellings are made from the names of the seed families' drugs and of
the most used others (ranks of `common.csv`): keyboard slips, dropped, doubled, swapped letters, spelling by ear, cut
ends, lost spaces.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from medcramp import knowledge
from medcramp.knowledge.files import knowledge_folder, read_csv
from medcramp.knowledge.vocabulary import Vocabulary
from medcramp.recognise.match import Matcher
from medcramp.recognise.named import AMBIGUOUS, UNKNOWN

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


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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


def speed(vocabulary: Vocabulary) -> None:
    """Lines a second on the two speeds, and beside the reference."""
    draw = random.Random(7)
    lines = written_lines(vocabulary, draw)
    words = set(vocabulary.phrases)
    reference = seconds(lambda: [[word in words for word in line.lower().split()] for line in lines])
    plain = seconds(lambda: Matcher(vocabulary).match(lines))
    names = [name for name in vocabulary.names if name.isalpha() and len(name) >= 7]
    typed = {f"{draw.choice([*slips(draw.choice(names), draw).values()])} 10 mg tab" for _ in range(MISSPELT_LINES)}
    misspelt = seconds(lambda: Matcher(vocabulary).match(sorted(typed)))
    print(f"exact and normalised: {len(lines) / plain:9,.0f} lines/s ({plain / reference:.1f} x the reference)")
    ratio = misspelt / len(typed) / (reference / len(lines))
    print(f"misspelt:             {len(typed) / misspelt:9,.0f} lines/s ({ratio:.1f} x the reference)")


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
    start = time.perf_counter()
    knowledge_as_shipped = knowledge.load()
    shipped = knowledge_as_shipped.vocabulary
    print(f"vocabulary: {len(shipped.names):,} names, loaded and compiled in {time.perf_counter() - start:.2f} s")
    speed(shipped)
    safety(knowledge_as_shipped)
    confused_pairs(shipped)
