"""The arrows of docs/architecture.md, checked against the imports as they are."""

import ast
from pathlib import Path

import pytest

import medcramp

SOURCE = Path(medcramp.__file__).parent
STAGES = ("read", "recognise", "profile", "screen", "advise", "report")
SHARED = {"records", "errors", "config", "knowledge", "logic", "documents", "escape"}
HEAVY = {"pandas", "numpy", "pyarrow", "pydantic", "openpyxl", "yaml", "rapidfuzz", "xlsxwriter", "typst"}


def imported(path: Path) -> set[str]:
    """Dotted names of every module that a file imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms(path: Path) -> set[str]:
    """First part below medcramp of everything the file imports from medcramp."""
    return {parts[1] for name in imported(path) if (parts := name.split("."))[0] == "medcramp" and len(parts) > 1}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_itself_and_the_shared_vocabulary(stage):
    for path in (SOURCE / stage).rglob("*.py"):
        foreign = rooms(path) - SHARED - {stage, "__version__"}
        assert not foreign, f"{path.relative_to(SOURCE)} imports {sorted(foreign)}"


@pytest.mark.parametrize("shared", sorted(SHARED))
def test_the_shared_vocabulary_knows_no_stage(shared):
    paths = [*(SOURCE / shared).rglob("*.py"), *SOURCE.glob(f"{shared}.py")]
    for path in paths:
        upward = rooms(path) & ({*STAGES, "run", "cli"} | {p.stem for p in SOURCE.glob("cli_*.py")})
        assert not upward, f"{path.relative_to(SOURCE)} imports {sorted(upward)}"


def test_only_run_and_the_command_line_bring_stages_together():
    for path in SOURCE.glob("*.py"):
        met = rooms(path) & set(STAGES)
        meeting_place = path.stem in {"run", "assemble"} or path.stem.startswith("cli_")
        assert len(met) <= 1 or meeting_place, f"{path.name} imports {sorted(met)}"


@pytest.mark.parametrize("module", ["__init__", "__main__", "cli", "terminal", "errors"])
def test_help_needs_nothing_heavy(module):
    heavy = {name.split(".")[0] for name in imported(SOURCE / f"{module}.py")} & HEAVY
    assert not heavy


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_module_outgrows_a_head(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
