"""Firm money: the plan calls firm no more than the register does: certainty."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.accounts import ACCOUNT, KEY, Accounts, grid, total
from allocator.plan.audit.report import Book
from allocator.plan.audit.running import placed


def check_certainty(accounts: Accounts, book: Book) -> None:
    """Re-check that firm money is part of the amounts, and no more than limits, carried money and pledges give."""
    tables, unpaid = accounts.view.tables, accounts.view.unpaid
    for name, keys in (("payments", ["part", "source", "year"]), ("source_use", ["source", "place", "year"])):
        table = tables[name]
        book.none(
            "certainty", _("{table}: firm money is part of the amount").format(table=name), table,
            (table["firm"] < 0) | (table["firm"] > table["amount"]), (keys, "firm", "amount"),
        )  # fmt: skip
    wrong = unpaid["firm"] != 0
    book.none("certainty", _("no shortfall is firm"), unpaid, wrong, (["part", "year"], "firm", "0"))
    firm = accounts.limited(total(accounts.firm, accounts.overall["firm"], accounts.carried))
    use = tables["source_use"].groupby(["source", "place", "arrival_year"])["firm"].sum().rename_axis(KEY)
    _under(book, _("source_use: firm money by arrival"), accounts.limited(use), firm)
    _firm_payments(accounts, firm, book)
    _firm_pledges(accounts, book)


def _firm_payments(accounts: Accounts, firm: pd.Series, book: Book) -> None:
    """Firm payments and bills of a year, and of all years up to it, against the firm money that could be used then."""
    facts, lines = accounts.facts, accounts.view.payments
    bills = placed(accounts, accounts.view.tables["running"])
    both = (rows.groupby(KEY)["firm"].sum().rename("amount") for rows in (lines[lines["scope"] != "estate"], bills))
    paid = accounts.limited(total(*both))
    whole = accounts.is_overall(paid.index)
    _under(book, _("firm payments of all years"), accounts.booked(paid[whole]), accounts.overall["firm"])
    paid = paid[~whole]
    if not len(paid):
        return
    index = pd.MultiIndex.from_frame(paid.reset_index()[ACCOUNT].drop_duplicates())
    span = accounts.source_fact(index, "usable_years").astype("int64")[:, None, None]
    olds = sorted({*firm.index.get_level_values("year"), *facts.years})
    supply, need = grid(firm, index, olds)[:, :, None], grid(paid, index, facts.years)
    vintage, year = np.array(olds)[None, :, None], np.array(facts.years)[None, None, :]
    opening = (vintage < facts.first) & (year == facts.first)
    usable = (vintage <= year) & ((vintage + span > year) | opening)
    within, until = (supply * usable).sum(axis=1), (supply * (vintage <= year)).sum(axis=1)
    keys = pd.MultiIndex.from_tuples([(*account, year) for account in index for year in facts.years], names=KEY)
    for title, have, take in (
        (_("firm payments of a year"), within, need),
        (_("firm payments up to a year"), until, need.cumsum(axis=1)),
    ):
        _under(book, title, pd.Series(take.ravel(), index=keys), pd.Series(have.ravel(), index=keys))


def _firm_pledges(accounts: Accounts, book: Book) -> None:
    facts = accounts.facts
    pledges, sources = facts.pledges, facts.case.policy.sources
    always = [key for key, source in sources.items() if source.firm]
    sure = pledges["certainty"].isin(facts.case.scenario.firm) | pledges["source"].isin(always)
    promised = pledges[sure].groupby(["source", "estate"])["amount"].sum().astype("int64")
    limited = [key for key, source in sources.items() if source.scope == "estate" and source.limited]
    lines = accounts.view.payments
    lines = lines[lines["source"].isin(limited)]
    _under(book, _("firm payments from pledges"), lines.groupby(["source", "estate"])["firm"].sum(), promised)


def _under(book: Book, subject: str, found: pd.Series, limit: pd.Series) -> None:
    book.at_most("certainty", subject, found, limit.reindex(found.index, fill_value=0), money=True)
