"""What a county can carry out in a year."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.costs import pool_costs
from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.formulation.rows import COUNTY, Rows, make_rows, term
from allocator.formulation.tasks import capacity_left


def capacity(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Limit a county's starts, and the cost falling due, by year.

    .. math:: \sum_{p \in c} estates_p \, start_{p,t} \le \max(most_{c,t} - running_{c,t}, 0) \qquad
        \sum_{g \in c} cost_{g,\tau} \le spend_{c,\tau}

    Running projects that started in the year take of its starts.

    Source: register 实施能力; formulation.md, capacity.
    """
    sheet = index.case.register.capacity.astype({"year": "int64"})
    starts = sheet.dropna(subset=["max_estates"])
    projects = index.projects[["county", "estates"]].reset_index(names="project")
    start = columns["start"].merge(projects.astype({"estates": float}), on="project")
    upper = capacity_left(index).to_numpy(float)
    by_start = make_rows("capacity", starts[["county", "year"]], [term(start, "estates")], upper=upper, reach=COUNTY)
    spend = sheet.dropna(subset=["max_spend"])
    costs = pool_costs(index, columns)
    costs = costs.assign(county=costs["pool"].map(index.pools.table["county"]), amount=costs["amount"].astype(float))
    terms = [term(summed(costs, ["county", "year", "col"], "amount"), "amount")]
    most = pd.to_numeric(spend["max_spend"]).to_numpy(float)
    keys = spend[["county", "year"]]
    by_cost = make_rows("capacity.spend", keys, terms, upper=most, reach=COUNTY, unit="money")
    return by_start, by_cost
