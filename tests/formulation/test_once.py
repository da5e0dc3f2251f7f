"""A project starts at most once, as locked, and exclusive projects not together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "once_a_project_starts_in_the_best_year",
    "once_exclusion",
    "once_lock_never",
    "once_lock_must_without_money",
    "once_lock_year_although_earlier_is_better",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
