"""Solvers in processes of their own: the parent imports none, and can end one that overruns its time."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import time
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from allocator import errors
from allocator.errors import ScenarioError, SolverError
from allocator.i18n import _
from allocator.solving.base import Answer, Problem, Request, Status, keeps_rows
from allocator.solving.reduction import Reduction
from allocator.solving.spawning import end_with_parent, kill, no_main, tree_of

WARM = "warm"
"""Name of the solver for many relaxations of one problem that differ in bounds alone; see ``solving.warm``."""

_GRACE_S = 1.0
"""How long after its time limit a solve may still hand in its answer."""


@dataclass(frozen=True)
class NoSolver:
    """What a process answers when the solver asked for is not on this machine; ``usable`` lists those that are."""

    name: str
    usable: str


class Backend(Protocol):
    """What a solver must offer inside its process."""

    keeps_fixed: bool
    """Whether columns that a request fixes stay in the problem it is given."""

    def solve(self, problem: Problem, request: Request) -> Answer:
        """Solve one request on a problem."""


def _backend(name: str) -> Backend:
    # Imported here, inside the child: highspy (which pulp loads) and ortools cannot share a process.
    if name in ("highs", "scip", "glop"):
        from allocator.solving.mathopt import MathOptBackend  # noqa: PLC0415

        return MathOptBackend(name)
    if name == WARM:
        from allocator.solving.warm import WarmBackend  # noqa: PLC0415

        return WarmBackend()
    from allocator.solving.pulp_gateway import PulpBackend  # noqa: PLC0415

    return PulpBackend(name)


def _serve(connection: Connection, name: str) -> None:
    """Answer requests until the connection closes."""
    # Ctrl-C goes to the whole group; the parent decides what to keep.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    # Solvers print as they please; the terminal belongs to the live line.
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    backend, problem, refusal = None, None, None
    try:
        backend = _backend(name)
    except LookupError as error:
        refusal = NoSolver(name, str(error.args[0]))
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            return
        try:
            if isinstance(message, Problem):
                problem = message
            elif refusal is not None:
                connection.send(refusal)
            elif backend is not None and problem is not None:
                connection.send(_answered(backend, problem, message))
        except Exception as error:
            connection.send(f"{type(error).__name__}: {error}")


def _answered(backend: Backend, problem: Problem, request: Request) -> Answer:
    """A backend's answer, checked against the rows it was asked to keep."""
    if backend.keeps_fixed:
        return _checked(problem, request, backend.solve(problem, request))
    reduction = Reduction(problem, request)
    answer = backend.solve(reduction.problem, reduction.request)
    return reduction.restore(_checked(reduction.problem, reduction.request, answer))


def _checked(problem: Problem, request: Request, answer: Answer) -> Answer:
    if answer.x is None or keeps_rows(problem, request, answer.x):
        return answer
    return replace(answer, status=Status.NO_PLAN, x=None)


class SolverProcess:
    """A solver in a process of its own, holding one problem."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._problem: Problem | None = None
        self._pending: Request | None = None
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, child = context.Pipe()
        self._process = context.Process(target=_serve, args=(child, self.name), daemon=True)
        with no_main():
            self._process.start()
        child.close()

    def load(self, problem: Problem) -> None:
        """Send a problem; requests refer to it from now on."""
        self._problem = problem
        try:
            self._connection.send(problem)
        except OSError:  # it died while idle; the new one is sent the problem as it starts
            self.stop(restart=True)

    def begin(self, request: Request) -> None:
        """Send a request and return at once."""
        self._pending = request
        self._began = time.monotonic()
        try:
            self._connection.send(request)
        except OSError:  # it died while idle
            self.stop(restart=True)
            self._pending = request
            self._connection.send(request)

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return self._pending is not None

    def poll(self, wait_s: float = 0.0) -> Answer | None:
        """Answer of the request under way, or None when it is not there yet.

        Raises
        ------
        SolverError
            When the solver refused the request or its process died.
        """
        try:
            if not self._connection.poll(wait_s):
                return None
            message: Answer | NoSolver | str = self._connection.recv()
        except (EOFError, OSError) as error:
            self.stop(restart=True)
            msg = f"the process of the solver {self.name} died"
            raise SolverError(msg) from error
        self._pending = None
        if isinstance(message, NoSolver):
            finding = _("no solver named {name} on this machine").format(name=message.name)
            cure = _("use highs, scip, or one that PuLP finds here: {usable}").format(usable=message.usable)
            raise ScenarioError([errors.Problem("solver", finding, cure)])
        if isinstance(message, str):
            raise SolverError(message)
        return message

    def solve(self, request: Request, deadline: float | None = None) -> Answer | None:
        """Send a request and wait; None when the process overran its time and was ended."""
        self.begin(request)
        end = self._began + request.time_limit_s + _GRACE_S + 0.1 * request.time_limit_s
        if deadline is not None:
            end = min(end, deadline)
        while True:
            answer = self.poll(0.05)
            if answer is not None:
                return answer
            if time.monotonic() > end:
                self.stop(restart=True)
                return None

    def stop(self, *, restart: bool = False) -> None:
        """End the process and everything it started; with ``restart``, begin anew with the same problem."""
        self._pending = None
        kill(tree_of(self._process.pid))
        self._process.join(timeout=2)
        self._connection.close()
        if restart:
            self._start()
            if self._problem is not None:
                self._connection.send(self._problem)


_IDLE: dict[str, list[SolverProcess]] = {}


def borrow(name: str) -> SolverProcess:
    """An idle process of a solver, or a new one; give it back with ``give_back``."""
    idle = _IDLE.setdefault(name, [])
    return idle.pop() if idle else SolverProcess(name)


def give_back(process: SolverProcess) -> None:
    """Keep a process for the next caller; a busy one is ended first."""
    if process.busy:
        process.stop(restart=True)
    _IDLE.setdefault(process.name, []).append(process)


@atexit.register
def _stop_all() -> None:
    for processes in _IDLE.values():
        for process in processes:
            process.stop()
    _IDLE.clear()
