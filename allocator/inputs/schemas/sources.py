"""Sources of money, as the policy model states them: who they pay for, what, and how much at most."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from allocator.inputs.schemas.base import Cited, Dated, Id, Label, Strict


class Eligibility(Strict):
    """What a source may pay for; an empty list means no restriction."""

    classes: tuple[Id, ...] = ()
    works: tuple[Id, ...] = ()
    components: tuple[Id, ...] = ()
    """Component ids, whatever the work."""
    rules: tuple[Id, ...] = ()
    not_works: tuple[Id, ...] = ()
    """Works it may never pay for."""


class Cap(Strict):
    """The most a source pays at one estate over the whole life of its works."""

    per: Literal["household", "floor_area", "estate", "unit"]
    amount: Dated
    """Amount per household, square metre, estate or unit.

    Unit 元/户, 元/平方米, 万元/个, 万元/部 (money unit, slash, anything).
    """
    works: tuple[Id, ...] = ()
    """Works whose quantity is counted ``per: unit``; only works that are done count."""


Region = Literal["东部", "中部", "西部", "东北"]
"""Region of the country that the state's shares differ by."""


class RegionShare(Strict):
    """Least or greatest share in the counties of one region."""

    max: Dated | None = None
    min: Dated | None = None


class ShareLimit(Strict):
    """Least or greatest share that a source pays, in every pool and payment year."""

    of: Literal["payer_part", "cost", "construction"]
    """Share of its payer's part, of the whole cost, or of the construction cost (建安费: the part of the cost that is
    works, without other fees and contingency)."""
    max: Dated | None = None
    min: Dated | None = None
    by_region: dict[Region, RegionShare] = Field(default={})
    """What holds instead in the counties of a region (scenario ``regions``)."""

    def in_region(self, region: str | None) -> ShareLimit | RegionShare:
        """The bounds of a region: its own, or the ones for everybody."""
        own = [share for name, share in self.by_region.items() if name == region]
        return own[0] if own else self


class Formula(Cited):
    """Money that a source gains per thing started (a formula grant), on top of its declared limits."""

    per_household: Decimal = Decimal(0)
    per_floor_area: Decimal = Decimal(0)
    per_building: Decimal = Decimal(0)
    per_estate: Decimal = Decimal(0)
    unit: str = Field(min_length=1)
    """Money unit of the rates."""
    lag_years: int = Field(default=0, ge=0)
    """Years between the start and the arrival of the money."""
    factor: Decimal = Decimal(1)
    """Performance factor."""


class VoteRule(Strict):
    """The vote of an estate's owners without which money of the source may not be used (业主共同决定事项)."""

    people: Dated
    """Least share in favour of the owners who take part."""
    area: Dated
    """Least share in favour of the floor area of the owners who take part."""
    more_than: bool = False
    """Whether the shares in favour must be exceeded (过半数), not only reached (四分之三以上)."""
    taking_part: Dated | None = None
    """Least share of all owners, and of all floor area, that takes part in the vote."""


class AreaSize(Strict):
    """Smallest declared area (片区) whose estates the source pays for; every size that is stated must be reached."""

    at_least_estates: Dated | None = None
    at_least_households: Dated | None = None
    at_least_floor_area: Dated | None = None
    """Square metres."""


class Reallocation(Cited):
    """Carried money that arrived for one project under way and pays another's bills (调剂)."""

    price: Decimal = Field(ge=0)
    """What a yuan moved counts as in the goal ``public_money``, in yuan of county money; 0: free."""


class Source(Cited):
    """An account of a payer, with its rules; its limits stand in the register (资金额度)."""

    label: Label
    payer: Id
    level: Id
    ledger: str
    """Budget ledger (一般公共预算 / 政府性基金 / 一般债 / 专项债 / 特别国债 / 社会)."""
    scope: Literal["city", "county", "area", "estate"]
    """Where its limits lie; money of one place is not used at another."""
    limited: bool = True
    """False when it pays whatever its payer's rules ask of it."""
    eligible: Eligibility = Eligibility()
    usable_years: int = Field(default=1, ge=1)
    """Years in which money may be spent: 1 = the year of arrival only, 2 = that year and the next."""
    share: ShareLimit | None = None
    caps: tuple[Cap, ...] = ()
    excludes: tuple[Id, ...] = ()
    """Sources that may not pay for the same content."""
    formula: Formula | None = None
    listed_year: Cited | None = None
    """Rule that a project on a route of this source starts in the year it is listed in (列入年度), if there is one."""
    local: bool = False
    """Whether it is the county's own money (counted in the goal ``public_money``)."""
    vote: VoteRule | None = None
    """Vote that a pledge of this source needs (register 业主表决); a source of scope estate only."""
    only_areas: AreaSize | None = None
    """It pays only for estates of an area of this size (all its estates in the register count)."""
    firm: bool | None = None
    """Certainty of pledges from this source when the register gives none."""
