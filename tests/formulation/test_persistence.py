"""The plan stays near the adopted one, as far as the scenario says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allocator.errors import ScenarioError
from allocator.plan.solve import solve
from tests.builders import make_case
from tests.solved import check_worked

CASES = (
    "persistence_most_moves",
    "persistence_two_moves",
    "persistence_price",
    "persistence_price_of_an_added_start",
    "persistence_settled",
    "persistence_frozen",
    "persistence_fewest_changes",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)


def test_a_settled_list_that_may_not_start_is_refused_with_its_projects() -> None:
    """Two projects of the list are not ready in their year; both are named, with the first year that is possible."""
    case = make_case(
        estates=[{"estate": "a"}, {"estate": "b"}, {"estate": "d"}],
        horizon=(2025, 2026),
        policy={"gates": {"plan": {}}},
        gates=[
            {"estate": "a", "gate": "plan", "state": "promised", "year": 2026},
            {"estate": "b", "gate": "plan", "state": "unmet"},
            {"estate": "d", "gate": "plan", "state": "met"},
        ],
        scenario={"stage": "定案", "adopted": {"a": 2025, "b": 2026, "d": 2025}},
    )
    with pytest.raises(ScenarioError) as refused:
        solve(case)
    assert [(p.place.split(": ")[1], "2026" in p.cure) for p in refused.value.problems] == [("a", True), ("b", False)]
