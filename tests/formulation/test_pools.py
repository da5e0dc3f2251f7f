"""Pools are as coarse as the rules allow, and never coarser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from allocator.formulation.build import Formulation, formulate
from allocator.formulation.funding import PoolKey, pool_key
from allocator.formulation.normal_form import rules_in_force
from allocator.solving.base import Request, Status
from allocator.solving.process import borrow, give_back
from tests.builders import make_case
from tests.oracle.choices import Point, points
from tests.oracle.facts import Facts
from tests.oracle.money import Money
from tests.solved import formulated, new_search
from tests.strategies import small_cases

FUND = {"fund": {"payer": "resident", "scope": "county"}}
GRANT = {"grant": {"payer": "government", "scope": "city"}}


def key(sources: dict[str, Any], names: str, rule: str = "", **policy: Any) -> PoolKey:
    """Key of the named sources under a rule ("" for a closed part)."""
    case = make_case(estates=[{"estate": "a"}], policy={"sources": sources, **policy})
    return pool_key(case.policy, names.split(), rules_in_force(case)[rule] if rule else None)


def test_money_of_the_county_makes_county_pools() -> None:
    """No rule names an estate: one pool for the county, whatever the payers."""
    assert key({**GRANT, **FUND}, "budget grant fund", "open") == PoolKey(False, False, (), ("budget", "grant", "fund"))


def test_a_pledge_alone_stays_at_the_estate() -> None:
    """Nobody is there to pay what it leaves."""
    assert key({}, "pledge") == PoolKey(True, False, ("pledge",), ())


def test_what_a_pledge_leaves_is_passed_on() -> None:
    """The pledge pays at the estate, the county's pool pays the rest."""
    assert key(GRANT, "budget pledge grant", "open") == PoolKey(True, True, ("pledge",), ("budget", "grant"))


def test_the_last_resort_pays_what_a_pledge_leaves() -> None:
    """Without any wide source the rest is the last resort's."""
    assert key({}, "pledge", "open") == PoolKey(True, True, ("pledge",), ())


@pytest.mark.parametrize(
    "narrow",
    [
        {"budget": {"caps": [{"per": "household", "amount": 1}]}},
        {"budget": {"caps": [{"per": "floor_area", "amount": 1}]}},
        {"budget": {"caps": [{"per": "estate", "amount": 1}]}},
        {"budget": {"scope": "area"}},
        {"budget": {"scope": "estate"}},
    ],
)
def test_a_rule_about_an_estate_narrows_its_source(narrow: dict[str, Any]) -> None:
    """A cap, an area's money or a pledge is about one estate."""
    found = key({**narrow, **GRANT}, "budget grant")
    assert (found.at_estate, found.narrow, found.wide) == (True, ("budget",), ("grant",))


def test_affordability_narrows_the_residents_sources() -> None:
    """Whatever residents pay is limited per household, their county's fund too."""
    found = key(FUND, "budget fund", "open", residents={"payer": "resident", "affordability": 4})
    assert found == PoolKey(True, True, ("fund",), ("budget",))


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        ({"grant": {"payer": "government", "share": {"of": "cost", "max": 0.3}}}, "budget pledge grant"),
        (FUND, "budget pledge fund"),  # what is passed on would lose its payer
        ({"fund": {**FUND["fund"], "share": {"of": "payer_part", "max": 0.5}}}, "pledge fund"),
    ],
)
def test_rules_beside_a_pledge_keep_all_money_at_the_estate(sources: dict[str, Any], names: str) -> None:
    """A share of the cost, wide sources of two payers, a share of the part that the pledge pays too."""
    found = key(sources, names, "open")
    assert (found.at_estate, found.passes_on) == (True, False)


