"""Cross-checks between the areas of knowledge: every name that one table uses, another one defines.

Each area validates its own tables when it is loaded; here is only what no single area can see. The first fault is
raised as KnowledgeError with file and row (or rule, or option).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from medcramp.errors import KnowledgeError
from medcramp.knowledge import clinical, conditions, groups, labs, rules
from medcramp.knowledge.files import Fact, numbered_rows
from medcramp.knowledge.sources import check_keys
from medcramp.logic import expressions as language

if TYPE_CHECKING:
    from medcramp.knowledge import Knowledge

SOURCED_TABLES: Mapping[str, type[Fact]] = {
    groups.GROUPS_FILE: groups.Group,
    groups.MEMBERS_FILE: groups.Member,
    clinical.LINKS_FILE: clinical.CrampLink,
    clinical.EFFECTS_FILE: clinical.ElectrolyteEffect,
    clinical.COUNSELLING_FILE: clinical.CounsellingLine,
    conditions.CONDITIONS_FILE: conditions.Condition,
    conditions.CODES_FILE: conditions.ConditionCode,
    labs.LIMITS_FILE: labs.Limit,
    labs.ADJUSTMENTS_FILE: labs.Adjustment,
}


def check(knowledge: Knowledge) -> None:
    """Load every area and compare them. Raises KnowledgeError (exit 12) naming file and row."""
    _check_sources(knowledge)
    _check_ingredients(knowledge)
    _check_words(knowledge)
    _check_classes(knowledge)
    _check_rules(knowledge)
    _check_options(knowledge)
    _check_advice(knowledge)


def _check_sources(knowledge: Knowledge) -> None:
    for name, model in SOURCED_TABLES.items():
        path = knowledge.folder / name
        for line, row in numbered_rows(path, model):
            keys, verified = getattr(row, "source", ()), getattr(row, "verified", False)
            check_keys(keys, knowledge.sources, verified=verified, file=path, place=f"row {line}")


def _check_ingredients(knowledge: Knowledge) -> None:
    """Members of groups, and ingredients graded apart, are names of the vocabulary."""
    path = knowledge.folder / groups.MEMBERS_FILE
    for line, member in numbered_rows(path, groups.Member):
        for name in (member.member, *member.unless_with):
            if not name.startswith("@") and name not in knowledge.vocabulary.kinds:
                raise _error(f"no ingredient {name} in the vocabulary", path, f"row {line}")
    path = knowledge.folder / clinical.LINKS_FILE
    for line, link in numbered_rows(path, clinical.CrampLink):
        if link.ingredient and link.ingredient not in _members(knowledge, link.group):
            raise _error(f"{link.ingredient} is no member of {link.group}", path, f"row {line}")


def _check_words(knowledge: Knowledge) -> None:
    """Routes and forms that names and words stand for are those that membership is asked by."""
    folder, vocabulary = knowledge.folder / "vocabulary", knowledge.vocabulary
    for name, route in (*vocabulary.usual_route.items(), *vocabulary.routes.items()):
        _check_word(name, route, groups.ROUTES, folder)
    for name, meaning in vocabulary.names.items():
        _check_word(name, meaning.route, groups.ROUTES, folder)
        _check_word(name, meaning.form, groups.FORMS, folder)


def _check_word(name: str, word: str, known: frozenset[str], folder: Path) -> None:
    if word and word not in known:
        raise _error(f"{name} stands for the unknown route or form {word}", folder, "")


def _check_classes(knowledge: Knowledge) -> None:
    """Facts hang on classes; every class has some, every seed class has all."""
    for name, model in ((clinical.LINKS_FILE, clinical.CrampLink), (clinical.EFFECTS_FILE, clinical.ElectrolyteEffect)):
        path = knowledge.folder / name
        for line, row in numbered_rows(path, model):
            group = getattr(row, "group", "")
            if group not in knowledge.groups or not knowledge.groups.is_class(group):
                raise _error(f"unknown class {group}", path, f"row {line}")
    path = knowledge.folder / clinical.COUNSELLING_FILE
    topics = {*knowledge.groups, *clinical.TOPICS, *(option.option for option in knowledge.options)}
    for line, text in numbered_rows(path, clinical.CounsellingLine):
        if text.group not in topics:
            raise _error(f"unknown group, option or topic {text.group}", path, f"row {line}")
    for group in knowledge.groups.classes:
        if not _is_described(knowledge, group):
            raise _error(f"nothing is said about class {group}", knowledge.folder / clinical.LINKS_FILE, "")
    for group in knowledge.groups.seeds:
        _check_seed(knowledge, group)


def _is_described(knowledge: Knowledge, group: str) -> bool:
    links = any(knowledge.clinical.link(group, [name]) for name in knowledge.groups.members(group))
    return links or bool(knowledge.clinical.effects_of(group))


def _check_seed(knowledge: Knowledge, group: str) -> None:
    known = knowledge.clinical
    if known.link(group) is None:
        raise _error(f"class {group} has no grade", knowledge.folder / clinical.LINKS_FILE, "")
    if not known.lines(group, "say"):
        raise _error(f"class {group} has no line to say", knowledge.folder / clinical.COUNSELLING_FILE, "")
    missing = set(get_args(clinical.Electrolyte)) - {effect.electrolyte for effect in known.effects_of(group)}
    if missing:
        raise _error(f"class {group} lacks {min(missing)}", knowledge.folder / clinical.EFFECTS_FILE, "")


def _check_rules(knowledge: Knowledge) -> None:
    known = {rule.id for rule in knowledge.rules}
    for rule in knowledge.rules:
        path, place = knowledge.folder / rules.FOLDER / rule.file, f"rule {rule.key}"
        _check_sources_of(rule, knowledge, path, place)
        _check_names(rule.expressions(), knowledge, path, place)
        for name in rule.drugs:
            _check_drug(name, knowledge, path, place)
        for other in rule.replaces:
            name, _, ingredient = other.partition("/")
            if name not in known and not (name == rules.DUPLICATE and ingredient in knowledge.vocabulary.kinds):
                raise _error(f"replaces the unknown rule {other}", path, place)


def _check_options(knowledge: Knowledge) -> None:
    known = {rule.id for rule in knowledge.rules}
    for option in knowledge.options:
        path, place = knowledge.folder / "options", f"option {option.option}"
        _check_sources_of(option, knowledge, path, place)
        if option.ingredient and option.ingredient not in knowledge.vocabulary.kinds:
            raise _error(f"no ingredient {option.ingredient} in the vocabulary", path, place)
        for name in option.taken.products.values() if option.taken else ():
            _check_drug(name, knowledge, path, place)
        for status in option.statuses:
            _check_names(status.expressions(), knowledge, path, place)
            for rule in status.said_by:
                if rule not in known:
                    raise _error(f"said by the unknown rule {rule}", path, place)


def _check_advice(knowledge: Knowledge) -> None:
    """Words of advice: their sources, and every name they look for, refer to or decide by."""
    advice = knowledge.advice
    path = knowledge.folder / "advice"
    sections = [section for handout in advice.handouts.values() for section in handout.sections]
    listed = (advice.questions, advice.mimics, advice.red_flags, advice.referrals, advice.care, advice.note.requests)
    for entry in (*(entry for entries in listed for entry in entries), *sections):
        place = f"entry {entry.id}"
        _check_sources_of(entry, knowledge, path, place)
        _check_names([value for _, value in entry if isinstance(value, language.Node)], knowledge, path, place)
    for fact in (*advice.compounding.gate, *advice.compounding.beyond_use, *advice.compounding.counselling):
        _check_sources_of(fact, knowledge, path / "compounding.yaml", "")
    referrals, options = {one.id for one in advice.referrals}, {one.option for one in knowledge.options}
    for mimic in advice.mimics:
        if mimic.refer not in referrals:
            raise _error(f"unknown referral {mimic.refer}", path / "mimics.yaml", f"entry {mimic.id}")
    for name in (
        *(care.option for care in advice.care),
        *(o for s in advice.compounding.counselling for o in s.options),
    ):
        if name and name not in options:
            raise _error(f"unknown option {name}", path, "")


def _check_sources_of(fact: BaseModel, knowledge: Knowledge, path: Path, place: str) -> None:
    check_keys(_keys_in(fact), knowledge.sources, verified=False, file=path, place=place)


def _keys_in(value: object) -> Iterator[str]:
    """Source keys at any depth of a fact."""
    if isinstance(value, BaseModel):
        for name, inner in value:
            if name in ("source", "sources"):
                yield from filter(None, inner.split(";") if isinstance(inner, str) else inner)
            else:
                yield from _keys_in(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _keys_in(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _keys_in(inner)


def _check_names(trees: Iterable[language.Node], knowledge: Knowledge, path: Path, place: str) -> None:
    for node in (node for tree in trees for node in language.walk(tree)):
        match node:
            case language.Condition(condition=name) if name not in knowledge.conditions:
                raise _error(f"unknown condition {name}", path, place)
            case language.Lab(lab=language.LabBound(test=test)) | language.NoLab(no_lab=language.TestWindow(test=test)):
                if test not in knowledge.labs:
                    raise _error(f"unknown laboratory test {test}", path, place)
            case language.NoneOf():
                pass  # its parts are walked themselves
            case _:
                for name in language.groups_named(node):
                    _check_drug(name, knowledge, path, place)


def _check_drug(name: str, knowledge: Knowledge, path: Path, place: str) -> None:
    if name not in knowledge.groups and name not in knowledge.vocabulary.kinds:
        raise _error(f"{name} is neither a group nor an ingredient", path, place)


def _members(knowledge: Knowledge, group: str) -> frozenset[str]:
    return knowledge.groups.members(group) if group in knowledge.groups else frozenset()


def _error(problem: str, path: Path, place: str) -> KnowledgeError:
    return KnowledgeError(problem, remedy="mend this fact and run again", file=path, place=place)
