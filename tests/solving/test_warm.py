"""Relaxations that differ in bounds alone: the same answers as from scratch, whatever was asked before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from allocator.errors import SolverError
from allocator.solving import warm
from allocator.solving.base import Answer, Problem, Request, Status
from allocator.solving.process import WARM, borrow, give_back
from allocator.solving.warm import WarmBackend

NONE = np.inf
WORTH = np.array([10.0, 7.0, 4.0, 1.0])


def knapsack() -> Problem:
    """Things of weight 5, 4 and 3, and 2 of weight 1, for 10; money is told in hundreds to the solver."""
    matrix = sparse.csr_matrix([[5.0, 4.0, 3.0, 1.0]])
    whole, scale = np.array([True, True, True, False]), np.array([1.0, 1.0, 1.0, 4.0])
    upper = np.array([1.0, 1.0, 1.0, 2.0])
    return Problem(matrix, np.array([-NONE]), np.array([10.0]), 0 * upper, upper, whole, scale, np.array([2.0]))


def relaxed(least: float = 0.0, lower: tuple[float, ...] = (0, 0, 0, 0), **changes: Any) -> Request:
    """The relaxed knapsack with at least so many of the last two together, and lower bounds."""
    extra = sparse.csr_matrix([[0.0, 0.0, 1.0, 1.0]]), np.array([least]), np.array([NONE])
    return Request(
        WORTH, maximise=True, extra=extra, lower=np.array(lower), upper=np.array([1.0, 1, 1, 2]), relax=True, **changes
    )


def value(answer: Answer) -> tuple[Status, float]:
    """Status and objective."""
    return answer.status, round(answer.objective, 6)


def test_bounds_of_rows_and_columns_change_what_is_best() -> None:
    """By hand: a third of the third thing; with it whole, half of the second; with two of the last, a quarter less.

    Nothing is best with all of the last two: 5 of weight, the first thing: 10 + 4 + 2 = 16. Six of them there are not.
    """
    backend, problem = WarmBackend(), knapsack()
    asked = [relaxed(), relaxed(lower=(0, 0, 1, 0)), relaxed(3.0), relaxed(6.0), relaxed()]
    found = [backend.solve(problem, request) for request in asked]
    assert [value(answer) for answer in found[:3]] == [
        (Status.OPTIMAL, 18.333333), (Status.OPTIMAL, 17.5), (Status.OPTIMAL, 16.0),
    ]  # fmt: skip
    assert (found[3].status, found[3].x) == (Status.INFEASIBLE, None)
    assert found[4].x == pytest.approx(found[0].x)


def test_what_is_like_the_first_begins_at_its_basis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solved from scratch: the first, another objective or problem, and what the pivots did not end."""
    scratch: list[float] = []
    run = WarmBackend._run

    def counted(self: WarmBackend, *args: Any) -> Any:
        scratch.append(1.0)
        return run(self, *args)

    monkeypatch.setattr(WarmBackend, "_run", counted)
    backend, problem = WarmBackend(), knapsack()
    for request in (relaxed(), relaxed(1.0), relaxed(lower=(0, 0, 1, 0))):
        backend.solve(problem, request)
    assert len(scratch) == 1
    other = Request(-WORTH, maximise=True, relax=True)
    assert value(backend.solve(problem, other)) == (Status.OPTIMAL, 0.0)
    assert value(backend.solve(knapsack(), relaxed())) == (Status.OPTIMAL, 18.333333)
    assert len(scratch) == 3
    monkeypatch.setattr(warm, "_ENDED", ())
    assert value(backend.solve(backend._first[0], relaxed(3.0))) == (Status.OPTIMAL, 16.0)  # type: ignore[index]
    assert len(scratch) == 4


def test_it_solves_relaxations_only_and_answers_from_a_process() -> None:
    """A request of whole columns is refused; the process keeps the columns that a request fixes."""
    process = borrow(WARM)
    try:
        process.load(knapsack())
        assert [process.solve(relaxed(lower=low)).objective for low in ((0, 0, 0, 0), (1, 1, 0, 1))] == [  # type: ignore[union-attr]
            pytest.approx(55 / 3), pytest.approx(18.0),
        ]  # fmt: skip
        with pytest.raises(SolverError, match="relaxations"):
            process.solve(Request(WORTH, maximise=True))
    finally:
        give_back(process)
