"""What falls due is paid."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "balance_profile_spreads_the_bills",
    "balance_of_a_grant_by_the_year_of_payment",
    "balance_of_a_grant_that_grows",
    "balance_of_a_grant_in_the_next_year",
    "balance_largest_remainder",
    "scope_saving_of_digging_once",
    "limits_unit_grant",
    "residents_affordability",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
