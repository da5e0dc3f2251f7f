"""Find the data folders that come with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(kind: Literal["models", "scenarios", "reports"]) -> Path:
    """Folder of the shipped ``kind``: beside the package in a checkout, inside it when installed from a wheel.

    Raises
    ------
    FileNotFoundError
        When neither is there: the installation is not complete.
    """
    for folder in (_PACKAGE / "_shipped" / kind, _PACKAGE.parent / kind):
        if folder.is_dir():
            return folder
    msg = f"the folder {kind} is missing; install the program again"
    raise FileNotFoundError(msg)
