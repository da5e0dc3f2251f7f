"""Exact arithmetic against numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from allocator.plan.audit.exact import fraction, half_up, service_per_lot, split, times


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, ["0.5", "0.5"], [50, 50]),
        (101, ["0.5", "0.5"], [51, 50]),  # equal remainders: the earlier one
        (10, ["1", "1", "1"], [4, 3, 3]),
        (7, ["0.6", "0.3", "0.1"], [4, 2, 1]),  # 4.2, 2.1, 0.7
        (5, ["0.33", "0.33", "0.34"], [2, 1, 2]),  # 1.65, 1.65, 1.70: the last first, then the first
        (1, ["0", "1"], [0, 1]),
        (0, ["0.6", "0.4"], [0, 0]),
        (9_000_000_000_000_000, ["0.3333", "0.6667"], [2_999_700_000_000_000, 6_000_300_000_000_000]),
    ],
)
def test_largest_remainder(amount: int, weights: list[str], parts: list[int]) -> None:
    """Floors first, then a step each to the largest remainders, ties to the earlier position."""
    assert split(np.array([amount]), [fraction(w) for w in weights])[0].tolist() == parts


def test_weights_that_split_nothing_are_refused() -> None:
    """Nothing is given away in silence."""
    with pytest.raises(ValueError, match="cannot split"):
        split(np.array([1]), [Fraction(0)])


@pytest.mark.parametrize(("value", "whole"), [("0.5", 1), ("1.49", 1), ("-0.5", -1), ("2.5", 3), ("0", 0)])
def test_halves_are_rounded_away_from_zero(value: str, whole: int) -> None:
    """As money is rounded on paper."""
    assert half_up(fraction(value)) == whole


def test_savings_are_rounded_down() -> None:
    """A saving never promises more than its share."""
    assert times(np.array([31, 9, 0]), Fraction(1, 10)).tolist() == [3, 0, 0]


@pytest.mark.parametrize(
    ("lot", "coupon", "term", "repayment", "schedule"),
    [
        # annuity of 1,000 at 5 % over 3 years: 1000 x 0.05 / (1 - 1.05^-3) = 367.2 -> 367
        (1000, "0.05", 3, "level", [(317, 50), (333, 34), (350, 18)]),
        (1000, "0", 3, "level", [(333, 0), (333, 0), (334, 0)]),
        (1000, "0.05", 3, "instalments", [(334, 50), (333, 33), (333, 17)]),  # interest 50, 33.3, 16.65
        (1000, "0.035", 3, "bullet", [(0, 35), (0, 35), (1000, 35)]),
        (10, "0.1", 2, "instalments", [(5, 1), (5, 1)]),  # interest 1, 0.5
        (7, "0.03", 1, "level", [(7, 0)]),  # interest 0.21
    ],
)
def test_service_of_a_lot(lot: int, coupon: str, term: int, repayment: str, schedule: list[tuple[int, int]]) -> None:
    """Principal and interest in whole steps; the principal adds up to the lot."""
    found = service_per_lot(lot, fraction(coupon), term, repayment)
    assert found == [(principal, interest, 0) for principal, interest in schedule]
    assert sum(principal for principal, _ in schedule) == lot


def test_service_of_a_lot_that_is_refinanced_in_part() -> None:
    """Of 34, 33 and 33 due, half (17, 16, 16) stays debt: interest of 100, 83, 66, then of the 49 left."""
    found = service_per_lot(100, fraction("0.1"), 3, "instalments", renewed=fraction("0.5"), years=4)
    assert found == [(17, 10, 17), (17, 8, 16), (17, 7, 16), (0, 5, 0)]
