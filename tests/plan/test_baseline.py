"""Ranking and funding: worked by hand, and never better than the rules and the optimum allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from allocator.formulation.build import Formulation, formulate
from allocator.formulation.funding import SHORTFALL
from allocator.plan.baseline import Baseline, rank_and_fund
from allocator.solving.base import Answer, Floats, Problem, Request, Status
from allocator.solving.process import SolverProcess, borrow, give_back
from tests.builders import make_case
from tests.features import FEATURES
from tests.strategies import small_cases

REACHING = ("minimum_use", "minimum_use_carried", "fairness", "locks", "persistence", "splits")
"""Features that ask a plan to reach, or to keep, something, which ranking and funding does not try."""


def fund(**parts: Any) -> Baseline:
    """The baseline of a case."""
    return rank_and_fund(formulate(make_case(**parts)))


def starts(**parts: Any) -> dict[str, int]:
    """Start years of the projects that start."""
    found = fund(**parts).starts
    return {str(project): int(year) for project, year in found[found > 0].items()}


def estates(**households: int) -> list[dict[str, Any]]:
    """Estates by name; more households, more points."""
    return [{"estate": name, "households": count} for name, count in households.items()]


def roofs(**cost: int) -> list[dict[str, Any]]:
    """A roof each, paid by the budget."""
    return [{"estate": name, "cost": amount} for name, amount in cost.items()]


def test_rank_decides_not_worth_for_money() -> None:
    """The estate with most points starts, though the two others would bring more for the same money."""
    baseline = fund(estates=estates(a=7, b=10, c=8), items=roofs(a=50, b=100, c=50), limits=[{"amount": 100}])
    assert baseline.starts.to_dict() == {"a": 0, "b": 2025, "c": 0}
    assert (baseline.points, baseline.cost, baseline.complete) == (100.0, 100, True)


def test_equal_scores_go_by_id() -> None:
    """Of two equal projects the one with the smaller id starts."""
    assert starts(estates=estates(b=10, a=10), items=roofs(a=60, b=60), limits=[{"amount": 100}]) == {"a": 2025}


def test_what_cannot_be_paid_is_skipped() -> None:
    """The first by rank is too dear; the others start all the same."""
    found = starts(estates=estates(a=9, b=10, c=8), items=roofs(a=60, b=101, c=40), limits=[{"amount": 100}])
    assert found == {"a": 2025, "c": 2025}


def test_what_is_skipped_is_tried_again_next_year() -> None:
    """Points are those of the year a work is done in: 10 x 10 and 9 x 9."""
    baseline = fund(
        estates=estates(a=9, b=10), items=roofs(a=100, b=100), horizon=(2025, 2026),
        limits=[{"amount": 100}, {"amount": 100, "year": 2026}],
    )  # fmt: skip
    assert baseline.starts.to_dict() == {"a": 2026, "b": 2025}
    assert baseline.points == 181.0


@pytest.mark.parametrize(("usable", "expected"), [(1, {}), (2, {"a": 2026})])
def test_money_is_carried_as_long_as_it_may_be(usable: int, expected: dict[str, int]) -> None:
    """Two years' money together pay for the roof."""
    found = starts(
        estates=estates(a=10), items=roofs(a=100), horizon=(2025, 2026),
        limits=[{"amount": 60}, {"amount": 40, "year": 2026}],
        policy={"sources": {"budget": {"usable_years": usable}}},
    )  # fmt: skip
    assert found == expected


def test_money_for_later_bills_is_not_spent_twice() -> None:
    """The first roof's second bill needs 50 of the 150 that arrive in 2025, so 100 are left for the other's bills."""
    parts: dict[str, Any] = {
        "estates": estates(a=10, b=9), "horizon": (2025, 2025), "limits": [{"amount": 150}],
        "policy": {"sources": {"budget": {"usable_years": 2}}}, "scenario": {"spend_profile": ("0.5", "0.5")},
    }  # fmt: skip
    assert starts(items=roofs(a=100, b=50), **parts) == {"a": 2025, "b": 2025}
    assert starts(items=roofs(a=100, b=51), **parts) == {"a": 2025}


