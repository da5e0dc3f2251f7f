"""The plan a bureau would otherwise make: rank by score, fund until the money is gone.

No solver and no search. Year by year, ready projects are taken in the order of their score; a project starts when all
bills of its plain form (``plain_projects``) can be paid in whole steps from what is left, else it is tried again the
next year. Rules that forbid are kept; what must be reached (task minima, least use, fairness) is not looked at, nor is
an adopted plan: this is what a bureau would make without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.families.bundles import needed_estates
from allocator.formulation.families.routes import routes_by_list
from allocator.formulation.index import Index
from allocator.formulation.readiness import bundle_points, value_on
from allocator.formulation.tasks import already_started, capacity_left, task_bands
from allocator.inputs.schemas.base import in_force
from allocator.plan.bill_paying import Payer
from allocator.plan.plain_projects import Plain, plain_projects
from allocator.plan.purses import Purses


@dataclass(frozen=True)
class Baseline:
    """What ranking and funding comes to.

    Attributes
    ----------
    starts: start year by project id, 0 when not started.
    points: points of the works done, estates' own points, and bonuses of areas that happen to qualify.
    cost: steps of all works done, savings taken off.
    complete: whether every year was gone through.
    """

    starts: pd.Series
    points: float
    cost: int
    complete: bool = True


def rank_and_fund(f: Formulation) -> Baseline:
    """Start projects in the order of ``project_scores`` (ties by id) as long as their bills can be paid.

    Projects that the scenario says must start, or start in a year, are taken before the others.
    """
    index = f.index
    plain = plain_projects(index)
    money = Payer(index)
    rules = _Admission(index, plain, money.purses)
    ranked = project_scores(f).sort_values(ascending=False, kind="stable").index.tolist()
    order = sorted(ranked, key=lambda p: rules.locks.get(p, "never") == "never")
    started: dict[int, int] = {}
    for year in index.start_years:
        money.purses.now = year
        for project in order:
            if project in started or not rules.open(project, year, started):
                continue
            if rules.admits(project, year) and money.pays(project, year, plain):
                money.purses.settle()
                rules.count(project, year)
                started[project] = year
            else:
                money.purses.undo(0)
    years = [started.get(project, 0) for project in range(len(index.projects))]
    starts = pd.Series(years, index=index.projects["project_id"], dtype=np.int64)
    cost = sum(plain.cost.get(project, 0) for project in started)
    return Baseline(starts, _points(index, plain, started), cost)


def project_scores(f: Formulation) -> pd.Series:
    """Points of each project's required works at ``first``, by row; what a bureau would rank by."""
    required = f.index.items["required"].to_numpy()
    points = pd.Series(f.index.points.iloc[:, 0].to_numpy(float) * required).groupby(f.index.items["project"]).sum()
    return pd.Series(f.index.projects.index).map(points).fillna(0.0) + f.index.projects["own_points"]


def _points(index: Index, plain: Plain, started: dict[int, int]) -> float:
    """Points of a set of starts."""
    year = index.items["project"].map(started)
    done = plain.works & year.notna().to_numpy()
    column = year[done].to_numpy(np.int64) - index.start_years[0]
    works = float(index.points.to_numpy(float)[np.flatnonzero(done), column].sum())
    return works + float(index.projects["own_points"].loc[list(started)].sum()) + _bonuses(index, started)


def _bonuses(index: Index, started: dict[int, int]) -> float:
    bundle, areas = index.case.policy.bundle, index.case.register.areas
    if bundle is None or in_force((bundle,), index.case.scenario.as_of) is None or areas.empty:
        return 0.0
    year = index.estates["project"].map(started)
    most = year.groupby(index.estates["area"]).agg(
        lambda years: years.value_counts().max() if years.notna().any() else 0
    )
    together = areas["area"].map(most).fillna(0)
    worth = bundle_points(index.case).clip(lower=0.0)
    return float(worth[together >= needed_estates(index)["least"]].sum())


