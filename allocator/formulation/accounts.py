"""Accounts: what each source has at each place and year, and what takes from it before the plan does."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.formulation.debt import greatest_service, is_bond_fed
from allocator.formulation.frames import stack, summed
from allocator.formulation.funding import SHORTFALL, account_places, places_with_money, scopes
from allocator.formulation.index import Index
from allocator.inputs.case import Case, rate_to_steps
from allocator.inputs.register_sheets import TOTAL

if TYPE_CHECKING:
    from allocator.formulation.columns import Columns

ACCOUNT = ["source", "place", "year"]
"""Key columns of an account in a year."""


def declared(case: Case) -> pd.DataFrame:
    """Declared limits; ``source``, ``place``, ``year`` (0: total), ``amount``, ``minimum_use``, summed over rows."""
    limits = case.register.limits
    frame = limits[["source", "place", "year", "amount"]].assign(
        minimum_use=limits["minimum_use"].fillna(0).astype(np.int64), year=limits["year"].astype(np.int64)
    )
    return summed(frame, ACCOUNT, "amount", "minimum_use")


def running_bills(case: Case) -> pd.DataFrame:
    """Bills of projects under way, at the account they are paid from; ``source``, ``place``, ``year``, ``amount``.

    What a project's own residents or owners pay (scope estate) charges no account.
    """
    bills = case.register.running
    bills = bills[scopes(case, bills["source"]) != "estate"]
    local = scopes(case, bills["source"]) == "county"
    placed = bills.assign(place=bills["county"].where(local, ""), year=bills["year"].astype(np.int64))
    return summed(placed, ACCOUNT, "amount")


def carried_money(case: Case) -> pd.DataFrame:
    """Money carried over from before; ``source``, ``place``, ``arrival``, ``amount``."""
    carried = case.register.carried.rename(columns={"arrival_year": "arrival"})
    carried = carried.assign(arrival=carried["arrival"].astype(np.int64))
    return summed(carried, ["source", "place", "arrival"], "amount")


def yearly_accounts(index: Index) -> pd.DataFrame:
    """Accounts with limits by year; ``source``, ``place``. Left out: unlimited ones, pledges, and pure totals."""
    case = index.case
    places = places_with_money(case)
    sources = case.policy.sources
    limited = places["source"].map({n: s.limited and s.scope != "estate" for n, s in sources.items()}).astype(bool)
    places = places[limited]
    limits = declared(case)
    yearly = set(limits.loc[limits["year"] != TOTAL, ["source", "place"]].itertuples(index=False, name=None))
    yearly |= set(carried_money(case)[["source", "place"]].itertuples(index=False, name=None))
    fed = is_bond_fed(case) | {n for n, s in sources.items() if s.formula is not None}
    keep = [(s, p) in yearly or s in fed for s, p in places.itertuples(index=False, name=None)]
    return places[np.array(keep, dtype=bool)].sort_values(["source", "place"], ignore_index=True)


def pay_places(index: Index, pay: pd.DataFrame) -> pd.Series:
    """Place of the account each payment column draws on."""
    table = index.pools.table
    return account_places(index.case, pay["source"], pay["pool"].map(table["estate"]), pay["pool"].map(table["county"]))


def carry_windows(index: Index, pay: pd.DataFrame) -> pd.DataFrame:
    """Pairs of arrival and payment year in which carried money may move.

    ``pay`` has ``pool``, ``source``, ``year``, ``upper``. Result: ``source``, ``place``, ``arrival``, ``year``,
    ``upper``.
    """
    case = index.case
    first, last = index.payment_years[0], index.payment_years[-1]
    accounts = yearly_accounts(index)
    usable = accounts["source"].map({n: s.usable_years for n, s in case.policy.sources.items()})
    accounts["usable"] = usable.astype(np.int64)
    accounts = accounts[accounts["usable"] > 1]
    before = carried_money(case)
    before = before[before["arrival"] < first]
    now = accounts[["source", "place"]].merge(pd.DataFrame({"arrival": index.payment_years}), how="cross")
    arrivals = stack([before, now], ["source", "place", "arrival"]).merge(accounts, on=["source", "place"])
    windows = arrivals.merge(pd.DataFrame({"year": index.payment_years}), how="cross")
    inside = (windows["year"] >= windows["arrival"]) & (windows["year"] < windows["arrival"] + windows["usable"])
    windows = windows[inside & (windows["year"] <= last)]
    placed = pay.assign(place=pay_places(index, pay))
    taken = stack([running_bills(case), greatest_service(case, index.payment_years)], [*ACCOUNT, "amount"])
    windows = windows.merge(summed(placed, ACCOUNT, "upper"), on=ACCOUNT, how="left")
    windows = windows.merge(summed(taken, ACCOUNT, "amount"), on=ACCOUNT, how="left")
    windows["upper"] = windows["upper"].fillna(0.0) + windows["amount"].fillna(0.0)
    return windows.sort_values(["source", "place", "arrival", "year"], ignore_index=True)


def formula_terms(index: Index, columns: Columns) -> pd.DataFrame:
    """Money a formula grant gains per start; ``source``, ``place``, ``year`` (arrival), ``col``, ``amount`` [steps]."""
    case = index.case
    frames = []
    for name, source in case.policy.sources.items():
        if source.formula is None:
            continue
        gained = formula_gain(index, name)
        place = index.estates[{"city": "county", "county": "county", "area": "area"}[source.scope]]
        by_estate = index.estates.assign(amount=gained, place="" if source.scope == "city" else place)
        terms = summed(by_estate, ["project", "place"], "amount").merge(columns["start"], on="project")
        terms["year"] += source.formula.lag_years
        frames.append(terms.assign(source=name))
    return stack(frames, [*ACCOUNT, "col", "amount"])


def formula_gain(index: Index, source: str) -> pd.Series:
    """Steps a formula grant gains per estate started, by row of estates; rounded half up per estate."""
    formula = index.case.policy.sources[source].formula
    if formula is None:
        return pd.Series(0, index=index.estates.index)
    money = index.case.scenario.money

    def gain(households: int, area: float, buildings: int) -> int:
        rate = (
            formula.per_household * int(households) + formula.per_floor_area * Decimal(str(area))
            + formula.per_building * int(buildings) + formula.per_estate
        )  # fmt: skip
        return rate_to_steps(rate * formula.factor, formula.unit, Decimal(1), money)

    rows = index.estates[["households", "floor_area", "buildings"]].itertuples(index=False, name=None)
    return pd.Series([gain(*row) for row in rows], index=index.estates.index, dtype=np.int64)


def per_start(index: Index, columns: Columns, steps: Sequence[int]) -> pd.DataFrame:
    """What starting each estate allows to pay there; ``estate`` (id), ``col``, ``amount`` [steps].

    ``steps`` is by row of estates.
    """
    allowed = index.estates[["estate_id", "project"]].assign(amount=np.array(steps, dtype=np.float64))
    allowed = allowed.rename(columns={"estate_id": "estate"}).merge(columns["start"], on="project")
    return allowed[["estate", "col", "amount"]]


def placed_payments(index: Index, columns: Columns) -> pd.DataFrame:
    """Payment columns with their account's place and their pool's estate ("" for a county's pool).

    ``pool``, ``source``, ``year``, ``col``, ``place``, ``estate``.
    """
    pay = columns["pay"]
    pay = pay[pay["source"] != SHORTFALL]
    return pay.assign(place=pay_places(index, pay), estate=pay["pool"].map(index.pools.table["estate"]))
