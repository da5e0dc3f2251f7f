"""The recipe of synthetic registers: how estates look, what they need, and how much money there is; all of it data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from allocator.inputs.schemas.base import Id, Share, Strict, Year
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.shipped import shipped
from allocator.inputs.yaml_files import Tree, read_yaml

Range = tuple[float, float]
"""Lowest and highest value of an even distribution."""

Mix = Annotated[dict[str, float], Field(min_length=1)]
"""Probability by value."""


class Names(Strict):
    """Patterns of names; they must be recognisable as made up."""

    estate: str
    area: str
    project: str
    body: str
    approval: str
    owner: str
    running: str
    document: str
    county: str


class Built(Strict):
    """Distribution of the years of completion."""

    mean: float
    deviation: float
    first: Year
    last: Year
    newer_share: Share
    """Share of estates built after ``last``."""
    newest: Year


class PublicHousing(Strict):
    """How common public housing is, and in which shares of an estate."""

    share_of_estates: Share
    shares: tuple[Share, ...]


class EstateRecipe(Strict):
    """What estates look like."""

    area_size: tuple[int, int]
    """Fewest and most estates of an area."""
    households_median: float
    households_sigma: float
    """Standard deviation of ln(households)."""
    households_range: tuple[int, int]
    households_per_building: float
    floor_area_per_household: Range
    """Square metres."""
    built: Built
    status: dict[str, float]
    """Probability by status; the rest is normal."""
    ownership: Mix
    public_housing: PublicHousing
    original_owner: Share
    hazard: Share
    facilities_mean: float
    joint_projects: Share
    """Share of estates that join the project of the estate before them in the area."""
    several_routes: Share
    """Share of projects that may take any route."""


class WorkRecipe(Strict):
    """Who needs a work, how much of it, and what a unit costs."""

    need: Share
    hazard_need: Share | None = None
    """Share of the estates with a hazard that need it, where it differs."""
    driver: Literal["household", "building", "floor_area", "estate"]
    density: float
    """Quantity per unit of the driver."""
    spread: float = 0.0
    """Standard deviation of ln(quantity)."""
    unit_cost: Range
    """Units of the currency per unit of quantity."""
    scaled: bool = True
    """Whether a calibration to a total cost may change the density."""
    min_households: int = 0
    """Smaller estates do not need it."""
    most: int | None = None
    """Greatest quantity."""
    benefits: float | None = None
    """Households that benefit per unit; None: all of the estate's."""
    each: Literal["household"] | None = None
    """``household``: as many households benefit as there are units."""
    size: tuple[int, int] | None = None
    requester: Mix | None = None
    asset_owner: Mix | None = None


class GateRecipe(Strict):
    """How far estates are with their gates."""

    document: str
    ready: Share
    """Share of estates ready in the first year."""
    unmet: Share
    """Share of estates that lack the gate ``contribution``."""
    contribution: Id
    participation: dict[Literal["met", "unmet"], Range]


class Channel(Strict):
    """One channel of pledges."""

    source: Id
    share_of_estates: Share
    per_household: Range = (0.0, 0.0)
    only_original_owner: bool = False


class PledgeRecipe(Strict):
    """What residents and former owners promise."""

    direct: Channel
    """Covers what residents must bear of required works, and ``per_household`` on top."""
    earmarked: Channel
    """Covers what residents must bear of optional works."""
    others: tuple[Channel, ...]
    certainty: Mix


class VoteRecipe(Strict):
    """Votes of owners on pledges that need one."""

    passed: Share
    """Share of these pledges whose vote passed."""
    held: Share
    """Share of these pledges with a vote, passed or not."""
    within_days: int
    """Days before the plan year in which votes were held."""
    taking_part: Range
    in_favour: dict[Literal["passed", "failed"], Range]


class SourceRecipe(Strict):
    """How much of its payer's money a source has."""

    share: float
    of: Literal["payer", "grant"] = "payer"
    """``grant``: a share of the unit grants that all items would get."""
    slack: float = 1.0
    """Factor on every year's limit, since needs of a single year vary."""
    certainty: str
    """Certainty of the plan year's limit."""
    minimum_use: float = 0.0
    """Share of the plan year's limit that must be spent in it."""
    minimum_use_from: int = 0
    """Estates a county needs for it: with fewer, too few may be ready in the plan year to spend it."""


class RunningRecipe(Strict):
    """Bills of projects under way."""

    projects: int
    bills: tuple[float, ...]
    """Share of a year's public money, by year from the plan year on."""
    sources: Mix
    paid: float
    """Share of a year's public money paid for them before."""
    done: float
    """Works carried out, as a share of the contracts."""
    reserve: float
    """What the estimate holds above the contracts, as a share of these."""


