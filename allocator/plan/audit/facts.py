"""What the inputs say, worked out once: years, who may start when, items, parts of cost, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import pandas as pd

from allocator.inputs.case import Case, rate_to_steps
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.base import Quantity, in_force
from allocator.inputs.schemas.policy import Scope
from allocator.inputs.schemas.sources import ShareLimit
from allocator.plan.audit.admission import counted_pledges
from allocator.plan.audit.construction import construction_share
from allocator.plan.audit.exact import fraction, service_per_lot
from allocator.plan.audit.parts import cost_parts
from allocator.plan.audit.resident_shares import shared_classes

NEVER = 10_000
"""Ready year of what can never start; later than any calendar year."""

CITY = ""
"""Place of the whole city, in limits and accounts."""

SHORTFALL = "shortfall"
"""Source id of the last resort in the payments."""


@dataclass(frozen=True)
class Facts:
    """The inputs as frames; nothing in here comes from the plan."""

    case: Case

    @property
    def first(self) -> int:
        """The plan year."""
        return self.case.scenario.horizon.first

    @property
    def last(self) -> int:
        """Last year of starts."""
        return self.case.scenario.horizon.last

    @property
    def staging(self) -> int:
        """Years after the start in which optional items may still be done."""
        return self.case.scenario.options.staging_years

    @property
    def as_of(self) -> date:
        """Day on which rules must be in force."""
        return self.case.scenario.as_of

    @cached_property
    def until(self) -> int:
        """Last year of payments."""
        scenario = self.case.scenario
        if scenario.horizon.payments_until is not None:
            return scenario.horizon.payments_until
        profiles = [scenario.spend_profile, *scenario.class_profiles.values()]
        profiles += [work.spend_profile for work in self.case.policy.works.values() if work.spend_profile]
        return self.last + self.staging + max(len(profile) for profile in profiles) - 1

    @property
    def years(self) -> list[int]:
        """Payment years."""
        return list(range(self.first, self.until + 1))

    def now(self, values: Sequence[Quantity] | None) -> Fraction | None:
        """Value in force on the scenario's date; None when there is none."""
        quantity = in_force(tuple(values), self.as_of) if values else None
        return None if quantity is None else fraction(quantity.value)

    def share_edge(self, share: ShareLimit, county: str, side: str) -> Fraction | None:
        """Least (``min``) or greatest (``max``) share of a source in a county; None when there is none."""
        region = self.case.scenario.regions.get(county)
        own = share.in_region(region)
        return self.now(own.min if side == "min" else own.max)

    def steps(self, quantity: Quantity, times: object = 1) -> int:
        """Whole steps of ``quantity`` (money unit before the slash) taken ``times`` times, rounded half up."""
        count = fraction(times)
        exact = quantity.value * count.numerator
        return rate_to_steps(exact / count.denominator, quantity.unit, exact.__class__(1), self.case.scenario.money)

    @cached_property
    def special(self) -> frozenset[str]:
        """Bonds that areas issue."""
        return frozenset(key for key, bond in self.case.policy.bonds.items() if bond.kind == "special")

    @cached_property
    def county_of(self) -> dict[str, str]:
        """County of each county and area."""
        areas = self.case.register.areas
        places = dict(zip(areas["area"], areas["county"], strict=True))
        return {**places, **{county: county for county in self.case.scenario.counties}}

    def places_of(self, bond: str) -> frozenset[str]:
        """Places that may issue a bond: counties, or areas whose projects were not refused."""
        areas = self.case.register.areas
        if bond in self.special:
            return frozenset(areas.loc[areas["review"] != "refused", "area"])
        return frozenset(self.case.scenario.counties)

    @cached_property
    def topup_source(self) -> str:
        """Source that pays what the income of special-bond projects does not."""
        return next((self.case.policy.bonds[key].service_source for key in sorted(self.special)), "")

    @cached_property
    def last_debt_year(self) -> int:
        """Last year of the tables of debt: of the register's sheet, or of the last repayment of any quota."""
        register, years = self.case.register, [self.first]
        years += [int(year) for year in register.debt["year"]]
        for bond in self.case.policy.bonds.values():
            quotas = register.limits[(register.limits["source"] == bond.source) & (register.limits["year"] != TOTAL)]
            years += [int(year) + int(bond.term_years.value) for year in quotas["year"]]
        return max(years)

    def lot_service(self, bond: str) -> list[tuple[int, int, int]]:
        """Principal charged, interest and principal refinanced of one lot, by year after its issue."""
        terms = self.case.policy.bonds[bond]
        share, term = self.now(terms.refinance_share) or Fraction(0), int(terms.term_years.value)
        years = max(term, self.last_debt_year - self.first) if share else term
        lot, coupon = self.steps(terms.lot), fraction(terms.coupon.value)
        return service_per_lot(lot, coupon, term, terms.repayment, renewed=share, years=years)

    def per_estate(self, quantity: Quantity, counts: pd.Series) -> pd.Series:
        """Whole steps of ``quantity`` times each of ``counts``, each rounded half up."""
        known = {count: self.steps(quantity, count) for count in counts.unique()}
        return counts.map(known).astype("int64")

    @cached_property
    def pledges(self) -> pd.DataFrame:
        """Pledges with what counts of them: nothing where the owners' vote has not passed."""
        return counted_pledges(self.case)

    @cached_property
    def estates(self) -> pd.DataFrame:
        """Estates by id, with ``eligible``, ``newer``, ``ready_year`` (their own) and ``project_ready``."""
        frame = self.case.register.estates.set_index("estate", drop=False).rename_axis(None)
        frame["eligible"], frame["newer"] = _eligible(frame, self.case.policy.scope, self)
        frame["ready_year"] = _ready_year(self, frame.index)
        excused = frame["project"].isin(list(self.case.scenario.excused))
        frame["eligible"] |= excused
        frame["ready_year"] = frame["ready_year"].mask(excused, self.first)
        able = frame["ready_year"].where(frame["eligible"], NEVER)
        frame["project_ready"] = able.groupby(frame["project"]).transform("max").astype("int64")
        return frame

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Projects by id with ``ready_year`` and ``allowed_routes`` (a tuple, empty without routes)."""
        frame = self.case.register.projects.set_index("project", drop=False).rename_axis(None)
        ready = self.estates.groupby("project")["project_ready"].max()
        frame["ready_year"] = ready.reindex(frame.index, fill_value=NEVER)
        plain = tuple(self.case.policy.routes)[:1]
        frame["allowed_routes"] = [tuple(routes) or plain for routes in frame["routes"]]
        return frame

    @cached_property
    def items(self) -> pd.DataFrame:
        """Items by id with estate facts, ``must`` (follows the start), ``group``, ``group_needed``.

        ``construction`` is the exact share of construction in the cost.
        """
        policy = self.case.policy
        frame = self.case.register.items.set_index("item", drop=False).rename_axis(None)
        facts = self.estates[["county", "project", "area", "hazard", "ownership", "public_share"]]
        frame = frame.join(facts, on="estate")
        frame["households"] = (
            frame["benefiting_households"]
            .astype("Int64")
            .fillna(frame["estate"].map(self.estates["households"]).astype("Int64"))
            .astype("int64")
        )
        frame["work_class"] = frame["work"].map({key: work.work_class for key, work in policy.works.items()})
        frame["community"] = frame["work"].map({key: work.community for key, work in policy.works.items()}).astype(bool)
        always = [key for key, kind in policy.classes.items() if kind.always_needed]
        needed = frame["required"] | (frame["work_class"].isin(always) & (frame["severity"].astype("int64") > 0))
        in_group = frame["choice_group"] != ""
        frame["must"] = needed & ~in_group
        frame["group"] = (frame["estate"] + "/" + frame["choice_group"]).where(in_group, "")
        chosen = frame["required"] & in_group
        frame["construction"] = pd.Series(construction_share(self.case, frame), index=frame.index, dtype=object)
        frame["group_needed"] = in_group & frame["group"].isin(frame.loc[chosen, "group"])
        return frame

    @cached_property
    def sources(self) -> pd.DataFrame:
        """Sources by id: payer, level, ledger, scope, limited, usable_years, local, current, bond_fed."""
        fed = {bond.source for bond in self.case.policy.bonds.values()}
        rows = [
            (
                key, s.payer, s.level, s.ledger, s.scope, s.limited, s.usable_years, s.local,
                in_force((s,), self.as_of) is not None, key in fed, s.formula is not None,
            )
            for key, s in self.case.policy.sources.items()
        ]  # fmt: skip
        names = ["source", "payer", "level", "ledger", "scope", "limited", "usable_years", "local", "current"]
        names += ["bond_fed", "formula_fed"]
        return pd.DataFrame(rows, columns=names).set_index("source", drop=False).rename_axis(None)

    @cached_property
    def adopted(self) -> pd.Series:
        """Start year by project in the adopted plan, 0 when it is not in it; no entries without such a plan."""
        sheet, stated = self.case.register.adopted, self.case.scenario.adopted
        years = {
            str(p): 0 if pd.isna(y) else int(y) for p, y in zip(sheet["project"], sheet["start_year"], strict=True)
        }
        years |= stated
        if not years:
            return pd.Series(dtype="int64")
        projects = self.projects.index[self.projects.index.isin(self.estates["project"])]
        return pd.Series([years.get(project, 0) for project in projects], index=projects, dtype="int64")

    def is_held(self, year: int) -> bool:
        """Whether a project adopted in ``year`` (0: left out) must keep it."""
        scenario = self.case.scenario
        return scenario.stage == "定案" or 0 < year <= (scenario.persistence.frozen_until or 0)

    @cached_property
    def listed(self) -> pd.Series:
        """Year in whose list each project stands, 0 for none; by project."""
        years = self.estates["listed_year"].astype("Int64").fillna(0).astype("int64")
        return years.groupby(self.estates["project"]).max()

    def asks_for_list(self, route: str) -> bool:
        """Whether a source that pays on ``route`` is only for projects started in the year they are listed in."""
        policy = self.case.policy
        without = policy.routes[route].without if route else ()
        return any(
            s.listed_year is not None and in_force((s.listed_year,), self.as_of) is not None and key not in without
            for key, s in policy.sources.items()
        )

    @cached_property
    def under_way(self) -> pd.DataFrame:
        """Running projects by (county, start year), that year being a start year: estates, households."""
        running = self.case.register.running
        once = running[running["start_year"].notna()].drop_duplicates("project")
        once = once[once["start_year"].between(self.first, self.last)].rename(columns={"start_year": "begun"})
        once = once.astype({"begun": "int64", "estates": "int64", "households": "int64"})
        return once.groupby(["county", "begun"])[["estates", "households"]].sum()

    def counted(self, county: str, year: int, measure: str) -> int:
        """What running projects count towards a task of a county ("" the city) and year (0 all)."""
        rows = self.under_way.reset_index()
        here = (rows["county"] == county) | (county == CITY)
        return int(rows.loc[here & ((rows["begun"] == year) | (year == 0)), measure].sum())

    @cached_property
    def parts(self) -> pd.DataFrame:
        """Parts of cost by name; see ``parts.cost_parts``."""
        return cost_parts(self.case, self.items)

    @cached_property
    def shared_classes(self) -> pd.Series:
        """Class of every part that the residents' least share of its class looks at, by part."""
        return shared_classes(self.case, self.parts)

    def place_of(self, scope: str, estates: pd.DataFrame) -> pd.Series:
        """Where a source of ``scope`` keeps its money for each of ``estates``."""
        if scope == "city":
            return pd.Series(CITY, index=estates.index, dtype="str")
        return estates[{"county": "county", "area": "area", "estate": "estate"}[scope]]


