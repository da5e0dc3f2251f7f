"""Works come with starts, alternatives exclude and prerequisites precede one another, savings are earned."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "scope_optional_item_needs_its_start",
    "scope_staged_item_waits_for_money",
    "scope_staged_item_is_done_once",
    "scope_group_must_have_one",
    "scope_group_has_one_at_most",
    "scope_group_once_in_all_years",
    "scope_prerequisite_comes_first",
    "scope_saving_of_digging_once",
    "scope_no_saving_without_the_first_work",
    "scope_no_saving_without_the_second_work",
    "scope_saving_is_no_choice",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
