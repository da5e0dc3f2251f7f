"""Carried money of projects under way, money beyond limits, and that nothing is paid before it arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import allocator
from allocator.inputs.case import Case
from allocator.plan.audit.cash import check_cash
from allocator.plan.audit.facts import Facts
from allocator.plan.audit.headline import goal_values
from allocator.plan.audit.limits import check_accounts
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View, tidy
from tests.builders import make_case
from tests.oracle.brute_force import best
from tests.plan.audit.test_mutations import Tables, both, change
from tests.plan.plans import tables_of

TIED: dict[str, Any] = {
    "estates": [{"estate": "a"}],
    "items": [{"estate": "a", "cost": 25}],
    "policy": {"reallocation": {"price": 0.1}},
    "limits": [{"amount": 5}],
    "carried": [{"arrival_year": 2024, "project": "old", "amount": 32}],
    "running": [{"project": "old", "amount": 10}],
}
"""32 came for a project that owes 10; the roof costs 25, the budget has 5: 20 must move, 2 lapse."""

ELASTIC: dict[str, Any] = {
    "estates": [{"estate": "a"}],
    "items": [{"estate": "a", "cost": 9}],
    "options": {"elastic_limits": {"budget": 2}, "shortfall": False},
    "limits": [{"amount": 5, "certainty": "issued"}],
    "running": [{"project": "old", "amount": 8}],
    "scenario": {"locks": {"a": "must"}},
}
"""8 of a project under way and a roof of 9 with 5 of money: 12 must be found, at 2 a yuan."""


@pytest.fixture(scope="module")
def tied() -> Tables:
    """Tables of the plan that moves money."""
    return tables_of(**TIED)


@pytest.fixture(scope="module")
def elastic() -> Tables:
    """Tables of the plan that finds money beyond limits."""
    return tables_of(**ELASTIC)


def failures(case: Case, plan: Tables) -> set[str]:
    """Rules whose checks of money find something wrong."""
    book = Book(case.scenario.money)
    view = View(Facts(case), tidy(plan, book))
    check_accounts(view, book)
    check_cash(view, book)
    return {check.rule for check in book.checks if check.failures}


def goals(case: Case, plan: Tables) -> dict[str, float]:
    """Values of the goals, as the audit tells them from the tables."""
    values = goal_values(View(Facts(case), tidy(plan, Book(case.scenario.money))))
    return {name: float(value) for name, value in values.items()}


def test_own_bills_first_then_others(tied: Tables) -> None:
    """Ten pay the project's own bill free of charge, twenty move, two are left."""
    row = tied["reallocations"].to_dict("records")
    assert row == [
        {"source": "budget", "place": "c", "arrival_year": 2024, "project": "old", "carried": 32, "own": 10,
         "amount": 20, "left": 2, "price": 0.1},
    ]  # fmt: skip
    use = tied["source_use"][["arrival_year", "year", "project", "amount", "firm"]]
    assert use.to_numpy().tolist() == [[2024, 2025, "old", 10, 10], [2024, 2025, "", 20, 20], [2025, 2025, "", 5, 0]]
    assert failures(make_case(**TIED), tied) == set()


def test_moved_money_has_a_price(tied: Tables) -> None:
    """25 of county money, and a tenth of the 20 that move; without the rule, nothing more than the 25."""
    assert goals(make_case(**TIED), tied)["public_money"] == 27
    free = {**TIED, "policy": {}}
    assert goals(make_case(**free), tables_of(**free))["public_money"] == 25
    assert best(make_case(**TIED)).values["public_money"] == pytest.approx(27)


def test_money_that_is_free_does_not_move() -> None:
    """With enough of its own, the roof leaves the project's money alone; what the project does not need lapses."""
    plan = tables_of(**{**TIED, "limits": [{"amount": 25}]})
    assert plan["reallocations"][["own", "amount", "left"]].to_numpy().tolist() == [[10, 0, 22]]
    assert plan["accounts"]["lapsed"].tolist() == [22]


def test_a_bill_after_its_time_is_not_its_own() -> None:
    """Money of 2024 that lasts two years does not pay a bill of 2026, but what falls due in 2025."""
    parts = {
        **TIED, "horizon": (2025, 2025, 2026), "items": [{"estate": "a", "cost": 3}],
        "policy": {"sources": {"budget": {"usable_years": 2}}, "reallocation": {"price": 0.1}},
        "limits": [{"amount": 3}, {"year": 2026, "amount": 20}],
        "running": [{"project": "old", "amount": 4}, {"project": "old", "year": 2026, "amount": 6}],
    }  # fmt: skip
    plan = tables_of(**parts)
    assert plan["reallocations"][["own", "amount", "left"]].to_numpy().tolist() == [[4, 0, 28]]
    assert plan["accounts"][["year", "carried_in", "lapsed"]].to_numpy().tolist() == [[2025, 32, 28], [2026, 0, 0]]
    assert failures(make_case(**parts), plan) == set()


