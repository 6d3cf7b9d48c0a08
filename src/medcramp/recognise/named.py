"""What recognition says of the name of a drug: statuses, near matches, names found, the drug named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medcramp.knowledge.vocabulary import Meaning

EXACT, NORMALISED, APPROXIMATE, AMBIGUOUS, NOT_A_DRUG, UNKNOWN = (
    "exact",
    "normalised",
    "approximate",
    "ambiguous",
    "not_a_drug",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Near:
    """What an unknown word (`chunk`) probably stands for: `status` normalised, approximate or ambiguous (then only
    `options`)."""

    status: str
    meaning: Meaning | None
    options: tuple[str, ...]
    score: float
    note: str
    chunk: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """The drug a line names. `ingredients` in printed order; `candidates` are shown, never used; `brand` is
    the one that alone tells what some of them are; `carriers` is what the drug is dissolved in, `rest` the
    words that were not understood."""

    status: str
    ingredients: tuple[str, ...] = ()
    match: str = ""
    score: float = 0.0
    notes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    route: str = ""
    form: str = ""
    brand: str = ""
    carriers: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found, whether a mark joins it to the one before, and the near match it rests on (None: as it stands)."""

    meaning: Meaning
    joined: bool
    near: Near | None = None
    bracket: bool = False


Settle = Callable[[Meaning, bool], tuple[tuple[str, ...], str]]
"""Called as settle(ambiguous name, another ingredient is named): the ingredients the context speaks for, or none, and
what speaks for them where that is not in the line."""