def test_running_projects_are_paid_first() -> None:
    """30 of the year's 100 are owed already."""
    parts: dict[str, Any] = {"estates": estates(a=10), "limits": [{"amount": 100}]}
    running = [{"project": "old", "amount": 30}]
    assert starts(items=roofs(a=70), running=running, **parts) == {"a": 2025}
    assert starts(items=roofs(a=71), running=running, **parts) == {}


BOND = {
    "sources": {"bond_money": {"payer": "government"}},
    "bonds": {
        "bond": {
            "source": "bond_money", "lot": 100, "term_years": 2, "coupon": 0.1, "repayment": "instalments",
            "service_source": "budget",
        }
    },
}  # fmt: skip
"""A lot of 100 is repaid by 50 and 50, with interest of 10 and 5."""


@pytest.mark.parametrize(("last_budget", "expected"), [(55, {"a": 2025}), (54, {})])
def test_a_bond_is_issued_only_if_it_can_be_served(last_budget: int, expected: dict[str, int]) -> None:
    """60 are due in 2026 and 55 in 2027."""
    found = starts(
        estates=estates(a=10), items=roofs(a=80), horizon=(2025, 2025, 2027), policy=BOND,
        limits=[
            {"source": "bond_money", "amount": 199}, {"amount": 60, "year": 2026},
            {"amount": last_budget, "year": 2027},
        ],
    )  # fmt: skip
    assert found == expected


@pytest.mark.parametrize(
    ("debt", "expected"),
    [
        ({"stock_ceiling": 100}, {"a": 2025}),
        ({"stock_ceiling": 100, "existing_stock": 1}, {}),
        ({"service_ceiling": 54, "year": 2027}, {}),
    ],
)
def test_ceilings_of_debt_hold(debt: dict[str, int], expected: dict[str, int]) -> None:
    """Stock at the end of the year, and service in every year."""
    limits = [{"source": "bond_money", "amount": 100}, *({"amount": 60, "year": year} for year in (2026, 2027))]
    found = starts(
        estates=estates(a=10), items=roofs(a=80), horizon=(2025, 2025, 2027), policy=BOND, limits=limits, debt=[debt]
    )
    assert found == expected


def test_a_pledge_that_is_too_small_takes_no_other_money() -> None:
    """The first by rank lacks a step of its residents' money; the budget stays whole for the second."""
    items = [*roofs(a=100, b=100), {"estate": "a", "work": "door", "cost": 50}]
    parts: dict[str, Any] = {"estates": estates(a=10, b=9), "items": items, "limits": [{"amount": 100}]}
    assert starts(pledges=[{"estate": "a", "amount": 49}], **parts) == {"b": 2025}
    assert starts(pledges=[{"estate": "a", "amount": 50}], **parts) == {"a": 2025}


def test_a_pledge_goes_first_to_what_nobody_else_pays() -> None:
    """The lift could be paid from the pledge too, but the door only from it."""
    items = [{"estate": "a", "work": "lift", "cost": 50}, {"estate": "a", "work": "door", "cost": 50}]
    pledges = [{"estate": "a", "amount": 60}]
    assert starts(estates=estates(a=10), items=items, pledges=pledges, limits=[{"amount": 40}]) == {"a": 2025}
    assert starts(estates=estates(a=10), items=items, pledges=pledges, limits=[{"amount": 39}]) == {}


@pytest.mark.parametrize(("pledge", "budget", "expected"), [(30, 70, True), (29, 71, False), (60, 40, True)])
def test_bands_of_an_open_rule_hold(pledge: int, budget: int, *, expected: bool) -> None:
    """Residents bear from 30 to 60 per cent of 100."""
    rule = {"values": [{"shares": {"government": (0, 1), "resident": (0.3, 0.6)}}]}
    found = starts(
        estates=estates(a=10), items=[{"estate": "a", "work": "lift", "cost": 100}], policy={"rules": {"open": rule}},
        pledges=[{"estate": "a", "amount": pledge}], limits=[{"amount": budget}],
    )  # fmt: skip
    assert bool(found) is expected


@pytest.mark.parametrize(("budget", "expected"), [(60, True), (59, False)])
def test_shares_of_sources_hold(budget: int, *, expected: bool) -> None:
    """The grant pays at most 40 per cent, however much there is of it."""
    grant = {"payer": "government", "share": {"of": "payer_part", "max": 0.4}}
    found = starts(
        estates=estates(a=10), items=roofs(a=100), policy={"sources": {"grant": grant}},
        limits=[{"amount": budget}, {"source": "grant", "amount": 500}],
    )  # fmt: skip
    assert bool(found) is expected