MUTATIONS: dict[str, Callable[[Tables], None]] = {
    "moved money hidden": both(
        change("reallocations", "amount == 20", amount=0), change("reallocations", "own == 10", left=22)
    ),
    "less moved than is used": both(
        change("reallocations", "amount == 20", amount=19), change("reallocations", "own == 10", left=3)
    ),
    "more own money than the bill": both(
        change("source_use", "project == 'old'", amount=11, firm=11), change("source_use", "amount == 20", amount=19),
        change("reallocations", "own == 10", own=11, amount=19),
    ),
    "own money for nobody": change("source_use", "project == 'old'", project=""),
    "own money of another": change("source_use", "project == 'old'", project="other"),
    "another price": change("reallocations", "price > 0", price=0.2),
    "a sum that is not in the register": change("reallocations", "carried == 32", carried=33, left=3),
    "paid before it arrived": change("source_use", "arrival_year == 2025", arrival_year=2026),
    "paid after it lapsed": change("source_use", "arrival_year == 2025", arrival_year=2023),
    "money beyond limits that may not be": both(
        change("accounts", "year == 2025", excess=1), change("accounts", "year == 2025", lapsed=3)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_change_is_caught(tied: Tables, name: str) -> None:
    """One change of what is told of tied money, and the audit finds it."""
    plan = {table: frame.copy() for table, frame in tied.items()}
    MUTATIONS[name](plan)
    assert "source_limits" in failures(make_case(**TIED), plan)


def test_money_beyond_limits_is_told_and_priced(elastic: Tables) -> None:
    """12 beyond the limit of 5, never firm, at 2 a yuan in the goal; the cash shows them."""
    case = make_case(**ELASTIC)
    account = elastic["accounts"][["limit", "excess", "running", "paid", "lapsed"]].to_numpy().tolist()
    assert account == [[5, 12, 8, 9, 0]]
    assert elastic["cash"][["arrived", "excess", "shortfall", "running", "paid"]].to_numpy().tolist() == [
        [5, 12, 0, 8, 9]
    ]
    assert (elastic["payments"]["firm"].sum(), elastic["running"]["firm"].sum()) == (0, 5)
    assert goals(case, elastic)["shortfall"] == 24
    assert best(case).values["shortfall"] == pytest.approx(24)
    assert failures(case, elastic) == set()


def test_money_beyond_limits_is_caught_when_hidden(elastic: Tables) -> None:
    """A limit exceeded without a word is a limit exceeded."""
    plan = {**elastic, "accounts": elastic["accounts"].assign(excess=0)}
    assert "source_limits" in failures(make_case(**ELASTIC), plan)


def test_a_whole_run_with_both_passes_its_audit() -> None:
    """Search, exact money, tables, manifest and proof agree."""
    parts = {**TIED, "options": {"elastic_limits": {"budget": 1.5}, "shortfall": False}, "limits": [{"amount": 1}]}
    plan = allocator.solve(make_case(**{**parts, "scenario": {"locks": {"a": "must"}}}), time_limit=20)
    assert plan.manifest["audit"]["failures"] == 0  # type: ignore[index]
    assert plan.tables["accounts"]["excess"].tolist() == [2]
    assert {goal["id"]: goal["value"] for goal in plan.manifest["goals"]}["shortfall"] == 3  # type: ignore[attr-defined]


def test_a_goal_at_a_price_is_told_to_six_decimals() -> None:
    """Many steps times a price are no exact float; the manifest and the audit agree all the same."""
    parts = {
        **TIED, "items": [{"estate": "a", "cost": 7_600_000}], "limits": [{"amount": 5_000_000}],
        "carried": [{"arrival_year": 2024, "project": "old", "amount": 3_000_017}],
        "running": [{"project": "old", "amount": 13}], "policy": {"reallocation": {"price": 0.05003}},
    }  # fmt: skip
    plan = allocator.solve(make_case(**parts), time_limit=20)
    assert plan.tables["reallocations"]["amount"].tolist() == [2_600_000]
    assert {goal["id"]: goal["value"] for goal in plan.manifest["goals"]}["public_money"] == 7_730_078  # type: ignore[attr-defined]
    odd = {**parts, "items": [{"estate": "a", "cost": 7_600_001}]}
    assert allocator.solve(make_case(**odd), time_limit=20).manifest["audit"]["failures"] == 0  # type: ignore[index]


LATE: dict[str, Any] = {
    "estates": [{"estate": "a"}],
    "items": [{"estate": "a", "cost": 10}],
    "policy": {"sources": {"budget": {"usable_years": 2}}},
    "horizon": (2025, 2026),
    "options": {"shortfall": False},
    "limits": [{"year": 2025, "amount": 4}, {"year": 2026, "amount": 6}],
}
"""Ten in two years, and the roof is paid in the year it starts."""


def test_nothing_is_paid_before_it_arrives() -> None:
    """Money of 2025 waits for 2026, money of 2026 never pays 2025: the roof starts in 2026, and brute force agrees."""
    plan, oracle = tables_of(**LATE), best(make_case(**LATE))
    assert plan["projects"]["start_year"].tolist() == [2026]
    assert plan["source_use"][["arrival_year", "year", "amount"]].to_numpy().tolist() == [
        [2025, 2026, 4], [2026, 2026, 6],
    ]  # fmt: skip
    assert oracle is not None
    assert oracle.values["points"] == float(plan["projects"]["points"].sum())


def test_money_of_next_year_alone_starts_nothing_this_year() -> None:
    """A limit of 2026 leaves the only start year without money: no plan of brute force and none of the program."""
    parts = {**LATE, "horizon": (2025, 2025, 2026), "scenario": {"locks": {"a": "must"}}}
    assert best(make_case(**parts)) is None
    with pytest.raises(allocator.InfeasibleError):
        allocator.solve(make_case(**parts), time_limit=20)


def test_frames_of_reallocations_are_empty_without_tied_money() -> None:
    """Money for any project moves without a word."""
    plan = tables_of(**{**TIED, "carried": [{"arrival_year": 2024, "amount": 32}]})
    assert isinstance(plan["reallocations"], pd.DataFrame)
    assert len(plan["reallocations"]) == 0
    assert set(plan["source_use"]["project"]) == {""}