class CarriedRecipe(Strict):
    """Money carried over."""

    source: Id
    share: float
    tied: float
    """Share of it that arrived for the first project under way of each county."""


class DebtRecipe(Strict):
    """Existing debt, and the room above it."""

    stock: float
    """Existing stock, in years of public money."""
    repaid_share: float
    interest: float
    stock_room: float
    """Room under the stock ceiling, as a share of the quota so far."""
    service_room: float
    """Room under the service ceiling, as a share of the service of the whole quota."""


class StreamRecipe(Strict):
    """What a special-bond project earns in a year from one stream."""

    work: Id | None = None
    """Work that must be done for it; None: the start of an estate is enough."""
    of_cost: float = 0.0
    """Net income of a year, as a share of the cost of the work."""
    per_household: float = 0.0
    """Net income of a year per household of the area, in the currency."""
    years: int


class ProjectsRecipe(Strict):
    """Areas that are special-bond projects."""

    source: Id
    areas: int
    """How many: the largest area of each of the largest counties."""
    of_cost: float
    """Most of the cost of their works that may be issued."""
    income_per_yuan: float
    """Income in the life of the bonds that a unit issued needs."""
    certainty: tuple[str, ...]
    """Of the quota of each year from the plan year on; there are as many years of issue."""
    review: tuple[str, ...]
    """State of review of each area, in turn."""
    stock: float
    """Existing special debt, as a share of existing general debt."""
    stock_room: float
    service_room: float
    """Room under both ceilings, as shares of the quotas and of their service."""
    income: dict[str, StreamRecipe]
    """By stream."""


class MoneyRecipe(Strict):
    """How much money there is."""

    coverage: float
    """Share of all needs that the money suffices for."""
    expected: dict[Id, dict[Id, float]]
    """For open payer rules, the share each payer is expected to bear."""
    sources: dict[Id, SourceRecipe]
    running: RunningRecipe
    carried: CarriedRecipe
    debt: DebtRecipe
    projects: ProjectsRecipe


class TaskRecipe(Strict):
    """Bands of tasks and capacities, as factors on an even share of what the money suffices for."""

    least: float
    most: float
    capacity_estates: float
    capacity_spend: float


class ScenarioRecipe(Strict):
    """Years and dates of the scenario."""

    first: Year
    start_years: int
    spend_profile: tuple[Share, ...]
    as_of: date


class Recipe(Strict):
    """Everything a synthetic register is made from."""

    policy_model: Id
    names: Names
    estates: EstateRecipe
    works: dict[Id, WorkRecipe]
    severity: tuple[float, float, float]
    """Probabilities of severity 1, 2 and 3."""
    fallback_community: Id
    """Community work given to estates that would have none."""
    alternatives: tuple[tuple[Id, Id], ...] = ()
    """Pairs of optional works of which at most one is done."""
    prerequisites: dict[Id, Id] = Field(default={})
    """Work needed first, by work."""
    gates: GateRecipe
    pledges: PledgeRecipe
    votes: VoteRecipe
    money: MoneyRecipe
    tasks: TaskRecipe
    scenario: ScenarioRecipe


class CountyExtent(Strict):
    """One county of a synthetic city."""

    id: Id
    code: Id
    """Prefix of the ids of its estates and areas."""
    short: str
    """Name as it stands in names of estates."""
    estates: int = Field(ge=1)
    longitude: float
    latitude: float


class Extent(Strict):
    """How large a synthetic city is; totals that are given are met exactly (cost: within a thousandth)."""

    id: Id
    zh: str
    en: str
    seed: int
    counties: tuple[CountyExtent, ...]
    households: int | None = None
    floor_area: int | None = None
    """Square metres."""
    cost: Decimal | None = None
    """Cost of all items, in the scenario's money unit."""


@dataclass(frozen=True)
class Setting:
    """Everything a synthetic city is made from."""

    extent: Extent
    recipe: Recipe
    policy: PolicyModel
    money: Money


def read_recipe(path: Path | None = None) -> Recipe:
    """Recipe in the file ``path``; None takes the one that comes with the program."""
    path = path or Path(__file__).with_name("recipe.yaml")
    return Recipe.model_validate(read_yaml(path, path.name).data)


def read_extent(path: Path) -> Extent:
    """Extent in the file ``path``."""
    return Extent.model_validate(read_yaml(path, path.name).data)


def shipped_policy(name: str) -> PolicyModel:
    """The shipped policy model ``name``."""
    tree = Tree()
    for path in sorted((shipped("models") / name).glob("*.yaml")):
        tree = tree.merged(read_yaml(path, path.name))
    return PolicyModel.model_validate(tree.data)
