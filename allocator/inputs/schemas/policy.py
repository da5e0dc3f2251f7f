"""The policy model: one policy's catalogue, payer rules, sources, gates and scoring, as data."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from allocator.inputs.schemas.base import Cited, Dated, Id, Label, Quantity, Share, Strict
from allocator.inputs.schemas.rollup import Rollup


class Document(Strict):
    """A law, notice or plan the policy model cites."""

    title: str
    """Full title."""
    authority: str = ""
    """Who issued it."""
    number: str = ""
    """Document number (文号), when known."""
    date: str = ""
    """Date of issue, as printed."""


class WorkClass(Strict):
    """A class of works (基础, 完善, 提升)."""

    label: Label
    weight: Dated
    """Points weight of the class."""
    always_needed: bool = False
    """Whether every recorded need of this class must be in the plan of a started estate (complete community)."""


class Payer(Strict):
    """Someone who must bear a cost."""

    label: Label
    last_resort: bool = False
    """Whether the shortfall source may stand in for this payer."""


class Level(Strict):
    """A level that money comes from (中央, 省级, 县级, 居民 …); the order is the order of reports."""

    label: Label


class Component(Strict):
    """A part of a work with a payer rule of its own."""

    label: Label
    share: Share
    """Share of the work's cost, unless the register states component costs; shares of a work sum to 1."""
    rule: Id
    """Payer rule of this component."""
    unit_grant: Id | None = None
    """Unit grant that is carved out of this component first, if any."""


class Work(Cited):
    """A kind of work in the catalogue."""

    label: Label
    work_class: Id
    """Class id (a key of ``classes``)."""
    group: Label = Label()
    """Heading in the catalogue (楼道革命, 环境革命 …)."""
    unit: str = ""
    """Unit of the quantity (平方米, 米, 部 …)."""
    community: bool = False
    """Whether doing it counts towards the community minimum."""
    components: Annotated[dict[Id, Component], Field(min_length=1)]
    spend_profile: tuple[Share, ...] | None = None
    """Shares of the cost paid in the start year and the years after; None takes the scenario's."""


class Band(Strict):
    """Least and greatest share of a component's cost that a payer bears."""

    min: Share = Decimal(0)
    max: Share = Decimal(1)


class PayerShares(Cited):
    """How a cost is divided, from a date on."""

    shares: Annotated[dict[Id, Band], Field(min_length=1)]
    """Band by payer; payers not named bear nothing."""
    stands_in: Id | None = None
    """Payer whose money, here, stands in for somebody who should have paid (政府代担); shown and kept small."""


class Choice(Strict):
    """A payer rule chosen by an attribute of the item or the estate."""

    attribute: Literal["requester", "asset_owner", "ownership"]
    """Register column whose value decides."""
    cases: dict[str, Id]
    """Rule by value."""
    otherwise: Id
    """Rule for any other value."""


class PayerRule(Strict):
    """How a component's cost is divided among payers."""

    label: Label
    values: tuple[PayerShares, ...] = ()
    """Shares over time; the newest in force on the scenario's date counts."""
    choose: Choice | None = None
    """Instead of ``values``: which other rule applies."""


class EstatePart(Cited):
    """A share of a cost that an attribute of the estate moves to another payer (公房部分)."""

    label: Label
    attribute: Literal["public_share"]
    """Estate column with the share."""
    applies_to: tuple[Id, ...]
    """Payer rules whose components are divided."""
    rule: Id
    """Payer rule of the part that is taken out; must have one payer bearing all of it."""


class Tier(Strict):
    """One step of a unit grant."""

    up_to: Decimal | None = None
    """Greatest value of ``size`` (an item's column ``size``) in this tier; None for no upper end."""
    amount: Decimal
    """Amount per unit, in the money unit named by ``unit``."""


class UnitGrant(Cited):
    """A fixed sum per unit of quantity, wholly paid by one source; payer shares apply to what remains."""

    label: Label
    source: Id
    unit: str
    """Unit of the amounts (万元/部 …): money unit, a slash, unit of quantity."""
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]


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

    per: Literal["household", "floor_area", "estate"]
    amount: Dated
    """Amount per household, square metre or estate; unit 元/户, 元/平方米 or 万元/个 (money unit, slash, anything)."""


