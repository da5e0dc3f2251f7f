"""The policy model: one policy's catalogue, payer rules, sources, gates and scoring, as data."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from allocator.inputs.schemas.base import Cited, Dated, Id, Label, Quantity, Share, Strict
from allocator.inputs.schemas.bonds import Bond, SpecialBondRules
from allocator.inputs.schemas.costs import CostSplit, Saving, UnitGrant
from allocator.inputs.schemas.matching import Kicker, Matching, Split
from allocator.inputs.schemas.residents import ResidentRules
from allocator.inputs.schemas.rollup import Rollup
from allocator.inputs.schemas.sources import Reallocation, Source


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


class Route(Strict):
    """One of several exclusive ways to fund a project."""

    label: Label
    without: tuple[Id, ...]
    """Sources that do not pay on this route."""


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
    cost_split: Annotated[tuple[CostSplit, ...], Field(min_length=1)] | None = None
    """How costs are made up where the register does not say, over time; None: all of a cost is works."""
    works: dict[Id, Work]
    sources: dict[Id, Source]
    bonds: dict[Id, Bond] = Field(default={})
    special_bonds: SpecialBondRules = SpecialBondRules()
    """Rules of projects that issue special bonds."""
    gates: dict[Id, Gate] = Field(default={})
    scope: Scope | None = None
    community: Community | None = None
    scoring: Scoring
    bundle: Bundle | None = None
    savings: dict[Id, Saving] = Field(default={})
    routes: dict[Id, Route] = Field(default={})
    """Routes by id; the first is taken by projects that name none."""
    matching: dict[Id, Matching] = Field(default={})
    """Sources that pay only as far as others do."""
    splits: dict[Id, Split] = Field(default={})
    """Shares in which levels pay what upper levels leave."""
    kickers: dict[Id, Kicker] = Field(default={})
    """Subsidies that rise and fall with what residents pay."""
    residents: ResidentRules | None = None
    reallocation: Reallocation | None = None
    """Price of moving carried money between projects; None: it may be moved for nothing."""
    rollup: Rollup | None = None
    """Reference form on which money is added up by source; it decides nothing."""
