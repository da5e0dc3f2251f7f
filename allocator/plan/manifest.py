"""The manifest: what was solved, how well, from which inputs, by which versions."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd
import psutil

from allocator.inputs.case import Case, from_steps
from allocator.plan.baseline import Baseline
from allocator.plan.result import Plan
from allocator.plan.run_folder import Run
from allocator.solving.base import Status, gap_of
from allocator.solving.stages import EXACT, Search

_LIBRARIES = ("estate-allocator", "ortools", "pulp", "numpy", "scipy", "pandas", "pydantic")


@dataclass(frozen=True)
class Asked:
    """How a plan was asked for: what the caller of ``solve`` gave, else what the scenario says."""

    solver: str
    time_limit: float
    gap: float
    seed: int
    start: str = ""
    """Key of the plan that the search started from, if there was one."""

    @classmethod
    def of(
        cls,
        case: Case,
        *,
        solver: str | None,
        time_limit: float | None,
        gap: float | None,
        seed: int | None,
        start: Plan | Run | None = None,
    ) -> Asked:
        """Fill in the scenario's values for what is None."""
        options = case.scenario.solver
        return cls(
            solver or options.name,
            float(options.time_limit_s if time_limit is None else time_limit),
            float(options.gap if gap is None else gap),
            options.seed if seed is None else seed,
            "" if start is None else str(start.manifest.get("key", "")),
        )


def run_key(case: Case, asked: Asked) -> str:
    """SHA-256 over all that a plan depends on: input files, how it was asked for, program and libraries.

    Two runs with the same key have the same plan, unless the clock or the user ended one of them. The number of workers
    is not part of it: it changes no plan.
    """
    parts = {"inputs": sorted(case.files.items()), "asked": asdict(asked), "versions": _versions()}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def build_manifest(
    case: Case,
    search: Search,
    values: Mapping[str, float],
    tables: Mapping[str, pd.DataFrame],
    *,
    baseline: Baseline,
    seconds: Mapping[str, float],
) -> dict[str, object]:
    """Everything ``manifest.json`` says, but for the audit."""
    scenario = case.scenario
    goals = [_goal(search, stage.id, values) for stage in search.stages]
    head = next((g for g in goals if g["id"] == scenario.headline), goals[-1])
    shortfall = from_steps(int(tables["shortfall"]["amount"].sum()), scenario.money)
    return {
        "status": head["status"],
        "objective": head["value"],
        "bound": head["bound"],
        "gap": head["gap"],
        "goals": goals,
        "headline": head["id"],
        "shortfall": str(shortfall),
        "stopped_by": "user" if search.clock.stopped else ("clock" if search.clock_ended else ""),
        "reproducible": not (search.clock_ended or search.clock.stopped),
        "baseline": _baseline(case, tables, baseline),
        "scenario": {
            "id": scenario.id, "label": scenario.label.model_dump(), "synthetic": scenario.synthetic,
            "first_year": scenario.horizon.first, "last_year": scenario.horizon.last,
        },
        "draft": scenario.draft.model_dump(mode="json") if scenario.draft else None,
        "seconds": dict(seconds),
        "method": search.method,
        "solver": search.solver,
        "size": _size(search),
        "seed": search.seed,
        "versions": {**_versions(), "python": platform.python_version(), "platform": platform.platform()},
        "inputs": dict(case.files),
        "policy_model": case.policy.id,
        "money": scenario.money.model_dump(mode="json", include={"currency", "unit", "unit_value", "step"}),
        "levels": {level: entry.label.model_dump() for level, entry in case.policy.levels.items()},
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "peak_memory_mb": round(_peak_mb(), 1),
    }  # fmt: skip


def _goal(search: Search, name: str, values: Mapping[str, float]) -> dict[str, object]:
    """One stage, its value that of the final plan: later stages may have given up what they were allowed."""
    stage = next(s for s in search.stages if s.id == name)
    objective = search.formulation.goals[name]
    value = round(values[name], 9)
    bound = max(stage.bound, value) if objective.maximise else min(stage.bound, value)
    gap = gap_of(value, bound)
    status = stage.status
    if status is Status.OPTIMAL and gap > 1e-6:
        status = Status.GAP_REACHED
    if status is not Status.OPTIMAL and gap <= EXACT:
        status = Status.OPTIMAL
    return {
        "id": name, "status": status.value, "value": value, "bound": round(bound, 9), "gap": abs(round(bound, 9) -
        value) / max(abs(value), 1.0),
        "unit": objective.unit, "maximise": objective.maximise, "seconds": round(stage.seconds, 3),
        "reached": round(stage.value, 9), "kept": _kept(search, name),
    }  # fmt: skip


def _kept(search: Search, goal: str) -> str:
    """Bound on the goal that later stages kept, as a decimal ("" when none did); the proof's row ``goal[...]``."""
    if goal not in search.kept_goals:
        return ""
    _row, low, high = search.kept[search.kept_goals.index(goal)]
    return f"{low if low > float('-inf') else high:.12g}"


def _baseline(case: Case, tables: Mapping[str, pd.DataFrame], baseline: Baseline) -> dict[str, object]:
    estates = tables["estates"][tables["estates"]["baseline_year"] > 0]
    return {
        "points": baseline.points,
        "estates": len(estates),
        "households": int(estates["households"].sum()),
        "cost": str(from_steps(baseline.cost, case.scenario.money)),
        "shortfall": "0",
        "complete": baseline.complete,
    }


def _size(search: Search) -> dict[str, int]:
    f = search.formulation
    return {
        "columns": int(f.columns.count), "whole_columns": int(f.integer.sum()), "rows": int(f.matrix.shape[0]),
        "entries": int(f.matrix.nnz), "pools": len(f.index.pools.table), "blocks": int(f.blocks().max(initial=-1) + 1),
    }  # fmt: skip


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def _peak_mb() -> float:
    """Greatest memory of this process plus that of the solver processes it keeps [MB]."""
    own = psutil.Process()
    return sum(_peak_of(process) for process in [own, *own.children(recursive=True)]) / 1e6


def _peak_of(process: psutil.Process) -> float:
    """Greatest memory of a process so far where the system tells it, else what it uses now [bytes]."""
    try:
        status = Path(f"/proc/{process.pid}/status")
        if status.exists():
            line = next((x for x in status.read_text(encoding="utf-8").splitlines() if x.startswith("VmHWM")), "")
            if line:
                return float(line.split()[1]) * 1024.0
        memory = process.memory_info()
        return float(getattr(memory, "peak_wset", memory.rss))
    except (psutil.Error, OSError):
        return 0.0
