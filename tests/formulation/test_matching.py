"""One source's money is tied to another's: matching, splits, subsidies with a kink."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "matching_kink_exactly",
    "matching_kink_ten_points_above",
    "matching_kink_twelve_points_above",
    "matching_kink_three_points_below",
    "matching_kink_ends_at_nothing",
    "matching_kink_may_be_left",
    "matching_kink_counts_its_works_only",
    "matching_limited_base_exactly",
    "matching_limited_base_ten_points_above",
    "matching_limited_base_twelve_points_above",
    "matching_limited_base_three_points_below",
    "matching_limited_base_of_what_is_done",
    "matching_limited_base_of_all_that_is_done",
    "matching_in_the_county",
    "matching_in_the_city",
    "matching_by_year",
    "matching_over_all_years",
    "matching_at_the_estate",
    "matching_at_the_project",
    "matching_split_of_the_residue",
    "matching_split_only_where_all_may_pay",
    "matching_kink_five_points_above",
    "matching_limited_base_of_nothing_more",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
