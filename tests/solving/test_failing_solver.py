"""A solver that fails: the plan there is stays, without one the failure is told."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from allocator.errors import SolverError
from allocator.formulation.build import formulate
from allocator.solving.process import SolverProcess
from allocator.solving.stages import Clock, Search, wait
from tests.builders import make_case
from tests.solved import silent


class Failing:
    """A process whose solver fails."""

    def poll(self, _wait_s: float = 0.0) -> Any:
        """Fail."""
        msg = "kError"
        raise SolverError(msg)


def test_a_failure_costs_the_answer_only_where_there_is_a_plan() -> None:
    """With a plan there is no answer; without one the failure is raised."""
    f = formulate(make_case(estates=[{"estate": "a"}], items=[{"estate": "a", "cost": 5}], limits=[{"amount": 5}]))
    search = Search(f, "highs", 0.0, 1, 1, Clock(5.0), silent)
    failing = cast("SolverProcess", Failing())
    with pytest.raises(SolverError):
        wait(search, failing, 1.0)
    search.incumbent = np.zeros(f.columns.count)
    assert wait(search, failing, 1.0) is None
