"""Tables without a row of titles: what a column means from its contents alone, or nothing where that is not certain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medcramp.knowledge.columns import Columns
from medcramp.read import dates, values
from medcramp.read.meaning import LIFETIME, Contents, DrugTest, Meaning, contents_of
from medcramp.read.tables import Column, Table
from medcramp.records import COMPANION_COLUMNS

ENOUGH = 0.7
MOSTLY, HALF = 0.9, 0.5
USUAL_DAYS = {"5", "7", "10", "14", "15", "20", "21", "25", "28", "30", "34", "56", "60", "84", "90", "100"}
CLINICIAN = re.compile(r"\b(?:dr|md|do|np|pa|dnp|arnp|dds|dre)\b", re.IGNORECASE)
ONE_NAME = re.compile(r"[^\W\d_]{2,}(?:[-'’ ][^\W\d_]+){0,2}(?: [^\W\d_]\.?)?")
SPLIT_NAME = "two columns without titles hold the parts of the patient's name; read as last name, first name"
FOUND = "found by its contents"
SUPPLY_DATES = ("fill_date", "start_date", "written_date", "end_date")
SAID = "its contents say so (there is no row of titles)"


@dataclass(eq=False)
class Candidate:
    """One column with a look at its contents."""

    place: int
    column: Column
    contents: Contents


def meaning_of(table: Table, columns: Columns, drug_test: DrugTest) -> tuple[Meaning, list[str]]:
    """Meanings of the columns of a table without titles, and what could not be settled."""
    left = [Candidate(i, c, contents_of(c, drug_test, columns)) for i, c in enumerate(table.columns) if len(c.used)]
    fields: dict[str, int] = {}
    notices: list[str] = []

    def settle(name: str, found: Candidate | None) -> None:
        if found:
            fields[name] = found.place
            left.remove(found)

    settle("sig", _best(left, lambda c: c.contents.directions if c.contents.letters > ENOUGH else 0.0))
    settle("drug", _best(left, lambda c: c.contents.drug if c.contents.letters > ENOUGH else 0.0))
    settle("sex", _best(left, lambda c: c.contents.sex * (c.contents.distinct <= 4) * (c.contents.letters > ENOUGH)))
    settle("ndc", _best(left, _ndc))
    _dates(left, settle)
    names = [c for c in left if c.contents.name > ENOUGH and c.contents.drug < 0.5]
    patient = _patient_name(names, fields)
    settle("patient_name", patient)
    settle("prescriber", next((c for c in names if c is not patient), None))
    settle("status", _best(left, lambda c: c.contents.share(lambda t: t.lower() in columns.statuses and len(t) > 2)))
    if "patient_name" not in fields:
        for name, candidate in zip(("last_name", "first_name"), _split_name(left, fields), strict=False):
            settle(name, candidate)
            notices += [SPLIT_NAME] if name == "first_name" else []
    if not {"patient_name", "last_name"} & fields.keys():
        settle("patient_id", _patient_id(left))
    else:
        named = [fields[n] for n in ("patient_name", "last_name", "first_name", "birth_date") if n in fields]
        settle("patient_id", _id_of_people(left, [table.column(place) for place in named]))
    settled, doubt = _amounts([c for c in left if c.contents.number > 0.95])
    for name, candidate in settled.items():
        settle(name, candidate)
    if doubt:
        notices.append(doubt)
    meaning = Meaning(
        {name: (place,) for name, place in fields.items()},
        {place: f"{name}: {SAID}" for name, place in fields.items()},
        dict.fromkeys(fields, 2.0),
    )
    return meaning, notices


def completed(meaning: Meaning, table: Table, columns: Columns, drug_test: DrugTest) -> Meaning:
    """With what no title names, from the contents of columns whose titles say nothing.

    That is the medicine, the patient beside a birth date, directions, and the only dates as those of the supplies.
    """
    free = [
        Candidate(place, table.column(place), contents_of(table.column(place), drug_test, columns))
        for place, title in enumerate(table.titles)
        if place not in meaning.why and not any(columns.meanings(title, kind) for kind in COMPANION_COLUMNS)
    ]
    remarks = [
        Candidate(place, table.column(place), contents_of(table.column(place), drug_test, columns))
        for place, title in enumerate(table.titles)
        if set(columns.meanings(title, "records")) == {"other"}
    ]
    found: dict[str, Candidate | None] = {}
    if not meaning.has("drug", "ndc", "rxcui", "generic_name"):
        found["drug"] = _best(free, lambda c: c.contents.drug if c.contents.letters > ENOUGH else 0.0)
    if meaning.has("birth_date") and not meaning.has("patient_id", "patient_name", "last_name"):
        names = [c for c in free if c.contents.name > ENOUGH and c.contents.drug < 0.5]
        found["patient_name"] = names[0] if len(names) == 1 else None
    if not meaning.has("sig", "frequency", "doses_per_day"):
        found["sig"] = _best([*free, *remarks], _sentences)
    if not meaning.has(*SUPPLY_DATES):
        silent = [c for c in free if not set(columns.spelled_out(table.titles[c.place])) & columns.title_vocabulary]
        dated = [c for c in silent if c.contents.date > MOSTLY and c.contents.distinct > 1]
        found["fill_date"] = dated[0] if len(dated) == 1 and dated[0].contents.years_spanned <= LIFETIME else None
    for name, candidate in found.items():
        if candidate:
            meaning = Meaning(
                {**meaning.fields, name: (candidate.place,)},
                {**meaning.why, candidate.place: f"{name}: {FOUND}"},
                {**meaning.confidence, name: 2.0},
            )
    return meaning


def _best(left: Sequence[Candidate], score: Callable[[Candidate], float]) -> Candidate | None:
    best = max(left, key=score, default=None)
    return best if best and score(best) >= ENOUGH else None


def _sentences(candidate: Candidate) -> float:
    """Directions of several words: a code such as OD or QD says something else elsewhere."""
    wordy = candidate.contents.share(lambda text: len(text.split()) > 2)
    return candidate.contents.directions if min(wordy, candidate.contents.letters) > ENOUGH else 0.0


def _ndc(candidate: Candidate) -> float:
    """Product codes: dashed, or digits of the lengths that spreadsheets leave of 11."""
    texts = candidate.contents.texts
    lengths = {len(text) for text in texts if text.isdigit()}
    return candidate.contents.ndc if "-" in "".join(texts) or 11 in lengths else 0.0


def _dates(left: list[Candidate], settle: Callable[[str, Candidate | None], None]) -> None:
    """The oldest dates are birth dates; of the others the latest are fills, earlier ones the day of writing."""
    found = [(c, _middle_year(c)) for c in left if c.contents.date > ENOUGH]
    found = sorted(((c, year) for c, year in found if year), key=lambda item: item[1])
    if len(found) > 1 and found[-1][1] - found[0][1] >= 10:
        settle("birth_date", found.pop(0)[0])
    if found:
        settle("fill_date", found.pop()[0])
    if found:
        settle("written_date", found.pop()[0])


def _middle_year(candidate: Candidate) -> float:
    years = [int(iso[:4]) + int(iso[5:7]) / 12 + int(iso[8:]) / 400
             for text in candidate.contents.texts if (iso := dates.parse(text, dates.Reading()))]  # fmt: skip
    return float(np.median(years)) if years else 0.0


def _patient_name(names: Sequence[Candidate], fields: Mapping[str, int]) -> Candidate | None:
    """Of two columns of people the patients stand beside the birth date, and prescribers carry titles."""
    if not names:
        return None
    born = fields.get("birth_date")

    def rank(candidate: Candidate) -> tuple[bool, float, int]:
        clinician = candidate.contents.share(CLINICIAN.search) > 0.3
        distance = abs(candidate.place - born) if born is not None else 0
        return clinician, distance, -len(candidate.column.used)

    return min(names, key=rank)


def _split_name(left: Sequence[Candidate], fields: Mapping[str, int]) -> Sequence[Candidate]:
    """Two neighbouring columns of single words beside a birth date: the parts of the patient's name."""
    words = [c for c in left if c.contents.share(ONE_NAME.fullmatch) > ENOUGH and c.contents.drug < 0.5]
    if "birth_date" not in fields or len(words) != 2 or words[1].place != words[0].place + 1:
        return ()
    return words


