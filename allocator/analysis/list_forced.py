"""What each forced project of a list costs, three ways, each with what it says and does not say.

*exact*: the case is solved again with this one project started. *estimate*: the same for the linear relaxation, which
also gives a bound that holds. *struck*: the priced list without this one project, everything else as it is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeGuard

import numpy as np
from scipy import sparse

from allocator.analysis.list_price import Effort, Overlay, revised
from allocator.analysis.list_view import Asked
from allocator.errors import InfeasibleError, NoPlanError
from allocator.formulation.build import formulate
from allocator.formulation.goals import Objective
from allocator.inputs.case import Case
from allocator.solving.base import Answer, Floats, Progress, Request, Status
from allocator.solving.driver import search_plan
from allocator.solving.process import WARM, SolverProcess, borrow, give_back
from allocator.solving.stages import Clock, Search

_NOISE = 1e-4
"""Differences of goal values that are none."""

Method = Literal["exact", "estimate", "impossible", "not_computed"]


@dataclass(frozen=True)
class ForcedCost:
    """What starting one project costs, against the tool's own plan.

    Attributes
    ----------
    method: how ``points``, ``shortfall`` and ``public_money`` were found.
    points: points lost; for ``estimate`` the fall of the relaxation's bound. Negative where they are gained: by a
        project that is priced as if it were ready, or against an own plan that is not the best.
    points_at_least: no plan that starts it, as good in earlier goals, loses less against the own plan; None: nothing is
        proved.
    shortfall: shortfall added [steps]; for ``estimate`` the least there must be.
    public_money: county money and debt added [steps]; only when ``exact``.
    within_gap: whether the loss is smaller than what the two gaps leave open.
    """

    project: str
    method: Method
    points: float | None = None
    points_at_least: float | None = None
    shortfall: int | None = None
    public_money: int | None = None
    within_gap: bool = False
    worse: tuple[str, ...] = ()
    """Earlier goals that no plan with the project keeps as good as the own plan."""


def goal_values(manifest: Mapping[str, Any], key: str = "value") -> dict[str, float]:
    """Value (or ``bound``) of every goal that a plan's manifest tells."""
    return {str(goal["id"]): float(goal[key]) for goal in manifest.get("goals") or ()}


def forced_alone(asked: Asked, project: str) -> Case:
    """The case with one more lock: this project of the list starts, whatever its gates, locks and the list's rest."""
    facts, scenario = asked.facts, asked.case.scenario
    year = asked.listing.starts[project] or "must"
    keys = [key for key in scenario.locks if str(facts.estates["project"].get(key, key)) == project]
    overlay: Overlay = {"locks": dict.fromkeys([project, *keys], year)}
    if _must_be_excused(asked, project):
        overlay["excused"] = sorted({*scenario.excused, project})
    return revised(asked.case, overlay)


def _must_be_excused(asked: Asked, project: str) -> bool:
    """Whether a project is not eligible, or not ready in the year the list asks for (or in any)."""
    ready = int(asked.facts.projects["ready_year"][project])
    return ready > (asked.listing.starts[project] or asked.facts.last)


def solve_again(asked: Asked, own: Mapping[str, Any], project: str, effort: Effort) -> ForcedCost:
    """Solve the case with one project forced, and compare the goals with those in the own plan's manifest."""
    case = forced_alone(asked, project)
    options = case.scenario.solver
    search = Search(
        formulate(case), effort.solver or options.name, options.gap, options.seed, options.workers,
        Clock(effort.time_limit), _silent, headline=case.scenario.headline,
    )  # fmt: skip
    try:
        x = search_plan(search, case.scenario.goals)
    except InfeasibleError:
        return ForcedCost(project, "impossible")
    except NoPlanError:
        return ForcedCost(project, "not_computed")
    values = {name: goal.value(x) for name, goal in search.formulation.goals.items()}
    return compared_goals(project, own, values, {stage.id: stage.bound for stage in search.stages})


def compared_goals(
    project: str, own: Mapping[str, Any], values: Mapping[str, float], bounds: Mapping[str, float]
) -> ForcedCost:
    """What a plan with one project forced loses against the own plan, from its goal values and their bounds."""
    mine, open_mine = goal_values(own), goal_values(own, "bound")
    change = {goal: values.get(goal, 0.0) - mine.get(goal, 0.0) for goal in mine}
    worse = tuple(
        goal for goal, sign in (("tasks", 1), ("hazards", -1)) if sign * change.get(goal, 0.0) > _NOISE
    )  # fmt: skip
    added = round(change.get("shortfall", 0.0))
    own_points, points = mine.get("points", 0.0), values.get("points", 0.0)
    room = abs(open_mine.get("points", own_points) - own_points) + abs(bounds.get("points", points) - points)
    proved = 0.0 if worse or added else own_points - max(points, bounds.get("points", np.inf))
    return ForcedCost(
        project, "exact", round(own_points - points, 6), proved if proved > 0 else None, added,
        round(change.get("public_money", 0.0)),
        bool(not added and _NOISE < abs(own_points - points) <= room), worse,
    )  # fmt: skip


