"""Solve small cases at zero gap, without tables and audit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from allocator.errors import InfeasibleError
from allocator.formulation.build import Formulation, formulate
from allocator.solving.base import Floats, Progress
from allocator.solving.driver import search_plan
from allocator.solving.stages import Clock, Search
from tests.formulation.worked import MORE
from tests.formulation.worked_costs import COSTS
from tests.formulation.worked_money import MONEY
from tests.oracle.worked import WORKED, Worked

ALL: dict[str, Worked] = {**WORKED, **MORE, **COSTS, **MONEY}
"""Hand-worked cases: those of the oracle, and those that only rows need."""

SECONDS = 120.0
"""Far more than any small case needs, so that a busy machine changes nothing."""


@dataclass(frozen=True)
class Solved:
    """Best plan of a formulation: goal values, start year by project, and all columns."""

    values: dict[str, float]
    starts: dict[str, int]
    x: Floats


def new_search(f: Formulation, solver: str = "highs", seconds: float = SECONDS) -> Search:
    """A search at zero gap with one process, which tells nobody."""
    return Search(f, solver, 0.0, 1, 1, Clock(seconds), silent)


def silent(progress: Progress) -> None:
    """Tell nobody."""


def solved(f: Formulation, solver: str = "highs") -> Solved | None:
    """Best plan; None when there is none. Every row is checked to hold."""
    try:
        x = search_plan(new_search(f, solver), f.index.case.scenario.goals)
    except InfeasibleError:
        return None
    assert broken_rows(f, x) == []
    return Solved({name: goal.value(x) for name, goal in f.goals.items()}, starts_of(f, x), x)


def starts_of(f: Formulation, x: Floats) -> dict[str, int]:
    """Start year by project id."""
    start = f.columns["start"]
    on = start[x[start["col"].to_numpy()] > 0.5]
    return dict(zip(on["project"].map(f.index.projects["project_id"]), on["year"].map(int), strict=True))


def broken_rows(f: Formulation, x: Floats, tolerance: float = 1e-3) -> list[str]:
    """Names of the rows and columns whose bounds ``x`` does not keep."""
    value = f.matrix @ x
    rows = (value < f.row_lower - tolerance) | (value > f.row_upper + tolerance)
    whole = f.integer & (np.abs(x - np.round(x)) > 1e-5)
    columns = (x < f.lower - tolerance) | (x > f.upper + tolerance) | whole
    return [f.row_names[i] for i in np.flatnonzero(rows)] + [f.column_names[j] for j in np.flatnonzero(columns)]


@cache
def formulated(name: str) -> Formulation:
    """Formulation of a hand-worked case."""
    return formulate(ALL[name].case())


def check_worked(name: str) -> None:
    """The best plan of a hand-worked case has the values, and the starts, worked out by hand."""
    case, plan = ALL[name], solved(formulated(name))
    if case.values is None or plan is None:
        assert (case.values, plan) == (None, None)
        return
    assert {goal: plan.values[goal] for goal in case.values} == pytest.approx(case.values, abs=1e-3)
    if case.starts is not None:
        assert plan.starts == case.starts
