"""Limits, tasks and capacity of the next round: what is past drops out, what is used of a total is taken off."""

from __future__ import annotations

import pandas as pd

from allocator.analysis.roll.happened import Happened
from allocator.analysis.roll.purses import Account, Purse, counties, placed_bills
from allocator.formulation.accounts import formula_gain
from allocator.formulation.debt import is_bond_fed
from allocator.formulation.index import build_index
from allocator.inputs.frames import blank_value, series
from allocator.inputs.register_sheets import CERTAINTY, SHEET, TOTAL

_SURE_FIRST = tuple(reversed(CERTAINTY.values()))
"""Certainties, the firmest first."""


def new_limits(happened: Happened, money: dict[Account, Purse]) -> pd.DataFrame:
    """Sheet ``limits``: later years as they were, totals less what was used.

    In the middle of a year its own limits stay as far as they have not arrived (quotas: been issued), limits that only
    cap others less what was paid; what is to be used at least is less what was paid. Formula money that the starts of
    the year bring later has a row of its own.
    """
    limits = pd.concat([happened.year.case.register.limits, _formula_rows(happened)], ignore_index=True)
    past = happened.year.past
    bills = placed_bills(happened)
    limits = _less_of_totals(limits, bills)
    now = limits[limits["year"] == past]
    later = limits[limits["year"] != past]
    if not happened.year.mid_year:
        return later.reset_index(drop=True)
    return pd.concat([_rest_of_year(happened, now, money, bills), later], ignore_index=True)


def _rest_of_year(
    happened: Happened, limits: pd.DataFrame, money: dict[Account, Purse], bills: pd.DataFrame
) -> pd.DataFrame:
    case = happened.year.case
    fed = is_bond_fed(case)
    scope = {name: source.scope for name, source in case.policy.sources.items()}
    rank = limits["certainty"].map({name: position for position, name in enumerate(_SURE_FIRST)})
    limits = limits.assign(rank=rank).sort_values(["source", "place", "rank"], kind="stable")
    frames = []
    for (source, place), rows in limits.groupby(["source", "place"], sort=False):
        account = (str(source), str(place))
        paid = _paid_of(bills, *account, scope[account[0]])
        purse = money.get(account, Purse())
        at_home = (account[1] == "") == (scope[account[0]] == "city")
        gone = paid if not at_home else purse.issued if account[0] in fed else purse.arrived
        frames.append(_taken_off(rows, gone, paid))
    rest = pd.concat(frames, ignore_index=True) if frames else limits
    return rest.drop(columns="rank")


def _paid_of(bills: pd.DataFrame, source: str, place: str, scope: str) -> int:
    """What a source paid at a place; of a county's source, "" is all counties."""
    own = bills[bills["source"] == source]
    if place or scope == "city":
        own = own[own["place"] == place]
    return int(own["paid"].sum())


def _taken_off(rows: pd.DataFrame, gone: int, paid: int) -> pd.DataFrame:
    """Rows less ``gone``, the first rows first; what is to be used at least less ``paid``."""
    amounts, least = [], []
    for amount, minimum in zip(rows["amount"], rows["minimum_use"], strict=True):
        taken = min(gone, int(amount))
        gone -= taken
        amounts.append(int(amount) - taken)
        met = min(paid, 0 if pd.isna(minimum) else int(minimum))
        paid -= met
        least.append(pd.NA if pd.isna(minimum) else int(minimum) - met)
    return rows.assign(amount=amounts, minimum_use=pd.array(least, dtype="Int64"))


def _less_of_totals(limits: pd.DataFrame, bills: pd.DataFrame) -> pd.DataFrame:
    totals = limits[limits["year"] == TOTAL]
    frames = [limits[limits["year"] != TOTAL]]
    for (source, place), rows in totals.groupby(["source", "place"], sort=False):
        own = bills[bills["source"] == source]
        own = own[own["place"] == place] if place else own
        paid = int(own["paid"].sum())
        frames.append(_taken_off(rows, paid, paid))
    return pd.concat(frames, ignore_index=True).sort_values(["source", "place", "year"], kind="stable")


def _formula_rows(happened: Happened) -> pd.DataFrame:
    """Limits of formula money that the year's starts bring; ``expected``, as no document states them."""
    case = happened.year.case
    records: list[dict[str, object]] = []
    grants = {name: source for name, source in case.policy.sources.items() if source.formula is not None}
    index = build_index(case) if grants else None
    for name, source in grants.items():
        if index is None or source.formula is None:
            continue
        gain = index.estates.assign(amount=formula_gain(index, name))
        gain = gain[gain["estate_id"].isin(_started_estates(happened))]
        place = "" if source.scope == "city" else "county"
        gain = gain.assign(place=gain[place] if place else "")
        for where, amount in gain.groupby("place")["amount"].sum().items():
            year = happened.year.past + source.formula.lag_years
            records.append({"source": name, "place": str(where), "year": year, "amount": int(amount)})
    columns = SHEET["limits"].columns
    return pd.DataFrame({c.key: series(c, [record.get(c.key, blank_value(c)) for record in records]) for c in columns})


def _started_estates(happened: Happened) -> set[str]:
    estates = happened.year.case.register.estates
    return set(estates.loc[estates["project"].isin(happened.started.index), "estate"])


def new_tasks(happened: Happened) -> pd.DataFrame:
    """Sheet ``tasks``: later years as they were, and the year that still goes on; totals less what has started."""
    register = happened.year.case.register
    tasks = register.tasks
    if happened.year.mid_year:  # running projects that started in the year count towards its tasks
        return tasks
    estates = register.estates
    started = estates[estates["estate"].isin(_started_estates(happened))]
    running = register.running.drop_duplicates("project")
    running = running[(running["start_year"] == happened.year.past).fillna(False).astype(bool)]
    tasks = tasks[tasks["year"] != happened.year.past].reset_index(drop=True)
    for position, county in tasks.loc[tasks["year"] == TOTAL, "county"].items():
        here = started if county == "" else started[started["county"] == county]
        others = running if county == "" else running[running["county"] == county]
        done = {
            "estates": len(here) + int(others["estates"].sum()),
            "households": int(here["households"].sum()) + int(others["households"].sum()),
        }
        for measure, count in done.items():
            for bound in ("min", "max"):
                column = f"{bound}_{measure}"
                tasks[column] = tasks[column].mask(tasks.index == position, (tasks[column] - count).clip(lower=0))
    return tasks


def new_capacity(happened: Happened) -> pd.DataFrame:
    """Sheet ``capacity``: past years gone; bills of what has started take of what a county can spend."""
    capacity = happened.year.case.register.capacity
    capacity = capacity[capacity["year"] >= happened.year.first]
    bills = happened.bills[happened.bills["project"].isin(happened.started.index)]
    bills = bills.assign(county=bills["project"].map(counties(happened)), due=bills["paid"] + bills["unpaid"])
    moved = bills["year"].clip(lower=happened.year.first)
    due = bills.assign(year=moved, due=bills["due"].where(bills["year"] >= happened.year.first, bills["unpaid"]))
    sums = due.groupby(["county", "year"])["due"].sum().to_dict()
    taken = [int(sums.get(key, 0)) for key in zip(capacity["county"], capacity["year"].astype(int), strict=True)]
    spend = (capacity["max_spend"] - pd.array(taken, dtype="Int64")).clip(lower=0)
    return capacity.assign(max_spend=spend).reset_index(drop=True)
