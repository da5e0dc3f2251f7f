"""The hand-worked cases of this package mean what the oracle takes them to mean."""

from __future__ import annotations

import pytest

from tests.formulation.worked import MORE
from tests.formulation.worked_costs import COSTS
from tests.formulation.worked_money import MONEY
from tests.oracle.brute_force import best

OWN = {**MORE, **COSTS, **MONEY}


@pytest.mark.parametrize("name", OWN)
def test_oracle_gives_the_same_answer(name: str) -> None:
    """Brute force over unpooled money agrees with the answer worked out by hand."""
    expected, oracle = OWN[name].values, best(OWN[name].case())
    if expected is None or oracle is None:
        assert (expected, oracle) == (None, None)
    else:
        assert {goal: oracle.values[goal] for goal in expected} == pytest.approx(expected)
