"""Whether the bills of an integer point can be paid: a small programme over single parts, with no pools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ortools.linear_solver import pywraplp

from allocator.inputs.case import rate_to_steps
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.base import Dated, in_force
from allocator.inputs.schemas.sources import Cap
from tests.oracle.choices import Point, county_of, due, first_issue, lot_size, service_by_year
from tests.oracle.facts import Facts, Part, Row, given
from tests.oracle.matching import keep_matching
from tests.oracle.projects import income, is_special

Expression = Any
"""A linear expression of the solver."""

Account = tuple[str, str]
"""A source and its place."""


@dataclass(frozen=True)
class Payment:
    """What a source pays for a part in a year; source "" is the last resort, which stands in for ``payer``."""

    part: Part
    payer: str
    source: str
    year: int
    amount: Expression


class Money:
    """The payments of one integer point, with every rule that binds them.

    Built from parts one by one: every rule is stated for the part, item, estate or account it speaks of.
    """

    def __init__(self, facts: Facts, point: Point) -> None:
        self.facts, self.point = facts, point
        # taking a subsidy that may fall to nothing is a choice
        self.solver = pywraplp.Solver.CreateSolver("SCIP" if facts.policy.kickers else "GLOP")
        self.lots = dict(point.lots)
        self.service = service_by_year(facts, self.lots)
        self.is_payable = True
        self.moved: list[Expression] = []
        self.excess: dict[tuple[str, str, int], Expression] = {}
        self.topups = self._add_topups()
        self.payments = list(self._pay())
        self._keep_accounts()
        self._keep_city_limits()
        self._keep_minimum_use()
        self._keep_estates()
        keep_matching(self)

    def least(self, goal: str, ceilings: Mapping[str, float]) -> float | None:
        """Smallest value of ``goal`` with the goals in ``ceilings`` at most that; None when bills cannot be paid."""
        if not self.is_payable:
            return None
        goals = {"shortfall": self._shortfall(), "public_money": self._public_money()}
        zero = self.solver.NumVar(0, 0, "")  # so that a goal nothing contributes to is an expression, too
        extra = [self.solver.Add(goals[name] + zero <= ceiling + 1e-6) for name, ceiling in ceilings.items()]
        self.solver.Minimize(goals[goal] + zero)
        status = self.solver.Solve()
        value = self.solver.Objective().Value() if status == pywraplp.Solver.OPTIMAL else None
        if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.INFEASIBLE):
            msg = f"the solver says {status}"
            raise RuntimeError(msg)
        for row in extra:
            row.SetBounds(-self.solver.infinity(), self.solver.infinity())
        return value

    # bills, part by part

    def _pay(self) -> Iterator[Payment]:
        for estate, years in due(self.facts, self.point).items():
            route = self.point.routes.get(self.facts.estates[estate]["project"], "")
            for year, bills in years.items():
                for (item, k), bill in bills.items():
                    yield from self._pay_part(self.facts.items[item].parts[self.point.done[item]][k], route, year, bill)

    def _pay_part(self, part: Part, route: str, year: int, bill: int) -> list[Payment]:
        payments = []
        for payer, sources in self.facts.sources_of(part, route).items():
            last_resort = self.facts.policy.payers[payer].last_resort and self.facts.scenario.options.shortfall
            for source in sources + [""] * last_resort:
                payments.append(Payment(part, payer, source, year, self.solver.NumVar(0, bill, "")))
        self.equal(_total(payments), bill)
        for payer, (low, high) in part.bands.items():
            paid = _total(p for p in payments if p.payer == payer)
            if low > 0:
                self.at_least(paid, float(low * bill))
            if high < 1:
                self.at_most(paid, float(high * bill))
            for payment in payments:
                if payment.payer == payer and payment.source:
                    self._keep_share(payment, paid, bill)
        return payments

    def _keep_share(self, payment: Payment, of_payer: Expression, bill: int) -> None:
        share = self.facts.policy.sources[payment.source].share
        if share is None:
            return
        bases = {"payer_part": of_payer, "cost": bill, "construction": float(bill * payment.part.construction)}
        least, most = (self.facts.share_edge(share, payment.part.estate, side) for side in ("min", "max"))
        if most is not None:
            self.at_most(payment.amount - float(most) * bases[share.of], 0)
        if least is not None:
            self.at_least(payment.amount - float(least) * bases[share.of], 0)

    # accounts

    def _paid(self, source: str, place: str | None = None, year: int | None = None) -> Expression:
        """What a source pays at a place (None: everywhere) in a year (None: all of them)."""
        return _total(
            p
            for p in self.payments
            if p.source == source
            and (year in (None, p.year))
            and (place is None or self.facts.place(source, p.part.estate) == (source, place))
        )

    def _charged(self, source: str, place: str | None, year: int | None) -> Expression:
        """Bills of running projects, debt service and top-ups that an account pays first."""
        years = set(self.facts.payment_years)
        running = sum(
            int(row["amount"])
            for row in self.facts.rows("running")
            if row["source"] == source
            and row["year"] in (years if year is None else {year})
            and (place is None or self._running_place(row) == place)
        )
        serviced = sum(
            amount
            for (bond, county, when), amount in self.service.items()
            if self.facts.policy.bonds[bond].service_source == source
            and not is_special(self.facts, bond)
            and when in (years if year is None else {year})
            and place in (None, county)
        )
        added = sum(
            amount
            for (area, when), amount in self.topups.items()
            if self._topup_source() == source
            and when in (years if year is None else {year})
            and place in (None, county_of(self.facts, area))
        )
        return running + serviced + added

    def _topup_source(self) -> str:
        bonds = self.facts.policy.bonds
        return next((bond.service_source for name, bond in bonds.items() if is_special(self.facts, name)), "")

    def _add_topups(self) -> dict[tuple[str, int], Expression]:
        """What counties add so that income pays the special bonds of each area until each payment year."""
        topups: dict[tuple[str, int], Expression] = {}
        years = self.facts.payment_years
        special = {key: count for key, count in self.lots.items() if is_special(self.facts, key[0])}
        for area in sorted({place for (_bond, place, _), count in special.items() if count}):
            earned, added = income(self.facts, self.point, area), 0
            first = first_issue(self.facts, area)
            for year in years[years.index(first) + 1 :]:
                topups[area, year] = self.solver.NumVar(0, self.solver.infinity(), "")
                added = added + topups[area, year]
                due = sum(
                    amount
                    for (bond, place, when), amount in self.service.items()
                    if place == area and (bond, place) in {key[:2] for key in special} and when <= year
                )
                self.at_least(added, due - sum(amount for when, amount in earned.items() if when <= year))
        return topups

    def _running_place(self, row: Row) -> str:
        return "" if self.facts.policy.sources[row["source"]].scope == "city" else str(row["county"])

    def _accounts(self) -> set[Account]:
        """Accounts with a limit of their own, of sources that are limited by year."""
        limited = {n for n, s in self.facts.policy.sources.items() if s.limited and s.scope != "estate"}
        found = {self.facts.place(p.source, p.part.estate) for p in self.payments if p.source in limited}
        found |= {(row["source"], self._running_place(row)) for row in self.facts.rows("running")}
        found |= {(self.facts.policy.bonds[b].service_source, county_of(self.facts, p)) for b, p, _ in self.service}
        return {account for account in found if account is not None and account[0] in limited}

    def _arrivals(self, source: str, place: str) -> dict[int, int]:
        """Money of an account by year of arrival."""
        arrivals: dict[int, int] = {}

        def arrive(year: int, amount: int) -> None:
            arrivals[year] = arrivals.get(year, 0) + amount

        bond = self.facts.bond_of(source)
        for row in self.facts.rows("limits"):
            if (row["source"], row["place"]) == (source, place) and row["year"] != TOTAL and bond is None:
                arrive(int(row["year"]), int(row["amount"]))
        for (name, county, year), count in self.lots.items():
            if (name, county) == (bond, place):
                arrive(year, count * lot_size(self.facts, self.facts.policy.bonds[name]))
        for row in self.facts.rows("carried"):
            if (row["source"], row["place"]) == (source, place) and not row["project"]:
                once = self.facts.policy.sources[source].usable_years == 1
                arrive(self.facts.first if once else int(row["arrival_year"]), int(row["amount"]))
        for year, amount in self._formula_money(source, place):
            arrive(year, amount)
        return arrivals

    def _formula_money(self, source: str, place: str) -> Iterator[tuple[int, int]]:
        formula = self.facts.policy.sources[source].formula
        if formula is None:
            return
        for estate, row in self.facts.estates.items():
            year = self.point.starts.get(row["project"])
            if year is None or self.facts.place(source, estate) != (source, place):
                continue
            quantities = (
                (formula.per_household, row["households"]),
                (formula.per_floor_area, row["floor_area"]),
                (formula.per_building, row["buildings"]),
                (formula.per_estate, 1),
            )
            amount = sum((rate * Decimal(str(quantity)) for rate, quantity in quantities), Decimal(0))
            money = self.facts.scenario.money
            yield year + formula.lag_years, rate_to_steps(amount, formula.unit, formula.factor, money)

    def _keep_accounts(self) -> None:
        for source, place in sorted(self._accounts()):
            arrivals = self._arrivals(source, place)
            own, moved = self._tied(source, place)
            arrivals |= {year: 0 for year, _ in moved if year not in arrivals}
            usable = self.facts.policy.sources[source].usable_years
            uses = {
                (arrival, year): self.solver.NumVar(0, self.solver.infinity(), "")
                for arrival in arrivals
                for year in range(arrival, arrival + usable)
                if year in self.facts.payment_years
            }
            beyond = {year: self._excess(source, place, year) for year in self.facts.payment_years}
            for arrival, amount in arrivals.items():
                free = sum(money for year, money in moved if year == arrival)
                self.at_most(sum(use for (a, _), use in uses.items() if a == arrival) - free, amount)
            for year in self.facts.payment_years:
                used = sum(use for (_, y), use in uses.items() if y == year) + beyond[year]
                used += sum(money for when, money in own if when == year)
                self.at_most(self._paid(source, place, year) + self._charged(source, place, year) - used, 0)

    def _tied(self, source: str, place: str) -> tuple[list[tuple[int, Expression]], list[tuple[int, Expression]]]:
        """Carried money of projects under way: what pays their bills by year, what moves by the year it arrived."""
        usable = self.facts.policy.sources[source].usable_years
        own: list[tuple[int, Expression]] = []
        moved: list[tuple[int, Expression]] = []
        of_bill: dict[tuple[str, int], list[Expression]] = {}
        for row in self.facts.rows("carried"):
            if (row["source"], row["place"]) != (source, place) or not row["project"]:
                continue
            arrival = int(row["arrival_year"])
            years = range(arrival, arrival + usable) if usable > 1 else [self.facts.first]
            elsewhere = self.solver.NumVar(0, int(row["amount"]), "")
            moved.append((arrival if usable > 1 else self.facts.first, elsewhere))
            bills = {(row["project"], year): self.solver.NumVar(0, int(row["amount"]), "") for year in years}
            self.at_most(sum(bills.values()) + elsewhere, int(row["amount"]))
            own += [(year, paid) for (_, year), paid in bills.items()]
            for bill, paid in bills.items():
                of_bill.setdefault(bill, []).append(paid)
        for (project, year), paid in of_bill.items():
            rows = [row for row in self.facts.rows("running") if (row["project"], row["source"]) == (project, source)]
            self.at_most(sum(paid), sum(int(row["amount"]) for row in rows if row["year"] == year))
        self.moved += [money for _, money in moved]
        return own, moved

    def _excess(self, source: str, place: str, year: int) -> Expression:
        """Money found beyond the account's limit of a year, where the scenario lets it be found."""
        if source not in self.facts.scenario.options.elastic_limits:
            return 0
        self.excess[source, place, year] = self.solver.NumVar(0, self.solver.infinity(), "")
        return self.excess[source, place, year]

    def _beyond(self, source: str, place: str | None, year: int | None) -> Expression:
        """Money beyond limits of a source, at one place or all, in one year or all."""
        return sum(
            money
            for (name, where, when), money in self.excess.items()
            if name == source and place in (None, where) and year in (None, when)
        )

    def _keep_city_limits(self) -> None:
        """Limits of the whole city on sources of smaller scope, and limits on the total over the years."""
        sums: dict[tuple[str, str, int], int] = {}
        for row in self.facts.rows("limits"):
            wide = row["place"] == "" and self.facts.policy.sources[row["source"]].scope != "city"
            if wide or row["year"] == TOTAL:
                key = (row["source"], row["place"], int(row["year"]))
                sums[key] = sums.get(key, 0) + int(row["amount"])
        for (source, place, year), amount in sums.items():
            where = None if place == "" else place
            when = None if year == TOTAL else year
            spent = self._paid(source, where, when) + self._charged(source, where, when)
            self.at_most(spent - self._beyond(source, where, when), amount)

    def _keep_minimum_use(self) -> None:
        for row in self.facts.rows("limits"):
            if given(row["minimum_use"]):
                running = sum(
                    int(bill["amount"])
                    for bill in self.facts.rows("running")
                    if (bill["source"], self._running_place(bill), bill["year"])
                    == (row["source"], row["place"], row["year"])
                )
                paid = self._paid(row["source"], row["place"], row["year"])
                self.at_least(paid + running, int(row["minimum_use"]))

    # estates

    def _keep_estates(self) -> None:
        for estate, row in self.facts.estates.items():
            for name, source in self.facts.policy.sources.items():
                paid = _total(p for p in self.payments if p.source == name and p.part.estate == estate)
                if source.scope == "estate" and source.limited:
                    self.at_most(paid, self.facts.pledged(estate, name))
                for cap in source.caps:
                    most = self._cap(cap, row) if cap.per != "unit" else self._units_cap(cap, estate)
                    self.at_most(paid, most)
            self._keep_least_shares(estate)
            residents = self.facts.policy.residents
            if residents is not None and residents.affordability is not None:
                sources = {n for n, s in self.facts.policy.sources.items() if s.payer == residents.payer}
                paid = _total(p for p in self.payments if p.source in sources and p.part.estate == estate)
                self.at_most(paid, self._rate(residents.affordability, row["households"]))

    def _keep_least_shares(self, estate: str) -> None:
        """What residents bear of each class of works, of all that its rules let them bear."""
        residents = self.facts.policy.residents
        if residents is None or residents.least_share is None:
            return
        for work_class, least in residents.least_share.classes.items():
            counted = {
                (item.item, k): part
                for item in self.facts.items.values()
                if item.item in self.point.done
                and item.estate == estate
                and self.facts.policy.works[item.work].work_class == work_class
                and item.work not in residents.least_share.not_works
                for k, part in enumerate(item.parts[self.point.done[item.item]])
                if not part.grant and self._may_bear(residents.payer, part)
            }
            bills = due(self.facts, self.point).get(estate, {})
            cost = sum(bill for year in bills.values() for key, bill in year.items() if key in counted)
            theirs = {id(part) for part in counted.values()}
            borne = _total(p for p in self.payments if id(p.part) in theirs and p.payer == residents.payer)
            self.at_least(borne, float(self.facts.now(least) * cost))

    def _may_bear(self, payer: str, part: Part) -> bool:
        values = in_force(self.facts.policy.rules[part.rule].values, self.facts.scenario.as_of)
        assert values is not None
        return payer in values.shares and values.shares[payer].max > 0

    def _units_cap(self, cap: Cap, estate: str) -> int:
        """What the works done at an estate allow, each by its quantity."""
        done = (row for row in self.facts.rows("items") if row["item"] in self.point.done and row["work"] in cap.works)
        return sum(
            self._rate(cap.amount, row["quantity"])
            for row in done
            if row["estate"] == estate and given(row["quantity"])
        )

    def _cap(self, cap: Cap, row: Row) -> int:
        quantity = {"household": row["households"], "floor_area": row["floor_area"], "estate": 1}[cap.per]
        return self._rate(cap.amount, quantity)

    def _rate(self, values: Dated, quantity: float) -> int:
        """Steps of a rate in force times a quantity."""
        rate = in_force(values, self.facts.scenario.as_of)
        assert rate is not None
        return rate_to_steps(rate.value, rate.unit, Decimal(str(quantity)), self.facts.scenario.money)

    # goals

    def _shortfall(self) -> Expression:
        prices = self.facts.scenario.options.elastic_limits
        beyond = sum(float(prices[source]) * money for (source, _, _), money in self.excess.items())
        return _total(p for p in self.payments if not p.source) + beyond

    def _public_money(self) -> Expression:
        policy = self.facts.policy
        local = _total(p for p in self.payments if p.source and policy.sources[p.source].local)
        stands_in = _total(p for p in self.payments if p.payer == p.part.stands_in)
        issued = sum(count * lot_size(self.facts, policy.bonds[bond]) for (bond, _, _), count in self.lots.items())
        years = self.facts.payment_years
        serviced = sum(
            amount
            for (bond, _, year), amount in self.service.items()
            if year in years and not is_special(self.facts, bond)
        )
        rule = policy.reallocation
        moved = sum(float(rule.price) * money for money in self.moved) if rule is not None else 0
        return local + stands_in + issued + serviced + moved + sum(self.topups.values())

    # rows

    def at_most(self, expression: Expression, bound: float) -> None:
        """Row of the linear programme."""
        self._row(expression, -self.solver.infinity(), bound)

    def at_least(self, expression: Expression, bound: float) -> None:
        """Row of the linear programme."""
        self._row(expression, bound, self.solver.infinity())

    def equal(self, expression: Expression, bound: float) -> None:
        """Row of the linear programme."""
        self._row(expression, bound, bound)

    def _row(self, expression: Expression, low: float, high: float) -> None:
        if isinstance(expression, int | float):  # nothing to decide: the row holds or the point fails
            self.is_payable &= low - 1e-6 <= expression <= high + 1e-6
        else:
            self.solver.Add(pywraplp.LinearConstraint(expression, low, high))


def _total(payments: Iterable[Payment]) -> Expression:
    """Sum of payments; the number zero when there are none."""
    return sum(payment.amount for payment in payments)
