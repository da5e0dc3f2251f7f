"""Solvers in processes of their own: they agree, they may die, they may refuse."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from scipy import sparse

from allocator.errors import ScenarioError, SolverError
from allocator.inputs.shipped import shipped
from allocator.solving.base import Answer, Problem, Request, Status
from allocator.solving.process import SolverProcess, borrow, give_back

FREE = np.inf


def knapsack(limit: float = 10.0) -> Problem:
    """Three things of weight 5, 4 and 3 and a divisible one of weight 1 of which 2 are there."""
    ones = np.ones(4)
    matrix = sparse.csr_matrix([[5.0, 4.0, 3.0, 1.0]])
    whole = np.array([True, True, True, False])
    return Problem(
        matrix, np.array([-FREE]), np.array([limit]), 0 * ones, np.array([1.0, 1, 1, 2]), whole, ones, ones[:1]
    )


WORTH = np.array([10.0, 7.0, 4.0, 1.0])
"""Best for 10: the first two (17) and one of the last (1); relaxed: a third of the third instead (18 1/3)."""


@pytest.fixture
def highs() -> Iterator[SolverProcess]:
    """A solver that is given back."""
    process = borrow("highs")
    process.load(knapsack())
    yield process
    give_back(process)


def asked(process: SolverProcess, **changes: object) -> Answer:
    """The process's answer to the knapsack."""
    answer = process.solve(Request(WORTH, True, **changes))  # type: ignore[arg-type]
    assert answer is not None
    return answer


@pytest.mark.parametrize("name", ["highs", "scip", "cbc"])
def test_solvers_agree(name: str) -> None:
    """Optimum, bound, status, extra rows, bounds of a request, minimising, and no plan at all."""
    process = borrow(name)
    try:
        process.load(knapsack())
        best = asked(process)
        assert (best.status, best.objective, best.bound) == (Status.OPTIMAL, pytest.approx(18), pytest.approx(18))
        assert best.x == pytest.approx([1, 1, 0, 1])
        one = sparse.csr_matrix([[1.0, 1.0, 1.0, 0.0]]), np.array([-FREE]), np.array([1.0])
        assert asked(process, extra=one).objective == pytest.approx(12)
        fixed = asked(process, lower=np.array([0.0, 0, 1, 0]), upper=np.array([1.0, 1, 1, 2]))
        assert (fixed.objective, fixed.x[2]) == (pytest.approx(16), 1)  # 5 + 3 + 2 of the last
        least = process.solve(Request(-WORTH, False))
        assert least is not None
        assert (least.objective, least.bound) == (pytest.approx(-18), pytest.approx(-18))
        none = sparse.csr_matrix([[1.0, 1.0, 1.0, 0.0]]), np.array([3.0]), np.array([FREE])
        lost = asked(process, extra=none)
        assert (lost.status, lost.x) == (Status.INFEASIBLE, None)
    finally:
        give_back(process)


def test_relaxation_has_prices(highs: SolverProcess) -> None:
    """One more of weight is worth a third of the third thing: 4/3."""
    answer = asked(highs, relax=True)
    assert (answer.objective, answer.bound) == (pytest.approx(55 / 3), pytest.approx(55 / 3))
    assert answer.prices == pytest.approx([4 / 3])


def test_scaled_money_comes_back_unscaled() -> None:
    """Columns and rows that are scaled for the solver are told in their own unit."""
    small = knapsack()
    scaled = Problem(**{**small.__dict__, "column_scale": np.array([1, 1, 1, 64.0]), "row_scale": np.array([32.0])})
    process = borrow("highs")
    try:
        process.load(scaled)
        whole, relaxed = asked(process), asked(process, relax=True)
        process.load(small)
        plain = asked(process, relax=True)
    finally:
        give_back(process)
    assert whole.x == pytest.approx([1, 1, 0, 1])
    assert (relaxed.prices, relaxed.objective) == (pytest.approx(plain.prices), pytest.approx(plain.objective))


def test_a_killed_process_is_told_and_started_anew(highs: SolverProcess) -> None:
    """The solve under way is lost with an error of ours; the next one works, on the same problem."""
    psutil.Process(highs._process.pid).suspend()  # so that it cannot answer first
    highs.begin(Request(WORTH, True))
    psutil.Process(highs._process.pid).kill()
    with pytest.raises(SolverError, match="died"):
        highs.poll(10.0)
    assert asked(highs).objective == pytest.approx(18)


def test_an_overrun_is_ended_and_started_anew(highs: SolverProcess) -> None:
    """A process that does not answer in time is ended; None says so."""
    psutil.Process(highs._process.pid).suspend()
    assert highs.solve(Request(WORTH, True, time_limit_s=0.1)) is None
    assert asked(highs).objective == pytest.approx(18)


def test_a_busy_process_given_back_is_free_for_the_next(highs: SolverProcess) -> None:
    """Nobody gets the answer to somebody else's question."""
    psutil.Process(highs._process.pid).suspend()
    highs.begin(Request(-WORTH, True))
    give_back(highs)
    again = borrow("highs")
    assert again is highs
    assert (again.busy, asked(again).objective) == (False, pytest.approx(18))


def test_a_refusal_is_an_error_of_ours(highs: SolverProcess) -> None:
    """A solver that refuses a request is told as SolverError, and can be asked again."""
    with pytest.raises(SolverError):
        highs.solve(Request(np.full(4, np.nan), True))
    assert asked(highs).objective == pytest.approx(18)


def test_a_solver_that_is_not_there_is_a_mistake_of_the_user() -> None:
    """The message names it, and those that are."""
    process = borrow("NO_SUCH_SOLVER")
    process.load(knapsack())
    try:
        with pytest.raises(ScenarioError, match="NO_SUCH_SOLVER"):
            process.solve(Request(WORTH, True))
    finally:
        process.stop()


def test_a_process_that_died_while_idle_is_replaced(highs: SolverProcess) -> None:
    """A process killed between two requests answers the next one as if nothing had happened."""
    before = asked(highs)
    psutil.Process(highs._process.pid).kill()
    highs._process.join(timeout=5)
    assert asked(highs).objective == before.objective


SCRIPT = """
import allocator

plan = allocator.solve(allocator.load({path!r}))
print("solved once:", plan.status)
"""


def test_a_script_may_solve_without_guarding_its_main_module(tmp_path: Path) -> None:
    """A new process does not run the script again."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(path=str(shipped("scenarios") / "teaching" / "base.yaml")), encoding="utf-8")
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["solved", "once:", "optimal"]
