"""Strengths said twice, in units of activity, or as salt and element."""

import numpy as np
import pandas as pd
import pytest

from medcramp import recognise, records
from medcramp.knowledge import load


def unit_mg(drug: str) -> tuple[float, ...]:
    frame = pd.DataFrame(
        {name: records.text_column([drug if name == "drug" else None]) for name in records.RECORD_COLUMNS}
    )
    frame["source_row"] = np.ones(1, dtype=np.int32)
    return tuple(recognise.recognise(frame, load()).items["unit_mg"].iloc[0])


@pytest.mark.parametrize(
    ("drug", "mg"),
    [
        ("Vitamin D3 400 unit tablet", 0.01),
        ("Colecalciferol 20,000unit capsules", 0.5),
        ("ERGOCALCIFEROL 1.25 MG (50,000 UNIT) CAP", 1.25),
        ("cholecalciferol 25 mcg (1000 unit) tab", 0.025),
        ("cholecalciferol 400 unit/mL oral drops", 0.01),
        ("calcium carbonate 1,250 mg (500 mg elemental) tablet", 500),
        ("calcium carbonate 1,250 mg tablet", 1250),
        ("potassium chloride ER 10 mEq (750 mg) tablet", 750),
    ],
)
def test_a_strength_said_twice_or_in_units_is_one_mass(drug: str, mg: float) -> None:
    assert unit_mg(drug) == pytest.approx((mg,))


@pytest.mark.parametrize("drug", ["insulin glargine 100 unit/mL", "heparin 5,000 unit/mL vial"])
def test_units_of_activity_without_a_known_mass_stay_unknown(drug: str) -> None:
    assert np.isnan(unit_mg(drug)).all()


def test_each_part_of_a_combination_in_its_own_unit() -> None:
    assert unit_mg("calcium 600 mg / vitamin D3 400 unit tablet") == pytest.approx((600, 0.01))
