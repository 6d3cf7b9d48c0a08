"""Which papers are written for whom, and under which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from medcramp.documents import Documents
from medcramp.report.documents.content import plain
from medcramp.report.info import ReportConfig, RunInfo

KINDS = ("html", "pdf", "docx")
# What our drawings show, for those who cannot see them: language → drawing → words.
PICTURES = {
    "en": {"calf_stretch": "A person leans with both hands on a wall, one leg back, knee straight, heel down."},
    "es": {"calf_stretch": "Una persona apoya las manos en la pared, una pierna atrás y recta, talón en el suelo."},
}


def paper_id(number: int) -> str:
    """Name of the `number`-th patient of the run: says nothing about the patient."""
    return f"p{number:05d}"


def write_documents(
    documents: Iterable[Documents], folder: Path, kinds: frozenset[str], info: RunInfo, config: ReportConfig
) -> dict[str, str]:
    """Write the papers of each patient into `folder`; returns patient id → name of the patient's papers."""
    folder.mkdir(mode=0o700, exist_ok=True)
    pharmacy = pharmacy_of(info, config)
    paper = "us-letter" if info.jurisdiction in ("US", "CA") and config.paper != "a4" else "a4"
    handouts: dict[tuple[str, str], bytes] = {}
    names = {}
    for number, patient in enumerate(documents, start=1):
        name = paper_id(number)
        names[patient.sheet.person.patient_id] = name
        for suffix, template, data in _papers(patient, config.only_ids):
            for kind in sorted(kinds):
                key = (kind, repr(data)) if template == "handout" else None
                made = handouts.get(key) if key else None
                if made is None:
                    made = _render(kind, template, data, pharmacy, paper)
                if key and made is not None:
                    handouts[key] = made
                if made is not None:
                    (folder / f"{name}-{suffix}.{kind}").write_bytes(made)
    return names


def pharmacy_of(info: RunInfo, config: ReportConfig) -> dict[str, str]:
    """What every paper says about the sender and the run."""
    return {
        "name": config.pharmacy_name,
        "phone": config.pharmacy_phone,
        "as_of": info.as_of.isoformat(),
        "program": f"medcramp {info.program_version}, knowledge {info.knowledge_version}",
    }


def _papers(patient: Documents, only_ids: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(name, template, data) of every paper; a handout names nobody, so many patients share one."""
    yield "sheet", "sheet", _data(patient.sheet, only_ids)
    yield "note", "note", _data(patient.note, only_ids)
    for handout in patient.handouts:
        yield f"handout-{handout.language}", "handout", _data(handout, only_ids)
    for place, asked in enumerate(patient.compounding, start=1):
        yield f"request-{place}", "request", _data(asked, only_ids)


def _data(document: Any, only_ids: bool) -> dict[str, Any]:
    data = plain(document)
    if only_ids and "person" in data:
        data["person"] = {**data["person"], "name": "", "birth_date": ""}
    return data


def _render(kind: str, template: str, data: dict[str, Any], pharmacy: dict[str, str], paper: str) -> bytes | None:
    """The paper in one format; None when that paper does not exist in that format."""
    if kind == "html":
        from medcramp.report.documents import html

        title = data.get("title") or _TITLES[template]
        page = html.render(
            template, data=data, pharmacy=pharmacy, title=title, language=data.get("language", "en"), kind=template
        )
        return page.encode("utf-8")
    if kind == "pdf":
        from medcramp.report.documents import pdf

        pictures = PICTURES.get(data.get("language", "en"), PICTURES["en"])
        return pdf.render(template, {"data": data, "pharmacy": pharmacy, "paper": paper, "pictures": pictures})
    if kind == "docx" and template in ("note", "request"):
        from medcramp.report.documents import docx

        return {"note": docx.note, "request": docx.request}[template](data, pharmacy)
    return None


_TITLES = {
    "sheet": "Counselling sheet: leg and foot cramps",
    "request": "Request for a prescription of a compounded medicine",
}
