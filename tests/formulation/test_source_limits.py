"""Sources pay what they have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "limits_by_year",
    "limits_carry_over",
    "limits_carry_over_lapses",
    "limits_carried_money_and_running_bills",
    "limits_carried_money_moves",
    "limits_carried_money_lasts",
    "limits_tied_money_is_used_once",
    "limits_own_bills_are_paid_once",
    "limits_beyond_at_a_price",
    "limits_minimum_use",
    "limits_of_the_whole_city",
    "limits_on_the_total",
    "limits_of_the_whole_city_over_all_years",
    "limits_formula_money_pays_later_starts",
    "limits_of_an_area",
    "source_limits_only_large_areas",
    "residents_vote_passed",
    "residents_vote_not_held_yet",
    "residents_vote_of_another_channel",
    "limits_only_eligible_works",
    "bonds_come_in_lots_and_are_served",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
