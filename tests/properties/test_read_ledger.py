"""Every row is accounted for, every value stands in the file, order and container change nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.exports import CONTAINERS, OPTIONS, written
from fixtures.lists import tuples, write
from medcramp.errors import UserError
from medcramp.knowledge import columns
from medcramp.read import ledger, read_inputs, values
from medcramp.read.tables import Column, column_of, objects, stack
from medcramp.records import RECORD_COLUMNS

TITLES = (
    "Rx Number",
    "Patient ID",
    "Patient Name",
    "DOB",
    "Drug Name",
    "NDC",
    "Qty",
    "Days Supply",
    "Fill Date",
    "Status",
)
CELLS = st.tuples(
    st.sampled_from(["700", "701", "702", ""]),
    st.sampled_from(["P1", "P2", "007"]),
    st.sampled_from(["Adler, Ann", "BROOK,BOB (BP)", "Adler,Ann *DECEASED*", ""]),
    st.sampled_from(["03/24/1944", "07/04/1939", "1944-03-24", ""]),
    st.sampled_from(["Furosemide 40 mg tab", "Simvastatin 20 mg; made up", "-", "", "=1+1", "55555"]),
    st.sampled_from(["00054429925", "54429925", "2.4E+08", "0", "16714-685-01", ""]),
    st.sampled_from(["30", "1,000", "-30", "7.5", "(8.5)", "28 tablet", "", "many"]),
    st.sampled_from(["30", "0", "", "-3"]),
    st.sampled_from(["03/14/2025", "13/03/2025", "45720", "3/4/25", "soon", ""]),
    st.sampled_from(["Active", "Reversed", "On Hold", "B2", ""]),
)
UNNAMED = CELLS.map(lambda row: (row[0], "", "", "", *row[4:]))
"""No patient: one above may be meant, or none."""
ODD_ROWS = st.sampled_from(
    [
        ("TOTAL", "", "", "", "", "", "99", "", "", ""),
        TITLES,
        ("Page 1 of 2", *[""] * 9),
        ("",) * 10,
        ("x" * 500, *[""] * 9),
    ]
)
SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
COLUMNS = columns.load()


def read_table(folder, rows):
    try:
        return read_inputs([write(folder / "export.csv", rows)])
    except UserError:
        return None


@SLOWLY
@given(rows=st.lists(CELLS | UNNAMED | ODD_ROWS, min_size=1, max_size=14))
def test_every_row_is_used_rejected_or_ignored_and_only_one_of_them(tmp_path, rows):
    result = read_table(tmp_path, [TITLES, *rows])
    if result is None:
        return
    assert result.rows.balances
    assert result.rows.read == sum(1 for row in rows if any(row))
    used, rejected, ignored = (set(frame["source_row"]) for frame in (result.records, result.rejected, result.ignored))
    assert not used & rejected and not used & ignored and not rejected & ignored
    assert len(used) + len(rejected) + len(ignored) == result.rows.read
    assert all(result.rejected["reason"]) and all(result.ignored["reason"])


@SLOWLY
@given(rows=st.lists(CELLS, min_size=1, max_size=14))
def test_every_value_stands_in_its_row(tmp_path, rows):
    result = read_table(tmp_path, [TITLES, *rows])
    if result is None:
        return
    for record in result.records.to_dict("records"):
        cells = rows[record["source_row"] - 2]
        for name in ("patient_name", "drug", "prescriber"):
            if record[name] == record[name]:
                assert record[name] in " ".join(cells)
        if record["patient_id"] == record["patient_id"] and not record["patient_id"].startswith("name:"):
            assert any(record["patient_id"] in row for row in rows)
        if record["ndc"] == record["ndc"]:
            assert record["ndc"].replace("0", "") == re.sub(r"[-0]", "", cells[5])
        if record["quantity"] == record["quantity"]:
            assert re.sub(r"\D", "", record["quantity"]) in re.sub(r"\D", "", cells[6])
        if record["days_supply"] == record["days_supply"]:
            assert record["days_supply"] == cells[7]
        assert (record["start_date"] != record["start_date"]) or cells[8] not in ("", "soon")


PERSON = st.sampled_from(["Adler, Ann", "BROOK,BOB (BP)", "Carr, Carl", ""])
PIECE = st.sampled_from(["Furosemide 40 mg tab", "Simvastatin 20 mg tab - 1 tab daily", "Made up 5 mg", "none", ""])
AMOUNT = st.sampled_from(["30", "1,000", "2-Mar", "", "Total"])
REMARK = st.sampled_from([("Patient Total", "", "99"), ("Initials", "Signature"), ("JD", "Jane Doe RN"), ("", "", "x")])


def lists_in_cells(pieces):
    return [("MRN", "Patient Name", "Medications"), *((str(n), who, sep.join(cell)) for n, (who, sep, cell) in pieces)]


def grouped(people):
    rows = [("Drug", "Qty", "Date Filled")]
    for number, (who, supplies, remark) in people:
        rows += [(f"Patient: {who}   DOB: 03/24/19{40 + number}",), *supplies, remark]
    return rows


def side_by_side(people):
    titles = ("MRN", "Patient Name", *(f"{title} {n}" for n in (1, 2) for title in ("Drug", "Dose", "Frequency")))
    return [titles, *((str(n), who, *cells) for n, (who, cells) in people)]


def one_below_another(people):
    first = [("Patient ID", "Name", "DOB"), *((str(n), who, "03/24/1944") for n, (who, _) in people)]
    rows = ((str(n), piece, "30", "03/04/2025") for n, (_, piece) in people)
    return [*first, (), ("Patient ID", "Drug Name", "Qty", "Fill Date"), *rows]


def numbered(each):
    return st.lists(each, min_size=1, max_size=6).map(lambda found: list(enumerate(found, start=1)))


SUPPLY = st.tuples(PIECE, AMOUNT, st.sampled_from(["03/04/2025", "soon", ""]))
SHAPES = st.one_of(
    numbered(st.tuples(PERSON, st.sampled_from(["; ", "\n", " | ", ",", "/"]), st.lists(PIECE, max_size=4))).map(
        lists_in_cells
    ),
    numbered(st.tuples(PERSON, st.lists(SUPPLY, max_size=3), REMARK)).map(grouped),
    numbered(st.tuples(PERSON, st.tuples(*[PIECE, AMOUNT, st.sampled_from(["BID", ""])] * 2))).map(side_by_side),
    numbered(st.tuples(PERSON, PIECE)).map(one_below_another),
)
"""Lists in cells, groups under headings, medicines side by side, tables one below another."""


@SLOWLY
@given(rows=SHAPES)
def test_the_ledger_balances_in_every_shape(tmp_path, rows):
    result = read_table(tmp_path, rows)
    if result is None:
        return
    assert result.rows.balances
    used, rejected, ignored = (set(frame["source_row"]) for frame in (result.records, result.rejected, result.ignored))
    assert not used & rejected and not used & ignored and not rejected & ignored
    filled = {number for number, row in enumerate(rows, start=1) if any(row)}
    assert used | rejected | ignored <= filled
    assert len(used) + len(rejected) + len(ignored) == result.rows.read
    for record in result.records.to_dict("records"):
        assert record["drug"] in " ".join(" ".join(rows[record["source_row"] - 1]).split())


@SLOWLY
@given(rows=st.lists(CELLS, min_size=2, max_size=12, unique=True), data=st.data())
def test_the_order_of_rows_changes_nothing(tmp_path, rows, data):
    def content(order):
        result = read_table(tmp_path, [TITLES, *order])
        if result is None:
            return None
        plain = [name for name in RECORD_COLUMNS if name != "source_row"]
        return sorted(tuples(result.records, *plain), key=repr), result.rows

    # Which of two alike supplies a reversal undoes is a matter of order; without reversals nothing may be.
    calm = [row for row in rows if row[9] not in ("Reversed", "B2") and not row[6].startswith(("-", "("))]
    assert content(calm) == content(data.draw(st.permutations(calm)))


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_container_changes_nothing(tmp_path, container):
    rows = [
        (
            "Patient ID",
            "Patient Name",
            "DOB",
            "Drug Name",
            "NDC",
            "Qty",
            "Fill Date",
            "Sig",
            "Dose Value",
            "Freq",
            "Store",
        ),
        (
            "00017",
            "Müller, Zoë",
            "1944-03-24",
            "Furosemide 20 MG TAB",
            "00054429925",
            "30",
            "2025-03-04",
            "1 TABLET\nBY MOUTH DAILY",
            "20 mg",
            "BID",
            "07",
        ),
        (
            "00018",
            "O’Brien, Pat",
            "1939-07-04",
            "Simvastatin ½ MG",
            "",
            "7.5",
            "2025-03-13",
            "AS DIRECTED",
            "",
            "",
            "08",
        ),
        (
            "00019",
            "Li, An",
            "1950-01-02",
            "Lisinopril 40 MG TAB",
            "16714068501",
            "90",
            "2025-03-14",
            "",
            "40 mg",
            "Daily",
            "",
        ),
    ]
    plain = [name for name in RECORD_COLUMNS if not name.startswith("source_")]

    def content(name):
        path = written(tmp_path, CONTAINERS[name](rows))
        result = read_inputs([path], OPTIONS)
        assert result.rows.read == 3
        return tuples(result.records, *plain)

    assert content(container) == content("utf-8")


@given(
    texts=st.lists(
        st.text(max_size=12) | st.sampled_from(["N/A", " a", "a\u00a0b", '="1"', "a  b", "\u2003x", "-", "A B"])
    )
)
def test_texts_that_need_no_tidying_are_told_without_looking_at_each(texts):
    distinct = list(dict.fromkeys(text for text in texts if text))
    found = set(values.untidy(objects(distinct), COLUMNS, "sig").tolist())
    clean = values.cleaner(COLUMNS, "sig")
    changed = {place for place, text in enumerate(distinct) if clean(text) != text}
    assert changed <= found


OPTIONAL_TEXTS = st.lists(st.none() | st.sampled_from(["a", "b", "c"]), max_size=20)


@given(texts=OPTIONAL_TEXTS, other=OPTIONAL_TEXTS)
def test_columns_behave_as_lists_of_texts(texts, other):
    column = column_of(texts)
    assert column.decoded() == texts
    assert stack([column, column_of(other)]).decoded() == texts + other
    assert column.map(lambda text: None if text == "a" else text * 2).decoded() == [
        None if text in (None, "a") else text * 2 for text in texts
    ]
    shortest = min(len(texts), len(other))
    filled = column_of(texts[:shortest]).fill(column_of(other[:shortest]))
    assert filled.decoded() == [mine or theirs for mine, theirs in zip(texts, other, strict=False)][:shortest]
    plain = [None if text != text else text for text in column.categorical()]
    assert plain == texts
    assert isinstance(column, Column)


@given(
    rows=st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.none() | st.sampled_from("ab"), st.booleans())),
    width=st.integers(0, 2),
    multiplier=st.sampled_from([ledger.MULTIPLIER, np.int64(0), np.int64(1)]),
)
def test_rows_repeat_the_first_that_says_the_same(rows, width, multiplier):
    """Whatever the mixed codes have in common (with 0 or 1 as multiplier nearly all of them)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "MULTIPLIER", multiplier)
        columns = [column_of([row[place] for row in rows]) for place in range(width)]
        repeats, earlier = ledger.same_rows(columns, np.array([row[2] for row in rows], dtype=bool))
    firsts, expected = {}, {}
    for at, row in enumerate(rows):
        if width and row[2] and firsts.setdefault(row[:width], at) != at:
            expected[at] = firsts[row[:width]]
    assert dict(zip(repeats.tolist(), earlier.tolist(), strict=True)) == expected
