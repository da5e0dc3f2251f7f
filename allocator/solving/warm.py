"""Relaxations that differ in bounds alone, each solved from the optimal basis of the first."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    result_pb2,
    sparse_containers_pb2,
)
from ortools.math_opt.core.python import solver as core

from allocator.errors import SolverError
from allocator.solving.base import Answer, Floats, Problem, Request, keeps_rows
from allocator.solving.mathopt import MathOptBackend

_PATIENCE = 3000
"""Pivots after which a solve from scratch is quicker: it may take fixed columns out first."""

_ENDED = (result_pb2.TERMINATION_REASON_OPTIMAL, result_pb2.TERMINATION_REASON_INFEASIBLE)


class WarmBackend(MathOptBackend):
    """Relaxations of one problem, one after another; HiGHS for the first, GLOP's dual simplex for those like it.

    A request is like the first when it has the same objective and the same extra rows: bounds of columns and of extra
    rows may differ, and leave the first basis dual feasible. Each begins at that basis, so that an answer does not
    depend on what was asked before. Where the pivots become many, or an answer misses a row, HiGHS solves from scratch.
    """

    keeps_fixed = True

    def __init__(self) -> None:
        super().__init__("highs")
        self._first: tuple[Problem, Request] | None = None
        self._basis: model_parameters_pb2.ModelSolveParametersProto | None = None

    def solve(self, problem: Problem, request: Request) -> Answer:
        """Run one request; every number in and out is unscaled.

        Raises
        ------
        SolverError
            When the request is no relaxation, or the solver fails.
        """
        if not request.relax:
            msg = "this solver keeps a basis between relaxations; it solves nothing else"
            raise SolverError(msg)
        began = time.monotonic()
        if not self._is_like_first(problem, request):
            self._first, self._basis = (problem, request), None
            return super().solve(problem, request)
        result = self._from_basis(request) if self._basis is not None else None
        if result is not None and result.termination.reason in _ENDED:
            answer = self._answer(result, request, time.monotonic() - began)
            if answer.x is None or keeps_rows(problem, request, answer.x):
                return answer
        left = request.time_limit_s - (time.monotonic() - began)
        return super().solve(problem, replace(request, time_limit_s=left))

    def _is_like_first(self, problem: Problem, request: Request) -> bool:
        if self._first is None or self._first[0] is not problem:
            return False
        first = self._first[1]
        if (first.extra is None) != (request.extra is None) or first.maximise != request.maximise:
            return False
        same = np.array_equal(first.objective, request.objective)
        if same and first.extra is not None and request.extra is not None:
            before, now = first.extra[0], request.extra[0]
            same = before.shape == now.shape and abs(before - now).nnz == 0
        return bool(same)

    def _run(
        self, model: model_pb2.ModelProto, parameters: parameters_pb2.SolveParametersProto, request: Request
    ) -> result_pb2.SolveResultProto:
        """Solve from scratch; the first optimal basis is kept."""
        result = super()._run(model, parameters, request)
        optimal = result.termination.reason == result_pb2.TERMINATION_REASON_OPTIMAL
        if self._basis is None and optimal and result.solutions[0].HasField("basis"):
            self._glop = core.new(parameters_pb2.SOLVER_TYPE_GLOP, model, parameters_pb2.SolverInitializerProto())
            self._basis = model_parameters_pb2.ModelSolveParametersProto()
            self._basis.initial_basis.CopyFrom(result.solutions[0].basis)
            self._sent = self._bounds(request)
        return result

    def _bounds(self, request: Request) -> list[Floats]:
        """Lower and upper bounds of columns, then of rows, in the unit that solvers see."""
        problem = self._problem
        rows = [problem.row_lower, problem.row_upper]
        if request.extra is not None:
            rows = [np.concatenate(pair) for pair in zip(rows, request.extra[1:], strict=True)]
        columns = [problem.lower if request.lower is None else request.lower,
                   problem.upper if request.upper is None else request.upper]  # fmt: skip
        return [*(bound / problem.column_scale for bound in columns), *(bound / self._row_sizes for bound in rows)]

    def _from_basis(self, request: Request) -> result_pb2.SolveResultProto | None:
        """Solve from the first basis; None when the solver stumbles."""
        bounds, update = self._bounds(request), model_update_pb2.ModelUpdateProto()
        columns, rows = update.variable_updates, update.linear_constraint_updates
        fields = (columns.lower_bounds, columns.upper_bounds, rows.lower_bounds, rows.upper_bounds)
        for field, before, now in zip(fields, self._sent, bounds, strict=True):
            _fill(field, before, now)
        parameters = parameters_pb2.SolveParametersProto(
            random_seed=request.seed, iteration_limit=_PATIENCE, presolve=parameters_pb2.EMPHASIS_OFF,
            lp_algorithm=parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX,
        )  # fmt: skip
        parameters.time_limit.FromTimedelta(timedelta(seconds=max(request.time_limit_s, 0.05)))
        try:
            self._glop.update(update)
            self._sent = bounds
            return self._glop.solve(
                parameters, self._basis, None, callback_pb2.CallbackRegistrationProto(), None, None
            )  # fmt: skip
        except Exception:
            self._basis = None
            return None


def _fill(field: sparse_containers_pb2.SparseDoubleVectorProto, before: Floats, now: Floats) -> None:
    """Write what differs into a field of an update."""
    changed = np.flatnonzero(before != now)
    field.ids.extend(changed)
    field.values.extend(now[changed])
