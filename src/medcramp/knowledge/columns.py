"""What exports call their columns, and the words they put into them: `data/knowledge/columns/`.

Reading matches by meaning, never by vendor; every spelling it knows stands in these tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pydantic import Field

from medcramp.knowledge.files import Fact, knowledge_folder, read_rows

FOLDER = "columns"
SHORTEST_GLUED, LONGEST_GLUED = 6, 60
"""Letters of a word that may be several glued together."""
LONGEST_TITLE = 300
"""Characters beyond which no text is looked at as a title."""
JOINT = re.compile(r"\s*[/&+,]\s*|\s+(?:and|et|und|y|e|en)\s+", re.IGNORECASE)
BESIDE: Mapping[str, frozenset[str]] = {
    "drug": frozenset({"sig", "dose", "frequency", "strength", "form", "route"}),
    "patient_name": frozenset({"birth_date", "patient_id", "age", "sex"}),
}
"""Fields that a title may name together with the medicine or the patient in one cell."""
NO_KEY = re.compile(r"[^a-z0-9]+")


class Header(Fact):
    """One spelling of a column title; `strength` 3 says it by itself, 2 is shared, 1 needs its contents to agree."""

    field: str
    header: str
    strength: int = Field(ge=1, le=3)
    tables: str = ""


class Words(Fact):
    """A title that holds all words of `all` and no word of `none` means `field`."""

    field: str
    all: str
    none: str = ""
    strength: int = Field(ge=1, le=3)


class Status(Fact):
    """A status word as exports write it, and what it means: active, supplied, stopped, held, void, unclear."""

    word: str
    means: str


class Reversal(Fact):
    """A status word that undoes a supply made before."""

    word: str


class Placeholder(Fact):
    """A text that stands for "not known"; `field` blank = in any column."""

    text: str
    field: str = ""
    means: str


class RowWords(Fact):
    """A pattern at the first cell of a row that is no data: total, page, footer."""

    pattern: str
    kind: str


class DrugType(Fact):
    """Role of an item in an infusion order; `taken` "no" = a carrier fluid, not therapy."""

    text: str
    taken: str = Field(pattern="^(yes|no|unknown)$")


class NameTag(Fact):
    """A word that pharmacies put into the name of a patient."""

    text: str
    flag: str


class SigWord(Fact):
    """A word of directions and its part in them: verb, number, frequency, unit, route."""

    word: str
    kind: str


class Abbreviation(Fact):
    """A short word of column titles and the words it stands for."""

    abbreviation: str
    words: str


class Sex(Fact):
    """How exports write a sex."""

    text: str
    sex: str = Field(pattern="^[FM]$")


class SexLetters(Fact):
    """What a letter means in a column that holds these `letters` and no other sex, under a title (blank = any).

    "M" stands for a man beside "F" and for a woman (mujer) beside "H"; a blank sex = cannot be told.
    """

    letters: str
    title: str = ""
    text: str
    sex: str = Field(default="", pattern="^[FM]?$")


class Organisation(Fact):
    """A word in the names of shops, practices and firms, and hardly in those of people."""

    word: str


class Month(Fact):
    """A month in words."""

    text: str
    month: int = Field(ge=1, le=12)


def header_key(text: str) -> str:
    """Column title folded to what distinguishes it: lower-case letters and digits without accents, "#" read as "no".

    >>> header_key("Rx Number *"), header_key("RX #"), header_key("Médicament")
    ('rxnumber', 'rxno', 'medicament')
    """
    plain = unicodedata.normalize("NFKD", text.replace("#", " no "))
    return NO_KEY.sub("", plain.lower())


def title_words(text: str) -> list[str]:
    """Lower-case words of a title in their order; camelCase and digits separate words, "#" is a word."""
    plain = text.replace("#", " no ")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"['’]", "", plain))
    return re.findall(r"[a-z]+", spaced.lower())


def words_of(text: str) -> frozenset[str]:
    """Lower-case words of a title."""
    return frozenset(title_words(text))


@dataclass(frozen=True, eq=False)
class Columns:
    """The tables, indexed for look-up."""

    headers: tuple[Header, ...]
    words: tuple[Words, ...]
    statuses: Mapping[str, str]
    """Status word → its meaning; the table of the vocabulary, which profiles use too."""
    reversals: frozenset[str]
    """Status words that undo a supply made before."""
    placeholders: Mapping[str, Mapping[str, str]]
    """Field ("" = any) → folded text → what it means."""
    row_words: tuple[tuple[re.Pattern[str], str], ...]
    drug_types: Mapping[str, str]
    name_tags: Mapping[str, str]
    sig_words: Mapping[str, str]
    sexes: Mapping[str, str]
    organisations: frozenset[str]
    """Words in the names of shops, practices and firms."""
    sex_letters: tuple[SexLetters, ...]
    months: Mapping[str, int]
    abbreviations: Mapping[str, tuple[str, ...]]
    """Short words of titles → the words they stand for."""

    def spelled_out(self, title: str) -> tuple[str, ...]:
        """The words of a title with abbreviations in full and glued words apart: "PATDOB" → patient, birth, date."""
        words: list[str] = []
        for word in title_words(title):
            parts = [word] if word in self.title_vocabulary else self._parted(word) or [word]
            for part in parts:
                words += self.abbreviations.get(part, (part,))
        return tuple(words)

    @cache  # noqa: B019 - one instance lives as long as the process
    def _parted(self, word: str) -> list[str]:
        """A word as a chain of known ones, the longest first; empty when it is none."""
        if not SHORTEST_GLUED <= len(word) <= LONGEST_GLUED:
            return []
        for end in range(len(word) - 2, 1, -1):
            if word[:end] in self.title_vocabulary:
                rest = [word[end:]] if word[end:] in self.title_vocabulary else self._parted(word[end:])
                if rest:
                    return [word[:end], *rest]
        return []

    def _joint(self, title: str, table: str) -> str:
        """The field of a title that joins it with what goes with it ("Drug / Directions", "Patient & DOB"), or ""."""
        parts = [part.strip() for part in JOINT.split(title) if part.strip()]
        if len(parts) < 2:
            return ""
        first, *others = (self.meanings(part, table).keys() for part in parts)
        found = (
            field for field, beside in BESIDE.items() if field in first and all(beside & other for other in others)
        )
        return next(found, "")

    @cached_property
    def title_vocabulary(self) -> frozenset[str]:
        """Words that titles are made of."""
        said = {word for _, needed, _, _ in self.word_rules for word in needed}
        return frozenset(said | set(self.abbreviations) | {w for words in self.abbreviations.values() for w in words})

    @cached_property
    def by_words(self) -> Mapping[tuple[str, ...], tuple[Header, ...]]:
        """Words of a title spelled out → every meaning it may have; titles of one word are not abbreviations."""
        index: dict[tuple[str, ...], list[Header]] = {}
        for header in self.headers:
            index.setdefault(self.spelled_out(header.header), []).append(header)
        return {words: tuple(found) for words, found in index.items() if len(words) > 1}

    @cached_property
    def by_key(self) -> Mapping[str, tuple[Header, ...]]:
        """Folded title → every meaning it may have."""
        index: dict[str, list[Header]] = {}
        for header in self.headers:
            index.setdefault(header_key(header.header), []).append(header)
        return {key: tuple(found) for key, found in index.items()}

    @cached_property
    def word_rules(self) -> tuple[tuple[str, frozenset[str], frozenset[str], int], ...]:
        return tuple((w.field, words_of(w.all), words_of(w.none), w.strength) for w in self.words)

    @cache  # noqa: B019 - one instance lives as long as the process
    def meanings(self, title: str, table: str) -> Mapping[str, int]:
        """Field → strength (0-3) for a column title in a table of kind `table` (records, patients, labs, …)."""
        found: dict[str, int] = {}
        if len(title) > LONGEST_TITLE:
            return found
        if joint := self._joint(title, table):
            return {joint: 3}
        keys = [header_key(title), header_key(re.sub(r"[(\[].*?[)\]]", "", title))]
        keys += [re.sub(r"(?:no)?\d+$", "", key) for key in keys]
        keys += [re.sub(r"\d+", "", keys[0]), header_key(re.sub(r"(?<=\w)[ _-][A-J]$", "", title.strip()))]
        for key in dict.fromkeys(key for key in keys if key):
            for header in self.by_key.get(key, ()):
                if not header.tables or table in header.tables.split(";"):
                    found[header.field] = max(found.get(header.field, 0), header.strength)
            if found:
                return found
        spelled = self.spelled_out(title)
        for header in self.by_words.get(spelled) or self.by_key.get("".join(spelled), ()):
            if not header.tables or table in header.tables.split(";"):
                found[header.field] = max(found.get(header.field, 0), header.strength)
        if found:
            return found
        words = words_of(title) | set(spelled)
        for field, needed, barred, strength in self.word_rules:
            if needed <= words and not barred & words:
                found[field] = max(found.get(field, 0), strength)
        return found


@cache
def load(folder: Path | None = None) -> Columns:
    """The column tables of a knowledge folder. Raises KnowledgeError naming file and row."""
    root = (folder or knowledge_folder()) / FOLDER
    placeholders: dict[str, dict[str, str]] = {}
    for row in read_rows(root / "placeholders.csv", Placeholder):
        placeholders.setdefault(row.field, {})[row.text.lower()] = row.means
    row_words = read_rows(root / "row_words.csv", RowWords)
    return Columns(
        headers=tuple(read_rows(root / "headers.csv", Header)),
        words=tuple(read_rows(root / "words.csv", Words)),
        statuses={row.word: row.means for row in read_rows(root.parent / "vocabulary" / "statuses.csv", Status)},
        reversals=frozenset(row.word for row in read_rows(root / "reversals.csv", Reversal)),
        placeholders=placeholders,
        row_words=tuple((re.compile(row.pattern, re.IGNORECASE), row.kind) for row in row_words),
        drug_types={row.text: row.taken for row in read_rows(root / "drug_types.csv", DrugType)},
        name_tags={row.text: row.flag for row in read_rows(root / "name_tags.csv", NameTag)},
        sig_words={row.word: row.kind for row in read_rows(root / "sig_words.csv", SigWord)},
        sexes={row.text: row.sex for row in read_rows(root / "sexes.csv", Sex)},
        organisations=frozenset(row.word for row in read_rows(root / "organisations.csv", Organisation)),
        sex_letters=tuple(read_rows(root / "sex_letters.csv", SexLetters)),
        abbreviations={
            row.abbreviation: tuple(row.words.split()) for row in read_rows(root / "abbreviations.csv", Abbreviation)
        },
        months={row.text: row.month for row in read_rows(root / "months.csv", Month)},
    )
