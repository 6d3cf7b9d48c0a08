"""The screening of an export as a plain program does it, one patient at a time: what the benchmark compares with.

csv.DictReader, fills in lists per patient, small objects, a loop over all rules for each patient, csv.writer. Written
for made_up_export.py's file, which dates every fill, gives its days of supply, and has no status and no end dates: what
is unknown in it is membership (route, form), doses, strengths, sex and age, conditions, results and allergies.

Taken from medcramp, so that the comparison is about the rest: the recognition of distinct drug lines, once per text
and all at once; the meaning of distinct directions, once per text; the arithmetic of one daily dose; the parsed rules,
their groups, and the policy of severities. It does less than the screening it is compared with: no classes, net
electrolytes, laboratory findings or duplicates, no words for what is missing and what was compared.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from math import isnan, nan
from pathlib import Path
from typing import NamedTuple

from naive_rules import Amount, Judge, Patient, Product, Taking, Truth

from medcramp.knowledge import Knowledge
from medcramp.knowledge.groups import SYSTEMIC_ROUTES, Groups
from medcramp.knowledge.rules import Rule, Severity
from medcramp.profile import ProfileSettings
from medcramp.recognise.doses import Product as Unit
from medcramp.recognise.doses import dose
from medcramp.recognise.items import Item, recognise_items
from medcramp.recognise.match import Matcher
from medcramp.recognise.named import AMBIGUOUS, NOT_A_DRUG, UNKNOWN
from medcramp.recognise.sig import Sig, parse
from medcramp.records import no_progress
from medcramp.screen.severity import RANK, shown

FINDING = ("patient_id", "rule", "subject", "severity", "certainty", "urgency", "title", "drugs", "message", "action")


@dataclass(slots=True)
class Fill:
    """One row of the export."""

    text: str
    start: date
    days: float
    quantity: float
    sig: str


@dataclass(slots=True)
class Person:
    """All rows of one patient, as read."""

    patient_id: str
    born: set[date] = field(default_factory=set)
    sex: set[str] = field(default_factory=set)
    fills: list[Fill] = field(default_factory=list)


@dataclass(slots=True)
class Drug:
    """One distinct drug line: its product, the strength and name that tell lines of one product apart, amounts."""

    product: Product
    line: int
    name: str
    ingredients: tuple[str, ...]
    each: Unit


Answer = tuple[Rule, Severity, frozenset[str], Truth]
"""A rule that certainly (True) or perhaps (None) holds, with its own severity and the groups it lists."""


class Finding(NamedTuple):
    """A rule that fires for a patient."""

    rule: Rule
    certain: bool
    severity: Severity
    drugs: list[str]


# ---- reading --------------------------------------------------------------------------------------------------------


@cache
def day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()


def read(path: Path) -> dict[str, Person]:
    """The fills of every patient, by patient id."""
    people: dict[str, Person] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = row["Patient ID"]
            person = people.get(name)
            if person is None:
                person = people[name] = Person(name)
            person.born.add(day(row["Date of Birth"]))
            person.sex.add(row["Sex"])
            person.fills.append(
                Fill(
                    row["Drug Name"],
                    day(row["Date Filled"]),
                    float(row["Days Supply"]),
                    float(row["Quantity"]),
                    row["Directions"],
                )
            )
    return people


# ---- recognition ----------------------------------------------------------------------------------------------------


def recognise(people: Iterable[Person], knowledge: Knowledge) -> tuple[dict[str, Drug], dict[str, Sig]]:
    """What every distinct drug line (left out when not recognised) and every distinct text of directions means."""
    fills = [fill for person in people for fill in person.fills]
    texts = list(dict.fromkeys(fill.text for fill in fills))
    rows = [{"drug": text} for text in texts]
    items = recognise_items(rows, knowledge, Matcher(knowledge.vocabulary), {}, None, no_progress)
    products: dict[object, Product] = {}
    lines: dict[object, int] = {}
    drugs = {}
    for text, item in zip(texts, items, strict=True):
        if item.named.status not in (UNKNOWN, NOT_A_DRUG, AMBIGUOUS) and item.named.ingredients:
            drugs[text] = drug(item, products, lines, knowledge.groups)
    sigs = {text: parse(text, knowledge.vocabulary.directions) for text in {fill.sig for fill in fills}}
    return drugs, sigs


def drug(item: Item, products: dict[object, Product], lines: dict[object, int], groups: Groups) -> Drug:
    """The drug of an item; products and lines that were met before are the same again."""
    names, route = item.named.ingredients, item.product.route
    held = tuple(sorted(set(names)))
    kind = "systemic" if route in SYSTEMIC_ROUTES else "local" if route else ""
    key = (held, kind, item.certain, item.possible)
    if key not in products:
        alone = {name for name in held if name not in groups}
        products[key] = Product(
            held,
            frozenset(item.certain) | (alone if kind == "systemic" else set()),
            frozenset(item.certain) | frozenset(item.possible) | (set() if kind == "local" else alone),
        )
    product, name = products[key], item.named.match.strip().lower()
    mg = dict(zip(names, item.product.unit_mg, strict=False))
    strength = tuple(None if isnan(mg.get(one, nan)) else round(mg[one], 6) for one in held)
    line = lines.setdefault((product, strength, name), len(lines))
    return Drug(product, line, name, names, item.product)


# ---- profile --------------------------------------------------------------------------------------------------------


def profile(person: Person, drugs: dict[str, Drug], sigs: dict[str, Sig], settings: ProfileSettings) -> Patient:
    """What the patient takes on the index date, and who they are."""
    taken: dict[Product, list[Fill]] = {}
    for fill in sorted(person.fills, key=lambda fill: (fill.start, fill.text)):
        if fill.text in drugs:
            taken.setdefault(drugs[fill.text].product, []).append(fill)
    age = years(next(iter(person.born)), settings.as_of) if len(person.born) == 1 else None
    sex = next(iter(person.sex)) if len(person.sex) == 1 else ""
    youngest, oldest = settings.pregnancy_ages
    never = sex == "M" or (age is not None and not youngest <= age <= oldest)
    return Patient(
        patient_id=person.patient_id,
        as_of=settings.as_of,
        age=age,
        sex=sex or None,
        pregnant=False if never else None,
        history=min(fill.start for fill in person.fills),
        taking=[taking(product, fills, drugs, sigs, settings) for product, fills in taken.items()],
        jurisdiction=settings.jurisdiction,
        lookback_days=settings.lookback_days,
    )


def years(born: date, as_of: date) -> int | None:
    """Completed years; None for a birth date in the future."""
    return None if born > as_of else as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


def lasts_until(fill: Fill, sigs: dict[str, Sig], settings: ProfileSettings) -> date:
    """Until when the gap rule lets a fill last."""
    days = fill.days * settings.gap_factor + settings.gap_days
    if sigs[fill.sig].prn:
        days = max(days, settings.prn_days)
    return fill.start + timedelta(days=int(days))


def taking(
    product: Product, fills: list[Fill], drugs: dict[str, Drug], sigs: dict[str, Sig], settings: ProfileSettings
) -> Taking:
    """All fills of one product, oldest first, as one: lines (a name and strength each), courses, dose."""
    until = [lasts_until(fill, sigs, settings) for fill in fills]
    course, reach = fills[0].start, until[0]
    for fill, end in zip(fills, until, strict=True):
        if fill.start > reach:
            course = fill.start
        reach = max(reach, end)
    lines: dict[int, list[Fill]] = {}
    running: dict[int, list[Fill]] = {}
    for fill, end in zip(fills, until, strict=True):
        line = drugs[fill.text].line
        lines.setdefault(line, []).append(fill)
        if end >= settings.as_of:
            running.setdefault(line, []).append(fill)
    counting = in_use({line: lines[line][-1] for line in running}, settings)
    latest = [lines[line][-1] for line in (counting or lines)]
    ends = [own[-1].start + timedelta(days=int(own[-1].days)) for own in lines.values()]
    return Taking(
        product=product,
        active=bool(counting),
        first=fills[0].start,
        course=course,
        end=None if counting else max(ends),
        duplicated=len({drugs[lines[line][-1].text].name for line in counting}) > 1,
        amounts=amounts(product, [running[line] for line in counting], drugs, sigs),
        texts=sorted({fill.text for fill in latest}),
    )


def in_use(latest: dict[int, Fill], settings: ProfileSettings) -> list[int]:
    """Running lines (by their latest fill) that no newer name or strength has taken over from."""
    order = sorted(latest, key=lambda line: (latest[line].start, line))
    kept = []
    for place, line in enumerate(order):
        newer = latest[order[place + 1]] if place + 1 < len(order) else None
        used_up = (newer.start - latest[line].start).days if newer else 0
        if newer is None or used_up < (1 - settings.early_refill) * latest[line].days:
            kept.append(line)
    return kept


def amounts(
    product: Product, lines: list[list[Fill]], drugs: dict[str, Drug], sigs: dict[str, Sig]
) -> dict[str, Amount]:
    """Daily mg of each ingredient over the newest running fills of every line, once per text of directions."""
    total = {name: Amount(0.0, True, nan) for name in product.ingredients}
    for fills in lines:
        newest = {fill.sig: fill for fill in reversed(fills) if fill.start == fills[-1].start}
        for fill in newest.values():
            one = drugs[fill.text]
            daily = dose(sigs[fill.sig], fill.quantity / fill.days, one.each).daily_mg
            for place, name in enumerate(one.ingredients):
                amount = total[name]
                mg = daily[place] if place < len(daily) else nan
                unit = one.each.unit_mg[place] if place < len(one.each.unit_mg) else nan
                if isnan(mg):
                    amount.complete = False
                else:
                    amount.known_mg += mg
                if not unit <= amount.unit_mg and not isnan(unit):
                    amount.unit_mg = unit
    return total


# ---- rules and findings ---------------------------------------------------------------------------------------------


class Screener:
    """All rules, asked about one patient after another."""

    def __init__(self, knowledge: Knowledge, jurisdiction: str) -> None:
        self.judge = Judge(knowledge.groups)
        self.rules = [(rule, shown(rule.severities, jurisdiction), frozenset(rule.groups)) for rule in knowledge.rules]

    def answers(self, patient: Patient) -> list[Answer]:
        """The rules that certainly (True) or possibly (None) hold, with their own severity and groups."""
        found: list[Answer] = []
        for rule, severity, groups in self.rules:
            truth = self.judge.truth(rule.when, patient)
            if truth is not False:
                found.append((rule, severity, groups, truth))
        return found

    def findings(self, patient: Patient, answers: list[Answer]) -> list[Finding]:
        """What is written down: with upgrades and needs, without what a more specific rule replaces."""
        judge, found = self.judge, []
        for rule, severity, groups, truth in answers:
            if truth is None and rule.only_certain:
                continue
            certain = truth is True and all(judge.truth(need, patient) is not None for need in rule.needs)
            for upgrade in rule.upgrade:
                if RANK[upgrade.to] < RANK[severity] and judge.truth(upgrade.when, patient) is True:
                    severity = upgrade.to
            named = [one for one in patient.taking if not groups.isdisjoint(one.product.possible)]
            current = [one for one in named if one.active] if rule.kind != "cascade" else named
            found.append(Finding(rule, certain, severity, [text for one in current or named for text in one.texts]))
        silenced = {name for one in found if one.certain for name in one.rule.replaces}
        perhaps = {name for one in found for name in one.rule.replaces}
        return [one for one in found if one.rule.id not in silenced and (one.certain or one.rule.id not in perhaps)]


def write(path: Path, findings: Iterable[tuple[str, list[Finding]]]) -> None:
    """One row per finding, patients as they come, the most severe first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FINDING)
        for patient_id, own in findings:
            for one in sorted(own, key=lambda one: (RANK[one.severity], one.rule.id)):
                rule, certainty = one.rule, "confirmed" if one.certain else "verify"
                drugs = ";".join(one.drugs)
                writer.writerow(
                    (patient_id, rule.id, rule.subject, one.severity, certainty, rule.urgency, rule.title, drugs,
                     rule.effect, rule.action)
                )  # fmt: skip
