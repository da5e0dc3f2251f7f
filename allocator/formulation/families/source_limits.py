"""What a source pays stays within what it has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.formulation.accounts import (
    ACCOUNT,
    carried_money,
    declared,
    formula_terms,
    placed_payments,
    running_bills,
    yearly_accounts,
)  # fmt: skip
from allocator.formulation.columns import Columns
from allocator.formulation.debt import (
    county_of,
    is_bond_fed,
    lot_sizes,
    service_terms,
    special_bonds,
    topup_source,
)
from allocator.formulation.frames import stack, summed
from allocator.formulation.funding import scopes
from allocator.formulation.index import Index
from allocator.formulation.pledges import counted_pledges
from allocator.formulation.reallocation import TIED, own_windows, tied_money
from allocator.formulation.rows import CITY, COUNTY, LOCAL, Rows, make_rows, term
from allocator.formulation.special import income_terms
from allocator.inputs.register_sheets import TOTAL

Floats = npt.NDArray[np.float64]


def source_limits(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Keep payments, running projects and bond service within limits, formula money and bond proceeds.

    .. math::
        \sum_g pay_{g,s,\tau} + service_{\tau} \le limit_{\tau} + formula_{\tau} + proceeds_{\tau} - running_{\tau}
        \quad (usable = 1) \\
        \sum_\tau use_{a,\tau} \le limit_a + formula_a + proceeds_a, \qquad
        \sum_g pay_{g,s,\tau} + service_{\tau} + running_{\tau} = \sum_a use_{a,\tau} \quad (usable > 1)

    Carried money ``j`` of a project under way pays that project's bills, or is reallocated (调剂):

    .. math::
        \sum_\tau own_{j,\tau} + reallocated_j \le tied_j, \qquad \sum_j own_{j,\tau} \le bill_\tau

    What is reallocated adds to the money that arrived in its year, and ``own`` to the uses of the year it pays in. With
    elastic limits, ``excess`` adds to the account's money of its year.

    Besides: limits of the whole city on county sources, limits on totals, minimum use, pledges of estates. Steps of
    money. A limit of zero blocks the source; readers refuse a missing year.
    Source: register 资金额度, 在建项目, 结转资金, 出资承诺, 业主表决; policy ``usable_years`` and ``formula``;
    formulation.md, source_limits.
    """
    money = _Money(index, columns)
    return (
        *_single_year(index, money), *_carried_over(index, columns, money), *_tied(index, columns),
        *_overall(index, money), _minimum_use(index, money), _pledges(index, money), _topups(index, columns),
    )  # fmt: skip


class _Money:
    """Frames shared by the rows of this family: spending, gains and amounts known beforehand, by account and year."""

    def __init__(self, index: Index, columns: Columns) -> None:
        self.pay = placed_payments(index, columns)
        self.service = _charged(index, columns)
        beyond = term(columns["excess"], -1.0)
        spending = [term(self.pay, 1.0), _as_term(self.service, 1.0), beyond]
        self.spending = stack(spending, [*ACCOUNT, "col", "coefficient"])
        self.own_uses = term(columns["own"], -1.0)
        self.moved = term(columns["reallocated"], -1.0)
        proceeds = columns["issue"].copy()
        proceeds["source"] = proceeds["bond"].map({n: b.source for n, b in index.case.policy.bonds.items()})
        proceeds["amount"] = proceeds["bond"].map(lot_sizes(index.case)).astype(float)
        formulas = _as_term(formula_terms(index, columns), -1.0)
        self.gains = stack([formulas, _as_term(proceeds, -1.0)], [*ACCOUNT, "col", "coefficient"])
        self.limits = declared(index.case)
        fed = self.limits["source"].isin(list(is_bond_fed(index.case)))
        self.own = self.limits[~fed | (self.limits["place"] == "")]
        self.money_in = self.limits[~fed]
        self.running = running_bills(index.case)
        tied = tied_money(index.case)
        self.carried = stack(
            [carried_money(index.case), tied.assign(amount=-tied["amount"])], ["source", "place", "arrival", "amount"]
        )


