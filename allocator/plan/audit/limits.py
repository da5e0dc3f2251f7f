"""Limits, carried money and minimum use; the tables of accounts and of their use: source_limits."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from allocator.i18n import _
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.accounts import ACCOUNT, KEY, Accounts, total
from allocator.plan.audit.certainty import check_certainty
from allocator.plan.audit.facts import CITY, SHORTFALL
from allocator.plan.audit.report import Book
from allocator.plan.audit.running import check_running
from allocator.plan.audit.tied import check_tied
from allocator.plan.audit.view import View

TABLE_COLUMNS = [
    "limit",
    "formula",
    "bonds",
    "excess",
    "carried_in",
    "running",
    "service",
    "paid",
    "carried_out",
    "lapsed",
]


def check_accounts(view: View, book: Book) -> None:
    """Re-check limits, carried money, minimum use, and the tables of accounts and of their use."""
    accounts = Accounts(view)
    balance, _uses = accounts.books
    book.at_most(
        "source_limits", _("nothing is used that has not arrived, or that has lapsed"),
        balance["missing"], balance["missing"] * 0, money=True,
    )  # fmt: skip
    check_tied(accounts.tied, book)
    _wider_limits(accounts, book)
    _minimum_use(accounts, book)
    _accounts_table(accounts, book)
    _use_table(accounts, book)
    check_running(accounts, book)
    check_certainty(accounts, book)


def _wider_limits(accounts: Accounts, book: Book) -> None:
    """Limits of the whole city on sources that lie elsewhere, and limits on totals."""
    used, declared = accounts.within.rename("amount").reset_index(), accounts.declared.reset_index()
    for keys, rows in _by_extent(accounts, declared):
        title = _("limits by {keys}").format(keys=", ".join(keys))
        book.at_most(
            "source_limits", title, used.groupby(keys)["amount"].sum(), rows.groupby(keys)["amount"].sum(), money=True
        )


def _minimum_use(accounts: Accounts, book: Book) -> None:
    spent = total(accounts.paid, accounts.running).reset_index()
    declared = accounts.declared.reset_index()
    declared = declared[declared["minimum"] > 0]
    at_accounts = accounts.at_accounts("minimum").reset_index(name="minimum")
    every = [(KEY, at_accounts[at_accounts["minimum"] > 0]), *_by_extent(accounts, declared)]
    for keys, rows in every:
        title = _("minimum use by {keys}").format(keys=", ".join(keys))
        book.at_least(
            "source_limits", title, spent.groupby(keys)["amount"].sum(), rows.groupby(keys)["minimum"].sum(), money=True
        )


def _by_extent(accounts: Accounts, declared: pd.DataFrame) -> Iterator[tuple[list[str], pd.DataFrame]]:
    """Rows of limits that reach beyond one account in one year, with the keys they are summed by."""
    scope = declared["source"].map(accounts.facts.sources["scope"])
    over_places = (declared["place"] == CITY) & (scope != "city")
    over_years = declared["year"] == TOTAL
    yield ["source", "year"], declared[over_places & ~over_years]
    yield ACCOUNT, declared[~over_places & over_years]
    yield ["source"], declared[over_places & over_years]


def _accounts_table(accounts: Accounts, book: Book) -> None:
    facts, table = accounts.facts, accounts.view.tables["accounts"]
    scope = table["source"].map(facts.sources["scope"]).fillna("")
    table = table[~scope.isin(["estate"]) & (table["source"] != SHORTFALL)]
    book.none(
        "source_limits", _("one row per account and year"), table, table.duplicated(KEY), (KEY, _("two rows"),
        _("one row")),
    )  # fmt: skip
    free = facts.sources.index[~facts.sources["limited"].astype(bool)]
    book.none(
        "source_limits", _("unlimited accounts are marked"), table, table["unlimited"] != table["source"].isin(free),
        (KEY, "unlimited", _("as the policy model says")),
    )  # fmt: skip
    told = table.groupby(KEY)[TABLE_COLUMNS].sum()
    balance, _uses = accounts.books
    sums = accounts.overall
    left = total(sums["amount"], -accounts.booked(accounts.within)[lambda used: used.index.isin(sums.index)])
    own = {
        "limit": accounts.limited(total(accounts.limit, sums["amount"])), "formula": accounts.limited(accounts.formula),
        "bonds": accounts.limited(accounts.bonds), "excess": accounts.limited(accounts.tied.excess),
        "running": accounts.booked(accounts.running),
        "service": accounts.booked(accounts.service), "paid": accounts.booked(accounts.paid),
        "carried_in": balance["carried_in"], "carried_out": balance["carried_out"],
        "lapsed": total(balance["lapsed"], left),
    }  # fmt: skip
    for name in TABLE_COLUMNS:
        known = told[name] if name in ("running", "service", "paid") else accounts.limited(told[name])
        book.equal("source_limits", _("accounts: {column}").format(column=name), known, own[name], money=True)
    plain = table[
        ~table["unlimited"] & ~table["source"].isin(facts.sources.index[facts.sources["bond_fed"].astype(bool)])
    ]
    book.equal(
        "certainty", _("accounts: firm_limit"), plain.groupby(KEY)["firm_limit"].sum(),
        total(accounts.limited(accounts.firm)[~accounts.bond_fed(accounts.limited(accounts.firm))], sums["firm"]),
        money=True,
    )  # fmt: skip


def _use_table(accounts: Accounts, book: Book) -> None:
    """Uses of accounts whose money lasts longer than a year, oldest first; others when the table shows them."""
    keys = [*ACCOUNT, "arrival_year", "year"]
    table = accounts.view.tables["source_use"]
    table = table[~accounts.is_overall(pd.MultiIndex.from_frame(table[ACCOUNT]))]
    told = accounts.limited(table.groupby(keys)["amount"].sum())
    _balance, uses = accounts.books
    own = uses["amount"]
    span = accounts.source_fact(own.index, "usable_years")
    shown = pd.MultiIndex.from_frame(told.reset_index()[ACCOUNT])
    mentioned = pd.MultiIndex.from_frame(own.reset_index()[ACCOUNT]).isin(shown)
    book.equal(
        "source_limits", _("source_use: the oldest money is used first"), told[told != 0],
        own[(span > 1) | mentioned], money=True,
    )  # fmt: skip
