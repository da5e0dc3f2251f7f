"""Fixed columns leave the problem before a solver sees it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.solving.base import Answer, Problem, Request

_CLOSE = 1e-4
"""By how much, in the unit that solvers see, fixed columns may miss a row of theirs alone."""


class Reduction:
    """A problem and request without the columns that the request fixes; prices are not kept."""

    def __init__(self, problem: Problem, request: Request) -> None:
        self.problem, self.request = problem, request
        self._free = None
        if request.lower is None or request.upper is None:
            return
        free = request.upper > request.lower
        fixed = np.where(free, 0.0, request.lower)
        spent = problem.matrix @ fixed
        matrix = problem.matrix[:, free]
        # A row of fixed columns alone leaves too, unless they break it: then the solver must see that there is no plan.
        slack = _CLOSE * problem.row_scale
        broken = (spent < problem.row_lower - slack) | (spent > problem.row_upper + slack)
        rows = np.flatnonzero((np.diff(matrix.indptr) > 0) | broken)
        self._free, self._fixed, self._objective = free, fixed, request.objective
        self.problem = Problem(
            matrix[rows], (problem.row_lower - spent)[rows], (problem.row_upper - spent)[rows], request.lower[free],
            request.upper[free], problem.integer[free], problem.column_scale[free], problem.row_scale[rows],
        )  # fmt: skip
        extra = request.extra
        if extra is not None:
            shift = extra[0] @ fixed
            extra = extra[0][:, free].tocsr(), extra[1] - shift, extra[2] - shift
        hint = None if request.hint is None else request.hint[free]
        self.request = replace(
            request, objective=request.objective[free], extra=extra, lower=None, upper=None, hint=hint
        )

    def restore(self, answer: Answer) -> Answer:
        """The answer in all columns."""
        if self._free is None:
            return answer
        constant = float(self._objective @ self._fixed)
        x = None
        if answer.x is not None:
            x = self._fixed.copy()
            x[self._free] = answer.x
        return replace(answer, x=x, objective=answer.objective + constant, bound=answer.bound + constant, prices=None)