def _charged(index: Index, columns: Columns) -> pd.DataFrame:
    """What bonds charge to counties' accounts: service of general bonds, top-ups of special ones; as ACCOUNT, amount.

    ``col`` is the column that charges it.
    """
    case, issue = index.case, columns["issue"]
    special = special_bonds(case)
    service = service_terms(case, issue[~issue["bond"].isin(list(special))])
    service = service[service["year"].isin(index.payment_years)]
    topups = columns["topup"].assign(amount=1, source=topup_source(case))
    topups["place"] = topups["place"].map(county_of(case))
    found = [service.assign(place=service["county"]), topups]
    return stack(found, [*ACCOUNT, "col", "amount"])


def _as_term(frame: pd.DataFrame, sign: float) -> pd.DataFrame:
    return frame.assign(coefficient=frame["amount"].astype(float) * sign)[[*ACCOUNT, "col", "coefficient"]]


def _lookup(keys: pd.DataFrame, frame: pd.DataFrame, on: list[str]) -> Floats:
    """Amounts of ``frame`` summed over each row of ``keys``; 0 where it has none."""
    known = summed(frame, on, "amount")
    if keys.empty or known.empty:
        return np.zeros(len(keys))
    return keys[on].merge(known, on=on, how="left")["amount"].fillna(0.0).to_numpy(float)


def _reach_of(keys: pd.DataFrame) -> npt.NDArray[np.int64]:
    return np.where(keys["place"] == "", CITY, COUNTY)


def _account_years(index: Index, *, carries: bool) -> pd.DataFrame:
    accounts = yearly_accounts(index)
    usable = accounts["source"].map({n: s.usable_years for n, s in index.case.policy.sources.items()})
    accounts = accounts[(usable > 1) == carries]
    return accounts.merge(pd.DataFrame({"year": index.payment_years}), how="cross")


def _single_year(index: Index, money: _Money) -> tuple[Rows, ...]:
    keys = _account_years(index, carries=False)
    first = index.payment_years[0]
    carried = money.carried.assign(year=first)
    available = (
        _lookup(keys, money.money_in, ACCOUNT) + _lookup(keys, carried, ACCOUNT) - _lookup(keys, money.running, ACCOUNT)
    )
    moved = money.moved.assign(year=first)[[*ACCOUNT, "col", "coefficient"]]
    terms = [money.spending, money.gains, money.own_uses[[*ACCOUNT, "col", "coefficient"]], moved]
    return (make_rows("source_limits", keys, terms, upper=available, reach=_reach_of(keys), unit="money"),)


def _carried_over(index: Index, columns: Columns, money: _Money) -> tuple[Rows, ...]:
    use = columns["use"]
    arrivals = use[["source", "place", "arrival"]].drop_duplicates()
    arrived = money.money_in.rename(columns={"year": "arrival"})
    on = ["source", "place", "arrival"]
    has = _lookup(arrivals, arrived, on) + _lookup(arrivals, money.carried, on)
    gains = money.gains.rename(columns={"year": "arrival"})
    arriving = make_rows(
        "source_limits.arrival", arrivals,
        [term(use[[*on, "col"]], 1.0), gains, money.moved[[*on, "col", "coefficient"]]], upper=has,
        reach=_reach_of(arrivals), unit="money",
    )  # fmt: skip
    keys = _account_years(index, carries=True)
    taken = -_lookup(keys, money.running, ACCOUNT)
    terms = [money.spending, term(use[[*ACCOUNT, "col"]], -1.0), money.own_uses[[*ACCOUNT, "col", "coefficient"]]]
    spending = make_rows(
        "source_limits.carry", keys, terms, lower=taken, upper=taken, reach=_reach_of(keys), unit="money"
    )
    return arriving, spending


