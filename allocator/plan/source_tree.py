"""Where money comes from and goes to, by county, year and source; and the cash of every county to the last repayment.

Every row adds up: what came is what went, what is carried on and what lapsed. Money of an account that the whole city
shares stands in the city's row (county "") and moves from there to the counties that spend it, as ``shared``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.frames import summed
from allocator.formulation.funding import SHORTFALL, scopes
from allocator.inputs.case import Case
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.ledgers import place_of
from allocator.plan.tables import TABLES

KEY = ["county", "year", "source"]
CASH = ["county", "year"]

_MONEY = [name for name, kind in TABLES["source_tree"].items() if kind == "money"]


def source_tree_table(case: Case, years: tuple[int, ...], tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Table ``source_tree``, from the plan's payments, bills under way and accounts.

    Parameters
    ----------
    years
        Payment years.
    tables
        ``payments`` (with ``firm``), ``running`` and ``accounts``.
    """
    lines = _lines(case, tables)
    accounts = tables["accounts"].assign(county=_county_of(case, tables["accounts"]))
    frames = [_spent(lines), _by_year(accounts), _overall(accounts, lines, years)]
    every = pd.concat(frames, ignore_index=True).reindex(columns=[*KEY, *_MONEY])
    rows = every.fillna(0).groupby(KEY, as_index=False)[_MONEY].sum().astype(dict.fromkeys(_MONEY, np.int64))
    rows = rows[rows[_MONEY].any(axis=1)]
    sources = case.policy.sources
    rows = rows.assign(
        level=rows["source"].map({name: source.level for name, source in sources.items()}),
        ledger=rows["source"].map({name: source.ledger for name, source in sources.items()}),
        order=rows["source"].map({name: position for position, name in enumerate(sources)}),
    )
    return rows.sort_values(["county", "year", "order"], ignore_index=True)[list(TABLES["source_tree"])]


def _county_of(case: Case, accounts: pd.DataFrame) -> pd.Series:
    """County of each account; "" for those of the whole city."""
    register = case.register
    county = dict(zip(register.areas["area"], register.areas["county"], strict=True))
    county |= dict(zip(register.estates["estate"], register.estates["county"], strict=True))
    scope = scopes(case, accounts["source"])
    own = accounts["place"].map(county)
    return accounts["place"].where(~scope.isin(["area", "estate"]), own).astype(object)


def _lines(case: Case, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Payments and bills under way with a source: county, source, place, year, paid, running, firm, ``own``.

    ``own`` are bills that residents or owners of a project under way pay themselves: they charge no account.
    """
    payments, bills = tables["payments"], tables["running"]
    payments = payments[payments["source"] != SHORTFALL]
    scope = scopes(case, bills["source"])
    paid = payments[[*KEY, "firm"]].assign(
        place=place_of(case, payments["source"], payments["estate"], payments["county"]),
        paid=payments["amount"], own=False,
    )  # fmt: skip
    running = bills[[*KEY, "firm"]].assign(
        place=bills["county"].where(scope == "county", ""), running=bills["amount"], own=scope == "estate"
    )
    both = pd.concat([paid, running], ignore_index=True)
    return both.fillna({"paid": 0, "running": 0}).assign(spent=lambda rows: rows["paid"] + rows["running"])


def _spent(lines: pd.DataFrame) -> pd.DataFrame:
    """What counties spend; what comes from the whole city's accounts, or as it is asked for."""
    of_city = (lines["place"] == "") & ~lines["own"].astype(bool)
    return lines.assign(
        shared=lines["spent"].where(of_city, 0), as_needed=lines["spent"].where(lines["own"].astype(bool), 0)
    )[[*KEY, "paid", "running", "firm", "shared", "as_needed"]]


def _by_year(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts with money by year, without what is spent from them."""
    rows = accounts[accounts["year"] != TOTAL]
    spent, left = rows["running"] + rows["paid"], rows["carried_out"] + rows["lapsed"]
    came = rows["limit"] + rows["formula"] + rows["bonds"] + rows["carried_in"]
    return rows.assign(
        as_needed=(spent + rows["service"] + left - came).where(rows["unlimited"].astype(bool), 0),
        shared=-spent.where(rows["place"] == "", 0),
    ).drop(columns=["running", "paid"])


def _overall(accounts: pd.DataFrame, lines: pd.DataFrame, years: tuple[int, ...]) -> pd.DataFrame:
    """Accounts with one sum for all years: it comes in the first, and what is left after the last lapses."""
    key = ["source", "place"]
    sums = accounts.loc[accounts["year"] == TOTAL, [*key, "county", "limit", "firm_limit"]]
    spent = lines[~lines["own"].astype(bool)].groupby([*key, "year"], as_index=False)["spent"].sum()
    rows = sums.merge(pd.DataFrame({"year": years}), how="cross").merge(spent, on=[*key, "year"], how="left")
    rows["spent"] = rows["spent"].fillna(0).astype(np.int64)
    left = rows["limit"] - rows.groupby(key)["spent"].cumsum()
    is_first, is_last = rows["year"] == years[0], rows["year"] == years[-1]
    return rows.assign(
        limit=rows["limit"].where(is_first, 0), firm_limit=rows["firm_limit"].where(is_first, 0),
        carried_in=(left + rows["spent"]).where(~is_first, 0), carried_out=left.where(~is_last, 0),
        lapsed=left.where(is_last, 0), shared=-rows["spent"].where(rows["place"] == "", 0),
    )  # fmt: skip


def cash_table(tree: pd.DataFrame, debt: pd.DataFrame, shortfall: pd.DataFrame) -> pd.DataFrame:
    """Table ``cash``: every county and year with money or debt, to the last repayment."""
    sums = tree.groupby(CASH, as_index=False)[_MONEY].sum()
    sums = sums.assign(
        opening=sums["carried_in"], arrived=sums["limit"] + sums["formula"] + sums["as_needed"],
        issued=sums["bonds"], closing=sums["carried_out"],
    )  # fmt: skip
    gap = summed(shortfall.rename(columns={"amount": "shortfall"}), CASH, "shortfall")
    rows = sums.merge(gap, on=CASH, how="outer")
    rows = rows.merge(debt.drop(columns="issued"), on=CASH, how="outer")
    rows = rows.fillna({"stock_ceiling": -1, "service_ceiling": -1}).rename(
        columns={"principal": "repaid", "special_topup": "topup"}
    )
    money = [name for name, kind in TABLES["cash"].items() if kind == "money" and name != "later_budgets"]
    rows[money] = rows[money].fillna(0).astype(np.int64)
    rows["paid"] += rows["shortfall"]
    owed = rows["repaid"] + rows["interest"] + rows["topup"]
    rows["later_budgets"] = owed - rows["service"].fillna(0).astype(np.int64)
    return rows.sort_values(CASH, ignore_index=True)[list(TABLES["cash"])]
