"""Processes of our own: started clean, ended with everything they started, and never left behind."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from types import ModuleType

import psutil


@contextmanager
def no_main() -> Iterator[None]:
    """Hide the main module from a process that starts: it needs nothing of it.

    A spawned process runs the main module again, so that a script which solves without ``if __name__ == "__main__"``
    would solve again, and again.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def tree_of(pid: int | None) -> list[psutil.Process]:
    """A process and everything it started, itself first; nothing when it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(processes: list[psutil.Process]) -> None:
    """End processes at once; those that are gone already are no matter."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def end_with_parent() -> None:
    """From now on this process, and all it starts, end when the process that spawned it is gone, ``kill -9`` included.

    The operating system tells: no heartbeat, and nothing to clean up.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        kill(tree_of(os.getpid())[1:])
        os._exit(1)

    threading.Thread(target=watch, name="end_with_parent", daemon=True).start()
