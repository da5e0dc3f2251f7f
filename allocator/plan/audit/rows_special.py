"""Rows and columns of special bonds, for the proof: special_bonds, and top-ups in source_limits."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from allocator.plan.audit.exact import lookup
from allocator.plan.audit.income import earners, present, yearly
from allocator.plan.audit.money_columns import MoneyColumns
from allocator.plan.audit.program import Rows, labels


class SpecialRows:
    """Income and service by column, and the rows that bind them."""

    def __init__(self, money: MoneyColumns) -> None:
        self.money, self.facts = money, money.program.facts
        special = list(self.facts.special)
        self.issues = money.issues[money.issues["bond"].isin(special)]
        self.service = money.service[money.service["bond"].isin(special)]
        self.rules = self.facts.case.policy.special_bonds

    @cached_property
    def income(self) -> pd.DataFrame:
        """Income of every column that says a work is done: area, column, year, amount, worth (for cover)."""
        entries, program = earners(self.facts), self.money.program
        acts = program.items[["item", "year", "act"]].rename(columns={"act": "column"})
        starts = program.starts[["project", "year", "column"]]
        of_start = entries["item"] == ""
        works = entries[~of_start].merge(acts, on="item")
        both = pd.concat([works, entries[of_start].merge(starts, on="project")], ignore_index=True)
        keys = ["area", "column", "year"]
        rows = yearly(both).groupby(keys)["amount"].sum().reset_index()
        worth = [present(self.facts, int(a), int(y)) for a, y in zip(rows["amount"], rows["year"], strict=True)]
        return rows.assign(worth=pd.Series(worth, index=rows.index, dtype=object))

    @cached_property
    def lots(self) -> pd.DataFrame:
        """Issues with ``last`` repayment and ``worth`` of a lot's service."""
        cost = {key: [p + i for p, i, _kept in self.facts.lot_service(key)] for key in self.facts.special}
        frame = self.issues.copy()
        frame["last"] = frame["year"] + frame["bond"].map({key: len(due) for key, due in cost.items()}).astype("int64")
        frame["worth"] = pd.Series(
            [
                sum(present(self.facts, due, int(year) + k) for k, due in enumerate(cost[bond], start=1))
                for bond, year in zip(frame["bond"], frame["year"], strict=True)
            ],
            index=frame.index, dtype=object,
        )  # fmt: skip
        return frame

    @cached_property
    def borrows(self) -> pd.DataFrame:
        """Columns ``borrows``: place, column, and other debt of the area (principal, owed)."""
        areas = self.facts.case.register.areas
        some = areas[areas["area"].isin(list(self.issues["place"]))]
        some = some[(some["other_debt"] > 0) | (some["other_service"] > 0)]
        frame = pd.DataFrame({"place": some["area"], "principal": some["other_debt"], "owed": some["other_service"]})
        return frame.assign(column=labels("borrows", frame, ["place"]))

    def rows(self) -> Rows:
        """All rows."""
        rows = Rows()
        if len(self.issues):
            for family in (self._capital, self._cover, self._all_debt, self._life, self._borrows, self._topups):
                family(rows)
        return rows

    def _capital(self, rows: Rows) -> None:
        least = self.facts.now(self.rules.capital_share)
        if least is None:
            return
        kind, issues, loans, program = "special_bonds.capital", self.issues, self.borrows, self.money.program
        names = labels(kind, issues, ["place"])
        rows.put(names, upper=0)
        rows.add(names, issues["column"], issues["lot"].astype(object))
        rows.add(labels(kind, loans, ["place"]), loans["column"], loans["principal"].astype(object))
        area = self.facts.estates["area"]
        parts = self.facts.parts
        whole = parts[parts["from_year"] == parts.groupby("item")["from_year"].transform("min")]  # of one era
        cost = whole.groupby("item")["cost"].sum()
        acts = program.items
        acts = acts.assign(place=lookup(acts["estate"], area, ""), cost=lookup(acts["item"], cost, 0))
        rows.add(labels(kind, acts, ["place"]), acts["act"], [-(1 - least) * int(one) for one in acts["cost"]])
        dues = self.money.dues
        saved = dues[dues["column"].str.startswith("both[")]
        saved = saved.assign(place="")
        saved["place"] = lookup(self.facts.parts["estate"].reindex(saved["part"]).set_axis(saved.index), area, "")
        rows.add(labels(kind, saved, ["place"]), saved["column"], [-(1 - least) * int(one) for one in saved["due"]])

    def _cover(self, rows: Rows) -> None:
        ratio = self.facts.now(self.rules.cover)
        if ratio is None:
            return
        kind, keys, lots = "special_bonds.cover", ["place", "begin", "end"], self.lots
        spans = (
            lots[["place", "year"]]
            .rename(columns={"year": "begin"})
            .merge(lots[["place", "last"]].rename(columns={"last": "end"}), on="place")
            .drop_duplicates()
        )
        inside = spans.merge(lots, on="place")
        inside = inside[(inside["year"] >= inside["begin"]) & (inside["last"] <= inside["end"])]
        rows.put(labels(kind, inside, keys), upper=0)
        rows.add(labels(kind, inside, keys), inside["column"], [ratio * int(one) for one in inside["worth"]])
        earned = spans.merge(self.income.rename(columns={"area": "place"}), on="place")
        earned = earned[(earned["year"] > earned["begin"]) & (earned["year"] <= earned["end"])]
        rows.add(labels(kind, earned, keys), earned["column"], [-int(one) for one in earned["worth"]])

    def _all_debt(self, rows: Rows) -> None:
        ratio = self.facts.now(self.rules.cover_all_debt)
        if ratio is None:
            return
        kind, lots, loans, income = "special_bonds.all_debt", self.lots, self.borrows, self.income
        rows.put(labels(kind, lots, ["place"]), upper=0)
        rows.add(labels(kind, lots, ["place"]), lots["column"], [ratio * int(one) for one in lots["worth"]])
        rows.add(labels(kind, loans, ["place"]), loans["column"], [ratio * int(one) for one in loans["owed"]])
        rows.add(labels(kind, income, ["area"]), income["column"], [-int(one) for one in income["worth"]])

    def _life(self, rows: Rows) -> None:
        kind, keys, lots = "special_bonds.life", ["bond", "place", "year"], self.lots
        rows.put(labels(kind, lots, keys), upper=0)
        rows.add(labels(kind, lots, keys), lots["column"])
        flowing = self.income.rename(columns={"area": "place", "year": "last", "column": "act"})
        flowing = lots.merge(flowing[["place", "last", "act"]], on=["place", "last"])
        rows.add(labels(kind, flowing, keys), flowing["act"], -flowing["most"].astype(object))

    def _borrows(self, rows: Rows) -> None:
        kind, loans, most = "special_bonds.borrows", self.borrows, self.issues.groupby("place")["most"].sum()
        rows.put(labels(kind, loans, ["place"]), upper=0)
        rows.add(labels(kind, self.issues, ["place"]), self.issues["column"])
        rows.add(labels(kind, loans, ["place"]), loans["column"], -lookup(loans["place"], most, 0).astype(object))

    def _topups(self, rows: Rows) -> None:
        kind, keys, topups = "source_limits.topup", ["place", "end"], self.money.topups.rename(columns={"year": "end"})
        rows.put(labels(kind, topups, keys), lower=0)
        years = topups[["place", "end"]]
        paid = self.money.topups.merge(years, on="place")
        owed = self.service.merge(years, on="place")
        earned = self.income.rename(columns={"area": "place"}).merge(years, on="place")
        paid, earned = (frame[frame["year"] <= frame["end"]] for frame in (paid, earned))
        owed = owed[owed["due"] <= owed["end"]]
        rows.add(labels(kind, paid, keys), paid["column"])
        rows.add(labels(kind, owed, keys), owed["column"], -(owed["principal"] + owed["interest"]).astype(object))
        rows.add(labels(kind, earned, keys), earned["column"], [int(one) for one in earned["amount"]])
