"""Write the rules as pages a pharmacist can read: `docs/rules/`, one page per file of rules.

python docs/render_rules.py            writes the pages
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcramp.knowledge import Knowledge, load
from medcramp.knowledge.rules import Example, ExampleDrug, Rule
from medcramp.logic import expressions as ex
from medcramp.screen.severity import shown

FOLDER = Path(__file__).parent / "rules"
MARKS = {
    "V": "source read",
    "UNVERIFIED": "not verified against a source",
    "POLICY": "our proposal, can be switched off",
}
FIRES = {True: "fires", False: "silent", "verify": "to be verified"}
BUILT_IN = (
    "Besides these, findings come straight from tables of the knowledge: `CLASS-<class>` (cramp links),",
    "`LAB-<electrolyte or test>-<low|high>` (laboratory limits), `NET-<electrolyte>-<down|up>` (two or more",
    "common drivers one way, none against, and no other finding says so), `DUP-INGREDIENT` (one ingredient under two",
    "names or in two products).",
)
JURISDICTIONS = ("US", "EU", "UK", "CA")


def pages(knowledge: Knowledge) -> dict[str, str]:
    """File name → Markdown."""
    files: dict[str, list[Rule]] = {}
    for rule in knowledge.rules:
        files.setdefault(rule.file, []).append(rule)
    found = {}
    for file, rules in files.items():
        name = f"{file.split('.')[0]}.md"
        found[name] = matrix_page(rules, knowledge) if file.endswith(".csv") else rule_page(name, rules, knowledge)
    found["README.md"] = index(files, knowledge)
    return found


def index(files: dict[str, list[Rule]], knowledge: Knowledge) -> str:
    """All rules on one page."""
    lines = [
        "# Rules",
        "",
        f"Knowledge {knowledge.version}. Written by `docs/render_rules.py` from `data/knowledge/rules/`; how to read",
        "and change a rule: [knowledge.md](../knowledge.md). Severities are those shown in the US.",
        "",
        "| rule | what it looks at | severity | mark |",
        "|---|---|---|---|",
    ]
    for file, rules in files.items():
        page = f"{file.split('.')[0]}.md"
        if file.endswith(".csv"):
            lines.append(f"| [ST-01 to ST-05]({page}) | statins by partner, {len(rules)} rules | by cell | by cell |")
            continue
        for rule in rules:
            severity = shown(rule.severities, "US")
            lines.append(f"| [{rule.id}]({page}#{anchor(rule)}) | {rule.title} | {severity} | {MARKS[rule.tag]} |")
    return "\n".join([*lines, "", *BUILT_IN]) + "\n"


def anchor(rule: Rule) -> str:
    """The heading's anchor as Markdown viewers make it."""
    heading = f"{rule.id} {rule.title}".lower()
    return "".join(letter for letter in heading.replace(" ", "-") if letter.isalnum() or letter in "-_")


def rule_page(name: str, rules: list[Rule], knowledge: Knowledge) -> str:
    """One file of rules."""
    title = name.removesuffix(".md").replace("_", " ").capitalize()
    return "\n".join([f"# {title}", *(line for rule in rules for line in rule_lines(rule, knowledge))]) + "\n"


