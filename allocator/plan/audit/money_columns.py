"""Money as columns of the linear programme, for the proof: what falls due, who may pay it, what may arrive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd

from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.accounts import Accounts
from allocator.plan.audit.exact import Ints, fraction, lookup, split, times
from allocator.plan.audit.facts import CITY, SHORTFALL
from allocator.plan.audit.parts import by_weights
from allocator.plan.audit.program import Program, blank, labels
from allocator.plan.audit.view import View

CELL = ["pool", "tau"]
"""A pool in one payment year."""


@dataclass(frozen=True)
class MoneyColumns:
    """Columns of money, and what falls due for each choice."""

    program: Program

    @cached_property
    def dues(self) -> pd.DataFrame:
        """Steps falling due: part, pools, wide_payer, rule, open, county, estate, construction, tau, column, due.

        Gross for the columns that do an item, and what a saving changes for columns ``both``.
        """
        program, facts = self.program, self.program.facts
        acts = program.acts[["item", "year", "route", "column"]]
        names = ["part", "item", "work", "cost", "rule", "payer", "open", "county", "estate", "construction"]
        names += ["weights", "from_year", "until_year"]
        parts = facts.parts[names]
        rows = parts.merge(acts, on="item")
        rows = rows[rows["year"].between(rows["from_year"], rows["until_year"])]
        frames = []
        for profile, group in by_weights(rows):
            frames.append(_spread(group, split(group["cost"].to_numpy("int64"), profile)))
            frames += self._saved(group, profile)
        if not frames:  # nothing costs anything: no dues, but all their columns
            frames.append(_spread(rows, split(rows["cost"].to_numpy("int64"), (Fraction(1),))))
        every = pd.concat(frames, ignore_index=True)
        every = every[every["due"] != 0].reset_index(drop=True)
        return pd.concat([every, program.funding.pools(every["part"], every["route"])], axis=1)

    def _saved(self, group: pd.DataFrame, profile: tuple[Fraction, ...]) -> list[pd.DataFrame]:
        frames, both = [], self.program.both
        for key, saving in self.program.facts.case.policy.savings.items():
            mine = both.loc[both["saving"] == key, ["on", "year", "route", "column"]].rename(columns={"on": "item"})
            rows = group.drop(columns="column").merge(mine, on=["item", "year", "route"])
            cost = rows["cost"].to_numpy("int64")
            less = cost - times(cost, fraction(saving.share))
            frames.append(_spread(rows, split(less, profile) - split(cost, profile)))
        return frames

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Pools by payment year: pool, tau, county, estate, rule, open, payer, wide_pool, wide_payer.

        ``own_most`` is the most that can fall due in the pool itself, ``most`` with what may be passed to it, in steps.
        """
        # a part falls due once: at most its dearest start year; a saving may shift a step into a year
        dues = self.dues.assign(gross=self.dues["due"].clip(lower=0), saves=self.dues["column"].str.startswith("both["))
        dues["part"] = dues["part"].str.replace(r"/from:\d+", "", regex=True)
        dearest = dues.groupby([*CELL, "part", "saves"])["gross"].max().groupby(CELL).sum()
        kept = ["county", "estate", "rule", "open", "payer", "wide_pool", "wide_payer", "pool_class"]
        own = dues.drop_duplicates(CELL)[[*CELL, *kept]].reset_index(drop=True)
        own["own_most"] = dearest.reindex(pd.MultiIndex.from_frame(own[CELL])).to_numpy("int64")
        passing = own[own["wide_pool"] != ""]
        taken = passing.drop(columns=["pool", "payer"]).rename(columns={"wide_pool": "pool", "wide_payer": "payer"})
        passed = taken.groupby(CELL)["own_most"].sum()
        taken = taken.drop_duplicates(CELL).assign(
            rule="", open=False, wide_pool="", wide_payer="", pool_class="", estate="", own_most=0
        )
        every = pd.concat([own, taken], ignore_index=True).drop_duplicates(CELL).reset_index(drop=True)
        more = passed.reindex(pd.MultiIndex.from_frame(every[CELL]), fill_value=0).to_numpy("int64")
        return every.assign(most=every["own_most"] + more)

    @cached_property
    def pays(self) -> pd.DataFrame:
        """Columns ``pay``: pool, source, tau, column, payer, scope and the cell's facts."""
        cells = self.cells
        cells = cells.assign(source=cells["pool"].str.split("|").str[-1].str.split(">").str[0].str.split("+")).explode(
            "source"
        )
        cells = cells[cells["source"] != ""].reset_index(drop=True)
        sources = self.program.facts.sources
        scope = lookup(cells["source"], sources["scope"].astype("str"), "")
        place = cells["county"].where(scope == "county", cells["estate"].where(scope == "estate", CITY))
        areas = self.program.facts.estates["area"]
        place = place.where(scope != "area", lookup(cells["estate"], areas, ""))
        own = lookup(cells["source"], sources["payer"].astype("str"), SHORTFALL)
        return cells.assign(
            scope=scope, place=place, source_payer=own, column=labels("pay", cells, ["pool", "source", "tau"])
        )

    @cached_property
    def rests(self) -> pd.DataFrame:
        """Columns ``rest``: pool, wide_pool, tau, column."""
        passing = self.cells[self.cells["wide_pool"] != ""]
        return passing.assign(column=labels("rest", passing, CELL))

    @cached_property
    def declared(self) -> Accounts:
        """Declared money of the inputs; the plan in it is empty."""
        return Accounts(View(self.program.facts, {}))

    @cached_property
    def issues(self) -> pd.DataFrame:
        """``issue``: bond, place, year, column, quota and lot [steps], most [lots], source, county, service_source.

        ``place`` is where the bond is issued and its proceeds arrive; its county pays the service.
        """
        facts, frames = self.program.facts, []
        limits = self.declared.declared["amount"].reset_index()
        limits = limits[
            (limits["year"] != TOTAL) & limits["year"].between(facts.first, facts.until) & (limits["place"] != CITY)
        ]
        for key, bond in facts.case.policy.bonds.items():
            mine = limits[limits["source"] == bond.source].rename(columns={"amount": "quota"})
            mine = mine[mine["place"].isin(facts.places_of(key))]
            mine = mine.assign(bond=key, county=mine["place"].map(facts.county_of), lot=facts.steps(bond.lot))
            frames.append(mine.assign(service_source=bond.service_source))
        if not frames:
            return blank(
                "bond", "county", "source", "place", "service_source", "column",
                whole=("year", "quota", "lot", "most"),
            )  # fmt: skip
        every = pd.concat(frames, ignore_index=True)
        every = every[every["quota"] >= every["lot"]].reset_index(drop=True)
        every["most"] = every["quota"] // every["lot"]
        return every.assign(column=labels("issue", every, ["bond", "place", "year"]))

    @cached_property
    def service(self) -> pd.DataFrame:
        """Service of one lot of each issue: columns of the issue, due (year), principal (charged), interest."""
        facts, issues, frames = self.program.facts, self.issues, []
        for key in facts.case.policy.bonds:
            mine = issues[issues["bond"] == key]
            for after, (principal, interest, _renewed) in enumerate(facts.lot_service(key), start=1):
                frames.append(mine.assign(due=mine["year"] + after, principal=principal, interest=interest))
        if not frames:
            return issues.assign(due=0, principal=0, interest=0)
        every = pd.concat(frames, ignore_index=True)
        return every[every["due"] <= facts.last_debt_year].reset_index(drop=True)

    @cached_property
    def topups(self) -> pd.DataFrame:
        """Columns ``topup`` of special bonds: place, county, year, source, most, column."""
        facts = self.program.facts
        own = self.issues[self.issues["bond"].isin(list(facts.special))]
        due = self.service[self.service["bond"].isin(list(facts.special)) & (self.service["due"] <= facts.until)]
        most = ((due["principal"] + due["interest"]) * due["most"]).groupby(due["place"]).sum()
        begin = own.groupby("place")["year"].min()
        years = [(place, year) for place in most.index for year in facts.years if year > int(begin[place])]
        frame = pd.DataFrame(years, columns=["place", "year"]).astype({"place": "str", "year": "int64"})
        county = frame["place"].map(facts.county_of).fillna("").astype("str")
        frame = frame.assign(county=county, source=facts.topup_source, most=lookup(frame["place"], most, 0))
        return frame.assign(column=labels("topup", frame, ["place", "year"]))

    @cached_property
    def charged(self) -> pd.DataFrame:
        """What bonds charge to counties' accounts: service_source, county, due, column, amount."""
        general = self.service[~self.service["bond"].isin(list(self.program.facts.special))]
        general = general.assign(amount=general["principal"] + general["interest"])
        topups = self.topups.rename(columns={"source": "service_source", "year": "due"}).assign(amount=1)
        columns = ["service_source", "county", "due", "column", "amount"]
        return pd.concat([general[columns], topups[columns]], ignore_index=True)

    def gains(self, source: str) -> pd.DataFrame:
        """Formula money of each start: source, place, arrival, column, gain."""
        facts = self.program.facts
        grant = facts.case.policy.sources[source].formula
        estates = facts.estates
        if grant is None:
            return blank("source", "place", "column", whole=("arrival", "gain"))
        gain = self.declared.formula_gain(source, estates)
        frame = pd.DataFrame({"project": estates["project"], "gain": gain})
        frame["place"] = facts.place_of(facts.case.policy.sources[source].scope, estates)
        frame = frame.groupby(["project", "place"])["gain"].sum().reset_index().merge(self.program.starts, on="project")
        frame = frame.assign(source=source, arrival=frame["year"] + grant.lag_years)
        return frame[frame["arrival"] <= facts.until]

    @cached_property
    def places(self) -> dict[str, list[str]]:
        """Places where each source has an account: where it may pay, has money, serves bonds, or owes running bills."""
        accounts, sources = self.declared, self.program.facts.sources
        found: dict[str, set[str]] = {key: set() for key in sources.index}
        pairs: list[Iterable[tuple[str, str]]]
        pairs = [self.pays[["source", "place"]].drop_duplicates().itertuples(index=False, name=None)]
        pairs += [
            {(key, place) for key, place, _year in series.index}
            for series in (accounts.limit, accounts.carried, accounts.running)
        ]
        for columns in (["source", "place"], ["service_source", "county"]):
            pairs.append(self.issues[columns].drop_duplicates().itertuples(index=False, name=None))
        pairs += [[(key, place) for place in set(self.gains(key)["place"])] for key in sources.index]
        for key, place in chain.from_iterable(pairs):
            found.setdefault(key, set()).add(place)
        return {key: sorted(places) for key, places in found.items()}

    @cached_property
    def uses(self) -> pd.DataFrame:
        """Columns ``use``: source, place, arrival, tau, column, and the most that can arrive."""
        facts, frames = self.program.facts, []
        sources = facts.sources
        limited = sources["limited"].astype(bool) & (sources["scope"] != "estate") & (sources["usable_years"] > 1)
        issues = self.issues
        carried, declared = by_account(self.declared.carried), by_account(self.declared.limit)
        for key in sources.index[limited]:
            span = int(sources["usable_years"][key])
            gains = self.gains(key).groupby(["place", "arrival"])["gain"].sum()
            mine = issues[issues["source"] == key]
            bonds = (mine["most"] * mine["lot"]).groupby([mine["place"], mine["year"]]).sum()
            for place in self.places[key]:
                money_in = (carried.get((key, place), {}), declared.get((key, place), {}))
                for arrival in sorted(set(money_in[0]) | set(facts.years)):
                    most = sum(one.get(arrival, 0) for one in money_in)
                    most += int(gains.get((place, arrival), 0)) + int(bonds.get((place, arrival), 0))
                    years = [year for year in facts.years if arrival <= year < arrival + span]
                    use = {"source": key, "place": place, "arrival": arrival, "tau": years, "most": most}
                    frames.append(pd.DataFrame(use))
        if not frames:
            return blank("source", "place", "column", whole=("arrival", "tau", "most"))
        every = pd.concat(frames, ignore_index=True)
        return every.assign(column=labels("use", every, ["source", "place", "arrival", "tau"]))


def _spread(rows: pd.DataFrame, amounts: Ints) -> pd.DataFrame:
    """``rows`` repeated for every payment year ``tau``, with what falls due."""
    span = amounts.shape[1]
    frame = rows.loc[rows.index.repeat(span)].reset_index(drop=True)
    after = np.tile(np.arange(span), len(rows))
    return frame.assign(tau=frame["year"].to_numpy("int64") + after, due=amounts.ravel())


def by_account(series: pd.Series) -> dict[tuple[str, str], dict[int, int]]:
    """Entries of a series by (source, place, year) as amounts by year for each account."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    rows = series.rename("amount").reset_index()
    for source, place, year, amount in zip(*(rows[name].tolist() for name in rows.columns), strict=True):
        found.setdefault((source, place), {})[int(year)] = int(amount)
    return found