class ShareLimit(Strict):
    """Least or greatest share that a source pays, in every pool and payment year."""

    of: Literal["payer_part", "cost"]
    """Share of its payer's part, or of the whole cost."""
    max: Dated | None = None
    min: Dated | None = None


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


class Source(Cited):
    """An account of a payer, with its rules; its limits stand in the register (资金额度)."""

    label: Label
    payer: Id
    level: Id
    ledger: str
    """Budget ledger (一般公共预算 / 政府性基金 / 债 / 社会)."""
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
    firm: bool | None = None
    """Certainty of pledges from this source when the register gives none."""


class Bond(Cited):
    """A general bond: its proceeds are the money of ``source``, whose limits are the quota."""

    label: Label
    source: Id
    lot: Quantity
    """Size of one lot (money unit)."""
    term_years: Quantity
    coupon: Quantity
    """Yearly interest, as a share of the outstanding principal."""
    repayment: Literal["level", "bullet", "instalments"]
    """Equal payments, principal at the end with yearly interest, or equal principal with interest."""
    service_source: Id
    """County source that pays interest and principal."""


class Gate(Cited):
    """A condition an estate must meet before it may start."""

    label: Label
    participation: Quantity | None = None
    """Also needs this share of households taking part in payment, where the register states one."""


class Scope(Strict):
    """Which estates the policy is for."""

    built_until: Dated
    """Last year of completion."""
    newer_until: Dated | None = None
    """Later year up to which some estates may be added, within ``newer_share``."""
    newer_share: Dated | None = None
    """Greatest share of started households, by county and year, in estates built after ``built_until``."""
    excluded_status: dict[str, Cited]
    """Estate statuses that rule an estate out."""


class Community(Cited):
    """The community minimum (完整社区): how many community works a started estate needs, present ones counted."""

    minimum: int = Field(ge=0)


class Scoring(Strict):
    """How points are computed; integers, never a function of cost."""

    hazard_factor: Quantity
    """Factor for an estate with a recorded hazard."""
    window_years: Quantity
    """Years, from the first start year, in which a finished work is counted."""


class Bundle(Cited):
    """Bonus when enough estates of a declared area start in one year."""

    at_least: int | Literal["all"]
    """How many of the area's estates; the 片区 sheet may say otherwise for an area."""
    points_share: Share
    """Bonus, as a share of the points of all estates of the area at their earliest start."""


class Saving(Cited):
    """Cost saved when two works are done together at one estate (dig once)."""

    label: Label
    works: tuple[Id, Id]
    on: Id
    """Which of the two works becomes cheaper."""
    share: Share
    """Share of that work's cost that is saved, from every component alike."""


class Route(Strict):
    """One of several exclusive ways to fund a project."""

    label: Label
    without: tuple[Id, ...]
    """Sources that do not pay on this route."""


class ResidentRules(Strict):
    """What protects residents."""

    payer: Id
    affordability: Dated | None = None
    """Greatest payment per household over the life of the works (money unit / 户)."""
    warn_above: Dated | None = None
    """Payment per household above which reports warn (money unit / 户)."""


class PolicyModel(Strict):
    """A policy as data; every value carries date, clause, document and basis."""

    id: Id
    label: Label
    documents: dict[Id, Document]
    classes: dict[Id, WorkClass]
    payers: dict[Id, Payer]
    levels: dict[Id, Level]
    ledgers: tuple[str, ...] = ()
    rules: dict[Id, PayerRule]
    estate_parts: dict[Id, EstatePart] = Field(default={})
    unit_grants: dict[Id, UnitGrant] = Field(default={})
    works: dict[Id, Work]
    sources: dict[Id, Source]
    bonds: dict[Id, Bond] = Field(default={})
    gates: dict[Id, Gate] = Field(default={})
    scope: Scope | None = None
    community: Community | None = None
    scoring: Scoring
    bundle: Bundle | None = None
    savings: dict[Id, Saving] = Field(default={})
    routes: dict[Id, Route] = Field(default={})
    """Routes by id; the first is taken by projects that name none."""
    residents: ResidentRules | None = None
    rollup: Rollup | None = None
    """Reference form on which money is added up by source; it decides nothing."""
