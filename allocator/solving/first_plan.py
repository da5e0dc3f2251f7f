"""The first plan of a large search, and what its relaxation already proves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from allocator.formulation.build import Formulation
from allocator.formulation.goals import Objective
from allocator.solving.base import Answer, Floats, Request, Status
from allocator.solving.neighbourhoods import owners
from allocator.solving.process import SolverProcess
from allocator.solving.stages import Search, wait

_START_SHARE = 0.12
"""Greatest share of the clock for the whole-number part of the first plan."""


@dataclass(frozen=True)
class Relaxation:
    """Linear relaxation of the points, without breaches and shortfall, with the hazards at their best.

    Attributes
    ----------
    x: the relaxed plan.
    bound: what its points prove for plans without breaches and shortfall that keep hazards of ``hazards_kept``.
    hazards: greatest hazards of the relaxation, infinite when unknown.
    hazards_kept: the hazards it had to keep (minus infinity: none).
    hazards_price: price of that row (never positive).
    prices: prices of the problem's own rows, or None.
    """

    x: Floats
    bound: float
    hazards: float
    hazards_kept: float
    hazards_price: float
    prices: Floats | None

    def bound_keeping(self, hazards: float) -> float:
        """Bound for plans that keep only ``hazards``."""
        if hazards >= self.hazards_kept:
            return self.bound
        if self.prices is None:
            return np.inf
        return self.bound - self.hazards_price * (self.hazards_kept - hazards) if self.hazards_price else self.bound


def first_plan(search: Search, process: SolverProcess) -> None:
    """Give ``search`` a plan to start from: what the relaxation decides is kept, the rest is solved for.

    The relaxation has neither breaches nor shortfall where that can be; the plan may have both, at a high price,
    because solvers find such plans soon, and the rounds of the first stages remove what is left.
    """
    search.tell("first_plan")
    f = search.formulation
    _complete_known(search, process)
    relaxed = _relax(search, process)
    if relaxed is not None:
        search.relaxed = relaxed
    elif (
        anything := _ask(search, process, search.request(f.goals["points"], _patience(search), relax=True))
    ) is not None:
        relaxed = None if anything.x is None else Relaxation(anything.x, np.inf, np.inf, -np.inf, 0.0, None)
    if relaxed is not None:
        _solve_undecided(search, process, relaxed.x)
    if search.incumbent is not None:
        search.tell("first_plan", f.goals["points"].value(search.incumbent))


def _patience(search: Search) -> float:
    return max(search.clock.limit_s / 2.0, 5.0)


def _relax(search: Search, process: SolverProcess) -> Relaxation | None:
    """Relax hazards, then points with the hazards kept; None when breaches or shortfall cannot be avoided."""
    f = search.formulation
    upper = _without_breaches(f)
    hazards, points = f.goals["hazards"], f.goals["points"]
    extra, kept, best = None, -np.inf, np.inf
    if hazards.coefficients.any():
        answer = _ask(search, process, search.request(hazards, _patience(search), relax=True, upper=upper))
        if answer is None or answer.status is not Status.OPTIMAL:
            return None
        best = answer.objective
        kept = best - search.allowance("hazards", best)
        extra = sparse.csr_matrix(hazards.coefficients), np.array([kept]), np.array([np.inf])
    answer = _ask(search, process, search.request(points, _patience(search), relax=True, upper=upper, extra=extra))
    if answer is None or answer.status is not Status.OPTIMAL or answer.x is None:
        return None
    search.relaxation_s = answer.seconds
    prices, price = answer.prices, 0.0
    if prices is not None and extra is not None:
        prices, price = prices[:-1], min(0.0, float(prices[-1]))
    safe = 1e-7 * abs(answer.bound)
    return Relaxation(answer.x, answer.bound + safe, best, kept, price, prices)


def _solve_undecided(search: Search, process: SolverProcess, relaxed: Floats) -> None:
    f = search.formulation
    priced = _priced(f, relaxed)
    search.guide = priced.coefficients
    limit = max(_START_SHARE * search.clock.limit_s, 5.0)
    for low, high in _narrowings(f, relaxed):
        answer = _ask(search, process, search.request(priced, limit, lower=low, upper=high, gap=0.02))
        if answer is not None and answer.x is not None:
            if _is_better(search, priced, answer.x):
                search.incumbent = answer.x
            return
        impossible = answer is not None and answer.status is Status.INFEASIBLE
        if search.incumbent is not None and not impossible:
            return


def _narrowings(f: Formulation, relaxed: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Column bounds to look for a plan in: what the relaxation decides of projects is kept, then less and less of it.

    Bonds and bonuses follow from the projects. A minimum use beside a tight limit may leave no plan in one county: it
    is looked for by freeing each in turn.
    """
    whole = np.round(relaxed)
    decided = f.integer & (np.abs(relaxed - whole) <= 1e-6)
    project = owners(f)
    county = np.where(project >= 0, f.index.projects["county"].to_numpy(object)[project], "")
    for name in ("", *f.index.case.scenario.counties):
        kept = decided & (county != name) & (county != "")
        yield np.where(kept, whole, f.lower), np.where(kept, whole, f.upper)
    left_out = decided & (whole == 0.0)
    yield f.lower, np.where(left_out, 0.0, f.upper)
    yield f.lower, f.upper


