"""Neutralising: what a spreadsheet could take for a formula, and what must stay as it is."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcramp.escape import neutral, neutral_all

DANGEROUS = [
    "=1+1",
    "+1+cmd",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "＝1",
    "−x",
    "-",
    "+",
    "\x00=1",
]
HARMLESS = [
    "",
    "furosemide 40 mg",
    "-17",
    "+3.5",
    "-1e5",
    ".5",
    "00093505601",
    "a=b",
    "O'Neil",
    "'quoted",
    "<b>",
    "Ünï",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_could_be_a_formula_gets_one_quote_in_front(text: str) -> None:
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_byte_for_byte(text: str) -> None:
    assert neutral(text) == text


@given(st.text())
def test_neutralising_twice_changes_nothing_more(text: str) -> None:
    assert neutral(neutral(text)) == neutral(text)


@given(st.text())
def test_nothing_but_one_leading_quote_is_ever_added(text: str) -> None:
    assert neutral(text) in (text, "'" + text)


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n \u00a0\ufeff1a'"), max_size=6))
def test_what_is_left_never_starts_a_formula(text: str) -> None:
    first = neutral(text).strip()[:1]
    assert first not in ("=", "@") and (first not in ("+", "-") or neutral(text) == text)


def test_unknown_stays_unknown() -> None:
    assert neutral_all([None, float("nan"), "=1", ""]) == [None, None, "'=1", ""]


def test_a_quote_survives_csv() -> None:
    line = io.StringIO()
    csv.writer(line).writerow([neutral('=HYPERLINK("x")')])
    assert next(csv.reader([line.getvalue()])) == ['\'=HYPERLINK("x")']
