"""Rows on accounts and debt, for the proof: source_limits, bonds."""

from __future__ import annotations

import pandas as pd

from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.accounts import KEY, total
from allocator.plan.audit.facts import CITY
from allocator.plan.audit.money_columns import MoneyColumns, by_account
from allocator.plan.audit.program import Rows, label, labels
from allocator.plan.audit.tied import VINTAGE, tied_money
from allocator.plan.audit.tied_columns import TiedColumns


def account_rows(money: MoneyColumns) -> Rows:
    """Rows of all families that bind accounts and debt."""
    rows = Rows()
    for family in (_limits, _wider_limits, _pledges, _bonds):
        family(money, rows)
    TiedColumns(money).put(rows)
    return rows


def _limits(money: MoneyColumns, rows: Rows) -> None:
    """Accounts by year; money that lasts longer than a year passes through columns ``use``."""
    facts, nothing = money.program.facts, dict[int, int]()
    tied = tied_money(facts).groupby(level=VINTAGE).sum().rename_axis(KEY)
    free = total(money.declared.carried, -tied)
    entries = [by_account(one) for one in (money.declared.running, free, money.declared.limit)]
    sources = facts.sources
    for key in sources.index[sources["limited"].astype(bool) & (sources["scope"] != "estate")]:
        span = int(sources["usable_years"][key])
        places = money.places[key]
        for place in places:
            running, carried, declared = (one.get((key, place), nothing) for one in entries)
            if span == 1:
                names = [label("source_limits", key, place, year) for year in facts.years]
                upper = [
                    declared.get(y, 0) - running.get(y, 0) + (sum(carried.values()) if y == facts.first else 0)
                    for y in facts.years
                ]
                rows.put_each(names, upper=upper)
                continue
            olds = sorted(set(carried) | set(facts.years))
            arrived = {year: declared.get(year, 0) + carried.get(year, 0) for year in olds}
            for year in olds:
                rows.put([label("source_limits.arrival", key, place, year)], upper=arrived[year])
            for year in facts.years:
                rows.put(
                    [label("source_limits.carry", key, place, year)],
                    lower=-running.get(year, 0),
                    upper=-running.get(year, 0),
                )
        uses = money.uses
        uses = uses[uses["source"] == key]
        rows.add(labels("source_limits.arrival", uses, ["source", "place", "arrival"]), uses["column"])
        rows.add(labels("source_limits.carry", uses, ["source", "place", "tau"]), uses["column"], -1)
        _money_in_and_out(money, rows, key, span)


def _money_in_and_out(money: MoneyColumns, rows: Rows, source: str, span: int) -> None:
    into, out = ("source_limits.arrival", "source_limits.carry") if span > 1 else ("source_limits", "source_limits")
    pays = money.pays[money.pays["source"] == source]
    rows.add(labels(out, pays, ["source", "place", "tau"]), pays["column"])
    served = money.charged
    served = served[
        (served["service_source"] == source)
        & served["due"].between(money.program.facts.first, money.program.facts.until)
    ]
    names = labels(out, served, ["service_source", "county", "due"])
    rows.add(names, served["column"], served["amount"].astype(object))
    issued = money.issues
    issued = issued[issued["source"] == source]
    rows.add(labels(into, issued, ["source", "place", "year"]), issued["column"], -issued["lot"].astype(object))
    gains = money.gains(source)
    rows.add(labels(into, gains, ["source", "place", "arrival"]), gains["column"], -gains["gain"].astype(object))


def _wider_limits(money: MoneyColumns, rows: Rows) -> None:
    """Limits of the whole city and on totals, and minimum use."""
    facts, declared = money.program.facts, money.declared.declared.reset_index()
    for source, place, year, amount, _firm, minimum in declared.itertuples(index=False):
        wide = place == CITY and facts.sources["scope"][source] != "city"
        kind = ("city_total" if place == CITY else "total") if year == TOTAL else ("city" if wide else "")
        if kind:
            keys = [key for key, use in ((place, place != CITY), (year, year != TOTAL)) if use]
            _one_limit(
                money,
                rows,
                label(f"source_limits.{kind}", source, *keys),
                (source, place, year, wide),
                upper=int(amount),
            )
        if minimum > 0:
            name = label("source_limits.minimum_use", source, place, year)
            _one_limit(money, rows, name, (source, place, year, wide), lower=int(minimum))


