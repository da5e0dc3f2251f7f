"""Whole amounts divide exactly; bonds are repaid to the last step."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.formulation.splitting import Schedule, bond_schedule, common_ratio, largest_remainder


def split(total: int, shares: list[str]) -> list[int]:
    """One total by shares."""
    numerators, denominator = common_ratio([Decimal(share) for share in shares])
    n = len(shares)
    group = np.zeros(n, dtype=np.int64)
    return largest_remainder(group, np.full(n, total), np.array(numerators), np.full(n, denominator)).tolist()


@pytest.mark.parametrize(
    ("total", "shares", "expected"),
    [
        (10, ["0.5", "0.5"], [5, 5]),
        (11, ["0.5", "0.5"], [6, 5]),  # a tie goes to the earlier one
        (10, ["0.33", "0.33", "0.34"], [3, 3, 4]),  # remainders .3, .3, .4
        (101, ["0.2", "0.3", "0.5"], [20, 30, 51]),  # remainders .2, .3, .5
        (1, ["0.1", "0.2", "0.7"], [0, 0, 1]),
        (7, ["0", "1"], [0, 7]),
        (0, ["0.4", "0.6"], [0, 0]),
        (60000, ["0.3333333333333333", "0.6666666666666667"], [20000, 40000]),  # as a spreadsheet computes thirds
    ],
)
def test_hand_worked_splits(total: int, shares: list[str], expected: list[int]) -> None:
    """Floors first, then one step to each of the largest remainders."""
    assert split(total, shares) == expected


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
def test_a_split_loses_nothing_and_stays_within_a_step(total: int, weights: list[int]) -> None:
    """Parts sum to the total; each is the floor or the ceiling of its exact part; larger remainders come first."""
    n, weight = len(weights), sum(weights)
    parts = largest_remainder(np.zeros(n, np.int64), np.full(n, total), np.array(weights), np.full(n, weight)).tolist()
    exact = [Fraction(total * w, weight) for w in weights]
    assert sum(parts) == total
    assert all(0 <= part - e // 1 <= 1 for part, e in zip(parts, exact, strict=True))
    given_ = sorted([(-(e % 1), k) for k, e in enumerate(exact)])[: total - sum(e // 1 for e in exact)]
    assert {k for _, k in given_} == {k for k, e in enumerate(exact) if parts[k] > e // 1}


def test_groups_are_divided_apart() -> None:
    """Each group has its own total, and its own ties."""
    group = np.array([0, 0, 1, 1, 1])
    total, numerator = np.array([3, 3, 5, 5, 5]), np.array([1, 1, 1, 1, 1])
    parts = largest_remainder(group, total, numerator, np.array([2, 2, 3, 3, 3]))
    assert parts.tolist() == [2, 1, 2, 2, 1]


def test_nothing_to_divide() -> None:
    """No groups give no parts."""
    empty = np.zeros(0, dtype=np.int64)
    assert largest_remainder(empty, empty, empty, empty).tolist() == []


@pytest.mark.parametrize(
    ("lot", "term", "coupon", "repayment", "expected"),
    [
        (100, 3, "0.1", "bullet", Schedule((0, 0, 100), (10, 10, 10), (0, 0, 0))),
        (100, 3, "0.1", "instalments", Schedule((34, 33, 33), (10, 7, 3), (0, 0, 0))),  # interest of 100, 66, 33
        (1000, 2, "0.1", "level", Schedule((476, 524), (100, 52), (0, 0))),  # annuity 576.19, the rest at the end
        (1000, 3, "0", "level", Schedule((333, 333, 334), (0, 0, 0), (0, 0, 0))),
        (15, 1, "0.1", "bullet", Schedule((15,), (2,), (0,))),  # half a step rounds up
    ],
)
def test_hand_worked_bonds(lot: int, term: int, coupon: str, repayment: str, expected: Schedule) -> None:
    """Principal and interest by year after issue."""
    assert bond_schedule(lot, term, Decimal(coupon), repayment) == expected


def test_what_is_refinanced_stays_debt_and_bears_interest() -> None:
    """Of 50 and 50 due, 30 % of each (15) are renewed: interest of 100, 65, then of the 30 left to the end."""
    plan = bond_schedule(100, 2, Decimal("0.1"), "instalments", refinanced=Decimal("0.3"), years=4)
    assert plan == Schedule((35, 35, 0, 0), (10, 7, 3, 3), (15, 15, 0, 0))


@given(
    lot=st.integers(1, 10**7),
    term=st.integers(1, 30),
    coupon=st.integers(0, 120).map(lambda n: Decimal(n) / 1000),
    repayment=st.sampled_from(["bullet", "instalments", "level"]),
)
def test_a_bond_is_repaid_in_full(lot: int, term: int, coupon: Decimal, repayment: str) -> None:
    """Principal sums to the lot; interest is that of what is outstanding, half a step rounded up."""
    plan = bond_schedule(lot, term, coupon, repayment)
    outstanding = [lot - sum(plan.principal[:year]) for year in range(term)]
    interest = [int((amount * coupon).to_integral_value(ROUND_HALF_UP)) for amount in outstanding]
    assert (sum(plan.principal), min(plan.principal) >= 0, len(plan.service)) == (lot, True, term)
    assert list(plan.interest) == interest


@given(lot=st.integers(10**4, 10**7), term=st.integers(2, 30), coupon=st.integers(1, 120))
def test_level_payments_are_level(lot: int, term: int, coupon: int) -> None:
    """All yearly payments but the last are equal, and the last differs by rounding only."""
    service = bond_schedule(lot, term, Decimal(coupon) / 1000, "level").service
    assert len(set(service[:-1])) == 1
    assert abs(service[-1] - service[0]) <= 2 * term * (1 + coupon / 1000) ** term
