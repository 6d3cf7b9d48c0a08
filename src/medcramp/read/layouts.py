"""What a person settled about an export: `medcramp.toml`, a saved layout, and the options over both."""

from __future__ import annotations

from dataclasses import replace

from medcramp import config
from medcramp.errors import UsageError
from medcramp.read.options import ReadOptions

FIELDS = (
    "patient_id",
    "patient_name",
    "last_name",
    "first_name",
    "middle_name",
    "birth_date",
    "age",
    "sex",
    "drug",
    "generic_name",
    "ndc",
    "rxcui",
    "atc",
    "strength",
    "strength_unit",
    "form",
    "route",
    "sig",
    "quantity",
    "days_supply",
    "fill_date",
    "start_date",
    "written_date",
    "end_date",
    "status",
    "transaction",
    "prescriber",
    "rx_number",
    "fill_number",
    "icd10",
    "substance",
)
"""What --map can settle; besides, `date_order` takes day-first or month-first instead of a column."""


def settled(options: ReadOptions) -> ReadOptions:
    """Options with the columns and sheet of the configuration and the saved layout filled in below them.

    Raises UsageError for a field or layout that does not exist.
    """
    layers = [config.load().read]
    if options.layout:
        layers.append(config.load_layout(options.layout))
    columns: dict[str, str] = {}
    sheet = None
    for layer in layers:
        columns |= layer.columns
        sheet = layer.sheet or sheet
    columns |= options.columns
    for field in columns:
        if field not in (*FIELDS, "date_order"):
            raise UsageError(
                f"{field!r} is no field that can be mapped", remedy=f"fields are: {', '.join(FIELDS)}, date_order"
            )
    return replace(options, columns=columns, sheet=options.sheet or sheet)