def test_a_source_is_matched_by_what_others_have_paid() -> None:
    """Of 110 the award pays 0.4 of what the budget has paid before: 31 beside 79, and with 78 one is missing."""
    award = {"sources": {"award": {"payer": "government", "scope": "city"}}}
    rule = {"sources": ["award"], "of": ["budget"], "at_most": 0.4}
    for budget, expected in ((79, {"a": 2025, "b": 2025}), (78, {"a": 2025})):
        found = starts(
            estates=estates(a=9, b=8), items=roofs(a=50, b=60), policy={**award, "matching": {"m": rule}},
            limits=[{"amount": budget}, {"source": "award", "amount": 1000}],
        )  # fmt: skip
        assert found == expected


def test_a_subsidy_with_a_kink_pays_what_it_pays_anyway() -> None:
    """Of 100 it pays 0.3 less twice the expected 0.1 if residents pay nothing: 10, and the budget 90."""
    policy = {
        "sources": {"subsidy": {"payer": "government", "scope": "city"}},
        "kickers": {"k": {"source": "subsidy", "payer": "resident", "share": 0.3, "expected": {"basic": 0.1}}},
    }
    for budget, expected in ((90, {"a": 2025}), (89, {})):
        limits = [{"amount": budget}, {"source": "subsidy", "amount": 1000}]
        assert starts(estates=estates(a=9), items=roofs(a=100), policy=policy, limits=limits) == expected


def test_a_formula_grant_may_pay_for_what_earns_it() -> None:
    """30 per estate arrive in the year of the start, or too late."""
    reward: dict[str, Any] = {"payer": "government", "formula": {"per_estate": 30}}
    parts: dict[str, Any] = {"estates": estates(a=10), "items": roofs(a=100), "limits": [{"amount": 70}]}
    assert starts(policy={"sources": {"reward": reward}}, **parts) == {"a": 2025}
    reward["formula"]["lag_years"] = 1
    assert starts(policy={"sources": {"reward": reward}}, **parts) == {}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"capacity": [{"max_estates": 1}]}, {"b": 2025, "a": 2026}),
        ({"capacity": [{"max_spend": 50}]}, {"a": 2025, "b": 2026}),
        ({"tasks": [{"max_estates": 1, "year": 0}]}, {"b": 2025}),
        ({"tasks": [{"max_households": 9}]}, {"a": 2025, "b": 2026}),
        ({"scenario": {"locks": {"b": 2026}}}, {"a": 2025, "b": 2026}),
        ({"scenario": {"locks": {"b": "never"}}}, {"a": 2025}),
        ({"scenario": {"exclusions": (("a", "b"),)}}, {"b": 2025}),
        ({"policy": {"gates": {"g": {}}}, "gates": [{"estate": "a", "gate": "g", "state": "promised"}]}, {"a": 2026}),
    ],
)
def test_rules_that_forbid_are_kept(rules: Mapping[str, Any], expected: dict[str, int]) -> None:
    """With money for everything, rules alone decide."""
    limits = [{"amount": 1000}, {"amount": 1000, "year": 2026}]
    found = starts(estates=estates(a=9, b=10), items=roofs(a=50, b=100), horizon=(2025, 2026), limits=limits, **rules)
    assert found == expected


def test_a_locked_project_comes_before_better_ones() -> None:
    """What must start is paid first."""
    found = starts(
        estates=estates(a=9, b=10), items=roofs(a=100, b=100), limits=[{"amount": 100}],
        scenario={"locks": {"a": "must"}},
    )  # fmt: skip
    assert found == {"a": 2025}


