"""The most a source pays at one estate."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import pandas as pd

from allocator.formulation.accounts import per_start, placed_payments
from allocator.formulation.columns import Columns
from allocator.formulation.costs import done
from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.case import rate_to_steps
from allocator.inputs.schemas.base import Quantity, in_force

BASE = {"household": "households", "floor_area": "floor_area", "estate": ""}
"""Column of estates that a cap counts, "" for the estate itself; a cap per unit counts works instead."""


def caps(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Cap what a source pays per household, square metre, estate or unit of work, over the life of the works.

    .. math:: \sum_{g \in i, \tau} pay_{g,s,\tau} \le cap_s \, quantity_i \sum_t start_{p(i),t} \qquad
        \sum_{g \in i, \tau} pay_{g,s,\tau} \le \sum_{k \in i} cap_s \, quantity_k \sum_t do_{k,t}

    Steps of money, rounded half up per estate or item; an item without quantity allows nothing.
    Source: policy ``sources.caps``; formulation.md, caps.
    """
    pay = placed_payments(index, columns)
    rows = []
    for name, source in index.case.policy.sources.items():
        own = pay.loc[(pay["source"] == name) & (pay["estate"] != ""), ["estate", "col"]]
        for number, cap in enumerate(source.caps):
            amount = in_force(cap.amount, index.case.scenario.as_of)
            if amount is None:
                continue
            if cap.per == "unit":
                allowed = _per_done(index, columns, unit_caps(index, amount, cap.works))
            else:
                steps = [
                    rate_to_steps(amount.value, amount.unit, quantity, index.case.scenario.money)
                    for quantity in _quantities(index, BASE[cap.per])
                ]
                allowed = per_start(index, columns, steps)
            keys = pd.DataFrame({"estate": sorted(own["estate"].unique())}).assign(source=name, cap=number)
            terms = [term(own, 1.0), term(allowed.assign(amount=-allowed["amount"]), "amount")]
            rows.append(make_rows("caps", keys, terms, upper=0.0, unit="money"))
    return tuple(rows)


def unit_caps(index: Index, amount: Quantity, works: Collection[str]) -> pd.Series:
    """Steps that each item (row) of ``works`` allows by its quantity, when it is done."""
    items = index.items[index.items["work"].isin(list(works))]
    money = index.case.scenario.money
    steps = [rate_to_steps(amount.value, amount.unit, Decimal(str(q)), money) for q in items["quantity"].fillna(0)]
    return pd.Series(steps, index=items.index, dtype="int64")


def _per_done(index: Index, columns: Columns, steps: pd.Series) -> pd.DataFrame:
    """What doing items allows to pay at their estates; ``estate`` (id), ``col``, ``amount`` [steps]."""
    acts = done(index, columns)
    acts = acts[acts["item"].isin(steps.index)]
    estate = acts["item"].map(index.items["estate"]).map(index.estates["estate_id"])
    allowed = acts.assign(estate=estate, amount=acts["item"].map(steps).astype("float64"))
    return summed(allowed, ["estate", "col"], "amount")


def _quantities(index: Index, base: str) -> list[Decimal]:
    if not base:
        return [Decimal(1)] * len(index.estates)
    return [Decimal(str(value)) for value in index.estates[base]]
