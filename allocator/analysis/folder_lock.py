"""One program at a time works in a folder: a lock of the operating system, which goes with the process holding it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold ``folder`` while the block runs; ``kill -9`` gives it back too.

    Raises
    ------
    ScenarioError
        When another process holds it.
    """
    with (folder / ".lock").open("ab") as file:
        try:
            _take(file)
        except OSError as error:
            finding, cure = _("another batch is working in this folder"), _("wait for it, or choose another folder")
            raise ScenarioError([Problem(str(folder), finding, cure)]) from error
        yield
