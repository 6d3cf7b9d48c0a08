"""A grid → which kind of table it is, where its header lies and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from medcramp.knowledge.columns import Columns, header_key
from medcramp.knowledge.drug_words import AMOUNT
from medcramp.read import header as headers
from medcramp.read import untitled
from medcramp.read.grids import Grid
from medcramp.read.header import Header
from medcramp.read.meaning import SETTLED, DrugTest, Meaning, assign, contents_of, counts_rows, locate
from medcramp.read.realign import realigned
from medcramp.read.tables import Table, body_of, head_of

PERSON = ("patient_id", "patient_name", "last_name")
MEDICINE = ("drug", "ndc", "rxcui", "generic_name", "atc")
KINDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "records": (PERSON, MEDICINE),
    "labs": (PERSON, ("test", "loinc"), ("value",)),
    "conditions": (PERSON, ("icd10", "condition_code", "diagnosis")),
    "allergies": (PERSON, ("substance",)),
    "patients": (PERSON, ("birth_date", "age", "sex", "pregnant", "pregnant_weeks", "egfr")),
}
"""What a table of each kind must have: at least one field of every group."""
WEAK = 1.1
"""Confidence of a title that says nothing by itself ("ID", "No")."""
PLAIN = 2.0
"""Confidence of a title that means the patient's id and hardly anything else."""
SURE = 18.0
"""Score of records (medicine and patient both plainly titled) beside which no other kind need be tried."""
FEWEST_COLUMNS = 3
REMARK_SHARE = 0.25
SUPPORT = ("ndc", "sig", "birth_date", "fill_date", "quantity", "strength")
"""What a table without titles must show beside names: a medication list is more than words."""
ENOUGH_TO_JUDGE = 3
"""Distinct texts of a column titled as the medicine, none of them one: the title meant something else."""
DATED = "the only dates stand under {!r}; read as the date of supply (if wrong: --map fill_date=COLUMN)"
READ_LATER = {"other", "encounter", "rx_number", "fill_number", "drug_code"}
"""Fields whose columns are read only when a question turns on them: whether two rows are the same fill."""


@dataclass(frozen=True, eq=False)
class Understood:
    """A table with its meaning. `kind` "" = nothing medcramp knows; `head` holds the first rows below the header."""

    grid: Grid
    kind: str
    header: Header
    head: Table
    meaning: Meaning
    above: tuple[tuple[str, ...], ...] = ()
    """Texts of the rows above the header."""
    missing: tuple[str, ...] = ()
    score: float = 0.0
    notices: tuple[str, ...] = field(default=())

    @cached_property
    def whole(self) -> tuple[Table, np.ndarray]:
        """Every row of the grid, titles and headings included, and the rows with more cells than columns."""
        table, overlong = body_of(self.grid, range(self.grid.width))
        spilled = np.zeros(len(table), dtype=bool)
        spilled[overlong] = True
        return table, spilled

    @cached_property
    def body(self) -> tuple[Table, np.ndarray]:
        """Every row below the header that holds anything, and which of them hold more cells than there are columns."""
        read = [place for name, places in self.meaning.fields.items() if name not in READ_LATER for place in places]
        whole, overlong = body_of(self.grid, read)
        start = self.header.last + 1
        table = whole.take(slice(start, None)).titled(self.header.titles, self.header.groups)
        spilled = np.zeros(len(whole), dtype=bool)
        spilled[overlong] = True
        filled = not_blank(table)
        return (table, spilled[start:]) if filled.all() else (table.take(filled), spilled[start:][filled])


def sample_rows(table: Table, count: int = headers.SEARCHED_ROWS) -> list[list[str | None]]:
    """The first rows as texts."""
    head = table.take(slice(0, count))
    return [list(row) for row in zip(*(column.decoded() for column in head.columns), strict=True)]


