"""The most a source pays at one estate."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from allocator.formulation.accounts import per_start, placed_payments
from allocator.formulation.columns import Columns
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.case import rate_to_steps
from allocator.inputs.schemas.base import in_force

BASE = {"household": "households", "floor_area": "floor_area", "estate": ""}


def caps(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Cap what a source pays per household, square metre or estate, over the life of the works.

    .. math:: \sum_{g \in i, \tau} pay_{g,s,\tau} \le cap_s \, quantity_i \sum_t start_{p(i),t}

    Steps of money, rounded half up per estate. Source: policy ``sources.caps``; formulation.md, caps.
    """
    pay = placed_payments(index, columns)
    rows = []
    for name, source in index.case.policy.sources.items():
        own = pay.loc[(pay["source"] == name) & (pay["estate"] != ""), ["estate", "col"]]
        for number, cap in enumerate(source.caps):
            amount = in_force(cap.amount, index.case.scenario.as_of)
            if amount is None:
                continue
            limit = [
                -rate_to_steps(amount.value, amount.unit, quantity, index.case.scenario.money)
                for quantity in _quantities(index, BASE[cap.per])
            ]
            keys = pd.DataFrame({"estate": sorted(own["estate"].unique())}).assign(source=name, cap=number)
            terms = [term(own, 1.0), term(per_start(index, columns, limit), "amount")]
            rows.append(make_rows("caps", keys, terms, upper=0.0, unit="money"))
    return tuple(rows)


def _quantities(index: Index, base: str) -> list[Decimal]:
    if not base:
        return [Decimal(1)] * len(index.estates)
    return [Decimal(str(value)) for value in index.estates[base]]
