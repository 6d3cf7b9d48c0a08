"""The expression language of rules and options, parsed: `docs/knowledge.md` says what each expression means.

An expression is written as a mapping whose key names it (`{takes: LOOP}`); each kind is one small frozen model
below, with the field of the same name. `parse` turns YAML into the tree; `Expression` is the pydantic type to use in
other models (rules, options), so that a fault names its place in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from medcramp.logic.planes import Mask


class Node(BaseModel):
    """One expression or a part of one: immutable, hashable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Bound(Node):
    """Limits of a number; all that are given must hold."""

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _has_a_limit(self) -> Bound:
        if not self.limits():
            raise ValueError("a limit is missing: above, at_least, below or at_most")
        return self

    def limits(self) -> tuple[tuple[str, float], ...]:
        """The given limits as (name, number)."""
        named = (("above", self.above), ("at_least", self.at_least), ("below", self.below), ("at_most", self.at_most))
        return tuple((name, limit) for name, limit in named if limit is not None)

    def holds(self, values: NDArray[np.float64]) -> Mask:
        """Which values satisfy every limit; NaN never does."""
        inside: Mask = ~np.isnan(values)
        for name, limit in self.limits():
            inside &= _COMPARE[name](values, limit)
        return inside

    def words(self) -> str:
        """The limits in words: "above 20", "at least 65 and below 80"."""
        return " and ".join(f"{name.replace('_', ' ')} {limit:g}" for name, limit in self.limits())


_COMPARE: dict[str, Any] = {
    "above": np.greater,
    "at_least": np.greater_equal,
    "below": np.less,
    "at_most": np.less_equal,
}


def _shorthand(field: str) -> BeforeValidator:
    """Lets `{takes: LOOP}` stand for `{takes: {group: LOOP}}`."""
    return BeforeValidator(lambda value: {field: value} if isinstance(value, str) else value)


class Use(Node):
    """A group (or ingredient) and for how long."""

    group: str
    for_days: int | None = Field(default=None, gt=0)


class Recent(Node):
    """A group (or ingredient) and how far back to look."""

    group: str
    within_days: int = Field(ge=0)


class DoseOf(Bound):
    """A dose bound on an ingredient (or group), in mg."""

    of: str


class LabBound(Bound):
    """A bound on the latest result of a test, in the canonical unit or in multiples of the laboratory's upper limit."""

    test: str
    times_upper_limit: Bound | None = None

    @model_validator(mode="after")
    def _has_a_limit(self) -> LabBound:
        if bool(self.limits()) == bool(self.times_upper_limit):
            raise ValueError("give either a limit or times_upper_limit")
        return self


class TestWindow(Node):
    """A laboratory test and how far back to look."""

    test: str
    within_days: int = Field(gt=0)


class Sequence(Node):
    """One drug started, then another: the shape of a prescribing cascade."""

    from_: str = Field(alias="from")
    to: str
    within_days: int = Field(gt=0)
    after_days: int = Field(default=0, ge=0)


class CountOf(Node):
    n: int = Field(gt=0)
    of: tuple[Expression, ...] = Field(min_length=1)


class All(Node):
    all: tuple[Expression, ...] = Field(min_length=1)


class AnyOf(Node):
    any: tuple[Expression, ...] = Field(min_length=1)


class NoneOf(Node):
    none: tuple[Expression, ...] = Field(min_length=1)


class AtLeast(Node):
    at_least: CountOf


class Takes(Node):
    takes: Annotated[Use, _shorthand("group")]


class Took(Node):
    took: Recent


class Started(Node):
    started: Recent


class Pair(Node):
    pair: tuple[str, str]
    washout_days: tuple[int, int] = (0, 0)


class TwoOf(Node):
    two_of: str


class SameIngredient(Node):
    same_ingredient: str


class Dose(Node):
    dose: DoseOf


class UnitDose(Node):
    unit_dose: DoseOf


class Age(Node):
    age: Bound


class Egfr(Node):
    egfr: Bound


class PregnantWeeks(Node):
    pregnant_weeks: Bound


class Pregnant(Node):
    pregnant: bool


class Sex(Node):
    sex: Literal["F", "M"]


class Condition(Node):
    condition: str


class Lab(Node):
    lab: LabBound


class NoLab(Node):
    no_lab: TestWindow


class Allergy(Node):
    allergy: str


class Cascade(Node):
    cascade: Sequence


class Jurisdiction(Node):
    jurisdiction: tuple[str, ...] = Field(min_length=1)


class Constant(Node):
    """`true` (always) or `false` (never)."""

    constant: bool


KINDS: dict[str, type[Node]] = {
    next(iter(model.model_fields)): model
    for model in (
        All, AnyOf, NoneOf, AtLeast, Takes, Took, Started, Pair, TwoOf, SameIngredient, Dose, UnitDose, Age, Egfr,
        PregnantWeeks, Pregnant, Sex, Condition, Lab, NoLab, Allergy, Cascade, Jurisdiction, Constant,
    )
}  # fmt: skip


def _by_key(value: Any) -> Any:
    """The expression model that the mapping's key names."""
    if isinstance(value, Node):
        return value
    if isinstance(value, bool):
        return Constant(constant=value)
    if not isinstance(value, dict) or not value:
        raise ValueError("an expression is a mapping with one key, or true")
    named = [key for key in value if key in KINDS]
    if len(named) != 1:
        raise ValueError(f"an expression needs exactly one of: {', '.join(KINDS)}; found: {', '.join(map(str, value))}")
    return KINDS[named[0]].model_validate(value)


Expression = Annotated[Node, BeforeValidator(_by_key)]
"""Pydantic type of any expression."""

for _model in (CountOf, All, AnyOf, NoneOf, AtLeast):
    _model.model_rebuild()

_ADAPTER: TypeAdapter[Node] = TypeAdapter(Expression)


def parse(value: Any) -> Node:
    """An expression from parsed YAML. Raises pydantic.ValidationError that says what is wrong where."""
    return _ADAPTER.validate_python(value)


def children(expression: Node) -> tuple[Node, ...]:
    """The expressions directly inside a combining expression; () for a leaf."""
    match expression:
        case All(all=parts) | AnyOf(any=parts) | NoneOf(none=parts):
            return parts
        case AtLeast(at_least=count):
            return count.of
        case _:
            return ()


def walk(expression: Node) -> Iterator[Node]:
    """The expression and all inside it, outermost first."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def groups_named(expression: Node) -> tuple[str, ...]:
    """Groups and ingredients that the expression looks for among the patient's medicines, in order of mention.

    What stands under `none` is left out: a finding lists what is there, not what must be absent.
    """
    match expression:
        case NoneOf():
            return ()
        case Takes(takes=Use(group=name)) | Took(took=Recent(group=name)) | Started(started=Recent(group=name)):
            return (name,)
        case TwoOf(two_of=name) | SameIngredient(same_ingredient=name):
            return (name,)
        case Dose(dose=DoseOf(of=name)) | UnitDose(unit_dose=DoseOf(of=name)):
            return (name,)
        case Pair(pair=names):
            return tuple(dict.fromkeys(names))
        case Cascade(cascade=sequence):
            return (sequence.from_, sequence.to)
        case _:
            inside = (name for child in children(expression) for name in groups_named(child))
            return tuple(dict.fromkeys(inside))
