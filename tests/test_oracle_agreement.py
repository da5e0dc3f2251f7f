"""The program and brute force agree on every goal of small random cases, with HiGHS and with CBC.

Every case has one feature for certain and a few by chance. The oracle pays single parts, the program pools: so these
tests are also about pooling.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import allocator
from tests.builders import make_case
from tests.features import FEATURES
from tests.oracle.agreement import differences
from tests.oracle.brute_force import best
from tests.oracle.tool import goal_values
from tests.oracle.worked import WORKED, Worked
from tests.strategies import small_cases

SOLVERS = ("highs", "cbc")

CALM = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # shrinking costs minutes; a failing case is small and printed
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def oracle_values(parts: dict[str, Any]) -> dict[str, float] | None:
    """Goal values of brute force; None when there is no plan."""
    oracle = best(make_case(**parts))
    return None if oracle is None else oracle.values


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("worked", WORKED.values(), ids=list(WORKED))
def test_hand_worked_answers(worked: Worked, solver: str) -> None:
    """The program gives the answers that were worked out by hand."""
    found = goal_values(worked.case(), solver)
    if worked.values is None or found is None:
        assert found is worked.values
    else:
        assert {goal: found[goal] for goal in worked.values} == pytest.approx(worked.values, abs=1e-5)


@pytest.mark.parametrize("solver", ["highs", pytest.param("cbc", marks=pytest.mark.slow)])
@pytest.mark.parametrize("feature", FEATURES)
@settings(CALM, max_examples=2)
@given(data=st.data())
def test_random_cases_agree_with_brute_force(feature: str, solver: str, data: st.DataObject) -> None:
    """Every goal has the value of brute force, in lexicographic order; or both find no plan."""
    parts = data.draw(small_cases((feature,)))
    assert differences(oracle_values(parts), goal_values(make_case(**parts), solver)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("feature", FEATURES)
@settings(CALM, max_examples=15)
@given(data=st.data())
def test_whole_plans_agree_with_brute_force_and_pass_the_audit(feature: str, data: st.DataObject) -> None:
    """The same through ``allocator.solve``, tables and audit included."""
    parts = data.draw(small_cases((feature,)))
    expected = oracle_values(parts)
    try:
        plan = allocator.solve(make_case(**parts), gap=0.0)
    except (allocator.InfeasibleError, allocator.ScenarioError):  # the second names what a settled list asks in vain
        assert expected is None
        return
    goals: Any = plan.manifest["goals"]
    found = {"changes": 0.0} | {goal["id"]: goal["value"] for goal in goals}  # without an adopted plan nothing changes
    assert differences(expected, found) == {}
    audit: Any = plan.manifest["audit"]
    assert audit["findings"] == []
