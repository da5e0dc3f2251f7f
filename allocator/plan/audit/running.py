"""Projects under way: every bill of the register is in the plan once, at its account, and firm money is shared."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.accounts import KEY, Accounts
from allocator.plan.audit.facts import CITY
from allocator.plan.audit.report import Book

BILL = ["project", "source", "year"]


def check_running(accounts: Accounts, book: Book) -> None:
    """Re-check the table of projects under way against the register and against the accounts that pay."""
    table = accounts.view.tables["running"]
    book.none(
        "source_limits", _("running: one row per bill"), table, table.duplicated(BILL), (BILL, _("two rows"),
        _("one row")),
    )  # fmt: skip
    bills = _bills(accounts)
    for name in ("amount", "estates", "households", "start_year"):
        told, own = table.groupby(BILL)[name].sum(), bills.groupby(BILL)[name].sum()
        title = _("running: {column} of every bill in the register").format(column=name)
        book.equal("source_limits", title, told, own, money=name == "amount")
    _texts(table, bills, book)
    wrong = (table["firm"] < 0) | (table["firm"] > table["amount"])
    title = _("{table}: firm money is part of the amount").format(table="running")
    book.none("certainty", title, table, wrong, (BILL, "firm", "amount"))
    charged = accounts.view.tables["accounts"]
    by_account = charged.groupby(KEY)["running"].sum()
    shown = accounts.booked(placed(accounts, table).groupby(KEY)["amount"].sum())
    _own_money(accounts, table, bills, book)
    book.equal("source_limits", _("accounts: bills of running projects"), by_account, shown, money=True)


def placed(accounts: Accounts, table: pd.DataFrame) -> pd.DataFrame:
    """Bills with the ``place`` of the account that pays them; those that charge no account are left out."""
    scope = table["source"].map(accounts.facts.sources["scope"])
    table, scope = table[scope != "estate"], scope[scope != "estate"]
    return table.assign(place=table["county"].where(scope != "city", CITY))


def _bills(accounts: Accounts) -> pd.DataFrame:
    """Bills of the register in the payment years, with level and ledger of their source."""
    rows = accounts.facts.case.register.running
    rows = rows[rows["year"].between(accounts.facts.first, accounts.facts.until)].astype({"year": "int64"})
    sources = accounts.facts.case.policy.sources
    return rows.assign(
        start_year=rows["start_year"].fillna(0).astype("int64"),
        level=rows["source"].map({key: source.level for key, source in sources.items()}),
        ledger=rows["source"].map({key: source.ledger for key, source in sources.items()}),
    )


def _texts(table: pd.DataFrame, bills: pd.DataFrame, book: Book) -> None:
    facts = table[BILL].merge(bills.drop_duplicates(BILL), on=BILL, how="left")
    for name in ("name", "kind", "county", "level", "ledger"):
        pair = table[[*BILL, name]].assign(expected=facts[name].fillna("").to_numpy())
        wrong = pair[name].astype(object) != pair["expected"].astype(object)
        book.none("source_limits", _("running: {column}").format(column=name), pair, wrong, (BILL, name, "expected"))


def _own_money(accounts: Accounts, table: pd.DataFrame, bills: pd.DataFrame, book: Book) -> None:
    """What residents or owners pay themselves is firm as far as it arrived and is unspent."""
    own = table[table["source"].map(accounts.facts.sources["scope"]) == "estate"]
    once = bills.drop_duplicates(["project", "source"]).set_index(["project", "source"])
    held = (once["arrived"] - once["paid"]).fillna(0).astype("int64")
    told = own.groupby(["project", "source"])["firm"].sum()
    title = _("running: firm money of residents and owners")
    book.at_most("certainty", title, told, held.reindex(told.index, fill_value=0), money=True)
