"""Cramp-linked classes: one finding per patient and class, graded by the strongest link of what is taken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from medcramp.knowledge.clinical import GRADES, CrampLink
from medcramp.knowledge.wording import fold
from medcramp.logic.evaluate import Evaluator
from medcramp.logic.expressions import Takes, Use
from medcramp.logic.facts import Index
from medcramp.logic.planes import Mask
from medcramp.records import GRADES as GRADE_CODES
from medcramp.records import SEVERITIES, URGENCIES
from medcramp.screen.batch import Batch, Texts, code, same, text
from medcramp.screen.lines import Evidence, Joined, joined


def class_findings(evaluator: Evaluator, evidence: Evidence) -> Iterator[Batch]:
    """Batches CLASS-<class> for every class with a link to cramps that somebody takes."""
    for group in evaluator.knowledge.clinical.linked:
        batch = _class(group, evaluator, evidence)
        if batch is not None:
            yield batch


def _class(group: str, evaluator: Evaluator, evidence: Evidence) -> Batch | None:
    facts, knowledge = evaluator.facts, evaluator.knowledge
    chosen = evaluator.medicines.now(group)
    links, link_of = _links(group, evaluator, chosen.possible)
    linked = chosen.possible[link_of < len(links)]
    link_of = link_of[link_of < len(links)]
    if not len(linked):
        return None
    patients, best = _strongest(facts.patient_of[linked].astype(np.int64), link_of)
    certain: Mask = facts.by_patient(np.intersect1d(linked, chosen.certain, assume_unique=True))[patients]
    drugs = evidence.drugs(linked, patients)
    missing = text("", len(patients))
    unsure = np.flatnonzero(~certain)
    missing[unsure] = [";".join(names) for names in evaluator.missing(Takes(takes=Use(group=group)), patients[unsure])]
    effects = knowledge.clinical.effects_of(group)
    return Batch(
        rule=f"CLASS-{group}",
        kind="class",
        title=knowledge.groups.label(group),
        action=_counsel(group, evaluator),
        mechanism="",
        electrolytes=";".join(
            f"{row.electrolyte} {row.direction}" for row in effects if row.direction in ("down", "up")
        ),
        verified=np.array([link.verified for link in links], dtype=bool)[best],
        patients=patients,
        certain=certain,
        severity=same(code("info", SEVERITIES), len(patients)),
        urgency=same(code("information", URGENCIES), len(patients)),
        grade=np.array([code(link.grade, GRADE_CODES) for link in links], dtype=np.int8)[best],
        drugs=drugs.each(),
        message=_messages([_message(link) for link in links], best, drugs, _held(group, evaluator, linked, patients)),
        facts=np.array([f"link to cramps: {link.grade} ({link.basis})" for link in links], dtype=object)[best],
        missing=missing,
        sources=np.array([";".join(link.source) for link in links], dtype=object)[best],
        source_rows=evidence.source_rows(linked, patients),
    )


def _held(group: str, evaluator: Evaluator, exposures: Index, patients: Index) -> Joined:
    """The ingredients of the class that the exposures hold, ";"-joined per patient."""
    facts = evaluator.facts
    names = np.array(sorted(evaluator.knowledge.groups.members(group)), dtype=object)
    place = {name: number for number, name in enumerate(names)}
    product = facts.exposures["product"].to_numpy()[exposures]
    distinct, of_product = np.unique(product, return_inverse=True)
    held = [[place[name] for name in names_held if name in place] for names_held in facts.held[distinct]]
    of_product = np.ravel(of_product)
    patient = facts.patient_of[exposures].astype(np.int64) * len(names)
    most = max(map(len, held))
    padded = np.array([[*each, *([-1] * (most - len(each)))] for each in held], dtype=np.int64)[of_product]
    key = np.unique((patient[:, None] + padded)[padded >= 0])
    return joined(key // len(names), key % len(names), names, patients)


def _messages(words: list[str], best: Index, drugs: Joined, held: Joined) -> Texts:
    """The words of each link; where a drug line does not name its ingredient (a brand), that first."""
    keys = (best * len(drugs.texts) + drugs.code) * len(held.texts) + held.code
    distinct, place = np.unique(keys, return_inverse=True)
    said = []
    for key in distinct.tolist():
        rest, of_held = divmod(key, len(held.texts))
        link, of_drugs = divmod(rest, len(drugs.texts))
        lines = fold(drugs.texts[of_drugs])
        unnamed = [name for name in held.texts[of_held].split(";") if name not in lines]
        said.append(f"Holds {', '.join(unnamed)}. {words[link]}" if unnamed else words[link])
    messages: Texts = np.array(said, dtype=object)[np.ravel(place)]
    return messages


def _links(group: str, evaluator: Evaluator, exposures: Index) -> tuple[list[CrampLink], Index]:
    """The distinct links of the products taken, strongest first, and which one each exposure has (len = none)."""
    knowledge, products = evaluator.knowledge, evaluator.facts.products
    members = knowledge.groups.members(group)
    product = evaluator.facts.exposures["product"].to_numpy()[exposures]
    distinct, place = np.unique(product, return_inverse=True)
    of_product: list[CrampLink | None] = []
    forms, releases = (products[name].to_numpy()[distinct] for name in ("form", "release"))
    for ingredients, form, release in zip(evaluator.facts.held[distinct], forms, releases, strict=True):
        held = [name for name in ingredients if name in members]
        link = knowledge.clinical.link(group, held, form, release)
        of_product.append(link if link is not None and link.grade != "none" else None)
    links = sorted({link for link in of_product if link}, key=lambda link: (GRADES.index(link.grade), link.ingredient))
    codes = np.array([links.index(link) if link else len(links) for link in of_product], dtype=np.int64)
    return links, codes[np.ravel(place)]


def _strongest(patient: Index, link_of: Index) -> tuple[Index, Index]:
    """Distinct patients and the smallest (strongest) link of each; `patient` ascending."""
    begins = np.flatnonzero(np.diff(patient, prepend=-1))
    return patient[begins], np.minimum.reduceat(link_of, begins)


def _message(link: CrampLink) -> str:
    """What the grade rests on (the grade itself stands in a column of its own)."""
    figure = _sentence(link.shown_figure) if link.shown_figure else ""
    unverified = "" if link.verified else "(Not verified against a source.)"
    return " ".join(filter(None, (_sentence(link.basis), figure, link.note, unverified)))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _counsel(group: str, evaluator: Evaluator) -> str:
    """The first thing to say and the first to check; what goes for every medicine is said elsewhere, once."""
    clinical = evaluator.knowledge.clinical
    lines = [*clinical.lines(group, "say")[:1], *clinical.lines(group, "monitor")[:1]]
    return " ".join(line.text for line in lines)