class Relaxations:
    """Linear relaxations of the case with one project forced after another.

    All are one problem: what a forced project needs is said by bounds of its starts, and by a row of its own where the
    list leaves the year open. So the solver may begin each at the basis of the plan without any of them.
    """

    def __init__(self, asked: Asked, own: Mapping[str, Any], projects: Sequence[str]) -> None:
        self._asked = asked
        self._own = goal_values(own)
        scenario = asked.case.scenario
        free = self._contradicted(projects)
        excused = {project for project in projects if _must_be_excused(asked, project)}
        locks = {key: lock for key, lock in scenario.locks.items() if key not in free}
        changed = scenario.model_copy(update={"locks": locks, "excused": tuple(sorted({*scenario.excused, *excused}))})
        self.f = formulate(replace(asked.case, scenario=changed))
        start = self.f.columns["start"]
        ids = start["project"].map(self.f.index.projects["project_id"])
        start = start.assign(project=ids)
        self._starts = {str(project): own for project, own in start[ids.isin(list(projects))].groupby("project")}
        self._open = [project for project in projects if not asked.listing.starts[project]]
        self._lower, self._upper = self.f.lower.copy(), self.f.upper.copy()
        for key, lock in free.items():
            self._hold(str(asked.facts.estates["project"].get(key, key)), lock)
        for project in excused:
            self._hold(project, "gates")
        self._search = Search(self.f, "highs", 0.0, scenario.solver.seed, 1, Clock(np.inf), _silent)
        self._bound: float | None = None

    def _contradicted(self, projects: Sequence[str]) -> dict[str, str | int]:
        """Locks that a forced project breaks; they hold while another project is forced."""
        asked, wanted = self._asked, set(projects)
        project = {key: str(asked.facts.estates["project"].get(key, key)) for key in asked.case.scenario.locks}
        return {
            key: lock
            for key, lock in asked.case.scenario.locks.items()
            if project[key] in wanted and lock not in ("must", asked.listing.starts[project[key]])
        }

    def _hold(self, project: str, lock: str | int) -> None:
        """Bounds of a project's starts that say what a lock, or its gates, say."""
        own = self._starts[project]
        if lock == "gates":
            own = own[own["year"] < int(self._asked.facts.projects["ready_year"][project])]
        elif lock != "never":
            own = own[own["year"] != lock]
        self._upper[own["col"].to_numpy(np.int64)] = 0.0

    def cost(self, warm: SolverProcess, plain: SolverProcess, project: str, seconds: float) -> ForcedCost:
        """Estimate for one project; ``warm`` keeps a basis, ``plain`` is for what is not like the rest.

        Let v be the own plan's points, L the most points of the relaxation among plans with no more breaches and
        shortfall, and no fewer hazards, than the own plan, and L(p) the same with p started. The own plan is one of
        those plans, so L >= v. Any plan with p that is as good in the earlier goals has z(p) <= L(p) points, as the
        relaxation allows it: against the own plan it loses v - z(p) >= v - L(p). That holds, and is
        ``points_at_least`` when it is positive; L - L(p) (which is never less) estimates the loss, and bounds it on
        neither side.
        When no such plan exists, the shortfall must rise: the relaxation's least shortfall is at most that of any
        plan with p, so what it lies above the own plan's is a rise that no plan avoids.
        """
        end = time.monotonic() + seconds
        own, shortfall = self._own.get("points", 0.0), self._own.get("shortfall", 0.0)
        if self._bound is None:
            answer = self._most_points(warm, None, ("tasks", "hazards"), shortfall, end)
            if not _is_solved(answer):
                return ForcedCost(project, "not_computed")
            self._bound = answer.objective
        answer = self._most_points(warm, project, ("tasks", "hazards"), shortfall, end)
        if _is_solved(answer):
            safe = 1e-7 * max(1.0, abs(answer.objective))
            lost, proved = self._bound - answer.objective, own - answer.objective - safe
            return ForcedCost(project, "estimate", lost if abs(lost) > safe else 0.0, proved if proved > 0 else None, 0)
        if answer is None or answer.status is not Status.INFEASIBLE:
            return ForcedCost(project, "not_computed")
        return self._with_worse_goals(plain, project, end)

    def _with_worse_goals(self, process: SolverProcess, project: str, end: float) -> ForcedCost:
        """Estimate for a project that no plan starts without giving up some of an earlier goal."""
        shortfall = self._own.get("shortfall", 0.0)
        kept: tuple[str, ...] = ("tasks",)
        least = self._least_shortfall(process, project, kept, end)
        if least is not None and least.status is Status.INFEASIBLE:
            kept = ()
            least = self._least_shortfall(process, project, kept, end)
        if not _is_solved(least):
            is_impossible = least is not None and least.status is Status.INFEASIBLE
            return ForcedCost(project, "impossible" if is_impossible else "not_computed")
        added = max(0, int(np.floor(least.objective - shortfall + 1e-3)))
        allowed = max(shortfall, least.objective)
        answer = self._most_points(process, project, (*kept, "hazards"), allowed, end)
        worse = () if kept else ("tasks",)
        if answer is not None and answer.status is Status.INFEASIBLE:
            worse = (*worse, "hazards")
            answer = self._most_points(process, project, kept, allowed, end)
        lost = (self._bound or 0.0) - answer.objective if _is_solved(answer) else None
        return ForcedCost(project, "estimate", lost, None, added, worse=worse)

    def _least_shortfall(
        self, process: SolverProcess, project: str, kept: tuple[str, ...], end: float
    ) -> Answer | None:
        return self._ask(process, project, self.f.goals["shortfall"], self._rows(kept, None), end)

    def _most_points(
        self, process: SolverProcess, project: str | None, kept: tuple[str, ...], shortfall: float, end: float
    ) -> Answer | None:
        return self._ask(process, project, self.f.goals["points"], self._rows(kept, shortfall), end)

    def _rows(self, kept: Sequence[str], shortfall: float | None) -> list[tuple[Floats, float, float]]:
        """Rows that keep earlier goals as good as in the own plan."""
        rows = []
        for goal in kept:
            objective, value = self.f.goals[goal], self._own.get(goal)
            if value is None or not objective.coefficients.any():
                continue
            slack = 1e-6 * max(1.0, abs(value))
            low, high = (value - slack, np.inf) if objective.maximise else (-np.inf, value + slack)
            rows.append((objective.coefficients, low, high))
        if shortfall is not None:
            rows.append((self.f.goals["shortfall"].coefficients, -np.inf, shortfall + 1e-3))
        return rows

    def _forced(self, project: str | None) -> tuple[list[tuple[Floats, float, float]], Floats, Floats]:
        """A row for each project of no given year, and bounds of columns; both force ``project`` alone."""
        lower, upper = self._lower.copy(), self._upper.copy()
        if project is not None:
            own, year = self._starts[project], self._asked.listing.starts[project]
            upper[own["col"].to_numpy(np.int64)] = 1.0
            lower[own.loc[own["year"] == year, "col"].to_numpy(np.int64)] = 1.0
        rows = []
        for name in self._open:
            row = np.zeros(len(lower))
            row[self._starts[name]["col"].to_numpy(np.int64)] = 1.0
            rows.append((row, 1.0 if name == project else 0.0, np.inf))
        return rows, lower, upper

    def _ask(
        self, process: SolverProcess, project: str | None, objective: Objective,
        rows: list[tuple[Floats, float, float]], end: float,
    ) -> Answer | None:  # fmt: skip
        seconds = end - time.monotonic()
        if seconds <= 0:
            return None
        more, lower, upper = self._forced(project)
        rows, extra = [*rows, *more], None
        if rows:
            matrix = sparse.csr_matrix(np.vstack([row for row, _low, _high in rows]))
            extra = matrix, np.array([low for _r, low, _h in rows]), np.array([high for _r, _l, high in rows])
        request = Request(
            objective.coefficients, objective.maximise, extra, lower, upper, relax=True, time_limit_s=seconds
        )
        return process.solve(request)

    def load(self, *processes: SolverProcess) -> None:
        """Send the problem to solver processes."""
        for process in processes:
            process.load(self._search.problem)


def estimates(asked: Asked, own: Mapping[str, Any], projects: Sequence[str], effort: Effort) -> Iterator[ForcedCost]:
    """Estimates for ``projects`` in their order; those that the time no longer allows are ``not_computed``."""
    end = time.monotonic() + effort.time_limit
    relaxations = Relaxations(asked, own, projects)
    processes = borrow(WARM), borrow("highs")
    try:
        relaxations.load(*processes)
        for project in projects:
            left = end - time.monotonic()
            yield relaxations.cost(*processes, project, left) if left > 0 else ForcedCost(project, "not_computed")
    finally:
        for process in processes:
            give_back(process)


def _silent(_progress: Progress) -> None:
    """Tell nobody."""


def _is_solved(answer: Answer | None) -> TypeGuard[Answer]:
    return answer is not None and answer.status is Status.OPTIMAL
