"""Goals one after another: each stage keeps what earlier stages reached, starts from their plan, and tells its gap."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import sparse

from allocator.errors import InfeasibleError, NoPlanError, SolverError
from allocator.formulation.build import Formulation
from allocator.formulation.goals import Objective
from allocator.i18n import _
from allocator.inputs.schemas.scenario import Goal
from allocator.solving.base import Answer, Floats, Problem, Progress, ProgressCallback, Request, Status, gap_of, scales
from allocator.solving.process import SolverProcess, borrow, give_back

EXACT = 1e-9
"""Gap below which a stage counts as proved."""

Rows = tuple[sparse.csr_matrix, Floats, Floats]


@dataclass(frozen=True)
class Stage:
    """What one goal came to. ``value`` is that of the plan the stage ended with."""

    id: str
    status: Status
    value: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """|bound - value| / max(|value|, 1)."""
        return gap_of(self.value, self.bound)


@dataclass
class Clock:
    """Wall clock of a search; ``stopped`` is set when the user asks to stop."""

    limit_s: float
    began: float = field(default_factory=time.monotonic)
    stopped: bool = False

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds left, never below zero."""
        return 0.0 if self.stopped else max(0.0, self.limit_s - self.elapsed)


class Relaxed(Protocol):
    """What a relaxation of the points tells; see ``first_plan.Relaxation``."""

    @property
    def x(self) -> Floats:
        """The relaxed plan."""

    @property
    def hazards(self) -> float:
        """Greatest hazards."""

    @property
    def hazards_price(self) -> float:
        """Price of keeping them."""

    @property
    def prices(self) -> Floats | None:
        """Prices of the problem's rows."""

    def bound_keeping(self, hazards: float) -> float:
        """Bound on the points of plans that keep ``hazards``."""


@dataclass
class Ahead:
    """Relaxation of the next goal, under way in the bounding process or answered.

    It keeps the present goal at the value of the plan that was there when it began. The stage may end with a better
    one and leave fewer plans, so the bound holds for these too.
    """

    goal: str
    answer: Answer | None = None


