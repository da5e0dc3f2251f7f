"""Every shipped scenario, solved for 45 s: its plan passes the audit, whose rows are the solver's."""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from allocator.inputs.shipped import shipped
from tests.stated import differences

SCENARIOS = sorted(str(path.relative_to(shipped("scenarios"))) for path in shipped("scenarios").glob("*/*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_plan_of_a_shipped_scenario_passes_its_audit(name: str) -> None:
    """Of every file, variants too; whatever the clock allows."""
    plan = allocator.solve(allocator.load(shipped("scenarios") / name), time_limit=45)
    audit: Any = plan.manifest["audit"]
    assert audit["findings"] == []
    assert audit["checks"] > 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_audit_derives_the_rows_of_a_shipped_scenario(name: str) -> None:
    """Every row, coefficient and bound."""
    assert differences(allocator.load(shipped("scenarios") / name)) == []