def _id_of_people(left: Sequence[Candidate], person: Sequence[Column]) -> Candidate | None:
    """The one column of codes of which each stands for one person and each person has one; None otherwise."""
    matching = []
    for candidate in _repeating_codes(left):
        known = candidate.column.known & np.all([column.known for column in person], axis=0)
        people = np.stack([column.codes[known] for column in person])
        each = np.unique(people, axis=1).shape[1]
        codes = candidate.column.codes[known]
        pairs = np.unique(np.vstack([people, codes]), axis=1).shape[1]
        if 1 < each == pairs == len(np.unique(codes)):
            matching.append(candidate)
    return matching[0] if len(matching) == 1 else None


def _patient_id(left: Sequence[Candidate]) -> Candidate | None:
    """The one column of codes that repeat; None when there are several or none."""
    repeating = _repeating_codes(left)
    return repeating[0] if len(repeating) == 1 else None


def _repeating_codes(left: Sequence[Candidate]) -> list[Candidate]:
    return [
        c
        for c in left
        if 1 < len(c.column.used) < 0.9 * c.column.known.sum()
        and c.contents.share(lambda text: re.fullmatch(r"(?=.*\d)[A-Za-z0-9-]{4,40}", text)) > 0.95
        and c.contents.date < 0.5
    ]


