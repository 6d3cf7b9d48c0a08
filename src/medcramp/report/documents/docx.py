"""DOCX documents: the papers a pharmacist may want to edit before sending them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import docx
from docx.shared import Mm, Pt, RGBColor

from medcramp.report.documents.html import lines, words

_BLANK = "______________________"
_TICK = "☐ "


def note(data: dict[str, Any], pharmacy: dict[str, str]) -> bytes:
    """The note to the prescriber: situation, background, assessment, request, reply."""
    paper = _paper(data["title"], data["person"], pharmacy)
    _section(paper, "Situation", data["situation"])
    medicines = [
        one["line"]
        + (f", since {one['since']}" if one["since"] else "")
        + ("" if one["certain"] else " (not certain that it is taken)")
        for one in data["medicines"]
    ]
    _section(paper, "Background: medicines and laboratory values", medicines or ["no medicine on file"], "List Bullet")
    paper.add_paragraph("Laboratory: " + ("; ".join(data["laboratory"]) or "no value on file"))
    points = [_point(point) for point in data["assessment"]] or ["no point that needs the prescriber"]
    _section(paper, "Assessment", points, "List Number")
    _section(paper, "Request", [*(_TICK + line for line in data["requests"]), f"Other: {_BLANK}{_BLANK}"])
    _section(paper, "Reply of the prescriber", [_TICK + line for line in data["reply"]])
    return _finished(paper, pharmacy)


def request(data: dict[str, Any], pharmacy: dict[str, str]) -> bytes:
    """The request for a prescription of a compounded option."""
    paper = _paper("Request for a prescription of a compounded medicine", data["person"], pharmacy)
    paper.add_paragraph(f"Form: {words(data['form'])}   For this patient: {words(data['status'])}")
    paper.add_paragraph(f"Quantity, directions: {_BLANK}{_BLANK}")
    table = paper.add_table(rows=1, cols=4, style="Table Grid")
    for cell, title in zip(table.rows[0].cells, ("Active", "Strength", "For this patient", "Evidence"), strict=True):
        cell.text = title
    for active in data["actives"]:
        option = active["option"]
        texts = (
            option["label"],
            (f"typical: {active['strength']}\n" if active["strength"] else "") + _BLANK,
            " ".join(filter(None, (words(option["status"]), option["reasons"], option["ask"]))),
            " ".join(filter(None, (option["evidence"], option["legal_status"]))),
        )
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    gates = [
        f"{gate['ask']}  {_TICK}yes{' → ' + gate['if_yes'] if gate['if_yes'] else ''}"
        f"  {_TICK}no{' → ' + gate['if_no'] if gate['if_no'] else ''}"
        for gate in data["gate"]
    ]
    _section(paper, "Before it is made", gates, "List Number")
    dates = [f"{_TICK}{row['words']}: at most {row['days']} days, {row['storage']}" for row in data["beyond_use"]]
    _section(paper, f"Beyond-use date: {data['chapter']}, default without stability data", dates)
    _section(paper, "On the label", [" · ".join(data["label_items"])])
    _section(paper, "Tell the patient", data["counselling"], "List Bullet")
    return _finished(paper, pharmacy)


def _point(point: dict[str, str]) -> str:
    verify = ", to verify" if point["certainty"] == "verify" else ""
    missing = f" Missing: {', '.join(lines(point['missing']))}." if point["missing"] else ""
    drugs = f" {' + '.join(lines(point['drugs']))}." if point["drugs"] else ""
    return (
        f"{point['title']} ({point['severity']}, {words(point['urgency'])}{verify}):{drugs} {point['message']}{missing}"
    )


def _paper(title: str, person: dict[str, str], pharmacy: dict[str, str]) -> Any:
    paper = docx.Document()
    paper.styles["Normal"].font.name = "Arial"
    paper.styles["Normal"].font.size = Pt(9.5)
    paper.styles["Normal"].paragraph_format.space_after = Pt(2)
    # Black on white: these papers are faxed.
    for heading in ("Heading 1", "Heading 2"):
        paper.styles[heading].font.name = "Arial"
        paper.styles[heading].font.color.rgb = RGBColor(0, 0, 0)
    for section in paper.sections:
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    paper.core_properties.title = title
    paper.core_properties.author = pharmacy["program"]
    day = datetime.fromisoformat(pharmacy["as_of"])
    paper.core_properties.created = paper.core_properties.modified = day
    paper.add_heading(title, level=1)
    sender = " ".join(filter(None, (pharmacy["name"], pharmacy["phone"])))
    paper.add_paragraph(f"To: {_BLANK}  Fax: {_BLANK}  From: {sender} {_BLANK if not sender else ''}")
    who = [
        f"Patient: {person['name'] or person['patient_id']}",
        f"Id: {person['patient_id']}" if person["name"] else "",
        f"Born: {person['birth_date']}" if person["birth_date"] else "",
        f"Age: {person['age'] or 'unknown'}",
        f"Sex: {person['sex'] or 'unknown'}",
        f"Index date: {pharmacy['as_of']}",
    ]
    paper.add_paragraph("   ".join(filter(None, who)))
    return paper


def _section(paper: Any, title: str, texts: Iterable[str], style: str | None = None) -> None:
    paper.add_heading(title, level=2)
    for text in texts:
        paper.add_paragraph(text, style=style)


def _finished(paper: Any, pharmacy: dict[str, str]) -> bytes:
    paper.add_paragraph(f"Name: {_BLANK}  Date: {_BLANK}  Signature: {_BLANK}")
    paper.sections[0].footer.paragraphs[0].text = f"Confidential: for the addressee only. {pharmacy['program']}"
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()
