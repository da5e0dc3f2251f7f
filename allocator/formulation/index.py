"""The case as index frames: everything the families look at, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.formulation.construction import construction_shares
from allocator.formulation.frames import row_of
from allocator.formulation.normal_form import amounts_due, cost_parts, longest_profile
from allocator.formulation.pools import Pools, build_pools
from allocator.formulation.readiness import (
    eligibility,
    estate_points,
    is_newer,
    item_points,
    ready_years,
    required_items,
)
from allocator.inputs.adopted import adopted_starts
from allocator.inputs.case import Case


@dataclass(frozen=True)
class Index:
    """Everything the families look at, as frames by row number.

    Columns ``estate``, ``project``, ``item`` and ``pool`` hold row numbers; names are in columns called ``*_id``.

    Attributes
    ----------
    estates: register columns with ``estate_id``, ``project`` (row), ``ready_year`` (0 never), ``ineligible`` (reason),
        ``newer``, ``own_points``.
    projects: ``project_id``, ``county``, ``ready_year`` (0 never), ``estates``, ``households``, ``hazard_households``,
        ``newer_households``, ``listed_year`` (0: none), ``routes`` (tuple; ("",) when the policy has none).
    items: ``item_id``, ``estate``, ``project``, ``work``, ``required``, ``community``, ``choice_group``, ``requires``.
    points: points of each item (rows) by year of doing (columns).
    parts: as ``cost_parts`` with ``item_row``, ``project_row``, ``county``, ``construction`` (exact share of the cost).
    due: ``part``, ``offset``, ``due`` [steps].
    """

    case: Case
    start_years: tuple[int, ...]
    payment_years: tuple[int, ...]
    estates: pd.DataFrame
    projects: pd.DataFrame
    items: pd.DataFrame
    points: pd.DataFrame
    parts: pd.DataFrame
    due: pd.DataFrame
    pools: Pools

    def points_in(self, item: pd.Series, year: pd.Series) -> npt.NDArray[np.float64]:
        """Points of items (rows) done in given years; years before the first count as the first."""
        position = np.maximum(year.to_numpy(np.int64) - self.start_years[0], 0)
        points: npt.NDArray[np.float64] = self.points.to_numpy(float)[item.to_numpy(np.int64), position]
        return points

    @cached_property
    def gross_costs(self) -> pd.Series:
        """Cost of each item (row) before savings [steps]; items without cost are left out."""
        first = self.parts[self.parts["from_year"] == self.start_years[0]]  # the same whenever it is done
        return first.groupby("item_row")["cost"].sum()

    @cached_property
    def has_eras(self) -> bool:
        """Whether some parts are for some years of doing only."""
        return bool((self.parts["from_year"] > self.start_years[0]).any())

    def in_era(self, rows: pd.DataFrame, done: str) -> pd.DataFrame:
        """Those ``rows`` whose ``part`` (row) is for the year in the column ``done``."""
        if not self.has_eras:
            return rows
        part = rows["part"].to_numpy(np.int64)
        first, last = (self.parts[name].to_numpy(np.int64)[part] for name in ("from_year", "until_year"))
        year = rows[done].to_numpy(np.int64)
        held: pd.DataFrame = rows[(year >= first) & (year <= last)]
        return held


def build_index(case: Case) -> Index:
    """Compute all frames of a case."""
    horizon = case.scenario.horizon
    last = horizon.payments_until or horizon.last + case.scenario.options.staging_years + longest_profile(case) - 1
    projects, estates = _projects_and_estates(case)
    items = _items(case, estates)
    parts = cost_parts(case)
    parts = parts.merge(items[["item_id", "project"]].reset_index(names="item_row"), left_on="item", right_on="item_id")
    parts = parts.drop(columns="item_id").rename(columns={"project": "project_row"})
    parts["project"] = parts["project_row"].map(projects["project_id"])
    parts["county"] = parts["estate"].map(case.register.estates.set_index("estate")["county"])
    parts["construction"] = construction_shares(case).to_numpy()[parts["item_row"].to_numpy(np.int64)]
    due = amounts_due(parts["weights"], parts["cost"]).rename(columns={"row": "part"})
    routes = (
        projects[["project_id", "routes"]]
        .explode("routes")
        .rename(columns={"project_id": "project", "routes": "route"})
    )
    routes["route_rank"] = routes.groupby("project").cumcount()
    return Index(
        case=case,
        start_years=tuple(range(horizon.first, horizon.last + 1)),
        payment_years=tuple(range(horizon.first, last + 1)),
        estates=estates,
        projects=projects,
        items=items,
        points=item_points(case),
        parts=parts,
        due=due,
        pools=build_pools(case, parts, routes),
    )


def adopted_years(index: Index) -> pd.Series:
    """Start year of each project (row) in the adopted plan, 0 when it is not in it; empty without such a plan."""
    starts = adopted_starts(index.case)
    if starts is None:
        return pd.Series([], dtype=np.int64)
    return index.projects["project_id"].map(starts).astype(np.int64)


def _projects_and_estates(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    estates = case.register.estates.rename(columns={"estate": "estate_id"}).drop(columns=["points"])
    listed = case.register.projects.rename(columns={"project": "project_id"})[["project_id", "routes"]]
    projects = listed[listed["project_id"].isin(estates["project"])].sort_values("project_id", ignore_index=True)
    row = estates["project"].map(row_of(projects["project_id"])).astype(np.int64)
    estates = estates.assign(
        project=row, ready_year=ready_years(case), newer=is_newer(case),
        ineligible=eligibility(case), own_points=estate_points(case),
    )  # fmt: skip
    households = estates["households"].astype(np.int64)
    grouped = estates.assign(
        households=households, hazard_households=households.where(estates["hazard"].astype(bool), 0),
        newer_households=households.where(estates["newer"], 0), never=estates["ready_year"] == 0,
    ).groupby("project")  # fmt: skip
    projects["county"] = grouped["county"].first()
    projects["ready_year"] = grouped["ready_year"].max().where(~grouped["never"].any(), 0).astype(np.int64)
    projects["estates"] = grouped.size().astype(np.int64)
    for name in ("households", "hazard_households", "newer_households"):
        projects[name] = grouped[name].sum().astype(np.int64)
    projects["own_points"] = grouped["own_points"].sum()
    projects["listed_year"] = grouped["listed_year"].max().fillna(0).astype(np.int64)
    default = next(iter(case.policy.routes), "")
    projects["routes"] = [tuple(r) if r else (default,) for r in projects["routes"]]
    return projects, estates


def _items(case: Case, estates: pd.DataFrame) -> pd.DataFrame:
    items = case.register.items.rename(columns={"item": "item_id", "estate": "estate_id"})
    items["estate"] = items["estate_id"].map(row_of(estates["estate_id"])).astype(np.int64)
    items["project"] = items["estate"].map(estates["project"]).astype(np.int64)
    items["community"] = items["work"].map({n: w.community for n, w in case.policy.works.items()}).astype(bool)
    items["group_required"] = items["required"].astype(bool) & (items["choice_group"] != "")
    items["required"] = required_items(case)
    return items
