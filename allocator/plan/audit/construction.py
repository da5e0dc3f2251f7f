"""What costs are made up of (works, other fees, contingency), worked out anew from the inputs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.inputs.case import Case
from allocator.inputs.schemas.base import in_force
from allocator.plan.audit.exact import Ints, fraction, split

SPLIT = ("works_cost", "other_fees", "contingency")
"""Columns of the register and of the tables, in their order."""


def usual_split(case: Case) -> tuple[Fraction, ...]:
    """Shares of works, other fees and contingency on the scenario's date; all is works when there are none."""
    entry = in_force(case.policy.cost_split, case.scenario.as_of) if case.policy.cost_split else None
    shares = (entry.works, entry.other, entry.contingency) if entry else (1, 0, 0)
    return tuple(fraction(share) for share in shares)


def construction_share(case: Case, items: pd.DataFrame) -> list[Fraction]:
    """Exact share of construction in the cost of each item: of what the register states, else the usual one."""
    usual, stated = usual_split(case)[0], items[list(SPLIT)].notna().any(axis=1)
    weights = make_up(case, items[stated])
    own = {key: Fraction(int(row[0]), int(sum(row))) for key, row in zip(items.index[stated], weights, strict=True)
           if sum(row) > 0}  # fmt: skip
    return [own.get(key, usual) for key in items.index]


def make_up(case: Case, items: pd.DataFrame) -> Ints:
    """Steps of works, other fees and contingency in the register's cost of each item (items, 3)."""
    usual = usual_split(case)
    rows = np.zeros((len(items), len(SPLIT)), dtype=np.int64)
    for position, (cost, *told) in enumerate(zip(items["cost"], *(items[name] for name in SPLIT), strict=True)):
        blank = [bool(pd.isna(value)) for value in told]
        known = np.array([0 if void else int(value) for value, void in zip(told, blank, strict=True)])
        shares = [share if void else Fraction(0) for share, void in zip(usual, blank, strict=True)]
        if any(blank) and not sum(shares):
            shares[blank.index(True)] = Fraction(1)
        left = np.array([int(cost) - int(known.sum())])
        rows[position] = known + (split(left, shares)[0] if any(blank) else 0)
    return rows


def made_up(case: Case, items: pd.DataFrame, cost: Ints) -> Ints:
    """The costs ``cost`` of ``items`` (savings may be off them) in works, other fees and contingency (items, 3)."""
    rows = split(cost, usual_split(case))
    stated = items[list(SPLIT)].notna().any(axis=1).to_numpy()
    for position, weights in zip(np.flatnonzero(stated), make_up(case, items[stated]), strict=True):
        if weights.sum() > 0:
            rows[position] = split(cost[[position]], [Fraction(int(weight)) for weight in weights])[0]
    return rows
