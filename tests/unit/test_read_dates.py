"""Dates as exports write them; day and month in the order that the column itself decides."""

import pytest

from fixtures.lists import read_rows, told
from medcramp.read import dates
from medcramp.read.dates import DAY_FIRST, MONTH_FIRST, Evidence, Reading

MONTH = Reading(MONTH_FIRST)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-03-04", "2025-03-04"),
        ("2025-03-04T18:34:30Z", "2025-03-04"),
        ("2146-07-21 00:00:00", "2146-07-21"),
        ("20250304", "2025-03-04"),
        ("20250304101500", "2025-03-04"),
        ("3/4/2025 9:44 AM", "2025-03-04"),
        ("9/4/2026 2:28:45 PM", "2026-09-04"),
        ("03-Mar-2025", "2025-03-03"),
        ("27-Feb-25", "2025-02-27"),
        ("Mar 7, 2025", "2025-03-07"),
        ("MAR 9,1944", "1944-03-09"),
        ("Mar 20, 2025@10:44:56", "2025-03-20"),
        ("3 août 2025", "2025-08-03"),
        ("Friday, March 7, 2025", "2025-03-07"),
        ("45720", "2025-03-04"),
        ("46269.6576388889", "2026-09-04"),
        ("13/03/2025", "2025-03-13"),
        ("30/02/2025", None),
        ("0001-01-01", None),
        ("2025", None),
        ("19158", "1952-06-13"),
        ("1234567", None),
        ("soon", None),
        ("²025-03-04", None),
    ],
)
def test_one_text(text, iso):
    assert dates.parse(text, MONTH) == iso


def test_the_order_of_the_column_decides_what_the_value_leaves_open():
    assert dates.parse("03/04/2025", Reading(MONTH_FIRST)) == "2025-03-04"
    assert dates.parse("03/04/2025", Reading(DAY_FIRST)) == "2025-04-03"


def test_two_digit_years_of_birth_are_never_in_the_future():
    assert dates.parse("3/9/44", Reading(birth=True, reference_year=2025)) == "1944-03-09"
    assert dates.parse("3/9/26", Reading(birth=True, reference_year=2025)) == "1926-03-09"
    assert dates.parse("3/4/25", Reading(reference_year=2025)) == "2025-03-04"


def test_years_of_birth_do_not_say_the_century_of_supplies(tmp_path):
    rows = [("MRN", "DOB", "Drug", "Fill Date"), ("17", "06/22/1941", "Furosemide 40 mg tab", "04/14/25")]
    assert told(read_rows(tmp_path, rows), "birth_date", "start_date") == [("1941-06-22", "2025-04-14")]
    rows = [("MRN", "DOB", "Drug", "Fill Date"), ("17", "6/22/91", "Furosemide 40 mg tab", "4/14/2025"),
            ("18", "06/22/1941", "Simvastatin 20 mg tab", "4/15/25")]  # fmt: skip
    assert told(read_rows(tmp_path, rows), "birth_date", "start_date") == [
        ("1991-06-22", "2025-04-14"),
        ("1941-06-22", "2025-04-15"),
    ]


def test_values_that_allow_one_order_decide_for_the_column():
    assert dates.decide(dates.evidence(["03/04/2025", "13/03/2025"]), Evidence()).order == DAY_FIRST
    assert dates.decide(dates.evidence(["03/04/2025", "03/14/2025"]), Evidence()).order == MONTH_FIRST


def test_other_columns_of_the_table_then_of_the_file_decide_for_a_silent_one():
    open_texts = dates.evidence(["03/04/2025"])
    day_first = dates.evidence(["17/10/1936"])
    assert dates.decide(open_texts, open_texts + day_first).order == DAY_FIRST
    assert dates.decide(open_texts, open_texts, file=day_first).order == DAY_FIRST


def test_dots_are_written_day_first():
    assert dates.decide(dates.evidence(["03.04.2025"]), Evidence()).order == DAY_FIRST


def test_a_month_of_fills_is_not_scattered_over_a_year():
    texts = [f"{day:02}/03/2025" for day in range(1, 12)]
    assert dates.decide(dates.evidence(texts), dates.evidence(texts)).order == DAY_FIRST


def test_what_nothing_decides_is_marked_as_assumed():
    reading = dates.decide(dates.evidence(["03/04/2025"]), Evidence())
    assert (reading.order, reading.decided) == (MONTH_FIRST, False)
    assert dates.decide(dates.evidence(["2025-03-04", "03/03/2025"]), Evidence()).decided


def test_a_day_without_a_year_is_the_last_one_before_the_report():
    assert dates.before(3, 4, "2025-03-20") == "2025-03-04"
    assert dates.before(12, 2, "2025-03-20") == "2024-12-02"
    assert dates.before(2, 30, "2025-03-20") is None


def test_raised_figures_are_no_year():
    assert dates.evidence(["²025-03-04", "2024-03-04"]).latest_year == 2024


def test_codes_and_phone_numbers_are_no_dates():
    assert dates.share(["00054429925", "555-010-0000", "610011", "RX0001"]) == 0
