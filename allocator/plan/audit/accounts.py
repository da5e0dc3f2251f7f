"""Accounts of the sources, worked out anew: what arrives, what is used when, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.inputs.case import rate_to_steps
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.debt import lots_service, proceeds
from allocator.plan.audit.exact import Ints, fraction
from allocator.plan.audit.facts import CITY, SHORTFALL, Facts
from allocator.plan.audit.tied import Tied
from allocator.plan.audit.view import View

ACCOUNT = ["source", "place"]
KEY = [*ACCOUNT, "year"]


@dataclass(frozen=True)
class Accounts:
    """Money of every account (source, place) by year, as series of steps by (source, place, year)."""

    view: View

    @property
    def facts(self) -> Facts:
        """The inputs."""
        return self.view.facts

    @cached_property
    def declared(self) -> pd.DataFrame:
        """Limits by (source, place, year; year 0 is the total): amount, firm, minimum."""
        limits = self.facts.case.register.limits
        certain = limits["certainty"].isin(self.facts.case.scenario.firm)
        frame = limits[KEY].assign(
            amount=limits["amount"].astype("int64"),
            firm=limits["amount"].astype("int64").where(certain, 0),
            minimum=limits["minimum_use"].fillna(0).astype("int64"),
        )
        return frame.groupby(KEY)[["amount", "firm", "minimum"]].sum()

    def at_accounts(self, column: str) -> pd.Series:
        """Yearly limits that lie at the place where the source keeps its money."""
        rows = self.declared[column].reset_index()
        rows = rows[(rows["year"] != TOTAL) & rows["year"].between(self.facts.first, self.facts.until)]
        scope = rows["source"].map(self.facts.sources["scope"])
        rows = rows[(rows["place"] == CITY) == (scope == "city")]
        at_place: pd.Series = rows.set_index(KEY)[column].astype("int64")
        return at_place

    @cached_property
    def limit(self) -> pd.Series:
        """Declared money; limits of a bond's source are its quota, not money."""
        series = self.at_accounts("amount")
        return series[~self.bond_fed(series)]

    @cached_property
    def firm(self) -> pd.Series:
        """What of the declared money, or of the bonds issued under the quota, is firm."""
        series = self.at_accounts("firm")
        fed = self.bond_fed(series)
        quota = series[fed]
        issued = self.bonds.reindex(quota.index, fill_value=0)
        firm: pd.Series = pd.concat([series[~fed], quota.where(quota <= issued, issued)])
        return firm

    @cached_property
    def overall(self) -> pd.DataFrame:
        """Accounts with one sum for all years and no year of their own: amount and firm by (source, place, year 0)."""
        rows = self.declared.reset_index()
        scope = rows["source"].map(self.facts.sources["scope"])
        own = rows[((rows["place"] == CITY) == (scope == "city")) & ~self.bond_fed(rows.set_index(KEY)["amount"])]
        by_year = pd.MultiIndex.from_frame(own.loc[own["year"] != TOTAL, ACCOUNT])
        sums = own[own["year"] == TOTAL]
        alone = ~pd.MultiIndex.from_frame(sums[ACCOUNT]).isin(by_year)
        return sums[alone].set_index(KEY)[["amount", "firm"]].astype("int64")

    def booked(self, series: pd.Series) -> pd.Series:
        """Sums by (source, place, year), under year 0 where the account has one sum for all years."""
        rows = series.rename("amount").reset_index()
        whole = self.is_overall(pd.MultiIndex.from_frame(rows[ACCOUNT]))
        rows["year"] = rows["year"].where(~whole, TOTAL)
        return rows.groupby(KEY)["amount"].sum().astype("int64")

    def is_overall(self, index: pd.Index) -> npt.NDArray[np.bool_]:
        """Which entries, by (source, place, …), are those of accounts with one sum for all years."""
        accounts = pd.MultiIndex.from_arrays([index.get_level_values(0), index.get_level_values(1)])
        return np.asarray(accounts.isin(pd.MultiIndex.from_frame(self.overall.reset_index()[ACCOUNT])))

    def bond_fed(self, series: pd.Series) -> npt.NDArray[np.bool_]:
        """Which entries are those of sources that bonds feed."""
        fed = self.facts.sources.index[self.facts.sources["bond_fed"].astype(bool)]
        return np.asarray(series.index.get_level_values("source").isin(fed))

    @cached_property
    def bonds(self) -> pd.Series:
        """Proceeds of the bonds issued."""
        return proceeds(self.view)

    @cached_property
    def service(self) -> pd.Series:
        """What bonds charge to counties' accounts in the payment years.

        Principal and interest of general bonds, top-ups of special ones as the plan tells them.
        """
        rows = lots_service(self.view)
        rows = rows[rows["year"].between(self.facts.first, self.facts.until)]
        rows = rows[~rows["bond"].isin(list(self.facts.special))]
        bonds = self.facts.case.policy.bonds
        rows = rows.assign(source=rows["bond"].map({key: bond.service_source for key, bond in bonds.items()}))
        scope = rows["source"].map(self.facts.sources["scope"]).fillna("")
        rows = rows.assign(place=rows["county"].where(scope != "city", CITY))
        general = (rows["principal"] + rows["interest"]).groupby([rows[key] for key in KEY]).sum().astype("int64")
        table = self.view.tables["special_years"]
        added = table[(table["topup"] != 0) & table["year"].between(self.facts.first, self.facts.until)]
        added = added.rename(columns={"county": "place"}).assign(source=self.facts.topup_source)
        return total(general, added.groupby(KEY)["topup"].sum())

    @cached_property
    def running(self) -> pd.Series:
        """Bills of running projects; what their own residents or owners pay charges no account."""
        rows = self.facts.case.register.running
        rows = rows[rows["year"].between(self.facts.first, self.facts.until)]
        rows = rows[rows["source"].map(self.facts.sources["scope"]) != "estate"]
        scope = rows["source"].map(self.facts.sources["scope"])
        rows = rows.assign(place=rows["county"].where(scope != "city", CITY))
        return rows.groupby(KEY)["amount"].sum().astype("int64")

    @cached_property
    def paid(self) -> pd.Series:
        """What the plan pays, pledges and the last resort left out."""
        lines = self.view.payments
        lines = lines[(lines["source"] != SHORTFALL) & (lines["scope"] != "estate")]
        return lines.groupby(KEY)["amount"].sum()

    @cached_property
    def formula(self) -> pd.Series:
        """Money gained by formula for the estates started."""
        frames, started = [], self.view.started
        for key, source in self.facts.case.policy.sources.items():
            if source.formula is None or not len(started):
                continue
            place = self.facts.place_of(source.scope, started)
            frame = pd.DataFrame({"source": key, "place": place, "amount": self.formula_gain(key, started)})
            frames.append(frame.assign(year=started["start_year"] + source.formula.lag_years))
        if not frames:
            return _no_money()
        rows = pd.concat(frames, ignore_index=True)
        rows = rows[rows["year"] <= self.facts.until]
        return rows.groupby(KEY)["amount"].sum().astype("int64")

    def formula_gain(self, source: str, estates: pd.DataFrame) -> pd.Series:
        """Steps that the start of each of ``estates`` brings to ``source``, each rounded half up."""
        grant = self.facts.case.policy.sources[source].formula
        if grant is None:
            return pd.Series(0, index=estates.index, dtype="int64")
        area = [fraction(value) for value in estates["floor_area"]]
        counts = zip(estates["households"], area, estates["buildings"], strict=True)
        gains = [
            grant.factor
            * (
                grant.per_household * int(households)
                + grant.per_floor_area * floor.numerator / floor.denominator
                + grant.per_building * int(buildings)
                + grant.per_estate
            )
            for households, floor, buildings in counts
        ]
        money = self.facts.case.scenario.money
        steps = [rate_to_steps(gain, grant.unit, gain.__class__(1), money) for gain in gains]
        return pd.Series(steps, index=estates.index, dtype="int64")

    @cached_property
    def carried(self) -> pd.Series:
        """Money carried over from before, by (source, place, arrival year); what can no longer be used is left out."""
        rows = self.facts.case.register.carried
        usable = rows["source"].map(self.facts.sources["usable_years"]).astype("int64")
        rows = rows[(usable == 1) | (rows["arrival_year"] + usable - 1 >= self.facts.first)]
        return rows.rename(columns={"arrival_year": "year"}).groupby(KEY)["amount"].sum().astype("int64")

    @cached_property
    def used(self) -> pd.Series:
        """Payments, running bills and service."""
        return total(self.paid, self.running, self.service)

    @cached_property
    def tied(self) -> Tied:
        """Carried money of projects under way, and money beyond limits, as the plan tells them."""
        return Tied(self.view)

    @cached_property
    def within(self) -> pd.Series:
        """What is used, less the money found beyond limits."""
        return total(self.used, -self.tied.excess)

    def limited(self, series: pd.Series) -> pd.Series:
        """Entries of sources with limits at places other than estates."""
        sources = self.facts.sources
        keep = sources.index[sources["limited"].astype(bool) & (sources["scope"] != "estate")]
        return series[series.index.get_level_values("source").isin(keep)]

    @cached_property
    def index(self) -> pd.MultiIndex:
        """Accounts (source, place) with limits by year that have or use money."""
        series = [self.limited(one) for one in (self.arrived, self.carried, self.used)]
        parts = [one.reset_index()[ACCOUNT] for one in series]
        parts = [one[~self.is_overall(pd.MultiIndex.from_frame(one))] for one in parts]
        return pd.MultiIndex.from_frame(pd.concat(parts).drop_duplicates().sort_values(ACCOUNT))

    @cached_property
    def arrived(self) -> pd.Series:
        """Money that arrives in a payment year: declared, by formula, from bonds."""
        return total(self.limit, self.formula, self.bonds)

    def source_fact(self, index: pd.Index, column: str) -> npt.NDArray[Any]:
        """What the policy model says of the source of each entry of ``index``."""
        return self.facts.sources[column].reindex(index.get_level_values("source")).to_numpy()

    @cached_property
    def books(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Oldest money first: accounts by (source, place, year), and uses by (source, place, arrival_year, year).

        Account columns carried_in, carried_out, lapsed, missing; ``missing`` is what was used and had not arrived.
        Carried money that lasts one year is used in the first, whenever it arrived.
        """
        index, years = self.index, self.facts.years
        olds = sorted({*self.carried.index.get_level_values("year"), *years})
        last_use = np.array(olds)[None, :] + self.source_fact(index, "usable_years").astype("int64")[:, None] - 1
        own = self.tied.own
        of_projects = own.groupby(KEY)["amount"].sum()
        arrivals, need = grid(self.arrived, index, olds), grid(total(self.within, -of_projects), index, years)
        kept = grid(self.tied.kept, index, olds)
        stock, rows, uses = grid(self.carried, index, olds) - kept, [], []
        for position, year in enumerate(years):
            carried_in = stock.sum(axis=1) + kept.sum(axis=1)
            mine = own[own["year"] == year].groupby([*ACCOUNT, "arrival_year"])["amount"].sum().rename_axis(KEY)
            kept = kept - grid(mine, index, olds)
            stock = stock + np.where(np.array(olds)[None, :] == year, arrivals, 0)
            # the oldest first: what is needed less all that is older
            before = stock.cumsum(axis=1) - stock
            taken = np.clip(need[:, [position]] - before, 0, stock)
            stock = stock - taken
            expired = last_use <= year
            lapsed = np.where(expired, stock + kept, 0).sum(axis=1)
            stock, kept = np.where(expired, 0, stock), np.where(expired, 0, kept)
            missing = need[:, position] - taken.sum(axis=1)
            missing = missing + np.maximum(-kept, 0).sum(axis=1)
            carried_out = stock.sum(axis=1) + kept.sum(axis=1)
            figures = {"carried_in": carried_in, "carried_out": carried_out, "lapsed": lapsed, "missing": missing}
            rows.append(pd.DataFrame({"year": year, **figures}, index=index))
            for vintage, arrival in enumerate(olds):
                use = {"arrival_year": arrival, "year": year, "amount": taken[:, vintage]}
                uses.append(pd.DataFrame(use, index=index))
        used = pd.concat([pd.concat(uses).reset_index(), own[[*ACCOUNT, "arrival_year", "year", "amount"]]])
        used = used[used["amount"] != 0].groupby([*ACCOUNT, "arrival_year", "year"])[["amount"]].sum()
        return pd.concat(rows).set_index("year", append=True), used


def total(*series: pd.Series) -> pd.Series:
    """Sum of series by (source, place, year)."""
    filled = [one.rename("amount").reset_index() for one in series if len(one)]
    if not filled:
        return _no_money()
    return pd.concat(filled, ignore_index=True).groupby(KEY)["amount"].sum().astype("int64")


def grid(series: pd.Series, accounts: pd.MultiIndex, years: list[int]) -> Ints:
    """Series by (source, place, year) as an array (accounts, years)."""
    cells = np.zeros((len(accounts), len(years)), dtype=np.int64)
    frame = series.rename("amount").reset_index()
    rows = accounts.get_indexer(pd.MultiIndex.from_frame(frame[ACCOUNT]))
    columns = pd.Index(years).get_indexer(pd.Index(frame["year"]))
    inside = (rows >= 0) & (columns >= 0)
    np.add.at(cells, (rows[inside], columns[inside]), frame["amount"].to_numpy("int64")[inside])
    return cells


def _no_money() -> pd.Series:
    empty = pd.MultiIndex.from_arrays([[], [], []], names=KEY)
    return pd.Series(dtype="int64", index=empty, name="amount")
