"""Which old residential estates to renovate in which year, and who pays every yuan of it.

>>> import allocator
>>> plan = allocator.solve(allocator.load("scenarios/teaching/base.yaml"))  # doctest: +SKIP
>>> plan.status, plan.gap, plan.payments  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.errors import AllocatorError, InfeasibleError, NoPlanError, ScenarioError, SolverError
    from allocator.inputs.case import Case
    from allocator.inputs.load import load
    from allocator.plan.solve import Plan, solve

__version__ = "0.1.0"

_HOMES = {
    "load": "allocator.inputs.load",
    "solve": "allocator.plan.solve",
    "Case": "allocator.inputs.case",
    "Plan": "allocator.plan.solve",
    "AllocatorError": "allocator.errors",
    "ScenarioError": "allocator.errors",
    "InfeasibleError": "allocator.errors",
    "NoPlanError": "allocator.errors",
    "SolverError": "allocator.errors",
}

__all__ = [
    "AllocatorError",
    "Case",
    "InfeasibleError",
    "NoPlanError",
    "Plan",
    "ScenarioError",
    "SolverError",
    "__version__",
    "load",
    "solve",
]


# Public names are fetched on first use: every solver process imports this package, and would otherwise wait a second
# or more for pandas and the readers, which it never uses.
def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes are of any type
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
