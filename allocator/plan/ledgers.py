"""Accounts of the plan: how arrivals are used, what lapses, what is firm, and what debt it makes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from allocator.formulation.accounts import carried_money, formula_gain, running_bills
from allocator.formulation.build import Formulation
from allocator.formulation.debt import county_of, is_bond_fed, lot_steps, schedule, special_bonds, topup_source
from allocator.formulation.funding import SHORTFALL, scopes
from allocator.formulation.pledges import counted_pledges
from allocator.inputs.case import Case
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.choices import Choices
from allocator.plan.reallocations import MovedMoney
from allocator.plan.tables import TABLES

Key = tuple[str, str, int]
"""Source, place, year."""


@dataclass
class Flows:
    """Money of every account by year [steps]; every mapping is by (source, place, year)."""

    limit: dict[Key, int]
    firm: dict[Key, int]
    formula: dict[Key, int]
    bonds: dict[Key, int]
    firm_bonds: dict[Key, int]
    carried: dict[Key, int]
    running: dict[Key, int]
    service: dict[Key, int]
    paid: dict[Key, int]
    excess: dict[Key, int] = field(default_factory=dict)
    kept: dict[Key, int] = field(default_factory=dict)
    """By year of arrival: carried money that no other than its own project may use."""
    own: dict[Key, list[tuple[int, str, int]]] = field(default_factory=dict)
    """By payment year: year of arrival, project and amount of what such money pays."""


def place_of(case: Case, source: pd.Series, estate: pd.Series, county: pd.Series) -> pd.Series:
    """Place of the account that each payment line draws on."""
    scope = source.map({n: s.scope for n, s in case.policy.sources.items()}).fillna("county")
    area = estate.map(case.register.estates.set_index("estate")["area"])
    chosen = np.select([scope == "estate", scope == "area", scope == "county"], [estate, area, county], "")
    return pd.Series(chosen, index=source.index, dtype=object)


def _mapping(frame: pd.DataFrame, year: str = "year", amount: str = "amount") -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for source, place, when, steps in frame[["source", "place", year, amount]].itertuples(index=False, name=None):
        found[source, place, int(when)] += int(steps)
    return found


def collect_flows(f: Formulation, choices: Choices, payments: pd.DataFrame, moved: MovedMoney) -> Flows:
    """All flows of a plan's accounts, the totals' and pledges' under year 0."""
    case = f.index.case
    money = _own_limits(case)
    firm = money[money["certainty"].isin(case.scenario.firm)]
    lines = payments[payments["source"] != SHORTFALL]
    lines = lines.assign(place=place_of(case, lines["source"], lines["estate"], lines["county"]))
    running = running_bills(case)
    overall = overall_accounts(case)
    for frame in (lines, running):
        frame["year"] = booked_years(frame, overall)
    bonds = _proceeds(case, choices)
    return Flows(
        limit=_mapping(money), firm=_mapping(firm), formula=_formula(f, choices), bonds=bonds,
        firm_bonds=_firm_proceeds(case, bonds),
        carried=_mapping(carried_money(case), "arrival"), running=_mapping(running), service=_service(f, choices),
        paid=_mapping(lines), excess=_mapping(moved.excess), kept=_mapping(moved.kept, "arrival"),
        own=_own_uses(moved.own),
    )  # fmt: skip


def _own_uses(own: pd.DataFrame) -> dict[Key, list[tuple[int, str, int]]]:
    found: dict[Key, list[tuple[int, str, int]]] = defaultdict(list)
    columns = ["source", "place", "year", "arrival", "running", "amount"]
    for source, place, year, arrival, project, amount in own[columns].itertuples(index=False, name=None):
        found[source, place, int(year)].append((int(arrival), str(project), int(amount)))
    return found


