"""Works, other fees and contingency: what may be left blank, what contradicts itself, and changes by path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from allocator.formulation.construction import SPLIT, construction_shares, split_costs
from allocator.inputs.load import load
from tests.builders import make_case
from tests.worlds import POLICY, SCENARIO, SOURCES, replaced, write_world

Refusal = Callable[..., str]

HEADINGS = "改造项编号,小区编号,改造内容,工程量,单价(元),造价(万元),工程费(万元),工程建设其他费(万元),预备费(万元)\n"

CITED = 'since: 2020-01-01, clause: "4", document: doc, basis: assumption'


def items(*rows: str) -> dict[str, str | bytes | None]:
    """The world's work items; no component costs, which would say what they cost."""
    return {"改造项": HEADINGS + "".join(f"{row}\n" for row in rows), "费用构成": None}


def told(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """Cost, works, other fees and contingency of every item; None where blank."""
    cells = frame[["cost", *SPLIT]].astype(object).where(frame[["cost", *SPLIT]].notna(), None)
    return list(cells.itertuples(index=False, name=None))


def test_three_parts_of_a_cost_are_the_cost(tmp_path: Path) -> None:
    """A blank cost is their sum; with a part blank it is quantity x unit cost, and the part stays blank."""
    sheets = items("K1,E1,roof,,,,8,1.5,0.5", "K2,E1,lift,2,30000,,5,,", "K3,E2,roof,,,7,,,")
    assert told(load(write_world(tmp_path, sheets=sheets)).register.items) == [
        (1000, 800, 150, 50), (600, 500, None, None), (700, None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("K1,E1,roof,,,9,8,1.5,0.5", "works, other fees and contingency come to 10.00, the cost is 9.00"),
        ("K1,E1,roof,,,9,,9.5,", "works, other fees and contingency come to 9.50, the cost is 9.00"),
        ("K1,E1,roof,1,80000,,6,,3", "works, other fees and contingency come to 9.00, the cost is 8.00"),
    ],
)
def test_parts_that_are_not_the_cost_are_refused(refusal: Refusal, row: str, finding: str) -> None:
    """The row, both sums, and what to do."""
    assert refusal(sheets={**items(row), "前置条件": None}) == (
        f"register/改造项.csv, row 2, 工程费(万元): {finding}\n    -> correct one of them, or leave the cost blank"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("{path: register.items.cost, scale: 1.1}", [(1100, 880, 165, 55), (660, 550, None, None)]),
        (
            "{path: register.items.works_cost, where: {item: K1}, add: 2}",
            [(1200, 1000, 150, 50), (600, 500, None, None)],
        ),
        ("{path: register.items.other_fees, set: 0.5}", [(900, 800, 50, 50), (600, 500, 50, None)]),
    ],
)
def test_changes_keep_costs_and_parts_in_agreement(
    tmp_path: Path, change: str, expected: list[tuple[object, ...]]
) -> None:
    """A cost changes its parts in proportion, a part changes the cost by as much."""
    sheets = items("K1,E1,roof,,,10,8,1.5,0.5", "K2,E1,lift,2,30000,,5,,")
    case = load(write_world(tmp_path, sheets=sheets, scenario=f"{SCENARIO}changes: [{change}]"))
    assert told(case.register.items) == expected


def test_what_is_blank_is_divided_as_usual() -> None:
    """Largest remainder over what is left; all of it to the first blank where nothing is usual."""
    case = make_case(
        estates=[{"estate": "a"}],
        items=[
            {"estate": "a", "item": "1", "cost": 101},
            {"estate": "a", "item": "2", "cost": 101, "works_cost": 41},
            {"estate": "a", "item": "3", "cost": 10, "works_cost": 7, "contingency": 1},
        ],
        policy={"cost_split": {"works": 0.8, "other": 0.15, "contingency": 0.05}},
    )
    items_, cost = case.register.items, case.register.items["cost"]
    assert split_costs(case, items_, cost).to_numpy().tolist() == [[81, 15, 5], [41, 45, 15], [7, 2, 1]]
    assert split_costs(case, items_, cost // 2).to_numpy().tolist() == [[40, 8, 2], [20, 22, 8], [4, 1, 0]]
    assert [str(share) for share in construction_shares(case)] == ["4/5", "41/101", "7/10"]
    bare = make_case(estates=[{"estate": "a"}], items=[{"estate": "a", "cost": 9, "works_cost": 4}])
    assert split_costs(bare, bare.register.items, bare.register.items["cost"]).to_numpy().tolist() == [[4, 5, 0]]


def test_shares_of_a_cost_sum_to_one(refusal: Refusal) -> None:
    """A split that leaves something out."""
    split = f"cost_split: [{{works: 0.8, other: 0.1, contingency: 0.05, {CITED}}}]\n"
    assert refusal(policy=POLICY + split) == (
        "models/tiny/policy.yaml:41: cost_split[0]: the shares sum to 0.95, not to 1\n"
        "    -> change the shares so that they sum to 1"
    )


def test_shares_by_region_need_regions(refusal: Refusal) -> None:
    """Every county must lie in a region that the share is stated for."""
    share = (
        "local: true\n    share: {of: construction, by_region: "
        f"{{中部: {{max: [{{value: 0.6, unit: share, {CITED}}}]}}}}}}"
    )
    found = refusal(
        sources=replaced(SOURCES, ("local: true", share)), scenario=f"{SCENARIO}regions: {{东县: 中部, 西县: 西部}}\n"
    )
    assert found == (
        "scenario.yaml:9: regions: 西县 lies in no region that the share of 'county_budget' is stated for\n"
        "    -> write regions: {西县: 中部}, or what region it is; or add that to by_region"
    )
