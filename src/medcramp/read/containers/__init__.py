"""From a path to raw tables: `open_input` opens any container an export comes in, whatever its extension says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcramp.read.grids import Canonical, Grid
from medcramp.read.options import ReadOptions
from medcramp.records import Progress, no_progress

__all__ = ["open_input"]


def open_input(
    path: Path, options: ReadOptions | None = None, progress: Progress = no_progress
) -> Iterator[Grid | Canonical]:
    """Grids and finished records of a file, an archive of files, or a folder, in the order they stand there.

    Lazy: a grid's rows are read when it is loaded. Raises InputUnreadableError (the file named, with what to do) when
    something cannot be opened or parsed; memory and time stay within `options.limits`.
    """
    from medcramp.read.containers.opening import opened_path  # the readers behind it import heavy libraries

    return opened_path(path, options or ReadOptions(), progress)