def _amounts(left: Sequence[Candidate]) -> tuple[dict[str, Candidate], str]:
    """Quantity and days' supply among columns of numbers: days are usual counts, and no more than the quantity."""
    small = [
        c
        for c in left
        if not _serial(c.contents.texts)
        and not any(re.match(r"0\d", text) for text in c.contents.texts)
        and all(0 < abs(float(n)) <= 1000 for t in c.contents.texts if (n := values.number(t, False)))
    ]
    usual = [c for c in small if c.contents.share(lambda t: values.number(t, False) in USUAL_DAYS) > ENOUGH]
    if len(small) == 2:
        for days, quantity in ((small[1], small[0]), (small[0], small[1])):
            larger = _at_least(quantity.column, days.column)
            if days in usual and larger >= MOSTLY and _at_least(days.column, quantity.column) < MOSTLY:
                return {"quantity": quantity, "days_supply": days}, ""
            beside = days.place == quantity.place + 1
            if usual == [days] and beside and larger >= HALF:  # half tablets and inhalers last longer than their count
                return {"quantity": quantity, "days_supply": days}, ""
    if small:
        return {}, (
            "columns of numbers without titles could be quantity or days' supply; left empty "
            "(settle it: --map quantity=COLUMN_NUMBER --map days_supply=COLUMN_NUMBER)"
        )
    return {}, ""


def _serial(texts: Sequence[str]) -> bool:
    """Numbers that run on without repeating: prescriptions or rows, not amounts."""
    figures = sorted(int(text) for text in texts if text.isdecimal())
    return len(figures) == len(texts) > 2 and figures[-1] - figures[0] < 2 * len(figures)


def _at_least(larger: Column, smaller: Column) -> float:
    """Part of the rows in which the first is not below the second, of those where both are known."""
    pairs = [(values.number(a, False), values.number(b, False))
             for a, b in zip(larger.decoded()[:2000], smaller.decoded()[:2000], strict=True) if a and b]  # fmt: skip
    known = [(float(a), float(b)) for a, b in pairs if a and b]
    return sum(1 for a, b in known if a >= b) / len(known) if known else 0.0
