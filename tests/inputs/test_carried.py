"""Carried money of projects under way, and elastic limits: what is refused, where, and with which cure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.inputs.load import load
from tests.inputs.test_running import FIRST, HEAD
from tests.worlds import SCENARIO, write_world

Refusal = Callable[..., str]

TIED = "资金来源,县(市、区),项目编号,到位年度,结转金额\n"


def register(carried: str) -> dict[str, str]:
    """A project under way in 东县 and one row of carried money."""
    return {"在建项目": HEAD + FIRST, "结转资金": TIED + carried}


def test_money_of_a_project_is_read(tmp_path: Path) -> None:
    """The same source, place and year twice: once for the project, once for any."""
    rows = "县级配套,东县,R1,2024,2\n县级配套,东县,,2024,3\n"
    case = load(write_world(tmp_path, sheets=register(rows)))
    told = case.register.carried[["source", "place", "project", "arrival_year", "amount"]]
    assert told.to_numpy().tolist() == [
        ["county_budget", "东县", "", 2024, 3_00],
        ["county_budget", "东县", "R1", 2024, 2_00],
    ]


FAULTS = {
    "a project that is not under way": (
        "县级配套,东县,R2,2024,5\n", "the project 'R2' is not under way\n    -> did you mean 'R1'?",
    ),
    "no project by such a name": (
        "县级配套,东县,新区广场,2024,5\n",
        "the project '新区广场' is not under way\n"
        "    -> add its bills to 在建项目, or leave the cell blank: the money is then free for any project",
    ),
    "a project of another county": (
        "县级配套,西县,R1,2024,5\n",
        "the project lies in another county than the money\n    -> correct the place or the project",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_says_where_and_what(refusal: Refusal, fault: str) -> None:
    """The whole place, finding and cure."""
    row, text = FAULTS[fault]
    assert f"register/结转资金.csv, row 2, 项目编号: {text}" in refusal(sheets=register(row))


def test_only_local_limits_are_elastic(refusal: Refusal) -> None:
    """A central grant cannot be exceeded, whatever the price; and no price is below a yuan."""
    text = refusal(scenario=SCENARIO + "options: {elastic_limits: {residents: 2}}\n")
    assert "options.elastic_limits[residents]: 'residents' is no local source with limits" in text
    text = refusal(scenario=SCENARIO + "options: {elastic_limits: {county_budget: 0.5}}\n")
    assert "options.elastic_limits[county_budget]" in text


def test_bills_may_exceed_an_elastic_limit(tmp_path: Path, refusal: Refusal) -> None:
    """A bill above the limit is refused, unless the money may be found beyond it."""
    rows = FIRST.replace(",2025,12\n", ",2025,900\n").replace(",40,36,", ",2000,1900,")
    sheets = {"在建项目": HEAD + rows, "结转资金": TIED + "县级配套,东县,,2024,5\n"}
    assert "bills of 900.00 万元 fall due in 2025" in refusal(sheets=sheets)
    scenario = SCENARIO + "options: {elastic_limits: {county_budget: 1.5}}\n"
    assert len(load(write_world(tmp_path / "elastic", scenario=scenario, sheets=sheets)).register.running) == 1
