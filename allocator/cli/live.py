"""The live line: phase, incumbent, bound, gap and elapsed time while a plan is sought."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from allocator.cli.language import N_
from allocator.i18n import _
from allocator.solving.base import Progress, ProgressCallback

PHASES = {
    "load": N_("reading"),
    "build": N_("building"),
    "first_plan": N_("first plan"),
    "tasks": N_("task breaches"),
    "shortfall": N_("funding gap"),
    "hazards": N_("recorded hazards"),
    "points": N_("points"),
    "public_money": N_("county money and debt"),
    "changes": N_("changes to the adopted plan"),
    "tie_break": N_("tie-break"),
    "money": N_("exact money"),
    "baseline": N_("baseline"),
    "audit": N_("audit"),
    "write": N_("writing"),
    "report": N_("reports"),
}
"""Words for the phases of a run; a phase that is not named here is shown as it is."""

QUIET_S = 5.0
"""Seconds between two plain lines of the same phase, where the line cannot be redrawn."""


class LiveLine:
    """The newest progress as one line; on a terminal it is redrawn, and its clock goes on between two reports."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._received = time.monotonic()

    def update(self, progress: Progress) -> None:
        """Show ``progress`` from now on."""
        self._progress, self._received = progress, time.monotonic()

    def __rich__(self) -> Text:
        """The line at this moment."""
        if self._progress is None:
            return Text(_("reading …"))
        waited = time.monotonic() - self._received
        return Text(progress_line(self._progress, self._progress.elapsed + waited), no_wrap=True, overflow="ellipsis")


class PlainLines:
    """Progress as plain lines: at each change of phase, and every few seconds within one."""

    def __init__(self, console: Console, prefix: str = "") -> None:
        self._console, self._prefix = console, prefix
        self._phase = ""
        self._printed = 0.0

    def update(self, progress: Progress) -> None:
        """Print ``progress`` unless the last line of its phase is recent."""
        now = time.monotonic()
        if progress.phase == self._phase and now - self._printed < QUIET_S:
            return
        self._phase, self._printed = progress.phase, now
        line = self._prefix + progress_line(progress, progress.elapsed)
        self._console.print(line, markup=False, soft_wrap=True)


def progress_line(progress: Progress, elapsed: float) -> str:
    """``progress`` in words; what is not known yet is a dash."""
    return _("{phase} | incumbent {incumbent} | bound {bound} | gap {gap} | {elapsed:.0f} s").format(
        phase=_(PHASES.get(progress.phase, progress.phase)),
        incumbent=_amount(progress.incumbent),
        bound=_amount(progress.bound),
        gap="-" if progress.gap is None else f"{progress.gap:.2%}",
        elapsed=elapsed,
    )


def _amount(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


@contextmanager
def progress_shown(console: Console, *, quiet: bool) -> Iterator[ProgressCallback]:
    """Receiver of progress while the block runs; it shows nothing when ``quiet``."""
    if quiet:
        yield _show_nothing
    elif console.is_terminal:
        line = LiveLine()
        with Live(line, console=console, refresh_per_second=2, transient=True):
            yield line.update
    else:
        yield PlainLines(console).update


def _show_nothing(progress: Progress) -> None:
    """Take ``progress`` and leave it."""
