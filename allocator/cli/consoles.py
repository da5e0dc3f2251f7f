"""Where the command line writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console

RESULTS = Console(highlight=False)
"""What a user asked for."""

ERRORS = Console(stderr=True, highlight=False)
"""Progress, notices and errors."""


def survive_any_encoding() -> None:
    """Replace characters the console cannot show, instead of failing: GBK consoles lack some of ours."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def print_json(document: Mapping[str, Any]) -> None:
    """Write ``document`` as JSON and nothing else; ASCII only, so that no console encoding can spoil it."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True, indent=2, default=str) + "\n")
