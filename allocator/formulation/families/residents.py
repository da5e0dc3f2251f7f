"""What residents of one estate pay stays affordable, and is the least that is asked of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.formulation.accounts import per_start, placed_payments
from allocator.formulation.columns import Columns
from allocator.formulation.costs import acts, saved_amounts
from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.formulation.resident_shares import least_shares, shared_classes
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.case import rate_to_steps
from allocator.inputs.schemas.base import in_force


def residents(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Limit residents' payments per household, and ask for their least share by class, over the life of the works.

    .. math::
        \sum_{s \in residents, \tau} pay_{g,s,\tau} \le affordable \cdot households_i \sum_t start_{p(i),t} \\
        borne_{i,c} \ge least_c \, cost_{i,c}

    Both sides of the second are of the parts of class ``c`` at estate ``i`` whose rule lets residents pay. Pledges are
    limits of their sources (source_limits), participation is a gate (gates). Steps of money.
    Source: policy ``residents.affordability`` and ``residents.least_share``; formulation.md, residents.
    """
    return (*_affordable(index, columns), *_least_shares(index, columns))


def _affordable(index: Index, columns: Columns) -> tuple[Rows, ...]:
    rules = index.case.policy.residents
    amount = in_force(rules.affordability or (), index.case.scenario.as_of) if rules else None
    if rules is None or amount is None:
        return ()
    own = {name for name, source in index.case.policy.sources.items() if source.payer == rules.payer}
    pay = placed_payments(index, columns)
    pay = pay.loc[pay["source"].isin(list(own)), ["estate", "col"]]
    limit = [
        -rate_to_steps(amount.value, amount.unit, Decimal(int(n)), index.case.scenario.money)
        for n in index.estates["households"]
    ]
    keys = pd.DataFrame({"estate": sorted(pay["estate"].unique())})
    terms = [term(pay, 1.0), term(per_start(index, columns, limit), "amount")]
    return (make_rows("residents", keys, terms, upper=0.0, unit="money"),)


def _least_shares(index: Index, columns: Columns) -> tuple[Rows, ...]:
    """One row per estate and class with parts that count; closed parts of the residents are borne as they are done."""
    least, rules = least_shares(index.case), index.case.policy.residents
    if rules is None or not least:
        return ()
    parts = index.parts[["estate", "payer", "item_row"]].assign(work_class=shared_classes(index.case, index.parts))
    parts = parts[parts["work_class"] != ""]
    share = parts["work_class"].map(least).astype(float)
    parts["counts"] = np.where(parts["payer"] == rules.payer, 1.0 - share, -share)
    table = index.pools.table[["estate", "work_class"]]
    theirs = index.pools.sources[index.pools.sources["payer"] == rules.payer]
    pay = columns["pay"].merge(theirs, on=["pool", "source"]).join(table, on="pool")
    pay = pay.loc[pay["work_class"] != "", ["estate", "work_class", "col"]]
    costs = _costs(index, columns, parts)
    keys = parts[["estate", "work_class"]].drop_duplicates().sort_values(["estate", "work_class"])
    return (make_rows("residents.least_share", keys, [term(pay, 1.0), term(costs, "amount")], lower=0.0, unit="money"),)


def _costs(index: Index, columns: Columns, parts: pd.DataFrame) -> pd.DataFrame:
    """What doing a work, or saving on it, adds; ``parts`` by row of ``Index.parts`` with ``counts`` per step due."""
    due = index.due.merge(parts, left_on="part", right_index=True)
    acting = acts(index, columns).rename(columns={"item": "item_row"}).drop(columns=["project", "route"])
    saved = saved_amounts(index).merge(columns["both"], on=["saving", "estate"]).drop(columns="estate")
    saved = saved.merge(parts, left_on="part", right_index=True).rename(columns={"change": "due"})
    terms = index.in_era(pd.concat([due.merge(acting, on="item_row"), saved], ignore_index=True), "year")
    terms = terms[terms["year"] + terms["offset"] <= index.payment_years[-1]]
    return summed(terms.assign(amount=terms["due"] * terms["counts"]), ["estate", "work_class", "col"], "amount")
