"""Tasks ask for bands, few newer estates and fairness."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "tasks_come_first",
    "tasks_breach_is_counted_against_its_bound",
    "tasks_hard",
    "tasks_upper_end",
    "tasks_newer_share",
    "tasks_too_many_newer_households",
    "tasks_fairness",
    "tasks_running_projects_count",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
