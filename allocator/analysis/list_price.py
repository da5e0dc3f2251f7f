"""Price a list: the plan that starts it, with the rules it breaks lifted for that alone, and audited like any plan."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from allocator.analysis.list_view import Asked
from allocator.analysis.listing import Breach
from allocator.errors import InfeasibleError
from allocator.formulation.build import Formulation, formulate
from allocator.formulation.funding import SHORTFALL
from allocator.formulation.goals import Objective
from allocator.inputs.case import Case, Register
from allocator.inputs.copying import changes_file
from allocator.inputs.schemas.changes import Change
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario
from allocator.plan.result import Plan
from allocator.plan.run_folder import Run
from allocator.plan.solve import solve
from allocator.solving.base import Answer, ProgressCallback, Status
from allocator.solving.process import borrow, give_back
from allocator.solving.stages import Clock, Search

Overlay = dict[str, Any]
"""Values laid over a scenario, as a tree of its keys."""

_EASINGS: dict[str, Overlay] = {
    "start_capacity": {"options": {"rules_off": ["capacity"]}},
    "spend_capacity": {"options": {"rules_off": ["capacity"]}},
    "community": {"options": {"rules_off": ["complete_community"]}},
    "newer_share": {"policy": {"scope": {"newer_share": None}}},
    "fairness": {"options": {"fairness": 0}},
}
"""What lifts a rule that no single project can be excused from."""

_NO_MINIMUM = {"path": "register.limits.minimum_use", "set": None}
"""Change to the register that takes away what sources must be used for."""

LIFTED = (*_EASINGS, "listed_year", "minimum_use")
"""Those rules, in the order in which they are lifted when a list has no plan."""


def _easing(case: Case, rule: str) -> Overlay:
    """What lifts a rule; nothing where the policy does not have it."""
    if rule == "listed_year":
        asking = [name for name, source in case.policy.sources.items() if source.listed_year is not None]
        return {"policy": {"sources": {name: {"listed_year": None} for name in asking}}} if asking else {}
    if rule == "minimum_use":
        return {"changes": [_NO_MINIMUM]} if case.register.limits["minimum_use"].notna().any() else {}
    return _EASINGS[rule] if rule != "newer_share" or case.policy.scope else {}


@dataclass(frozen=True)
class Priced:
    """The plan that starts a list.

    Attributes
    ----------
    lifted: codes of the rules lifted to price it; the list breaks them, or no plan with the list keeps them.
    payers: payers let off, because their own accounts cannot pay their part of it.
    """

    plan: Plan
    lifted: tuple[str, ...]
    payers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effort:
    """How long to search, and who is told."""

    time_limit: float
    progress: ProgressCallback | None = None
    solver: str | None = None

    def solve(self, case: Case, start: Run | None = None) -> Plan:
        """Best plan for a case within the time; the search begins with ``start``."""
        return solve(case, solver=self.solver, time_limit=self.time_limit, progress=self.progress, start=start)


def price(asked: Asked, breaches: Sequence[Breach], effort: Effort, own: Run | None = None) -> Priced:
    """Best plan that starts the list; the search begins near the tool's own plan ``own``.

    Projects that are not eligible or not ready are priced as if they were; locks, exclusions and a settled list give
    way to this list; task bands may be broken, and money may be short. Rules on counts that the list breaks are lifted;
    when there is still no plan, the payers that cannot pay their part are let off, then other rules one by one.

    Raises
    ------
    InfeasibleError
        When even so no plan starts the list.
    """
    broken = {breach.rule for breach in breaches}
    lifted = tuple(rule for rule in LIFTED if rule in broken)
    payers: tuple[str, ...] = ()
    if not _may_have_a_plan(eased_case(asked, breaches, lifted), effort):
        payers = short_payers(asked, breaches, effort)
    near = None if own is None else beginning(asked, own)
    tries = [lifted, *((*lifted, rule) for rule in LIFTED if rule not in lifted), LIFTED]
    for attempt in tries[:-1]:
        case = eased_case(asked, breaches, attempt, payers)
        if not _may_have_a_plan(case, effort):
            continue
        try:
            return Priced(effort.solve(case, near), attempt, payers)
        except InfeasibleError:
            continue
    return Priced(effort.solve(eased_case(asked, breaches, LIFTED, payers), near), LIFTED, payers)


def beginning(asked: Asked, own: Run) -> Run:
    """The own plan with the list put in: where a county would start more in a year, its fewest points give way."""
    starts, columns = asked.assumed, ["project", "county", "start_year", "route", "estates", "points"]
    kept = own.tables["projects"][columns]
    same = kept["project"].map(starts).fillna(kept["start_year"]) == kept["start_year"]
    kept = kept[same] if asked.reading == "also" else kept[same & kept["project"].isin(list(starts))]
    added = {project: year for project, year in starts.items() if project not in set(kept["project"])}
    view = asked.view(added)
    room = view.started.groupby(["county", "start_year"]).size().rename("estates").reset_index()
    given_up: list[str] = []
    for county, year, estates in room.itertuples(index=False, name=None):
        here = kept[(kept["county"] == county) & (kept["start_year"] == year) & ~kept["project"].isin(list(starts))]
        before = here.sort_values("points")["estates"].cumsum().shift(fill_value=0)
        given_up += here.loc[before.index[before < estates], "project"].tolist()
    kept = kept[~kept["project"].isin(given_up)]
    works = own.tables["works"]
    works = works.loc[works["project"].isin(kept["project"]), ["item", "project", "year"]]
    tables = {
        "projects": pd.concat([kept, view.tables["projects"]], ignore_index=True),
        "works": pd.concat([works, view.tables["works"]], ignore_index=True),
    }
    return Run(own.case, tables, own.manifest, own.path)


def short_payers(asked: Asked, breaches: Sequence[Breach], effort: Effort) -> tuple[str, ...]:
    """Payers of no last resort who cannot pay their part of the list out of their accounts, by the relaxation."""
    policy = asked.case.policy
    f = formulate(eased_case(asked, breaches, LIFTED, tuple(policy.payers)))
    pay = f.columns["pay"]
    pay = pay[pay["source"] == SHORTFALL].merge(f.index.pools.sources, on=["pool", "source"])
    strict = pay[~pay["payer"].map({name: payer.last_resort for name, payer in policy.payers.items()}).astype(bool)]
    short = np.zeros(f.columns.count)
    short[strict["col"].to_numpy(np.int64)] = 1.0
    answer = _relaxed(f, Objective("payers", maximise=False, coefficients=short, unit="money"), effort)
    if answer is None or answer.x is None:
        return ()
    amounts = pd.Series(answer.x[strict["col"].to_numpy(np.int64)]).groupby(strict["payer"].to_numpy()).sum()
    return tuple(str(payer) for payer in amounts.index[amounts > 0.5])


def _may_have_a_plan(case: Case, effort: Effort) -> bool:
    """Whether the relaxation has a plan; it takes a moment, where two solvers that agree take minutes."""
    f = formulate(case)
    answer = _relaxed(f, f.goals["shortfall"], effort)
    return answer is None or answer.status is not Status.INFEASIBLE


def _relaxed(f: Formulation, objective: Objective, effort: Effort) -> Answer | None:
    search = Search(f, "highs", 0.0, 1, 1, Clock(effort.time_limit), lambda _progress: None)
    process = borrow("highs")
    try:
        process.load(search.problem)
        return process.solve(search.request(objective, effort.time_limit, relax=True))
    finally:
        give_back(process)


def eased_case(asked: Asked, breaches: Sequence[Breach], lifted: Sequence[str], payers: Sequence[str] = ()) -> Case:
    """The case in which the list starts: locked, excused where it must be, and without the rules in ``lifted``.

    What the accounts of ``payers`` cannot pay becomes shortfall, as it always does for those of the last resort.
    """
    scenario = asked.case.scenario
    excused = {p for breach in breaches if breach.rule in ("ineligible", "gates") for p in breach.projects}
    overlay: Overlay = {
        "locks": _locks(asked),
        "excused": sorted({*scenario.excused, *excused}),
        "exclusions": _kept_exclusions(asked),
        "stage": "申报",
        "persistence": {"most_moves": None, "frozen_until": None},
        "options": {"elastic_tasks": True, "shortfall": True},
    }
    off = list(scenario.options.rules_off)
    for rule in lifted:
        easing = _easing(asked.case, rule)
        off += easing.get("options", {}).get("rules_off", [])
        overlay = merged(overlay, easing)
    overlay["options"]["rules_off"] = sorted(set(off))
    if payers:
        overlay = merged(overlay, {"policy": {"payers": {payer: {"last_resort": True} for payer in payers}}})
    return revised(asked.case, overlay)


def _locks(asked: Asked) -> dict[str, str | int]:
    """Listed projects start; where the list is the whole plan no other does. Locks of estates follow their project."""
    starts, facts = asked.listing.starts, asked.facts
    wanted: dict[str, str | int] = {project: year or "must" for project, year in starts.items()}
    if asked.reading == "only":
        wanted = {str(project): wanted.get(str(project), "never") for project in facts.projects.index} | wanted
    names = {key: str(facts.estates["project"].get(key, key)) for key in asked.case.scenario.locks}
    for key, lock in asked.case.scenario.locks.items():
        project = key if key in facts.projects.index else names[key]
        if isinstance(lock, int) and wanted.get(project) == "must":
            wanted[project] = lock  # the list leaves the year open, the scenario does not
        if project in wanted:
            wanted[key] = wanted[project]
    return wanted


def _kept_exclusions(asked: Asked) -> list[list[str]]:
    """Exclusions that the list does not break."""
    listed = asked.listing.starts
    return [list(one) for one in asked.case.scenario.exclusions if sum(project in listed for project in one) < 2]


def revised(case: Case, overlay: Mapping[str, Any]) -> Case:
    """``case`` with values laid over its scenario and policy model, checked by their schemas.

    A copy of its inputs holds the values as a scenario file of its own, like changes given to ``load``.
    """
    data = case.scenario.model_dump(by_alias=True)
    of_scenario = {key: value for key, value in overlay.items() if key not in ("policy", "changes")}
    scenario, policy, register = Scenario.model_validate(merged(data, of_scenario)), case.policy, case.register
    if "changes" in overlay:
        register = _without_minimum_use(register)
        asked = tuple(Change.model_validate(change) for change in overlay["changes"])
        scenario = scenario.model_copy(update={"changes": (*scenario.changes, *asked)})
    if "policy" in overlay:
        policy = PolicyModel.model_validate(merged(policy.model_dump(), overlay["policy"]))
        scenario = scenario.model_copy(update={"policy": merged(scenario.policy, overlay["policy"])})
    changes = merged(dict(case.changes), overlay)
    if "changes" in overlay:  # files' lists of changes are joined, so are these
        changes["changes"] = [*_listed_changes(case), *overlay["changes"]]
    hashes = {name: digest for name, digest in case.files.items() if name in case.origins or not case.changes}
    if case.origins:
        name, text = changes_file(case.path.name, changes, case.origins)
        hashes[name] = hashlib.sha256(text.encode()).hexdigest()
    return replace(case, scenario=scenario, policy=policy, register=register, changes=changes, files=hashes)


def _listed_changes(case: Case) -> list[Any]:
    """Changes by path among those that the caller laid over the scenario file."""
    found = case.changes.get("changes", ())
    return list(found) if isinstance(found, list | tuple) else []


def _without_minimum_use(register: Register) -> Register:
    """What ``_NO_MINIMUM``, the only change to a register that is made here, makes of it."""
    limits = register.limits
    none = pd.array([None] * len(limits), dtype="Int64")
    return replace(register, limits=limits.assign(minimum_use=none))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``over`` laid on it: mappings key by key, everything else replaced."""
    data = dict(base)
    for key, value in over.items():
        old = data.get(key)
        data[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return data