class _Admission:
    """Rules about which projects may start when: gates, locks, exclusions, capacity, and the ends of task bands."""

    def __init__(self, index: Index, plain: Plain, purses: Purses) -> None:
        case = index.case
        self._plain, self._purses = plain, purses
        projects = {name: row for row, name in enumerate(index.projects["project_id"])}
        estates = dict(zip(index.estates["estate_id"], index.estates["project"], strict=True))
        self.locks = {projects.get(name, estates.get(name, -1)): lock for name, lock in case.scenario.locks.items()}
        self._exclusive: dict[int, list[int]] = {}
        for number, names in enumerate(case.scenario.exclusions):
            purses.limit(("exclusion", number), 1)
            for name in names:
                self._exclusive.setdefault(projects[name], []).append(number)
        asks = index.projects["routes"].map(lambda routes: routes[0]).isin(list(routes_by_list(index)))
        self._listed = index.projects["listed_year"].where(asks, 0).to_list()
        columns = ["county", "ready_year", "estates", "households", "newer_households"]
        self._facts = list(index.projects[columns].itertuples(index=False, name=None))
        share = value_on(case.policy.scope.newer_share, case) if case.policy.scope else None
        self._newer_share = None if share is None else Fraction(share)
        self._started: dict[tuple[str, int], tuple[int, int]] = {}
        self._limit(index)

    def _limit(self, index: Index) -> None:
        capacity = index.case.register.capacity
        for key, most in (("starts", capacity_left(index)), ("spend", capacity["max_spend"].dropna())):
            places = capacity.loc[most.index, ["county", "year"]].itertuples(index=False, name=None)
            for (county, year), limit in zip(places, most, strict=True):
                self._purses.limit((key, county, int(year)), int(limit))
        bands = task_bands(index)
        counted = already_started(index.case, bands)
        bands["maximum"] = (bands["maximum"] - counted).clip(lower=0).where(bands["maximum"] >= 0, -1)
        for county, year, measure, most in bands[["county", "year", "measure", "maximum"]].itertuples(
            index=False, name=None
        ):
            if most >= 0:
                self._purses.limit(("task", county, year, measure), int(most))

    def open(self, project: int, year: int, started: dict[int, int]) -> bool:
        """Whether the project may start in a year at all."""
        ready = self._facts[project][1]
        lock = self.locks.get(project, year)
        return (
            0 < ready <= year
            and project not in self._plain.impossible
            and lock in (year, "must")
            and self._listed[project] in (year, 0)
            and all(other in started for other in self._plain.needs.get(project, ()))
        )

    def admits(self, project: int, year: int) -> bool:
        """Whether counts of estates and households, capacity and exclusions leave room; takes it."""
        county, _ready, estates, households, newer = self._facts[project]
        take = self._purses.take
        before = self._started.get((county, year), (0, 0))
        share = self._newer_share if newer > 0 else None
        if share is not None and before[0] + newer > share * (before[1] + households):
            return False
        spent: dict[int, int] = {}
        for bill in self._plain.bills.get(project, ()):
            if bill.falls_due(year):
                spent[year + bill.offset] = spent.get(year + bill.offset, 0) + bill.amount
        return (
            take(("starts", county, year), estates)
            and all(take(("exclusion", number), 1) for number in self._exclusive.get(project, ()))
            and all(
                take(("task", place, when, measure), count)
                for measure, count in (("estates", estates), ("households", households))
                for place in (county, "")
                for when in (year, 0)
            )
            and all(take(("spend", county, when), amount) for when, amount in spent.items())
        )

    def count(self, project: int, year: int) -> None:
        """Count a started project towards the share of newer estates."""
        county, _ready, _estates, households, newer = self._facts[project]
        before = self._started.get((county, year), (0, 0))
        self._started[county, year] = before[0] + newer, before[1] + households
