"""What a pool owes in a year is paid in that year."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.costs import pool_costs
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, pool_reach, term


def balance(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Pay every pool's cost in full, in the year it falls due.

    .. math:: \sum_s pay_{g,s,\tau} + rest_{g,\tau} - \sum_{h \to g} rest_{h,\tau} = \sum_{k,t,r} cost_{g,k,\tau-t}\,
    act_{k,t,r}

    Both sides in steps of money; one row per pool and year in which costs or rests can fall due.
    Source: register 改造项, scenario ``spend_profile``; formulation.md, balance.
    """
    costs = pool_costs(index, columns)
    pay, rest = columns["pay"], columns["rest"]
    parent = index.pools.table["parent"]
    onward = rest.assign(pool=rest["pool"].map(parent))
    keys = [frame[["pool", "year"]] for frame in (costs, pay, onward)]
    keys_frame = pd.concat(keys).drop_duplicates().sort_values(["pool", "year"])
    terms = [term(pay, 1.0), term(rest, 1.0), term(onward, -1.0), term(costs.assign(amount=-costs["amount"]), "amount")]
    reach = pool_reach(index, keys_frame["pool"])
    return (make_rows("balance", keys_frame, terms, lower=0.0, upper=0.0, reach=reach, unit="money"),)