def rule_lines(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    yield from ("", f"## {rule.id} {rule.title}", "")
    yield rule.effect
    yield from ("", f"- **Fires when** {words(rule.when, knowledge)}.")
    if rule.needs:
        needs = " and ".join(words(need, knowledge) for need in rule.needs)
        yield f"- **To be verified** while it is unknown whether {needs}."
    if rule.only_certain:
        yield "- **Silent** while a fact is missing."
    severities = {place: shown(rule.severities, place) for place in JURISDICTIONS}
    if len(set(severities.values())) == 1:
        yield f"- **Severity** {severities['US']}; **urgency** {rule.urgency.replace('_', ' ')}."
    else:
        by_place = ", ".join(f"{place} {severity}" for place, severity in severities.items())
        yield f"- **Severity** {by_place}; **urgency** {rule.urgency.replace('_', ' ')}."
    for upgrade in rule.upgrade:
        mark = "" if upgrade.tag == "V" else f" ({MARKS[upgrade.tag]})"
        yield f"- **Raised to {upgrade.to}** when {words(upgrade.when, knowledge)}: {upgrade.why}{mark}."
    if rule.mechanism:
        yield f"- **Why** {rule.mechanism}"
    yield f"- **What to do** {rule.action}"
    if rule.replaces:
        yield f"- **Instead of** {', '.join(rule.replaces)} for the same patient."
    yield f"- **Basis** {MARKS[rule.tag]}; {basis(rule, knowledge)}"
    yield from ("", "| patient | result |", "|---|---|")
    for example in rule.examples:
        yield f"| {patient(example)} | {outcome(example)} |"


def basis(rule: Rule, knowledge: Knowledge) -> str:
    """What each source says."""
    said = [
        f"{one.source or 'no source'}: {one.grade.replace('_', ' ')}" + ("" if one.verified else " (not read)")
        for one in rule.severities
    ]
    cited = [f"{key} – {knowledge.sources[key].citation}" for key in rule.sources if key in knowledge.sources]
    return "; ".join(said) + "." + (" " + "; ".join(cited) + "." if cited else "")


def patient(example: Example) -> str:
    """An example's patient in one line."""
    parts = ["; ".join(drug(one) for one in example.drugs)]
    given = {"age": example.age, "sex": example.sex, "eGFR": example.egfr, "weeks pregnant": example.pregnant_weeks}
    parts += [
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in given.items()
        if value is not None
    ]
    parts += [*example.conditions, *example.labs, *(f"allergy {name}" for name in example.allergies)]
    if example.jurisdiction != "US":
        parts.append(example.jurisdiction)
    return "; ".join(filter(None, parts)).replace("|", "/")


def drug(one: str | ExampleDrug) -> str:
    if isinstance(one, str):
        return one
    details = {"from": one.start, "to": one.end, "status": one.status, "taken": one.active}
    extra = ", ".join(f"{name} {value}" for name, value in details.items() if value)
    return f"{one.drug}" + (f", {one.sig}" if one.sig else "") + (f" ({extra})" if extra else "")


def outcome(example: Example) -> str:
    more = ", ".join(filter(None, (example.severity, example.missing and f"missing {example.missing}")))
    return FIRES[example.fires] + (f" ({more})" if more else "")


def matrix_page(rules: list[Rule], knowledge: Knowledge) -> str:
    """The statin matrix, one line per cell."""
    lines = [
        "# Statins and their partners",
        "",
        "One finding per partner and statin; the daily doses of all products are added. ST-01 contraindicated,",
        "ST-02 not recommended, ST-03 above the limit, ST-05 caution. Within the limit ST-04 says so, for information.",
        "",
        "| rule | statin and partner | what it says | severity (US) | mark | sources |",
        "|---|---|---|---|---|---|",
    ]
    for rule in rules:
        if rule.id != "ST-04":
            severity = shown(rule.severities, "US")
            sources = ", ".join(rule.sources)
            lines.append(f"| {rule.id} | {rule.subject} | {rule.effect} | {severity} | {MARKS[rule.tag]} | {sources} |")
    return "\n".join(lines) + "\n"


def words(expression: ex.Node, knowledge: Knowledge) -> str:
    """An expression as a half-sentence."""

    def label(name: str) -> str:
        return f"{knowledge.groups.label(name)} [{name}]" if name in knowledge.groups else name

    def many(parts: tuple[ex.Node, ...], joiner: str) -> str:
        said = [words(part, knowledge) for part in parts]
        return said[0] if len(said) == 1 else "(" + f" {joiner} ".join(said) + ")"

    match expression:
        case ex.All(all=parts):
            return many(parts, "and")
        case ex.AnyOf(any=parts):
            return many(parts, "or")
        case ex.NoneOf(none=parts):
            return f"not {many(parts, 'or')}"
        case ex.AtLeast(at_least=count):
            return f"at least {count.n} of {many(count.of, ',')}"
        case ex.Takes(takes=ex.Use(group=name, for_days=None)):
            return f"{label(name)} is taken"
        case ex.Takes(takes=ex.Use(group=name, for_days=days)):
            return f"{label(name)} has been taken for {days} days or more"
        case ex.Took(took=recent):
            return f"{label(recent.group)} is taken or ended within {recent.within_days} days"
        case ex.Started(started=recent):
            return f"{label(recent.group)} was first started within {recent.within_days} days"
        case ex.Pair(pair=(first, second), washout_days=washout):
            late = f" (counting {washout[0]} and {washout[1]} days after the end)" if any(washout) else ""
            return f"{label(first)} and {label(second)} are taken in two products{late}"
        case ex.TwoOf(two_of=name):
            return f"two different ingredients of {label(name)} are taken"
        case ex.SameIngredient(same_ingredient=name):
            return f"one ingredient of {label(name)} is taken twice"
        case ex.Dose(dose=dose):
            return f"{label(dose.of)} is {dose.words()} mg a day"
        case ex.UnitDose(unit_dose=dose):
            return f"one unit of {label(dose.of)} holds {dose.words()} mg"
        case ex.Age(age=bound):
            return f"age is {bound.words()}"
        case ex.Egfr(egfr=bound):
            return f"eGFR is {bound.words()}"
        case ex.PregnantWeeks(pregnant_weeks=bound):
            return f"pregnancy is {bound.words()} weeks"
        case ex.Pregnant(pregnant=wanted):
            return "pregnant" if wanted else "not pregnant"
        case ex.Sex(sex=sex):
            return {"F": "female", "M": "male"}[sex]
        case ex.Condition(condition=name):
            return f"{knowledge.conditions.label(name)} is on file"
        case ex.Lab(lab=bound):
            limit = bound.times_upper_limit
            return f"{bound.test.replace('_', ' ')} is " + (
                bound.words() if limit is None else f"{limit.words()} times the upper limit"
            )
        case ex.NoLab(no_lab=window):
            return f"there is no {window.test.replace('_', ' ')} result of the last {window.within_days} days"
        case ex.Allergy(allergy=name):
            return f"allergy to {label(name)}"
        case ex.Cascade(cascade=sequence):
            late = (
                f" {sequence.after_days} to {sequence.within_days} days"
                if sequence.after_days
                else f" at most {sequence.within_days} days"
            )
            return f"{label(sequence.to)} was first started{late} after {label(sequence.from_)}, which was still taken"
        case ex.Jurisdiction(jurisdiction=places):
            return f"in {', '.join(places)}"
        case ex.Constant(constant=truth):
            return "always" if truth else "never"
        case _:
            raise NotImplementedError(type(expression).__name__)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages(load()).items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
