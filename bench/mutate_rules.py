"""Would an example notice if a rule were wrong? Change every number, drop every group and every class of a set.

    python bench/mutate_rules.py [--write docs/mutations.md]

A mutant is killed when the rule, so changed, no longer does what its examples demand: those beside it and those of the
boundary book, `tests/spec/boundaries.yaml` (for classes of a set: the examples of any rule that names the set). What
survives is listed: it needs a sharper example, or it makes no difference.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from medcramp.knowledge import Knowledge, load
from medcramp.knowledge.files import read_csv
from medcramp.knowledge.rules import Example, Rule
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.expressions import groups_named, parse, walk
from medcramp.logic.facts import Facts
from medcramp.records import SEVERITIES
from medcramp.screen.fire import fire
from medcramp.screen.lines import Evidence
from spec.judging import book, tell_all

NUMBERS = ("above", "at_least", "below", "at_most", "for_days", "within_days", "after_days", "n")
NO_GROUPS = ("test", "sex", "allergy", "jurisdiction")
NOBODY = "(nobody)"
NO_DIFFERENCE = {
    "MON-": "a result older than the window of its test (100 days) is not carried at all",
    "TH-02 when.all.2.any.1.no_lab.within_days: 365 → 730": "a result older than its window (365 days) is not carried",
    "TH-02 needs": "only whether the fact is known matters here, not its limit",
    "ST-08 needs": "only whether the fact is known matters here, not its limit",
    "CAS-08 when.any.0": "magnesium is a cramp remedy too: the second alternative says the same",
    "RED-quinine-bleeding when.all.1.any.0": "low platelets belong to the bleeding disorders too",
}
"""Mutants that change nothing a patient could show, by how their name begins."""
Location = tuple[Any, ...]


def numbers_of(tree: Any, path: Location = ()) -> Iterator[tuple[Location, float]]:
    """Every number that decides something in a dumped expression, with its place."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list | tuple) else ()
    for key, value in pairs:
        if key in NUMBERS and isinstance(value, int | float) and not isinstance(value, bool) and value:
            yield (*path, key), value
        elif key == "washout_days":
            yield from (((*path, key, place), days) for place, days in enumerate(value) if days)
        else:
            yield from numbers_of(value, (*path, key))


def changed(tree: Any, path: Location, value: Any) -> Any:
    """A copy of the tree with one value replaced."""
    copied = copy.deepcopy(tree)
    inner = copied
    for key in path[:-1]:
        if isinstance(inner[key], tuple):
            inner[key] = list(inner[key])
        inner = inner[key]
    inner[path[-1]] = value
    return copied


def dumped(rule: Rule) -> dict[str, Any]:
    """The rule's expressions as they stand in the YAML."""
    tree = {"when": plain(rule.when), "needs": [plain(need) for need in rule.needs]}
    return {**tree, "upgrade": [plain(upgrade.when) for upgrade in rule.upgrade]}


def plain(expression: Any) -> Any:
    """An expression node as a plain tree, without what was not given."""
    if hasattr(expression, "model_fields_set"):
        names = {name: field.alias or name for name, field in type(expression).model_fields.items()}
        given = {names[name]: plain(getattr(expression, name)) for name in names}
        return {name: value for name, value in given.items() if value is not None}
    return [plain(part) for part in expression] if isinstance(expression, tuple) else expression


def rebuilt(rule: Rule, tree: dict[str, Any]) -> Rule:
    """The rule with the expressions of the tree."""
    upgrades = [
        upgrade.model_copy(update={"when": parse(when)})
        for upgrade, when in zip(rule.upgrade, tree["upgrade"], strict=True)
    ]
    needs = tuple(parse(need) for need in tree["needs"])
    return rule.model_copy(update={"when": parse(tree["when"]), "needs": needs, "upgrade": tuple(upgrades)})


def number_mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Every number doubled and halved (counts: one more, one less)."""
    tree = dumped(rule)
    for path, value in numbers_of(tree):
        others = (value + 1, value - 1) if path[-1] == "n" else (value * 2, value / 2)
        for other in others:
            whole = round(other) if isinstance(value, int) else other
            if whole > 0:
                yield f"{'.'.join(map(str, path))}: {value:g} → {whole:g}", rebuilt(rule, changed(tree, path, whole))


def group_mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Every group or ingredient of `when` replaced by one that nobody takes, every condition by one nobody has."""
    tree = dumped(rule)

    def names(node: Any, path: Location) -> Iterator[tuple[Location, str, Any]]:
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in pairs:
            if key == "condition":
                yield path, value, False
            elif isinstance(value, str) and key not in NO_GROUPS:
                yield (*path, key), value, NOBODY
            else:
                yield from names(value, (*path, key))

    for path, name, nothing in names(tree["when"], ("when",)):
        yield f"{'.'.join(map(str, path))}: without {name}", rebuilt(rule, changed(tree, path, nothing))


