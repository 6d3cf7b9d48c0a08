"""Before something is compounded: is it safe for this patient, may it be made, how long does it keep, what is said.

Nothing is inferred: the kind of base is asked for, never read from the word "cream"; a strength that no source gives is
left to the prescriber.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from medcramp import documents as doc
from medcramp.advise.case import Case, person
from medcramp.advise.counselling import options
from medcramp.advise.options import NOT_ASSESSED
from medcramp.knowledge import Knowledge
from medcramp.knowledge.options import ROUTE_OF_FORM, Option
from medcramp.knowledge.paperwork import Gate, Spoken

WORST_FIRST = ("avoid", "caution", NOT_ASSESSED, "ok")


def compounding_request(case: Case, actives: Sequence[str], form: str) -> doc.CompoundingRequest:
    """Request for a prescription of the actives (option ids) in one form; every active is judged on its own.

    Raises KeyError when the run has no such option and form.
    """
    known = {option.option: option for option in case.knowledge.options}
    lines = {(line.option, line.form): line for line in options(case)}
    chosen = [lines[active, form] for active in actives]
    words = case.knowledge.advice.compounding
    gate = [question for question in words.gate if len(chosen) > 1 or not question.several_actives]
    return doc.CompoundingRequest(
        person=person(case),
        form=form,
        status=min((line.status for line in chosen), key=WORST_FIRST.index),
        actives=tuple(doc.Active(line, line.strength) for line in chosen),
        gate=tuple(_question(question, [known[active] for active in actives], form, case) for question in gate),
        chapter=words.chapter,
        beyond_use=tuple(doc.BeyondUse(row.base, row.words, row.days, row.storage) for row in words.beyond_use),
        label_items=words.label,
        counselling=tuple(spoken.text for spoken in words.counselling if _is_said(spoken, actives, form)),
    )


def beyond_use_date(base: str, prepared: date, earliest_expiry: date | None, knowledge: Knowledge) -> date:
    """Default beyond-use date of a preparation without monograph or stability data.

    `base` names a row of the table, as a person answered it. Never beyond the earliest expiry of an ingredient.
    Raises KeyError for a base that the table does not have.
    """
    days = {row.base: row.days for row in knowledge.advice.compounding.beyond_use}[base]
    limit = prepared + timedelta(days=days)
    return limit if earliest_expiry is None else min(limit, earliest_expiry)


def _question(gate: Gate, actives: Sequence[Option], form: str, case: Case) -> doc.GateQuestion:
    products = [active.copies[form].product for active in actives if form in active.copies]
    product = " / ".join(products) or case.knowledge.advice.phrases.marketed
    return doc.GateQuestion(gate.ask.format(product=product), gate.if_yes, gate.if_no)


def _is_said(spoken: Spoken, actives: Sequence[str], form: str) -> bool:
    return (
        (not spoken.routes or ROUTE_OF_FORM[form] in spoken.routes)
        and (not spoken.forms or form in spoken.forms)
        and (not spoken.options or not set(spoken.options).isdisjoint(actives))
    )
