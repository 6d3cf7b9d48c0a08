"""How the workbook looks: fonts, fills, and one colour per word that always stands beside the colour."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

# On every desktop, and Liberation Sans has its widths where it is missing.
FONT = "Arial"
INK = "#1F2933"
QUIET = "#5F6C7B"
RULE = "#D5DBE1"
BRAND = "#1F4E5F"
ENTRY = "#FFF8DC"
ENTRY_HEADER = "#8A6D00"
LINK = "#0B5CAD"

# word: (fill, ink). Dark enough in ink to read when printed grey.
WORD_COLOURS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "severity": {
        "contraindicated": ("#B3261E", "#FFFFFF"),
        "major": ("#F28B82", INK),
        "moderate": ("#FBD38D", INK),
        "minor": ("#FEF3C7", INK),
        "info": ("#E5E9EE", INK),
    },
    "urgency": {
        "emergency": ("#B3261E", "#FFFFFF"),
        "same_day": ("#F28B82", INK),
        "routine": ("#FEF3C7", INK),
        "information": ("#E5E9EE", INK),
    },
    "priority": {
        "urgent today": ("#B3261E", "#FFFFFF"),
        "contact prescriber": ("#F28B82", INK),
        "review": ("#FBD38D", INK),
        "counsel": ("#DCEBF7", INK),
        "nothing found": ("#E5E9EE", INK),
        "settled": ("#C6E6C8", INK),
    },
    "grade": {
        "strong": ("#BFDCEA", INK),
        "moderate": ("#DCEBF7", INK),
        "weak": ("#EDF3F8", INK),
        "reported": ("#F5F7F9", INK),
        "none": ("#FFFFFF", QUIET),
    },
    "certainty": {"confirmed": ("#FFFFFF", INK), "verify": ("#E9D8FD", INK)},
    "status": {
        "avoid": ("#F28B82", INK),
        "caution": ("#FBD38D", INK),
        "ok": ("#C6E6C8", INK),
        "not_assessed": ("#E9D8FD", INK),
    },
    "match": {
        "approximate": ("#E9D8FD", INK),
        "ambiguous": ("#E9D8FD", INK),
        "unknown": ("#FBD38D", INK),
        "not_a_drug": ("#E5E9EE", INK),
    },
    "arrow": {
        "↓ down": ("#CFE3F5", INK),
        "↑ up": ("#F9D5C9", INK),
        "↕ mixed": ("#E9D8FD", INK),
        "– none": ("#FFFFFF", QUIET),
    },
    "change": {
        "new": ("#F28B82", INK),
        "changed": ("#FBD38D", INK),
        "persisting": ("#FFFFFF", INK),
        "settled": ("#C6E6C8", INK),
        "resolved": ("#E5E9EE", INK),
    },
}
ARROWS = {"down": "↓ down", "up": "↑ up", "mixed": "↕ mixed", "none": "– none"}
# Words of the tables as a person reads them; anything else is shown as it stands.
DISPLAY = {"same_day": "same day", "not_assessed": "not assessed", "not_a_drug": "not a drug", "red_flag": "red flag"}

_BASE = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top"}
_CELL = {**_BASE, "bottom": 1, "bottom_color": RULE}
_LEFT = {**_CELL, "align": "left", "indent": 1}

_NAMED: Mapping[str, Mapping[str, Any]] = {
    "text": _LEFT,
    "wrap": {**_LEFT, "text_wrap": True},
    "code": {**_LEFT, "num_format": "@"},
    "number": {**_CELL, "num_format": "General", "align": "right"},
    "count": {**_CELL, "num_format": "#,##0", "align": "right"},
    "percent": {**_CELL, "num_format": "0.0 %", "align": "right"},
    "date": {**_LEFT, "num_format": "yyyy-mm-dd"},
    "link": {**_LEFT, "font_color": LINK, "underline": 1},
    "word": _LEFT,
    "entry": {**_LEFT, "bg_color": ENTRY, "text_wrap": True, "num_format": "@"},
    "entry_date": {**_CELL, "bg_color": ENTRY, "num_format": "yyyy-mm-dd", "align": "left"},
    "header": {
        **_BASE,
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": BRAND,
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
        "border_color": "#FFFFFF",
    },
    "entry_header": {
        **_BASE,
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": ENTRY_HEADER,
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
        "border_color": "#FFFFFF",
    },
    "title": {**_BASE, "font_size": 18, "bold": True, "font_color": BRAND},
    "subtitle": {**_BASE, "font_size": 11, "font_color": QUIET},
    "section": {**_BASE, "font_size": 12, "bold": True, "font_color": BRAND, "bottom": 2, "bottom_color": BRAND},
    "body": {**_BASE, "text_wrap": True},
    "warning": {**_BASE, "text_wrap": True, "bg_color": "#FBD38D", "bold": True},
}


class Styles:
    """Formats of one workbook, made once each (a workbook with thousands of formats opens slowly)."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.named = cache(self._named)
        self.word = cache(self._word)

    def _named(self, name: str) -> Any:
        return self._book.add_format(dict(_NAMED[name]))

    def _word(self, family: str, word: str) -> Any:
        """The format of a word of a family; a word without a colour of its own looks like plain text."""
        colours = WORD_COLOURS.get(family, {}).get(word)
        if colours is None:
            return self.named("word")
        fill, ink = colours
        return self._book.add_format({**_NAMED["word"], "bg_color": fill, "font_color": ink})
