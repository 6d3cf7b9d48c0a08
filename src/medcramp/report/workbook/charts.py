"""Native charts: numbers in cells of the sheet, the chart drawn from them beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from medcramp.report.workbook.sheet import Book
from medcramp.report.workbook.styles import BRAND, DISPLAY, FONT, QUIET, RULE, WORD_COLOURS

_FIRST_COLUMN = 4
_COLUMNS_EACH = 6
_DATA_COLUMN = 20
# Six columns of 64 pixels, fifteen rows of 20, less a gap.
_WIDTH, _HEIGHT = 374, 288
_ROOM_FOR_A_LABEL = 0.04
_ROWS_EACH = 15
_TITLES = {
    "severity": "Findings by severity",
    "class": "Patients taking a cramp-linked class",
    "electrolyte": "Net electrolyte effect of the regimen (patients)",
    "match": "How medication records were recognised",
}
LAST_TIME = "last time"
_BEFORE = "#C3CBD3"
_DIRECTION = {"down": "#6FA8DC", "mixed": "#B39DDB", "up": "#E69F7E"}
_MATCH = {
    "exact": "#4E8F6B",
    "normalised": "#8CBF9F",
    "approximate": "#B39DDB",
    "ambiguous": "#D7C7F0",
    "unknown": "#F2B356",
    "not a drug": "#C3CBD3",
}


def write(book: Book, sheet: Any, data: Mapping[str, pd.DataFrame], last_row: int) -> None:
    """Put the charts beside the numbers (which end at `last_row`) and what they draw on outside the printed area."""
    data_row = 0
    for place, name in enumerate(_TITLES):
        frame = data[name].rename(index=DISPLAY)
        _write_data(book, sheet, data_row, name, frame)
        if len(frame) and frame.to_numpy().sum():
            chart = _chart(book, sheet.get_name(), name, frame, data_row)
            down, right = divmod(place, 2)
            sheet.insert_chart(
                2 + _ROWS_EACH * down,
                _FIRST_COLUMN + _COLUMNS_EACH * right,
                chart,
                {"object_position": 2, "description": _TITLES[name]},
            )
        data_row += len(frame) + 3
    sheet.set_column(_DATA_COLUMN, _DATA_COLUMN, 46)
    sheet.print_area(0, 0, max(last_row, 2 * _ROWS_EACH + 2), _FIRST_COLUMN + 2 * _COLUMNS_EACH - 1)


def _write_data(book: Book, sheet: Any, row: int, name: str, frame: pd.DataFrame) -> None:
    style = book.styles.named
    sheet.write_string(row, _DATA_COLUMN, _TITLES[name], style("header"))
    for offset, column in enumerate(frame.columns, start=1):
        sheet.write_string(row, _DATA_COLUMN + offset, str(column), style("header"))
    for line, (label, values) in enumerate(zip(frame.index, frame.to_numpy().tolist(), strict=True), start=row + 1):
        sheet.write_string(line, _DATA_COLUMN, str(label), style("text"))
        for offset, value in enumerate(values, start=1):
            sheet.write_number(line, _DATA_COLUMN + offset, value, style("count"))


def _chart(book: Book, sheet_name: str, name: str, frame: pd.DataFrame, row: int) -> Any:
    kinds = {
        "severity": {"type": "column"},
        "class": {"type": "bar"},
        "electrolyte": {"type": "column", "subtype": "stacked"},
        "match": {"type": "doughnut"},
    }
    chart = book.writer.add_chart(kinds[name])
    last = row + len(frame)
    for offset, column in enumerate(frame.columns, start=1):
        chart.add_series(
            {
                "name": [sheet_name, row, _DATA_COLUMN + offset],
                "categories": [sheet_name, row + 1, _DATA_COLUMN, last, _DATA_COLUMN],
                "values": [sheet_name, row + 1, _DATA_COLUMN + offset, last, _DATA_COLUMN + offset],
                **_look(name, str(column), frame),
            }
        )
    chart.set_title(
        {"name": _TITLES[name], "name_font": {"name": FONT, "size": 11, "bold": True, "color": BRAND}, "overlay": False}
    )
    chart.set_size({"width": _WIDTH, "height": _HEIGHT})
    chart.set_chartarea({"border": {"color": RULE}})
    _set_axes(chart, name, len(frame.columns))
    return chart


def _look(name: str, column: str, frame: pd.DataFrame) -> dict[str, Any]:
    if column == LAST_TIME:
        return {"fill": {"color": _BEFORE}, "border": {"color": RULE}, "data_labels": {"value": True}}
    if name == "severity":
        fills = [WORD_COLOURS["severity"][str(word)][0] for word in frame.index]
        return {"points": _points(fills), "data_labels": {"value": True}, "gap": 60}
    if name == "electrolyte":
        return {"fill": {"color": _DIRECTION[column]}, "gap": 60}
    if name == "match":
        fills = [_MATCH.get(str(word), QUIET) for word in frame.index]
        return {"points": _points(fills), "data_labels": _large_only(frame)}
    return {"fill": {"color": "#4C8CA3"}, "data_labels": {"value": True}, "gap": 40}


def _large_only(frame: pd.DataFrame) -> dict[str, Any]:
    """Percentages on slices that have room for one."""
    counts = frame.to_numpy(dtype=float).ravel()
    custom = [None if count >= _ROOM_FOR_A_LABEL * counts.sum() else {"delete": True} for count in counts]
    return {"percentage": True, "font": {"name": FONT, "size": 8}, "custom": custom}


def _points(fills: list[str]) -> list[dict[str, Any]]:
    return [{"fill": {"color": fill}, "border": {"color": RULE}} for fill in fills]


def _set_axes(chart: Any, name: str, series: int) -> None:
    font = {"num_font": {"name": FONT, "size": 8, "color": QUIET}, "line": {"color": RULE}}
    grid = {"visible": True, "line": {"color": "#EDF0F3"}}
    if series == 1 and name in ("severity", "class"):
        chart.set_legend({"none": True})
    else:
        chart.set_legend(
            {"position": "right" if name == "match" else "bottom", "font": {"name": FONT, "size": 9, "color": QUIET}}
        )
    if name == "match":
        chart.set_hole_size(55)
        return
    whole = {"num_format": "#,##0", "min": 0}
    if name == "class":
        chart.set_y_axis({**font, "reverse": True, "major_gridlines": {"visible": False}})
        chart.set_x_axis({**whole, "visible": False, "major_gridlines": {"visible": False}})
    else:
        chart.set_x_axis(font)
        chart.set_y_axis({**font, **whole, "major_gridlines": grid})
