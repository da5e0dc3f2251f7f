"""Rounds of a large search: neighbourhoods in one process while another works on the bound."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from allocator.formulation.goals import Objective
from allocator.solving.ahead import look_ahead, seconds_ahead
from allocator.solving.base import Answer, Floats, Request, Status, gap_of
from allocator.solving.neighbourhoods import Neighbourhoods
from allocator.solving.process import SolverProcess
from allocator.solving.stages import EXACT, Improve, Relaxed, Search, direct, wait

_MENDING_SHARE = 0.3
"""Greatest share of what is left of the clock for mending breaches and shortfall; it ends as soon as none is left."""

_NOTHING = 1e-5
"""Kept breaches and shortfall up to here are none: the slack of an exact goal, less than one household in a task."""

Kept = tuple[Floats, float, float]
"""Row of an earlier goal: coefficients, least, greatest."""

_ROUND_S = 2.5
"""Longest time of one solve in a neighbourhood."""


def beside_bound(primal: SolverProcess, bounding: SolverProcess) -> Improve:
    """Improve by neighbourhoods in one process while another works on the bound."""

    def improve(search: Search, objective: Objective, seconds: float) -> Answer | None:
        if search.incumbent is None:
            return direct(primal)(search, objective, seconds)
        if objective.id == "tie_break":
            return None
        return Rounds(search, objective, seconds, primal, bounding).run()

    return improve


class Rounds:
    """One stage of a large search."""

    def __init__(
        self, search: Search, objective: Objective, seconds: float, primal: SolverProcess, bounding: SolverProcess
    ) -> None:
        if search.incumbent is None:
            msg = "rounds start from a plan"
            raise ValueError(msg)
        self.search, self.objective = search, objective
        self.primal, self.bounding = primal, bounding
        if objective.id in ("tasks", "shortfall"):
            seconds = max(seconds, _MENDING_SHARE * search.clock.left)
        self.end = time.monotonic() + seconds
        self.ahead_s = 0.0 if primal is bounding else seconds_ahead(search, objective.id, seconds)
        self.best = search.incumbent
        self.bound = np.inf if objective.maximise else -np.inf
        self.relaxed: Floats | None = None
        self.aim = self._aim()
        self._known_bound()

    def run(self) -> Answer | None:
        """Search until the gap is reached or time ends."""
        begun = self._begun_before(wanted=self.relaxed is None and not self._done)
        if self.relaxed is None and not self._done:
            self._bound_by_relaxation(begun=begun)
        if self.primal is not self.bounding and self._left - self.ahead_s > 1.0 and not self._done:
            # Solvers overrun: asked to stop earlier, this one hands in its bound before it must be ended.
            seconds = 0.9 * (self._left - self.ahead_s) - 0.5
            self.bounding.begin(self.search.request(self.objective, seconds, hint=self.best))
        relaxed = self.relaxed if self.relaxed is not None else self.best
        nearby = Neighbourhoods(self.search.formulation, relaxed, self.search.seed, self.best)
        while self._left > 0.5 and not self._done:
            self._look_ahead()
            self._round(nearby)
            self._collect_bound(wait_s=0.0)
        if self._own_bound_under_way:
            if not self._done:
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

    def _known_bound(self) -> None:
        """What the first relaxation, which has neither breaches nor shortfall, says about this stage."""
        search, known = self.search, self.search.relaxed
        if known is None:
            return
        kept = dict(zip(search.kept_goals, search.kept, strict=True))
        clean = all(kept[goal][2] <= _NOTHING for goal in ("tasks", "shortfall") if goal in kept)
        if self.objective.id == "hazards" and clean and self._held(kept) and np.isfinite(known.hazards):
            self._tighten(known.hazards)
            self.relaxed = known.x
        if self.objective.id == "points" and self._held(kept):
            hazards = kept["hazards"][1] if "hazards" in kept else -np.inf
            if known.prices is not None:
                self._price_out(known, known.prices, kept, hazards)
            elif clean:
                self._tighten(known.bound_keeping(hazards))
            self.relaxed = known.x

    def _price_out(self, known: Relaxed, prices: Floats, kept: Mapping[str, Kept], hazards: float) -> None:
        """The relaxation's bound on points for plans with the breaches, shortfall and hazards of earlier goals."""
        search, of_goals = self.search, self._goal_prices(prices, known.hazards_price)
        dear = sum(of_goals[goal] * kept[goal][2] for goal in ("tasks", "shortfall") if goal in kept)
        self._tighten(known.bound_keeping(hazards) + dear)
        if search.headline == "points":
            search.prices = np.concatenate([prices, [of_goals.get(goal, 0.0) for goal in search.kept_goals]])

    def _held(self, kept: Mapping[str, Kept]) -> bool:
        """Whether breaches and shortfall are held by earlier goals, where there can be any."""
        f = self.search.formulation
        able = [goal for goal in ("tasks", "shortfall") if (f.upper[f.goals[goal].coefficients > 0] > 0).any()]
        return all(goal in kept for goal in able)

    def _goal_prices(self, prices: Floats, hazards_price: float) -> dict[str, float]:
        """Prices of earlier goals: those of breaches and shortfall are just high enough to keep them at zero."""
        f = self.search.formulation
        reduced = self.objective.coefficients - f.matrix.T @ prices
        found = {"hazards": hazards_price}
        for goal in ("tasks", "shortfall"):
            coefficients = f.goals[goal].coefficients
            costly = (coefficients > 0) & (f.upper > 0)
            found[goal] = float(np.max(reduced[costly] / coefficients[costly], initial=0.0))
        return found

    def _bound_by_relaxation(self, *, begun: bool) -> None:
        """The linear bound and its prices, found while the other process already searches."""
        if not begun:
            self.bounding.begin(self.search.request(self.objective, max(self._left, 0.5), relax=True))
        if self.primal is not self.bounding:
            guide = self.search.relaxed
            nearby = Neighbourhoods(
                self.search.formulation, self.best if guide is None else guide.x, self.search.seed + 1, self.best
            )
            while self.bounding.busy and self._left > 0.5:
                self._round(nearby)
                self._take_relaxation(self.bounding.poll(0.0))
        else:
            self._take_relaxation(wait(self.search, self.bounding, max(self._left, 0.5)))
        if self.bounding.busy:
            self.bounding.stop(restart=True)

    def _begun_before(self, *, wanted: bool) -> bool:
        """Whether the stage before began this goal's relaxation; if it is not ``wanted`` it is ended."""
        ahead, self.search.ahead = self.search.ahead, None
        own = ahead is not None and ahead.goal == self.objective.id
        if own and ahead is not None:
            self._take_relaxation(ahead.answer or self.bounding.poll(0.0))
        if self.bounding.busy and not (own and wanted):
            self.bounding.stop(restart=True)
        return self.bounding.busy

    def _look_ahead(self) -> None:
        """Begin the next goal's bound when the time for it has come and the own one has been handed in."""
        due = self.ahead_s > 0 and self._left - _ROUND_S <= self.ahead_s
        if due and not self.bounding.busy and self.search.ahead is None:
            look_ahead(self.search, self.objective.id, self.best, self.bounding, 2.0 * self.ahead_s)

    @property
    def _own_bound_under_way(self) -> bool:
        return self.bounding.busy and self.search.ahead is None

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
        if answer is not None and self.search.ahead is not None:
            self.search.ahead.answer = answer
        elif answer is not None:
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
        nearby.focus = self._trouble()
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

    def _trouble(self) -> frozenset[str]:
        """Counties that break a task or lack money, while that is what the stage is about."""
        f = self.search.formulation
        if self.objective.id not in ("tasks", "shortfall"):
            return frozenset()
        frames = [f.columns[kind] for kind in ("under", "over")]
        if self.objective.id == "shortfall":
            pay = f.columns["pay"]
            frames = [pay.assign(county=pay["pool"].map(f.index.pools.table["county"]))]
        coefficients = self.objective.coefficients
        found: set[str] = set()
        for frame in frames:
            col = frame["col"].to_numpy(np.int64)
            found |= set(frame["county"].to_numpy(object)[(coefficients[col] > 0) & (self.best[col] > 1e-6)])
        return frozenset(found - {""})

    def _ask(self, lower: Floats, upper: Floats, *, relax: bool) -> Answer | None:
        seconds = min(_ROUND_S, max(self._left, 0.3))
        hint = None if relax else self.best
        request: Request = self.search.request(
            self.aim, seconds, lower=lower, upper=upper, hint=hint, gap=min(self.search.gap, 1e-4), relax=relax
        )
        self.primal.begin(request)
        return wait(self.search, self.primal, request.time_limit_s)
