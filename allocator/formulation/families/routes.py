"""One way of funding per project: sources that may not pay for the same content stay apart."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.funding import on_route
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.schemas.base import in_force


def routes(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Choose one route for a started project, and do its items on that route.

    .. math:: \sum_r route_{p,t,r} = start_{p,t} \qquad \sum_r do^{route}_{k,t,r} = do_{k,t} \qquad
        do^{route}_{k,t,r} \le \sum_{t-n \le u \le t} route_{p(k),u,r}

    Projects with a single route have no such columns. A listed project starts in the year it is listed in, on every
    route with a source that asks for it. Source: policy ``routes``, ``sources.excludes`` and ``sources.listed_year``;
    register ``estates.listed_year``; formulation.md, routes.
    """
    route, do_route = columns["route"], columns["do_route"]
    starting = route[["project", "year"]].drop_duplicates()
    chosen = make_rows("routes", starting, [term(route, 1.0), term(columns["start"], -1.0)], lower=0.0, upper=0.0)
    doing = do_route[["item", "year"]].drop_duplicates()
    split = make_rows("routes.item", doing, [term(do_route, 1.0), term(columns["do"], -1.0)], lower=0.0, upper=0.0)
    key = ["item", "year", "route"]
    needed = do_route[key].assign(project=do_route["item"].map(index.items["project"]))
    reach = range(index.case.scenario.options.staging_years + 1)
    shifted = [needed.merge(route.assign(year=route["year"] + n), on=["project", "year", "route"]) for n in reach]
    follows = make_rows(
        "routes.follow",
        do_route[key],
        [term(do_route, 1.0), *(term(s[[*key, "col"]], -1.0) for s in shifted)],
        upper=0.0,
    )
    return chosen, split, follows, _listed(index, columns)


def routes_by_list(index: Index) -> set[str]:
    """Routes with a source that asks a project to start in the year it is listed in."""
    case = index.case
    asking = [
        name
        for name, source in case.policy.sources.items()
        if source.listed_year is not None and in_force((source.listed_year,), case.scenario.as_of)
    ]
    every = {route for routes in index.projects["routes"] for route in routes}
    return {route for route in every if on_route(case, asking, route)}


def _listed(index: Index, columns: Columns) -> Rows:
    """Starts of listed projects in another year than the one they are listed in, on a route that asks for it."""
    several, routes = columns["route"], index.projects["routes"]
    single = columns["start"][~columns["start"]["project"].isin(several["project"])]
    single = single.assign(route=single["project"].map(routes.map(lambda found: found[0])))
    taken = pd.concat([several, single], ignore_index=True)
    listed = taken["project"].map(index.projects["listed_year"])
    other = taken[(listed > 0) & (listed != taken["year"]) & taken["route"].isin(list(routes_by_list(index)))]
    return make_rows("routes.listed", other[["project", "year", "route"]], [term(other, 1.0)], upper=0.0)
