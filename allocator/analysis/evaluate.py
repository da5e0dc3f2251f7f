"""Judge a list: which rules it breaks, what it costs and who pays, who drops out, and what each forced estate costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.analysis.compare import Comparison, compare_runs
from allocator.analysis.list_file import read_list
from allocator.analysis.list_forced import ForcedCost, estimates, goal_values, solve_again
from allocator.analysis.list_price import Effort, Priced, price
from allocator.analysis.list_rules import broken_by_starts, broken_rules
from allocator.analysis.list_struck import StruckGain, struck_gains
from allocator.analysis.list_view import Asked, Reading
from allocator.analysis.list_words import minimum_use, payer_money
from allocator.analysis.listing import Breach
from allocator.inputs.case import Case
from allocator.plan.result import Plan
from allocator.plan.run_folder import Run
from allocator.solving.stages import Clock

OWN, LISTED = Path("own"), Path("list")
"""Folders of the tool's own plan and of the priced list, below that of the evaluation."""

SMALL = 3000
"""Whole columns up to which the case is solved again for each project, as far as the time allows."""


@dataclass(frozen=True)
class Evaluation:
    """Everything there is to say of a list.

    Attributes
    ----------
    asked: the list and the case it is held against.
    breaches: rules that it breaks, those of its rows first.
    priced: the plan that starts it, and which rules were lifted for that.
    own: the plan to compare with: the tool's own (path ``OWN``), or the run that the caller named.
    comparison: the priced list beside ``own``, which is the base.
    forced, struck: what forced projects cost, by project; see ``list_forced`` and ``list_struck``.
    """

    asked: Asked
    breaches: tuple[Breach, ...]
    priced: Priced
    own: Run
    comparison: Comparison
    forced: Mapping[str, ForcedCost]
    struck: Mapping[str, StruckGain]

    @property
    def plan(self) -> Plan:
        """The priced list."""
        return self.priced.plan

    @property
    def listed(self) -> Run:
        """The priced list as a run."""
        return as_run(self.plan, LISTED)


def evaluate(
    case: Case,
    path: Path,
    effort: Effort,
    *,
    reading: Reading = "only",
    against: Run | None = None,
    forced_time: float | None = None,
) -> Evaluation:
    """Audit, price and compare the list ``path``.

    Parameters
    ----------
    effort: time limit of each of: pricing the list, the own plan, struck projects, and forced costs exactly or by
        estimate (the last two together at most ``forced_time``, twice the time limit by default; forced costs have
        what struck projects leave).
    reading: ``only``: nothing but the list starts; ``also``: the tool chooses the rest.
    against: a run to compare with, in place of a plan solved here. Where the priced list shows that the own plan can be
        bettered, that is searched once more, from the list.

    Raises
    ------
    ScenarioError
        When the list cannot be read, or names no estate of the register.
    InfeasibleError
        When no plan starts the list, even without the rules it breaks.
    """
    asked = Asked(case, read_list(path, case), reading)
    breaches = (*asked.listing.breaches, *broken_rules(asked))
    own = against or as_run(effort.solve(case), OWN)
    priced = price(asked, breaches, effort, own)
    if against is None and _shows_better(own, priced.plan):
        own = as_run(effort.solve(case, as_run(priced.plan, LISTED)), OWN)
    tables = priced.plan.tables
    of_money = (*payer_money(asked, tables), *minimum_use(asked, tables))
    breaches = (*breaches, *_of_years(asked, breaches, priced.plan), *of_money)
    projects = forced_projects(asked, own.tables)
    clock = Clock(2 * effort.time_limit if forced_time is None else forced_time)
    struck = _struck(priced.plan, projects, clock.left / 2)
    forced = _forced_costs(asked, own, projects, replace(effort, time_limit=clock.left))
    plan = replace(priced.plan, manifest={**priced.plan.manifest, "evaluation": _mark(asked, breaches, priced)})
    comparison = compare_runs([own, as_run(plan, LISTED)])
    return Evaluation(asked, breaches, replace(priced, plan=plan), own, comparison, forced, struck)


