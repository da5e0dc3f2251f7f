"""The oracle gives the answers worked out by hand."""

from __future__ import annotations

import pytest

from tests.oracle.brute_force import best
from tests.oracle.worked import WORKED, Worked


@pytest.mark.parametrize("worked", WORKED.values(), ids=list(WORKED))
def test_oracle_gives_the_hand_worked_answer(worked: Worked) -> None:
    """Goal values, and the starts where only one plan is best."""
    oracle = best(worked.case())
    if worked.values is None or oracle is None:
        assert oracle is None
        assert worked.values is None
        return
    assert {goal: oracle.values[goal] for goal in worked.values} == pytest.approx(worked.values)
    if worked.starts is not None:
        assert oracle.chosen[0].starts == worked.starts
