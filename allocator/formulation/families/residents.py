"""What residents of one estate pay stays affordable."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from allocator.formulation.accounts import placed_payments
from allocator.formulation.columns import Columns
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.case import rate_to_steps
from allocator.inputs.schemas.base import in_force


def residents(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Limit residents' payments per household over the life of the works.

    .. math:: \sum_{s \in residents, \tau} pay_{g,s,\tau} \le affordable \cdot households_i \sum_t start_{p(i),t}

    Pledges are limits of their sources (source_limits), participation is a gate (gates). Steps of money.
    Source: policy ``residents.affordability``; formulation.md, residents.
    """
    rules = index.case.policy.residents
    amount = in_force(rules.affordability or (), index.case.scenario.as_of) if rules else None
    if rules is None or amount is None:
        return ()
    money = index.case.scenario.money
    own = {name for name, source in index.case.policy.sources.items() if source.payer == rules.payer}
    pay = placed_payments(index, columns)
    pay = pay[pay["source"].isin(list(own))]
    pay = pay.assign(estate=pay["pool"].map(index.pools.table["estate"]))[["estate", "col"]]
    limit = [
        -float(rate_to_steps(amount.value, amount.unit, Decimal(int(n)), money)) for n in index.estates["households"]
    ]
    started = index.estates[["estate_id", "project"]].assign(limit=limit).rename(columns={"estate_id": "estate"})
    started = started.merge(columns["start"], on="project")[["estate", "col", "limit"]]
    keys = pd.DataFrame({"estate": sorted(pay["estate"].unique())})
    return (make_rows("residents", keys, [term(pay, 1.0), term(started, "limit")], upper=0.0, unit="money"),)
