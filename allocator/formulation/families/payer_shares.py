"""Least and greatest shares of payers and of sources."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.costs import construction_costs, pool_costs
from allocator.formulation.funding import share_edges
from allocator.formulation.index import Index
from allocator.formulation.normal_form import rules_in_force
from allocator.formulation.rows import Rows, make_rows, pool_reach, term


def payer_shares(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Keep each payer within its band of the cost, and each source within its share of its base.

    .. math::
        min_y \, cost_{g,\tau} \le \sum_{s \in y} pay_{g,s,\tau} \; (+ rest_{g,\tau}) \le max_y \, cost_{g,\tau} \\
        min_s \, base_{g,\tau} \le pay_{g,s,\tau} \le max_s \, base_{g,\tau}

    The rest counts for the payer whose sources pay it; the base of a source is its payer's part, the whole cost, or
    what of the cost is construction. Bands of 0 and 1 cannot bind and get no row. Shares may differ by county.
    Source: policy ``rules``, ``sources.share`` and ``cost_split``, scenario ``regions``, register 改造项 (工程费 …);
    formulation.md, payer_shares.
    """
    costs = _cost_terms(index, columns)
    return (*_bands(index, columns, costs), *_source_shares(index, columns, costs))


def _cost_terms(index: Index, columns: Columns) -> pd.DataFrame:
    """Cost of each pool by year, with the rests passed to it; ``pool``, ``year``, ``col``, ``amount``."""
    rest = columns["rest"]
    onward = rest.assign(pool=rest["pool"].map(index.pools.table["parent"]), amount=1.0)
    return pd.concat([pool_costs(index, columns), onward[["pool", "year", "col", "amount"]]], ignore_index=True)


def _paid_by_payer(index: Index, columns: Columns) -> pd.DataFrame:
    """Columns that pay for a payer; ``pool``, ``payer``, ``year``, ``col``."""
    pay = columns["pay"].merge(index.pools.sources, on=["pool", "source"])
    rest = columns["rest"].assign(payer=lambda f: f["pool"].map(index.pools.table["wide_payer"]))
    return pd.concat([pay[["pool", "payer", "year", "col"]], rest[["pool", "payer", "year", "col"]]], ignore_index=True)


def _bands(index: Index, columns: Columns, costs: pd.DataFrame) -> tuple[Rows, ...]:
    rules = rules_in_force(index.case)
    table = index.pools.table
    records = [
        (pool, payer, float(band.min), float(band.max))
        for pool, rule in table.loc[table["payer"] == "", "rule"].items()
        for payer, band in rules[rule].shares.items()
    ]
    bands = pd.DataFrame(records, columns=["pool", "payer", "min", "max"]).astype({"pool": "int64"})
    years = costs[["pool", "year"]].drop_duplicates()
    paid = _paid_by_payer(index, columns)
    rows = []
    for side, binding in (("min", bands["min"] > 0), ("max", bands["max"] < 1)):
        keys = bands[binding].merge(years, on="pool").sort_values(["pool", "payer", "year"])
        owed = costs.merge(keys, on=["pool", "year"])
        owed["amount"] = -owed["amount"] * owed[side]
        bound = {"lower": 0.0} if side == "min" else {"upper": 0.0}
        name = keys[["pool", "payer", "year"]]
        terms = [term(paid, 1.0), term(owed[["pool", "payer", "year", "col", "amount"]], "amount")]
        reach = pool_reach(index, keys["pool"])
        rows.append(make_rows(f"payer_shares.{side}", name, terms, reach=reach, unit="money", **bound))
    return tuple(rows)


def _source_shares(index: Index, columns: Columns, costs: pd.DataFrame) -> tuple[Rows, ...]:
    case = index.case
    pay = columns["pay"]
    paid = _paid_by_payer(index, columns)
    rows = []
    county = index.pools.table["county"]
    for name, source in case.policy.sources.items():
        if source.share is None:
            continue
        own = pay[pay["source"] == name]
        for side in ("min", "max"):
            edges = {place: float(edge) for place, edge in share_edges(case, source.share, side).items()}
            bound_here = own[own["pool"].map(county).isin(list(edges))]
            if bound_here.empty:
                continue
            if source.share.of == "construction":
                base = construction_costs(index, columns, bound_here["pool"].unique())
            else:
                base = costs if source.share.of == "cost" else _payer_part(index, paid, costs, source.payer)
            base = base.assign(amount=-base["amount"] * base["pool"].map(county).map(edges))
            bound = {"lower": 0.0} if side == "min" else {"upper": 0.0}
            keys = bound_here[["pool", "source", "year"]]
            terms, reach = [term(bound_here, 1.0), term(base, "amount")], pool_reach(index, bound_here["pool"])
            rows.append(make_rows(f"payer_shares.source_{side}", keys, terms, reach=reach, unit="money", **bound))
    return tuple(rows)


def _payer_part(index: Index, paid: pd.DataFrame, costs: pd.DataFrame, payer: str) -> pd.DataFrame:
    """The payer's part of each pool: the cost of closed pools, what its sources pay in open ones."""
    closed = costs["pool"].map(index.pools.table["payer"]) != ""
    is_open = paid["pool"].map(index.pools.table["payer"]) == ""
    paying = paid[(paid["payer"] == payer) & is_open].assign(amount=1.0)
    return pd.concat([costs[closed], paying[["pool", "year", "col", "amount"]]], ignore_index=True)
