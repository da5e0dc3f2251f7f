"""From a case to an audited plan."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from allocator.errors import InfeasibleError
from allocator.formulation.build import formulate
from allocator.formulation.goals import wanted_goals
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.plan.assemble import assemble, headline_values
from allocator.plan.audit import AuditReport, audit
from allocator.plan.baseline import rank_and_fund
from allocator.plan.first_choices import choices_of, first_choices, first_starts, refuse_impossible_list
from allocator.plan.manifest import Asked, build_manifest, run_key
from allocator.plan.money import exact_money
from allocator.plan.result import Plan
from allocator.plan.run_folder import Run
from allocator.quick_text import quick_text
from allocator.solving.base import Floats, Progress, ProgressCallback
from allocator.solving.driver import search_plan
from allocator.solving.process import borrow, give_back
from allocator.solving.stages import Clock, Search

__all__ = ["Plan", "solve"]

_FINISH_PER_BUILD = 4.0
"""Exact money, tables and audit take about this many times as long as the formulation, on any machine."""

_ATTEMPTS = 5
"""How many choices without exact money are cut off before giving up."""


@dataclass
class Timer:
    """Seconds by phase."""

    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, phase: str, work: Callable[[], object]) -> object:
        """Run ``work`` and book its time."""
        began = time.monotonic()
        try:
            return work()
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.monotonic() - began


@quick_text
def solve(
    case: Case,
    *,
    solver: str | None = None,
    time_limit: float | None = None,
    gap: float | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: ProgressCallback | None = None,
    began: float | None = None,
    start: Plan | Run | None = None,
) -> Plan:
    """Find the best plan for a case, prove how near the best it is, make its money exact, and audit it.

    Parameters
    ----------
    solver: ``highs``, ``scip``, or any solver PuLP knows; the scenario's by default, like all that follow.
    time_limit: seconds of wall clock, formulation and audit included.
    gap: stop a stage at this gap.
    progress: called with the phase, incumbent, bound, gap and elapsed seconds.
    start: a run of nearly the same inputs, whose plan the search begins with.
    began: when the clock began (``time.monotonic()``), for those who read the inputs in its time; now by default.

    Raises
    ------
    InfeasibleError
        When two solvers agree that no plan exists.
    NoPlanError
        When the clock ends before any plan.
    """
    options = case.scenario.solver
    tell = progress or _silent
    asked = Asked.of(case, solver=solver, time_limit=time_limit, gap=gap, seed=seed, start=start)
    clock = Clock(asked.time_limit, time.monotonic() if began is None else began)
    timer = Timer()
    waited = clock.elapsed
    tell(Progress("build", None, None, None, waited))
    formulation = formulate(case)
    timer.seconds["build"] = clock.elapsed - waited
    refuse_impossible_list(formulation)
    search = Search(
        formulation, asked.solver, asked.gap, asked.seed, workers or options.workers,
        Clock(clock.limit_s - _reserve(clock, timer.seconds["build"]), clock.began), tell,
        headline=case.scenario.headline,
    )  # fmt: skip
    since = time.monotonic()
    baseline = rank_and_fund(formulation)
    _start_from(search, baseline.starts, start)
    timer.seconds["baseline"] = time.monotonic() - since
    x = _search_with_money(search, case, timer)
    since = time.monotonic()
    tables = assemble(formulation, x, baseline.starts)
    values = headline_values(formulation, x, tables)
    tables["prices"] = _prices(search)
    timer.seconds["tables"] = time.monotonic() - since
    manifest = build_manifest(case, search, values, tables, baseline=baseline, seconds=timer.seconds)
    manifest |= {"key": run_key(case, asked), "gap_asked": asked.gap}
    since = time.monotonic()
    report = audit(case, tables, manifest)
    timer.seconds["audit"] = time.monotonic() - since
    timer.seconds["total"] = clock.elapsed
    return Plan(case, tables, {**manifest, "seconds": dict(timer.seconds), "audit": audit_entry(report)})


def _start_from(search: Search, baseline: pd.Series, start: Plan | Run | None) -> None:
    """Choices the search begins with: those of ``start`` or of the adopted plan; the baseline when they cannot be."""
    f = search.formulation
    by_rank = first_choices(f, baseline)
    starts = first_starts(f, baseline)
    if start is not None:
        search.first, search.first_is_plan = choices_of(f, start.tables), True
    else:
        search.first = by_rank if starts is baseline else first_choices(f, starts)
    search.second = None if search.first is by_rank else by_rank


def _reserve(clock: Clock, build_s: float) -> float:
    """Time kept for what comes after the search, learnt from how long the formulation took."""
    return min(0.3 * clock.limit_s, _FINISH_PER_BUILD * build_s + 0.3)


def audit_entry(report: AuditReport) -> dict[str, object]:
    """What the manifest keeps of an audit: counts in all and by rule, and what failed."""
    return {
        "checks": sum(checked for checked, _failed in report.by_rule().values()),
        "failures": len(report.failures),
        "by_rule": [{"rule": r, "checks": n, "failures": bad} for r, (n, bad) in report.by_rule().items()],
        "tolerances": sorted({c.tolerance for c in report.checks if c.tolerance}),
        "findings": [str(finding) for finding in report.failures[:100]],
    }


def _silent(progress: Progress) -> None:
    """Tell nobody."""


def _search_with_money(search: Search, case: Case, timer: Timer) -> Floats:
    """Search, then exact money; choices without exact money are cut off and the search goes on."""
    goals = wanted_goals(case)
    money_goals = [g.id for g in goals if search.formulation.goals[g.id].unit == "money"]
    process = borrow("highs")
    try:
        for _attempt in range(_ATTEMPTS):
            began = time.monotonic()
            try:
                x = search_plan(search, goals)
            except InfeasibleError:
                if not search.cuts:
                    raise
                break  # there are plans, but none is left that can be paid in whole steps
            timer.seconds["search"] = timer.seconds.get("search", 0.0) + time.monotonic() - began
            began = time.monotonic()
            exact = exact_money(search.formulation, x, money_goals, process, max(5.0, search.clock.left))
            timer.seconds["exact_money"] = timer.seconds.get("exact_money", 0.0) + time.monotonic() - began
            if exact is not None:
                return exact
            _cut_off(search, x)
    finally:
        give_back(process)
    raise InfeasibleError(_("no exact money exists for the best choices found"))


def _cut_off(search: Search, x: Floats) -> None:
    """Forbid this combination of binary choices."""
    f = search.formulation
    binary = f.integer & (f.upper <= 1.0)
    on = binary & (x > 0.5)
    row = np.where(on, 1.0, np.where(binary, -1.0, 0.0))
    search.cuts.append((row, -np.inf, float(on.sum()) - 1.0))
    search.stages.clear()
    search.kept.clear()
    search.kept_goals.clear()
    search.incumbent, search.ahead = None, None


def _prices(search: Search) -> pd.DataFrame:
    """Prices of the proof by row name, as decimals; rows of price zero are left out."""
    if search.prices is None or search.cuts:
        return pd.DataFrame({"row": pd.Series([], dtype=object), "price": pd.Series([], dtype=object)})
    used = np.flatnonzero(np.abs(search.prices) > 1e-12)
    names = [*search.formulation.row_names, *(f"goal[{goal}]" for goal in search.kept_goals)]
    return pd.DataFrame({"row": [names[i] for i in used], "price": [f"{search.prices[i]:.12g}" for i in used]})