def _shows_better(own: Run, plan: Plan) -> bool:
    """Whether a plan with the list shows that the own plan's search ended early.

    It does with fewer breaches, or with more points and neither more shortfall nor fewer hazards. A proven plan cannot
    be bettered: what starts the list then breaks a rule, or is short of money.
    """
    if own.manifest.get("status") == "optimal":
        return False
    mine, theirs = goal_values(own.manifest), goal_values(plan.manifest)
    more = theirs.get("points", 0.0) > mine.get("points", 0.0) + 1e-6
    kept = theirs.get("shortfall", 0.0) <= mine.get("shortfall", 0.0) + 1e-6
    fewer = theirs.get("tasks", 0.0) < mine.get("tasks", 0.0) - 1e-6
    return fewer or (more and kept and theirs.get("hazards", 0.0) >= mine.get("hazards", 0.0))


def as_run(plan: Plan, path: Path) -> Run:
    """A plan in memory as if it had been read from ``path``."""
    return Run(plan.case, plan.tables, plan.manifest, path)


def forced_projects(asked: Asked, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Listed projects that a plan does not start, or not in the year that the list asks for, in the list's order."""
    start = dict(zip(tables["projects"]["project"], tables["projects"]["start_year"], strict=True))
    return [p for p, year in asked.listing.starts.items() if p not in start or (year and start[p] != year)]


def _of_years(asked: Asked, known: Sequence[Breach], plan: Plan) -> list[Breach]:
    """Breaches that show only when the tool has chosen the years that the list leaves open."""
    if asked.reading == "also" or asked.listing.has_all_years:
        return []
    table = plan.tables["projects"]
    starts = {str(p): int(y) for p, y in zip(table["project"], table["start_year"], strict=True)}
    told = {(breach.rule, breach.key) for breach in known}
    return [breach for breach in broken_by_starts(asked, starts) if (breach.rule, breach.key) not in told]


def _struck(plan: Plan, projects: Sequence[str], seconds: float) -> dict[str, StruckGain]:
    """What goes away with each project; in a large list bonds are counted as divisible."""
    gains = struck_gains(plan.case, plan.tables, projects, seconds, divisible=not _is_small(plan.manifest))
    return {one.project: one for one in gains}


def _is_small(manifest: Mapping[str, Any]) -> bool:
    """Whether a plan's case can be solved again and again."""
    return int((manifest.get("size") or {}).get("whole_columns", SMALL + 1)) <= SMALL


def _forced_costs(asked: Asked, own: Run, projects: Sequence[str], effort: Effort) -> dict[str, ForcedCost]:
    """Costs of forced projects: by solving again where that is cheap, by relaxation for the rest."""
    if not projects:
        return {}
    exact = _solved_again(asked, own, projects, effort) if _is_small(own.manifest) else {}
    rest = [project for project in projects if project not in exact or exact[project].method == "not_computed"]
    found = {one.project: one for one in estimates(asked, own.manifest, rest, effort)} if rest else {}
    return {
        project: found.get(project, exact.get(project, ForcedCost(project, "not_computed"))) for project in projects
    }


def _solved_again(asked: Asked, own: Run, projects: Sequence[str], effort: Effort) -> dict[str, ForcedCost]:
    """Exact costs, one project after another, as far as the time allows."""
    clock = Clock(effort.time_limit)
    found, longest = {}, 0.0
    for project in projects:
        if clock.left <= 1.2 * longest:
            break
        began = clock.elapsed
        found[project] = solve_again(asked, own.manifest, project, replace(effort, time_limit=max(1.0, clock.left)))
        longest = max(longest, clock.elapsed - began)
    return found


def _mark(asked: Asked, breaches: Sequence[Breach], priced: Priced) -> dict[str, object]:
    """What the manifest of the priced list says of it: that it is somebody's list, and which rules it breaks."""
    excused = sorted(set(priced.plan.case.scenario.excused) - set(asked.case.scenario.excused))
    return {
        "list": asked.listing.name,
        "sha256": asked.listing.sha256,
        "reading": asked.reading,
        "projects": len(asked.listing.starts),
        "breaches": [{"rule": b.rule, "rows": list(b.rows), "finding": str(b)} for b in breaches],
        "lifted": list(priced.lifted),
        "payers": list(priced.payers),
        "excused": excused,
    }
