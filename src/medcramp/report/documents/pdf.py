"""PDF documents: typst templates of ours, filled with data that can never become markup."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import typst

# Tagged, with title, language and alternative texts: a screen reader can follow.
STANDARD = "ua-1"


def render(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of `template` for `data`; fonts are embedded."""
    made = _compiler(template).compile(
        format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, pdf_standards=[STANDARD]
    )
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(template: str) -> Any:
    folder = _templates()
    return typst.Compiler(input=str(folder / f"{template}.typ"), root=str(folder))


@cache
def _templates() -> Path:
    return Path(str(resources.files("medcramp.report").joinpath("templates")))
