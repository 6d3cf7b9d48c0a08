"""The list of findings that somebody decided not to see."""

from __future__ import annotations

from datetime import date

import pytest

from medcramp.errors import UsageError
from medcramp.screen import Suppression, read_suppressions

HEADER = "rule,drugs,patient_id,reason,who,until\n"


def written(tmp_path, text: str):
    path = tmp_path / "suppress.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_is_read(tmp_path):
    path = written(tmp_path, HEADER + "HK-01,furosemide;metolazone,,intended,A. Pharmacist,2025-12-31\n\n")
    assert read_suppressions(path) == (
        Suppression("intended", "A. Pharmacist", date(2025, 12, 31), "HK-01", ("furosemide", "metolazone"), ""),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADER + "HK-01,,,,RPh,\n", "row 2: a suppression needs a reason and a name"),
        (HEADER + ",,,reason,RPh,\n", "row 2: it would hide everything"),
        (HEADER + "HK-01,,,reason,RPh,31/12/2025\n", "row 2: until is not a date"),
        ("rule,why\nHK-01,x\n", "these are not the columns"),
        ("", "these are not the columns"),
    ],
)
def test_a_faulty_list_is_refused_by_row(tmp_path, text, words):
    with pytest.raises(UsageError) as caught:
        read_suppressions(written(tmp_path, text))
    assert (
        words in caught.value.message.replace(", row", " row").replace("suppress.csv row", "row")
        or words in caught.value.message
    )


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError):
        read_suppressions(tmp_path / "nowhere.csv")
