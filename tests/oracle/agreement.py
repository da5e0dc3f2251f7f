"""When two lists of goal values say the same."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle.brute_force import MONEY_GOALS

STEPS = 2.5
"""Whole steps and fractions of steps may differ by this much in a goal of money."""


def differences(expected: Mapping[str, float] | None, found: Mapping[str, float] | None) -> dict[str, object]:
    """Goals whose values differ, expected and found; empty when both agree, or both say that there is no plan."""
    if expected is None or found is None:
        return {} if expected is found else {"plan": (expected, found)}
    return {
        goal: (value, found[goal])
        for goal, value in expected.items()
        if abs(found[goal] - value) > (STEPS if goal in MONEY_GOALS else 1e-5 * max(1.0, abs(value)))
    }