def _own_limits(case: Case) -> pd.DataFrame:
    """Limits that are money of an account.

    No quotas, no limits of the whole city on local sources, no totals beside years.
    """
    limits = case.register.limits.assign(year=case.register.limits["year"].astype(np.int64))
    scope = limits["source"].map({n: s.scope for n, s in case.policy.sources.items()})
    quota = limits["source"].isin(list(is_bond_fed(case)))
    own = limits[~quota & ~((limits["place"] == "") & (scope != "city"))]
    pledges = counted_pledges(case).rename(columns={"estate": "place"}).assign(year=TOTAL)
    columns = ["source", "place", "year", "amount", "certainty"]
    own = pd.concat([own[columns], pledges[columns]], ignore_index=True)
    by_year = set(own.loc[own["year"] != TOTAL, ["source", "place"]].itertuples(index=False, name=None))
    beside = [(s, p) in by_year for s, p in own[["source", "place"]].itertuples(index=False, name=None)]
    return own[(own["year"] != TOTAL) | ~np.array(beside, dtype=bool)]


def overall_accounts(case: Case) -> set[tuple[str, str]]:
    """Accounts (source, place) with one sum for all years: pledges, and limits stated as totals only."""
    own = _own_limits(case)
    return set(own.loc[own["year"] == TOTAL, ["source", "place"]].itertuples(index=False, name=None))


def booked_years(frame: pd.DataFrame, overall: set[tuple[str, str]]) -> pd.Series:
    """Year under which an account books a payment: 0 where it has one sum for all years."""
    whole = [(s, p) in overall for s, p in frame[["source", "place"]].itertuples(index=False, name=None)]
    return frame["year"].mask(np.array(whole, dtype=bool), TOTAL).astype(np.int64)


def _formula(f: Formulation, choices: Choices) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    started = f.index.estates.merge(choices.starts, on="project", suffixes=("", "_start"))
    for name, source in f.index.case.policy.sources.items():
        if source.formula is None:
            continue
        gain = formula_gain(f.index, name)
        by_id = dict(zip(f.index.estates["estate_id"], gain, strict=True))
        for estate, county, area, year in started[["estate_id", "county", "area", "year"]].itertuples(
            index=False, name=None
        ):
            place = {"city": "", "county": county, "area": area}[source.scope]
            found[name, place, int(year) + source.formula.lag_years] += int(by_id[estate])
    return found


def _proceeds(case: Case, choices: Choices) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    issues = choices.issues[["bond", "place", "year", "lots"]]
    for bond, place, year, lots in issues.itertuples(index=False, name=None):
        found[case.policy.bonds[bond].source, place, int(year)] += int(lots) * lot_steps(case, bond)
    return found


def _firm_proceeds(case: Case, bonds: dict[Key, int]) -> dict[Key, int]:
    """Proceeds of bonds under quotas that are firm."""
    limits = case.register.limits
    quotas = _mapping(limits[limits["certainty"].isin(case.scenario.firm)])
    return {key: min(issued, quotas.get(key, 0)) for key, issued in bonds.items()}


def _service(f: Formulation, choices: Choices) -> dict[Key, int]:
    case = f.index.case
    found: dict[Key, int] = defaultdict(int)
    general = choices.issues[~choices.issues["bond"].isin(list(special_bonds(case)))]
    for bond, county, year, lots in general[["bond", "county", "year", "lots"]].itertuples(index=False, name=None):
        for offset, service in enumerate(schedule(case, bond).service, start=1):
            if int(year) + offset in f.index.payment_years:
                found[case.policy.bonds[bond].service_source, county, int(year) + offset] += int(lots) * service
    counties, source = county_of(case), topup_source(case)
    for place, year, amount in choices.topups.itertuples(index=False, name=None):
        found[source, counties[place], int(year)] += int(amount)
    return found


