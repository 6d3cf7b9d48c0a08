"""The numbers behind the charts of workbook and overview page."""

from __future__ import annotations

import pandas as pd

from medcramp.records import ELECTROLYTES, PRIORITIES, SEVERITIES, Tables
from medcramp.report.info import ReportConfig
from medcramp.report.manifest import by_value

MOST_CLASSES = 12
_CLASS_RULE = "CLASS-"
_NETS = ("down", "mixed", "up")


def chart_data(tables: Tables, config: ReportConfig) -> dict[str, pd.DataFrame]:
    """Counts for each chart (index: words); small counts are masked when the user asks for it."""
    classes = tables.findings.loc[tables.findings["kind"] == "class", "rule"].astype(str)
    by_class = classes.str.removeprefix(_CLASS_RULE).str.replace("_", " ").value_counts()
    by_class = by_class.sort_index().sort_values(ascending=False, kind="stable").head(MOST_CLASSES)
    nets = tables.electrolytes
    direction = pd.crosstab(nets["electrolyte"].astype(str), nets["net"].astype(str))
    data = {
        "severity": pd.DataFrame({"findings": by_value(tables.findings["severity"], SEVERITIES)}),
        "class": pd.DataFrame({"patients": by_class}),
        "electrolyte": direction.reindex(index=list(ELECTROLYTES), columns=list(_NETS), fill_value=0),
        "match": pd.DataFrame({"records": by_value(tables.medications["status_match"])}),
        "priority": pd.DataFrame({"patients": by_value(tables.patients["priority"], PRIORITIES)}),
    }
    return {name: mask(frame, config.mask_below) for name, frame in data.items()}


def mask(frame: pd.DataFrame, below: int) -> pd.DataFrame:
    """Counts above 0 and under `below` become 0: a bar of one or two people can point at them."""
    return frame.where((frame == 0) | (frame >= below), 0)
