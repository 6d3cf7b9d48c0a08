"""From findings to work: which treatment options are safe for whom, who comes first, and what to say.

advice = advise(facts, screened, knowledge)
advice.options   # every option × form for every patient
advice.patients  # every patient with a priority, the reason for it and the first action
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from medcramp.advise.priority import Screened
    from medcramp.knowledge import Knowledge
    from medcramp.logic.facts import Facts


@dataclass(frozen=True)
class Advice:
    """`options` has records.OPTION_COLUMNS, `patients` records.PATIENT_COLUMNS; both ordered by patient id."""

    options: pd.DataFrame
    patients: pd.DataFrame


def advise(facts: Facts, screened: Screened, knowledge: Knowledge) -> Advice:
    """Options and priorities for every patient of `facts`, also for those without any finding."""
    from medcramp.advise.options import assess
    from medcramp.advise.priority import prioritise

    return Advice(assess(facts, knowledge), prioritise(facts, screened, knowledge.advice.priorities))
