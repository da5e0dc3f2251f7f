"""How a search is run: the whole problem at once when it is small, otherwise neighbourhoods beside a bound."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from allocator.errors import NoPlanError
from allocator.formulation.build import Formulation
from allocator.formulation.goals import Objective
from allocator.i18n import _
from allocator.inputs.schemas.scenario import Goal
from allocator.solving.base import Answer, Floats, Request, Status, gap_of
from allocator.solving.neighbourhoods import Neighbourhoods
from allocator.solving.process import SolverProcess, borrow, give_back
from allocator.solving.stages import EXACT, Improve, Search, direct, run_stages, wait

LARGE = 3000
"""Whole columns above which neighbourhoods are searched."""

_ROUND_S = 2.5
"""Longest time of one solve in a neighbourhood."""

_START_SHARE = 0.12
"""Greatest share of the clock for the first plan."""


def search_plan(search: Search, goals: Sequence[Goal]) -> Floats:
    """Run all goals; returns the columns of the best plan found (money not yet exact).

    Ctrl-C ends the search and keeps the plan so far.
    """
    large = int(search.formulation.integer.sum()) > LARGE
    processes = [borrow(search.solver) for _number in range(2 if large and search.workers > 1 else 1)]
    try:
        for process in processes:
            process.load(search.problem)
        if large:
            search.method, search.goals = "neighbourhoods", goals
            _first_plan(search, processes[0])
            run_stages(search, _no_time_for_ties(goals), _beside_bound(processes[0], processes[-1]))
        else:
            run_stages(search, goals, direct(processes[0]))
    except KeyboardInterrupt:
        search.clock.stopped = True
        _fill_stages(search, goals)
    finally:
        for process in processes:
            give_back(process)
    if search.incumbent is None:
        raise NoPlanError(_("no plan was found before the search was stopped"))
    return search.incumbent


def _fill_stages(search: Search, goals: Sequence[Goal]) -> None:
    """Stages that a stop cut short, with the bounds that column bounds give."""
    if search.incumbent is not None:
        run_stages(search, [g for g in goals if g.id not in {s.id for s in search.stages}], lambda *_: None)


def _no_time_for_ties(goals: Sequence[Goal]) -> list[Goal]:
    """Goals of a large search: a tie-break cannot be proved there, its time goes to the goal with the most."""
    spare = sum((g.clock for g in goals if g.id == "tie_break"), Decimal(0))
    longest = max((g for g in goals if g.id != "tie_break"), key=lambda g: g.clock, default=None)
    clocks = {id(g): min(Decimal(1), g.clock + spare) if g is longest else g.clock for g in goals}
    return [g.model_copy(update={"clock": Decimal(0) if g.id == "tie_break" else clocks[id(g)]}) for g in goals]


def _first_plan(search: Search, process: SolverProcess) -> None:
    """A plan to start from: what the relaxation decides is kept, and the problem is solved for the rest.

    The relaxation has neither breaches nor shortfall where that can be; the plan may have both, at a high price,
    because
    solvers find such plans soon, and the rounds of the first stages remove what is left.
    """
    search.tell("first_plan")
    f = search.formulation
    if search.first is not None:
        search.incumbent = _with_money(search, process, search.first)
    limit = max(_START_SHARE * search.clock.limit_s, 5.0)
    relaxed, patience = None, max(search.clock.limit_s / 2.0, 5.0)
    for upper in (_without_breaches(f), f.upper):
        relaxed = _ask(
            search, process, search.request(_worth(f, None), patience, relax=True, upper=upper, lower=f.lower)
        )
        if relaxed is None or relaxed.status is not Status.INFEASIBLE:
            break
    if relaxed is None or relaxed.x is None:
        return
    search.relaxed = relaxed.x
    if relaxed.status is Status.OPTIMAL:
        search.first_bound = relaxed.bound
    priced = _worth(f, relaxed.x)
    search.guide = priced.coefficients
    decided = f.integer & (np.abs(relaxed.x - np.round(relaxed.x)) <= 1e-6)
    value = np.round(relaxed.x)
    lower, upper = np.where(decided, value, f.lower), np.where(decided, value, f.upper)
    for bounds in ((lower, upper), (f.lower, f.upper)):
        answer = _ask(search, process, search.request(priced, limit, lower=bounds[0], upper=bounds[1], gap=0.02))
        if answer is not None and answer.x is not None:
            old = search.incumbent
            if old is None or priced.value(answer.x) > priced.value(old):
                search.incumbent = answer.x
            break
    if search.incumbent is not None:
        search.tell("first_plan", f.goals["points"].value(search.incumbent))


def _with_money(search: Search, process: SolverProcess, whole: Floats) -> Floats | None:
    """Whole choices completed with payments, shortfall and breaches allowed; None when other rules forbid them."""
    f = search.formulation
    held = f.integer.copy()
    for kind in ("issue", "bonus"):
        held[f.columns[kind]["col"].to_numpy(np.int64)] = False
    lower, upper = np.where(held, whole, f.lower), np.where(held, whole, f.upper)
    points = f.goals["points"].coefficients
    gaps = f.goals["shortfall"].coefficients + f.goals["tasks"].coefficients - points / max(1.0, np.abs(points).max())
    least = Objective("first", maximise=False, coefficients=gaps, unit="")
    seconds = max(5.0, 0.2 * search.clock.left)
    answer = _ask(search, process, search.request(least, seconds, lower=lower, upper=upper, gap=0.1))
    return None if answer is None else answer.x


def _ask(search: Search, process: SolverProcess, request: Request) -> Answer | None:
    process.begin(request)
    return wait(search, process, request.time_limit_s)


def _without_breaches(f: Formulation) -> Floats:
    """Column bounds that allow neither breaches nor shortfall."""
    upper = f.upper.copy()
    for goal in ("tasks", "shortfall"):
        upper[f.goals[goal].coefficients > 0] = 0.0
    return upper


def _worth(f: Formulation, relaxed: Floats | None) -> Objective:
    """Points, hazards weighing as much as all points, and, given a relaxed plan, dear breaches and shortfall."""
    points = f.goals["points"].coefficients
    reach = np.abs(points * f.upper).sum()
    total = points.copy()
    hazards = f.goals["hazards"].coefficients
    if hazards.any():
        total += hazards * reach / np.abs(hazards * f.upper).sum()
    if relaxed is not None:
        worth = abs(float(total @ relaxed))
        spent = max(1.0, float(relaxed[f.columns["pay"]["col"].to_numpy(np.int64)].sum()))
        total -= f.goals["tasks"].coefficients * worth + f.goals["shortfall"].coefficients * 10.0 * worth / spent
    return Objective("first", maximise=True, coefficients=total, unit="")


def _beside_bound(primal: SolverProcess, bounding: SolverProcess) -> Improve:
    """Improve by neighbourhoods in one process while another works on the bound."""

    def improve(search: Search, objective: Objective, seconds: float) -> Answer | None:
        if search.incumbent is None:
            return direct(primal)(search, objective, seconds)
        if objective.id == "tie_break":
            return None
        return _Rounds(search, objective, seconds, primal, bounding).run()

    return improve


class _Rounds:
    """One stage of a large search."""

    def __init__(
        self, search: Search, objective: Objective, seconds: float, primal: SolverProcess, bounding: SolverProcess
    ) -> None:
        if search.incumbent is None:
            msg = "rounds start from a plan"
            raise ValueError(msg)
        self.search, self.objective = search, objective
        self.primal, self.bounding = primal, bounding
        self.end = time.monotonic() + seconds
        self.best = search.incumbent
        self.bound = np.inf if objective.maximise else -np.inf
        self.relaxed: Floats | None = None
        self.aim = self._aim()
        self._bound_by_first_relaxation()

    def run(self) -> Answer | None:
        """Search until the gap is reached or time ends."""
        self._bound_by_relaxation()
        if self.primal is not self.bounding and self._left > 1.0 and not self._done:
            self.bounding.begin(self.search.request(self.objective, self._left, hint=self.best))
        relaxed = self.relaxed if self.relaxed is not None else self.best
        nearby = Neighbourhoods(self.search.formulation, relaxed, self.search.seed, self.best)
        while self._left > 0.5 and not self._done:
            self._round(nearby)
            self._collect_bound(wait_s=0.0)
        if self.bounding.busy and not self._done:
            self._collect_bound(wait_s=max(0.0, self._left) + 0.5)
        if self.bounding.busy:
            self.bounding.stop(restart=True)
        value = self.objective.value(self.best)
        return Answer(Status.TIME_LIMIT, self.best, value, self.bound, None, 0.0)

    def _aim(self) -> Objective:
        """What rounds optimise: before the headline goal, the stage's goal with later ones in sight."""
        guide, stage = self.search.guide, self.objective
        goals: list[str] = [g.id for g in self.search.goals]
        before = self.search.headline in goals and goals.index(stage.id) < goals.index(self.search.headline)
        if guide is None or not before:
            return stage
        reach = float(np.abs(stage.coefficients * self.search.formulation.upper).sum())
        weight = 3.0 * float(np.abs(guide * self.search.formulation.upper).sum()) / max(reach, 1.0)
        sign = 1.0 if stage.maximise else -1.0
        return Objective(stage.id, maximise=True, coefficients=guide + sign * weight * stage.coefficients, unit="")

    @property
    def _left(self) -> float:
        return 0.0 if self.search.clock.stopped else self.end - time.monotonic()

    @property
    def _done(self) -> bool:
        gap = gap_of(self.objective.value(self.best), self.bound)
        return gap <= max(self.search.gap, EXACT)

    def _bound_by_first_relaxation(self) -> None:
        """What the relaxation of points and hazards together says about points, given the hazards kept.

        It had no breaches and no shortfall, so it holds for plans without them.
        """
        search = self.search
        clean = all(s.value <= 1e-6 for s in search.stages if s.id in ("tasks", "shortfall"))
        if self.objective.id != "points" or search.first_bound is None or not clean:
            return
        first, points = _worth(search.formulation, None).coefficients, self.objective.coefficients
        kept = dict(zip(search.kept_goals, search.kept, strict=True)).get("hazards")
        hazards = search.formulation.goals["hazards"].coefficients
        weight = float((first - points).max(initial=0.0) / max(hazards.max(initial=0.0), 1e-12)) if hazards.any() else 0.0
        safe = 1e-6 * abs(search.first_bound)
        self._tighten(search.first_bound - (weight * kept[1] if kept is not None else 0.0) + safe)

    def _bound_by_relaxation(self) -> None:
        """The linear bound and its prices, found while the other process already searches."""
        request = self.search.request(self.objective, max(self._left, 0.5), relax=True)
        self.bounding.begin(request)
        if self.primal is not self.bounding:
            guide = self.search.relaxed if self.search.relaxed is not None else self.best
            nearby = Neighbourhoods(self.search.formulation, guide, self.search.seed + 1, self.best)
            while self.bounding.busy and self._left > 0.5:
                self._round(nearby)
                self._take_relaxation(self.bounding.poll(0.0))
        else:
            self._take_relaxation(wait(self.search, self.bounding, max(self._left, 0.5)))
        if self.bounding.busy:
            self.bounding.stop(restart=True)

    def _take_relaxation(self, answer: Answer | None) -> None:
        if answer is None or answer.status is not Status.OPTIMAL or answer.x is None:
            return
        self.relaxed = answer.x
        self._tighten(answer.bound)
        if self.objective.id == self.search.headline:
            self.search.prices = answer.prices

    def _tighten(self, bound: float) -> None:
        if np.isfinite(bound):
            self.bound = min(self.bound, bound) if self.objective.maximise else max(self.bound, bound)

    def _collect_bound(self, wait_s: float) -> None:
        if not self.bounding.busy or self.primal is self.bounding:
            return
        answer = self.bounding.poll(wait_s)
        if answer is not None:
            self._tighten(answer.bound)
            self._accept(answer.x)

    def _accept(self, x: Floats | None) -> bool:
        if x is None:
            return False
        gain = self.objective.value(x) - self.objective.value(self.best)
        gain = gain if self.objective.maximise else -gain
        further = (self.aim.value(x) - self.aim.value(self.best)) * (1.0 if self.aim.maximise else -1.0)
        better = gain > 1e-6 or (gain > -1e-6 and further > 1e-6)
        if better:
            self.best = x
            self.search.incumbent = x
            known = self.bound if np.isfinite(self.bound) else None
            self.search.tell(self.objective.id, self.objective.value(x), known)
        return better

    def _round(self, nearby: Neighbourhoods) -> None:
        """Free a neighbourhood, relax it, keep what the relaxation decides and solve for the rest."""
        f = self.search.formulation
        nearby.incumbent = self.best
        kind, free = nearby.pick()
        value = np.where(f.integer, np.round(self.best), np.clip(self.best, f.lower, f.upper))
        lower, upper = np.where(free, f.lower, value), np.where(free, f.upper, value)
        relaxed = self._ask(lower, upper, relax=True)
        if relaxed is None or relaxed.x is None:
            nearby.learn(kind, improved=False, solved=False)
            return
        decided = f.integer & (np.abs(relaxed.x - np.round(relaxed.x)) <= 1e-6)
        lower, upper = np.where(decided, np.round(relaxed.x), lower), np.where(decided, np.round(relaxed.x), upper)
        answer = self._ask(lower, upper, relax=False)
        improved = answer is not None and self._accept(answer.x)
        solved = answer is not None and answer.status is not Status.TIME_LIMIT
        nearby.learn(kind, improved=improved, solved=solved)

    def _ask(self, lower: Floats, upper: Floats, *, relax: bool) -> Answer | None:
        seconds = min(_ROUND_S, max(self._left, 0.3))
        hint = None if relax else self.best
        request: Request = self.search.request(
            self.aim, seconds, lower=lower, upper=upper, hint=hint, gap=min(self.search.gap, 1e-4), relax=relax
        )
        return _ask(self.search, self.primal, request)