def test_plain_works_and_their_points() -> None:
    """The roof, the first of the required pair, the cheaper community work and what it needs; the area's bonus."""
    policy = {
        "community": {"minimum": 1}, "bundle": {"at_least": 1, "points_share": 0},
        "works": {"hall": {"community": True, "components": {"all": {"rule": "public"}}}},
    }  # fmt: skip
    items = [
        *roofs(a=10),
        {"estate": "a", "item": "p1", "cost": 20, "choice_group": "g", "required": True},
        {"estate": "a", "item": "p2", "cost": 5, "choice_group": "g", "required": True},
        {"estate": "a", "item": "h1", "work": "hall", "cost": 200, "required": False},
        {"estate": "a", "item": "h2", "work": "hall", "cost": 100, "required": False, "requires": ["o"]},
        {"estate": "a", "item": "o", "cost": 1, "required": False, "points": 7},
        {"estate": "a", "item": "idle", "cost": 1, "required": False},
    ]
    baseline = fund(
        estates=[{"estate": "a", "area": "x"}], items=items, policy=policy, limits=[{"amount": 131}],
        areas=[{"area": "x", "bonus_points": 1000}],
    )  # fmt: skip
    assert baseline.starts.to_dict() == {"a": 2025}
    assert (baseline.points, baseline.cost) == (3 * 100 + 7 + 1000, 131)


def test_savings_are_counted() -> None:
    """The pipe costs half when the roof is done too."""
    saving = {"works": ("roof", "pipe"), "on": "pipe", "share": 0.5}
    policy = {"savings": {"dig": saving}, "works": {"pipe": {"components": {"all": {"rule": "public"}}}}}
    items = [*roofs(a=10), {"estate": "a", "work": "pipe", "cost": 100}]
    baseline = fund(estates=estates(a=10), items=items, policy=policy, limits=[{"amount": 60}])
    assert (baseline.starts["a"], baseline.cost) == (2025, 60)


# ---------------------------------------------------------------- against the true model


@pytest.fixture(scope="module")
def solver() -> Iterator[SolverProcess]:
    """A solver of whole programmes."""
    process = borrow("highs")
    yield process
    give_back(process)


def best_points(f: Formulation, solver: SolverProcess, fixed: Floats | None = None) -> Answer:
    """Most points without shortfall or broken task bands, with starts fixed if asked."""
    lower, upper = f.lower.copy(), f.upper.copy()
    pay = f.columns["pay"]
    upper[pay.loc[pay["source"] == SHORTFALL, "col"].to_numpy()] = 0.0
    upper[f.columns["over"]["col"].to_numpy()] = 0.0
    if fixed is not None:
        columns = f.columns["start"]["col"].to_numpy()
        lower[columns] = upper[columns] = fixed
    ones = np.ones(f.columns.count), np.ones(f.matrix.shape[0])
    solver.load(Problem(f.matrix, f.row_lower, f.row_upper, lower, upper, f.integer, *ones))
    answer = solver.solve(Request(f.goals["points"].coefficients, maximise=True, time_limit_s=20.0))
    assert answer is not None
    return answer


def test_a_listed_project_starts_in_the_year_it_is_listed_in() -> None:
    """Where a source of its first route asks for it; others start as soon as they can be paid."""
    found = fund(
        estates=[{"estate": "a", "listed_year": 2026}, {"estate": "b"}],
        items=[{"estate": "a", "cost": 10}, {"estate": "b", "cost": 10}],
        horizon=(2025, 2026),
        limits=[{"amount": 100}, {"amount": 100, "year": 2026}],
        policy={"sources": {"budget": {"listed_year": {}}}},
    )
    assert found.starts.to_dict() == {"a": 2026, "b": 2025}


EASY = [name for name in FEATURES if name not in REACHING]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # shrinking costs minutes; a failing case is small and printed
)
@given(parts=small_cases(others=EASY, most=5))
def test_starts_are_feasible_and_no_better_than_the_best_plan(parts: dict[str, Any], solver: SolverProcess) -> None:
    """With its starts fixed the true model has a plan without shortfall; its points are at most the greatest."""
    parts["scenario"] = {**parts["scenario"], "locks": {}}
    parts["options"] = {**parts["options"], "elastic_tasks": True}
    f = formulate(make_case(**parts))
    baseline = rank_and_fund(f)
    start = f.columns["start"]
    chosen = (start["project"].map(dict(enumerate(baseline.starts))) == start["year"]).to_numpy().astype(np.float64)
    assume(best_points(f, solver, np.zeros(len(chosen))).status is Status.OPTIMAL)
    within = best_points(f, solver, chosen)
    assert within.status is Status.OPTIMAL, baseline.starts.to_dict()
    assert baseline.points <= within.objective + 1e-6
    assert within.objective <= best_points(f, solver).objective + 1e-6
