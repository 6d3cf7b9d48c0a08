"""Which groups (cramp-linked classes, drug sets of the rules) a product belongs to, given its route and form.

A group lists ingredients, each with the routes, forms and unit strength for which membership holds, or takes over
another group (`@other`). Everything is flattened at load; asking is a dictionary look-up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from medcramp.errors import KnowledgeError
from medcramp.knowledge.files import Fact, Many, OptionalNumber, numbered_rows

SYSTEMIC_ROUTES = frozenset({
    "oral", "sublingual", "buccal", "intravenous", "intramuscular", "subcutaneous", "rectal", "transdermal", "inhaled",
    "nebulised",
})  # fmt: skip
LOCAL_ROUTES = frozenset({
    "topical", "ophthalmic", "otic", "nasal", "vaginal", "mouthwash", "intra_articular", "irrigation", "intravitreal",
    "intrathecal", "dental",
})  # fmt: skip
ROUTES = SYSTEMIC_ROUTES | LOCAL_ROUTES
FORMS = frozenset({
    "tablet", "effervescent_tablet", "chewable_tablet", "capsule", "oral_liquid", "powder", "granules", "lozenge",
    "film", "gum", "injection", "infusion", "inhaler", "nebuliser_solution", "patch", "cream", "ointment", "gel",
    "lotion", "foam", "solution", "drops", "oil", "paste", "shampoo", "spray", "eye_drops", "eye_ointment", "ear_drops",
    "nasal_spray", "suppository", "pessary", "enema", "mouthwash", "implant", "device",
})  # fmt: skip
GROUPS_FILE = "groups.csv"
MEMBERS_FILE = "group_members.csv"


class Group(Fact):
    """A named group of drugs; `routes` and `forms` are what its members count by unless they say otherwise."""

    group: str
    kind: Literal["class", "set"]
    label: str
    family: str
    seed: bool
    routes: Many
    forms: Many
    source: Many
    verified: bool


class Member(Fact):
    """One row of membership: an ingredient or `@other_group`, and the conditions under which it counts."""

    group: str
    member: str
    routes: Many
    forms: Many
    min_unit_mg: OptionalNumber
    max_unit_mg: OptionalNumber
    unless_with: Many
    source: Many
    verified: bool


@dataclass(frozen=True)
class _Claim:
    """`ingredient` belongs to `group` if these conditions hold; an empty `forms` means every form."""

    group: str
    routes: frozenset[str]
    forms: frozenset[str]
    min_unit_mg: float | None
    max_unit_mg: float | None
    unless_with: frozenset[str]

    @property
    def depends_on_product(self) -> bool:
        """True when strength or companion ingredients matter, not only route and form."""
        return self.depends_on_strength or bool(self.unless_with)

    @property
    def depends_on_strength(self) -> bool:
        return self.min_unit_mg is not None or self.max_unit_mg is not None


NO, PERHAPS, YES = 0, 1, 2


class Groups:
    """All groups, immutable. `membership` is the question recognition asks; the rest describes groups."""

    def __init__(self, groups: Mapping[str, Group], claims: Mapping[str, tuple[_Claim, ...]]) -> None:
        self._groups = dict(groups)
        self._claims = dict(claims)
        members: dict[str, set[str]] = {group: set() for group in groups}
        for ingredient, own in claims.items():
            for claim in own:
                members[claim.group].add(ingredient)
        self._members = {group: frozenset(names) for group, names in members.items()}
        self.classes = tuple(group for group, row in groups.items() if row.kind == "class")
        self.sets = tuple(group for group, row in groups.items() if row.kind == "set")
        self.seeds = tuple(group for group, row in groups.items() if row.seed)
        self.weighed = frozenset(
            ingredient for ingredient, own in claims.items() if any(claim.depends_on_strength for claim in own)
        )
        """Ingredients whose groups hang on the strength of the product."""
        self.by_amount = frozenset(
            ingredient for ingredient, own in claims.items() if any(claim.min_unit_mg is not None for claim in own)
        )
        """Ingredients that belong to a group only from some amount on, taken at one time."""
        self._by_route = lru_cache(maxsize=None)(self._by_route_uncached)

    def __contains__(self, group: object) -> bool:
        return group in self._groups

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __getitem__(self, group: str) -> Group:
        return self._groups[group]

    def is_class(self, group: str) -> bool:
        """True for a class (cramp-linked or electrolyte-active), False for a set that only rules name."""
        return self._groups[group].kind == "class"

    def label(self, group: str) -> str:
        """The group in words."""
        return self._groups[group].label

    def family(self, group: str) -> str:
        """Family of a seed class ("diuretic", …), "" for every other group."""
        return self._groups[group].family

    def members(self, group: str) -> frozenset[str]:
        """Ingredients that can belong to the group, by whatever route, form or strength."""
        return self._members[group]

    def of_ingredient(self, ingredient: str) -> frozenset[str]:
        """Groups the ingredient can belong to, by whatever route, form or strength."""
        return frozenset(claim.group for claim in self._claims.get(ingredient, ()))

    def membership(
        self, ingredients: Sequence[str], route: str = "", form: str = "", unit_mg: Sequence[float] = ()
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Groups a product surely belongs to, and groups it perhaps belongs to (which include the sure ones).

        `ingredients`: USAN names; `route`, `form`: identifiers of this module, "" = unknown; `unit_mg`: mg per unit of
        each ingredient in the same order, NaN or left out = unknown. An unknown that matters gives "perhaps".
        """
        certain: set[str] = set()
        possible: set[str] = set()
        for position, ingredient in enumerate(ingredients):
            sure, perhaps, open_claims = self._by_route(ingredient, route, form)
            certain |= sure
            possible |= perhaps
            for claim, verdict in open_claims:
                strength = unit_mg[position] if position < len(unit_mg) else math.nan
                verdict = min(verdict, _by_strength(claim, strength), _by_company(claim, ingredients))
                if verdict == YES:
                    certain.add(claim.group)
                if verdict >= PERHAPS:
                    possible.add(claim.group)
        return frozenset(certain), frozenset(possible | certain)

    def _by_route_uncached(
        self, ingredient: str, route: str, form: str
    ) -> tuple[frozenset[str], frozenset[str], tuple[tuple[_Claim, int], ...]]:
        certain: set[str] = set()
        possible: set[str] = set()
        open_claims: list[tuple[_Claim, int]] = []
        for claim in self._claims.get(ingredient, ()):
            verdict = min(_known_in(route, claim.routes), _known_in(form, claim.forms) if claim.forms else YES)
            if verdict == NO:
                continue
            if claim.depends_on_product:
                open_claims.append((claim, verdict))
            else:
                (certain if verdict == YES else possible).add(claim.group)
        return frozenset(certain), frozenset(possible), tuple(open_claims)


