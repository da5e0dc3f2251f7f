"""Tied carried money and money beyond limits as columns of the linear programme, for the proof."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from allocator.plan.audit.money_columns import MoneyColumns
from allocator.plan.audit.program import Rows, blank, labels
from allocator.plan.audit.tied import tied_money

ACCOUNT = ["source", "place", "tau"]


@dataclass(frozen=True)
class TiedColumns:
    """Columns ``own``, ``reallocated`` and ``excess``."""

    money: MoneyColumns

    @cached_property
    def moved(self) -> pd.DataFrame:
        """Columns ``reallocated``: source, place, arrival, project, amount (all that is tied), span, column."""
        facts = self.money.program.facts
        rows = tied_money(facts).reset_index().rename(columns={"arrival_year": "arrival"})
        span = rows["source"].map(facts.sources["usable_years"]).astype("int64")
        return rows.assign(span=span, column=labels("reallocated", rows, ["source", "place", "arrival", "project"]))

    @cached_property
    def own(self) -> pd.DataFrame:
        """Columns ``own``: source, place, arrival, project, tau, bill, most, span, column."""
        facts, tied = self.money.program.facts, self.moved
        bills = facts.case.register.running
        bills = bills[bills["year"].between(facts.first, facts.until)].astype({"year": "int64", "amount": "int64"})
        bills = bills.groupby(["project", "source", "year"])["amount"].sum().reset_index(name="bill")
        rows = tied.merge(bills.rename(columns={"year": "tau"}), on=["project", "source"])
        lasts = (rows["tau"] >= rows["arrival"]) & (rows["tau"] < rows["arrival"] + rows["span"])
        rows = rows[lasts.where(rows["span"] > 1, rows["tau"] == facts.first) & (rows["bill"] > 0)]
        rows = rows.reset_index(drop=True)
        most = rows["bill"].where(rows["bill"] < rows["amount"], rows["amount"])
        name = labels("own", rows, ["source", "place", "arrival", "project", "tau"])
        return rows.assign(most=most, column=name)

    @cached_property
    def excess(self) -> pd.DataFrame:
        """Columns ``excess``: source, place, tau, column, and the most that can be asked of the account."""
        money, facts = self.money, self.money.program.facts
        elastic = list(facts.case.scenario.options.elastic_limits)
        pays = money.pays[money.pays["source"].isin(elastic)]
        bills = money.declared.running.rename("most").reset_index().rename(columns={"year": "tau"})
        served = money.service.assign(most=(money.service["principal"] + money.service["interest"]))
        served = served.assign(most=served["most"] * money.service["most"])
        served = served.drop(columns=["source", "place"]).rename(
            columns={"service_source": "source", "county": "place", "due": "tau"}
        )
        frames = [frame[[*ACCOUNT, "most"]] for frame in (pays, bills, served) if len(frame)]
        if not frames or not elastic:
            return blank("source", "place", "column", whole=("tau", "most"))
        every = pd.concat(frames, ignore_index=True)
        every = every[every["source"].isin(elastic) & every["tau"].between(facts.first, facts.until)]
        sums = every.groupby(ACCOUNT)["most"].sum().astype("int64").reset_index()
        return sums.assign(column=labels("excess", sums, ACCOUNT))

    def most(self) -> dict[str, int]:
        """Greatest value of every column."""
        found: dict[str, int] = {}
        for columns, end in ((self.own, "most"), (self.moved, "amount"), (self.excess, "most")):
            found.update(zip(columns["column"], columns[end].astype("int64").tolist(), strict=True))
        return found

    def put(self, rows: Rows) -> None:
        """Rows of tied money itself, and its terms in the rows of accounts."""
        own, moved, excess, first = self.own, self.moved, self.excess, self.money.program.facts.first
        names = labels("source_limits.tied", moved, ["source", "place", "arrival", "project"])
        rows.put_each(names, upper=moved["amount"].astype(int).tolist())
        rows.add(names, moved["column"])
        rows.add(labels("source_limits.tied", own, ["source", "place", "arrival", "project"]), own["column"])
        bills = labels("source_limits.own_bills", own, ["project", "source", "tau"])
        rows.put_each(bills, upper=own["bill"].astype(int).tolist())
        rows.add(bills, own["column"])
        single = moved[moved["span"] == 1].assign(tau=first)
        rows.add(labels("source_limits", single, ACCOUNT), single["column"], -1)
        lasting = moved[moved["span"] > 1]
        rows.add(labels("source_limits.arrival", lasting, ["source", "place", "arrival"]), lasting["column"], -1)
        for kind, terms in (("source_limits", own[own["span"] == 1]), ("source_limits.carry", own[own["span"] > 1])):
            rows.add(labels(kind, terms, ACCOUNT), terms["column"], -1)
        for kind in ("source_limits", "source_limits.carry"):
            rows.add(labels(kind, excess, ACCOUNT), excess["column"], -1)
        rows.add(labels("source_limits.total", excess, ["source", "place"]), excess["column"], -1)
        rows.add(labels("source_limits.city", excess, ["source", "tau"]), excess["column"], -1)
        rows.add(labels("source_limits.city_total", excess, ["source"]), excess["column"], -1)
