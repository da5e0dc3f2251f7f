"""The register of the next round: what has started is under way, what is left is carried, what is past is gone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from allocator.analysis.roll.happened import Happened
from allocator.analysis.roll.new_limits import new_capacity, new_limits, new_tasks
from allocator.analysis.roll.purses import Account, Purse, bond_service, counties
from allocator.inputs.frames import blank_value, series
from allocator.inputs.register_sheets import DEBT_SERVICE, SHEET

_OF_ESTATES = ("items", "gates", "pledges", "votes")


def new_register(happened: Happened, money: dict[Account, Purse], last_payment: int) -> dict[str, pd.DataFrame]:
    """Sheets of the register after the year, by key; ``last_payment`` is the last year the new scenario pays in."""
    register, year = happened.year.case.register, happened.year
    frames = _without_started(happened)
    frames["gates"] = _gates(frames["gates"], happened.met)
    frames["running"] = _running(happened, money, last_payment)
    frames["carried"] = _carried(money)
    frames["limits"] = new_limits(happened, money)
    frames["tasks"] = new_tasks(happened)
    frames["capacity"] = new_capacity(happened)
    frames["debt"] = _debt(happened)
    starts = year.run.tables["projects"]
    starts = starts[(starts["start_year"] >= year.first) & ~starts["project"].isin(happened.started.index)]
    documents = dict(zip(register.adopted["project"], register.adopted["document"], strict=True))
    frames["adopted"] = sheet_frame(
        "adopted",
        project=starts["project"].tolist(),
        start_year=starts["start_year"].tolist(),
        document=[documents.get(project, "") for project in starts["project"]],
    )
    return {key: frames[key] for key in SHEET}


def sheet_frame(sheet: str, **columns: list[object]) -> pd.DataFrame:
    """Frame of a sheet; columns that are left out are blank."""
    count = len(next(iter(columns.values())))
    return pd.DataFrame({c.key: series(c, columns.get(c.key, [blank_value(c)] * count)) for c in SHEET[sheet].columns})


def _without_started(happened: Happened) -> dict[str, pd.DataFrame]:
    """Candidates: everything of the register but the estates of projects that started."""
    register = happened.year.case.register
    gone = set(happened.started.index)
    frames = {key: getattr(register, key) for key in SHEET}
    frames["estates"] = _kept(register.estates, "project", gone)
    frames["projects"] = _kept(register.projects, "project", gone)
    estates = set(register.estates["estate"]) - set(frames["estates"]["estate"])
    for sheet in _OF_ESTATES:
        frames[sheet] = _kept(frames[sheet], "estate", estates)
    frames["neighbours"] = _kept(_kept(register.neighbours, "estate", estates), "neighbour", estates)
    items = set(register.items["item"]) - set(frames["items"]["item"])
    frames["component_costs"] = _kept(register.component_costs, "item", items)
    frames["areas"] = register.areas[register.areas["area"].isin(set(frames["estates"]["area"]))]
    return frames


def _kept(frame: pd.DataFrame, key: str, gone: set[str]) -> pd.DataFrame:
    return frame[~frame[key].isin(gone)].reset_index(drop=True)


def _gates(gates: pd.DataFrame, met: pd.DataFrame) -> pd.DataFrame:
    """Gates as registered, those that the actuals report as they report them."""
    told = pd.concat([met[gates.columns], gates], ignore_index=True)
    told = told.drop_duplicates(["estate", "gate"])
    keep = told["estate"].isin(set(gates["estate"]) | set(met["estate"]))
    return told[keep].sort_values(["estate", "gate"], ignore_index=True)


def _running(happened: Happened, money: dict[Account, Purse], last_payment: int) -> pd.DataFrame:
    """Projects under way with what is still to be paid, bills of the year that were not paid in the first new year."""
    first = happened.year.first
    bills = happened.bills.assign(year=happened.bills["year"].clip(lower=first))
    sums = bills.groupby(["project", "source", "year"], as_index=False)[["paid", "unpaid"]].sum()
    paid = sums.groupby(["project", "source"])["paid"].transform("sum")
    due = sums.assign(paid=paid)
    pairs = due.groupby(["project", "source"])["unpaid"].transform("sum")
    # a source that has paid all keeps one row, so that payments and bills of a project add up to its estimate
    due = due[(due["unpaid"] > 0) | ((pairs == 0) & ~due.duplicated(["project", "source"]))]
    left = due.groupby("project")["unpaid"].transform("sum")
    due = due[(left > 0) | (due["project"].isin(happened.started.index) & happened.year.mid_year)]
    rows = due.rename(columns={"unpaid": "amount"}).reset_index(drop=True)
    facts = _facts(happened)
    before = _before(happened, rows)
    known = rows.merge(facts, on="project", how="left")
    known["paid"] = rows["paid"].astype("Int64") + before["paid"]
    known["arrived"] = known["paid"] + held_money(happened, money, known, before["arrived"] - known["paid"])
    service = _service_rows(happened, last_payment)
    columns = {c.key: [*known[c.key].tolist(), *service[c.key].tolist()] for c in SHEET["running"].columns}
    return sheet_frame("running", **columns).sort_values(["project", "source", "year"], ignore_index=True)


def held_money(
    happened: Happened, money: dict[Account, Purse], rows: pd.DataFrame, held: pd.Series[Any]
) -> pd.Series[Any]:
    """What each project and source still holds of what arrived: no more than its account has left, in the rows' order.

    Money of residents and owners is the project's own. ``held`` is what would be left of the project's own arrivals.
    """
    scope = {name: source.scope for name, source in happened.year.case.policy.sources.items()}
    left = {account: sum(purse.closing.values()) for account, purse in money.items()}
    shares: dict[tuple[str, str], int] = {}
    found = []
    for project, source, county, amount in zip(rows["project"], rows["source"], rows["county"], held, strict=True):
        own, key = 0 if pd.isna(amount) else max(0, int(amount)), (project, source)
        if key not in shares and scope[source] != "estate":
            account = (source, "" if scope[source] == "city" else county)
            shares[key] = min(own, left.get(account, 0))
            left[account] = left.get(account, 0) - shares[key]
        found.append(pd.NA if pd.isna(amount) else shares.get(key, own))
    return pd.Series(found, index=rows.index, dtype="Int64")


def _before(happened: Happened, rows: pd.DataFrame) -> pd.DataFrame:
    """What had arrived and been paid before the year; nothing for new starts, unknown stays unknown."""
    running = happened.year.case.register.running.drop_duplicates(["project", "source"])
    known = rows[["project", "source"]].merge(
        running[["project", "source", "arrived", "paid"]], on=["project", "source"], how="left", indicator=True
    )
    fresh = known["_merge"] == "left_only"
    return pd.DataFrame({key: known[key].astype("Int64").mask(fresh, 0) for key in ("arrived", "paid")})


def _facts(happened: Happened) -> pd.DataFrame:
    """Facts of every project under way: as registered, or as its start was reported."""
    register = happened.year.case.register
    columns = ["name", "county", "start_year", "estates", "households", "estimate", "contract", "done", "expected_end"]
    columns += ["document", "kind"]
    old = register.running.drop_duplicates("project")[["project", *columns]]
    sizes = register.estates.groupby("project").agg(estates=("estate", "size"), households=("households", "sum"))
    first = register.estates.groupby("project")["name"].first()
    started = happened.started.drop(columns=["name"]).join(sizes)
    names = register.projects.set_index("project")["name"].reindex(started.index).fillna("")
    started["kind"] = "project"
    started["name"] = names.where(names != "", first.reindex(started.index).fillna(""))
    started["county"] = pd.Series(counties(happened), dtype=object).reindex(started.index)
    return pd.concat([old, started.reset_index()[["project", *columns]]], ignore_index=True)


def _service_rows(happened: Happened, last_payment: int) -> pd.DataFrame:
    """Service of the bonds issued: bills on the source that pays it, so that no other start is paid with it."""
    policy = happened.year.case.policy
    past = happened.year.past
    records = [
        {
            "project": f"{bond}-{county}-{past}",
            # as the register is written, whatever language messages have
            "name": f"{policy.bonds[bond].label.text('zh') or bond}还本付息({past}年发行)",
            "county": county, "source": source, "year": due, "amount": principal + interest, "kind": DEBT_SERVICE,
        }
        for bond, county, source, due, principal, interest in bond_service(happened)
        if due <= last_payment and principal + interest
    ]  # fmt: skip
    columns = {c.key: [record.get(c.key, blank_value(c)) for record in records] for c in SHEET["running"].columns}
    return sheet_frame("running", **columns)


def _carried(money: dict[Account, Purse]) -> pd.DataFrame:
    rows = [
        (source, place, arrival, amount)
        for (source, place), purse in sorted(money.items())
        for arrival, amount in sorted(purse.closing.items())
    ]
    source, place, arrival, amount = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    return sheet_frame("carried", source=source, place=place, arrival_year=arrival, amount=amount)


def _debt(happened: Happened) -> pd.DataFrame:
    """Debt by year: what was issued is existing stock and service now; years that are past are gone."""
    first, past = happened.year.first, happened.year.past
    debt = happened.year.case.register.debt
    stock: dict[tuple[str, int], int] = {}
    service: dict[tuple[str, int], int] = {}
    left: dict[tuple[str, str], int] = {}
    for bond, county, amount in happened.issued.itertuples(index=False, name=None):
        left[bond, county] = int(amount)
        stock[county, past] = stock.get((county, past), 0) + int(amount)
    for bond, county, _source, due, principal, interest in bond_service(happened):
        left[bond, county] -= principal
        stock[county, due] = stock.get((county, due), 0) + left[bond, county]
        service[county, due] = service.get((county, due), 0) + principal + interest
    known = set(zip(debt["county"], debt["year"].astype(int), strict=True))
    added = sorted(
        key for key in {*stock, *service} - known if key[1] >= first and (stock.get(key) or service.get(key))
    )
    more = sheet_frame("debt", county=[c for c, _y in added], year=[y for _c, y in added])
    whole = pd.concat([debt, more], ignore_index=True) if added else debt
    keys = list(zip(whole["county"], whole["year"].astype(int), strict=True))
    whole = whole.assign(
        existing_stock=whole["existing_stock"] + np.array([stock.get(key, 0) for key in keys], dtype=np.int64),
        existing_service=whole["existing_service"] + np.array([service.get(key, 0) for key in keys], dtype=np.int64),
    )
    return whole[whole["year"] >= first].sort_values(["county", "year"], ignore_index=True)
