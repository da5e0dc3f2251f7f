"""Tiny cases with answers worked out by hand, a few for every family."""

from __future__ import annotations

from tests.oracle import (
    worked_choices,
    worked_goals,
    worked_matching,
    worked_money,
    worked_residents,
    worked_special,
)
from tests.oracle.worlds import Worked

WORKED: dict[str, Worked] = {
    **worked_choices.CASES,
    **worked_money.CASES,
    **worked_matching.CASES,
    **worked_goals.CASES,
    **worked_residents.CASES,
    **worked_special.CASES,
}
"""By name, which begins with that of the family."""

__all__ = ["WORKED", "Worked"]
