"""Limits against years and bills: a missing year would mean no limit, a bill above the limit a negative account."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.case import from_steps
from allocator.inputs.frames import looked_up
from allocator.inputs.register_reader import Sheets
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario


def payment_years(scenario: Scenario, policy: PolicyModel, works: set[str]) -> range:
    """Years in which the plan pays: by default until the last bill of the slowest of ``works`` falls due."""
    horizon = scenario.horizon
    profiles = [
        work.spend_profile or scenario.class_profiles.get(work.work_class, scenario.spend_profile)
        for name, work in policy.works.items()
        if name in works
    ]
    longest = max((len(profile) for profile in profiles), default=1)
    last = horizon.payments_until or horizon.last + scenario.options.staging_years + longest - 1
    return range(horizon.first, last + 1)


def check_limits(sheets: Sheets, policy: PolicyModel, scenario: Scenario, years: range) -> None:
    """Note limited sources without a limit in some payment year, limits of unlimited ones, and bills above limits."""
    place = sheets.raw["limits"].place if "limits" in sheets.raw else _("register")
    limits = sheets.frames["limits"]
    cure = _("add a row for each of these years (0 when there is no money), or one for the total")
    for source, at, missing in _gaps(limits, policy, scenario, years):
        name = f"{source} ({policy.sources[source].label.text('zh')})" if policy.sources[source].label.zh else source
        where = at or _("the whole city")
        text = _("the source {name}, {place}, has no limit for {years}")
        finding = text.format(name=name, place=where, years=_compact(missing))
        sheets.problems.append(Problem(f"{place}: {source}", finding, cure))
    unlimited = limits["source"].isin([name for name, source in policy.sources.items() if not source.limited])
    finding = _("the policy model says that the source has no limits")
    sheets.add("limits", "source", limits.index[unlimited], finding, _("remove the row, or set limited: true"))
    _check_bills(sheets, policy, scenario, years)


def fed(policy: PolicyModel) -> set[str]:
    """Sources whose money is (also) bond proceeds or a formula's."""
    by_formula = {name for name, source in policy.sources.items() if source.formula is not None}
    return by_formula | {bond.source for bond in policy.bonds.values()}


def _gaps(
    limits: pd.DataFrame, policy: PolicyModel, scenario: Scenario, years: range
) -> Iterator[tuple[str, str, list[int]]]:
    """Source, place and years without a limit.

    A county without any row simply has no money of that source; a source of the whole city must have all years.
    """
    stated: dict[tuple[str, str], set[int]] = {}
    for source_id, at, year in limits[["source", "place", "year"]].itertuples(index=False, name=None):
        stated.setdefault((source_id, at), set()).add(int(year))
    by_others = fed(policy)
    for name, source in policy.sources.items():
        is_active = source.limited and in_force((source,), scenario.as_of) is not None and name not in by_others
        if not is_active or source.scope not in ("city", "county"):
            continue
        places = [""] if source.scope == "city" else [at for at in scenario.counties if (name, at) in stated]
        for at in places:
            found = stated.get((name, at), set())
            missing = [year for year in years if year not in found]
            if missing and TOTAL not in found:
                yield name, at, missing


def _compact(years: list[int]) -> str:
    """Years as runs: 2025-2027, 2029."""
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _check_bills(sheets: Sheets, policy: PolicyModel, scenario: Scenario, years: range) -> None:
    """Bills of running projects must fit into the limits of their account, carried money counted while it is usable.

    Accounts that bonds or formulas feed, and elastic ones, are left to the plan.
    """
    running = sheets.frames["running"]
    sources = {
        name: source
        for name, source in policy.sources.items()
        if source.limited and source.scope != "estate" and name not in fed(policy)
        and name not in scenario.options.elastic_limits
    }  # fmt: skip
    bills = running[running["source"].isin(set(sources)) & running["year"].isin(list(years))]
    scope = looked_up(bills["source"], {name: source.scope for name, source in sources.items()})
    bills = bills.assign(place=bills["county"].where(scope == "county", ""))
    arrived = arrivals(sheets, policy, years)
    money = scenario.money
    for (source, place, year), rows in bills.groupby(["source", "place", "year"]):
        due = int(rows["amount"].sum())
        has = available(arrived, str(source), str(place), int(str(year)), sources[str(source)].usable_years)
        if due > has:
            text = _(
                "bills of {due} {unit} fall due in {year} from {source}, {place}, which then has {available} {unit}"
            )
            finding = text.format(
                due=from_steps(due, money), available=from_steps(has, money), unit=money.unit, year=year,
                source=source, place=place or _("the whole city"),
            )  # fmt: skip
            cure = _("raise the limit, or charge the bills to another source or year")
            sheets.add("running", "amount", rows.index[:1], finding, cure)


def arrivals(sheets: Sheets, policy: PolicyModel, years: range) -> dict[tuple[str, str], dict[int, int]]:
    """Money by account and year of arrival; carried money of sources usable in one year counts as the first year's."""
    limits = sheets.frames["limits"][["source", "place", "year", "amount"]]
    carried = sheets.frames["carried"].rename(columns={"arrival_year": "year"})[["source", "place", "year", "amount"]]
    short = carried["source"].isin([name for name, source in policy.sources.items() if source.usable_years == 1])
    carried["year"] = carried["year"].mask(short, years[0])
    arrived: dict[tuple[str, str], dict[int, int]] = {}
    for source, place, year, amount in pd.concat([limits, carried]).itertuples(index=False, name=None):
        account = arrived.setdefault((source, place), {})
        account[int(year)] = account.get(int(year), 0) + int(amount)
    return arrived


def available(
    arrived: dict[tuple[str, str], dict[int, int]], source: str, place: str, year: int, usable_years: int
) -> int:
    """Most that an account can have in a year: what arrived and is still usable, or its total if it has only that."""
    account = arrived.get((source, place), {})
    if set(account) == {TOTAL}:
        return account[TOTAL]
    return sum(amount for arrival, amount in account.items() if arrival and year - usable_years < arrival <= year)
