"""Names of files made of names people give: the same on every system, inside their folder, each one's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 80
"""Characters: three bytes each in Chinese, and a file name holds 255."""


def file_name(name: str) -> str:
    """``name`` as part of a file name: signs that lead elsewhere or that Windows refuses become ``_``."""
    safe = _UNSAFE.sub("_", name).strip(" .")[:_LONGEST].rstrip(" .") or "_"
    return f"_{safe}" if _RESERVED.fullmatch(safe) else safe


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
