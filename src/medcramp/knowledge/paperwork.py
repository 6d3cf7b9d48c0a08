"""Words of the note to the prescriber and of the compounding request: the paper side of `data/knowledge/advice/`."""

from __future__ import annotations

from pydantic import Field

from medcramp.knowledge.clinical import Electrolyte
from medcramp.knowledge.conversation import ALWAYS, Traced
from medcramp.knowledge.files import Fact
from medcramp.knowledge.ladder import Match
from medcramp.knowledge.options import Route
from medcramp.logic.expressions import Expression


class Request(Fact):
    """Something asked of the prescriber, when everything named holds: medicines pull on one of the `electrolytes`
    that has no result on file (`{electrolytes}` becomes their names), a point of the note fits `point`, some point
    misses the fact `missing`, and the expression is certain."""

    id: str
    text: str
    electrolytes: tuple[Electrolyte, ...] = ()
    point: Match | None = None
    missing: str = ""
    when: Expression = ALWAYS


class NoteWords(Fact):
    """The note to the prescriber."""

    title: str
    situation: str
    include: tuple[Match, ...]
    requests: tuple[Request, ...]
    reply: tuple[str, ...]


class Gate(Traced):
    """A question that a person answers before anything is compounded; `{product}` becomes the marketed product.

    `several_actives`: asked only of a preparation with more than one active.
    """

    id: str
    ask: str
    if_yes: str = ""
    if_no: str = ""
    several_actives: bool = False


class BeyondUse(Traced):
    """Default beyond-use date of one kind of base."""

    base: str
    words: str
    days: int = Field(gt=0)
    storage: str


class Spoken(Traced):
    """A counselling line; blank routes, forms or options = all."""

    text: str
    routes: tuple[Route, ...] = ()
    forms: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class Compounding(Fact):
    """All that is asked, dated, labelled and said when a preparation is compounded."""

    gate: tuple[Gate, ...]
    chapter: str
    beyond_use: tuple[BeyondUse, ...]
    label: tuple[str, ...]
    counselling: tuple[Spoken, ...]
