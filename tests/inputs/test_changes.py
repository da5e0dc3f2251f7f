"""Values laid over a scenario: bases, changes by path, and copies that load to the same case."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from allocator.errors import ScenarioError
from allocator.inputs.case import Case
from allocator.inputs.copying import copy_inputs
from allocator.inputs.load import load
from tests.worlds import POLICY, replaced, write_world

CHANGES = {
    "options.shortfall": False,
    "money.step": 0.001,
    "locks.E1": "must",
    "policy.rules.both.values.0.shares.residents.max": Decimal("0.5"),
    "policy.sources.county_budget.usable_years": 2,
}


def assert_same(found: Case, expected: Case) -> None:
    """Same scenario, policy model and register; the files may differ."""
    assert found.scenario == expected.scenario
    assert found.policy == expected.policy
    for key, frame in vars(expected.register).items():
        pd.testing.assert_frame_equal(getattr(found.register, key), frame, obj=key)


def test_changes_reach_scenario_policy_and_register(tmp_path: Path) -> None:
    """The step is 10 元 now, so amounts have more steps."""
    case = load(write_world(tmp_path), CHANGES)
    assert case.scenario.options.shortfall is False
    assert case.scenario.locks == {"E1": "must"}
    assert case.policy.rules["both"].values[0].shares["residents"].max == Decimal("0.5")
    assert case.policy.rules["both"].values[0].shares["government"].max == 1
    assert case.policy.sources["county_budget"].usable_years == 2
    assert list(case.register.items["cost"]) == [12050, 60000, 7500]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "options.shortfal",
            "changes: options.shortfal: options.shortfal: unknown key\n    -> did you mean 'shortfall'?",
        ),
        ("policy.rules.both.values.1", "the list has 1 values, no position '1' (they count from 0)"),
        ("id.x", "changes: id.x: id is a single value"),
    ],
)
def test_changes_to_nothing_are_refused(tmp_path: Path, path: str, text: str) -> None:
    """A change that changes nothing would be a wrong answer."""
    with pytest.raises(ScenarioError) as caught:
        load(write_world(tmp_path), {path: 1})
    assert text in str(caught.value)


def test_a_scenario_changes_the_one_it_extends(tmp_path: Path) -> None:
    """Mappings are merged, lists replaced; the base says where the register is, relative to itself."""
    write_world(tmp_path / "bases")
    path = tmp_path / "variant.yaml"
    text = "extends: bases/scenario.yaml\nhorizon: {last: 2025}\npolicy: {payers: {residents: {last_resort: true}}}\n"
    path.write_text(text, encoding="utf-8")
    case = load(path)
    assert (case.scenario.horizon.first, case.scenario.horizon.last) == (2025, 2025)
    assert case.policy.payers["residents"].last_resort
    assert case.policy.payers["residents"].label.zh == "居民"
    assert [name for name in case.files if not name.startswith("bases/register/")] == [
        "variant.yaml", "bases/scenario.yaml", "models/tiny/policy.yaml", "models/tiny/sources.yaml",
    ]  # fmt: skip


def test_faults_of_a_merged_scenario_name_the_file_they_stand_in(tmp_path: Path) -> None:
    """One in the base, one in the variant, one in the policy's changes."""
    base = write_world(tmp_path)
    base.write_text(base.read_text(encoding="utf-8") + "locks: {E1: 2099}\n", encoding="utf-8")
    path = tmp_path / "variant.yaml"
    text = "extends: scenario.yaml\nlocks: {E2: 2098}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert [problem.place for problem in caught.value.problems] == [
        "scenario.yaml:9: locks[E1]",
        "variant.yaml:2: locks[E2]",
    ]
    path.write_text(f"{text}policy: {{sources: {{pledge: {{payr: x}}}}}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"variant\.yaml:3: sources\[pledge\]\.payr: unknown key"):
        load(path)


def test_changes_may_name_another_register_and_policy_model(tmp_path: Path) -> None:
    """Relative to the scenario's folder, also when its base lies deeper and named others."""
    write_world(tmp_path / "bases")
    other = write_world(tmp_path, policy=replaced(POLICY, ("小政策", "另一政策"))).parent
    (other / "register").rename(other / "tables")
    path = tmp_path / "variant.yaml"
    path.write_text("extends: bases/scenario.yaml\npolicy_model: nowhere\n", encoding="utf-8")
    case = load(path, {"register": "tables", "policy_model": "tiny"})
    assert case.policy.label.zh == "另一政策"
    assert "tables/小区.csv" in case.files
    assert_same(load(copy_inputs(case, tmp_path / "copy")), case)


@pytest.mark.parametrize("changes", [{}, CHANGES])
def test_copied_inputs_load_to_the_same_case(tmp_path: Path, changes: dict[str, object]) -> None:
    """Also when copied from the copy."""
    case = load(write_world(tmp_path / "original"), changes)
    copy = load(copy_inputs(case, tmp_path / "copy"))
    assert_same(copy, case)
    assert copy.files == case.files
    again = load(copy_inputs(load(copy.path, {"options.fairness": 0.5}), tmp_path / "again"))
    assert_same(again, load(copy.path, {"options.fairness": 0.5}))


def test_files_that_changed_since_are_not_copied(tmp_path: Path) -> None:
    """A copy must be what was solved."""
    path = write_world(tmp_path / "original")
    case = load(path)
    path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"scenario\.yaml: the file has changed since it was read"):
        copy_inputs(case, tmp_path / "copy")
