"""The next goal's bound, begun in the time of the present goal: a relaxation may need more than its own stage has."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from allocator.solving.base import Floats
from allocator.solving.process import SolverProcess
from allocator.solving.stages import Ahead, Search

_LONGER = 4.0
"""How many times as long as the first relaxation the next goal's may take: it has the row of one more goal."""

_GREATEST_SHARE = 0.3
"""Greatest share of a stage that its bounding process spends on the next goal."""


def seconds_ahead(search: Search, goal: str, stage_s: float) -> float:
    """Seconds at the end of a stage in which its bounding process may look at the next goal; 0 for never."""
    if goal != search.headline or not next_goal(search, goal):
        return 0.0
    return min(_LONGER * search.relaxation_s, _GREATEST_SHARE * stage_s)


def next_goal(search: Search, goal: str) -> str:
    """The goal after ``goal`` that still has time of its own, or ""."""
    ids = [g.id for g in search.goals]
    later = search.goals[ids.index(goal) + 1 :] if goal in ids else ()
    return next((str(g.id) for g in later[:1] if g.clock > 0), "")


def look_ahead(search: Search, goal: str, best: Floats, bounding: SolverProcess, seconds: float) -> None:
    """Begin to relax the goal after ``goal``, which is kept at what ``best`` has of it."""
    following = search.formulation.goals[next_goal(search, goal)]
    rows = _kept_rows(search, goal, best)
    bounding.begin(search.request(following, seconds, relax=True, hint=None, extra=rows))
    search.ahead = Ahead(following.id)


def _kept_rows(search: Search, goal: str, best: Floats) -> tuple[sparse.csr_matrix, Floats, Floats]:
    """Rows of the goals kept so far, and of ``goal`` at what ``best`` has of it less what later stages may give up."""
    objective = search.formulation.goals[goal]
    value = objective.value(best)
    slack = search.allowance(goal, value)
    own = (value - slack, np.inf) if objective.maximise else (-np.inf, value + slack)
    row = sparse.csr_matrix(objective.coefficients)
    earlier = search.extra_rows()
    if earlier is None:
        return row, np.array([own[0]]), np.array([own[1]])
    matrix, low, high = earlier
    return sparse.vstack([matrix, row], format="csr"), np.append(low, own[0]), np.append(high, own[1])
