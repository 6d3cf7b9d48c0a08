"""Dose, unit, frequency and "as needed" in columns of their own become one text, never directions as written."""

import pandas as pd
import pytest

from fixtures.lists import read_rows, told
from medcramp.records import directions, text_column


@pytest.mark.parametrize(
    ("titles", "cells", "dosing"),
    [
        (("dose_val_rx", "dose_unit_rx", "doses_per_24_hrs"), ("40", "mg", "2"), "40 mg 2 times a day"),
        (("Strength_Dose", "Strength_Dose_Unit", "Frequency"), ("1,000", "MG", "BID"), "1,000 MG BID"),
        (("Dose", "Frequency"), ("40 mg", "Once daily"), "40 mg Once daily"),
        (("dosage", "frequency"), ("10mg", "twice daily"), "10mg twice daily"),
        (("Dose", "DoseUnit", "Frequency", "FreqUnit"), ("40", "mg", "2", "D"), "40 mg 2 times a day"),
        (("Dose", "Schedule", "PRN"), ("1-2 tab", "Q6H", "Y"), "1-2 tab Q6H PRN"),
        (("Dose", "Frequency", "Prn_Instruction"), ("5 mg", "q4h", "for pain"), "5 mg q4h PRN for pain"),
        (("Dose", "Frequency", "PRN"), ("5 mg", "daily", "No"), "5 mg daily"),
        (("Dose", "Frequency"), ("0", ""), None),
        (("Dose Amount", "RX_FREQUENCY"), ("40", "02"), "40"),
    ],
)
def test_columns_of_doses(tmp_path, titles, cells, dosing):
    rows = [("MRN", "Medication", *titles), ("17", "Furosemide", *cells), ("18", "Simvastatin", *cells)]
    assert told(read_rows(tmp_path, rows), "sig", "dosing") == [(None, dosing)] * 2


def test_the_dose_by_strength_or_by_volume_whichever_is_known(tmp_path):
    rows = [
        ("MRN", "Medication", "Strength Dose", "Strength Dose Unit", "Volume Dose", "Volume Dose Unit", "Frequency"),
        ("17", "Furosemide", "40", "mg", "", "", "BID"),
        ("18", "Lactulose", "", "", "30", "mL", "TID"),
    ]
    assert told(read_rows(tmp_path, rows), "dosing", "strength") == [("40 mg BID", None), ("30 mL TID", None)]


def test_a_dose_column_with_whole_directions_is_directions(tmp_path):
    rows = [("NHS Number", "Medication", "Dose"), ("17", "Furosemide 40mg tablets", "One To Be Taken Each Morning")]
    assert told(read_rows(tmp_path, rows), "sig", "dosing") == [("One To Be Taken Each Morning", None)]


def test_written_directions_come_before_columns_of_doses():
    records = pd.DataFrame({"sig": text_column(["TAKE 1 DAILY", None, None]),
                            "dosing": text_column(["40 mg BID", "20 mg QHS", None])})  # fmt: skip
    assert [None if text != text else text for text in directions(records)] == ["TAKE 1 DAILY", "20 mg QHS", None]
