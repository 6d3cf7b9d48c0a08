"""Papers: every format holds the same facts, one page where one page is promised, and no text becomes markup."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl
import pytest

from fixtures.report_documents import HOSTILE, made_up_documents
from fixtures.report_tables import made_up_run, made_up_tables
from medcramp import report
from medcramp.report.documents import write_documents
from medcramp.report.documents.content import clean_text, plain
from medcramp.report.documents.files import pharmacy_of
from medcramp.report.documents.html import ARROWS
from medcramp.report.info import ReportConfig

pypdf = pytest.importorskip("pypdf")
CONFIG = ReportConfig(pharmacy_name='Corner <b>"Pharmacy"', pharmacy_phone="555-0100")
PAPERS = ("sheet", "note", "handout-en", "handout-es", "request-1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documents")
    write_documents([made_up_documents()], path, frozenset({"html", "pdf", "docx"}), made_up_run(), CONFIG)
    return path


class Tags(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(folder: Path, name: str) -> str:
    return (folder / f"p00001-{name}.html").read_text(encoding="utf-8")


def pdf_text(folder: Path, name: str) -> str:
    pages = pypdf.PdfReader(folder / f"p00001-{name}.pdf").pages
    return " ".join(" ".join(found.extract_text().split()) for found in pages)


def word_text(folder: Path, name: str) -> str:
    paper = docx.Document(io.BytesIO((folder / f"p00001-{name}.docx").read_bytes()))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def test_every_paper_is_written_in_every_format_it_has(folder: Path) -> None:
    expected = {f"p00001-{name}.{kind}" for name in PAPERS for kind in ("html", "pdf")}
    expected |= {"p00001-note.docx", "p00001-request-1.docx"}
    assert {path.name for path in folder.iterdir()} == expected


@pytest.mark.parametrize("name", PAPERS)
def test_pages_are_self_contained_and_run_nothing(folder: Path, name: str) -> None:
    found = Tags(page(folder, name))
    assert {"script", "link", "img", "iframe", "form", "b"}.isdisjoint(tag for tag, _ in found.elements)
    assert not [attrs for _, attrs in found.elements if {"src", "href", "style", "onload", "onclick"} & set(attrs)]
    (policy,) = [attrs["content"] for tag, attrs in found.elements if attrs.get("http-equiv")]
    assert policy is not None and policy.startswith("default-src 'none'") and "unsafe" not in policy


@pytest.mark.parametrize("name", ["sheet", "note", "request-1"])
def test_hostile_text_is_shown_as_text(folder: Path, name: str) -> None:
    expected = clean_text(HOSTILE)
    assert expected in Tags(page(folder, name)).texts
    assert "49" not in pdf_text(folder, name).split()
    assert expected in pdf_text(folder, name)


@pytest.mark.parametrize("name", ["note", "request-1"])
def test_word_papers_hold_hostile_text_as_text(folder: Path, name: str) -> None:
    assert clean_text(HOSTILE) in word_text(folder, name)


@pytest.mark.parametrize("kind", ["html", "pdf", "docx"])
def test_the_note_says_what_is_found_missing_and_asked(folder: Path, kind: str) -> None:
    text = {
        "html": lambda: " ".join(" ".join(Tags(page(folder, "note")).texts).split()),
        "pdf": lambda: pdf_text(folder, "note"),
        "docx": lambda: word_text(folder, "note"),
    }[kind]()
    for fact in (
        "Made-up pair of medicines",
        "hydrochlorothiazide 25 mg tablet + lisinopril 10 mg",
        "to verify",
        "daily dose of hydrochlorothiazide, eGFR",
        "potassium 3.4 mmol/L (2026-01-10)",
        "not certain that it is taken",
        "Please check potassium.",
        "please call me",
        "555-0100",
    ):
        assert fact in text, fact


def test_the_request_leaves_a_strength_without_source_blank(folder: Path) -> None:
    assert pdf_text(folder, "request-1").count("typical: 10 %") == 1
    assert Tags(page(folder, "request-1")).texts.count("typical: 10 %") == 1


def test_the_sheet_shows_arrows_questions_and_options(folder: Path) -> None:
    text = pdf_text(folder, "sheet")
    for fact in ("↕ mixed", "Fluids (on file)", "Also, if it fits: Shoes", "avoid capsule", "Podiatry (fits now)"):
        assert fact in text, fact
    assert "Never this." in " ".join(Tags(page(folder, "sheet")).texts)


@pytest.mark.parametrize("name", PAPERS)
def test_pdf_is_tagged_titled_and_has_its_fonts(folder: Path, name: str) -> None:
    reader = pypdf.PdfReader(folder / f"p00001-{name}.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == ("es" if name.endswith("es") else "en")
    assert reader.metadata.title
    for found in reader.pages:
        for font in found["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert {"/FontFile2", "/FontFile3"} & set(descendant.get_object()["/FontDescriptor"])


@pytest.mark.parametrize(("name", "pages"), [("sheet", 1), ("note", 1), ("handout-en", 2), ("handout-es", 2)])
def test_papers_are_as_short_as_promised(folder: Path, name: str, pages: int) -> None:
    assert len(pypdf.PdfReader(folder / f"p00001-{name}.pdf").pages) <= pages


def test_a_sheet_with_much_on_it_still_fits_one_page(tmp_path: Path) -> None:
    write_documents([made_up_documents(filler=6)], tmp_path, frozenset({"pdf"}), made_up_run(), CONFIG)
    assert len(pypdf.PdfReader(tmp_path / "p00001-sheet.pdf").pages) == 1


def test_handout_text_is_at_least_12_points(folder: Path) -> None:
    sizes: dict[float, int] = {}

    def note_size(text: str, _: object, matrix: list[float], __: object, size: float) -> None:
        if text.strip():
            sizes[round(abs(size * matrix[3]) or size, 1)] = sizes.get(round(abs(size * matrix[3]) or size, 1), 0) + 1

    for found in pypdf.PdfReader(folder / "p00001-handout-en.pdf").pages:
        found.extract_text(visitor_text=note_size)
    assert min(size for size, count in sizes.items() if count > 1) >= 12


def test_patients_share_a_handout_but_not_a_sheet(tmp_path: Path) -> None:
    papers = [made_up_documents("A1"), made_up_documents("../../B2")]
    names = write_documents(papers, tmp_path, frozenset({"pdf", "html"}), made_up_run(), CONFIG)
    assert names == {"A1": "p00001", "../../B2": "p00002"}
    assert (tmp_path / "p00001-handout-en.pdf").read_bytes() == (tmp_path / "p00002-handout-en.pdf").read_bytes()
    assert "A1" in page(tmp_path, "sheet") and "B2" not in page(tmp_path, "sheet")
    assert all(re.fullmatch(r"p\d{5}-[a-z0-9-]+\.(pdf|html)", path.name) for path in tmp_path.iterdir())


def test_only_ids_leaves_the_name_out_of_papers(tmp_path: Path) -> None:
    write_documents([made_up_documents()], tmp_path, frozenset({"html"}), made_up_run(), ReportConfig(only_ids=True))
    assert "1950-02-03" not in page(tmp_path, "sheet") and "Patient <strong>=1+1</strong>" in page(tmp_path, "note")


def test_papers_are_linked_from_the_worklist_and_listed(tmp_path: Path) -> None:
    files = report.write(
        made_up_tables(6),
        made_up_run(),
        tmp_path,
        frozenset({"xlsx", "html"}),
        CONFIG,
        documents=[made_up_documents("00002")],
    )
    assert tmp_path / "documents" / "p00001-sheet.html" in files
    sheet = openpyxl.load_workbook(tmp_path / "worklist.xlsx")["Worklist"]
    targets = [
        cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink and cell.hyperlink.target
    ]
    # Excel writes links to files beside a workbook with backslashes, on every system.
    assert targets == ["documents\\p00001-sheet.html"]


def test_contents_have_no_invisible_characters() -> None:
    data = plain(made_up_documents().sheet)
    assert "\u202e" not in data["person"]["name"] and "\x07" not in data["person"]["name"]


def test_every_electrolyte_direction_has_its_arrow() -> None:
    assert set(ARROWS) == {"down", "up", "mixed", "none"}
    assert pharmacy_of(made_up_run(), CONFIG)["as_of"] == "2026-01-31"
