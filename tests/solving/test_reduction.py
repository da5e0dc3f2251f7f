"""A problem without its fixed columns has the answers of the whole one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from allocator.solving.base import Answer, Problem, Request, Status
from allocator.solving.process import borrow, give_back
from allocator.solving.reduction import Reduction

FREE = np.inf


def random_problem(seed: int) -> tuple[Problem, np.ndarray]:
    """Eight columns, half of them whole, four rows that zero keeps; and an objective."""
    draw = np.random.default_rng(seed)
    matrix = sparse.csr_matrix(draw.integers(-3, 9, (4, 8)) * (draw.random((4, 8)) < 0.6).astype(float))
    whole, ones = np.arange(8) < 4, np.ones(8)
    problem = Problem(
        matrix, -20 * ones[:4], draw.integers(5, 30, 4).astype(float), 0 * ones, 3 * ones, whole, ones, ones[:4]
    )
    return problem, draw.integers(-5, 10, 8).astype(float)


@pytest.mark.parametrize("seed", range(8))
def test_fixing_by_bounds_is_fixing_by_rows(seed: int) -> None:
    """Columns that leave the problem count as much as columns held in place by rows, goal rows included."""
    problem, worth = random_problem(seed)
    draw = np.random.default_rng(seed + 100)
    fixed, value = draw.random(8) < 0.5, draw.integers(0, 2, 8).astype(float)
    lower, upper = np.where(fixed, value, 0.0), np.where(fixed, value, 3.0)
    goal = sparse.csr_matrix(np.ones((1, 8)))
    limit = np.array([-FREE]), np.array([10.0])
    hold = sparse.vstack([goal, sparse.eye(8)]).tocsr()
    held = hold, np.concatenate([limit[0], lower]), np.concatenate([limit[1], upper])
    process = borrow("highs")
    try:
        process.load(problem)
        small = process.solve(Request(worth, True, extra=(goal, *limit), lower=lower, upper=upper))
        whole = process.solve(Request(worth, True, extra=held))
    finally:
        give_back(process)
    assert small is not None
    assert whole is not None
    assert (small.status, whole.status) in {(Status.OPTIMAL,) * 2, (Status.INFEASIBLE,) * 2}
    if small.x is not None:
        assert (small.objective, small.bound) == (pytest.approx(whole.objective), pytest.approx(whole.bound))
        assert small.x[fixed] == pytest.approx(value[fixed])
        assert worth @ small.x == pytest.approx(small.objective)


def test_only_free_columns_and_rows_that_bind_them_are_left() -> None:
    """Fixed columns move to the bounds of rows and extra rows, to the hint and to the constant of the objective."""
    ones = np.ones(3)
    matrix = sparse.csr_matrix([[2.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    problem = Problem(matrix, np.zeros(2), np.array([9.0, 1.0]), 0 * ones, 5 * ones, ones > 0, ones, ones[:2])
    extra = sparse.csr_matrix([[1.0, 1.0, 1.0]]), np.array([0.0]), np.array([8.0])
    lower, upper = np.array([0.0, 1, 2]), np.array([5.0, 1, 2])
    request = Request(np.array([1.0, 10.0, 100.0]), True, extra=extra, lower=lower, upper=upper, hint=ones * 3)
    reduced = Reduction(problem, request)
    assert reduced.problem.matrix.toarray().tolist() == [[2.0]]
    assert (reduced.problem.row_lower.tolist(), reduced.problem.row_upper.tolist()) == ([-1.0], [8.0])
    kept = reduced.request.extra
    assert kept is not None
    assert (kept[0].toarray().tolist(), kept[1].tolist(), kept[2].tolist()) == ([[1.0]], [-3.0], [5.0])
    assert (reduced.request.objective.tolist(), reduced.request.hint.tolist()) == ([1.0], [3.0])
    restored = reduced.restore(Answer(Status.OPTIMAL, np.array([4.0]), 4.0, 5.0, None, 0.0))
    assert (restored.x.tolist(), restored.objective, restored.bound) == ([4.0, 1.0, 2.0], 214.0, 215.0)
    assert reduced.restore(Answer(Status.INFEASIBLE, None, 0.0, 0.0, None, 0.0)).x is None


@pytest.mark.parametrize("name", ["highs", "cbc"])
def test_a_row_that_fixed_columns_break_is_seen(name: str) -> None:
    """The first row speaks of fixed columns alone: 2 + 2 is more than 3, so there is no plan."""
    ones = np.ones(3)
    matrix = sparse.csr_matrix([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    problem = Problem(matrix, np.zeros(2), np.array([3.0, 4.0]), 0 * ones, 2 * ones, ones > 0, ones, ones[:2])
    process = borrow(name)
    try:
        process.load(problem)
        found = [
            process.solve(Request(ones, True, lower=np.array([2.0, y, 0]), upper=np.array([2.0, y, 2]))) for y in (1, 2)
        ]
    finally:
        give_back(process)
    assert [answer.status for answer in found if answer] == [Status.OPTIMAL, Status.INFEASIBLE]


def test_without_bounds_nothing_changes() -> None:
    """A request that fixes nothing goes to the solver as it is."""
    problem, worth = random_problem(0)
    request = Request(worth, True)
    assert (Reduction(problem, request).problem is problem, Reduction(problem, request).request is request) == (
        True,
        True,
    )
