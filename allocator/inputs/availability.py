"""Money that a plan may use: what is not of an available certainty does not count."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from allocator.inputs.frames import blank_value, looked_up, series
from allocator.inputs.register_sheets import CERTAINTY, SHEET, TOTAL
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario
from allocator.inputs.schemas.sources import Source

UNDOCUMENTED = CERTAINTY["预计"]
"""Certainty of money that no row of the register states: a formula's, or that of a source without limits."""


def restricted(
    policy: PolicyModel, frames: dict[str, pd.DataFrame], scenario: Scenario, years: range
) -> tuple[PolicyModel, dict[str, pd.DataFrame]]:
    """Policy model and register in which only money of the scenario's ``available`` certainties is left.

    Limits, pledges and income of projects of other certainties become 0, with what they ask to be used at least; bills
    of running projects stay payable: a limit keeps what they need of it beyond the money that is available. Limits that
    only cap others (a total beside years, the whole city of a county's source) stay. Sources without limits, and
    formulas, pay nothing unless money that is expected is available or the source is firm. Carried money has arrived.
    """
    if set(CERTAINTY.values()) <= set(scenario.available):
        return policy, frames
    frames = dict(frames)
    sure = [name for name, source in policy.sources.items() if source.firm]
    pledges = frames["pledges"]
    usable = pledges["certainty"].isin(scenario.available) | pledges["source"].isin(sure)
    frames["pledges"] = pledges.assign(amount=pledges["amount"].where(usable, 0))
    income = frames["income"]
    frames["income"] = income.assign(amount=income["amount"].where(income["certainty"].isin(scenario.available), 0))
    limits = frames["limits"]
    usable = limits["certainty"].isin(scenario.available) | ~_is_money(limits, policy)
    kept = _kept_for_bills(frames, policy, usable, years)
    frames["limits"] = limits.assign(
        amount=limits["amount"].where(usable, kept), minimum_use=limits["minimum_use"].where(usable)
    )
    if UNDOCUMENTED not in scenario.available:
        policy, frames["limits"] = _without_undocumented(policy, frames["limits"])
    return policy, frames


def _without_undocumented(policy: PolicyModel, limits: pd.DataFrame) -> tuple[PolicyModel, pd.DataFrame]:
    """Sources that would pay without a limit get limits, which are 0; formulas are gone."""
    closed: dict[str, Source] = {}
    for name, source in policy.sources.items():
        if not source.limited and not source.firm:
            closed[name] = source.model_copy(update={"limited": True, "formula": None})
        elif source.formula is not None:
            closed[name] = source.model_copy(update={"formula": None})
    city = [name for name, source in closed.items() if source.scope == "city" and name not in set(limits["source"])]
    columns = {
        column.key: series(column, [blank_value(column)] * len(city)) for column in SHEET["limits"].columns
        if column.key not in ("source", "year", "amount")
    }  # fmt: skip
    none = pd.DataFrame({**columns, "source": pd.Series(city, dtype="str"), "year": TOTAL, "amount": 0})
    limits = pd.concat([limits, none[limits.columns]], ignore_index=True) if city else limits
    return policy.model_copy(update={"sources": {**policy.sources, **closed}}), limits


def _is_money(limits: pd.DataFrame, policy: PolicyModel) -> pd.Series:
    """Which limits are the money (or the bond quota) of an account, not caps on it."""
    scope = looked_up(limits["source"], {name: source.scope for name, source in policy.sources.items()})
    accounts = limits["source"] + "\n" + limits["place"]
    by_year = set(accounts[limits["year"] != TOTAL])
    at_home = (limits["place"] != "") | (scope == "city")
    return at_home & ((limits["year"] != TOTAL) | ~accounts.isin(by_year))


def _kept_for_bills(frames: dict[str, pd.DataFrame], policy: PolicyModel, usable: pd.Series, years: range) -> pd.Series:
    """Steps of each limit that is not available which bills of running projects need all the same."""
    limits = frames["limits"]
    kept = pd.Series(0, index=limits.index, dtype="int64")
    for (source, place), rows in limits[_is_money(limits, policy)].groupby(["source", "place"]):
        span = policy.sources[str(source)].usable_years
        stock = _carried(frames, str(source), str(place), years[0], span)
        free = rows[usable[rows.index]]
        stock[years[-1]] = stock.get(years[-1], 0) + int(free.loc[free["year"] == TOTAL, "amount"].sum())
        for year, bill in _bills(frames, policy, str(source), str(place), years):
            arriving = int(free.loc[free["year"] == year, "amount"].sum())
            unpaid = bill - _draw(stock, arriving, year, span, bill)
            for row in rows.index[~usable[rows.index] & rows["year"].isin([year, TOTAL])]:
                taken = min(unpaid, int(rows["amount"][row]) - int(kept[row]))
                kept[row] += taken
                unpaid -= taken
    return kept


def _carried(frames: dict[str, pd.DataFrame], source: str, place: str, first: int, span: int) -> dict[int, int]:
    """Carried money of an account by the last year of its use."""
    carried = frames["carried"]
    own = carried[(carried["source"] == source) & (carried["place"] == place)]
    stock: dict[int, int] = {}
    for arrival, amount in own[["arrival_year", "amount"]].itertuples(index=False, name=None):
        end = first if span == 1 else int(arrival) + span - 1
        stock[end] = stock.get(end, 0) + int(amount)
    return stock


def _bills(
    frames: dict[str, pd.DataFrame], policy: PolicyModel, source: str, place: str, years: range
) -> Iterator[tuple[int, int]]:
    running = frames["running"]
    own = running[running["source"] == source]
    if policy.sources[source].scope == "county" and place:
        own = own[own["county"] == place]
    for year in years:
        yield year, int(own.loc[own["year"] == year, "amount"].sum())


def _draw(stock: dict[int, int], arriving: int, year: int, span: int, bill: int) -> int:
    """What the money at hand pays of a bill, that which ends first being used first; ``stock`` is drawn down."""
    end = year + span - 1
    stock[end] = stock.get(end, 0) + arriving
    paid = 0
    for last in sorted(last for last in stock if last >= year):
        taken = min(stock[last], bill - paid)
        stock[last] -= taken
        paid += taken
    return paid
