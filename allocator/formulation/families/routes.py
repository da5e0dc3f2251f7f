"""One way of funding per project: sources that may not pay for the same content stay apart."""

from __future__ import annotations

from allocator.formulation.columns import Columns
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term


def routes(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Choose one route for a started project, and do its items on that route.

    .. math:: \sum_r route_{p,t,r} = start_{p,t} \qquad \sum_r do^{route}_{k,t,r} = do_{k,t} \qquad
        do^{route}_{k,t,r} \le \sum_{t-n \le u \le t} route_{p(k),u,r}

    Projects with a single route have no such columns. Source: policy ``routes`` and ``sources.excludes``;
    formulation.md, routes.
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
    return chosen, split, follows
