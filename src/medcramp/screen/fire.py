"""Rules of the knowledge folder → batches of findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from medcramp.knowledge.rules import Rule
from medcramp.logic import expressions as ex
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import Index, distinct
from medcramp.logic.planes import Mask
from medcramp.logic.supposing import if_taken
from medcramp.records import SEVERITIES, URGENCIES
from medcramp.screen.batch import Batch, Texts, code, same, text
from medcramp.screen.lines import Evidence
from medcramp.screen.severity import RANK, shown

EVER = None
_UPGRADE_MARK = {"UNVERIFIED": "not verified", "POLICY": "our proposal", "V": ""}
_TAGGED = {
    "UNVERIFIED": " (Not verified against a source.)",
    "POLICY": " (Our proposal, not a published rule.)",
    "V": "",
}


def fire(rule: Rule, evaluator: Evaluator, evidence: Evidence, *, policy: bool) -> Batch | None:
    """The findings of a rule, or None when it fires for nobody. Without `policy`, proposals of ours do not upgrade."""
    when = evaluator.planes(rule.when)
    candidates = np.flatnonzero(when.certain if rule.only_certain else when.possible)
    if not len(candidates):
        return None
    certain = when.certain[candidates].copy()
    for need in rule.needs:
        certain &= ~evaluator.planes(need).unknown[candidates]
    severity, reasons = _severity(rule, evaluator, candidates, certain, policy)
    exposures = looked_at(rule, evaluator, candidates)
    drugs = evidence.drugs(exposures, candidates)
    facts = _facts(rule, evaluator, candidates)
    missing = _missing(rule, evaluator, candidates, certain)
    return Batch(
        rule=rule.id,
        subject=rule.subject,
        kind=rule.kind,
        title=rule.title,
        action=rule.action,
        mechanism=rule.mechanism,
        electrolytes=";".join(f"{name} {direction}" for name, direction in rule.electrolytes.items()),
        verified=np.full(len(candidates), rule.tag == "V"),
        replaces=rule.replaces,
        patients=candidates,
        certain=certain,
        severity=severity,
        urgency=same(code(rule.urgency, URGENCIES), len(candidates)),
        grade=same(-1, len(candidates)),
        drugs=drugs.each(),
        message=_messages(rule, facts, reasons, missing),
        facts=facts,
        missing=missing,
        sources=text(";".join(rule.sources), len(candidates)),
        source_rows=evidence.source_rows(exposures, candidates, first=rule.kind == "cascade"),
    )


def _severity(
    rule: Rule, evaluator: Evaluator, patients: Index, certain: Mask, policy: bool
) -> tuple[np.ndarray, Texts]:
    """Severity code per patient after upgrades, and why it was raised ("" = it was not).

    A finding that is not `certain` has the severity it would have: what is perhaps taken counts as taken.
    """
    severity = same(code(shown(rule.severities, evaluator.facts.jurisdiction), SEVERITIES), len(patients))
    reasons = text("", len(patients))
    for upgrade in rule.upgrade:
        if upgrade.tag == "POLICY" and not policy:
            continue
        holds = evaluator.planes(upgrade.when).certain[patients]
        if not certain.all():
            holds = holds | (~certain & if_taken(evaluator, upgrade.when)[patients])
        raised = holds & (RANK[upgrade.to] < severity)
        if raised.any():
            severity[raised] = RANK[upgrade.to]
            compared = evaluator.words(upgrade.when, patients[raised])
            remarks = ["; ".join(filter(None, (words, _UPGRADE_MARK[upgrade.tag]))) for words in compared]
            reasons[raised] = [f"{upgrade.why} ({remark})" if remark else upgrade.why for remark in remarks]
    return severity, reasons


def _facts(rule: Rule, evaluator: Evaluator, patients: Index) -> Texts:
    parts = [evaluator.words(expression, patients) for expression in (rule.when, *rule.states)]
    parts = [words for words in parts if any(words)]
    facts = text("", len(patients))
    if parts:
        facts[:] = ["; ".join(dict.fromkeys(filter(None, row))) for row in zip(*parts, strict=True)]
    return facts


def _messages(rule: Rule, facts: Texts, reasons: Texts, missing: Texts) -> Texts:
    """One message per distinct combination of facts, reasons and what is missing."""
    known: dict[tuple[str, str, str], str] = {}
    messages = text("", len(facts))
    for place, key in enumerate(zip(facts, reasons, missing, strict=True)):
        if key not in known:
            known[key] = message(rule, *key)
        messages[place] = known[key]
    return messages


def message(rule: Rule, facts: str, reason: str, missing: str) -> str:
    """What the finding says beside its title and drugs: the effect, the numbers compared, why it is raised.

    A rule that asks for one diagnosis only has it in its title already.
    """
    parts = [
        missing and f"To be verified, not known: {missing.replace(';', ', ')}.",
        rule.effect,
        facts and not isinstance(rule.when, ex.Condition) and f"Here: {facts}.",
        reason and f"Raised because {reason}.",
    ]
    return " ".join(part for part in parts if part) + _TAGGED[rule.tag]


def _missing(rule: Rule, evaluator: Evaluator, patients: Index, certain: Mask) -> Texts:
    result = text("", len(patients))
    open_ = np.flatnonzero(~certain)
    if len(open_):
        asked = [evaluator.missing(expression, patients[open_]) for expression in (rule.when, *rule.needs)]
        result[open_] = [
            ";".join(dict.fromkeys(name for names in row for name in names)) for row in zip(*asked, strict=True)
        ]
    return result


def looked_at(rule: Rule, evaluator: Evaluator, patients: Index) -> Index:
    """Exposures that a finding of the rule lists: by default every group named in `when`, as far back as it looks."""
    return exposures_named(rule.when, rule.groups, evaluator, patients)


def exposures_named(when: ex.Node, groups: Sequence[str], evaluator: Evaluator, patients: Index) -> Index:
    """Exposures of the patients to the groups, as far back as the expression looks for each."""
    reach = dict(_reach(when))
    default = EVER if EVER in reach.values() else max((days for days in reach.values() if days is not None), default=0)
    names: dict[int | None, list[str]] = {}
    for name in groups:
        names.setdefault(reach.get(name, default), []).append(name)
    parts = [evaluator.exposures(tuple(group), patients, within_days=days) for days, group in names.items()]
    return distinct(*parts)


def _reach(expression: ex.Node) -> Iterator[tuple[str, int | None]]:
    """(group, days back that it may have ended; EVER = any time) for the groups of an expression."""
    for node in ex.walk(expression):
        match node:
            case ex.Cascade(cascade=sequence):
                yield sequence.from_, EVER
                yield sequence.to, EVER
            case ex.Took(took=recent):
                yield recent.group, recent.within_days
            case ex.Pair(pair=names, washout_days=days):
                yield from zip(names, days, strict=True)
            case _:
                continue


def fire_all(rules: Sequence[Rule], evaluator: Evaluator, evidence: Evidence, *, policy: bool) -> list[Batch]:
    """Batches of all rules that fire for anybody; proposals of ours (POLICY) only when wanted."""
    wanted = [rule for rule in rules if policy or rule.tag != "POLICY"]
    fired = [fire(rule, evaluator, evidence, policy=policy) for rule in wanted]
    return [batch for batch in fired if batch is not None]
