"""Every whole-number choice a small case allows: starts, routes, optional items, bond lots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import floor, prod

from allocator.inputs.case import rate_to_steps
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.bonds import Bond
from tests.oracle.facts import NEVER, Facts, Item, Row, fraction, given, half_up, largest_remainder
from tests.oracle.projects import is_special, projects_allowed


class TooManyError(Exception):
    """The case has more integer points than the caller wants to look at."""


@dataclass(frozen=True)
class Choice:
    """What one project does: nothing (no year), or a start with a route and its items by year."""

    project: str
    year: int | None = None
    route: str = ""
    items: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Point:
    """One integer point: a choice per project, and lots by (bond, place, year)."""

    choices: tuple[Choice, ...]
    lots: tuple[tuple[tuple[str, str, int], int], ...] = ()

    @cached_property
    def starts(self) -> dict[str, int]:
        """Start year by project started."""
        return {choice.project: choice.year for choice in self.choices if choice.year is not None}

    @cached_property
    def routes(self) -> dict[str, str]:
        """Route by project started."""
        return {choice.project: choice.route for choice in self.choices if choice.year is not None}

    @cached_property
    def done(self) -> dict[str, int]:
        """Year by item done."""
        return dict(pair for choice in self.choices for pair in choice.items)


def points(facts: Facts, limit: int) -> list[Point]:
    """All integer points that keep the rules that need no money.

    Raises
    ------
    TooManyError
        When there are more than ``limit`` combinations to look at.
    """
    options = [list(_project_choices(facts, project)) for project in facts.projects]
    lots = _lot_ranges(facts)
    if (count := prod(len(option) for option in options) * prod(len(sizes) for sizes in lots.values())) > limit:
        msg = f"{count} integer points"
        raise TooManyError(msg)
    chosen = [point for point in map(Point, product(*options)) if allowed(facts, point)]
    issues = [tuple(zip(lots, sizes, strict=True)) for sizes in product(*lots.values())]
    issues = [issue for issue in issues if _debt_allowed(facts, dict(issue))]
    every = [Point(point.choices, issue) for point in chosen for issue in issues]
    return [point for point in every if _carried_by_projects(facts, point)]


def _project_choices(facts: Facts, project: str) -> Iterator[Choice]:
    locks = {facts.scenario.locks[name] for name in (project, *facts.members[project]) if name in facts.scenario.locks}
    years = {lock for lock in locks if isinstance(lock, int)}
    if not (years or "must" in locks):
        yield Choice(project)
    if "never" in locks:
        return
    routes = facts.projects[project]["routes"] or tuple(facts.policy.routes)[:1] or ("",)
    ready = facts.project_ready(project)
    for year in facts.start_years:
        if year < ready or (years and years != {year}) or ready == NEVER:
            continue
        for route, items in product(routes, _item_choices(facts, project, year)):
            yield Choice(project, year, route, items)


def _item_choices(facts: Facts, project: str, year: int) -> Iterator[tuple[tuple[str, int], ...]]:
    """Sets of items with the years they are done in, for a project that starts in ``year``."""
    items = [item for item in facts.items.values() if item.project == project]
    options: list[list[tuple[tuple[str, int], ...]]] = []
    later = range(year, year + facts.staging + 1)
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        if item.group:
            groups.setdefault((item.estate, item.group), []).append(item)
        elif item.required:
            options.append([((item.item, year),)])
        else:
            options.append([(), *(((item.item, when),) for when in later)])
    for (estate, group), members in groups.items():
        if facts.must_choose(estate, group):
            options.append([((item.item, year),) for item in members])
        else:
            options.append([(), *(((item.item, when),) for item in members for when in later)])
    for chosen in product(*options):
        yield tuple(pair for pairs in chosen for pair in pairs)


# rules on whole choices


def allowed(facts: Facts, point: Point) -> bool:
    """Whether a point keeps every rule that looks at integers only."""
    return (
        all(sum(project in point.starts for project in group) <= 1 for group in facts.scenario.exclusions)
        and _prerequisites_met(facts, point)
        and _communities_complete(facts, point)
        and _newer_share_kept(facts, point)
        and _is_fair(facts, point)
        and _within_capacity(facts, point)
        and _near_the_adopted_plan(facts, point)
        and _listed_in_its_year(facts, point)
        and (facts.scenario.options.elastic_tasks or not any(breach for breach, _ in breaches(facts, point)))
    )


def _prerequisites_met(facts: Facts, point: Point) -> bool:
    return all(
        needed in point.done and point.done[needed] <= year
        for item, year in point.done.items()
        for needed in facts.items[item].requires
    )


def _communities_complete(facts: Facts, point: Point) -> bool:
    if facts.policy.community is None:
        return True
    minimum = facts.policy.community.minimum
    for estate, row in facts.estates.items():
        done = sum(facts.items[item].community for item in point.done if facts.items[item].estate == estate)
        if row["project"] in point.starts and done + row["community_facilities"] < minimum:
            return False
    return True


def _newer_share_kept(facts: Facts, point: Point) -> bool:
    scope = facts.policy.scope
    if scope is None or scope.newer_share is None:
        return True
    share = fraction(facts.now(scope.newer_share))
    for county, year in product(facts.scenario.counties, facts.start_years):
        started = [e for e in started_estates(facts, point, county) if started_in(facts, point, e) == year]
        newer = sum(facts.estates[e]["households"] for e in started if facts.is_newer(e))
        if newer > share * sum(facts.estates[e]["households"] for e in started):
            return False
    return True


def _is_fair(facts: Facts, point: Point) -> bool:
    least = fraction(facts.scenario.options.fairness)
    if least == 0:
        return True
    sums = []
    for county in (*facts.scenario.counties, ""):
        ready = [e for e in _of(facts, county) if facts.project_ready(facts.estates[e]["project"]) <= facts.last]
        started = started_estates(facts, point, county)
        sums.append([sum(facts.estates[e]["households"] for e in some) for some in (started, ready)])
    *counties, (started_city, ready_city) = sums
    if ready_city == 0:
        return True
    city = Fraction(started_city, ready_city)
    return all(Fraction(started, ready) >= least * city for started, ready in counties if ready)


def adopted(facts: Facts) -> dict[str, int] | None:
    """Start year by project in the adopted plan (0: left out); None when there is no adopted plan."""
    rows = {row["project"]: int(row["start_year"]) if given(row["start_year"]) else 0 for row in facts.rows("adopted")}
    stated = {**rows, **facts.scenario.adopted}
    return {project: stated.get(project, 0) for project in facts.projects} if stated else None


def moved(facts: Facts, point: Point) -> list[str]:
    """Projects that the adopted plan starts in another year, or does not start, or starts and the point does not."""
    plan = adopted(facts)
    return [] if plan is None else [p for p, year in plan.items() if point.starts.get(p, 0) != year]


def _near_the_adopted_plan(facts: Facts, point: Point) -> bool:
    terms, plan, away = facts.scenario.persistence, adopted(facts) or {}, moved(facts, point)
    if facts.scenario.stage == "定案" and away:
        return False
    until = terms.frozen_until or 0
    frozen = any(0 < plan[p] <= until or 0 < point.starts.get(p, 0) <= until for p in away)
    return not frozen and (terms.most_moves is None or len(away) <= terms.most_moves)


def _listed_in_its_year(facts: Facts, point: Point) -> bool:
    for project, year in point.starts.items():
        route = point.routes[project]
        without = facts.policy.routes[route].without if route else ()
        asks = any(s.listed_year is not None for name, s in facts.policy.sources.items() if name not in without)
        listed = facts.estates[facts.members[project][0]]["listed_year"]
        if asks and given(listed) and listed != year:
            return False
    return True


def under_way(facts: Facts, county: str, year: int) -> dict[str, int]:
    """Estates and households of running projects that started in a start year, in a county (blank: the city)."""
    once = {row["project"]: row for row in facts.rows("running") if given(row["start_year"])}.values()
    own = [row for row in once if row["start_year"] in facts.start_years and county in ("", row["county"])]
    own = [row for row in own if year in (TOTAL, row["start_year"])]
    return {measure: sum(int(row[measure]) for row in own) for measure in ("estates", "households")}


def _within_capacity(facts: Facts, point: Point) -> bool:
    for row in facts.rows("capacity"):
        started = started_estates(facts, point, row["county"])
        if given(row["max_estates"]):
            count = sum(started_in(facts, point, estate) == row["year"] for estate in started)
            begun = under_way(facts, row["county"], row["year"])["estates"]
            if count > max(row["max_estates"] - begun, 0):
                return False
        if given(row["max_spend"]):
            bills = due(facts, point)
            if sum(sum(bills[e].get(row["year"], {}).values()) for e in started) > row["max_spend"]:
                return False
    return True


def breaches(facts: Facts, point: Point) -> list[tuple[int, int]]:
    """How far each task band is missed, and its bound, for every band missed."""
    missed = []
    for row in facts.rows("tasks"):
        started = [
            e
            for e in started_estates(facts, point, row["county"])
            if row["year"] in (TOTAL, started_in(facts, point, e))
        ]
        begun = under_way(facts, row["county"], row["year"])
        counts = {
            "estates": len(started) + begun["estates"],
            "households": sum(facts.estates[e]["households"] for e in started) + begun["households"],
        }
        for measure, count in counts.items():
            low, high = row[f"min_{measure}"], row[f"max_{measure}"]
            if given(low) and count < low:
                missed.append((int(low) - count, int(low)))
            if given(high) and count > high:
                missed.append((count - int(high), int(high)))
    return missed


def _of(facts: Facts, county: str) -> list[str]:
    """Estates of a county, or of the city for a blank."""
    return [estate for estate, row in facts.estates.items() if county in ("", row["county"])]


def started_estates(facts: Facts, point: Point, county: str = "") -> list[str]:
    """Estates of a county (blank: the city) that start."""
    return [estate for estate in _of(facts, county) if facts.estates[estate]["project"] in point.starts]


def started_in(facts: Facts, point: Point, estate: str) -> int:
    """Start year of a started estate."""
    return point.starts[facts.estates[estate]["project"]]


# money that follows from integers


def due(facts: Facts, point: Point) -> dict[str, dict[int, dict[tuple[str, int], int]]]:
    """Bills by estate and year: cost falling due by (item, number of its part)."""
    bills: dict[str, dict[int, dict[tuple[str, int], int]]] = {estate: {} for estate in facts.estates}
    for name, year in point.done.items():
        item = facts.items[name]
        shares = savings(facts, point, item)
        for k, part in enumerate(item.parts[year]):
            gross = largest_remainder(part.cost, part.weights)
            bill = list(gross)
            for share in shares:
                net = largest_remainder(part.cost - int(share * part.cost), part.weights)
                bill = [b + n - g for b, n, g in zip(bill, net, gross, strict=True)]
            for lag, amount in enumerate(bill):
                if amount:
                    bills[item.estate].setdefault(year + lag, {})[name, k] = amount
    return bills


def savings(facts: Facts, point: Point, item: Item) -> list[Fraction]:
    """Shares of the cost of an item that are saved because another work is done with it."""
    found = []
    for saving in facts.policy.savings.values():
        if item.work != saving.on:
            continue
        others = [w for w in saving.works if w != saving.on]
        partners = sorted(i.item for i in facts.items.values() if i.estate == item.estate and i.work == others[0])
        if partners and point.done.get(partners[0]) == point.done[item.item]:
            found.append(fraction(saving.share))
    return found


# bonds


def _lot_ranges(facts: Facts) -> dict[tuple[str, str, int], range]:
    ranges: dict[tuple[str, str, int], range] = {}
    for name, bond in facts.policy.bonds.items():
        quotas: dict[tuple[str, int], int] = {}
        for row in facts.rows("limits"):
            if row["source"] == bond.source and row["place"] in _issuers(facts, name) and row["year"] != TOTAL:
                key = (row["place"], int(row["year"]))
                quotas[key] = quotas.get(key, 0) + int(row["amount"])
        for (county, year), quota in quotas.items():
            ranges[name, county, year] = range(quota // lot_size(facts, bond) + 1)
    return ranges


def first_issue(facts: Facts, area: str) -> int:
    """First year in which an area may issue a lot of special bonds."""
    years = (year for (bond, place, year), lots in _lot_ranges(facts).items() if place == area and len(lots) > 1)
    return min(years, default=facts.first)


def _issuers(facts: Facts, bond: str) -> list[str]:
    """Places that may issue a bond: counties, or areas that were not refused."""
    if is_special(facts, bond):
        return [row["area"] for row in facts.rows("areas") if row["review"] != "refused"]
    return list(facts.scenario.counties)


def county_of(facts: Facts, place: str) -> str:
    """County of a place that issues bonds."""
    areas = {row["area"]: row["county"] for row in facts.rows("areas")}
    return str(areas.get(place, place))


def _carried_by_projects(facts: Facts, point: Point) -> bool:
    if not any(is_special(facts, bond) and count for (bond, _place, _year), count in point.lots):
        return True
    spent: dict[str, int] = {}
    for estate, years in due(facts, point).items():
        area = facts.estates[estate]["area"]
        spent[area] = spent.get(area, 0) + sum(sum(bills.values()) for bills in years.values())
    services = {name: service(facts, bond) for name, bond in facts.policy.bonds.items()}
    sizes = {name: lot_size(facts, bond) for name, bond in facts.policy.bonds.items()}
    return projects_allowed(facts, point, spent, services, sizes)


def lot_size(facts: Facts, bond: Bond) -> int:
    """Steps of one lot."""
    return rate_to_steps(bond.lot.value, bond.lot.unit, Decimal(1), facts.scenario.money)


def service(facts: Facts, bond: Bond) -> list[tuple[int, int]]:
    """Principal charged and interest of one lot in the years after its issue.

    What is refinanced is not charged and bears interest to the last year of the tables of debt.
    """
    lot, years, coupon = lot_size(facts, bond), int(bond.term_years.value), fraction(bond.coupon.value)
    if bond.repayment == "bullet":
        principal = [0] * (years - 1) + [lot]
    elif bond.repayment == "instalments":
        principal = largest_remainder(lot, [Fraction(1)] * years)
    else:
        yearly = half_up(lot * coupon / (1 - 1 / (1 + coupon) ** years))
        principal, left = [], lot
        for year in range(1, years + 1):
            principal.append(left if year == years else yearly - half_up(left * coupon))
            left -= principal[-1]
    share = fraction(facts.now(bond.refinance_share)) if bond.refinance_share else Fraction(0)
    if share:
        principal += [0] * (last_debt_year(facts) - facts.first - years)
    paid, left = [], lot
    for amount in principal:
        charged = amount - floor(amount * share)
        paid.append((charged, half_up(left * coupon)))
        left -= charged
    return paid


def last_debt_year(facts: Facts) -> int:
    """Last year of the tables of debt: of the sheet, or of the last repayment of any quota."""
    years = [facts.first, *(int(row["year"]) for row in facts.rows("debt"))]
    for bond in facts.policy.bonds.values():
        quotas = [row for row in facts.rows("limits") if row["source"] == bond.source and row["year"] != TOTAL]
        years += [int(row["year"]) + int(bond.term_years.value) for row in quotas]
    return max(years)


def service_by_year(facts: Facts, lots: Mapping[tuple[str, str, int], int]) -> dict[tuple[str, str, int], int]:
    """Principal and interest by (bond, place, year)."""
    total: dict[tuple[str, str, int], int] = {}
    for (name, county, year), count in lots.items():
        for lag, (principal, interest) in enumerate(service(facts, facts.policy.bonds[name]), start=1):
            key = (name, county, year + lag)
            if year + lag > last_debt_year(facts):
                continue
            total[key] = total.get(key, 0) + count * (principal + interest)
    return total


def _debt_allowed(facts: Facts, lots: Mapping[tuple[str, str, int], int]) -> bool:
    yearly = service_by_year(facts, lots)
    kinds = (("", False), ("special_", True))
    return _counties_allow(facts, lots) and all(
        _year_of_debt_allowed(
            facts,
            {key: count for key, count in lots.items() if is_special(facts, key[0]) == special},
            {key: amount for key, amount in yearly.items() if is_special(facts, key[0]) == special},
            {name: row[prefix + name] for name in CEILINGS} | {"county": row["county"], "year": row["year"]},
        )
        for row in facts.rows("debt")
        for prefix, special in kinds
    )


CEILINGS = ("stock_ceiling", "existing_stock", "service_ceiling", "existing_service")


def _counties_allow(facts: Facts, lots: Mapping[tuple[str, str, int], int]) -> bool:
    """Whether the areas of each county keep its quota for all their special bonds."""
    areas = {row["area"] for row in facts.rows("areas")}
    quotas: dict[tuple[str, str, int], int] = {}
    for row in facts.rows("limits"):
        for name, bond in facts.policy.bonds.items():
            here = row["place"] in facts.scenario.counties and row["place"] not in areas
            if row["source"] == bond.source and is_special(facts, name) and here and row["year"] != TOTAL:
                key = (name, row["place"], int(row["year"]))
                quotas[key] = quotas.get(key, 0) + int(row["amount"])
    issued: dict[tuple[str, str, int], int] = {}
    for (name, place, year), count in lots.items():
        key = (name, county_of(facts, place), year)
        issued[key] = issued.get(key, 0) + count * lot_size(facts, facts.policy.bonds[name])
    return all(issued.get(key, 0) <= quota for key, quota in quotas.items())


def _year_of_debt_allowed(
    facts: Facts, lots: Mapping[tuple[str, str, int], int], yearly: Mapping[tuple[str, str, int], int], row: Row
) -> bool:
    if given(row["service_ceiling"]):
        serviced = sum(
            amount
            for (_bond, place, year), amount in yearly.items()
            if (county_of(facts, place), year) == (row["county"], row["year"])
        )
        if serviced + row["existing_service"] > row["service_ceiling"]:
            return False
    stock = row["existing_stock"]
    for (name, place, year), count in lots.items():
        if county_of(facts, place) == row["county"] and year <= row["year"]:
            bond = facts.policy.bonds[name]
            repaid = sum(principal for principal, _ in service(facts, bond)[: row["year"] - year])
            stock += count * (lot_size(facts, bond) - repaid)
    return not given(row["stock_ceiling"]) or stock <= row["stock_ceiling"]
