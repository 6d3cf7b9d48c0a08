"""Facts → findings: rules, classes, electrolytes, laboratory, duplicates; ranked, traced, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from medcramp.knowledge import Knowledge
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.facts import Facts
from medcramp.logic.planes import Mask
from medcramp.records import ELECTROLYTES, SEVERITIES
from medcramp.screen.batch import Batch, to_frame, without_repeated, without_replaced
from medcramp.screen.classes import class_findings
from medcramp.screen.duplicates import duplicate_findings
from medcramp.screen.electrolytes import net_findings, sides, table
from medcramp.screen.fire import fire_all
from medcramp.screen.lines import Evidence
from medcramp.screen.options_taken import taken_findings
from medcramp.screen.results import lab_findings
from medcramp.screen.severity import RANK
from medcramp.screen.suppress import Suppression, suppressed
from medcramp.screen.unassessed import not_assessed, without_undated


@dataclass(frozen=True)
class ScreenSettings:
    """What to leave out: decided suppressions, severities below `min_severity`, and our own proposals."""

    suppressions: tuple[Suppression, ...] = ()
    min_severity: str = SEVERITIES[-1]
    policy_rules: bool = True


@dataclass(frozen=True)
class Screened:
    """Tables of findings, electrolytes and what could not be assessed; and how many findings were left out and why."""

    findings: pd.DataFrame
    electrolytes: pd.DataFrame
    not_assessed: pd.DataFrame
    suppressed: int = 0
    replaced: int = 0
    below_severity: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


def screen(facts: Facts, knowledge: Knowledge, settings: ScreenSettings | None = None) -> Screened:
    """Screen all patients of `facts`: a pure function of its arguments."""
    settings = settings or ScreenSettings()
    evaluator, evidence = Evaluator(facts, knowledge), Evidence(facts)
    all_sides = sides(evaluator, evidence)
    batches = [
        *class_findings(evaluator, evidence),
        *fire_all(knowledge.rules, evaluator, evidence, policy=settings.policy_rules),
        *duplicate_findings(evaluator, evidence),
        *taken_findings(evaluator, evidence, policy=settings.policy_rules),
        *lab_findings(all_sides, evaluator, evidence),
    ]
    batches, undated = without_undated(batches, facts)
    batches, replaced = without_replaced(batches, facts.size)
    batches, repeated = without_repeated(batches)
    if settings.policy_rules:
        batches += net_findings(all_sides, _spoken_for(batches, facts.size), evaluator, evidence)
    shown = [batch.keep(batch.severity <= RANK[settings.min_severity]) for batch in batches]
    below = sum(map(len, batches)) - sum(map(len, shown))
    findings = to_frame(shown, facts)
    hidden = suppressed(findings, settings.suppressions, facts.as_of.astype(object))
    findings = findings[~hidden].reset_index(drop=True)
    return Screened(
        findings=findings,
        electrolytes=table(all_sides, evaluator),
        not_assessed=not_assessed(findings, undated, facts, knowledge),
        suppressed=int(hidden.sum()),
        replaced=replaced + repeated,
        below_severity=below,
        counts={str(name): int(count) for name, count in findings["severity"].value_counts().items()},
    )


def _spoken_for(batches: list[Batch], size: int) -> dict[str, Mask]:
    """Per electrolyte, the patients who have a finding about it (classes do not count: everybody has those)."""
    spoken = {name: np.zeros(size, dtype=bool) for name in ELECTROLYTES}
    for batch in batches:
        if batch.kind != "class":
            for part in filter(None, batch.electrolytes.split(";")):
                name = part.split()[0]
                if name in spoken:
                    spoken[name][batch.patients] = True
    return spoken
