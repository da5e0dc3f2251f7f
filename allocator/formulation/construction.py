"""How the cost of an item is made up: works, other fees, contingency; and the share of it that is construction.

Source: models/<id>/formulation.md, "Normal form of costs".
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.formulation.splitting import common_ratio, largest_remainder
from allocator.inputs.case import Case
from allocator.inputs.schemas.base import in_force

SPLIT = ["works_cost", "other_fees", "contingency"]
"""Columns of the register that make up a cost, in its order."""

_ALL_WORKS = (Decimal(1), Decimal(0), Decimal(0))


def usual_split(case: Case) -> tuple[Decimal, Decimal, Decimal]:
    """Shares of works, other fees and contingency where the register does not say."""
    split = in_force(case.policy.cost_split or (), case.scenario.as_of)
    return _ALL_WORKS if split is None else split.shares


def construction_shares(case: Case) -> pd.Series:
    """Share of construction in the cost of each item, exact, by row of the register's items.

    Works over cost where the register states how the cost is made up, else the policy's share of works.
    """
    items = case.register.items
    found = np.full(len(items), Fraction(usual_split(case)[0]), dtype=object)
    stated = np.flatnonzero(items[SPLIT].notna().any(axis=1) & (items["cost"] > 0))
    works = split_costs(case, items.iloc[stated], items["cost"].iloc[stated])["works_cost"]
    for row, part, cost in zip(stated, works, items["cost"].iloc[stated], strict=True):
        found[row] = Fraction(int(part), int(cost))
    return pd.Series(found, index=items.index, dtype=object)


def split_costs(case: Case, items: pd.DataFrame, cost: pd.Series) -> pd.DataFrame:
    """The costs ``cost`` of ``items`` as works, other fees and contingency, in steps that add up.

    A cost that is not the register's (a saving was taken off) is divided in the proportions of that one.
    """
    shares = usual_split(case)
    numerators, denominator = common_ratio(shares)
    count = len(items)
    spread = largest_remainder(
        np.repeat(np.arange(count), 3), np.repeat(cost.to_numpy(np.int64), 3), np.tile(numerators, count),
        np.full(3 * count, denominator, dtype=np.int64),
    ).reshape(count, 3)  # fmt: skip
    stated = items[SPLIT].notna().any(axis=1).to_numpy(bool)
    for row in np.flatnonzero(stated):
        told = [None if pd.isna(value) else int(value) for value in items[SPLIT].iloc[row]]
        spread[row] = _in_proportion(int(cost.iloc[row]), _completed(int(items["cost"].iloc[row]), told, shares))
    return pd.DataFrame(spread, columns=SPLIT, index=items.index)


def _completed(cost: int, told: Sequence[int | None], shares: Sequence[Decimal]) -> list[int]:
    """What is told, and what is left of the cost divided among the rest by their usual shares."""
    left = cost - sum(value or 0 for value in told)
    weights = [share if value is None else Decimal(0) for value, share in zip(told, shares, strict=True)]
    if left and not any(weights):  # nothing usual to go by: all of it is the first that is not told
        weights[told.index(None)] = Decimal(1)
    rest = _in_proportion(left, common_ratio(weights)[0])
    return [(value or 0) + more for value, more in zip(told, rest, strict=True)]


def _in_proportion(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` by largest remainder; all of it is the first where no weight is positive."""
    whole = sum(weights)
    if whole == 0:
        return [total, 0, 0]
    split = largest_remainder(
        np.zeros(3, np.int64), np.full(3, total), np.array(weights, dtype=np.int64), np.full(3, whole, dtype=np.int64)
    )
    return [int(part) for part in split]