def ledger_tables(f: Formulation, flows: Flows) -> tuple[pd.DataFrame, pd.DataFrame, dict[Key, int]]:
    """Tables ``accounts`` and ``source_use``, and the firm money left for payments by (source, place, year)."""
    case = f.index.case
    every = [flows.limit, flows.formula, flows.bonds, flows.carried, flows.running, flows.service, flows.paid]
    names = sorted({(source, place) for mapping in every for source, place, _year in mapping})
    accounts: list[tuple[object, ...]] = []
    use: list[tuple[object, ...]] = []
    firm_left: dict[Key, int] = {}
    for source, place in names:
        terms = case.policy.sources[source]
        account = _Account(source, place, flows, f.index.payment_years, terms.usable_years, unlimited=not terms.limited)
        account.run(always_firm=bool(terms.firm))
        accounts += account.rows
        use += account.use
        firm_left |= account.firm_left
    return (
        pd.DataFrame(accounts, columns=list(TABLES["accounts"])),
        pd.DataFrame(use, columns=list(TABLES["source_use"])),
        firm_left,
    )


class _Account:
    """One account through the years: money is used in the order it arrived."""

    def __init__(
        self, source: str, place: str, flows: Flows, years: tuple[int, ...], usable: int, *, unlimited: bool
    ) -> None:
        self.source, self.place, self.flows, self.years = source, place, flows, years
        self.usable, self.unlimited = usable, unlimited
        self.rows: list[tuple[object, ...]] = []
        self.use: list[tuple[object, ...]] = []
        self.firm_left: dict[Key, int] = {}
        self.kept: dict[int, int] = {}  # carried money that only its own projects may use, by year of arrival

    def _at(self, mapping: dict[Key, int], year: int) -> int:
        return mapping.get((self.source, self.place, year), 0)

    def run(self, *, always_firm: bool) -> None:
        """Walk through the years, oldest money first."""
        first = self.years[0]
        own = [y for s, p, y in self.flows.carried if (s, p) == (self.source, self.place)]
        before = sorted(y for y in own if y < first and (self.usable == 1 or y + self.usable > first))
        # Carried money of a source usable in one year only may still be spent in the first year.
        end = {a: max(a + self.usable - 1, first if self.usable == 1 else 0) for a in [*before, *self.years]}
        self.kept = {a: self._at(self.flows.kept, a) for a in before}
        money = {a: self._at(self.flows.carried, a) - self.kept[a] for a in before}
        firm = dict(money)
        for year in [*self.years, TOTAL]:
            if year == TOTAL:
                money, firm, self.kept = {}, {}, {}
                end[TOTAL] = TOTAL
            self._arrive(year, money, firm)
            self._spend(year, money, firm, end, always_firm=always_firm)

    def _arrive(self, year: int, money: dict[int, int], firm: dict[int, int]) -> None:
        carried = self._at(self.flows.carried, year) if year != TOTAL else 0
        self.carried_in = sum(money.values()) + sum(self.kept.values()) + carried
        self.kept[year] = self._at(self.flows.kept, year)
        free = carried - self.kept[year]
        money[year] = self._at(self.flows.limit, year) + self._at(self.flows.formula, year)
        money[year] += self._at(self.flows.bonds, year) + free
        firm[year] = self._at(self.flows.firm, year) + self._at(self.flows.firm_bonds, year) + free

    def _spend(
        self, year: int, money: dict[int, int], firm: dict[int, int], end: dict[int, int], *, always_firm: bool
    ) -> None:
        running, service = self._at(self.flows.running, year), self._at(self.flows.service, year)
        paid = self._at(self.flows.paid, year)
        spending, firm_used = running + service + paid, 0
        if self.unlimited:
            firm_used = spending if always_firm else 0
            if spending:
                self.use.append((self.source, self.place, year, year, "", spending, firm_used))
            money[year] = 0
        else:
            firm_used = self._draw_own(year)
            left = spending - firm_used - self._at(self.flows.excess, year)
            firm_used += self._draw(year, left, money, firm)
        over = [arrival for arrival in money if end[arrival] <= year]
        lapsed = sum(money.pop(arrival) + self.kept.pop(arrival) for arrival in over)
        for arrival in over:
            del firm[arrival]
        self.firm_left[self.source, self.place, year] = max(0, firm_used - running - service)
        columns = (
            self._at(self.flows.limit, year), self._at(self.flows.firm, year), self._at(self.flows.formula, year),
            self._at(self.flows.bonds, year), self._at(self.flows.excess, year), self.carried_in, running, service,
            paid, sum(money.values()) + sum(self.kept.values()), lapsed,
        )  # fmt: skip
        if any(columns):
            self.rows.append((self.source, self.place, year, *columns, self.unlimited))

    def _draw_own(self, year: int) -> int:
        """Take what projects under way pay of their bills from their own carried money, all of it firm."""
        taken = 0
        for arrival, project, amount in self.flows.own.get((self.source, self.place, year), ()):
            self.kept[arrival] -= amount
            taken += amount
            self.use.append((self.source, self.place, arrival, year, project, amount, amount))
        return taken

    def _draw(self, year: int, spending: int, money: dict[int, int], firm: dict[int, int]) -> int:
        """Take ``spending`` from the oldest money; returns how much of it was firm."""
        left, firm_used = spending, 0
        for arrival in sorted(money):
            taken = min(left, money[arrival])
            if taken <= 0:
                continue
            sure = min(taken, firm[arrival])
            money[arrival] -= taken
            firm[arrival] -= sure
            left -= taken
            firm_used += sure
            self.use.append((self.source, self.place, arrival, year, "", taken, sure))
        return firm_used


