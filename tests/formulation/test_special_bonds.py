"""Areas issue special bonds only as far as their works carry them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "special_cover",
    "special_cover_met_exactly",
    "special_cover_of_each_life",
    "special_discounted",
    "special_capital",
    "special_all_debt",
    "special_income_ends_too_early",
    "special_income_only_from_works_done",
    "special_income_is_divided",
    "special_topped_up",
    "special_not_topped_up",
    "special_never_stands_in",
    "special_only_for_what_the_source_may_pay",
    "special_ceilings",
    "special_quota_of_the_county",
    "special_refused_in_review",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
