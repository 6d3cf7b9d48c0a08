"""Publishing: the old report stays whole until the new one is, whatever happens in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from medcramp.errors import OutputError
from medcramp.report import atomic

NAMES = ("run.json", "tables/findings.csv", "worklist.xlsx")


def publish(out: Path, content: str, obsolete: list[str] | None = None, names: tuple[str, ...] = NAMES) -> list[Path]:
    with atomic.building(out) as folder:
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content)
        return atomic.publish(folder, out, obsolete or [])


def contents(out: Path) -> dict[str, str]:
    files = (path for path in sorted(out.rglob("*")) if path.is_file())
    return {path.relative_to(out).as_posix(): path.read_text() for path in files}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "report"
    atomic.prepare(folder)
    return folder


def test_files_and_folders_are_the_owner_s_alone(out: Path) -> None:
    for path in publish(out, "new"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert out.stat().st_mode & 0o777 == 0o700
    assert (out / "tables").stat().st_mode & 0o777 == 0o700


def test_a_failure_while_building_leaves_the_old_report_and_nothing_else(out: Path) -> None:
    publish(out, "old")

    def fail() -> None:
        with atomic.building(out) as folder:
            (folder / "run.json").write_text("half")
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert contents(out) == dict.fromkeys(NAMES, "old")


@pytest.mark.parametrize("step", range(1, 6))
def test_a_crash_at_any_step_of_publishing_leaves_one_whole_report(
    out: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    publish(out, "old", names=(*NAMES, "gone.txt"))
    crash_at(monkeypatch, step)
    with pytest.raises(KeyboardInterrupt):
        publish(out, "new", obsolete=["gone.txt"])
    monkeypatch.undo()
    atomic.prepare(out)
    whole_old = {**dict.fromkeys(NAMES, "old"), "gone.txt": "old"}
    assert contents(out) in (whole_old, dict.fromkeys(NAMES, "new"))


def crash_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Let the `step`-th call that moves or removes something fail, as if the machine stopped there."""
    calls = 0

    def crashing(real):  # type: ignore[no-untyped-def]
        def call(self: Path, *arguments: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls == step:
                raise KeyboardInterrupt
            return real(self, *arguments, **options)

        return call

    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(Path, name, crashing(getattr(Path, name)))


def test_files_of_the_old_report_that_the_new_one_lacks_are_removed(out: Path) -> None:
    publish(out, "old", names=(*NAMES, "documents/0001.html"))
    publish(out, "new", obsolete=["documents/0001.html"])
    assert contents(out) == dict.fromkeys(NAMES, "new")


def test_nothing_outside_the_folder_is_ever_removed(out: Path) -> None:
    outside = out.parent / "precious.txt"
    outside.write_text("keep")
    publish(out, "new", obsolete=["../precious.txt", str(outside)])
    assert outside.read_text() == "keep"


def test_files_of_the_user_s_own_stay(out: Path) -> None:
    (out / "my notes.txt").write_text("mine")
    publish(out, "new")
    assert contents(out)["my notes.txt"] == "mine"


def test_a_file_in_place_of_the_folder_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("")
    with pytest.raises(OutputError, match="not a folder"):
        atomic.prepare(tmp_path / "report")


def test_a_place_where_no_folder_can_be_made_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        atomic.prepare(tmp_path / "file" / "report")
    assert caught.value.exit_code == 13


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_unwritable_folder_is_found_before_any_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError) as caught:
            atomic.prepare(tmp_path / "report")
    finally:
        tmp_path.chmod(0o700)
    assert caught.value.exit_code == 13


def test_what_the_file_system_refuses_becomes_an_output_error(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OutputError, match="No space left"):
        publish(out, "new")
    assert contents(out) == {}