def assign_firm(case: Case, payments: pd.DataFrame, firm_left: dict[Key, int]) -> pd.Series:
    """What of each line is 已落实: an account's firm money goes to its lines in their order."""
    place = place_of(case, payments["source"], payments["estate"], payments["county"])
    keys = payments[["source", "year", "amount"]].assign(place=place)
    keys["year"] = booked_years(keys, overall_accounts(case))
    before = keys.groupby(["source", "place", "year"])["amount"].cumsum() - keys["amount"]
    has = pd.Series(
        [firm_left.get(k, 0) for k in keys[["source", "place", "year"]].itertuples(index=False, name=None)], keys.index
    )
    return (has - before).clip(lower=0).clip(upper=keys["amount"]).astype(np.int64)


def running_table(case: Case, payment_years: tuple[int, ...], source_use: pd.DataFrame) -> pd.DataFrame:
    """Table ``running``: every bill of projects under way; the firm money of an account goes to its bills first."""
    bills = case.register.running
    bills = bills[bills["year"].isin(payment_years)].astype({"year": np.int64})
    place = bills["county"].where(scopes(case, bills["source"]) == "county", "")
    bills = bills.assign(place=place, start_year=bills["start_year"].fillna(0).astype(np.int64))
    bills = bills.assign(
        level=bills["source"].map({n: s.level for n, s in case.policy.sources.items()}),
        ledger=bills["source"].map({n: s.ledger for n, s in case.policy.sources.items()}),
        booked=booked_years(bills, overall_accounts(case)),
    )
    firm = source_use.groupby(["source", "place", "year"])["firm"].sum().to_dict()
    keys = ["source", "place", "booked"]
    has = pd.Series([firm.get(key, 0) for key in bills[keys].itertuples(index=False, name=None)], bills.index)
    before = bills.groupby(keys)["amount"].cumsum() - bills["amount"]
    own = scopes(case, bills["source"]) == "estate"  # no account: firm is what arrived for the project and is unspent
    has = has.mask(own, (bills["arrived"] - bills["paid"]).fillna(0).astype(np.int64))
    before = before.mask(own, bills.groupby(["project", "source"])["amount"].cumsum() - bills["amount"])
    return bills.assign(firm=(has - before).clip(lower=0).clip(upper=bills["amount"]))[list(TABLES["running"])]
