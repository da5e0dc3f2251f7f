"""Changes by path in scenario files: what each operation does, exactly, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from allocator.errors import ScenarioError
from allocator.inputs.case import Case
from allocator.inputs.copying import copy_inputs
from allocator.inputs.load import load
from tests.inputs.test_changes import assert_same
from tests.worlds import SCENARIO, SHEETS, replaced, write_world


def changed(folder: Path, *changes: str, scenario: str = SCENARIO) -> Case:
    """The tiny world with these changes, one line of YAML each."""
    lines = "".join(f"  - {change}\n" for change in changes)
    return load(write_world(folder, scenario=f"{scenario}changes:\n{lines}"))


def refusal(folder: Path, change: str) -> str:
    """What is said about a change that cannot be made."""
    with pytest.raises(ScenarioError) as caught:
        changed(folder, change)
    assert len(caught.value.problems) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "amounts"),
    [
        ("{path: register.limits.amount, scale: 0.5}", [2500, 2000, 500]),
        ("{path: register.limits.amount, where: {certainty: 预计}, scale: 0.5}", [5000, 2000, 500]),
        ("{path: register.limits.amount, where: {certainty: [expected, 申报中]}, scale: 0.5}", [5000, 2000, 500]),
        ("{path: register.limits.amount, where: {place: 东县, year: 2026}, set: 12.345}", [5000, 1235, 1000]),
        ("{path: register.limits.amount, where: {年度: 合计}, add: 0.01}", [5000, 4000, 1001]),
        ("{path: register.limits.amount, where: {source: 县级配套}, add: -9.99}", [4001, 3001, 1]),
        ("{path: register.资金额度.额度, where: {文号: 东财〔2025〕1号}, set: 1}", [100, 4000, 1000]),
        ("{path: register.limits.amount, scale: 0.00125}", [6, 5, 1]),
    ],
)
def test_money_changes_by_whole_steps(tmp_path: Path, change: str, amounts: list[int]) -> None:
    """Rounded half up, exactly: 50.00 x 0.00125 is 0.0625, six steps; 10.00 x 0.00125 is 1.25 steps, one."""
    assert list(changed(tmp_path, change).register.limits["amount"]) == amounts


def test_halves_are_rounded_up_and_no_float_is_involved(tmp_path: Path) -> None:
    """12.05 x 1.1 is 13.255: as binary fractions it would be a little less and round down."""
    world = {"改造项": replaced(SHEETS["改造项"], ("60.00", "0.35"))}
    path = write_world(
        tmp_path, sheets=world, scenario=f"{SCENARIO}changes: [{{path: register.items.cost, scale: 1.1}}]"
    )
    assert dict(zip(load(path).register.items["item"], load(path).register.items["cost"], strict=True)) == {
        "K1": 1326, "K2": 39, "K3": 825,
    }  # fmt: skip


def test_components_share_the_changed_cost_of_their_item(tmp_path: Path) -> None:
    """5.00 and 2.50 become a third of 7.50: 2.50 in all, 1.67 and 0.83 by largest remainder."""
    case = changed(tmp_path, "{path: register.items.cost, where: {item: K3}, set: 2.5}")
    assert list(case.register.component_costs["cost"]) == [167, 83]
    case = changed(tmp_path, "{path: register.component_costs.cost, where: {component: private}, scale: 2}")
    assert list(case.register.items["cost"]) == [1205, 6000, 1000]


def test_other_columns_of_the_register_change_too(tmp_path: Path) -> None:
    """Years, counts, shares, choices, texts; blanks stay blank when they are added to."""
    case = changed(
        tmp_path,
        "{path: register.gates.year, where: {state: 承诺}, add: 1}",
        "{path: register.gates.evidence, where: {estate: E1}, set: 会议纪要}",
        "{path: register.estates.households, scale: 1.005}",
        "{path: register.estates.points, add: 0.5}",
        "{path: register.estates.hazard, where: {hazard: true}, set: false}",
        "{path: register.pledges.participation, add: 0.05}",
        "{path: register.pledges.certainty, set: 申报中}",
        "{path: register.limits.minimum_use, where: {year: 2025}, set: 1}",
        "{path: register.estates.built_year, add: -1}",
    )
    register = case.register
    assert list(register.gates["year"]) == [2024, 2027]
    assert list(register.gates["evidence"]) == ["会议纪要", ""]
    assert list(register.estates["households"]) == [101, 60]  # 100.5 and 60.3
    assert list(register.estates["points"]) == [None, Decimal("13.0")]
    assert not register.estates["hazard"].any()
    assert list(register.pledges[["participation", "certainty"]].iloc[0]) == [Decimal("0.90"), "applied"]
    assert list(register.estates["built_year"]) == [1984, 1989]
    assert list(register.limits["minimum_use"].fillna(0)) == [100, 0, 0]


def test_removed_rows_take_what_needs_them_along(tmp_path: Path) -> None:
    """An estate goes with its items and their components, its gates and pledges."""
    case = changed(tmp_path, "{path: register.estates, where: {estate: E2}, remove: true}")
    register = case.register
    assert (
        list(register.estates["estate"])
        == list(register.gates["estate"])
        == list(register.projects["project"])
        == ["E1"]
    )
    assert list(register.items["item"]) == ["K1", "K2"]
    assert register.component_costs.empty
    case = changed(tmp_path, "{path: register.items, where: {item: K1}, remove: true}")
    assert list(case.register.items["requires"]) == [(), ()]


def test_values_of_scenario_and_policy_change(tmp_path: Path) -> None:
    """Set, scaled, added to, taken away; a value that no file states may be set."""
    case = changed(
        tmp_path,
        "{path: options.fairness, set: 0.5}",
        "{path: horizon.first, add: 1}",
        "{path: counties, add: 南县}",
        "{path: policy.scoring.hazard_factor.value, scale: 1.5}",
        "{path: policy.classes.basic.weight.0.value, add: 0.25}",
        "{path: policy.works.lift.label.en, remove: true}",
        "{path: policy.payers, add: {market: {label: {zh: 社会资本}}}}",
        "{rule_off: bundles}",
        "{rule_off: tasks}",
    )
    scenario, policy = case.scenario, case.policy
    assert (scenario.options.fairness, scenario.horizon.first) == (Decimal("0.5"), 2026)
    assert scenario.counties == ("东县", "西县", "南县")
    assert policy.scoring.hazard_factor.value == 3
    assert policy.classes["basic"].weight[0].value == Decimal("4.25")
    assert (policy.works["lift"].label.zh, policy.works["lift"].label.en) == ("加装电梯", "")
    assert list(policy.payers) == ["government", "residents", "market"]
    assert scenario.options.rules_off == ("bundles", "tasks")


def test_changes_of_a_chain_are_made_in_its_order(tmp_path: Path) -> None:
    """Base first; a value stated over a base counts instead of the base's change, and is then changed itself."""
    write_world(tmp_path, scenario=f"{SCENARIO}options: {{fairness: 0.2}}\nchanges:\n"
                "  - {path: options.fairness, scale: 2}\n  - {path: register.limits.amount, scale: 0.5}\n")  # fmt: skip
    over = tmp_path / "over.yaml"
    over.write_text("extends: scenario.yaml\nchanges: [{path: register.limits.amount, add: 1}]\n", encoding="utf-8")
    assert load(over).scenario.options.fairness == Decimal("0.4")
    assert list(load(over).register.limits["amount"]) == [2600, 2100, 600]
    over.write_text(
        "extends: scenario.yaml\noptions: {fairness: 0.1}\nchanges: [{path: options.fairness, add: 0.05}]\n",
        encoding="utf-8",
    )
    assert load(over).scenario.options.fairness == Decimal("0.15")
    assert load(over, {"options.fairness": 0.7}).scenario.options.fairness == Decimal("0.7")


