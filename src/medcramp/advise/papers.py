"""Papers that leave the pharmacy: the note to the prescriber and the handout. Contents only, no layout."""

from __future__ import annotations

from collections.abc import Iterable

from medcramp import documents as doc
from medcramp.advise.case import Case, medicines, person
from medcramp.advise.compounding import compounding_request
from medcramp.advise.counselling import points, sheet, shown
from medcramp.knowledge.ladder import Match
from medcramp.knowledge.paperwork import Request


def documents(case: Case, chosen: Iterable[tuple[tuple[str, ...], str]] = ()) -> doc.Documents:
    """Everything written about one patient; `chosen`: (actives, form) pairs to request a prescription for."""
    requests = tuple(compounding_request(case, actives, form) for actives, form in chosen)
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
            f"{row['electrolyte']} {shown(row['last_value'])} {row['unit']} ({row['last_date']})"
            for row in case.electrolytes
            if row["last_value"]
        ),
        assessment=included,
        requests=tuple(text for request in words.requests if (text := _asked(request, case, included))),
        reply=words.reply,
    )


def _asked(request: Request, case: Case, included: tuple[doc.Point, ...]) -> str:
    """The request in words; "" when it does not apply."""
    open_ = {
        row["electrolyte"] for row in case.electrolytes if row["net"] not in ("", "none") and not row["last_value"]
    }
    electrolytes = [name for name in request.electrolytes if name in open_]
    applies = (
        bool(included)
        and (not request.electrolytes or bool(electrolytes))
        and (request.point is None or any(_fits(point, request.point) for point in included))
        and (not request.missing or any(request.missing in point.missing for point in included))
        and case.holds(request.when)
    )
    return request.text.format(electrolytes=", ".join(electrolytes)) if applies else ""


def _fits(point: doc.Point, match: Match) -> bool:
    return all(getattr(point, column) in words for column, words in match.wanted().items())


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