def _eligible(estates: pd.DataFrame, scope: Scope | None, facts: Facts) -> tuple[pd.Series, pd.Series]:
    """Whether each estate is in the policy's scope, and whether it is newer than the policy means."""
    everywhere = pd.Series(True, index=estates.index)
    if scope is None:
        return everywhere, ~everywhere
    built = estates["built_year"].astype("Int64")
    old = _not_later(built, facts.now(scope.built_until))
    excluded = estates["status"].isin(list(scope.excluded_status))
    let_in = old | _not_later(built, facts.now(scope.newer_until))
    return let_in & ~excluded, ~old & built.notna()


def _not_later(built: pd.Series, limit: Fraction | None) -> pd.Series:
    if limit is None:
        return pd.Series(False, index=built.index)
    return (built <= int(limit)).fillna(False).astype(bool)


def _ready_year(facts: Facts, estates: pd.Index) -> pd.Series:
    """Greatest year over all gates in which each is met."""
    ready = pd.Series(facts.first, index=estates, dtype="int64")
    register = facts.case.register
    for gate, rule in facts.case.policy.gates.items():
        rows = register.gates[register.gates["gate"] == gate].set_index("estate")
        year = rows["year"].astype("Int64").fillna(facts.first).astype("int64")
        earliest = rows["state"].map({"met": facts.first, "promised": facts.first + 1, "unmet": NEVER}).astype("int64")
        met = earliest.where(earliest >= year, year).reindex(estates, fill_value=NEVER)
        if rule.participation is not None:
            met = met.mask(_too_few(register.pledges, estates, fraction(rule.participation.value)), NEVER)
        ready = ready.where(ready >= met, met)
    return ready


def _too_few(pledges: pd.DataFrame, estates: pd.Index, least: Fraction) -> pd.Series:
    """Estates whose pledges state a participation, and the greatest stated is below ``least``."""
    stated = pledges[pledges["participation"].notna()]
    enough = pd.Series([fraction(share) >= least for share in stated["participation"]], dtype=bool)
    reached = enough.groupby(stated["estate"].to_numpy()).any()
    return ~reached.reindex(estates, fill_value=True).astype(bool)
