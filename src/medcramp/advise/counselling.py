"""The pharmacist's counselling sheet: what may contribute, what to do, to ask, to rule out, to watch for, to offer."""

from __future__ import annotations

from collections.abc import Iterator

from medcramp import documents as doc
from medcramp.advise.case import Case, Row, medicines, person
from medcramp.advise.priority import CLASS_PREFIX
from medcramp.knowledge.clinical import CounselKind
from medcramp.knowledge.conversation import Care
from medcramp.knowledge.options import ROUTE_OF_FORM, Option, Statement

EVERYBODY = "all"
NOT_POINTS = ("class", "electrolyte")


def sheet(case: Case) -> doc.Sheet:
    """Everything the pharmacist needs for the conversation with this patient."""
    words = case.knowledge.advice
    first = words.phrases.review_first
    return doc.Sheet(
        person=person(case),
        priority=case.patient["priority"],
        top_reason=case.patient["top_reason"],
        first=f"{first[:1].upper()}{first[1:]}.",
        medicines=medicines(case),
        contributors=tuple(_contributors(case)),
        say=_lines(case, EVERYBODY, "say"),
        never_say=_lines(case, EVERYBODY, "never_say"),
        electrolytes=tuple(_electrolyte(row) for row in case.electrolytes),
        points=points(case),
        missing=tuple(dict.fromkeys(_missing(row) for row in case.not_assessed)),
        questions=tuple(_questions(case)),
        mimics=tuple(_mimics(case)),
        red_flags=tuple(doc.RedFlag(x.sign, x.action, x.urgency) for x in words.red_flags if case.holds(x.show)),
        referrals=tuple(_referrals(case)),
        care=tuple(_care(care, case) for care in words.care if case.holds(care.show)),
        options=options(case),
    )


def points(case: Case) -> tuple[doc.Point, ...]:
    """Findings to act on, most pressing first."""
    return tuple(
        doc.Point(
            finding_id=row["finding_id"],
            rule=row["rule"],
            kind=row["kind"],
            severity=row["severity"],
            grade=row["grade"],
            urgency=row["urgency"],
            certainty=row["certainty"],
            title=row["title"] or row["message"],
            drugs=row["drugs"],
            message=row["message"],
            action=row["action"],
            missing=row["missing"],
            sources=row["sources"],
        )
        for row in case.findings
        if row["kind"] not in NOT_POINTS
    )


def options(case: Case) -> tuple[doc.OptionLine, ...]:
    """Every option and form, as decided for this patient."""
    known = {option.option: option for option in case.knowledge.options}
    return tuple(_option(row, known[row["option"]], case) for row in case.options)


def _contributors(case: Case) -> Iterator[doc.Contributor]:
    """Linked medicines, strongest link first; what has been said of one is not said again of the next."""
    grades = case.knowledge.advice.priorities.words.grade
    said: set[str] = set()

    def new(group: str, kind: CounselKind) -> tuple[str, ...]:
        lines = tuple(line for line in _lines(case, group, kind) if line not in said)
        said.update(lines)
        return lines

    for row in case.findings:
        if row["rule"].startswith(CLASS_PREFIX):
            group = row["rule"].removeprefix(CLASS_PREFIX)
            yield doc.Contributor(
                title=row["title"] or row["message"],
                drugs=row["drugs"],
                grade=next((words for grade, words in grades.items() if grade == row["grade"]), ""),
                message=row["message"],
                say=new(group, "say"),
                never_say=new(group, "never_say"),
                monitor=new(group, "monitor"),
            )


def _lines(case: Case, group: str, kind: CounselKind) -> tuple[str, ...]:
    return tuple(line.text for line in case.knowledge.clinical.lines(group, kind))


def _electrolyte(row: Row) -> doc.Electrolyte:
    return doc.Electrolyte(
        name=row["electrolyte"],
        net=row["net"],
        drivers_down=row["drivers_down"],
        drivers_up=row["drivers_up"],
        last_value=shown(row["last_value"]),
        unit=row["unit"],
        last_date=row["last_date"],
        note=row["note"],
    )


def shown(value: str) -> str:
    """A laboratory value as it is shown: two decimals at most."""
    return f"{round(float(value), 2):g}" if value else ""


def _missing(row: Row) -> str:
    return " – ".join(part for part in (row["what"], row["missing"], row["remedy"]) if part)


def _questions(case: Case) -> Iterator[doc.Question]:
    """Questions that make sense for the patient: what is on file points there first, then those for everybody."""
    found = []
    for question in case.knowledge.advice.questions:
        if case.knows_no(question.show):
            continue
        answers = tuple(doc.Answer(answer.answer, answer.means) for answer in question.answers)
        on_file = case.holds(question.on_file)
        found.append(doc.Question(question.topic, question.ask, answers, on_file, question.core))
    yield from sorted(found, key=lambda question: (not question.on_file, not question.core))


def _mimics(case: Case) -> Iterator[doc.Mimic]:
    referrals = {referral.id: referral.to for referral in case.knowledge.advice.referrals}
    found = [
        doc.Mimic(mimic.name, mimic.tell, referrals[mimic.refer], case.holds(mimic.on_file))
        for mimic in case.knowledge.advice.mimics
        if not case.knows_no(mimic.show)
    ]
    yield from sorted(found, key=lambda mimic: not mimic.on_file)


def _referrals(case: Case) -> Iterator[doc.Referral]:
    for referral in case.knowledge.advice.referrals:
        yield doc.Referral(referral.to, referral.why, case.holds(referral.on_file))


def _care(care: Care, case: Case) -> doc.Care:
    """A measure without medicine, with what the option table says against it for this patient."""
    row = next((row for row in case.options if row["option"] == care.option), None)
    against = row["reasons"] if row is not None and row["status"] in ("avoid", "caution") else ""
    return doc.Care(care.name, care.fit, _tagged(care.words, care.tag, case), against.removeprefix("caution: "))


def _option(row: Row, option: Option, case: Case) -> doc.OptionLine:
    route = ROUTE_OF_FORM[row["form"]]
    strength = option.strengths.get(route)
    return doc.OptionLine(
        option=row["option"],
        label=row["label"],
        form=row["form"],
        status=row["status"],
        reasons=row["reasons"],
        ask=row["ask"],
        evidence=option.evidence.words,
        legal_status=row["legal_status"],
        strength=_sourced(strength) if strength is not None else "",
        dose=_tagged(option.dose.words, option.dose.tag, case),
        notes=(
            *(_tagged(note.text, note.tag, case) for note in option.notes),
            *_lines(case, row["option"], "say"),
        ),
        sources=row["sources"],
    )


def _sourced(statement: Statement) -> str:
    """The words if a source says so; an unverified number is never shown."""
    return statement.words if statement.tag == "V" else ""


def _tagged(text: str, tag: str, case: Case) -> str:
    mark = next(words for name, words in case.knowledge.advice.phrases.tags.items() if name == tag)
    return f"{text} ({mark})" if mark else text
