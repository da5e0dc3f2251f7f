"""What residents of one estate pay stays affordable."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from allocator.formulation.accounts import per_start, placed_payments
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
