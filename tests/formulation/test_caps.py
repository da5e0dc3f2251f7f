"""Caps hold estate by estate, over all years."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "caps_are_not_pooled",
    "caps_over_all_years",
    "caps_per_unit_of_works_done",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
