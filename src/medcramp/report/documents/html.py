"""HTML documents: one self-contained file each, no script, nothing fetched, every text escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

ARROWS = {"down": "↓", "up": "↑", "mixed": "↕", "none": "–"}


def render(template: str, **values: Any) -> str:
    """The template filled in; a value that is missing is an error, not a blank."""
    return environment().get_template(f"{template}.html.j2").render(**values)


@cache
def environment() -> jinja2.Environment:
    """Templates of the package, escaping always on."""
    found = jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["arrows"] = ARROWS
    found.globals["picture"] = picture
    found.globals["style"] = style
    found.globals["style_hash"] = style_hash
    found.filters["lines"] = lines
    found.filters["words"] = words
    return found


def read_template(name: str) -> str:
    """Text of a file in `templates/`."""
    return resources.files("medcramp.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def picture(name: str) -> Markup:
    """One of our own drawings, to stand in the page."""
    return Markup(read_template(f"{name}.svg"))  # noqa: S704 (our own file)


@cache
def style() -> Markup:
    """The style sheet of all documents."""
    return Markup(read_template("documents.css"))  # noqa: S704 (our own file)


@cache
def style_hash() -> str:
    """What the content security policy lets through: exactly our style sheet."""
    return base64.b64encode(hashlib.sha256(str(style()).encode("utf-8")).digest()).decode("ascii")


def lines(text: str) -> list[str]:
    """A `;`-joined cell as its parts."""
    return [part.strip() for part in text.split(";") if part.strip()]


def words(text: str) -> str:
    """An identifier as words."""
    return text.replace("_", " ")