@dataclass
class Search:
    """State of a lexicographic search: the plan so far, the goal rows kept, and how to report."""

    formulation: Formulation
    solver: str
    gap: float
    seed: int
    workers: int
    clock: Clock
    progress: ProgressCallback
    stages: list[Stage] = field(default_factory=list)
    first: Floats | None = None
    """Whole choices to start from, if any are known; a large search completes them with money."""
    second: Floats | None = None
    """Whole choices to start from when the rules forbid to complete ``first``."""
    first_is_plan: bool = False
    """Whether ``first`` is a searched plan of nearly the same case: only what is better goal by goal replaces it."""
    incumbent: Floats | None = None
    relaxed: Relaxed | None = None
    relaxation_s: float = 0.0
    """Seconds that the relaxation of the points took."""
    ahead: Ahead | None = None
    prices: Floats | None = None
    headline: str = "points"
    guide: Floats | None = None
    goals: Sequence[Goal] = ()
    clock_ended: bool = False
    method: str = "whole"
    kept: list[tuple[Floats, float, float]] = field(default_factory=list)
    kept_goals: list[str] = field(default_factory=list)
    cuts: list[tuple[Floats, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        f = self.formulation
        money_rows = f.row_money
        sizes = np.abs(f.matrix.data)
        typical = float(np.median(sizes[sizes > 1])) if (sizes > 1).any() else 1.0
        column_scale, row_scale = scales(f.money, money_rows, typical)
        self.problem = Problem(f.matrix, f.row_lower, f.row_upper, f.lower, f.upper, f.integer, column_scale, row_scale)

    def extra_rows(self) -> Rows | None:
        """Goal rows of earlier stages, and cuts."""
        rows = [*self.kept, *self.cuts]
        if not rows:
            return None
        matrix = sparse.csr_matrix(np.vstack([row for row, _low, _high in rows]))
        return matrix, np.array([low for _r, low, _h in rows]), np.array([high for _r, _l, high in rows])

    def keep(self, goal: Goal, objective: Objective, value: float) -> None:
        """Let later stages give up no more of a goal than it allows."""
        slack = _slack(goal, value)
        low, high = (value - slack, np.inf) if objective.maximise else (-np.inf, value + slack)
        self.kept.append((objective.coefficients, low, high))
        self.kept_goals.append(goal.id)

    def allowance(self, goal: str, value: float) -> float:
        """How much of a goal's value later stages may give up."""
        return next((_slack(g, value) for g in self.goals if g.id == goal), 0.0)

    def tell(self, phase: str, value: float | None = None, bound: float | None = None) -> None:
        """Report progress."""
        gap = gap_of(value, bound) if value is not None and bound is not None and np.isfinite(bound) else None
        self.progress(Progress(phase, value, bound, gap, self.clock.elapsed))

    def request(self, objective: Objective, seconds: float, **changes: object) -> Request:
        """A request for this problem with the rows kept so far and the incumbent as hint."""
        base = Request(
            objective.coefficients, objective.maximise, extra=self.extra_rows(), hint=self.incumbent, gap=self.gap,
            time_limit_s=max(0.1, seconds), seed=self.seed,
        )  # fmt: skip
        return Request(**{**base.__dict__, **changes})


def _slack(goal: Goal, value: float) -> float:
    return max(float(goal.abs), float(goal.rel) * abs(value)) + min(0.5, 1e-6 * max(1.0, abs(value)))


def trivial_bound(search: Search, objective: Objective) -> float:
    """Bound of a goal from column bounds alone."""
    c, f = objective.coefficients, search.formulation
    upper = np.where(c > 0, c * f.upper, c * f.lower).sum()
    lower = np.where(c > 0, c * f.lower, c * f.upper).sum()
    return float(upper if objective.maximise else lower)


Improve = Callable[[Search, Objective, float], Answer | None]
"""Finds the best plan and bound it can for an objective within seconds."""


def run_stages(search: Search, goals: Sequence[Goal], improve: Improve) -> None:
    """Run all goals in order; ends early, keeping the plan so far, when the clock ends.

    Raises
    ------
    InfeasibleError
        When two solvers agree that no plan exists.
    NoPlanError
        When the clock ends before any plan.
    """
    for position, goal in enumerate(goals):
        objective = search.formulation.goals[goal.id]
        # What earlier stages left over goes to those that remain, by their shares.
        shares = sum(float(g.clock) for g in goals[position:])
        allowed = search.clock.left * float(goal.clock) / shares if shares > 0 else 0.0
        stage = _run_stage(search, objective, allowed, improve)
        search.stages.append(stage)
        search.keep(goal, objective, stage.value)
        search.tell(goal.id, stage.value, stage.bound)


def _run_stage(search: Search, objective: Objective, allowed: float, improve: Improve) -> Stage:
    began = time.monotonic()
    bound = trivial_bound(search, objective)
    if search.incumbent is not None and gap_of(objective.value(search.incumbent), bound) <= EXACT:
        return Stage(objective.id, Status.OPTIMAL, objective.value(search.incumbent), bound, 0.0)
    if allowed <= 0 and search.incumbent is not None:
        search.clock_ended = True
        return Stage(objective.id, Status.TIME_LIMIT, objective.value(search.incumbent), bound, 0.0)
    answer = improve(search, objective, allowed)
    if search.incumbent is None and (answer is None or answer.status is Status.NO_PLAN) and search.clock.left > 0:
        # Without a plan later stages have nothing to start from: the first may take what time there is.
        answer = improve(search, objective, search.clock.left)
    answer = _first_plan(search, objective, answer, allowed) if search.incumbent is None else answer
    if answer is not None and answer.x is not None and search.incumbent is not answer.x:
        search.incumbent = _better(search, objective, answer)
    if search.incumbent is None:
        msg = _("no plan was found in time; allow more time, or fewer estates")
        raise NoPlanError(msg)
    if answer is not None and np.isfinite(answer.bound):
        bound = min(bound, answer.bound) if objective.maximise else max(bound, answer.bound)
    value = objective.value(search.incumbent)
    return _worded(search, objective, value, bound, time.monotonic() - began)


def _better(search: Search, objective: Objective, answer: Answer) -> Floats | None:
    """The better of the incumbent and an answer; a hint a solver lost is not lost here."""
    old = search.incumbent
    if old is None or answer.x is None:
        return answer.x if old is None else old
    gain = objective.value(answer.x) - objective.value(old)
    return answer.x if (gain if objective.maximise else -gain) > 0 else old


def _worded(search: Search, objective: Objective, value: float, bound: float, seconds: float) -> Stage:
    """Status in our words: solvers call a plan optimal when it only reached the gap."""
    bound = max(bound, value) if objective.maximise else min(bound, value)
    gap = gap_of(value, bound)
    if gap <= EXACT:
        status = Status.OPTIMAL
    elif gap <= search.gap:
        status = Status.GAP_REACHED
    else:
        status = Status.TIME_LIMIT
        search.clock_ended = True
    return Stage(objective.id, status, value, bound, seconds)


def _first_plan(search: Search, objective: Objective, answer: Answer | None, allowed: float) -> Answer | None:
    """Confirm an infeasible verdict with a second solver before it is told."""
    if answer is None or answer.status is not Status.INFEASIBLE:
        return answer
    second = borrow("highs" if search.solver not in ("highs", "scip") else "cbc")
    try:
        second.load(search.problem)
        checked = second.solve(search.request(objective, max(allowed, 5.0), hint=None))
    finally:
        give_back(second)
    if checked is None or checked.status is Status.NO_PLAN:
        msg = _("one solver found no plan possible; a second could not confirm it in time")
        raise NoPlanError(msg)
    if checked.status is Status.INFEASIBLE:
        raise InfeasibleError(_("no plan satisfies all rules (two solvers agree)"))
    return checked


def direct(process: SolverProcess) -> Improve:
    """Improve by giving the solver the whole problem."""

    def improve(search: Search, objective: Objective, seconds: float) -> Answer | None:
        search.tell(objective.id)
        if objective.id == search.headline:
            process.begin(search.request(objective, seconds, relax=True))
            relaxed = wait(search, process, seconds)
            search.prices = None if relaxed is None else relaxed.prices
        process.begin(search.request(objective, seconds))
        return wait(search, process, seconds)

    return improve


def wait(search: Search, process: SolverProcess, seconds: float) -> Answer | None:
    """Wait for an answer; None when the process overran its time, or the user stopped the search, and was ended.

    A solver that fails costs a search that has a plan the proof of a stage, not the plan.
    """
    end = time.monotonic() + min(seconds * 1.05 + 0.5, seconds + 3.0)
    while True:
        try:
            answer = process.poll(0.05)
        except SolverError:
            if search.incumbent is None:
                raise
            return None
        if answer is not None:
            return answer
        if time.monotonic() > end or search.clock.stopped:
            process.stop(restart=True)
            return None
