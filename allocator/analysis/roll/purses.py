"""Accounts through the year: oldest money first, what is left, and whether it may still be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from allocator.analysis.roll.happened import Happened
from allocator.errors import Problem, ScenarioError
from allocator.formulation.debt import last_debt_year, lot_steps, refinance_share, schedule
from allocator.formulation.splitting import bond_schedule
from allocator.i18n import _
from allocator.inputs.case import from_steps
from allocator.plan.ledgers import overall_accounts

Account = tuple[str, str]
"""Source and place."""


@dataclass
class Purse:
    """Money of one account [steps]: what it had, got, paid, and what is left by year of arrival."""

    opening: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """By year of arrival."""
    arrived: int = 0
    issued: int = 0
    paid: int = 0
    closing: dict[int, int] = field(default_factory=dict)
    """What may still be used, by year of arrival."""
    lapsed: dict[int, int] = field(default_factory=dict)
    paid_new: int = 0
    """What of the payments came out of the year's own money."""


def purses(happened: Happened) -> dict[Account, Purse]:
    """Every account with limits that had, got or paid money in the year.

    Raises
    ------
    ScenarioError
        When an account paid more than it had.
    """
    found = _filled(happened)
    year = happened.year
    problems = []
    for (source, place), purse in sorted(found.items()):
        have = sum(purse.opening.values()) + purse.arrived + purse.issued
        if purse.paid > have:
            problems.append(_overdrawn(happened, source, place, purse.paid, have))
        _spend(purse, year.past, year.first, year.case.policy.sources[source].usable_years)
    if problems:
        raise ScenarioError(problems)
    return found


def placed_bills(happened: Happened) -> pd.DataFrame:
    """Bills with ``county`` of their project and ``place`` of the account; those that charge none are left out."""
    bills = happened.bills.assign(county=happened.bills["project"].map(counties(happened)))
    scope = bills["source"].map({name: source.scope for name, source in happened.year.case.policy.sources.items()})
    bills, scope = bills[scope != "estate"], scope[scope != "estate"]
    return bills.assign(place=bills["county"].where(scope != "city", ""))


def counties(happened: Happened) -> dict[str, str]:
    """County of every project."""
    register = happened.year.case.register
    known = dict(zip(register.running["project"], register.running["county"], strict=True))
    return known | dict(zip(register.estates["project"], register.estates["county"], strict=True))


def _filled(happened: Happened) -> dict[Account, Purse]:
    case = happened.year.case
    limited = {name for name, source in case.policy.sources.items() if source.limited and source.scope != "estate"}
    overall = overall_accounts(case)
    found: dict[Account, Purse] = defaultdict(Purse)
    carried = case.register.carried
    for source, place, arrival, amount in carried[["source", "place", "arrival_year", "amount"]].itertuples(
        index=False, name=None
    ):
        found[source, place].opening[int(arrival)] += int(amount)
    for source, place, amount in happened.arrived.itertuples(index=False, name=None):
        found[source, place].arrived += int(amount)
    for bond, county, amount in happened.issued.itertuples(index=False, name=None):
        found[case.policy.bonds[bond].source, county].issued += int(amount)
    bills = placed_bills(happened)
    for source, place, paid in bills[["source", "place", "paid"]].itertuples(index=False, name=None):
        found[source, place].paid += int(paid)
    return {account: purse for account, purse in found.items() if account[0] in limited and account not in overall}


def _overdrawn(happened: Happened, source: str, place: str, paid: int, have: int) -> Problem:
    money = happened.year.case.scenario.money
    finding = _("{paid} {unit} were paid, and the account had {have} {unit}").format(
        paid=from_steps(paid, money), have=from_steps(have, money), unit=money.unit
    )
    return Problem(f"{source}, {place or _('the whole city')}", finding, _("correct payments or arrivals"))


def _spend(purse: Purse, past: int, first: int, usable: int) -> None:
    """Pay from the oldest money; what is left is kept as long as it may be used in ``first`` or later.

    Carried money of a source usable in one year may still be spent in the year it was carried into.
    """
    left = dict(purse.opening)
    left[past] = left.get(past, 0) + purse.arrived + purse.issued
    to_pay = purse.paid
    for arrival in sorted(left):
        ends = past if usable == 1 else arrival + usable - 1
        taken = min(to_pay, left[arrival]) if ends >= past else 0
        to_pay -= taken
        purse.paid_new += taken if arrival == past else 0
        rest = left[arrival] - taken
        if rest:
            (purse.closing if ends >= first else purse.lapsed)[arrival] = rest


def bond_service(happened: Happened) -> Iterator[tuple[str, str, str, int, int, int]]:
    """Service of the bonds issued: bond, county, source that pays it, year, principal, interest; by year."""
    case = happened.year.case
    for bond, county, amount in happened.issued.itertuples(index=False, name=None):
        terms = case.policy.bonds[bond]
        # An issue of other than whole lots is served like one lot of its size.
        lots, rest = divmod(int(amount), lot_steps(case, bond))
        one = schedule(case, bond)
        if rest:
            share, years = refinance_share(case, terms), len(one.principal)
            term = int(terms.term_years.value)
            one = bond_schedule(int(amount), term, terms.coupon.value, terms.repayment, refinanced=share, years=years)
            lots = 1
        for year, (principal, interest, _kept) in enumerate(one.years, start=happened.year.past + 1):
            if year <= last_debt_year(case):
                yield bond, county, terms.service_source, year, lots * principal, lots * interest
