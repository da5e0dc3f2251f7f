"""Jobs: scenarios solved side by side, each in a fresh process of its own; one that fails, fails alone.

A job reads its scenario, finds a plan, audits it, and leaves a run folder with reports, whole or not at all. Its
process and the solver processes it starts end with it, and with the program that started the jobs, however that one
ends: memory is given back after each job, and nothing runs on.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import psutil

from allocator.errors import InfeasibleError, NoPlanError, ScenarioError
from allocator.i18n import _, language, use_language
from allocator.inputs.load import load
from allocator.plan.keeping import Reports, check_replaceable, clear_leftovers, keep
from allocator.plan.manifest import Asked, run_key
from allocator.plan.run_folder import MANIFEST, has_tables, read_run
from allocator.plan.seal import refuse_sealed
from allocator.plan.solve import solve
from allocator.solving.base import Progress
from allocator.solving.spawning import end_with_parent, kill, no_main, tree_of
from allocator.told import told

_LOOK_S = 0.25
"""Time between two looks at the memory of the jobs."""


class State(StrEnum):
    """How a job ended."""

    DONE = "done"
    REUSED = "reused"
    """The folder holds a run of the same inputs, options and versions already."""
    FAILED = "failed"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"
    BAD_INPUT = "bad_input"
    STOPPED = "stopped"
    """The user stopped the jobs before this one had ended; it leaves nothing."""


@dataclass(frozen=True)
class JobOptions:
    """How a job looks for its plan; the scenario's own values for what is None.

    ``memory_mb`` is the most that its processes may use together [MB]; beyond it the job fails.
    """

    solver: str | None = None
    time_limit: float | None = None
    gap: float | None = None
    seed: int | None = None
    workers: int | None = None
    memory_mb: float | None = None
    reuse: bool = True
    """Whether a run of the same key in the folder will do; else it is made again."""


@dataclass(frozen=True)
class Job:
    """One scenario to be solved into ``folder``; ``changes`` are laid over it as by ``load``.

    ``start`` is the folder of a run of nearly the same inputs, whose plan the search begins with.
    """

    name: str
    scenario: Path
    changes: Mapping[str, object]
    folder: Path
    options: JobOptions = field(default_factory=JobOptions)
    start: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """How a job ended, in words when it failed; ``peak_mb`` is the most memory its processes used together [MB]."""

    job: Job
    state: State
    error: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def has_run(self) -> bool:
        """Whether the job's folder holds a run of its inputs."""
        return self.state in (State.DONE, State.REUSED)


Tell = Callable[[Job, Progress | Outcome], None]
"""Called with the progress of a job, and once with its outcome."""


@dataclass(frozen=True)
class _Ended:
    """What a job's process sends last."""

    state: State
    error: str = ""


def run_jobs(
    jobs: Sequence[Job], workers: int = 1, tell: Tell | None = None, *, reports: Reports | None = None
) -> list[Outcome]:
    """Run jobs, up to ``workers`` at once, in their order; outcomes come in the same order.

    Nothing else may write to the folders of the jobs meanwhile. Ctrl-C ends the jobs that run, leaves finished runs
    whole, and gives the rest the state ``stopped``.

    Parameters
    ----------
    jobs
        Each with a folder of its own; a run that is there is reused, or replaced once the new one is whole.
    tell
        Called in this process with the progress of a job, first as its process starts, and once with its outcome.
    reports
        Writes the reports of each run: a function of a module, such as ``reporting.write_reports``.

    Raises
    ------
    ValueError
        When two jobs have the same folder.
    """
    if len({job.folder.resolve() for job in jobs}) < len(jobs):
        msg = "two jobs have the same folder"
        raise ValueError(msg)
    return _Pool(jobs, max(1, workers), tell or _tell_nobody, reports or _no_reports).run()


def _tell_nobody(job: Job, news: Progress | Outcome) -> None:
    """Tell nobody."""


def _no_reports(*_run: object) -> None:
    """Write no reports."""


class _Pool:
    """Jobs waiting, running and ended."""

    def __init__(self, jobs: Sequence[Job], workers: int, tell: Tell, reports: Reports) -> None:
        self.jobs, self.workers, self.tell, self.reports = jobs, workers, tell, reports
        self.running: dict[int, _Running] = {}
        self.outcomes: dict[int, Outcome] = {}

    def run(self) -> list[Outcome]:
        """Run all jobs; Ctrl-C ends early."""
        try:
            self._run_all()
        except KeyboardInterrupt:
            pass  # what has not ended is stopped
        finally:
            with _without_interrupts():
                for running in self.running.values():
                    running.end()
        for position, job in enumerate(self.jobs):
            if position not in self.outcomes:
                stopped = _Ended(State.STOPPED, _("Stopped before there was a plan."))
                begun = self.running.get(position)
                outcome = begun.outcome(stopped) if begun else Outcome(job, stopped.state, stopped.error)
                self.outcomes[position] = outcome
                self.tell(job, outcome)
        return [self.outcomes[position] for position in range(len(self.jobs))]

    def _run_all(self) -> None:
        waiting = iter(range(len(self.jobs)))
        self._start_next(waiting)
        while self.running:
            wait([running.connection for running in self.running.values()], timeout=_LOOK_S)
            for position, running in list(self.running.items()):
                self._listen(position, running)
            self._start_next(waiting)

    def _start_next(self, waiting: Iterator[int]) -> None:
        while len(self.running) < self.workers and (position := next(waiting, None)) is not None:
            with _without_interrupts():
                self.running[position] = _Running(self.jobs[position], self.reports)
            self.tell(self.jobs[position], Progress("load", None, None, None, 0.0))

    def _listen(self, position: int, running: _Running) -> None:
        """Pass on what a job tells, and take it off the list when it has ended."""
        ended = None
        for news in running.news():
            if isinstance(news, _Ended):
                ended = news
            else:
                self.tell(running.job, news)
        ended = ended or running.beyond_memory()
        if ended is None:
            return
        with _without_interrupts():
            running.end()
            self.outcomes[position] = running.outcome(ended)
            del self.running[position]
        self.tell(running.job, self.outcomes[position])


