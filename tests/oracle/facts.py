"""What a case says about every estate, item and part: costs, payers, sources, points, readiness.

Worked out record by record from the words of ``models/xianning-2024/formulation.md``, in exact fractions, and on
purpose without anything of ``allocator.formulation``: the two are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any

import pandas as pd

from allocator.inputs.case import Case, rate_to_steps
from allocator.inputs.schemas.base import Dated, in_force
from allocator.inputs.schemas.policy import PayerShares, Work
from allocator.inputs.schemas.sources import ShareLimit, Source

NEVER = 9999
"""Ready year of an estate that may not start."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A cost with one rule for who bears it."""

    item: str
    estate: str
    component: str
    rule: str
    cost: int
    bands: dict[str, tuple[Fraction, Fraction]]
    """Least and greatest share by payer; a closed part has one payer with (1, 1)."""
    grant: str = ""
    """Source that pays all of it, for a unit grant."""
    stands_in: str = ""
    construction: Fraction = Fraction(1)
    """Share of construction in the cost."""
    weights: tuple[Fraction, ...] = ()
    """What falls due in the year the item is done and in those after."""


@dataclass(frozen=True)
class Item:
    """A register item with what follows from it."""

    item: str
    estate: str
    project: str
    work: str
    required: bool
    group: str
    requires: tuple[str, ...]
    community: bool
    parts: dict[int, tuple[Part, ...]]
    """By the year it is done."""
    profile: tuple[Fraction, ...]
    points: dict[int, Fraction]
    """By the year it is done; zero for required items of an estate with points of its own."""


def largest_remainder(whole: int, weights: Sequence[Fraction]) -> list[int]:
    """``whole`` divided by ``weights``: floors, then one more to the largest remainders, the earlier first."""
    total = sum(weights)
    exact = [whole * weight / total for weight in weights]
    split = [floor(amount) for amount in exact]
    order = sorted(range(len(split)), key=lambda k: (split[k] - exact[k], k))
    for k in order[: whole - sum(split)]:
        split[k] += 1
    return split


def half_up(amount: Fraction) -> int:
    """Nearest whole number, halves away from zero."""
    return floor(amount + Fraction(1, 2)) if amount >= 0 else -floor(-amount + Fraction(1, 2))


def fraction(value: Any) -> Fraction:
    """Exact value of a number as it was written."""
    return Fraction(str(value))


def given(value: Any) -> bool:
    """Whether a cell holds something."""
    return value is not None and value not in ("", ()) and (isinstance(value, tuple) or not pd.isna(value))


