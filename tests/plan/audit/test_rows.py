"""The audit's own rows and columns are those of the formulation, though nothing but the readers is shared.

A price of the proof stands under the name of its row: where a name, a coefficient or a bound differed, the proof would
lose strength without anybody noticing.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.builders import make_case
from tests.features import FEATURES
from tests.solved import ALL
from tests.stated import differences
from tests.strategies import small_cases


@pytest.mark.parametrize("name", ALL)
def test_rows_of_hand_worked_cases(name: str) -> None:
    """Every row, coefficient and bound."""
    assert differences(ALL[name].case()) == []


@pytest.mark.slow
@pytest.mark.parametrize("feature", FEATURES)
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_rows_of_random_cases(feature: str, data: st.DataObject) -> None:
    """The same, with rules in combinations nobody thought of."""
    assert differences(make_case(**data.draw(small_cases((feature,))))) == []
