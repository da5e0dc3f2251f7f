"""Reconciliation of a roll-over: every account, project and debt from its old state to its new one, difference 0.

Old states come from the run, what happened from the actuals, new states from the scenario as it was written and read
back: a difference other than 0 would be ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from allocator.analysis.roll.happened import Happened
from allocator.analysis.roll.purses import Account, Purse, bond_service, counties
from allocator.inputs.case import Case

MONEY = ["source", "place", "opening", "arrived", "issued", "paid", "lapsed", "closing", "difference"]
PROJECTS = ["project", "name", "county", "kind", "estimate", "paid_before", "paid", "payable", "rest", "difference"]
DEBT = ["county", "year", "opening", "issued", "repaid", "closing", "difference"]
LAPSED = ["source", "place", "arrival_year", "amount"]


@dataclass(frozen=True)
class Reconciliation:
    """Tables of a reconciliation, money in whole steps."""

    money: pd.DataFrame
    """opening + arrived + issued - paid - lapsed = closing, by source and place."""
    projects: pd.DataFrame
    """estimate = paid_before + paid + payable + rest; ``rest`` is what the estimate has beyond; kind new | old."""
    debt: pd.DataFrame
    """opening + issued - repaid = closing, by county and year; opening is the stock without what was issued."""
    lapsed: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def ties(self) -> bool:
        """Whether every difference is 0."""
        return not any((table["difference"].fillna(0) != 0).any() for table in (self.money, self.projects, self.debt))


def reconcile(happened: Happened, money: dict[Account, Purse], new: Case, notes: tuple[str, ...]) -> Reconciliation:
    """Tables that lead from the old state to that of the new scenario ``new``."""
    lapsed = [
        (source, place, arrival, amount)
        for (source, place), purse in sorted(money.items())
        for arrival, amount in sorted(purse.lapsed.items())
    ]
    return Reconciliation(
        _money(money, new), _projects(happened, new), _debt(happened, new), pd.DataFrame(lapsed, columns=LAPSED), notes
    )


def _money(money: dict[Account, Purse], new: Case) -> pd.DataFrame:
    carried: dict[Account, int] = {}
    for source, place, amount in new.register.carried[["source", "place", "amount"]].itertuples(index=False, name=None):
        carried[source, place] = carried.get((source, place), 0) + int(amount)
    rows = []
    for (source, place), purse in sorted(money.items()):
        opening, lapsed = sum(purse.opening.values()), sum(purse.lapsed.values())
        closing = carried.pop((source, place), 0)
        left = opening + purse.arrived + purse.issued - purse.paid - lapsed
        rows.append((source, place, opening, purse.arrived, purse.issued, purse.paid, lapsed, closing, left - closing))
    rows += [(source, place, 0, 0, 0, 0, 0, amount, -amount) for (source, place), amount in carried.items()]
    return pd.DataFrame(rows, columns=MONEY)


def _projects(happened: Happened, new: Case) -> pd.DataFrame:
    """Projects that were under way or started; payments and bills as the new register has them."""
    old = happened.year.case.register.running
    running = new.register.running
    payable = running.groupby("project")["amount"].sum()
    told = running.drop_duplicates(["project", "source"]).groupby("project")["paid"].sum(min_count=1)
    bills = happened.bills.groupby("project", as_index=False)[["paid", "unpaid"]].sum()
    before = old.drop_duplicates(["project", "source"]).groupby("project")["paid"].sum(min_count=1)
    estimate = pd.concat([old.drop_duplicates("project").set_index("project")["estimate"],
                          happened.started["estimate"]])  # fmt: skip
    names, places = _names(happened), counties(happened)
    rows = []
    for project, paid, unpaid in bills.itertuples(index=False, name=None):
        is_new = project in happened.started.index
        whole, earlier = estimate.get(project, pd.NA), 0 if is_new else before.get(project, pd.NA)
        due = int(payable.get(project, 0))
        rest = pd.NA if pd.isna(whole) or pd.isna(earlier) else int(whole) - int(earlier) - int(paid) - due
        gap = int(unpaid) - due
        if project in told.index and not pd.isna(earlier):
            gap += int(earlier) + int(paid) - int(told[project])
        kind = "new" if is_new else "old"
        rows.append((project, names.get(project, ""), places.get(project, ""), kind, whole,
                     earlier, int(paid), due, rest, gap))  # fmt: skip
    frame = pd.DataFrame(rows, columns=PROJECTS)
    kinds = dict.fromkeys(["estimate", "paid_before", "rest"], "Int64")
    return frame.astype({**kinds, "difference": np.int64}).sort_values(["kind", "county", "project"], ignore_index=True)


def _names(happened: Happened) -> dict[str, str]:
    register = happened.year.case.register
    first = register.estates.groupby("project")["name"].first().to_dict()
    stated = {p: n for p, n in zip(register.projects["project"], register.projects["name"], strict=True) if n}
    running = dict(zip(register.running["project"], register.running["name"], strict=True))
    return {**first, **stated, **running}


def _debt(happened: Happened, new: Case) -> pd.DataFrame:
    """Existing stock of every county and year of the new register, against the old one and what was issued."""
    old = _stock(happened.year.case)
    issued = happened.issued.groupby("county")["amount"].sum().to_dict()
    repaid: dict[tuple[str, int], int] = {}
    for _bond, county, _source, year, principal, _interest in bond_service(happened):
        repaid[county, year] = repaid.get((county, year), 0) + principal
    rows = []
    for (county, year), closing in sorted(_stock(new).items()):
        before, own = old.get((county, year), 0), int(issued.get(county, 0))
        back = sum(amount for (where, when), amount in repaid.items() if where == county and when <= year)
        rows.append((county, year, before, own, back, closing, before + own - back - closing))
    return pd.DataFrame(rows, columns=DEBT)


def _stock(case: Case) -> dict[tuple[str, int], int]:
    debt = case.register.debt
    keys = zip(debt["county"], debt["year"].astype(int), strict=True)
    return dict(zip(keys, debt["existing_stock"].astype(int).tolist(), strict=True))
