"""Random patients and expressions for the comparison with the engine, and the engine's view of those patients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from medcramp.logic.facts import ACTIVE, STOPPED, UNKNOWN, Allergies, Facts
from medcramp.logic.planes import Planes
from oracle.language import AS_OF, LOOKBACK, MEMBERS, Patient, Taking, Truth

INGREDIENTS = ("aa", "ab", "ba", "bb", "ca", "zz")
CONDITIONS = ("cond_one", "cond_two")
TESTS = ("potassium", "kinase")
NAMES = (*MEMBERS, "aa", "zz")
CODE = {True: ACTIVE, False: STOPPED, None: UNKNOWN}


class Groups:
    """Just enough of knowledge.groups."""

    def __contains__(self, name: object) -> bool:
        return name in MEMBERS

    def members(self, name: str) -> frozenset[str]:
        return MEMBERS[name]

    def label(self, name: str) -> str:
        return name.lower()


KNOWLEDGE: Any = SimpleNamespace(
    groups=Groups(),
    conditions=SimpleNamespace(label=lambda name: name),
    labs=SimpleNamespace(limits=lambda test: (), canonical_unit=lambda test: "u", label=lambda test: test),
)

truths = st.sampled_from([True, True, False, None])
days = st.sampled_from([0, 1, 5, 14, 30, 90, 100, 200, 364, 365, 366, 400])
dates = st.one_of(st.none(), days.map(lambda ago: AS_OF - timedelta(days=ago)))


@st.composite
def takings(draw: st.DrawFn) -> Taking:
    ingredients = tuple(sorted(draw(st.sets(st.sampled_from(INGREDIENTS), min_size=1, max_size=2))))
    possible = [name for name, members in MEMBERS.items() if members & set(ingredients)]
    groups = {
        name: belongs for name in possible if (belongs := draw(st.sampled_from([True, True, None, False]))) is not False
    }
    active, first = draw(truths), draw(dates)
    end = draw(dates) if active is not True else None
    if first and end and end < first:
        end = first
    mg = {
        name: draw(
            st.tuples(
                st.sampled_from([0.0, 5.0, 10.0, 20.0, 40.0]),
                st.booleans(),
                st.one_of(st.none(), st.sampled_from([5.0, 10.0, 20.0])),
            )
        )
        for name in ingredients
    }
    return Taking(
        ingredients=ingredients,
        systemic=draw(truths),
        groups=groups,
        active=active,
        first=first,
        course=draw(st.sampled_from([first, None])) if first else None,
        end=end,
        duplicated=draw(st.sampled_from([False, False, True, None])),
        mg=mg,
    )


numbers = st.one_of(st.none(), st.sampled_from([2.0, 3.5, 10.0, 18.0, 30.0, 60.0, 65.0, 90.0]))
patients = st.builds(
    Patient,
    taking=st.lists(takings(), max_size=3).map(tuple),
    age=numbers,
    sex=st.sampled_from(["F", "M", None]),
    egfr=numbers,
    pregnant=st.sampled_from([True, False, None]),
    weeks=numbers,
    conditions=st.dictionaries(st.sampled_from(CONDITIONS), st.sampled_from([True, False])),
    labs=st.dictionaries(
        st.sampled_from(TESTS),
        st.tuples(
            st.sampled_from([2.0, 3.5, 10.0]), st.sampled_from([None, 2.0, 5.0]), st.sampled_from([1, 50, 99, 101])
        ),
    ),
    allergies=st.one_of(st.none(), st.frozensets(st.sampled_from(NAMES))),
)

bounds = st.one_of(
    st.builds(
        lambda name, limit: {name: limit},
        st.sampled_from(["above", "at_least", "below", "at_most"]),
        st.sampled_from([2.0, 5.0, 10.0, 20.0, 30.0, 60.0]),
    )
)
names = st.sampled_from(NAMES)
leaves = st.one_of(
    st.just(True),
    st.builds(lambda group: {"takes": group}, names),
    st.builds(lambda group, n: {"takes": {"group": group, "for_days": n}}, names, st.sampled_from([14, 90])),
    st.builds(lambda group, n: {"took": {"group": group, "within_days": n}}, names, st.sampled_from([0, 14, 90])),
    st.builds(lambda group, n: {"started": {"group": group, "within_days": n}}, names, st.sampled_from([30, 365])),
    st.builds(lambda a, b: {"pair": [a, b]}, names, names),
    st.builds(
        lambda a, b, n, m: {"pair": [a, b], "washout_days": [n, m]},
        names, names, st.sampled_from([0, 14]), st.sampled_from([0, 90]),
    ),
    st.builds(lambda group: {"two_of": group}, names),
    st.builds(lambda group: {"same_ingredient": group}, names),
    st.builds(lambda of, bound: {"dose": {"of": of, **bound}}, names, bounds),
    st.builds(lambda of, bound: {"unit_dose": {"of": of, **bound}}, names, bounds),
    st.builds(
        lambda a, b, n, m: {"cascade": {"from": a, "to": b, "within_days": n, "after_days": m}},
        names, names, st.sampled_from([90, 365]), st.sampled_from([0, 30]),
    ),
    st.builds(lambda bound: {"age": bound}, bounds),
    st.builds(lambda bound: {"egfr": bound}, bounds),
    st.builds(lambda bound: {"pregnant_weeks": bound}, bounds),
    st.builds(lambda wanted: {"pregnant": wanted}, st.booleans()),
    st.builds(lambda wanted: {"sex": wanted}, st.sampled_from(["F", "M"])),
    st.builds(lambda name: {"condition": name}, st.sampled_from(CONDITIONS)),
    st.builds(lambda test, bound: {"lab": {"test": test, **bound}}, st.sampled_from(TESTS), bounds),
    st.builds(lambda bound: {"lab": {"test": "kinase", "times_upper_limit": bound}}, bounds),
    st.builds(lambda test: {"no_lab": {"test": test, "within_days": 100}}, st.sampled_from(TESTS)),
    st.builds(lambda name: {"allergy": name}, names),
    st.builds(lambda places: {"jurisdiction": places}, st.sampled_from([["US"], ["EU", "UK"]])),
)  # fmt: skip
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        *(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts, key=key: {key: parts})
            for key in ("all", "any", "none")
        ),
        st.builds(
            lambda parts, n: {"at_least": {"n": n, "of": parts}},
            st.lists(inner, min_size=1, max_size=3),
            st.integers(1, 3),
        ),
    ),
    max_leaves=4,
)


def to_facts(people: Sequence[Patient]) -> Facts:
    """The patients as the engine knows them."""
    takings = [(place, one) for place, person in enumerate(people) for one in person.taking]
    products: dict[tuple[Any, ...], int] = {}
    of_taking = []
    for _, one in takings:
        certain = tuple(sorted(name for name, belongs in one.groups.items() if belongs))
        possible = tuple(sorted(one.groups))
        route = {True: "oral", False: "ophthalmic", None: ""}[one.systemic]
        of_taking.append(products.setdefault((one.ingredients, route, certain, possible, ""), len(products)))
    amounts = [(place, name, *one.mg[name]) for place, (_, one) in enumerate(takings) for name in one.ingredients]
    labs = [(place, test, *person.labs[test]) for place, person in enumerate(people) for test in sorted(person.labs)]
    exposures = pd.DataFrame(
        {
            "patient": np.array([place for place, _ in takings], dtype=np.int32),
            "product": np.array(of_taking, dtype=np.int32),
            "first_start": days_of(one.first for _, one in takings),
            "course_start": days_of(one.course for _, one in takings),
            "last_start": days_of(one.first for _, one in takings),
            "last_end": days_of(one.end for _, one in takings),
            "active": np.array([CODE[one.active] for _, one in takings], dtype=np.int8),
            "on_days": np.zeros(len(takings)),
            "prn": np.zeros(len(takings), dtype=bool),
            "duplicated": np.array(
                [{True: 1, False: 0, None: -1}[one.duplicated] for _, one in takings], dtype=np.int8
            ),
        }
    )
    return Facts(
        as_of=np.datetime64(AS_OF, "D"),
        jurisdiction="US",
        patients=person_frame(people),
        products=pd.DataFrame(list(products), columns=["ingredients", "route", "certain", "possible", "form"]).assign(
            release=""
        ),
        exposures=exposures,
        doses=pd.DataFrame(
            {
                "exposure": np.array([row[0] for row in amounts], dtype=np.int64),
                "ingredient": pd.Categorical([row[1] for row in amounts], categories=list(INGREDIENTS)),
                "known_mg": np.array([row[2] for row in amounts], dtype=float),
                "average_mg": np.array([row[2] for row in amounts], dtype=float),
                "complete": np.array([row[3] for row in amounts], dtype=bool),
                "unit_mg": np.array([row[4] for row in amounts], dtype=float),
            }
        ),
        lines=pd.DataFrame({"exposure": np.empty(0, dtype=np.int64)}),
        labs=pd.DataFrame(
            {
                "patient": np.array([row[0] for row in labs], dtype=np.int64),
                "test": np.array([row[1] for row in labs], dtype=object),
                "value": np.array([row[2] for row in labs], dtype=float),
                "unit": "u",
                "given_value": np.nan,
                "given_unit": "",
                "written": "",
                "date": days_of(AS_OF - timedelta(days=row[4]) for row in labs),
                "upper_limit": np.array([row[3] for row in labs], dtype=float),
                "note": "",
            }
        ),
        conditions={name: planes([person.conditions.get(name) for person in people]) for name in CONDITIONS},
        allergies=Allergies(
            on_record=np.array([person.allergies is not None for person in people], dtype=bool),
            matched={name: np.array([name in (person.allergies or ()) for person in people]) for name in NAMES},
        ),
        record_exposure=np.empty(0, dtype=np.int32),
        record_active=np.empty(0, dtype=np.int8),
        lookback_days=LOOKBACK,
    )


def person_frame(people: Sequence[Patient]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "patient_id": [f"{place:05}" for place in range(len(people))],
            "age": floats(person.age for person in people),
            "sex": np.array([person.sex or "" for person in people], dtype=object),
            "pregnant": floats(person.pregnant for person in people),
            "pregnant_weeks": floats(person.weeks for person in people),
            "egfr": floats(person.egfr for person in people),
            "history_start": days_of(person.history for person in people),
        }
    )


def floats(values: Any) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=float)


def days_of(values: Any) -> np.ndarray:
    return np.array([np.datetime64("NaT" if value is None else value, "D") for value in values], dtype="datetime64[D]")


def planes(truths: Sequence[Truth]) -> Planes:
    return Planes(
        np.array([t is True for t in truths], dtype=bool), np.array([t is not False for t in truths], dtype=bool)
    )


def ago(number: int) -> date:
    return AS_OF - timedelta(days=number)