class _Running:
    """The process of a job, seen from outside."""

    def __init__(self, job: Job, reports: Reports) -> None:
        self.job = job
        self.began = self._looked = time.monotonic()
        self.peak_mb = 0.0
        self._tree: list[psutil.Process] = []
        clear_leftovers(job.folder)
        context = multiprocessing.get_context("spawn")
        self.connection, child = context.Pipe(duplex=False)
        # Not a daemon: it starts solver processes itself.
        self._process = context.Process(target=_work, args=(child, job, reports, language()), daemon=False)
        with no_main():
            self._process.start()
        child.close()

    def news(self) -> Iterator[Progress | _Ended]:
        """What the process has sent; how it ended, when it sends no more."""
        try:
            while self.connection.poll():
                message: Progress | _Ended = self.connection.recv()
                yield message
                if isinstance(message, _Ended):
                    return
        except (EOFError, OSError):
            self._process.join()
            words = _("its process died (exit code {code}); perhaps memory ran out").format(code=self._process.exitcode)
            yield _Ended(State.FAILED, words)

    def beyond_memory(self) -> _Ended | None:
        """Look at the memory of the process and all it started; why it must end, when it uses too much."""
        if time.monotonic() - self._looked < _LOOK_S:
            return None
        self._looked = time.monotonic()
        self._tree = tree_of(self._process.pid)
        used, limit = sum(_resident(process) for process in self._tree) / 1e6, self.job.options.memory_mb
        self.peak_mb = max(self.peak_mb, used)
        if limit is None or used <= limit:
            return None
        words = _("it used {used:.0f} MB of memory, more than the {limit:.0f} MB it may use")
        return _Ended(State.FAILED, words.format(used=used, limit=limit))

    def end(self) -> None:
        """End the process and all it started, also when it died before them; nothing is left beside its folder."""
        kill([*tree_of(self._process.pid), *(process for process in self._tree if process.is_running())])
        self._process.join()
        self.connection.close()
        clear_leftovers(self.job.folder)

    def outcome(self, ended: _Ended) -> Outcome:
        """How the job ended."""
        seconds = time.monotonic() - self.began
        return Outcome(self.job, ended.state, ended.error, round(seconds, 3), round(self.peak_mb, 1))


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss)
    except psutil.Error:
        return 0.0


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts, and for good inside it: who started it decides what ends."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection, job: Job, reports: Reports, language_: str) -> None:
    """The job, inside its process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    use_language(language_)
    try:
        ended = _Ended(_solve(job, reports, connection.send))
    except Exception as error:
        ended = _Ended(_state(error), "\n".join(told(error)))
    connection.send(ended)
    connection.close()


def _solve(job: Job, reports: Reports, tell: Callable[[Progress], None]) -> State:
    """Read, find a plan, audit it, and keep it; or find it kept already."""
    began = time.monotonic()
    options = job.options
    check_replaceable(job.folder)
    case = load(job.scenario, job.changes)
    start = None if job.start is None else read_run(job.start)
    asked = Asked.of(
        case, solver=options.solver, time_limit=options.time_limit, gap=options.gap, seed=options.seed, start=start
    )
    if options.reuse and holds_run(job.folder, run_key(case, asked)):
        return State.REUSED
    refuse_sealed(job.folder)
    plan = solve(
        case, solver=asked.solver, time_limit=asked.time_limit, gap=asked.gap, seed=asked.seed,
        workers=options.workers, progress=tell, began=began, start=start,
    )  # fmt: skip
    tell(Progress("write", plan.objective, plan.bound, plan.gap, time.monotonic() - began))
    keep(plan, job.folder, reports, language(), instead=True)
    return State.DONE


def holds_run(folder: Path, key: str) -> bool:
    """Whether ``folder`` is a run with this key, which no user cut short."""
    try:
        manifest: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest["key"] == key and manifest["stopped_by"] != "user" and has_tables(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _state(error: Exception) -> State:
    match error:
        case ScenarioError() | OSError():
            return State.BAD_INPUT
        case InfeasibleError():
            return State.INFEASIBLE
        case NoPlanError():
            return State.NO_PLAN
        case _:
            return State.FAILED