def understand(
    grid: Grid, columns: Columns, drug_test: DrugTest, settled: Mapping[str, str], kind: str = ""
) -> Understood:
    """Find header, kind and meanings. `kind` settles the kind beforehand (companion files)."""
    whole = head_of(grid)
    sample = sample_rows(whole)
    kinds = [kind or grid.role] if kind or grid.role else list(KINDS)
    best: Understood | None = None
    for candidate in kinds:
        wanted = settled if candidate == "records" else {n: c for n, c in settled.items() if n == "patient_id"}
        found = _as_kind(grid, whole, sample, candidate, columns, drug_test, wanted)
        if found and (best is None or found.score > best.score):
            best = found
        if best and best.kind == "records" and not best.missing and best.score >= SURE:
            break
    if "records" in kinds and not grid.titled and (best is None or best.missing or best.kind == "patients"):
        found = _as_kind(grid, whole, sample, "records", columns, drug_test, settled, by_contents=True)
        best = found if found and not found.missing else best
    if best and best.kind == "records" and not best.missing and not grid.titled:
        best = _completed(best, drug_test, columns)
    if best:
        return best if _holds_medicines(best, drug_test, columns, settled) else replace(best, missing=("medicines",))
    return _untitled(grid, whole, columns, drug_test, settled)


def _completed(u: Understood, drug_test: DrugTest, columns: Columns) -> Understood:
    """With directions and dates under titles that say nothing; a date found so is said."""
    meaning = untitled.completed(u.meaning, without_remarks(u.head), columns, drug_test)
    places = [p for p in meaning.fields.get("fill_date", ()) if meaning.why.get(p) == f"fill_date: {untitled.FOUND}"]
    said = [DATED.format(u.header.titles[place] or f"column {place + 1}") for place in places]
    return replace(u, meaning=meaning, notices=(*u.notices, *said))


def _holds_medicines(u: Understood, drug_test: DrugTest, columns: Columns, settled: Mapping[str, str]) -> bool:
    """Whether a column titled as the medicine may hold medicines: of several texts at least one looks like it."""
    place = u.meaning.first("drug")
    if u.kind != "records" or place is None or "drug" in settled or u.meaning.has("ndc", "rxcui", "atc"):
        return True
    contents = contents_of(u.head.column(place), drug_test, columns)
    return contents.distinct < ENOUGH_TO_JUDGE or contents.drug > 0


def _untitled(
    grid: Grid, whole: Table, columns: Columns, drug_test: DrugTest, settled: Mapping[str, str]
) -> Understood:
    """A table without known titles, read by its contents if these say enough."""
    header = headers.unknown_titles(sample_rows(whole)) or headers.absent(len(whole.columns))
    table = below(whole, header)
    if grid.titled or grid.width < FEWEST_COLUMNS or not len(table):
        return Understood(grid, "", header, table, Meaning({}, {}))
    meaning, notices = untitled.meaning_of(table, columns, drug_test)
    for name, wanted in settled.items():
        place = locate(table, header, wanted)
        if place is not None:
            meaning = Meaning(
                {**{n: p for n, p in meaning.fields.items() if p != (place,)}, name: (place,)},
                {**meaning.why, place: f"{name}: you said so"},
                {**meaning.confidence, name: SETTLED},
            )
    missing = tuple(group[0] for group in KINDS["records"] if not meaning.has(*group))
    if "drug" not in missing and not settled and not (meaning.has(*SUPPORT) or _with_amounts(table, meaning)):
        missing = (*missing, "drug")  # words alone, some of which are names of medicines too
    kind = "" if "drug" in missing else "records"
    return Understood(grid, kind, header, table, meaning, missing=missing, notices=tuple(notices))


def _with_amounts(table: Table, meaning: Meaning) -> bool:
    """Whether half of the medicines name an amount."""
    texts = table.column(meaning.fields["drug"][0]).texts if meaning.has("drug") else []
    return 2 * sum(1 for text in texts if AMOUNT.search(text)) >= len(texts) > 0


