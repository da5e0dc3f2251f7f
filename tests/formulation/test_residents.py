"""Residents pay what they can afford."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "residents_affordability",
    "residents_stood_in_for",
    "residents_least_share_reached",
    "residents_least_share_not_reached",
    "residents_least_share_without_lifts",
    "residents_least_share_by_class",
    "residents_least_share_of_what_is_saved",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
