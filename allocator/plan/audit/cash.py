"""What comes is what goes: the tables source_tree and cash against payments, bills, accounts, debt and one another."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.facts import SHORTFALL
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View

KEY = ["county", "source", "year"]
CASH = ["county", "year"]
CAME = ["limit", "formula", "bonds", "excess", "as_needed", "carried_in", "shared"]
WENT = ["running", "service", "paid", "carried_out", "lapsed"]
CASH_CAME = ["opening", "arrived", "issued", "excess", "shared", "shortfall", "later_budgets"]
CASH_WENT = ["running", "paid", "interest", "repaid", "topup", "lapsed", "closing"]


def check_cash(view: View, book: Book) -> None:
    """Re-check that every row adds up, that nothing is told twice or left out, and that years follow one another."""
    table = view.tables["source_tree"]
    rows = table.assign(came=table[CAME].sum(axis=1), went=table[WENT].sum(axis=1))
    _adds_up("source_tree", rows, KEY, book)
    _names(view, table, book)
    _spent(view, table, book)
    _accounts(view, table, book)
    _cash(view, table, book)


def _adds_up(name: str, rows: pd.DataFrame, keys: list[str], book: Book) -> None:
    title = _("{table}: one row per key").format(table=name)
    book.none("tables", title, rows, rows.duplicated(keys), (keys, _("two rows"), _("one row")))
    title = _("{table}: what came is what went, is carried on or lapsed").format(table=name)
    by_key = rows.groupby(keys)[["came", "went"]].sum()
    book.equal("tables", title, by_key["came"], by_key["went"], money=True)


def _names(view: View, table: pd.DataFrame, book: Book) -> None:
    """Level and ledger are those of the source."""
    for name in ("level", "ledger"):
        own = table["source"].map(view.facts.sources[name]).fillna("").astype("str")
        wrong = table[name].astype("str") != own
        title = _("source_tree: {column}").format(column=name)
        book.none("tables", title, table.assign(own=own), wrong, (KEY, name, "own"))


def _spent(view: View, table: pd.DataFrame, book: Book) -> None:
    """What is spent is what payment lines and bills under way say, by county, source and year."""
    lines = view.payments[view.payments["source"] != SHORTFALL]
    bills, told = view.tables["running"], table.groupby(KEY)[["paid", "running", "firm"]].sum()
    firm = pd.concat([lines[[*KEY, "firm"]], bills[[*KEY, "firm"]]], ignore_index=True)
    for name, rows, column in (("paid", lines, "amount"), ("running", bills, "amount"), ("firm", firm, "firm")):
        title = _("source_tree: {column}").format(column=name)
        book.equal("tables", title, told[name], rows.groupby(KEY)[column].sum(), money=True)


def _accounts(view: View, table: pd.DataFrame, book: Book) -> None:
    """What arrives, lapses and is carried is what the accounts say; a sum for all years comes first and lapses last."""
    facts, accounts = view.facts, view.tables["accounts"]
    whole = accounts["year"] == TOTAL
    at_first = accounts.assign(county=_county(view, accounts), year=accounts["year"].mask(whole, facts.first))
    at_last = at_first.assign(year=accounts["year"].mask(whole, facts.until))
    told = table.groupby(KEY)[[*CAME, *WENT, "firm_limit"]].sum()
    for name, rows in (
        *((name, at_first) for name in ("limit", "firm_limit", "formula", "bonds", "excess", "service")),
        ("lapsed", at_last),
    ):  # fmt: skip
        title = _("source_tree: {column}").format(column=name)
        book.equal("tables", title, told[name], rows.groupby(KEY)[name].sum(), money=True)
    book.equal("tables", _("source_tree: as_needed"), told["as_needed"], _as_needed(view, at_first), money=True)
    moved = table.groupby(["source", "year"])["shared"].sum()
    book.equal("tables", _("source_tree: what the city shares out"), moved, moved * 0, money=True)
    _carried(view, table, at_first[~whole.to_numpy()], book)


def _carried(view: View, table: pd.DataFrame, accounts: pd.DataFrame, book: Book) -> None:
    """What a year carries out the next carries in; at both ends stands what the accounts say."""
    first, until = view.facts.first, view.facts.until
    out = table.assign(year=table["year"] + 1)
    own_in = accounts[accounts["year"] == first].groupby(KEY)["carried_in"].sum()
    own_out = accounts[accounts["year"] == until].groupby(KEY)["carried_out"].sum()
    later = out[out["year"] <= until].groupby(KEY)["carried_out"].sum()
    told = table.groupby(KEY)["carried_in"].sum()
    book.equal("tables", _("source_tree: carried_in"), told, pd.concat([own_in, later]), money=True)
    last = table[table["year"] == until].groupby(KEY)["carried_out"].sum()
    book.equal("tables", _("source_tree: carried_out"), last, own_out, money=True)


def _as_needed(view: View, accounts: pd.DataFrame) -> pd.Series:
    """What sources without limit pay, and what residents or owners of projects under way pay themselves."""
    free, bills = accounts[accounts["unlimited"]], view.tables["running"]
    free = free.assign(amount=free[["running", "service", "paid"]].sum(axis=1))
    own = bills[bills["source"].map(view.facts.sources["scope"]) == "estate"]
    return pd.concat([free[[*KEY, "amount"]], own[[*KEY, "amount"]]], ignore_index=True).groupby(KEY)["amount"].sum()


def _county(view: View, accounts: pd.DataFrame) -> pd.Series:
    """County in which each account lies; "" for those of the whole city."""
    areas, estates = view.facts.case.register.areas, view.facts.estates
    known = dict(zip(areas["area"], areas["county"], strict=True)) | estates["county"].to_dict()
    scope = accounts["source"].map(view.facts.sources["scope"])
    return accounts["place"].where(scope.isin(["county", "city"]), accounts["place"].map(known))


def _cash(view: View, tree: pd.DataFrame, book: Book) -> None:
    table, debt = view.tables["cash"], view.tables["debt"]
    rows = table.assign(came=table[CASH_CAME].sum(axis=1), went=table[CASH_WENT].sum(axis=1))
    _adds_up("cash", rows, CASH, book)
    told = table.groupby(CASH)[[*CASH_CAME, *CASH_WENT, "existing_service", "stock"]].sum()
    gap = view.unpaid.groupby(CASH)["amount"].sum()
    sums, owed = (
        tree.groupby(CASH)[[*CAME, *WENT]].sum(),
        debt.groupby(CASH)[["principal", "interest", "special_topup"]].sum(),
    )
    own = {
        "opening": sums["carried_in"], "closing": sums["carried_out"], "lapsed": sums["lapsed"],
        "arrived": sums["limit"] + sums["formula"] + sums["as_needed"], "issued": sums["bonds"],
        "excess": sums["excess"],
        "shared": sums["shared"], "running": sums["running"], "shortfall": gap,
        "paid": sums["paid"].add(gap, fill_value=0).astype("int64"),
        "interest": owed["interest"], "repaid": owed["principal"], "topup": owed["special_topup"],
        "existing_service": debt.groupby(CASH)["existing_service"].sum(), "stock": debt.groupby(CASH)["stock"].sum(),
    }  # fmt: skip
    for name, expected in own.items():
        book.equal("tables", _("cash: {column}").format(column=name), told[name], expected, money=True)
    ceilings, shown = (rows.drop_duplicates(CASH).set_index(CASH) for rows in (debt, table))
    for name in ("stock_ceiling", "service_ceiling"):
        known = ceilings[name].reindex(shown.index, fill_value=-1)
        book.equal("tables", _("cash: {column}").format(column=name), shown[name], known, money=True)
