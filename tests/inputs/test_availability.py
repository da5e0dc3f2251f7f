"""Money that a plan may use: limits, pledges and sources of other certainties do not count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import ScenarioError
from allocator.formulation.build import formulate
from allocator.inputs.availability import restricted
from allocator.inputs.case import Case, Register
from allocator.inputs.copying import copy_inputs
from allocator.inputs.load import load
from tests.builders import make_case
from tests.inputs.test_changes import assert_same
from tests.solved import solved
from tests.worlds import SCENARIO, write_world

FIRM = ("issued", "arrived")


def limits_left(case: Case, first: int = 2025, last: int = 2026) -> list[int]:
    """Amounts of the limits, in the order of the register, when only firm money counts."""
    scenario = case.scenario.model_copy(update={"available": FIRM})
    return list(restricted(case.policy, vars(case.register), scenario, range(first, last + 1))[1]["limits"]["amount"])


def test_limits_and_pledges_of_other_certainties_are_nothing(tmp_path: Path) -> None:
    """The copy of the inputs loads to the same."""
    case = load(write_world(tmp_path / "world", scenario=f"{SCENARIO}available: [advance]\n"))
    assert list(case.register.limits["amount"]) == [0, 0, 0]
    assert list(case.register.pledges["amount"]) == [0]
    assert list(case.register.pledges["participation"].astype(str)) == ["0.85"]
    assert_same(load(copy_inputs(case, tmp_path / "copy")), case)
    case = load(write_world(tmp_path / "world", scenario=f"{SCENARIO}available: [issued]\n"))
    assert list(case.register.limits["amount"]) == [5000, 0, 0]
    assert list(case.register.pledges["amount"]) == [3000]


def test_an_unknown_certainty_is_refused(tmp_path: Path) -> None:
    """With the nearest one."""
    with pytest.raises(
        ScenarioError, match=r"available\[0\]: there is no certainty 'isued'\n    -> did you mean 'issued'"
    ):
        load(write_world(tmp_path, scenario=f"{SCENARIO}available: [isued]\n"))


@pytest.mark.parametrize(
    ("limits", "running", "carried", "left"),
    [
        ([(2025, 10, "expected")], [(2025, 4)], [], [4]),
        ([(2025, 10, "expected")], [(2025, 4)], [(2024, 3)], [1]),
        ([(2025, 10, "issued"), (2026, 10, "expected")], [(2026, 4)], [], [10, 0]),
        ([(2025, 3, "issued"), (2026, 10, "expected")], [(2025, 1), (2026, 4)], [], [3, 2]),
        ([(2025, 10, "issued"), (2026, 2, "issued"), (2026, 9, "applied")], [(2025, 9), (2026, 5)], [], [10, 2, 2]),
        ([(0, 10, "expected")], [(2025, 2), (2026, 3)], [], [5]),
        ([(0, 10, "expected"), (2025, 5, "issued")], [], [], [10, 5]),
    ],
)  # fmt: skip
def test_bills_of_running_projects_stay_payable(
    limits: list[Any], running: list[Any], carried: list[Any], left: list[int]
) -> None:
    """A limit keeps what bills need beyond available money still usable (two years); a total beside years is a cap."""
    case = make_case(
        estates=[{"estate": "a"}],
        horizon=(2025, 2026),
        policy={"sources": {"budget": {"usable_years": 2}}},
        limits=[{"year": year, "amount": amount, "certainty": certainty} for year, amount, certainty in limits],
        running=[{"project": f"r{year}", "year": year, "amount": amount} for year, amount in running],
        carried=[{"arrival_year": year, "amount": amount} for year, amount in carried],
    )
    assert limits_left(case) == left


def test_sources_without_a_row_pay_only_when_expected_money_is_available() -> None:
    """The owner's money knows no limit, and the grant grows with estates: neither is firm, so neither pays."""
    sources = {
        "owner": {"payer": "resident", "level": "private", "scope": "city", "limited": False},
        "grant": {"scope": "county", "payer": "government", "formula": {"per_estate": 5}},
        "trust": {"payer": "resident", "level": "private", "scope": "county", "limited": False, "firm": True},
    }
    case = make_case(estates=[{"estate": "a"}], policy={"sources": sources})
    scenario = case.scenario.model_copy(update={"available": FIRM})
    policy, frames = restricted(case.policy, vars(case.register), scenario, range(2025, 2026))
    assert {name: source.limited for name, source in policy.sources.items()} == {
        "budget": True, "pledge": True, "owner": True, "grant": True, "trust": False,
    }  # fmt: skip
    assert policy.sources["grant"].formula is None
    assert list(frames["limits"][["source", "place", "year", "amount"]].itertuples(index=False, name=None)) == [
        ("owner", "", 0, 0)
    ]
    with_expected = case.scenario.model_copy(update={"available": (*FIRM, "expected")})
    assert restricted(case.policy, vars(case.register), with_expected, range(2025, 2026))[0] == case.policy


def test_a_plan_with_firm_money_only_pays_with_it() -> None:
    """Of 10 only 4 are firm: the estate that costs 4 starts, the better one that costs 5 does not."""
    limits = [{"amount": 4, "certainty": "issued"}, {"amount": 6}]
    case = make_case(
        estates=[{"estate": "a", "households": 20}, {"estate": "b"}],
        items=[{"estate": "a", "cost": 5}, {"estate": "b", "cost": 4}],
        limits=limits,
        options={"shortfall": False},
    )
    firm = case.scenario.model_copy(update={"available": FIRM})
    policy, frames = restricted(case.policy, vars(case.register), firm, range(2025, 2026))
    plan = solved(formulate(replace(case, scenario=firm, policy=policy, register=Register(**frames))))
    assert plan is not None
    assert plan.starts == {"b": 2025}
