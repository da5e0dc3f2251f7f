"""No start before the gates are met."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allocator.formulation.build import formulate
from allocator.plan.solve import solve
from tests.builders import make_case
from tests.solved import check_worked, solved

CASES = (
    "gates_promised_opens_next_year",
    "gates_too_few_take_part",
    "gates_built_too_late",
)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_plan(name: str, golden: Callable[[str], None]) -> None:
    """The rows are the golden ones, and the best plan is the one worked out by hand."""
    golden(name)
    check_worked(name)


def test_an_excused_project_starts_as_if_it_were_eligible_and_ready() -> None:
    """Without the excuse nothing may start (too new, gate unmet); with it only the project that has it, in any year."""
    world = {
        "estates": [{"estate": "new", "built_year": 2020}, {"estate": "late"}],
        "items": [{"estate": "new", "cost": 1}, {"estate": "late", "cost": 1}],
        "policy": {"gates": {"vote": {}}, "scope": {"built_until": 2000, "excluded_status": {}}},
        "gates": [
            {"estate": "new", "gate": "vote", "state": "met"},
            {"estate": "late", "gate": "vote", "state": "unmet"},
        ],
        "limits": [{"amount": 10}],
    }
    starts = []
    for excused in ((), ("new",), ("late",), ("new", "late")):
        plan = solved(formulate(make_case(**world, scenario={"excused": excused})))
        assert plan is not None
        starts.append(sorted(plan.starts))
    assert starts == [[], ["new"], ["late"], ["late", "new"]]
    assert solve(make_case(**world, scenario={"excused": ("new", "late")})).manifest["audit"]["failures"] == 0
