"""Published instances, read as programmes: things to start, with options, funds, prerequisites and tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "published.json"
"""Kept beside the repository; tests that need it are skipped where it is absent."""

Instance = Mapping[str, Any]


@dataclass(frozen=True)
class Option:
    """One way to carry something out: what it is worth, and what it takes from each fund."""

    worth: Decimal
    uses: Mapping[str, Decimal]


@dataclass(frozen=True)
class Thing:
    """Something that is started or not, in one of its options: an estate."""

    name: str
    options: tuple[Option, ...]
    must: bool = False
    never: bool = False
    county: str = "all"
    households: int = 1


@dataclass(frozen=True)
class Programme:
    """A published instance in the words of the tool."""

    name: str
    things: tuple[Thing, ...]
    funds: Mapping[str, Decimal | None]
    """Limit by fund; None for one without a limit."""
    needs: tuple[tuple[str, str], ...] = ()
    """Pairs of things: the first needs the second."""
    exclusions: tuple[tuple[str, ...], ...] = ()
    least_households: Mapping[str, int] = field(default_factory=dict)
    """Hard task by county."""
    local_fund: str = ""
    """Fund whose payments are to be kept small; points count when there is none."""


def instances() -> dict[str, Instance]:
    """Published instances by name; decimals are exact. Empty where the file is absent."""
    if not PUBLISHED.exists():
        return {}
    read = json.loads(PUBLISHED.read_text(encoding="utf-8"), parse_float=Decimal)
    return {instance["name"]: instance for instance in read}


def programme(instance: Instance) -> Programme:
    """The programme an instance states.

    Raises
    ------
    KeyError
        When its words do not fit; ``README.md`` says why.
    """
    reader = _BY_NAME.get(instance["name"]) or _BY_TYPE[instance["type"]]
    return reader(instance)


def value(instance: Instance) -> Decimal:
    """Published optimum, or the verified one where none was published."""
    return Decimal(instance.get("optimum", instance["verification"].get("verified_optimum", 0)))


def _decimals(numbers: list[Any]) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


def _knapsack(instance: Instance) -> Programme:
    """``mkp``: one estate per item, one component per fund."""
    weights = [_decimals(row) for row in instance["weight"]]
    return _budgets(instance["name"], _decimals(instance["profit"]), weights, _decimals(instance["capacity"]))


def _budgets(
    name: str, profit: list[Decimal], weights: list[list[Decimal]], capacity: list[Decimal], **more: Any
) -> Programme:
    funds = {f"fund{j}": limit for j, limit in enumerate(capacity)}
    things = tuple(
        Thing(f"x{k + 1}", (Option(worth, {f"fund{j}": row[k] for j, row in enumerate(weights)}),))
        for k, worth in enumerate(profit)
    )
    return Programme(name, things, funds, **more)


def _multiple_choice(instance: Instance) -> Programme:
    """``mmkp``: estates that must start, with alternative works."""
    funds = {f"fund{j}": Decimal(limit) for j, limit in enumerate(instance["capacity"])}
    things = tuple(
        Thing(
            f"g{k}",
            tuple(Option(Decimal(worth), dict(zip(funds, _decimals(uses), strict=True))) for worth, *uses in options),
            must=True,
        )
        for k, options in enumerate(instance["groups"])
    )
    return Programme(instance["name"], things, funds)


def _years_of_funds(instance: Instance) -> Programme:
    """``mckp_budgets``: every year of a fund is a source; options are timings or packages."""
    labels = [label.replace("/", "-") for label in instance["capacity_labels"]]
    things = tuple(
        Thing(
            group["name"],
            tuple(
                Option(Decimal(o["profit"]), dict(zip(labels, _decimals(o["use"]), strict=True)))
                for o in group["options"]
            ),
            must=group["choose"] == "exactly_one",
        )
        for group in instance["groups"]
    )
    return Programme(instance["name"], things, dict(zip(labels, _decimals(instance["capacity"]), strict=True)))


def _closure(instance: Instance) -> Programme:
    """``closure``: estates that cost nothing and need one another."""
    things = tuple(Thing(f"x{k}", (Option(Decimal(worth), {}),)) for k, worth in enumerate(instance["profit"]))
    needs = tuple((f"x{item}", f"x{needed}") for item, needed in instance["requires"])
    return Programme(instance["name"], things, {}, needs)


def _capital_budget(instance: Instance) -> Programme:
    data = instance["data"]
    weights = [_decimals(row) for row in data["use_by_budget"]]
    extras: dict[str, dict[str, Any]] = {
        "winston_stockco_prereq": {"needs": (("x2", "x1"),)},
        "hillier_california_mfg": {"needs": (("x3", "x1"), ("x4", "x2")), "exclusions": (("x3", "x4"),)},
    }
    return _budgets(
        instance["name"],
        _decimals(data["profit"]),
        weights,
        _decimals(data["capacity"]),
        **extras.get(instance["name"], {}),
    )


def _aircraft(instance: Instance) -> Programme:
    """Whole numbers of aircraft: as many equal estates of each kind as could be bought at most."""
    data = instance["data"]
    funds = {"money": Decimal(data["budget"]), "pilots": Decimal(data["pilots"]), "hangars": Decimal(120)}
    things = []
    for kind, worth, price, hangar in zip(
        ("long", "medium", "short"), data["profit"], data["price"], (5, 4, 3), strict=True
    ):
        uses = {"money": Decimal(price), "pilots": Decimal(1), "hangars": Decimal(hangar)}
        most = min(int(limit / uses[fund]) for fund, limit in funds.items())
        things += [Thing(f"{kind}{k}", (Option(Decimal(worth), uses),)) for k in range(most)]
    return Programme(instance["name"], tuple(things), funds)


def _two_zones(instance: Instance) -> Programme:
    """Zones are alternative works with a fund each; one unit is locked into the second zone."""
    data = instance["data"]
    things = []
    for k, (costs, worths) in enumerate(
        zip(zip(*data["cost"], strict=True), zip(*data["utility"], strict=True), strict=True), 1
    ):
        zones = [z for z in (0, 1) if costs[z] is not None and [f"x{k}z{z + 1}", 0] not in data["locked"]]
        locked = [z for z in zones if [f"x{k}z{z + 1}", 1] in data["locked"]]
        options = tuple(Option(Decimal(worths[z]), {f"zone{z + 1}": Decimal(costs[z])}) for z in locked or zones)
        if options:
            things.append(Thing(f"x{k}", options, must=bool(locked)))
    funds = {f"zone{z + 1}": Decimal(budget) for z, budget in enumerate(data["budget"])}
    return Programme(instance["name"], tuple(things), funds)


def _cheapest_set(instance: Instance) -> Programme:
    """Unit and zone are an estate of the county of the feature it serves; households are amounts of the feature.

    Every unit serves one feature in each zone at most, so one county each is enough.
    """
    data = instance["data"]
    feature_of_zone = [data["feature"][:2], data["feature"][2:]]
    things: list[Thing] = []
    pairs: list[tuple[str, ...]] = []
    least: dict[str, int] = {}
    for k in range(len(data["cost"][0])):
        names = []
        for z in (0, 1):
            if data["cost"][z][k] is None:
                continue
            amounts = [row[k] or 0 for row in feature_of_zone[z]]
            feature = next((f for f, amount in enumerate(amounts) if amount), None)
            county = "none" if feature is None else f"feature{feature + 1}-zone{z + 1}"
            uses = {"price": Decimal(data["cost"][z][k]), "side": Decimal(data["side_constraint"][z][k])}
            names.append(f"x{k + 1}z{z + 1}")
            households = 1 if feature is None else int(amounts[feature])
            things.append(Thing(names[-1], (Option(Decimal(0), uses),), county=county, households=households))
        if len(names) == 2:
            pairs.append(tuple(names))
    for f, targets in enumerate(data["targets"]):
        least |= {f"feature{f + 1}-zone{z + 1}": int(target) for z, target in enumerate(targets) if target}
    funds = {"price": None, "side": Decimal(data["side_limit"])}
    return Programme(instance["name"], tuple(things), funds, (), tuple(pairs), least, "price")


def _clamped_neighbours(instance: Instance) -> Programme:
    """Cells that need two neighbours, or all that are left: here every open cell needs all of its open neighbours."""
    data = instance["data"]
    height, width = data["grid"]
    out = [bool(locked) for locked in data["locked_out"]]
    beside = {
        k: [j for j in range(height * width) if abs(j // width - k // width) + abs(j % width - k % width) == 1]
        for k in range(height * width)
    }
    opened = {k: [j for j in near if not out[j]] for k, near in beside.items() if not out[k]}
    assert all(len(near) <= data["neighbors_required"] for near in opened.values())
    things = tuple(
        Thing(
            f"x{k}",
            (Option(Decimal(0), {"price": Decimal(cost)}),),
            never=out[k],
            county=f"feature{data['feature'][k]}",
        )
        for k, cost in enumerate(data["cost"])
    )
    needs = tuple((f"x{k}", f"x{j}") for k, near in opened.items() for j in near)
    return Programme(instance["name"], things, {"price": None}, needs, (), {"feature1": int(data["target"])}, "price")


_BY_TYPE: dict[str, Callable[[Instance], Programme]] = {
    "mkp": _knapsack,
    "mmkp": _multiple_choice,
    "mckp_budgets": _years_of_funds,
    "closure": _closure,
}

_BY_NAME: dict[str, Callable[[Instance], Programme]] = {
    "winston_stockco": _capital_budget,
    "winston_stockco_prereq": _capital_budget,
    "trick_capital_budgeting": _capital_budget,
    "hillier_california_mfg": _capital_budget,
    "xpress_capbgt": _capital_budget,
    "asw_spencer_enterprises_3year": _capital_budget,
    "hillier_aircraft_purchase": _aircraft,
    "prioritizr_max_utility_two_zone_budgets": _two_zones,
    "prioritizr_min_set_two_zones_linear": _cheapest_set,
    "prioritizr_neighbor_clamp_2x3": _clamped_neighbours,
}

DO_NOT_FIT: dict[str, str] = {
    "lorie_savage_lp": "fractional investments: an estate is started or not",
    "winston_star_oil_lp": "fractional investments: an estate is started or not",
    "cornuejols_short_term_financing": "cash management: borrowed and lent money with interest, nothing to start",
    "cornuejols_dedication_8year": "bonds are bought as assets to meet liabilities, nothing to start",
    "gueret_early_retirement_bonds": "bonds are bought as assets to meet liabilities, nothing to start",
    "gams_dedication_borrowing_lp": "bonds are bought as assets and cash is borrowed, nothing to start",
    "ibm_opl_capital_budgeting": "money carried over earns interest and the works' income returns to the budget",
}
"""``milp`` instances that the tool's words do not state, and why."""

LATER: dict[str, str] = dict.fromkeys(("mwcs", "gmwcs"), "connected bundles are not declared areas")
"""Types that need a family which does not exist yet."""
