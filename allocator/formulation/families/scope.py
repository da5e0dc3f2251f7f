"""What is done at a started estate: optional items, alternatives, prerequisites, savings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.costs import acts, done, saving_pairs
from allocator.formulation.frames import row_of
from allocator.formulation.index import Index
from allocator.formulation.rows import CITY, LOCAL, Rows, make_rows, term


def scope(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Tie items to starts, to one another, and savings to the items that earn them.

    .. math::
        do_{k,t} \le \sum_{t-n \le u \le t} start_{p(k),u} \qquad
        \sum_{k \in g} do_{k,t} \le start_{p,t} \ (= \text{ when one of } g \text{ is required}) \\
        \sum_{u \le t} act_{k,u} \le \sum_{u \le t} act_{h,u} \qquad
        act_1 + act_2 - 1 \le both \le act_1, act_2

    ``n`` is ``staging_years``. Items outside a choice group with ``required`` share the start's column and need no row.
    Source: register 改造项; policy ``savings``; formulation.md, scope.
    """
    return (
        *_optional(index, columns),
        *_groups(index, columns),
        _prerequisites(index, columns),
        *_savings(index, columns),
    )


def starts_within(index: Index, columns: Columns) -> pd.DataFrame:
    """Starts from which a staged year can be reached; ``project``, ``year``, ``col``."""
    start = columns["start"]
    reach = range(index.case.scenario.options.staging_years + 1)
    return pd.concat([start.assign(year=start["year"] + n) for n in reach], ignore_index=True)


def _optional(index: Index, columns: Columns) -> tuple[Rows, ...]:
    do = columns["do"]
    needed = do[["item", "year"]].assign(project=do["item"].map(index.items["project"]))
    possible = needed.merge(starts_within(index, columns), on=["project", "year"])
    tied = make_rows("scope", do[["item", "year"]], [term(do, 1.0), term(possible, -1.0)], upper=0.0)
    if index.case.scenario.options.staging_years == 0:
        return (tied,)
    once = make_rows("scope.once", do[["item"]].drop_duplicates(), [term(do[["item", "col"]], 1.0)], upper=1.0)
    return tied, once


def _groups(index: Index, columns: Columns) -> tuple[Rows, ...]:
    grouped = index.items.loc[
        index.items["choice_group"] != "", ["estate", "project", "choice_group", "group_required"]
    ]
    grouped = grouped.reset_index(names="item")
    must = grouped.groupby(["estate", "choice_group"])["group_required"].any().rename("must").reset_index()
    member = grouped.merge(columns["do"], on="item")
    keys = member[["estate", "choice_group", "year", "project"]].drop_duplicates()
    keys = keys.merge(must, on=["estate", "choice_group"]).sort_values(["estate", "choice_group", "year"])
    with_start = keys.merge(columns["start"], on=["project", "year"])
    staging = index.case.scenario.options.staging_years
    tied = keys if staging == 0 else keys[keys["must"]]
    lower = np.where(tied["must"], 0.0, -np.inf)
    name = ["estate", "choice_group", "year"]
    rows = [make_rows("scope.group", tied[name], [term(member, 1.0), term(with_start, -1.0)], lower=lower, upper=0.0)]
    if staging:
        free = keys.loc[~keys["must"], ["estate", "choice_group"]].drop_duplicates()
        rows.append(make_rows("scope.group_once", free, [term(member.drop(columns="year"), 1.0)], upper=1.0))
    return tuple(rows)


def _prerequisites(index: Index, columns: Columns) -> Rows:
    needs = index.items["requires"].explode().dropna()
    needs = needs[needs != ""]
    pairs = pd.DataFrame({"item": needs.index, "needs": needs.map(row_of(index.items["item_id"])).to_numpy(np.int64)})
    last = index.start_years[-1] + index.case.scenario.options.staging_years
    keys = pairs.merge(pd.DataFrame({"year": range(index.start_years[0], last + 1)}), how="cross")
    doing = done(index, columns).rename(columns={"year": "done"})
    have = keys.merge(doing.rename(columns={"item": "needs"}), on="needs")
    want = keys.merge(doing, on="item")
    until = [term(f[f["done"] <= f["year"]], sign) for f, sign in ((want, 1.0), (have, -1.0))]
    project = index.items["project"]
    same = keys["item"].map(project) == keys["needs"].map(project)
    named = keys.assign(needs=keys["needs"].map(index.items["item_id"]))
    until = [t.assign(needs=t["needs"].map(index.items["item_id"])) for t in until]
    return make_rows("scope.prerequisite", named, until, upper=0.0, reach=np.where(same, LOCAL, CITY))


def _savings(index: Index, columns: Columns) -> tuple[Rows, ...]:
    both = columns["both"]
    acting = acts(index, columns)[["item", "year", "route", "col"]]
    pairs = saving_pairs(index)
    key = ["saving", "estate", "year", "route"]
    sides = [
        pairs[["saving", "estate", f"item_{n}"]].rename(columns={f"item_{n}": "item"}).merge(acting, on="item")
        for n in (1, 2)
    ]
    needs_each = [
        make_rows(f"scope.saving_{n}", both[key], [term(both, 1.0), term(side, -1.0)], upper=0.0)
        for n, side in enumerate(sides, start=1)
    ]
    forced = [term(both, 1.0), *(term(side, -1.0) for side in sides)]
    return (*needs_each, make_rows("scope.saving_both", both[key], forced, lower=-1.0))