def test_pools_of_a_small_town() -> None:
    """Roofs of a county share a pool; lifts with a pledge have their own and pass on to the county's."""
    f = formulate(
        make_case(
            estates=[{"estate": e, "county": c} for e, c in (("a", "c"), ("b", "c"), ("d", "d"))],
            items=[{"estate": e, "cost": 10} for e in "abd"] + [{"estate": "a", "work": "lift", "cost": 10}],
            pledges=[{"estate": "a", "amount": 5}],
            limits=[{"place": "c", "amount": 100}, {"place": "d", "amount": 100}],
        )
    )
    table = f.index.pools.table
    parents = table["parent"].map(lambda row: table["pool"].iloc[row] if row >= 0 else "")
    assert dict(zip(table["pool"], parents, strict=True)) == {
        "c|government|||budget+shortfall": "",
        "d|government|||budget+shortfall": "",
        "a|open|open||pledge>budget": "c|government|||budget+shortfall",
    }


def test_a_cap_per_household_is_not_pooled() -> None:
    """A costs 100 (10 households), B 10 (100 households), 1 per household: 20 can be paid, not 110."""
    f = formulated("caps_are_not_pooled")
    assert 110 - _least_shortfall(f, Point((), ()), fixed={"start": 1.0}) == pytest.approx(20)


MONEY = (
    "carry_over", "carried", "grant", "resident_fund", "open_bands", "utility", "two_components", "caps", "unit_grant",
    "estate_part", "formula", "routes", "projects", "savings", "affordability", "profiles", "running", "wider_limits",
    "bonds",
)  # fmt: skip


NARROW = (
    ("caps",),
    ("caps", "grant"),
    ("caps", "open_bands"),
    ("affordability", "resident_fund"),
    ("grant", "open_bands"),
)
"""Features that keep money at estates; each case has a pair of them for certain."""


@pytest.mark.parametrize("needed", NARROW)
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_pooled_money_is_unpooled_money(needed: tuple[str, ...], data: st.DataObject) -> None:
    """For fixed choices, the least shortfall over pools is that over single parts, or neither can be paid."""
    case = make_case(**data.draw(small_cases(needed, others=MONEY, most=3, limit=60)))
    facts, f = Facts(case), formulate(case)
    busiest = sorted(points(facts, 60), key=lambda point: -len(point.done))[:6]
    for point in busiest[:1] + data.draw(st.lists(st.sampled_from(busiest), max_size=2) if busiest else st.just([])):
        expected, found = Money(facts, point).least("shortfall", {}), _least_shortfall(f, point)
        assert found == (expected if expected is None else pytest.approx(expected, abs=1e-2))


def _least_shortfall(f: Formulation, point: Point, fixed: dict[str, float] | None = None) -> float | None:
    """Least shortfall with the starts, routes, items and lots of a point; None when they cannot be paid."""
    lower, upper = f.lower.copy(), f.upper.copy()
    index = f.index
    project, item = index.projects["project_id"], index.items["item_id"]
    chosen = {
        "start": {(p, y) for p, y in point.starts.items()},
        "route": {(p, y, point.routes[p]) for p, y in point.starts.items()},
        "do": {(i, y) for i, y in point.done.items()},
        "issue": dict(point.lots),
    }
    for kind, keys in chosen.items():
        for *names, col in f.columns[kind].itertuples(index=False, name=None):
            first = {"issue": names[0], "do": item.get(names[0])}.get(kind, project.get(names[0]))
            order = (first, names[1], names[2]) if kind in ("route", "issue") else (first, names[1])
            value = keys.get(order, 0) if isinstance(keys, dict) else float(order in keys)
            lower[col] = upper[col] = (fixed or {}).get(kind, value)
    objective = f.goals["shortfall"]
    process = borrow("highs")
    try:
        process.load(new_search(f).problem)
        answer = process.solve(Request(objective.coefficients, maximise=False, lower=lower, upper=upper))
    finally:
        give_back(process)
    assert answer is not None
    assert answer.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return None if answer.x is None else float(np.round(answer.objective, 6))
