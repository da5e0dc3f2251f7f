"""The scenario: which policy model and register, which years, which goals and options."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from allocator.inputs.schemas.base import Id, Label, Share, Strict, Year
from allocator.inputs.schemas.changes import Change
from allocator.inputs.schemas.draft import Draft
from allocator.inputs.schemas.sensitivity import Sensitivity, Variant
from allocator.inputs.schemas.sources import Region


class Money(Strict):
    """Currency, unit and step of every amount."""

    currency: str = "CNY"
    unit: str = "万元"
    """Name of the unit in headings and reports."""
    unit_value: Decimal = Field(default=Decimal(10000), gt=0)
    """Units of the currency in one ``unit``: 10,000 元 in one 万元."""
    step: Decimal = Field(default=Decimal("0.01"), gt=0)
    """Smallest amount used, in ``unit``; every amount is a whole number of steps."""
    other_units: dict[str, Decimal] = Field(default={"元": Decimal(1), "亿元": Decimal(100_000_000)})
    """Other units accepted in headings and rates, in units of the currency."""


class Horizon(Strict):
    """Years of starts and of payments."""

    first: Year
    """The plan year: first year of starts."""
    last: Year
    """Last year of starts."""
    payments_until: Year | None = None
    """Last year of payments; None means as long as the bills of the last starts fall due."""


GoalId = Literal["tasks", "shortfall", "hazards", "points", "public_money", "changes", "tie_break"]


class Goal(Strict):
    """One stage of the lexicographic order."""

    id: GoalId
    abs: Decimal = Decimal(0)
    """How much of this goal later stages may give up, in its own unit."""
    rel: Share = Decimal(0)
    """The same as a share of its value; the greater of both counts."""
    clock: Share = Decimal("0.1")
    """Share of the time limit this stage may take."""


DEFAULT_GOALS = (
    Goal(id="tasks", clock=Decimal("0.05")),
    Goal(id="shortfall", clock=Decimal("0.05")),
    Goal(id="hazards", clock=Decimal("0.1"), rel=Decimal("0.005")),
    Goal(id="points", clock=Decimal("0.65"), rel=Decimal("0.0005")),
    Goal(id="public_money", clock=Decimal("0.1")),
    Goal(id="changes", clock=Decimal("0.05")),
    Goal(id="tie_break", clock=Decimal("0.05")),
)


class SolverOptions(Strict):
    """How to search."""

    name: str = "highs"
    """highs, scip, or any solver PuLP knows (cbc …)."""
    time_limit_s: float = Field(default=60.0, gt=0)
    gap: float = Field(default=0.001, ge=0)
    """Stop a stage when the gap is at most this."""
    seed: int = 1
    workers: int = Field(default=2, ge=1)


ElasticPrice = Annotated[Decimal, Field(ge=1)]


class Options(Strict):
    """Switches of families."""

    shortfall: bool = True
    """Whether the last-resort source exists."""
    elastic_tasks: bool = True
    """Whether task bands may be broken, at the cost of the first goal."""
    staging_years: int = Field(default=0, ge=0)
    """Years after the start within which optional items may still be done."""
    fairness: Share = Decimal(0)
    """Least ratio between a county's started share of ready households and the city's; 0 switches it off."""
    elastic_limits: dict[Id, ElasticPrice] = Field(default={})
    """Local sources whose yearly limits may be exceeded (超额自筹), with the price of a yuan found beyond them: that
    many yuan of shortfall, at least 1. Money beyond limits is never firm."""
    rules_off: tuple[str, ...] = ()
    """Families switched off, by name (for asking what a rule costs)."""


class Persistence(Strict):
    """How far a plan may leave the adopted one (既定方案)."""

    most_moves: int | None = Field(default=None, ge=0)
    """Most projects whose start may differ from the adopted plan; None for no limit."""
    price: Decimal = Field(default=Decimal(0), ge=0)
    """Points given up for each project whose start differs."""
    frozen_until: Year | None = None
    """Starts up to this year stay as adopted: none is dropped, moved or added there."""


Lock = Literal["must", "never"] | Year

Stage = Literal["申报", "定案", "中期调整"]
"""申报 chooses the list; 定案 takes the starts of the adopted plan as they are and decides works and payers; 中期调整
plans again in the middle of a year, from what has happened and what is left."""


class Scenario(Strict):
    """One case to solve."""

    id: Id
    label: Label
    synthetic: bool = False
    """True when the data are made up: every report then says so (演示数据)."""
    description: str = ""
    filled_in_by: str = ""
    """Unit that fills in the tables (填报单位)."""
    draft: Draft | None = None
    """Which draft of the year's plan this is, and who answers for it; reports and manifest say so."""
    extends: str | None = None
    """Scenario file, in the same folder tree, whose values this one changes."""
    policy_model: str
    """Id of a shipped policy model, or a folder inside the scenario's folder."""
    policy: dict[str, Any] = Field(default={})
    """Changes to the policy model, by path (merged into it key by key)."""
    register_path: str = Field(alias="register")
    """Workbook (.xlsx) or folder of .csv files, inside the scenario's folder."""
    counties: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Counties in the order of reports."""
    regions: dict[Id, Region] = Field(default={})
    """Region of each county, for shares that differ by region; of other counties, too, where a base has more."""
    horizon: Horizon
    as_of: date
    """Date on which rules must be in force."""
    money: Money = Money()
    spend_profile: tuple[Share, ...] = (Decimal(1),)
    """Shares of a work's cost paid in the start year and the years after; sums to 1."""
    class_profiles: dict[Id, tuple[Share, ...]] = Field(default={})
    """Spend profile by work class, where it differs."""
    firm: tuple[str, ...] = ("issued", "arrived")
    """Certainties that count as 已落实."""
    available: tuple[str, ...] = ("expected", "applied", "advance", "issued", "arrived")
    """Certainties whose money the plan may use; money of others does not count (carried money has arrived)."""
    changes: tuple[Change, ...] = ()
    """Changes by path, made after this file is laid on those it extends; theirs are made first."""
    variants: dict[Id, Variant] = Field(default={})
    """Named sets of changes that the sensitivity looks at, by id."""
    sensitivity: Sensitivity = Sensitivity()
    """What ``allocator sensitivity`` asks: how the plan answers when one thing changes."""
    goals: tuple[Goal, ...] = DEFAULT_GOALS
    headline: GoalId = "points"
    """Goal whose status, bound and gap head the manifest."""
    locks: dict[Id, Lock] = Field(default={})
    """By project or estate id: must start, never starts, or the year it starts in."""
    exclusions: tuple[tuple[Id, ...], ...] = ()
    """Sets of projects of which at most one starts."""
    excused: tuple[Id, ...] = ()
    """Projects taken as eligible and ready in every year, to price a list that has them; no plan may be made of it."""
    stage: Stage = "申报"
    """What is still open: the list (申报), works and payers only (定案), or what is left of the year (中期调整)."""
    adopted: dict[Id, int] = Field(default={})
    """Start year by project in the adopted plan, 0 when it is not in it; laid over the register's sheet 既定方案."""
    persistence: Persistence = Persistence()
    options: Options = Options()
    solver: SolverOptions = SolverOptions()
