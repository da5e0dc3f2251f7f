"""What the program answers to a small case, without the tables, the baseline and the audit of a whole plan."""

from __future__ import annotations

import numpy as np

from allocator.errors import InfeasibleError
from allocator.formulation.build import formulate
from allocator.inputs.case import Case
from allocator.plan.money import exact_money
from allocator.solving.driver import search_plan
from allocator.solving.process import borrow, give_back
from allocator.solving.stages import Clock, Search

SECONDS = 60.0
"""Clock of one search; small cases need a fraction of a second."""

CLOSE = 1e-5
"""By how much a row of a returned plan may be missed before its money is exact."""


def goal_values(case: Case, solver: str) -> dict[str, float] | None:
    """Goal values of the proven best plan, with exact money; None when the program says that there is no plan.

    Raises
    ------
    AssertionError
        When a stage is not proven, a row is broken, or the choice has no exact money.
    """
    formulation = formulate(case)
    search = Search(formulation, solver, 0.0, 1, 1, Clock(SECONDS), lambda progress: None)
    try:
        x = search_plan(search, case.scenario.goals)
    except InfeasibleError:
        return None
    stages = {stage.id: stage.status.value for stage in search.stages}
    assert stages == dict.fromkeys(stages, "optimal")
    activity = formulation.matrix @ x
    broken = (activity < formulation.row_lower - CLOSE) | (activity > formulation.row_upper + CLOSE)
    assert [formulation.row_names[row] for row in np.flatnonzero(broken)] == []
    money_goals = [goal.id for goal in case.scenario.goals if formulation.goals[goal.id].unit == "money"]
    process = borrow("highs")
    try:
        exact = exact_money(formulation, x, money_goals, process, SECONDS)
    finally:
        give_back(process)
    assert exact is not None, "no exact money for the best choice"
    return {
        goal.id: formulation.goals[goal.id].value(exact if goal.id in money_goals else x)
        for goal in case.scenario.goals
    }
