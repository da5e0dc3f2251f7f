"""Progress of a batch: a bar per running scenario and one for them all, or plain lines where nothing can be redrawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from allocator.analysis.jobs import Job, Outcome, Tell
from allocator.cli.live import PHASES, PlainLines
from allocator.i18n import _, language
from allocator.reporting.layout import load_words
from allocator.solving.base import Progress


class JobBars:
    """Bars on a terminal: each fills as its time limit passes, for no job takes longer to search."""

    def __init__(self, bars: Bars, count: int, limits: Mapping[str, float]) -> None:
        self._bars, self._limits = bars, limits
        self._all = bars.add_task(_("all scenarios"), total=count, phase="", count=f"0/{count}")
        self._count, self._ended = count, 0
        self._tasks: dict[str, TaskID] = {}

    def tell(self, job: Job, news: Progress | Outcome) -> None:
        """Show what a job told."""
        if isinstance(news, Outcome):
            self._ended += 1
            self._bars.update(self._all, completed=self._ended, count=f"{self._ended}/{self._count}")
            if job.name in self._tasks:
                self._bars.remove_task(self._tasks.pop(job.name))
            self._bars.console.print(outcome_line(news), markup=False, soft_wrap=True)
            return
        if job.name not in self._tasks:
            total = self._limits.get(job.name)
            self._tasks[job.name] = self._bars.add_task(escape(job.name), total=total, phase="", count="")
        phase = _(PHASES.get(news.phase, news.phase))
        told = phase if news.gap is None else f"{phase} {news.gap:.2%}"
        self._bars.update(self._tasks[job.name], completed=news.elapsed, phase=told)


class JobLines:
    """Plain lines: each job's changes of phase, and how it ended."""

    def __init__(self, console: Console, count: int) -> None:
        self._console, self._count, self._ended = console, count, 0
        self._lines: dict[str, PlainLines] = {}

    def tell(self, job: Job, news: Progress | Outcome) -> None:
        """Print what a job told, unless its last line is recent."""
        if isinstance(news, Outcome):
            self._ended += 1
            line = f"[{self._ended}/{self._count}] {outcome_line(news)}"
            self._console.print(line, markup=False, soft_wrap=True)
        else:
            self._lines.setdefault(job.name, PlainLines(self._console, f"{job.name}: ")).update(news)


def outcome_line(outcome: Outcome) -> str:
    """How a job ended, in a line."""
    state = load_words().text("batch", outcome.state, language())
    return _("{name}: {state}, {seconds:.0f} s").format(name=outcome.job.name, state=state, seconds=outcome.seconds)


@contextmanager
def batch_progress(console: Console, count: int, limits: Mapping[str, float], *, quiet: bool) -> Iterator[Tell]:
    """Receiver of what jobs tell while the block runs; it shows nothing when ``quiet``.

    Parameters
    ----------
    limits
        Time limit by name of job [s].
    """
    if quiet:
        yield lambda _job, _news: None
    elif console.is_terminal:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[count]}{task.fields[phase]}"),
        )
        with Bars(*columns, TimeElapsedColumn(), console=console, refresh_per_second=2, transient=True) as bars:
            yield JobBars(bars, count, limits).tell
    else:
        yield JobLines(console, count).tell
