"""Carried money tied to a project under way (调剂), and money found beyond limits (elastic limits)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.accounts import ACCOUNT, running_bills, yearly_accounts
from allocator.formulation.debt import greatest_service
from allocator.formulation.frames import stack, summed
from allocator.formulation.index import Index
from allocator.inputs.case import Case
from allocator.inputs.schemas.base import in_force

TIED = ["source", "place", "arrival", "running"]
"""Key columns of carried money that arrived for a project under way; ``running`` is the project's id."""


def tied_money(case: Case) -> pd.DataFrame:
    """Carried money of projects under way that may still be used; ``TIED``, ``amount`` [steps]."""
    carried = case.register.carried.rename(columns={"arrival_year": "arrival", "project": "running"})
    usable = carried["source"].map({n: s.usable_years for n, s in case.policy.sources.items()}).astype(np.int64)
    alive = (usable == 1) | (carried["arrival"] + usable > case.scenario.horizon.first)
    own = carried[(carried["running"] != "") & alive & (carried["amount"] > 0)]
    return summed(own.astype({"arrival": np.int64}), TIED, "amount")


def own_windows(index: Index) -> pd.DataFrame:
    """Years in which tied money may pay its own project's bills; ``TIED``, ``year``, ``bill`` and ``upper`` [steps].

    Money of a source that is usable in one year only is used in the first, as all carried money of such a source.
    """
    case, first = index.case, index.payment_years[0]
    tied = tied_money(case)
    usable = tied["source"].map({n: s.usable_years for n, s in case.policy.sources.items()}).astype(np.int64)
    bills = case.register.running[["project", "source", "year", "amount"]].astype({"year": np.int64})
    bills = summed(
        bills.rename(columns={"project": "running", "amount": "bill"}), ["running", "source", "year"], "bill"
    )
    windows = tied.assign(usable=usable).merge(bills, on=["running", "source"])
    lasting = (windows["year"] >= windows["arrival"]) & (windows["year"] < windows["arrival"] + windows["usable"])
    inside = lasting.where(windows["usable"] > 1, windows["year"] == first) & windows["year"].isin(index.payment_years)
    windows = windows[inside & (windows["bill"] > 0)]
    windows = windows.assign(upper=np.minimum(windows["amount"], windows["bill"]).astype(float))
    return windows.sort_values([*TIED, "year"], ignore_index=True)[[*TIED, "year", "bill", "upper"]]


def reallocation_price(case: Case) -> float:
    """What moving a yuan of tied money elsewhere counts as, in yuan of county money; 0 without a rule in force."""
    rule = case.policy.reallocation
    in_use = rule is not None and in_force((rule,), case.scenario.as_of) is not None
    return float(rule.price) if rule is not None and in_use else 0.0


def excess_windows(index: Index, pay: pd.DataFrame) -> pd.DataFrame:
    """Accounts and years with elastic limits; ``ACCOUNT``, ``upper``: all that could be asked of the account.

    ``pay`` has ``source``, ``place``, ``year``, ``upper``.
    """
    case = index.case
    accounts = yearly_accounts(index)
    accounts = accounts[accounts["source"].isin(list(case.scenario.options.elastic_limits))]
    windows = accounts.merge(pd.DataFrame({"year": index.payment_years}), how="cross")
    taken = stack([running_bills(case), greatest_service(case, index.payment_years)], [*ACCOUNT, "amount"])
    windows = windows.merge(summed(pay, ACCOUNT, "upper"), on=ACCOUNT, how="left")
    windows = windows.merge(summed(taken, ACCOUNT, "amount"), on=ACCOUNT, how="left")
    windows["upper"] = windows["upper"].fillna(0.0) + windows["amount"].fillna(0.0)
    return windows[windows["upper"] > 0].sort_values(ACCOUNT, ignore_index=True)[[*ACCOUNT, "upper"]]