def test_copies_of_a_changed_scenario_load_to_the_same_case(tmp_path: Path) -> None:
    """Changes in the file, and changes given by the caller on top of them."""
    change = "{path: register.limits.amount, scale: 0.5}"
    path = write_world(tmp_path / "original", scenario=f"{SCENARIO}changes: [{change}]\n")
    more = {"changes": [{"path": "register.limits.amount", "scale": 0.1}], "options.fairness": 0.5}
    for given in ({}, more):
        case = load(path, given)
        assert_same(load(copy_inputs(case, tmp_path / f"copy-{len(given)}")), case)
    assert list(load(path, more).register.limits["amount"]) == [250, 200, 50]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("{path: register.limts.amount, scale: 2}", "the register has no sheet 'limts'\n    -> did you mean 'limits'?"),
        ("{path: register.limits.amont, scale: 2}", "the sheet has no column 'amont'\n    -> did you mean 'amount'?"),
        ("{path: register.limits.amount, where: {yaer: 2025}, scale: 2}", "the sheet has no column 'yaer'"),
        ("{path: register.limits.amount, where: {source: budget}, set: 1}", "the column 资金来源 has no 'budget'"),
        ("{path: register.limits.amount, where: {certainty: 已下}, set: 1}", "did you mean '已下达'?"),
        ("{path: register.limits.amount, where: {year: 2031}, set: 1}", "the change touches no row"),
        ("{path: register.limits.minimum_use, scale: 2}", "the change touches no row"),
        ("{path: register.limits.amount, add: -60}", "50.00 would become -10.00"),
        ("{path: register.limits.certainty, scale: 2}", "scale does not go with the column 落实程度"),
        ("{path: register.limits.year, scale: 2}", "a year cannot be scaled"),
        ("{path: register.limits.amount, set: 一百}", "'一百' is not a number"),
        ("{path: register.limits.amount, set: null}", "the column may not be blank"),
        ("{path: register.limits.amount, remove: true}", "remove takes away whole rows"),
        ("{path: register.limits, set: 1}", "register.limits names a sheet without a column"),
        ("{path: register.items.unit_cost, scale: 1.1}", "change register.items.cost"),
        ("{path: register.estates.estate, set: E9}", "the column names its rows"),
        ("{path: register.projects, remove: true}", "rows of this sheet belong to estates"),
        ("{path: register.gates.gate, set: survey}", "the column names its rows"),
        ("{path: options.fairnes, set: 0.5}", "did you mean 'fairness'?"),
        ("{path: options.fairness, scale: 2}", "the files state no 'options'"),
        ("{path: policy.sourcs.pledge.usable_years, set: 2}", "no 'sourcs'\n    -> did you mean 'sources'?"),
        ("{path: policy.sources.pldge.usable_years, set: 2}", "states no 'pldge'\n    -> did you mean 'pledge'?"),
        ("{path: policy.rules.public.values.3, remove: true}", "the list has 1 values, no position '3'"),
        ("{path: id, scale: 2}", "id is 'tiny': this cannot be done to it"),
        ("{path: policy_model, set: other}", "policy_model cannot be changed as a whole"),
        ("{path: options.fairness, where: {a: 1}, set: 1}", "where chooses rows of the register only"),
        ("{path: options.fairness, set: 1, scale: 2}", "the change has these operations: set, scale"),
        ("{path: options.fairness}", "the change has these operations: none"),
        ("{set: 1}", "the change has no path"),
        ("{rule_off: bundels}", "there is no family of rules 'bundels'\n    -> did you mean 'bundles'?"),
        ("{rule_off: bundles, path: id}", "rule_off takes neither path nor where"),
        ("{pth: id, set: 1}", "unknown key\n    -> did you mean 'path'?"),
        ("{path: register.limits.amount, scale: -1}", "must be at least 0"),
    ],
)  # fmt: skip
def test_what_changes_nothing_or_cannot_be_is_refused(tmp_path: Path, change: str, text: str) -> None:
    """With the file, the change, and the nearest name."""
    said = refusal(tmp_path, change)
    assert text in said
    assert "scenario.yaml:10" in said


def test_checks_see_the_changed_register(tmp_path: Path) -> None:
    """Bills that no longer fit the changed limit are found."""
    bills = "项目编号,县(市、区),资金来源,年度,应付金额(万元)\nR1,东县,县级配套,2025,30\n"
    text = f"{SCENARIO}changes: [{{path: register.limits.amount, where: {{year: 2025}}, scale: 0.5}}]\n"
    with pytest.raises(ScenarioError, match=r"bills of 30\.00 万元 fall due in 2025"):
        load(write_world(tmp_path, scenario=text, sheets={"在建项目": bills}))