class Facts:
    """Everything about a case that no decision changes."""

    def __init__(self, case: Case) -> None:
        self._rows: dict[str, list[Row]] = {
            sheet: getattr(case.register, sheet).to_dict("records") for sheet in case.register.__dataclass_fields__
        }
        self.scenario, self.policy = case.scenario, case.policy
        self.first, self.last = self.scenario.horizon.first, self.scenario.horizon.last
        self.start_years = range(self.first, self.last + 1)
        self.staging = self.scenario.options.staging_years
        self.estates: dict[str, Row] = {row["estate"]: row for row in self.rows("estates")}
        self.projects: dict[str, Row] = {row["project"]: row for row in self.rows("projects")}
        self.members = {
            project: [e for e, row in self.estates.items() if row["project"] == project] for project in self.projects
        }
        self.costs: dict[str, dict[str, int]] = {}
        for row in self.rows("component_costs"):
            self.costs.setdefault(row["item"], {})[row["component"]] = int(row["cost"])
        self.items = {row["item"]: self._item(row) for row in self.rows("items")}

    def rows(self, sheet: str) -> list[Row]:
        """Records of a sheet of the register."""
        return self._rows[sheet]

    def now(self, values: Dated) -> Decimal:
        """Value in force on the scenario's date."""
        value = in_force(values, self.scenario.as_of)
        assert value is not None
        return value.value

    def county(self, estate: str) -> str:
        """County of an estate."""
        return str(self.estates[estate]["county"])

    @cached_property
    def payment_years(self) -> range:
        """Years in which bills are paid."""
        until = self.scenario.horizon.payments_until
        longest = max([len(item.profile) for item in self.items.values()], default=1)
        return range(self.first, (until or self.last + self.staging + longest - 1) + 1)

    # costs

    def _item(self, row: Row) -> Item:
        work = self.policy.works[row["work"]]
        estate = self.estates[row["estate"]]
        needed = self.policy.classes[work.work_class].always_needed and row["severity"] > 0
        required = not row["choice_group"] and bool(row["required"] or needed)
        return Item(
            item=row["item"],
            estate=row["estate"],
            project=estate["project"],
            work=row["work"],
            required=required,
            group=row["choice_group"],
            requires=tuple(row["requires"]),
            community=work.community,
            parts={year: self._parts_in(row, estate, work, year) for year in self.doing_years},
            profile=self._profile(work),
            points=self._points(row, estate, work, required),
        )

    @property
    def doing_years(self) -> range:
        """Years in which works may be done."""
        return range(self.first, self.last + self.staging + 1)

    def _parts_in(self, row: Row, estate: Row, work: Work, year: int) -> tuple[Part, ...]:
        """Parts of an item that is done in ``year``."""
        built, profile = self._construction(row), self._profile(work)
        parts = self._parts(row, estate, work, year)
        return tuple(replace(part, construction=built, weights=part.weights or profile) for part in parts)

    def _construction(self, row: Row) -> Fraction:
        """Share of works in the cost of an item: as the register makes it up, else the usual one."""
        split = in_force(self.policy.cost_split or (), self.scenario.as_of)
        usual = [fraction(s) for s in split.shares] if split else [Fraction(1), Fraction(0), Fraction(0)]
        told = [row[name] if given(row[name]) else None for name in ("works_cost", "other_fees", "contingency")]
        if told == [None] * 3 or not row["cost"]:
            return usual[0]
        left = int(row["cost"]) - sum(int(value) for value in told if value is not None)
        weights = [share if value is None else Fraction(0) for value, share in zip(told, usual, strict=True)]
        if told[0] is not None:
            return Fraction(int(told[0]), int(row["cost"]))
        return Fraction(largest_remainder(left, weights)[0] if sum(weights) else left, int(row["cost"]))

    def share_edge(self, share: ShareLimit, estate: str, side: str) -> Fraction | None:
        """Least or greatest share of a source at an estate, by the region of its county."""
        region = self.scenario.regions.get(self.county(estate))
        values = getattr(share.in_region(region), side)
        return None if values is None else fraction(self.now(values))

    def must_choose(self, estate: str, group: str) -> bool:
        """Whether exactly one of a choice group comes with the start."""
        return any(
            row["required"] for row in self.rows("items") if row["estate"] == estate and row["choice_group"] == group
        )

    def _profile(self, work: Work) -> tuple[Fraction, ...]:
        shares = work.spend_profile or self.scenario.class_profiles.get(work.work_class, self.scenario.spend_profile)
        return tuple(fraction(share) for share in shares)

    def _parts(self, row: Row, estate: Row, work: Work, year: int) -> Iterable[Part]:
        split = self.costs.get(row["item"])
        if split is None:
            shares = [fraction(component.share) for component in work.components.values()]
            split = dict(zip(work.components, largest_remainder(int(row["cost"]), shares), strict=True))
        for name, component in work.components.items():
            rule = self._rule(component.rule, row, estate)
            cost = split.get(name, 0)
            left: tuple[Fraction, ...] = ()
            if component.unit_grant:
                pays = [
                    share * self._grant(component.unit_grant, row, cost, year + lag)
                    for lag, share in enumerate(self._profile(work))
                ]
                left = tuple(share * cost - paid for share, paid in zip(self._profile(work), pays, strict=True))
                grant = half_up(sum(pays, Fraction(0)))
                source = self.policy.unit_grants[component.unit_grant].source
                payer = self.policy.sources[source].payer
                if grant:
                    yield Part(
                        row["item"], row["estate"], name, rule, grant, {payer: (Fraction(1), Fraction(1))}, source,
                        weights=tuple(pays),
                    )  # fmt: skip
                cost -= grant
            for estate_part in self.policy.estate_parts.values():
                share = fraction(estate["public_share"])
                if rule in estate_part.applies_to and share > 0:
                    cost, leaves = largest_remainder(cost, [1 - share, share])
                    moved = self._rule(estate_part.rule, row, estate)
                    yield from (replace(p, weights=left) for p in self._payers(row, estate, name, moved, leaves))
            yield from (replace(p, weights=left) for p in self._payers(row, estate, name, rule, cost))

    def _payers(self, row: Row, estate: Row, component: str, rule: str, cost: int) -> Iterable[Part]:
        values = in_force(self.policy.rules[rule].values, self.scenario.as_of)
        assert isinstance(values, PayerShares)
        bands = {payer: (fraction(band.min), fraction(band.max)) for payer, band in values.shares.items()}
        one = (Fraction(1), Fraction(1))
        if len(bands) == 1:
            closed = [(next(iter(bands)), cost)]
        elif all(low == high for low, high in bands.values()):
            closed = list(zip(bands, largest_remainder(cost, [low for low, _ in bands.values()]), strict=True))
        else:
            closed = []
            if cost:
                yield Part(
                    row["item"], estate["estate"], component, rule, cost, bands, stands_in=values.stands_in or ""
                )
        for payer, share in closed:
            if share:
                yield Part(row["item"], estate["estate"], component, rule, share, {payer: one})

    def _rule(self, rule: str, row: Row, estate: Row) -> str:
        choose = self.policy.rules[rule].choose
        if choose is None:
            return rule
        value = (estate if choose.attribute == "ownership" else row)[choose.attribute]
        return self._rule(choose.cases.get(value, choose.otherwise), row, estate)

    def _grant(self, name: str, row: Row, cost: int, paid: int) -> int:
        """What a grant pays of a cost at the amounts in force on 1 January of the year ``paid``."""
        grant = self.policy.unit_grants[name]
        amounts = in_force(grant.values, date(paid, 1, 1))
        for tier in amounts.tiers if amounts else ():
            if tier.up_to is None or (given(row["size"]) and tier.up_to >= Decimal(str(row["size"]))):
                quantity = Decimal(str(row["quantity"])) if given(row["quantity"]) else Decimal(0)
                return min(cost, rate_to_steps(tier.amount, grant.unit, quantity, self.scenario.money))
        return 0

    # sources

    def sources_of(self, part: Part, route: str) -> dict[str, list[str]]:
        """Sources that may pay for a part on a route, by payer."""
        without = self.policy.routes[route].without if route else ()
        found: dict[str, list[str]] = {payer: [] for payer in part.bands}
        for name, source in self.policy.sources.items():
            if source.payer not in part.bands or name in without or (part.grant and name != part.grant):
                continue
            if (
                in_force((source,), self.scenario.as_of)
                and self._admits(source, part)
                and not (part.stands_in and self.is_special(name))
                and self.place(name, part.estate)
                and self._area_is_large(source, part.estate)
            ):
                found[source.payer].append(name)
        return found

    def _admits(self, source: Source, part: Part) -> bool:
        if part.grant:
            return True  # its own source pays it, whatever else that may pay for
        work = self.items[part.item].work
        lists = (
            (source.eligible.classes, self.policy.works[work].work_class),
            (source.eligible.works, work),
            (source.eligible.components, part.component),
            (source.eligible.rules, part.rule),
        )
        return all(not names or name in names for names, name in lists) and work not in source.eligible.not_works

    def place(self, name: str, estate: str) -> tuple[str, str] | None:
        """Account of a source that an estate may draw on, or None when it has no money there."""
        source = self.policy.sources[name]
        if source.scope == "estate":
            return (name, estate) if not source.limited or self.pledged(estate, name) > 0 else None
        if source.scope == "city":
            return (name, "")
        place = self.estates[estate][source.scope]
        declared = {(row["source"], row["place"]) for row in (*self.rows("limits"), *self.rows("carried"))}
        fed = source.scope == "county" and (source.formula is not None or self.bond_of(name) is not None)
        return (name, place) if place and (not source.limited or (name, place) in declared or fed) else None

    def pledged(self, estate: str, source: str) -> int:
        """Money pledged that counts: where the source asks for a vote of the owners, only once that has passed."""
        amounts = [
            int(row["amount"]) for row in self.rows("pledges") if (row["estate"], row["source"]) == (estate, source)
        ]
        return sum(amounts) if self._has_voted(estate, source) else 0

    def _has_voted(self, estate: str, source: str) -> bool:
        rule = self.policy.sources[source].vote
        votes = [row for row in self.rows("votes") if (row["estate"], row["source"]) == (estate, source)]
        if rule is None or not votes:
            return rule is None
        vote = votes[0]
        asked = [("people_share", rule.people, rule.more_than), ("area_share", rule.area, rule.more_than)]
        if rule.taking_part is not None:
            asked += [("people_taking_part", rule.taking_part, False), ("area_taking_part", rule.taking_part, False)]
        for column, least, exceeded in asked:
            share, value = vote[column], self.now(least)
            if not given(share) or share < value or (exceeded and share == value):
                return False
        return bool(vote["date"]) and date.fromisoformat(vote["date"]) <= self.scenario.as_of

    def _area_is_large(self, source: Source, estate: str) -> bool:
        """Whether the estate lies in an area of the size the source asks for, if it does."""
        if source.only_areas is None:
            return True
        area = self.estates[estate]["area"]
        members = [row for row in self.estates.values() if row["area"] == area]
        sizes = (
            (source.only_areas.at_least_estates, len(members)),
            (source.only_areas.at_least_households, sum(int(row["households"]) for row in members)),
            (source.only_areas.at_least_floor_area, sum(fraction(row["floor_area"]) for row in members)),
        )
        return bool(area) and all(least is None or size >= fraction(self.now(least)) for least, size in sizes)

    def is_special(self, source: str) -> bool:
        """Whether special bonds feed a source."""
        return any(bond.source == source and bond.kind == "special" for bond in self.policy.bonds.values())

    def bond_of(self, source: str) -> str | None:
        """Bond whose proceeds are the money of a source."""
        return next((name for name, bond in self.policy.bonds.items() if bond.source == source), None)

    # points and readiness

    def _points(self, row: Row, estate: Row, work: Work, required: bool) -> dict[int, Fraction]:
        years = range(self.first, self.last + self.staging + 1)
        if required and given(estate["points"]):
            return dict.fromkeys(years, Fraction(0))
        if given(row["points"]):
            return dict.fromkeys(years, fraction(row["points"]))
        scoring = self.policy.scoring
        households = row["benefiting_households"] if given(row["benefiting_households"]) else estate["households"]
        weight = fraction(self.now(self.policy.classes[work.work_class].weight))
        hazard = fraction(scoring.hazard_factor.value) if estate["hazard"] else 1
        yearly = int(households) * int(row["severity"]) * weight * hazard
        window = fraction(scoring.window_years.value)
        return {year: Fraction(half_up(yearly * (window - (year - self.first)))) for year in years}

    def estate_points(self, estate: str) -> Fraction:
        """Points of an estate that states its own, else nothing."""
        points = self.estates[estate]["points"]
        return fraction(points) if given(points) else Fraction(0)

    def is_newer(self, estate: str) -> bool:
        """Whether an estate was built after the ordinary last year."""
        scope, built = self.policy.scope, self.estates[estate]["built_year"]
        return scope is not None and given(built) and int(built) > self.now(scope.built_until)

    def ready_year(self, estate: str) -> int:
        """First year in which an estate may start."""
        row, scope = self.estates[estate], self.policy.scope
        if scope is not None:
            last = max(self.now(values) for values in (scope.built_until, scope.newer_until) if values is not None)
            if row["status"] in scope.excluded_status or not given(row["built_year"]) or row["built_year"] > last:
                return NEVER
        states = {gate["gate"]: gate for gate in self.rows("gates") if gate["estate"] == estate}
        pledges = (row for row in self.rows("pledges") if row["estate"] == estate)
        taking_part = [row["participation"] for row in pledges if given(row["participation"])]
        ready = self.first
        for name, gate in self.policy.gates.items():
            state = states.get(name, {"state": "unmet"})
            low = gate.participation is not None and taking_part and max(taking_part) < gate.participation.value
            if state["state"] == "unmet" or low:
                return NEVER
            earliest = self.first + (state["state"] == "promised")
            ready = max(ready, earliest, int(state["year"]) if given(state["year"]) else earliest)
        return ready

    def project_ready(self, project: str) -> int:
        """First year in which all estates of a project may start."""
        return max((self.ready_year(estate) for estate in self.members[project]), default=NEVER)
