"""Exact money: with the choices fixed, payments are solved again as whole steps.

With integers fixed the money is a flow (arrival -> account-year -> pool-year) with whole bounds, so a vertex of the
linear
programme is whole; where shares, life limits or crossing limits break that, a small integer programme decides.
Source: design of the plan's promises, "Exact money"; models/<id>/formulation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from allocator.formulation.build import Formulation
from allocator.formulation.funding import SHORTFALL
from allocator.solving.base import Answer, Floats, Problem, Request
from allocator.solving.process import SolverProcess

_WHOLE = 1e-4
"""How far from a whole step a vertex may be by rounding in floating point."""

_LESS_THAN_A_STEP = 0.998
"""Room of such a share, less the tolerance that rows are checked with."""

_STEP_SHARES = ("payer_shares", "residents.least_share", "matching")
"""Kinds of rows whose bounds may be off by less than one step."""


def exact_money(
    formulation: Formulation, x: Floats, money_goals: Sequence[str], process: SolverProcess, seconds: float
) -> Floats | None:
    """Whole payments for the choices in ``x``.

    Parameters
    ----------
    x: a plan; its whole columns are rounded and kept, its money is forgotten.
    money_goals: goals in money, most important first.
    process: a linear-programming solver; its loaded problem is replaced.

    Returns
    -------
    All columns, exact whole numbers, or None when no whole money exists for these choices.
    """
    f = formulation
    fixed = np.where(f.integer, np.round(x), 0.0)
    reduced, columns, rounded = _reduced(f, fixed)
    objective = _weights(f, money_goals)[columns]
    process.load(reduced)
    answer = process.solve(Request(objective, maximise=False, relax=True, time_limit_s=max(seconds, 1.0)))
    money = _whole(answer, reduced)
    if money is None:
        whole = _in_steps(reduced, rounded)
        process.load(whole)
        gap = 1e-6
        answer = process.solve(Request(objective, maximise=False, time_limit_s=max(seconds, 5.0), gap=gap))
        money = _whole(answer, whole)
    if money is None:
        return None
    result = fixed
    result[columns] = money
    return result


def _reduced(f: Formulation, fixed: Floats) -> tuple[Problem, np.ndarray, Floats]:
    """The problem in its money columns alone, bounds rounded to whole steps; these columns; by how much they were."""
    columns = np.flatnonzero(f.money)
    spent = f.matrix @ fixed
    matrix = f.matrix[:, columns]
    used = np.flatnonzero(np.diff(matrix.indptr) > 0)
    low, high = f.row_lower[used] - spent[used], f.row_upper[used] - spent[used]
    shares = np.concatenate([np.full(len(b), b.kind.startswith(_STEP_SHARES)) for b in f.blocks_of_rows])[used]
    matrix = matrix[used]
    # Shares hold within one step; all other bounds are whole already, but for rounding in floating point.
    least, most = low, high
    low = np.where(shares, np.floor(low + 1e-6), np.round(low, 6))
    high = np.where(shares, np.ceil(high - 1e-6), np.round(high, 6))
    with np.errstate(invalid="ignore"):  # a bound that is not there is not rounded
        rounded = np.fmax(np.fmax(least - low, high - most), 0.0)
    ones = np.ones(len(columns))
    whole = np.zeros(len(columns), dtype=bool)
    problem = Problem(matrix, low, high, f.lower[columns], f.upper[columns], whole, ones, np.ones(len(used)))
    return problem, columns, rounded


def _in_steps(reduced: Problem, rounded: Floats) -> Problem:
    """The same in whole columns; a share of a sum that is itself to be found may be off by less than one step, too.

    Its bounds have been rounded outwards by up to ``rounded`` already; that counts.
    """
    fractional = reduced.matrix.copy()
    fractional.data = (np.abs(fractional.data - np.round(fractional.data)) > _WHOLE).astype(float)
    room = np.where(np.asarray(fractional.sum(axis=1)).ravel() > 0, np.maximum(_LESS_THAN_A_STEP - rounded, 0.0), 0.0)
    return replace(
        reduced,
        row_lower=reduced.row_lower - room,
        row_upper=reduced.row_upper + room,
        integer=np.ones(len(reduced.lower), dtype=bool),
    )


def _weights(f: Formulation, money_goals: Sequence[str]) -> Floats:
    """Money goals in their order, then sources in their declared order."""
    order = {name: rank for rank, name in enumerate([*f.index.case.policy.sources, SHORTFALL])}
    pay = f.columns["pay"]
    weights = np.zeros(f.columns.count)
    weights[pay["col"].to_numpy()] = pay["source"].map(order).to_numpy(float)
    # money moves between projects, or is found beyond limits, only where it must
    weights[f.columns["reallocated"]["col"].to_numpy()] = 1.0
    weights[f.columns["topup"]["col"].to_numpy()] = 1.0
    weights[f.columns["excess"]["col"].to_numpy()] = float(len(order))
    scale = float(len(order) + 1)
    for goal in reversed(money_goals):
        scale *= 1000.0
        weights += scale * f.goals[goal].coefficients * f.money
    return weights


def _whole(answer: Answer | None, problem: Problem) -> Floats | None:
    """Money of an answer as whole numbers, when it is whole and keeps every row."""
    if answer is None or answer.x is None:
        return None
    money = np.round(answer.x)
    if np.abs(answer.x - money).max(initial=0.0) > _WHOLE:
        return None
    return money if keeps_rows(problem.matrix, problem.row_lower, problem.row_upper, money, 1e-3) else None


def keeps_rows(matrix: sparse.csr_matrix, lower: Floats, upper: Floats, x: Floats, tolerance: float) -> bool:
    """Whether all rows hold at ``x``."""
    value = matrix @ x
    return bool(np.all(value >= lower - tolerance) and np.all(value <= upper + tolerance))
