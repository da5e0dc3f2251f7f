"""One way of funding per project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "routes_of_a_whole_project",
    "routes_exclude_sources",
    "routes_of_optional_items",
    "routes_listed_year",
    "routes_listed_year_and_another_route",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
