"""CBC, and any solver PuLP finds on the machine (Gurobi, COPT …): the only file that imports pulp."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pulp
from scipy import sparse

from allocator.errors import SolverError
from allocator.solving.base import Answer, Floats, Problem, Request, Status, keeps_rows

_NAMES = {"cbc": "PULP_CBC_CMD"}

_STATUS = {
    pulp.LpSolutionOptimal: Status.OPTIMAL,
    pulp.LpSolutionIntegerFeasible: Status.TIME_LIMIT,
    pulp.LpSolutionInfeasible: Status.INFEASIBLE,
    pulp.LpSolutionUnbounded: Status.INFEASIBLE,
    pulp.LpSolutionNoSolutionFound: Status.NO_PLAN,
}


class PulpBackend:
    """Solves one problem after another, building a PuLP problem for each."""

    keeps_fixed = False

    def __init__(self, name: str) -> None:
        self._name = _NAMES.get(name.lower(), name)
        usable = pulp.listSolvers(onlyAvailable=True)
        if self._name not in usable:
            msg = ", ".join(sorted({"cbc" if solver == _NAMES["cbc"] else solver for solver in usable}))
            raise LookupError(msg)

    def solve(self, problem: Problem, request: Request) -> Answer:
        """Run one request; every number in and out is unscaled."""
        began = time.monotonic()
        self._problem = problem
        self._matrix = (
            sparse.diags(1.0 / problem.row_scale) @ problem.matrix @ sparse.diags(problem.column_scale)
        ).tocsr()
        answer = self._run(request)
        if answer.x is not None and not keeps_rows(problem, request, answer.x) and self._name == _NAMES["cbc"]:
            # CBC 2.10 sometimes calls a plan optimal that its own preprocessing has broken.
            answer = self._run(request, ["preprocess off"])
        return replace(answer, seconds=time.monotonic() - began)

    def _run(self, request: Request, more: Sequence[str] = ()) -> Answer:
        model, columns = self._to_pulp(request)
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "solver.log"
            options: dict[str, object] = {"msg": False, "timeLimit": max(1, request.time_limit_s)}
            if not request.relax:
                options["gapRel"] = request.gap
            if self._name == _NAMES["cbc"]:
                options |= {"logPath": str(log), "options": list(more)}
            try:
                model.solve(pulp.getSolver(self._name, **options))
            except pulp.PulpSolverError as error:
                msg = f"the solver {self._name} failed: {error}"
                raise SolverError(msg) from error
            text = log.read_text(errors="replace") if log.exists() else ""
        return self._answer(model, columns, request, text)

    def _to_pulp(self, request: Request) -> tuple[pulp.LpProblem, list[pulp.LpVariable]]:
        data, scale = self._problem, self._problem.column_scale
        lower = (data.lower if request.lower is None else request.lower) / scale
        upper = (data.upper if request.upper is None else request.upper) / scale
        problem = pulp.LpProblem("allocator", pulp.LpMaximize if request.maximise else pulp.LpMinimize)
        whole = np.zeros(len(lower), bool) if request.relax else data.integer
        # Columns are x0, x1 …: PuLP rewrites '-' and ' ' to '_', so names from ids can collide.
        add = getattr(problem, "add_variable", None) or pulp.LpVariable
        columns = [
            add(f"x{j}", lowBound=low, upBound=high, cat=pulp.LpInteger if is_whole else pulp.LpContinuous)
            for j, (low, high, is_whole) in enumerate(zip(lower, upper, whole, strict=True))
        ]
        problem.setObjective(pulp.LpAffineExpression(self._terms(request.objective * scale, columns)))
        matrix, row_lower, row_upper = self._rows(request)
        for i in range(matrix.shape[0]):
            span = slice(matrix.indptr[i], matrix.indptr[i + 1])
            pairs = [(columns[j], v) for j, v in zip(matrix.indices[span], matrix.data[span], strict=True)]
            self._add_row(problem, pulp.LpAffineExpression(pairs), row_lower[i], row_upper[i])
        return problem, columns

    @staticmethod
    def _terms(coefficients: Floats, columns: list[pulp.LpVariable]) -> list[tuple[pulp.LpVariable, float]]:
        return [(columns[j], float(coefficients[j])) for j in np.flatnonzero(coefficients)]

    @staticmethod
    def _add_row(problem: pulp.LpProblem, left: pulp.LpAffineExpression, low: float, high: float) -> None:
        if low == high:
            problem.addConstraint(pulp.LpConstraint(left, pulp.LpConstraintEQ, rhs=low))
            return
        if np.isfinite(low):
            problem.addConstraint(pulp.LpConstraint(left, pulp.LpConstraintGE, rhs=low))
        if np.isfinite(high):
            problem.addConstraint(pulp.LpConstraint(left, pulp.LpConstraintLE, rhs=high))

    def _rows(self, request: Request) -> tuple[sparse.csr_matrix, Floats, Floats]:
        data = self._problem
        low, high = data.row_lower / data.row_scale, data.row_upper / data.row_scale
        if request.extra is None:
            return self._matrix, low, high
        extra, extra_low, extra_high = request.extra
        matrix = sparse.vstack([self._matrix, extra @ sparse.diags(data.column_scale)]).tocsr()
        return matrix, np.concatenate([low, extra_low]), np.concatenate([high, extra_high])

    def _answer(self, problem: pulp.LpProblem, columns: list[pulp.LpVariable], request: Request, log: str) -> Answer:
        status = _STATUS.get(problem.sol_status, Status.NO_PLAN)
        if problem.status == pulp.LpStatusInfeasible:
            # Infeasibility that preprocessing finds leaves `sol_status` at "no solution".
            status = Status.INFEASIBLE
        worst = float("inf") if request.maximise else float("-inf")
        if status not in (Status.OPTIMAL, Status.TIME_LIMIT):
            return Answer(status, None, float("nan"), worst, None, 0.0)
        x = np.array([column.value() or 0.0 for column in columns]) * self._problem.column_scale
        objective = float(request.objective @ x)
        bound = objective if status is Status.OPTIMAL and request.gap == 0 else worst
        # CBC prints its bound with the sign of minimisation.
        stated = re.findall(r"(?:Lower|Upper) bound:\s+([-+.\deE]+)", log)
        if stated:
            value = abs(float(stated[-1])) * (1 if objective >= 0 else -1)
            bound = value
        elif status is Status.OPTIMAL:
            bound = objective + (1 if request.maximise else -1) * request.gap * abs(objective)
        return Answer(status, x, objective, bound, None, 0.0)
