"""First one drug, then another for what the first one did: the order and gap of first starts."""

from __future__ import annotations

import numpy as np

from medcramp.logic.expressions import Sequence
from medcramp.logic.facts import ACTIVE, STOPPED, Dates, Facts, Index, earliest
from medcramp.logic.planes import Mask, Planes
from medcramp.logic.taking import DAY, Chosen, Medicines


def cascade(medicines: Medicines, sequence: Sequence) -> Planes:
    """First start of one drug, then of another inside the window while the first was still taken.

    Certain only when the patient's records reach back long enough before the second start to call it a start.
    """
    facts = medicines.facts
    causes, markers = medicines.members(sequence.from_), medicines.members(sequence.to)
    both = Planes(*(facts.by_patient(causes[i]) & facts.by_patient(markers[i]) for i in (0, 1)))
    if not both.possible.any():
        return both
    cause, marker = _first_candidates(medicines, causes), _first_candidates(medicines, markers)
    cause, marker = _pairs(facts, cause, marker)
    gap = ((medicines.first_start[marker] - medicines.first_start[cause]) / DAY).astype(float)
    marker = marker[(gap > 0) & (gap >= sequence.after_days) & (gap <= sequence.within_days)]
    begun = np.full(facts.size, np.datetime64("NaT", "D"))
    begun[facts.patient_of[marker]] = medicines.first_start[marker]
    history = facts.patients["history_start"].to_numpy().astype("datetime64[D]")
    undated = _undated(medicines, causes) | _undated(medicines, markers)
    certain = (
        facts.by_patient(marker)
        & both.certain
        & _settled(medicines, causes)
        & _settled(medicines, markers)
        & _still_taken(medicines, causes.certain, begun)
        & (begun - history >= facts.lookback_days * DAY)
        & ~undated
    )
    perhaps = facts.by_patient(_while_perhaps_taken(medicines, causes.possible, marker))
    return Planes(certain, both.possible & (perhaps | undated))


def _undated(medicines: Medicines, chosen: Chosen) -> Mask:
    return medicines.facts.by_patient(chosen.possible[np.isnat(medicines.first_start[chosen.possible])])


def _settled(medicines: Medicines, chosen: Chosen) -> Mask:
    """Patients whose first start is certain: nothing that is only possibly a member began earlier."""
    facts = medicines.facts
    certain, possible = (earliest(facts.size, facts.patient_of[part], medicines.first_start[part]) for part in chosen)
    same: Mask = certain == possible
    return same


def _first_candidates(medicines: Medicines, chosen: Chosen) -> Index:
    """Exposures that may be the first: possible members that began no later than the first certain one."""
    facts, possible = medicines.facts, chosen.possible
    start = medicines.first_start[possible]
    first = earliest(facts.size, facts.patient_of[chosen.certain], medicines.first_start[chosen.certain])
    bound = first[facts.patient_of[possible]]
    candidates: Index = possible[~np.isnat(start) & (np.isnat(bound) | (start <= bound))]
    return candidates


def _still_taken(medicines: Medicines, exposures: Index, moment: Dates) -> Mask:
    """Patients who had begun one of the exposures by a moment of theirs and certainly still took it then."""
    at, end = moment[medicines.facts.patient_of[exposures]], medicines.last_end[exposures]
    lasting = (medicines.active[exposures] == ACTIVE) | (end >= at)
    return medicines.facts.by_patient(exposures[(medicines.first_start[exposures] <= at) & lasting])


def _while_perhaps_taken(medicines: Medicines, exposures: Index, marker: Index) -> Index:
    """Those marker exposures that began while, perhaps, one of the patient's `exposures` was taken."""
    cause, later = _pairs(medicines.facts, exposures, marker)
    at, end = medicines.first_start[later], medicines.last_end[cause]
    lasting = (medicines.active[cause] != STOPPED) | np.isnat(end) | (end >= at)
    ongoing: Index = later[(medicines.first_start[cause] <= at) & lasting]
    return ongoing


def _pairs(facts: Facts, left: Index, right: Index) -> tuple[Index, Index]:
    """All combinations of exposures of the same patient; both sides ascending."""
    patient, other = facts.patient_of[left], facts.patient_of[right]
    begin = np.searchsorted(other, patient)
    count = np.searchsorted(other, patient, side="right") - begin
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(left, count), right[np.repeat(begin, count) + step]