def _is_better(search: Search, priced: Objective, x: Floats) -> bool:
    """Whether ``x`` is a better start; a searched plan gives way only to one without more breaches or shortfall."""
    old = search.incumbent
    if old is None:
        return True
    goals = [search.formulation.goals[goal] for goal in ("tasks", "shortfall")]
    worse = any(goal.value(x) > goal.value(old) + 1e-6 for goal in goals)
    return priced.value(x) > priced.value(old) and not (search.first_is_plan and worse)


def _complete_known(search: Search, process: SolverProcess) -> None:
    """Complete the choices known before with money; where the rules forbid them, some of them are left out."""
    known = [whole for whole in (search.first, search.second) if whole is not None]
    for whole, all_kept in ((whole, all_kept) for all_kept in (True, False) for whole in known):
        search.incumbent = _with_money(search, process, whole, all_kept=all_kept)
        search.first_is_plan &= all_kept and whole is search.first
        if search.incumbent is not None:
            return


def _with_money(search: Search, process: SolverProcess, whole: Floats, *, all_kept: bool) -> Floats | None:
    """Whole choices, or some of them, with payments, shortfall and breaches; None when other rules forbid them."""
    f = search.formulation
    held = f.integer.copy()
    for kind in ("issue", "bonus", "moved"):
        held[f.columns[kind]["col"].to_numpy(np.int64)] = False
    lower, upper = np.where(held & all_kept, whole, f.lower), np.where(held, whole, f.upper)
    points = f.goals["points"].coefficients
    gaps = f.goals["shortfall"].coefficients + f.goals["tasks"].coefficients - points / max(1.0, np.abs(points).max())
    least = Objective("first", maximise=False, coefficients=gaps, unit="")
    seconds = max(5.0, 0.2 * search.clock.left)
    answer = _ask(search, process, search.request(least, seconds, lower=lower, upper=upper, gap=0.1))
    return None if answer is None else answer.x


def _ask(search: Search, process: SolverProcess, request: Request) -> Answer | None:
    """Answer to a request within its time and the clock's; None when there is none."""
    seconds = min(request.time_limit_s, search.clock.left)
    if seconds <= 0.0:
        return None
    process.begin(replace(request, time_limit_s=seconds))
    return wait(search, process, seconds)


def _without_breaches(f: Formulation) -> Floats:
    """Column bounds that allow neither breaches nor shortfall."""
    upper = f.upper.copy()
    for goal in ("tasks", "shortfall"):
        upper[f.goals[goal].coefficients > 0] = 0.0
    return upper


def _priced(f: Formulation, relaxed: Floats) -> Objective:
    """Points, hazards weighing as much as all points together, and dear breaches and shortfall."""
    points = f.goals["points"].coefficients
    reach = np.abs(points * f.upper).sum()
    total = points.copy()
    hazards = f.goals["hazards"].coefficients
    if hazards.any():
        total += hazards * reach / np.abs(hazards * f.upper).sum()
    worth = abs(float(total @ relaxed))
    spent = max(1.0, float(relaxed[f.columns["pay"]["col"].to_numpy(np.int64)].sum()))
    total -= f.goals["tasks"].coefficients * worth + f.goals["shortfall"].coefficients * 10.0 * worth / spent
    return Objective("first", maximise=True, coefficients=total, unit="")
