"""How text is cut into rows and cells: finding the delimiter, parsing quoted cells, refusing a quote never closed."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from medcramp.errors import InputUnreadableError
from medcramp.read.containers.columns import cell_too_long
from medcramp.read.options import Limits

DELIMITERS = ",\t;|^~"
NO_DELIMITER = "\x1f"
"""Stands for "one cell a line" where a library insists on a delimiter: the unit separator, which text does not hold."""
JUDGED_ROWS = 200
WIDER_THAN_NAMES = 4
GAPS = re.compile(r"\S {2,}(?=\S)")
ENOUGH_GAPS = 2
SEEN_CHARACTERS = 1 << 16
ENOUGH = 0.5
"""Part of the rows that must agree on a number of cells."""
TABLE_WIDTH, TABLE_ROWS = 5, 3
"""Rows of as many cells that are no accident, however many lines of text stand around them."""
LONGEST_ROW_BYTES = 8 << 20
_END = "\x1eend\x1e"


def find_delimiter(text: str, limits: Limits) -> str:
    """The delimiter that cuts most lines into the same number of cells; NO_DELIMITER when none does."""
    best, best_score = NO_DELIMITER, 0.0
    for delimiter in DELIMITERS:
        widths: list[int] = []
        with suppress(csv.Error):  # a cell over the limit: the rows before it are enough to judge by
            widths.extend(len(row) for row in _first_rows(text, delimiter, limits))
        counts = Counter(widths)
        width, hits = max(counts.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(0, 0))
        if width < 2:
            continue
        # A wide table with a ragged title block beats a narrow regular accident (the comma in "LAST,FIRST").
        share = hits / len(widths)
        if share < ENOUGH and (run := _longest_run(widths)) >= TABLE_WIDTH:
            width, share = run, ENOUGH  # a short table between titles, remarks and other tables
        score = share * min(width, 12) ** 0.5
        if width < WIDER_THAN_NAMES and _in_positions(text):
            continue  # columns by position: what cuts the lines is the comma of "LAST, FIRST"
        if share >= ENOUGH and score > best_score:
            best, best_score = delimiter, score
    return best


def _in_positions(text: str) -> bool:
    """Whether most of the first lines are parted several times by runs of blanks."""
    lines = [line for line in text[:SEEN_CHARACTERS].splitlines()[:JUDGED_ROWS] if line.strip()]
    parted = sum(1 for line in lines if len(GAPS.findall(line.strip())) >= ENOUGH_GAPS)
    return parted > ENOUGH * len(lines)


def _longest_run(widths: Sequence[int]) -> int:
    """The most cells that TABLE_ROWS rows, one below the other, have in common; 0 when there are none."""
    runs = ((width, sum(1 for _ in rows)) for width, rows in itertools.groupby(widths))
    return max((width for width, rows in runs if rows >= TABLE_ROWS), default=0)


def _first_rows(text: str, delimiter: str, limits: Limits) -> Iterator[list[str]]:
    """The first rows that are not blank."""
    with _cell_limit(limits):
        seen = 0
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if not any(cell.strip() for cell in row):
                continue
            yield row
            seen += 1
            if seen == JUDGED_ROWS:
                return


def parsed(text: str, delimiter: str, limits: Limits, file: str, complete: bool = True) -> list[Sequence[str]]:
    """The rows of the text; refuses a cell over the limit and, when the text is complete, a quote never closed."""
    if delimiter == NO_DELIMITER:
        return [(line.rstrip("\r\n"),) for line in io.StringIO(text, newline="")]
    # A row of its own at the end: if it is not found again, an open quote has swallowed it.
    ending = "" if not text or text.endswith(("\n", "\r")) else "\n"
    stream = io.StringIO(text + ending + _END if complete else text, newline="")
    rows: list[Sequence[str]] = []
    with _cell_limit(limits):
        try:
            rows.extend(csv.reader(stream, delimiter=delimiter))
        except csv.Error as error:
            raise cell_too_long(limits, file, f"row {len(rows) + 1}") from error
    if complete and rows.pop() != [_END]:
        raise unclosed_quote(file, len(rows) + 1)
    return rows


def check_quotes(chunks: Iterable[bytes], delimiter: str, limits: Limits, file: str) -> None:
    """Raises InputUnreadableError for a quote that is never closed or a cell over the limit, naming its row."""
    if delimiter == NO_DELIMITER:
        return
    row_ends = 0
    row: list[str] = []
    with _cell_limit(limits):
        try:
            for found in csv.reader(_lines(chunks), delimiter=delimiter):
                row, row_ends = found, row_ends + 1
        except csv.Error as error:
            raise cell_too_long(limits, file, f"row {row_ends + 1}") from error
    if row != [_END]:
        raise unclosed_quote(file, row_ends)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines with their ends, then a row of its own that an open quote would swallow."""
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + chunk.decode()).splitlines(keepends=True) or [""]
        yield from whole
        if len(rest) > LONGEST_ROW_BYTES:
            yield rest
            rest = ""
    yield rest if rest.endswith(("\n", "\r")) or not rest else rest + "\n"
    yield _END


def unclosed_quote(file: str, row: int) -> InputUnreadableError:
    """What to say when a quotation mark opens a cell and nothing closes it."""
    return InputUnreadableError(
        'a quotation mark (") opens a cell and is never closed, so the rest of the file cannot be told apart',
        file=file,
        place=f"row {row}",
        remedy="close or remove the quotation mark in that row, or export the file again",
    )


@contextmanager
def _cell_limit(limits: Limits) -> Iterator[None]:
    """The csv module keeps its limit globally: set it, and put it back."""
    before = csv.field_size_limit(limits.cell_characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)
