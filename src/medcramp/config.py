"""What is set once and used by every run: defaults < `medcramp.toml` < options of the command line; saved layouts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medcramp.errors import OutputError, UsageError

FILE_NAME = "medcramp.toml"
LAYOUTS_FILE = "layouts.toml"
APPLICATION = "medcramp"
Model = TypeVar("Model", bound=BaseModel)


class Frozen(BaseModel):
    """Immutable, and strict about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Layout(Frozen):
    """A column map: canonical field → column title (or 1-based number), and the sheet it is for."""

    columns: Mapping[str, str] = Field(default_factory=dict)
    sheet: str | None = None


class Pharmacy(Frozen):
    """Who hands the papers out; printed on handouts and notes."""

    name: str = ""
    phone: str = ""


class Config(Frozen):
    """`medcramp.toml`: how exports are read and runs are made when the command line does not say."""

    read: Layout = Layout()
    layouts: Mapping[str, Layout] = Field(default_factory=dict)
    pharmacy: Pharmacy = Pharmacy()
    paper: str = Field(default="", pattern="^(letter|a4|)$")
    jurisdiction: str | None = Field(default=None, pattern="^(US|EU|UK|CA)$")
    min_severity: str | None = None
    policy_rules: bool | None = None


def load(path: Path | None = None) -> Config:
    """The configuration of `path`, else of `medcramp.toml` in the current folder, else empty.

    Raises UsageError naming the file and the entry that is wrong.
    """
    file = path or Path(FILE_NAME)
    if path is None and not file.is_file():
        return Config()
    return _validated(Config, _read_toml(file), file)


def layouts_file() -> Path:
    """Where saved layouts lie for this user."""
    from platformdirs import user_config_path

    return user_config_path(APPLICATION, appauthor=False) / LAYOUTS_FILE


def load_layouts() -> dict[str, Layout]:
    """All saved layouts by name; those of `medcramp.toml` win over those of the user."""
    file = layouts_file()
    saved = (
        {name: _validated(Layout, entry, file) for name, entry in _read_toml(file).items()} if file.is_file() else {}
    )
    return saved | dict(load().layouts)


def load_layout(name: str) -> Layout:
    """One saved layout. Raises UsageError when there is none of this name."""
    saved = load_layouts()
    if name not in saved:
        known = ", ".join(sorted(saved)) or "none is saved yet"
        raise UsageError(
            f"there is no saved layout {name!r}",
            remedy=f"saved are: {known}; save one with `medcramp layouts save NAME --map FIELD=COLUMN`",
        )
    return saved[name]


def save_layout(name: str, layout: Layout) -> Path:
    """Save a layout for this user under a name; returns the file. Raises OutputError when it cannot be written."""
    file = layouts_file()
    saved = {key: _validated(Layout, entry, file) for key, entry in _read_toml(file).items()} if file.is_file() else {}
    saved[name] = layout
    text = "".join(_toml_table(key, saved[key]) for key in sorted(saved))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(".part")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError:
        raise OutputError("cannot be written", remedy="check the rights of its folder", file=file) from None
    return file


def _toml_table(name: str, layout: Layout) -> str:
    lines = [f"[{_toml_text(name)}]\n"]
    if layout.sheet:
        lines.append(f"sheet = {_toml_text(layout.sheet)}\n")
    lines.append(f"[{_toml_text(name)}.columns]\n")
    lines += [f"{_toml_text(field)} = {_toml_text(column)}\n" for field, column in layout.columns.items()]
    return "".join([*lines, "\n"])


def _toml_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot be read: {error}", remedy="mend the file or remove it", file=file) from None


def _validated(model: type[Model], entry: Any, file: Path) -> Model:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{place}: {first['msg']}", remedy="mend this entry", file=file) from None