def _tied(index: Index, columns: Columns) -> tuple[Rows, ...]:
    """Tied money is used once, and pays of a bill of its own project no more than falls due."""
    tied, own, windows = tied_money(index.case), columns["own"], own_windows(index)
    terms = [term(own[[*TIED, "col"]], 1.0), term(columns["reallocated"], 1.0)]
    most = tied["amount"].to_numpy(float)
    once = make_rows("source_limits.tied", tied[TIED], terms, upper=most, reach=_reach_of(tied), unit="money")
    bill = ["running", "source", "year"]
    bills = windows.drop_duplicates(bill)
    within = make_rows(
        "source_limits.own_bills", bills[bill], [term(own[[*bill, "col"]], 1.0)], upper=bills["bill"].to_numpy(float),
        reach=_reach_of(bills), unit="money",
    )  # fmt: skip
    return once, within


def _overall(index: Index, money: _Money) -> tuple[Rows, ...]:
    """Limits that are not an account's own year: the whole city of a county source, and totals."""
    scope = scopes(index.case, money.own["source"])
    city_wide = money.own[(money.own["place"] == "") & (scope != "city") & (money.own["year"] != TOTAL)]
    totals = money.own[money.own["year"] == TOTAL]
    spending, running = money.spending, money.running
    by_city = make_rows(
        "source_limits.city", city_wide[["source", "year"]], [spending.drop(columns="place")],
        upper=city_wide["amount"].to_numpy(float) - _lookup(city_wide, running, ["source", "year"]),
        reach=CITY, unit="money",
    )  # fmt: skip
    local = totals["place"] != ""
    rows = [by_city]
    for kind, part, on in (
        ("source_limits.total", totals[local], ["source", "place"]),
        ("source_limits.city_total", totals[~local], ["source"]),
    ):  # fmt: skip
        left = part["amount"].to_numpy(float) - _lookup(part, running, on)
        terms = [spending[[*on, "col", "coefficient"]]]
        reach = COUNTY if "place" in on else CITY
        rows.append(make_rows(kind, part[on], terms, upper=left, reach=reach, unit="money"))
    return tuple(rows)


def _minimum_use(index: Index, money: _Money) -> Rows:
    asked = money.limits[(money.limits["minimum_use"] > 0) & money.limits["year"].isin(index.payment_years)]
    least = asked["minimum_use"].to_numpy(float) - _lookup(asked, money.running, ACCOUNT)
    paid = term(money.pay, 1.0)[[*ACCOUNT, "col", "coefficient"]]
    keys = asked[ACCOUNT]
    return make_rows("source_limits.minimum_use", keys, [paid], lower=least, reach=_reach_of(keys), unit="money")


def _pledges(index: Index, money: _Money) -> Rows:
    pledges = counted_pledges(index.case)
    limited = {n for n, s in index.case.policy.sources.items() if s.scope == "estate" and s.limited}
    own = pledges[pledges["source"].isin(list(limited))].rename(columns={"estate": "place"})
    pledged = summed(own, ["source", "place"], "amount")
    keys, most = pledged[["source", "place"]], pledged["amount"].to_numpy(float)
    terms = [term(money.pay[["source", "place", "col"]], 1.0)]
    return make_rows("source_limits.pledge", keys, terms, upper=most, reach=LOCAL, unit="money")


def _topups(index: Index, columns: Columns) -> Rows:
    """Income of a project and what its county adds pay all service of its special bonds until each year."""
    case, issue, topup = index.case, columns["issue"], columns["topup"]
    keys = topup[["place", "year"]]
    service = service_terms(case, issue[issue["bond"].isin(list(special_bonds(case)))])
    owed = service[["place", "year", "col", "amount"]].assign(sign=-1.0)
    earned = income_terms(index, columns).assign(sign=1.0) if len(keys) else owed.iloc[:0]
    events = pd.concat([owed, earned, topup.assign(amount=1, sign=1.0)], ignore_index=True)
    events["amount"] = events["amount"].astype(float) * events["sign"]
    until = events.rename(columns={"year": "event"}).merge(keys, on="place")
    until = summed(until[until["event"] <= until["year"]], ["place", "year", "col"], "amount")
    return make_rows("source_limits.topup", keys, [term(until, "amount")], lower=0.0, reach=LOCAL, unit="money")
