"""Exact money: whole steps, limits to the step, shares within one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from allocator.errors import InfeasibleError
from allocator.formulation.build import formulate
from allocator.plan import solve as plan_solve
from allocator.plan.money import exact_money
from allocator.solving.process import borrow, give_back
from tests.builders import make_case
from tests.plan.plans import exact_plan, paid
from tests.solved import SECONDS, broken_rows, formulated, new_search, solved, starts_of
from tests.strategies import small_cases

GRANT = {"grant": {"payer": "government"}}


def _one(**changes: Any) -> dict[str, Any]:
    """One estate that must start."""
    return {"estates": [{"estate": "a"}], "scenario": {"locks": {"a": "must"}}, **changes}


@pytest.mark.parametrize("work", ["roof", "lift"])
def test_half_each_of_an_odd_sum(work: str) -> None:
    """101 steps, two sources of at most half each: 50 and 51, whether the whole is known (roof) or decided (lift)."""
    share = {"of": "payer_part", "max": 0.5}
    f = formulate(
        make_case(
            **_one(
                items=[{"estate": "a", "work": work, "cost": 101}],
                policy={"sources": {"budget": {"share": share}, "grant": {**GRANT["grant"], "share": share}}},
                limits=[{"amount": 200}, {"source": "grant", "amount": 200}],
                options={"shortfall": False},
            )
        )
    )
    assert paid(f, exact_plan(f)) == {("budget", 2025): 50, ("grant", 2025): 51}  # local money is kept small


def test_goals_in_money_are_kept_in_their_order() -> None:
    """No shortfall first, then little local money: the grant is used up, the budget pays what is left."""
    f = formulate(
        make_case(
            **_one(
                items=[{"estate": "a", "cost": 100}],
                policy={"sources": GRANT},
                limits=[{"amount": 100}, {"source": "grant", "amount": 37}],
            )
        )
    )
    assert paid(f, exact_plan(f)) == {("budget", 2025): 63, ("grant", 2025): 37}
    assert paid(f, exact_plan(f, ("shortfall",))) == {("budget", 2025): 100}  # else sources in declared order


def test_money_over_years_is_whole() -> None:
    """Bills of 34, 33 and 33 from arrivals of 50 and 50 that may wait a year: everything is paid to the step."""
    f = formulate(
        make_case(
            **_one(
                items=[{"estate": "a", "cost": 100}],
                policy={"sources": {"budget": {"usable_years": 2}}},
                scenario={"locks": {"a": "must"}, "spend_profile": ("0.34", "0.33", "0.33")},
                limits=[{"amount": 50, "year": 2025}, {"amount": 50, "year": 2026}],
            )
        )
    )
    assert paid(f, exact_plan(f)) == {("budget", 2025): 34, ("budget", 2026): 33, ("budget", 2027): 33}


def test_impossible_money_is_told() -> None:
    """Choices that cannot be paid have no exact money."""
    f = formulated("once_lock_must_without_money")
    x = np.zeros(f.columns.count)
    x[f.columns["start"]["col"]] = 1.0
    process = borrow("highs")
    try:
        assert exact_money(f, x, ("shortfall",), process, SECONDS) is None
    finally:
        give_back(process)


def test_choices_without_exact_money_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first choice is said to have none: the other estate is started; when none has, that is told."""
    f = formulated("capacity_of_starts")
    case = f.index.case
    tried: list[dict[str, int]] = []

    def none_at_first(formulation: Any, x: Any, *rest: Any) -> Any:
        tried.append(starts_of(formulation, x))
        return None if len(tried) == 1 else exact_money(formulation, x, *rest)

    monkeypatch.setattr(plan_solve, "exact_money", none_at_first)
    x = plan_solve._search_with_money(new_search(f), case, plan_solve.Timer())
    assert tried == [{"b": 2025}, {"a": 2025}]  # b is the cheaper one
    assert starts_of(f, x) == {"a": 2025}
    monkeypatch.setattr(plan_solve, "exact_money", lambda *_: None)
    with pytest.raises(InfeasibleError):
        plan_solve._search_with_money(new_search(f), case, plan_solve.Timer())


@settings(
    max_examples=8, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(parts=small_cases(("profiles",), others=("carry_over", "grant", "caps", "formula", "bonds"), limit=60))
def test_exact_money_keeps_every_row(parts: dict[str, Any]) -> None:
    """Whole steps; every row holds, those of shares within a step."""
    f = formulate(make_case(**parts))
    plan = solved(f)
    assume(plan is not None)
    x = exact_plan(f)
    assert bool((x == np.round(x)).all())
    assert [name for name in broken_rows(f, x, 1e-6) if not name.startswith("payer_shares")] == []
    assert broken_rows(f, x, 1.0) == []
