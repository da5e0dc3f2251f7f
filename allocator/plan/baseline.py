"""The plan a bureau would otherwise make: rank by score, fund until the money is gone.

Year by year, ready projects are taken in the order of their score (required works only, first route) as long as all
money rules can be met without shortfall; the first that cannot ends the year. Bond lots are not rounded, so the
baseline is,
if anything, too good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.columns import Columns
from allocator.formulation.funding import SHORTFALL
from allocator.solving.base import Floats, Problem, Request, Status
from allocator.solving.process import SolverProcess
from allocator.solving.stages import Clock


@dataclass(frozen=True)
class Baseline:
    """Start year by project id (0: not started), and the point in columns; ``complete`` is False when time ended it."""

    starts: pd.Series
    x: Floats
    complete: bool


def rank_and_fund(f: Formulation, process: SolverProcess, clock: Clock) -> Baseline:
    """Build the baseline with a linear-programming solver that says whether money suffices."""
    checker = _MoneyCheck(f, process)
    x = np.zeros(f.columns.count)
    scores = project_scores(f)
    order = scores.sort_values(ascending=False, kind="stable").index.to_numpy()
    taken = np.zeros(len(order), dtype=bool)
    starts = pd.Series(0, index=f.index.projects["project_id"])
    patterns = _Patterns(f)
    for year in f.index.start_years:
        ready = f.index.projects["ready_year"].to_numpy()
        here = [p for p in order if not taken[p] and 0 < ready[p] <= year and patterns.possible(p)]
        count, x = _longest_prefix(here, year, x, patterns, checker, clock)
        if count is None:
            return Baseline(starts, x, complete=False)
        taken[here[:count]] = True
        starts.iloc[here[:count]] = year
    return Baseline(starts, x, complete=True)


def _longest_prefix(
    here: list[int], year: int, x: Floats, patterns: _Patterns, checker: _MoneyCheck, clock: Clock
) -> tuple[int | None, Floats]:
    low, high, best = 0, len(here), x
    while low < high:
        if clock.left <= 0:
            return None, best
        middle = (low + high + 1) // 2
        trial = x + patterns.columns_of(here[:middle], year)
        if checker.suffices(trial):
            low, best = middle, trial
        else:
            high = middle - 1
    return low, best


def project_scores(f: Formulation) -> pd.Series:
    """Points of each project's required works at ``first``, by row; what a bureau would rank by."""
    required = f.index.items["required"].to_numpy()
    points = pd.Series(f.index.points.iloc[:, 0].to_numpy(float) * required).groupby(f.index.items["project"]).sum()
    return pd.Series(f.index.projects.index).map(points).fillna(0.0) + f.index.projects["own_points"]


class _Patterns:
    """Whole columns of a project's plain start: required items, the first of required groups, community works as needed."""

    def __init__(self, f: Formulation) -> None:
        self._f = f
        items = f.index.items
        extra = items[~items["required"]].reset_index(names="item")
        group = extra[extra["group_required"]].drop_duplicates(["estate", "choice_group"])
        community = f.index.case.policy.community
        missing = f.index.estates["community_facilities"].astype(int).rsub(community.minimum if community else 0)
        have = items[items["required"] & items["community"]].groupby("estate").size()
        missing = missing - missing.index.to_series().map(have).fillna(0).astype(int)
        works = extra[extra["community"] & (extra["choice_group"] == "")]
        rank = works.groupby("estate").cumcount()
        added = works[rank < works["estate"].map(missing)]
        lacking = missing - missing.index.to_series().map(works.groupby("estate").size()).fillna(0).astype(int)
        self._extra = pd.concat([group, added])[["item", "project"]]
        self._impossible = set(f.index.estates.loc[lacking > 0, "project"])

    def possible(self, project: int) -> bool:
        """Whether the community minimum can be met."""
        return project not in self._impossible

    def columns_of(self, projects: list[int], year: int) -> Floats:
        """The start pattern of ``projects`` in ``year``."""
        f, x = self._f, np.zeros(self._f.columns.count)
        columns: Columns = f.columns
        items = self._extra.loc[self._extra["project"].isin(projects), "item"]
        first = f.index.projects["routes"].map(lambda r: r[0])
        for kind, key, values in (
            ("start", "project", projects), ("route", "project", projects), ("do", "item", items), ("do_route", "item", items),
        ):  # fmt: skip
            frame = columns[kind]
            own = frame[frame[key].isin(values) & (frame["year"] == year)]
            if "route" in own:
                project = own["project"] if key == "project" else own["item"].map(f.index.items["project"])
                own = own[own["route"] == project.map(first)]
            x[own["col"].to_numpy(np.int64)] = 1.0
        both = columns["both"]
        pairs = f.matrix[_rows_of(f, "scope.saving_both")]
        acts = pairs @ x
        x[both["col"].to_numpy(np.int64)[acts <= -1.5]] = 1.0
        return x


def _rows_of(f: Formulation, kind: str) -> slice:
    start = 0
    for block in f.blocks_of_rows:
        if block.kind == kind:
            return slice(start, start + len(block))
        start += len(block)
    return slice(0, 0)


class _MoneyCheck:
    """Says whether the money rules can be met for given choices, without shortfall."""

    def __init__(self, f: Formulation, process: SolverProcess) -> None:
        self._f, self._process = f, process
        free = f.money.copy()
        free[f.columns["issue"]["col"].to_numpy(np.int64)] = True
        self._free = np.flatnonzero(free)
        self._fixed = ~free
        matrix = f.matrix[:, self._free]
        skipped = np.concatenate([np.full(len(b), b.kind == "source_limits.minimum_use") for b in f.blocks_of_rows])
        self._rows = np.flatnonzero((np.diff(matrix.indptr) > 0) & ~skipped)
        self._matrix = matrix[self._rows]
        upper = f.upper.copy()
        pay = f.columns["pay"]
        upper[pay.loc[pay["source"] == SHORTFALL, "col"].to_numpy(np.int64)] = 0.0
        self._bounds = f.lower[self._free], upper[self._free]

    def suffices(self, x: Floats) -> bool:
        """Whether whole choices ``x`` can be paid."""
        f = self._f
        spent = (f.matrix @ np.where(self._fixed, x, 0.0))[self._rows]
        n, m = len(self._free), len(self._rows)
        low, high = f.row_lower[self._rows] - spent, f.row_upper[self._rows] - spent
        scale = float(max(1.0, np.median(high[np.isfinite(high) & (high > 1)]) / 1e3)) if (high > 1).any() else 1.0
        money = f.money[self._free]
        problem = Problem(
            self._matrix, low, high, *self._bounds, np.zeros(n, dtype=bool),
            np.where(money, scale, 1.0), np.where(f.row_money[self._rows], scale, np.ones(m)),
        )  # fmt: skip
        self._process.load(problem)
        answer = self._process.solve(Request(np.zeros(n), maximise=False, relax=True, time_limit_s=20.0))
        return answer is not None and answer.status is Status.OPTIMAL