def load(folder: Path) -> Groups:
    """Groups of the knowledge folder. Raises KnowledgeError naming file and row."""
    groups_path, members_path = folder / GROUPS_FILE, folder / MEMBERS_FILE
    groups: dict[str, Group] = {}
    for line, row in numbered_rows(groups_path, Group):
        place = f"row {line}"
        if row.group in groups:
            raise _error(f"group {row.group} is defined twice", groups_path, place)
        _check_words(row.routes, ROUTES | {"systemic"}, "route", groups_path, place)
        _check_words(row.forms, FORMS, "form", groups_path, place)
        groups[row.group] = row
    rows: dict[str, list[tuple[str, Member]]] = {group: [] for group in groups}
    seen: set[tuple[object, ...]] = set()
    for line, member in numbered_rows(members_path, Member):
        place = f"row {line}"
        _check_member(member, groups, members_path, place)
        key = (member.group, member.member, member.routes, member.forms)
        if key in seen:
            raise _error(f"{member.member} stands twice in {member.group}", members_path, place)
        seen.add(key)
        rows[member.group].append((place, member))
    return Groups(groups, _flatten(groups, rows, members_path))


def _check_member(row: Member, groups: Mapping[str, Group], path: Path, place: str) -> None:
    if row.group not in groups:
        raise _error(f"unknown group {row.group}", path, place)
    _check_words(row.routes, ROUTES | {"systemic"}, "route", path, place)
    _check_words(row.forms, FORMS, "form", path, place)
    if row.member.startswith("@"):
        if row.member[1:] not in groups:
            raise _error(f"unknown group {row.member}", path, place)
        if row.routes or row.forms or row.unless_with or row.min_unit_mg is not None or row.max_unit_mg is not None:
            raise _error(f"{row.member} brings its own conditions and takes none here", path, place)


def _flatten(
    groups: Mapping[str, Group], rows: Mapping[str, list[tuple[str, Member]]], path: Path
) -> dict[str, tuple[_Claim, ...]]:
    """Claims per ingredient, with every `@other_group` replaced by the members of that group."""
    claims: dict[str, dict[_Claim, None]] = {}
    for group in groups:
        for ingredient, row, owner in _expand(group, groups, rows, path, ()):
            claim = _Claim(
                group,
                _routes(row.routes or owner.routes),
                frozenset(row.forms or owner.forms),
                row.min_unit_mg,
                row.max_unit_mg,
                frozenset(row.unless_with),
            )
            claims.setdefault(ingredient, {})[claim] = None
    return {ingredient: tuple(own) for ingredient, own in claims.items()}


def _expand(
    group: str,
    groups: Mapping[str, Group],
    rows: Mapping[str, list[tuple[str, Member]]],
    path: Path,
    above: tuple[str, ...],
) -> Iterator[tuple[str, Member, Group]]:
    if not rows[group]:
        raise _error(f"group {group} has no members", path, "")
    for place, row in rows[group]:
        if not row.member.startswith("@"):
            yield row.member, row, groups[group]
        elif row.member[1:] in (*above, group):
            raise _error(f"{row.member} contains itself", path, place)
        else:
            yield from _expand(row.member[1:], groups, rows, path, (*above, group))


def _routes(words: Sequence[str]) -> frozenset[str]:
    named = frozenset(words) or frozenset({"systemic"})
    return (named - {"systemic"}) | SYSTEMIC_ROUTES if "systemic" in named else named


def _known_in(value: str, accepted: frozenset[str]) -> int:
    return PERHAPS if value == "" else YES if value in accepted else NO


def _by_strength(claim: _Claim, strength: float) -> int:
    if claim.min_unit_mg is None and claim.max_unit_mg is None:
        return YES
    if math.isnan(strength):
        return PERHAPS
    enough = claim.min_unit_mg is None or strength >= claim.min_unit_mg
    return YES if enough and (claim.max_unit_mg is None or strength <= claim.max_unit_mg) else NO


def _by_company(claim: _Claim, ingredients: Sequence[str]) -> int:
    return NO if claim.unless_with and not claim.unless_with.isdisjoint(ingredients) else YES


def _check_words(words: Sequence[str], allowed: frozenset[str], what: str, path: Path, place: str) -> None:
    for word in words:
        if word not in allowed:
            raise _error(f"unknown {what} {word}", path, place)


def _error(problem: str, path: Path, place: str) -> KnowledgeError:
    return KnowledgeError(problem, remedy="mend this fact and run again", file=path, place=place)
