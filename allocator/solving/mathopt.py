"""HiGHS and SCIP through OR-Tools MathOpt: the only file that imports ortools for optimisation."""

from __future__ import annotations

import time
from datetime import timedelta

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, result_pb2
from ortools.math_opt.core.python import solver as core
from scipy import sparse

from allocator.errors import SolverError
from allocator.solving.base import Answer, Floats, Problem, Request, Status

_SOLVERS = {
    "highs": parameters_pb2.SOLVER_TYPE_HIGHS,
    "scip": parameters_pb2.SOLVER_TYPE_GSCIP,
    "glop": parameters_pb2.SOLVER_TYPE_GLOP,
}

_REASONS = {
    result_pb2.TERMINATION_REASON_OPTIMAL: Status.OPTIMAL,
    result_pb2.TERMINATION_REASON_FEASIBLE: Status.TIME_LIMIT,
    result_pb2.TERMINATION_REASON_IMPRECISE: Status.TIME_LIMIT,
    result_pb2.TERMINATION_REASON_INFEASIBLE: Status.INFEASIBLE,
    # Every column is bounded, so a problem that is not feasible is infeasible.
    result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED: Status.INFEASIBLE,
    result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND: Status.NO_PLAN,
}


class MathOptBackend:
    """Solves one problem after another."""

    keeps_fixed = False

    def __init__(self, name: str) -> None:
        self._solver = _SOLVERS[name]

    def solve(self, problem: Problem, request: Request) -> Answer:
        """Run one request; every number in and out is unscaled."""
        began = time.monotonic()
        self._problem = problem
        self._matrix = sparse.diags(1.0 / problem.row_scale) @ problem.matrix @ sparse.diags(problem.column_scale)
        model = self._model(request)
        parameters = parameters_pb2.SolveParametersProto(random_seed=request.seed)
        parameters.time_limit.FromTimedelta(timedelta(seconds=max(request.time_limit_s, 0.05)))
        if not request.relax and self._solver != _SOLVERS["glop"]:
            parameters.relative_gap_tolerance = request.gap
            parameters.absolute_gap_tolerance = 0.0 if request.gap == 0 else 1e-6
            if request.node_limit is not None:
                parameters.node_limit = request.node_limit
        result = self._run(model, parameters, request)
        return self._answer(result, request, time.monotonic() - began)

    def _run(
        self, model: model_pb2.ModelProto, parameters: parameters_pb2.SolveParametersProto, request: Request
    ) -> result_pb2.SolveResultProto:
        """Solve; a solver that stumbles over the hint (HiGHS does, now and then) is asked again without it."""
        failed: Exception | None = None
        for hints in (self._hints(request), model_parameters_pb2.ModelSolveParametersProto()):
            try:
                return core.solve(
                    model, self._solver, parameters_pb2.SolverInitializerProto(), parameters, hints,
                    None, callback_pb2.CallbackRegistrationProto(), None, None,
                )  # fmt: skip
            except Exception as error:
                failed = error
        msg = f"the solver refused the problem: {str(failed)[:300]}"
        raise SolverError(msg) from failed

    def _model(self, request: Request) -> model_pb2.ModelProto:
        problem, n = self._problem, len(self._problem.lower)
        matrix, row_lower, row_upper = (
            self._matrix,
            problem.row_lower / problem.row_scale,
            problem.row_upper / problem.row_scale,
        )
        self._row_sizes = problem.row_scale
        if request.extra is not None:
            extra, low, high = request.extra
            extra = (extra @ sparse.diags(problem.column_scale)).tocsr()
            size = np.maximum(abs(extra).max(axis=1).toarray().ravel() / 128.0, 1e-6)
            matrix = sparse.vstack([matrix, sparse.diags(1.0 / size) @ extra])
            row_lower, row_upper = np.concatenate([row_lower, low / size]), np.concatenate([row_upper, high / size])
            self._row_sizes = np.concatenate([self._row_sizes, size])
        matrix = matrix.tocsr()
        matrix.sort_indices()
        model = model_pb2.ModelProto()
        columns = np.arange(n)
        lower = problem.lower if request.lower is None else request.lower
        upper = problem.upper if request.upper is None else request.upper
        model.variables.ids.extend(columns)
        model.variables.lower_bounds.extend(lower / problem.column_scale)
        model.variables.upper_bounds.extend(upper / problem.column_scale)
        model.variables.integers.extend(np.zeros(n, bool) if request.relax else problem.integer)
        model.linear_constraints.ids.extend(np.arange(matrix.shape[0]))
        model.linear_constraints.lower_bounds.extend(row_lower)
        model.linear_constraints.upper_bounds.extend(row_upper)
        entries = model.linear_constraint_matrix
        entries.row_ids.extend(np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)))
        entries.column_ids.extend(matrix.indices)
        entries.coefficients.extend(matrix.data)
        objective = self._scaled_objective(request)
        used = np.flatnonzero(objective)
        model.objective.maximize = request.maximise
        model.objective.linear_coefficients.ids.extend(used)
        model.objective.linear_coefficients.values.extend(objective[used])
        return model

    def _scaled_objective(self, request: Request) -> Floats:
        scaled = request.objective * self._problem.column_scale
        self._objective_scale = max(1.0, float(np.abs(scaled).max(initial=0.0)) / 1e4)
        return np.asarray(scaled / self._objective_scale)

    def _hints(self, request: Request) -> model_parameters_pb2.ModelSolveParametersProto:
        hints = model_parameters_pb2.ModelSolveParametersProto()
        if request.hint is not None and not request.relax:
            problem = self._problem
            point = np.where(problem.integer, np.round(request.hint), request.hint)
            lower = problem.lower if request.lower is None else request.lower
            upper = problem.upper if request.upper is None else request.upper
            hint = hints.solution_hints.add()
            hint.variable_values.ids.extend(np.arange(len(point)))
            hint.variable_values.values.extend(np.clip(point, lower, upper) / problem.column_scale)
        return hints

    def _answer(self, result: result_pb2.SolveResultProto, request: Request, seconds: float) -> Answer:
        termination = result.termination
        status = _REASONS.get(termination.reason)
        if status is None:
            msg = f"the solver stopped without an answer: {termination.detail or termination.reason}"
            raise SolverError(msg)
        n, scale = len(self._problem.lower), self._objective_scale
        x, objective, prices = None, float("nan"), None
        bound = termination.objective_bounds.dual_bound * scale
        for solution in result.solutions:
            primal = solution.primal_solution
            if primal.feasibility_status != 2:
                continue
            x = np.zeros(n)
            x[list(primal.variable_values.ids)] = list(primal.variable_values.values)
            x *= self._problem.column_scale
            objective = float(request.objective @ x)
            if request.relax and solution.HasField("dual_solution"):
                duals = solution.dual_solution.dual_values
                prices = np.zeros(max(duals.ids, default=-1) + 1)
                prices[list(duals.ids)] = list(duals.values)
                prices = np.pad(prices, (0, len(self._row_sizes) - len(prices))) * scale / self._row_sizes
            break
        if x is None and status in (Status.OPTIMAL, Status.TIME_LIMIT):
            status = Status.NO_PLAN
        if request.relax and status is Status.OPTIMAL:
            bound = objective
        return Answer(status, x, objective, bound, prices, seconds)
