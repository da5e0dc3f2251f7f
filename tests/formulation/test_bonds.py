"""Issues keep quotas and ceilings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "bonds_come_in_lots_and_are_served",
    "bonds_service_ceiling_after_the_last_payment",
    "bonds_stock_ceiling",
    "bonds_refinanced",
    "special_stock_ceiling",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
