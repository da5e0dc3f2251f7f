"""An area earns its bonus once, when enough of its estates start in one year."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.solved import check_worked

CASES = (
    "bundles_together_or_not",
    "bundles_with_a_member_that_never_starts",
    "bundles_at_least_two",
    "bundles_too_few_start",
    "bundles_are_earned_once",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)