def _one_limit(
    money: MoneyColumns,
    rows: Rows,
    name: str,
    where: tuple[str, str, int, bool],
    *,
    lower: int | None = None,
    upper: int | None = None,
) -> None:
    source, place, year, wide = where
    facts = money.program.facts
    bills = money.declared.running.reset_index()
    bills = bills[(bills["source"] == source) & ((bills["place"] == place) | wide)]
    spent = int(bills.loc[(bills["year"] == year) | (year == TOTAL), "amount"].sum())
    rows.put([name], lower=None if lower is None else lower - spent, upper=None if upper is None else upper - spent)
    pays = money.pays[(money.pays["source"] == source) & ((money.pays["place"] == place) | wide)]
    pays = pays[(pays["tau"] == year) | (year == TOTAL)]
    rows.add(pd.Series(name, index=pays.index), pays["column"])
    if lower is not None:
        return
    served = money.charged
    served = served[(served["service_source"] == source) & served["due"].between(facts.first, facts.until)]
    served = served[((served["county"] == place) | wide) & ((served["due"] == year) | (year == TOTAL))]
    rows.add(pd.Series(name, index=served.index), served["column"], served["amount"].astype(object))


def _pledges(money: MoneyColumns, rows: Rows) -> None:
    facts = money.program.facts
    sources = facts.sources
    limited = sources.index[sources["limited"].astype(bool) & (sources["scope"] == "estate")]
    pays = money.pays[money.pays["source"].isin(limited)]
    rows.add(labels("source_limits.pledge", pays, ["source", "estate"]), pays["column"])
    pledged = facts.pledges.groupby(["source", "estate"])["amount"].sum().reset_index()
    pledged = pledged[pledged["source"].isin(limited)]
    rows.put_each(
        labels("source_limits.pledge", pledged, ["source", "estate"]), upper=pledged["amount"].astype(int).tolist()
    )


def _bonds(money: MoneyColumns, rows: Rows) -> None:
    """Quotas, and ceilings of general and of special debt."""
    facts, issues, service = money.program.facts, money.issues, money.service
    names = labels("bonds.quota", issues, ["bond", "place", "year"])
    rows.add(names, issues["column"], issues["lot"].astype(object))
    rows.put_each(names, upper=issues["quota"].astype(int).tolist())
    _county_quotas(money, rows)
    for prefix in ("", "special_"):
        own, due = (frame[frame["bond"].isin(list(facts.special)) == bool(prefix)] for frame in (issues, service))
        _ceilings(money, rows, prefix, own, due)


def _county_quotas(money: MoneyColumns, rows: Rows) -> None:
    facts, kind, keys = money.program.facts, "bonds.county_quota", ["bond", "county", "year"]
    own = money.issues[money.issues["bond"].isin(list(facts.special))]
    rows.add(labels(kind, own, keys), own["column"], own["lot"].astype(object))
    declared = money.declared.declared["amount"].reset_index()
    counties = set(facts.case.scenario.counties) - set(facts.case.register.areas["area"])
    for bond in sorted(facts.special):
        source = facts.case.policy.bonds[bond].source
        wide = declared[(declared["source"] == source) & declared["place"].isin(counties)]
        wide = wide[wide["year"].between(facts.first, facts.until)].assign(bond=bond)
        names = labels(kind, wide.rename(columns={"place": "county"}), keys)
        rows.put_each(names, upper=wide["amount"].astype(int).tolist())


def _ceilings(money: MoneyColumns, rows: Rows, prefix: str, issues: pd.DataFrame, service: pd.DataFrame) -> None:
    debt = money.program.facts.case.register.debt
    kind, due = f"bonds.{prefix}service", service.assign(year=service["due"])
    names = labels(kind, due, ["county", "year"])
    rows.add(names, due["column"], (due["principal"] + due["interest"]).astype(object))
    some = debt[debt[f"{prefix}service_ceiling"].notna()]
    room = some[f"{prefix}service_ceiling"] - some[f"{prefix}existing_service"]
    rows.put_each(labels(kind, some, ["county", "year"]), upper=room.astype(int).tolist())
    kind, some = f"bonds.{prefix}stock", debt[debt[f"{prefix}stock_ceiling"].notna()]
    room = some[f"{prefix}stock_ceiling"] - some[f"{prefix}existing_stock"]
    rows.put_each(labels(kind, some, ["county", "year"]), upper=room.astype(int).tolist())
    years = some[["county", "year"]].rename(columns={"year": "end"})
    standing = issues.merge(years, on="county")
    standing = standing[standing["end"] >= standing["year"]]
    rows.add(labels(kind, standing, ["county", "end"]), standing["column"], standing["lot"].astype(object))
    repaid = service.merge(years, on="county")
    repaid = repaid[repaid["end"] >= repaid["due"]]
    rows.add(labels(kind, repaid, ["county", "end"]), repaid["column"], -repaid["principal"].astype(object))