def _as_kind(
    grid: Grid, whole: Table, sample: Sequence[headers.Cells], kind: str, columns: Columns, drug_test: DrugTest,
    settled: Mapping[str, str], by_contents: bool = False,
) -> Understood | None:  # fmt: skip
    header = headers.find(sample, kind, columns, list(settled.values()))
    if header is None:
        return None
    table = below(whole, header)
    said = ""
    if kind == "records" and grid.container == "text":
        header, said = realigned(table, header, columns, drug_test)
        table = table.titled(header.titles, header.groups)
    rows = without_remarks(table)
    meaning = assign(rows, header, kind, columns, drug_test, settled)
    if kind == "records" and by_contents:
        meaning = untitled.completed(meaning, rows, columns, drug_test)
    meaning = finer_id(without_row_numbers(meaning, table), table)
    missing = tuple(group[0] for group in KINDS[kind] if not meaning.has(*group))
    sure = [max(meaning.confidence.get(name, 0.0) for name in group) for group in KINDS[kind]]
    score = min(sure) * 2 + sum(sure) + header.score / 10 - 100.0 * len(missing)
    if kind == "records" and not missing:
        score += 4.0  # medicines beside whatever else: the records come first
    score += 5.0 if header_key(grid.sheet) == kind else 0.0
    above = tuple(tuple(cell or "" for cell in row) for row in sample[: header.first])
    return Understood(grid, kind, header, table, meaning, above, missing, score, (said,) if said else ())


def rival_ids(u: Understood) -> tuple[str, str] | None:
    """Titles of two columns that could both be the patient's id and group the rows differently; None when none do.

    Where one only divides the other further (members of a household), the finer one is the person.
    """
    places = u.meaning.fields.get("patient_id", ())
    sure = u.meaning.confidence.get("patient_id", 0.0)
    if len(places) < 2 or sure >= SETTLED or (sure < PLAIN and u.meaning.has("patient_name", "last_name")):
        return None
    first, second = (u.head.column(place) for place in places[:2])
    both = first.known & second.known
    pairs = len({*zip(first.codes[both].tolist(), second.codes[both].tolist(), strict=True)})
    ones, others = len(np.unique(first.codes[both])), len(np.unique(second.codes[both]))
    if pairs <= max(ones, others):
        return None
    return u.header.titles[places[0]], u.header.titles[places[1]]


def finer_id(meaning: Meaning, table: Table) -> Meaning:
    """Of several id columns the one that tells most people apart comes first."""
    places = meaning.fields.get("patient_id", ())
    if len(places) < 2 or meaning.confidence["patient_id"] < PLAIN:
        return meaning
    ordered = tuple(sorted(places, key=lambda place: (-len(table.column(place).used), place)))
    return Meaning({**meaning.fields, "patient_id": ordered}, meaning.why, meaning.confidence)


def without_row_numbers(meaning: Meaning, table: Table) -> Meaning:
    """A column that may number people or rows (1, 2, 3, …) counts people only beside something else about them."""
    place = meaning.first("patient_id")
    if place is None or meaning.has("patient_name", "last_name", "birth_date", "age", "sex"):
        return meaning
    if meaning.confidence["patient_id"] > WEAK or not counts_rows(table.column(place).texts):
        return meaning
    fields = {name: places for name, places in meaning.fields.items() if name != "patient_id"}
    return Meaning(fields, {**meaning.why, place: "not used: it numbers the rows"}, meaning.confidence)


def below(whole: Table, header: Header) -> Table:
    """The rows under the header that hold anything, with titles."""
    table = whole.take(slice(header.last + 1, None)).titled(header.titles, header.groups)
    filled = not_blank(table)
    return table if filled.all() else table.take(filled)


def without_remarks(table: Table) -> Table:
    """Without the rows of one cell or of few beside the fullest: remarks and footers say nothing of their column."""
    cells = np.sum([column.known for column in table.columns], axis=0)
    several = cells > max(1.0, REMARK_SHARE * cells.max(initial=0))
    return table.take(several) if several.any() and not several.all() else table


def not_blank(table: Table) -> np.ndarray:
    """Rows with any text. Columns not read yet are read only when those read so far leave a row blank."""
    filled = np.zeros(len(table), dtype=bool)
    for column in table.loaded:
        filled |= column.known
    if not filled.all():
        for column in table.columns:
            filled |= column.known
    return filled
