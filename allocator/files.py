"""Files and folders that work alike on Linux, macOS and Windows: names, and moves that wait for other programs."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])", re.IGNORECASE)
"""Names that mean a device on Windows, with any extension."""
_LONGEST = 60
"""Characters: three bytes each in Chinese, file systems keep 255, and we add times, numbers and extensions."""
_DIGITS = 8
"""Random digits in the name of a scratch folder: those of ``a`` are not those of ``a-b``."""
_PAUSES = (0.1, 0.3, 0.6, 1.0)
"""Seconds between tries to move a folder: virus scanners hold new files open for a moment on Windows."""


def windows_keeps(name: str) -> bool:
    """Whether every system keeps a file or folder of this name as it is written."""
    return bool(name) and not (
        _FORBIDDEN.search(name) or _is_device(name) or name != name.rstrip(". ") or name[0] == " "
    )


def _is_device(name: str) -> bool:
    return bool(_RESERVED.fullmatch(name.split(".", maxsplit=1)[0].rstrip()))


def file_name(name: str) -> str:
    """``name`` (an id, a county) as a name that every system keeps: what leads elsewhere or is forbidden becomes ``_``.

    Two names may become one: see ``file_names``.
    """
    safe = _FORBIDDEN.sub("_", name).strip(" .")[:_LONGEST].rstrip(" .") or "_"
    return f"_{safe}" if _is_device(safe) else safe


def file_names(names: Sequence[str]) -> list[str]:
    """File names of ``names`` in order; those that would be the same, letters' case aside, get a number."""
    taken: set[str] = set()
    made = []
    for name in names:
        safe = free = file_name(name)
        number = 1
        while free.casefold() in taken:
            number += 1
            free = f"{safe}-{number}"
        taken.add(free.casefold())
        made.append(free)
    return made


def new_scratch(beside: Path) -> Path:
    """New folder beside ``beside``, hidden on most systems, for what will take its place when it is whole.

    Not from ``tempfile``, whose folders only their maker may enter: on Windows what is moved out of one stays that way,
    and colleagues could not open a run on a shared disk.
    """
    beside.parent.mkdir(parents=True, exist_ok=True)
    scratch = beside.with_name(f".{beside.name}-{secrets.token_hex(_DIGITS // 2)}")
    scratch.mkdir()
    return scratch


def old_scratches(beside: Path) -> list[Path]:
    """Folders of ``new_scratch`` that are there, left by a process that was killed, or in use."""
    name = "".join(f"[{char}]" if char in "*?[" else char for char in beside.name)
    return sorted(beside.parent.glob(f".{name}-{'[0-9a-f]' * _DIGITS}"))


@contextmanager
def scratch_folder(beside: Path) -> Iterator[Path]:
    """A folder as ``new_scratch`` makes it, removed at the end with what is still in it."""
    scratch = new_scratch(beside)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def move_folder(folder: Path, target: Path) -> Path:
    """Move ``folder`` to ``target``, which must not exist, in one step; returns ``target``.

    Waits a little for other programs that hold a file of it open.

    Raises
    ------
    OSError
        When it cannot be moved; it is then where it was.
    """
    for pause in _PAUSES:
        try:
            return folder.replace(target)
        except PermissionError:
            time.sleep(pause)
    return folder.replace(target)
