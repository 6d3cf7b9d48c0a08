"""The readable pages of the rules are what the rules say now."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from medcramp.knowledge import load

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_pages_are_up_to_date():
    spec = importlib.util.spec_from_file_location("render_rules", DOCS / "render_rules.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wanted = module.pages(load())
    written = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "rules").glob("*.md")}
    stale = sorted(name for name in {*wanted, *written} if wanted.get(name) != written.get(name))
    assert not stale, "run: python docs/render_rules.py"
