"""What to ask, rule out, watch for and hand out: the conversation's side of `data/knowledge/advice/`."""

from __future__ import annotations

from typing import Literal

from medcramp.knowledge.files import Fact, Many
from medcramp.knowledge.options import Item, Tag
from medcramp.logic.expressions import Constant, Expression

ALWAYS = Constant(constant=True)
NEVER = Constant(constant=False)


class Traced(Fact):
    """A statement with its source and how far it was checked."""

    source: Many = ()
    tag: Tag = "UNVERIFIED"


class Answer(Fact):
    """An answer and what it would point to."""

    answer: str
    means: str


class Question(Traced):
    """A question for the counter. `show`: for whom it makes sense; `on_file`: recorded facts that point there."""

    id: str
    topic: str
    ask: str
    answers: tuple[Answer, ...]
    core: bool = False
    show: Expression = ALWAYS
    on_file: Expression = NEVER


class Mimic(Traced):
    """What looks like a cramp and is none."""

    id: str
    name: str
    tell: str
    refer: str
    show: Expression = ALWAYS
    on_file: Expression = NEVER


class RedFlag(Traced):
    """A sign that is seen today."""

    id: str
    urgency: Literal["emergency", "same_day"]
    sign: str
    action: str
    show: Expression = ALWAYS


class Referral(Fact):
    """Who can help with what."""

    id: str
    to: str
    why: str
    on_file: Expression = NEVER


class Care(Traced):
    """A measure without medicine, graded honestly; `option` names the option that decides whether it is safe."""

    id: str
    name: str
    fit: Literal["usual", "may_fit", "no_support"]
    words: str
    option: str = ""
    show: Expression = ALWAYS


class Section(Fact):
    """A part of the handout; shown when `show` is certain and `hide` is not."""

    id: str
    heading: str
    lines: tuple[Item, ...]
    picture: str = ""
    show: Expression = ALWAYS
    hide: Expression = NEVER


class Box(Fact):
    """A boxed list of the handout."""

    heading: str
    lines: tuple[Item, ...]


class Handout(Fact):
    """The patient's handout in one language."""

    language: str
    title: str
    given_by: str
    sections: tuple[Section, ...]
    call: Box
    emergency: Box
    footer: str