class Bench:
    """The patients of all examples, screened once; mutants are judged on them."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        by_key = {rule.key: rule for rule in knowledge.rules}
        beside = [(rule.key, example) for rule in knowledge.rules for example in rule.examples]
        entries = [*beside, *book()]
        told = tell_all([example for _, example in entries], knowledge)
        self.examples: dict[str, dict[int, tuple[Facts, list[int], list[Example]]]] = {}
        for (key, example), (run, patient) in zip(entries, told, strict=True):
            _, places, examples = self.examples.setdefault(key, {}).setdefault(id(run), (run.facts, [], []))
            places.append(patient)
            examples.append(example)
        self.rules = [by_key[key] for key in self.examples]

    def of_rule(self, rule: Rule) -> list[tuple[Facts, list[int], list[Example]]]:
        """(facts, patients, their examples) of the rule."""
        return list(self.examples[rule.key].values())

    def fails(self, rule: Rule, runs: list[tuple[Facts, list[int], list[Example]]]) -> bool:
        """Whether some example of the rule is no longer met."""
        for facts, places, examples in runs:
            batch = fire(rule, Evaluator(facts, self.knowledge), Evidence(facts), policy=True)
            found = {} if batch is None else {int(p): i for i, p in enumerate(batch.patients)}
            for place, example in zip(places, examples, strict=True):
                if wrong(example, batch, found.get(place)):
                    return True
        return False


def wrong(example: Example, batch: Any, row: int | None) -> bool:
    """Whether the finding in `row` of the batch (None = no finding) is not what the example demands."""
    if example.fires is False:
        return row is not None
    if row is None or bool(batch.certain[row]) != (example.fires is True):
        return True
    if example.message not in batch.message[row]:
        return True
    return example.severity is not None and SEVERITIES[batch.severity[row]] != example.severity


def without_class(facts: Facts, group: str, members: frozenset[str]) -> Facts:
    """Facts in which only products with one of the members belong to the group."""
    products = facts.products.copy()
    for column in ("certain", "possible"):
        products[column] = [
            tuple(g for g in groups if g != group or members & set(ingredients))
            for groups, ingredients in zip(products[column], products["ingredients"], strict=True)
        ]
    return dataclasses.replace(facts, products=products)


def classes_of_sets(knowledge: Knowledge) -> Iterator[tuple[str, str, frozenset[str]]]:
    """(set, class dropped from it, members that are left) for every `@class` row of the sets."""
    rows: dict[str, list[str]] = {}
    for _, cells in read_csv(knowledge.folder / "group_members.csv"):
        rows.setdefault(cells["group"], []).append(cells["member"])
    for group, members in rows.items():
        for dropped in members:
            if dropped.startswith("@") and len(members) > 1:
                rest = [name for name in members if name != dropped]
                left = (knowledge.groups.members(n[1:]) if n.startswith("@") else frozenset({n}) for n in rest)
                yield group, dropped[1:], frozenset().union(*left)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, help="write the report here as Markdown")
    arguments = parser.parse_args()
    knowledge = load()
    bench = Bench(knowledge)
    killed: Counter[str] = Counter()
    alive: dict[str, list[str]] = {"number": [], "group": [], "class": []}
    for rule in bench.rules:
        runs = bench.of_rule(rule)
        assert not bench.fails(rule, runs), f"{rule.key} does not meet its own examples"
        for kind, mutants in (("number", number_mutants(rule)), ("group", group_mutants(rule))):
            for name, mutant in mutants:
                if bench.fails(mutant, runs):
                    killed[kind] += 1
                else:
                    alive[kind].append(f"{rule.key} {name}")
    for group, dropped, left in classes_of_sets(knowledge):
        users = [
            rule for rule in bench.rules if any(group in named(node) for e in rule.expressions() for node in walk(e))
        ]
        if not users:
            continue
        if any(
            bench.fails(rule, [(without_class(f, group, left), p, e) for f, p, e in bench.of_rule(rule)])
            for rule in users
        ):
            killed["class"] += 1
        else:
            alive["class"].append(f"{group} without {dropped} (named by {', '.join(rule.id for rule in users)})")
    report = rendered(killed, alive, len(bench.rules), knowledge)
    print(report)
    if arguments.write:
        arguments.write.write_text(report, encoding="utf-8")


def named(node: Any) -> set[str]:
    return set(groups_named(node))


def rendered(killed: Counter[str], alive: dict[str, list[str]], rules: int, knowledge: Knowledge) -> str:
    lines = [
        "# Mutation check of the rules",
        "",
        f"Knowledge {knowledge.version}; written by `bench/mutate_rules.py`. {rules} rules with examples.",
        "A mutant is killed when an example beside the rule or an entry of `tests/spec/boundaries.yaml` notices it.",
        "",
        "| what was changed | mutants | killed |",
        "|---|---|---|",
    ]
    what = {
        "number": "every number doubled and halved",
        "group": "every group and condition emptied",
        "class": "every class of a set dropped",
    }
    for kind, words in what.items():
        lines.append(f"| {words} | {killed[kind] + len(alive[kind])} | {killed[kind]} |")
    for kind, words in what.items():
        if alive[kind]:
            lines += ["", f"## Survivors: {words}", "", *(f"- {name}{_why(name)}" for name in alive[kind])]
    return "\n".join(lines) + "\n"


def _why(name: str) -> str:
    return next((f" – no difference: {why}" for start, why in NO_DIFFERENCE.items() if name.startswith(start)), "")


if __name__ == "__main__":
    main()
