"""Carried money tied to projects under way, and money beyond limits: used once, in its time: source_limits."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from allocator.i18n import _
from allocator.inputs.schemas.base import in_force
from allocator.plan.audit.exact import fraction
from allocator.plan.audit.facts import Facts
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View

TIED = ["source", "place", "arrival_year", "project"]
VINTAGE = ["source", "place", "arrival_year"]
KEY = ["source", "place", "year"]


def tied_money(facts: Facts) -> pd.Series:
    """Carried money of projects under way that may still be used, by ``TIED``."""
    rows = facts.case.register.carried
    usable = rows["source"].map(facts.sources["usable_years"]).astype("int64")
    rows = rows[(rows["project"] != "") & ((usable == 1) | (rows["arrival_year"] + usable - 1 >= facts.first))]
    sums = rows[rows["amount"] > 0].astype({"arrival_year": "int64"}).groupby(TIED)["amount"].sum()
    return sums.astype("int64")


def reallocation_price(facts: Facts) -> Fraction:
    """Price of a yuan moved, as an exact number; 0 without a rule in force."""
    rule = facts.case.policy.reallocation
    known = rule is not None and in_force((rule,), facts.as_of) is not None
    return fraction(rule.price) if rule is not None and known else fraction(0)


@dataclass(frozen=True)
class Tied:
    """What the plan says of tied money and of money beyond limits."""

    view: View

    @cached_property
    def own(self) -> pd.DataFrame:
        """Uses of tied money for its own project's bills."""
        table = self.view.tables["source_use"]
        return table[table["project"] != ""]

    @cached_property
    def kept(self) -> pd.Series:
        """Carried money that is tied and not moved, by source, place and year of arrival."""
        money, table = tied_money(self.view.facts), self.view.tables["reallocations"]
        moved = table.groupby(TIED)["amount"].sum().reindex(money.index, fill_value=0)
        left: pd.Series = (money - moved).groupby(level=VINTAGE).sum()
        return left.rename_axis(KEY).astype("int64")

    @cached_property
    def excess(self) -> pd.Series:
        """Money found beyond the limits of accounts by year."""
        table = self.view.tables["accounts"]
        return table[table["excess"] != 0].groupby(KEY)["excess"].sum().astype("int64")


def check_tied(tied: Tied, book: Book) -> None:
    """Re-check that tied money pays its own bills or is told as moved, once; and where limits may be exceeded."""
    facts, table = tied.view.facts, tied.view.tables["reallocations"]
    money, own = tied_money(facts), tied.own
    book.none(
        "source_limits", _("reallocations: one row per sum of carried money"), table, table.duplicated(TIED),
        (TIED, _("two rows"), _("one row")),
    )  # fmt: skip
    told = table.groupby(TIED)[["carried", "own", "amount", "left"]].sum()
    book.equal(
        "source_limits", _("reallocations: carried money of projects under way"), told["carried"], money, money=True
    )
    used = own.groupby(TIED)["amount"].sum()
    book.equal("source_limits", _("reallocations: what pays the project's own bills"), told["own"], used, money=True)
    whole = told["own"] + told["amount"] + told["left"]
    book.equal(
        "source_limits", _("reallocations: own bills, moved and left are all"), whole, told["carried"], money=True
    )
    low = (table[["own", "amount", "left"]] < 0).any(axis=1)
    book.none("source_limits", _("reallocations: no sum is negative"), table, low, (TIED, "left", ">= 0"))
    wrong = table["price"] != float(reallocation_price(facts))
    book.none("source_limits", _("reallocations: price"), table, wrong, (TIED, "price", _("as the policy model says")))
    _own_uses(facts, own, book)
    _excess(tied, book)


def _own_uses(facts: Facts, own: pd.DataFrame, book: Book) -> None:
    """Tied money pays bills of its own project, in the years it lasts."""
    bills = facts.case.register.running
    bills = bills[bills["year"].between(facts.first, facts.until)].astype({"year": "int64"})
    bill = ["project", "source", "year"]
    due, paid = bills.groupby(bill)["amount"].sum().astype("int64"), own.groupby(bill)["amount"].sum()
    title = _("own carried money pays no more than the project's bills")
    book.at_most("source_limits", title, paid, due.reindex(paid.index, fill_value=0), money=True)
    span = own["source"].map(facts.sources["usable_years"]).fillna(0).astype("int64")
    lasts = (own["year"] >= own["arrival_year"]) & (own["year"] < own["arrival_year"] + span)
    lasts = lasts.where(span > 1, own["year"] == facts.first)
    title = _("own carried money is used while it lasts")
    book.none("source_limits", title, own, ~lasts, ([*TIED, "year"], "year", _("a year in which it lasts")))


def _excess(tied: Tied, book: Book) -> None:
    """Only sources with elastic limits find money beyond them."""
    table = tied.view.tables["accounts"]
    elastic = table["source"].isin(list(tied.view.facts.case.scenario.options.elastic_limits))
    wrong = (table["excess"] < 0) | ((table["excess"] != 0) & ~elastic)
    title = _("money beyond limits only where the scenario lets it be found")
    book.none("source_limits", title, table, wrong, (KEY, "excess", "0"))
