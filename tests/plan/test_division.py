"""Tables of parts by sources: margins hold exactly, shares within a step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.plan.division import capped, corner, corners, proportional


def table(*numbers: int) -> np.ndarray:
    """Whole numbers as the functions take them."""
    return np.array(numbers, dtype=np.int64)


@st.composite
def margins(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Costs of one to five parts, and payments of one to four sources with the same sum."""
    costs = draw(st.lists(st.integers(1, 1000), min_size=1, max_size=5))
    cuts = sorted(draw(st.lists(st.integers(0, sum(costs)), max_size=3)))
    return table(*costs), np.diff(table(0, *cuts, sum(costs)))


def test_corner_by_hand() -> None:
    """The first source pays the first part until it is exhausted."""
    assert corner(table(60, 40), table(50, 50)).tolist() == [[50, 10], [0, 40]]


@given(margins())
def test_corner_has_few_lines(both: tuple[np.ndarray, np.ndarray]) -> None:
    """Both margins hold, and at most parts + sources - 1 cells are not zero."""
    costs, payments = both
    cells = corner(costs, payments)
    assert (cells.sum(axis=1).tolist(), cells.sum(axis=0).tolist()) == (costs.tolist(), payments.tolist())
    assert (int(cells.min()) >= 0, np.count_nonzero(cells) < len(costs) + len(payments)) == (True, True)


@given(st.lists(margins(), min_size=1, max_size=4))
def test_many_tables_at_once_are_filled_like_one_by_one(several: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """No cell reaches from one table into the next."""
    rows, columns, amounts = corners(*(np.concatenate(side) for side in zip(*several, strict=True)))
    found = dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), amounts.tolist(), strict=True))
    expected = {}
    row = column = 0
    for costs, payments in several:
        cells = corner(costs, payments)
        expected |= {(row + i, column + j): int(cells[i, j]) for i, j in zip(*np.nonzero(cells), strict=True)}
        row, column = row + len(costs), column + len(payments)
    assert found == expected


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ((30, 70), [[30, 30], [0, 40]]),  # the limited source takes its half of the first part
        ((45, 55), [[30, 30], [15, 25]]),
        ((50, 50), [[30, 30], [20, 20]]),
        ((51, 49), None),  # more than half of 100
        ((0, 100), [[0, 60], [0, 40]]),
    ],
)
def test_capped_by_hand(payments: tuple[int, int], expected: list[list[int]] | None) -> None:
    """60 and 40, the first source at most half of each part; None when it does not come out even."""
    found = capped(table(60, 40), table(*payments), np.array([[30, 60], [20, 40]]))
    assert (None if found is None else found.tolist()) == expected


@given(margins(), st.integers(1, 10))
def test_capped_keeps_margins_and_caps(both: tuple[np.ndarray, np.ndarray], tenths: int) -> None:
    """Whenever it succeeds; and it does where no cell is limited."""
    costs, payments = both
    most = np.repeat(costs[:, None], len(payments), axis=1)
    most[:, 0] = -(-most[:, 0] * tenths // 10)
    cells = capped(costs, payments, most)
    if cells is None:
        assert tenths < 10
        return
    assert (cells.sum(axis=1).tolist(), cells.sum(axis=0).tolist()) == (costs.tolist(), payments.tolist())
    assert bool((cells >= 0).all() and (cells <= most).all())


def test_proportional_by_hand() -> None:
    """Two parts of 50 and 51, two sources: the halves of 51 are rounded so that both sources come out even."""
    cells = proportional(table(50, 51), table(51, 50))
    assert cells.sum(axis=1).tolist() == [50, 51]
    assert cells.sum(axis=0).tolist() == [51, 50]
    assert np.abs(cells - [[25.25, 24.75], [25.75, 25.25]]).max() < 1


@given(margins())
def test_proportional_is_within_a_step_of_the_pools_proportions(both: tuple[np.ndarray, np.ndarray]) -> None:
    """Every cell is the floor or the ceiling of its exact value; both margins hold."""
    costs, payments = both
    cells = proportional(costs, payments)
    exact = np.outer(costs, payments)
    total = int(costs.sum())
    assert (cells.sum(axis=1).tolist(), cells.sum(axis=0).tolist()) == (costs.tolist(), payments.tolist())
    assert bool((cells >= exact // total).all() and (cells <= -(-exact // total)).all())


def test_nothing_to_divide() -> None:
    """A pool of no cost is paid nothing."""
    assert proportional(table(0, 0), table(0)).tolist() == [[0], [0]]
