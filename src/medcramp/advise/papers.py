"""Papers that leave the pharmacy: note to the prescriber, compounding request, handout. Contents only, no layout."""

from __future__ import annotations

from medcramp import documents as doc
from medcramp.advise.case import Case, medicines, person
from medcramp.advise.counselling import options, points, sheet
from medcramp.knowledge.ladder import Match
from medcramp.knowledge.options import ROUTE_OF_FORM
from medcramp.knowledge.paperwork import Request, Spoken


def documents(case: Case, chosen: tuple[tuple[str, str], ...] = ()) -> doc.Documents:
    """Everything written about one patient; `chosen`: (option, form) pairs to request a prescription for."""
    requests = tuple(compounding_request(case, option, form) for option, form in chosen)
    return doc.Documents(sheet(case), note(case), handouts(case), requests)


def note(case: Case) -> doc.PrescriberNote:
    """Situation, background, assessment and request; findings that need no prescriber stay out."""
    words = case.knowledge.advice.note
    included = tuple(point for point in points(case) if any(_fits(point, match) for match in words.include))
    return doc.PrescriberNote(
        person=person(case),
        title=words.title,
        situation=(words.situation,),
        medicines=medicines(case),
        laboratory=tuple(
            f"{row['electrolyte']} {row['last_value']} {row['unit']} ({row['last_date']})"
            for row in case.electrolytes
            if row["last_value"]
        ),
        assessment=included,
        requests=tuple(request.text for request in words.requests if _is_asked(request, case, included)),
        reply=words.reply,
    )


def _is_asked(request: Request, case: Case, included: tuple[doc.Point, ...]) -> bool:
    pulled = {row["electrolyte"] for row in case.electrolytes if row["net"] not in ("", "none")}
    return (
        (not request.electrolyte or request.electrolyte in pulled)
        and (request.point is None or any(_fits(point, request.point) for point in included))
        and (not request.missing or any(request.missing in point.missing for point in included))
        and case.holds(request.when)
    )


def _fits(point: doc.Point, match: Match) -> bool:
    return all(getattr(point, column) in words for column, words in match.wanted().items())


def compounding_request(case: Case, option: str, form: str) -> doc.CompoundingRequest:
    """Request for a prescription of one compounded option; the strength stays blank where no source gives one.

    Raises KeyError when the run has no such option and form.
    """
    line = {(line.option, line.form): line for line in options(case)}[option, form]
    known = {known.option: known for known in case.knowledge.options}[option]
    words = case.knowledge.advice.compounding
    product = known.copies[form].product if form in known.copies else ""
    return doc.CompoundingRequest(
        person=person(case),
        option=line,
        strength=line.strength,
        gate=tuple(
            doc.GateQuestion(
                gate.ask.format(product=product or case.knowledge.advice.phrases.marketed), gate.if_yes, gate.if_no
            )
            for gate in words.gate
        ),
        chapter=words.chapter,
        beyond_use=tuple(doc.BeyondUse(row.base, row.words, row.days, row.storage) for row in words.beyond_use),
        label_items=words.label,
        counselling=tuple(spoken.text for spoken in words.counselling if _is_said(spoken, option, form)),
    )


def _is_said(spoken: Spoken, option: str, form: str) -> bool:
    return (
        (not spoken.routes or ROUTE_OF_FORM[form] in spoken.routes)
        and (not spoken.forms or form in spoken.forms)
        and (not spoken.options or option in spoken.options)
    )


def handouts(case: Case) -> tuple[doc.Handout, ...]:
    """The patient's handout in every language there is."""
    made = []
    for words in case.knowledge.advice.handouts.values():
        sections = tuple(
            doc.Section(section.heading, section.lines, section.picture)
            for section in words.sections
            if case.holds(section.show) and not case.holds(section.hide)
        )
        call, emergency = (doc.Section(box.heading, box.lines) for box in (words.call, words.emergency))
        made.append(doc.Handout(words.language, words.title, words.given_by, sections, call, emergency, words.footer))
    return tuple(made)
