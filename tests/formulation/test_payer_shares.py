"""Payers stay within their bands, sources within their shares."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "shares_exact",
    "shares_open_band",
    "shares_of_a_source",
    "shares_of_the_cost",
    "shares_beside_a_pledge",
    "shares_least_share_cannot_be_stood_in_for",
    "shares_least_share_of_a_source",
    "shares_of_construction",
    "shares_of_construction_as_the_register_says",
    "shares_of_construction_beside_another_share",
    "shares_of_construction_with_a_saving",
    "shares_by_region",
    "shares_least_of_construction",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
