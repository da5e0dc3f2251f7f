"""The command ``allocator``: the top layer; everything below can be used without it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from allocator.cli.language import speak, wanted_language


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with one of the codes of ``allocator.cli.exits``."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    speak(wanted_language(words))
    # Imported here, because a spawned solver process imports the main script again, and with it this module only; and
    # because the command framework looks up its own words when it is imported.
    from allocator.cli.app import start  # noqa: PLC0415

    start(words)
