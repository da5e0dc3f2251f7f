"""Special-bond projects: what their works earn, cost and owe.

An area is one project. Income comes only from works done; it is pooled inside the project (以丰补歉).
Source: models/<id>/formulation.md, special_bonds.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.formulation.costs import done, saved_amounts
from allocator.formulation.debt import schedule, special_bonds
from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.formulation.splitting import largest_remainder
from allocator.inputs.case import Case
from allocator.inputs.schemas.base import Dated, in_force

if TYPE_CHECKING:
    from allocator.formulation.columns import Columns


def rule_value(case: Case, values: Dated | None) -> Decimal | None:
    """A rule of special-bond projects in force on the scenario's date; None when there is none."""
    found = in_force(values or (), case.scenario.as_of)
    return None if found is None else found.value


def streams(index: Index) -> pd.DataFrame:
    """Sheet 片区收益 by earner: a stream of a whole area is divided among the estates that can earn it.

    ``place`` (area), ``item`` (row, -1: the start earns it), ``project``, ``after``, ``years``, ``amount`` [steps],
    ``stream`` (row of the sheet). With a work, the first such item of an estate earns it, and the area's amount is
    divided by cost; without, by households (largest remainder, estates in their order).
    """
    sheet = index.case.register.income.reset_index(names="stream_row")
    estates = index.estates[["estate_id", "area", "project", "households"]].reset_index(names="estate_row")
    pairs = sheet.merge(estates, on="area")
    pairs = pairs[(pairs["estate"] == "") | (pairs["estate"] == pairs["estate_id"])]
    first = index.items.groupby(["estate", "work"])["item_id"].idxmin().rename("item").reset_index()
    first = first.rename(columns={"estate": "estate_row"})
    pairs = pairs.merge(first, on=["estate_row", "work"], how="left")
    pairs = pairs[(pairs["work"] == "") | pairs["item"].notna()]
    pairs["item"] = pairs["item"].fillna(-1).astype(np.int64)
    cost = index.case.register.items["cost"].to_numpy(np.int64)
    weight = pairs["households"].to_numpy(np.int64).copy()
    of_work = pairs["item"].to_numpy() >= 0
    weight[of_work] = cost[pairs["item"].to_numpy()[of_work]]
    pairs["weight"] = weight
    pairs = pairs[pairs["weight"] > 0].sort_values(["stream_row", "estate_row"], ignore_index=True)
    whole = pairs.groupby("stream_row")["weight"].transform("sum").to_numpy(np.int64)
    group = pairs["stream_row"].to_numpy(np.int64)
    pairs["amount"] = largest_remainder(group, pairs["amount"].to_numpy(np.int64), pairs["weight"].to_numpy(), whole)
    pairs = pairs[pairs["amount"] > 0].rename(columns={"area": "place"}).drop(columns="stream")
    pairs = pairs.rename(columns={"stream_row": "stream"})
    kinds = dict.fromkeys(("item", "project", "after", "years", "amount", "stream"), np.int64)
    return pairs[["place", *kinds]].astype(kinds).reset_index(drop=True)


def income_terms(index: Index, columns: Columns) -> pd.DataFrame:
    """Income by calendar year of each column that says a work is done; ``place``, ``year``, ``col``, ``amount``."""
    own = streams(index)
    acts = done(index, columns)
    works = own[own["item"] >= 0].merge(acts, on="item")
    starts = own[own["item"] < 0].merge(columns["start"], on="project")
    every = pd.concat([works, starts], ignore_index=True)[["place", "year", "after", "years", "amount", "col"]]
    long = every.loc[every.index.repeat(every["years"])].reset_index(drop=True)
    nth = long.groupby(every.index.repeat(every["years"])).cumcount() if len(long) else 0
    long["year"] = long["year"] + long["after"] + nth
    return summed(long[["place", "year", "col", "amount"]], ["place", "year", "col"], "amount")


def debt_service(index: Index, columns: Columns) -> pd.DataFrame:
    """Issues of special bonds with their last year; ``bond``, ``place``, ``year``, ``col``, ``last``, ``service``.

    ``service`` is what one lot costs over its life, discounted where the rules say so [steps].
    """
    case, issue = index.case, columns["issue"]
    own = issue[issue["bond"].isin(list(special_bonds(case)))].copy()
    term = {name: len(schedule(case, name).principal) for name in case.policy.bonds}
    own["last"] = own["year"] + own["bond"].map(term).astype(np.int64)
    value = PresentValue(case)
    own["service"] = [
        sum(value(amount, year + k) for k, amount in enumerate(schedule(case, bond).service, start=1))
        for bond, year in zip(own["bond"], own["year"], strict=True)
    ]
    return own.astype({"service": np.int64})


def present_income(index: Index, income: pd.DataFrame) -> pd.DataFrame:
    """Income as it counts for cover: discounted to the first year where the rules say so."""
    value = PresentValue(index.case)
    if not value.rate:
        return income
    pairs = zip(income["amount"], income["year"], strict=True)
    return income.assign(amount=np.array([value(int(a), int(y)) for a, y in pairs], dtype=np.int64))


class PresentValue:
    """Value of an amount in the first year of the scenario, in whole steps, rounded half up year by year."""

    def __init__(self, case: Case) -> None:
        rules = case.policy.special_bonds
        self.rate = Fraction(rule_value(case, rules.discount if rules else None) or 0)
        self._first = case.scenario.horizon.first

    def __call__(self, amount: int, year: int) -> int:
        """Steps that ``amount`` in ``year`` is worth."""
        if not self.rate:
            return amount
        exact = Fraction(amount) / (1 + self.rate) ** (year - self._first)
        return int((Decimal(exact.numerator) / Decimal(exact.denominator)).to_integral_value(ROUND_HALF_UP))


def investment_terms(index: Index, columns: Columns) -> pd.DataFrame:
    """What the works of an area cost, whoever pays, savings taken off; ``place``, ``col``, ``amount`` [steps]."""
    area = index.estates["area"]
    acts = done(index, columns)
    acts["amount"] = acts["item"].map(index.gross_costs).fillna(0).astype(np.int64)
    acts["place"] = acts["item"].map(index.items["estate"]).map(area)
    saved = summed(saved_amounts(index), ["saving", "estate"], "change").merge(columns["both"], on=["saving", "estate"])
    saved = saved.assign(place=saved["estate"].map(area), amount=saved["change"])
    terms = pd.concat([acts[["place", "col", "amount"]], saved[["place", "col", "amount"]]], ignore_index=True)
    return terms[(terms["place"] != "") & (terms["amount"] != 0)].reset_index(drop=True)


def other_debts(case: Case) -> pd.DataFrame:
    """Other debt of areas, where there is any; ``place``, ``principal``, ``service`` over its life [steps]."""
    areas = case.register.areas
    some = areas[(areas["other_debt"] > 0) | (areas["other_service"] > 0)]
    return some[["area", "other_debt", "other_service"]].set_axis(["place", "principal", "service"], axis=1)
