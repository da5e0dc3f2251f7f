"""The solver boundary: what a problem is, what comes back, and how progress is told. No solver in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]


class Status(StrEnum):
    """Why solving stopped."""

    OPTIMAL = "optimal"
    """Proved: nothing better exists."""
    GAP_REACHED = "gap_reached"
    """The gap asked for was reached."""
    TIME_LIMIT = "time_limit"
    """The clock, or the user, ended the search; there is a plan."""
    INFEASIBLE = "infeasible"
    """No plan satisfies the rules."""
    NO_PLAN = "no_plan"
    """The clock ended the search before a plan was found."""


@dataclass(frozen=True)
class Problem:
    """``row_lower <= matrix x <= row_upper``, ``lower <= x <= upper``, some columns whole.

    ``scale`` divides money columns and money rows inside solvers, so that their tolerances fit; callers never see it.
    """

    matrix: sparse.csr_matrix
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]
    column_scale: Floats
    row_scale: Floats


@dataclass(frozen=True)
class Request:
    """One solve of a loaded problem.

    Attributes
    ----------
    objective, maximise: what to optimise.
    extra: rows on top of the problem's: matrix, lower, upper.
    lower, upper: column bounds in place of the problem's.
    relax: drop integrality.
    hint: a point to start from.
    """

    objective: Floats
    maximise: bool
    extra: tuple[sparse.csr_matrix, Floats, Floats] | None = None
    lower: Floats | None = None
    upper: Floats | None = None
    relax: bool = False
    hint: Floats | None = None
    time_limit_s: float = 60.0
    gap: float = 0.0
    node_limit: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class Answer:
    """What came back.

    ``x`` is None when nothing was found; ``bound`` may be infinite; ``prices`` are row duals of a relaxation.
    """

    status: Status
    x: Floats | None
    objective: float
    bound: float
    prices: Floats | None
    seconds: float

    @property
    def gap(self) -> float:
        """|bound - objective| / max(|objective|, 1)."""
        return gap_of(self.objective, self.bound) if self.x is not None else float("inf")

    def with_status(self, status: Status) -> Answer:
        """The same answer under another status."""
        return replace(self, status=status)


def keeps_rows(problem: Problem, request: Request, x: Floats) -> bool:
    """Whether ``x`` keeps all rows, bounds and integrality, up to what a solver's tolerances allow."""
    allowed = 1e-5 * np.maximum(1.0, problem.row_scale)
    value = problem.matrix @ x
    size = np.asarray(abs(problem.matrix) @ np.abs(x)) * 1e-7
    kept = np.all(value >= problem.row_lower - allowed - size) and np.all(value <= problem.row_upper + allowed + size)
    if request.extra is not None:
        matrix, low, high = request.extra
        beyond = 1e-5 + 1e-6 * np.asarray(abs(matrix) @ np.abs(x))
        value = matrix @ x
        kept = kept and np.all(value >= low - beyond) and np.all(value <= high + beyond)
    whole = problem.integer & (not request.relax)
    return bool(kept and np.all(np.abs(x - np.round(x))[whole] <= 1e-4))


def gap_of(objective: float, bound: float) -> float:
    """|bound - objective| / max(|objective|, 1)."""
    return abs(bound - objective) / max(abs(objective), 1.0)


@dataclass(frozen=True)
class Progress:
    """Where a search stands, for the live line."""

    phase: str
    incumbent: float | None
    bound: float | None
    gap: float | None
    elapsed: float


ProgressCallback = Callable[[Progress], None]


def scales(
    money_columns: npt.NDArray[np.bool_], money_rows: npt.NDArray[np.bool_], typical: float
) -> tuple[Floats, Floats]:
    """Powers of two that bring amounts of about ``typical`` steps near a hundred."""
    factor = 2.0 ** max(0, round(np.log2(max(typical, 1.0) / 128.0)))
    return np.where(money_columns, factor, 1.0), np.where(money_rows, factor, 1.0)
