"""The adopted plan and listed years as inputs: where they come from, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from allocator.inputs.adopted import adopted_starts
from allocator.inputs.load import load
from tests.builders import make_case
from tests.worlds import SCENARIO, write_world

Refusal = Callable[..., str]

ADOPTED = "项目编号,开工年度,文号\nE1,2026,一上\nE2,,一上\n"


def test_the_sheet_says_what_was_adopted_and_the_scenario_has_the_last_word(tmp_path: Path) -> None:
    """A blank year means not in the plan; projects without a row are not in it either."""
    world = write_world(tmp_path, sheets={"既定方案": ADOPTED})
    assert adopted_starts(load(world)) == {"E1": 2026, "E2": 0}
    assert adopted_starts(load(world, {"adopted": {"E2": 2025}})) == {"E1": 2026, "E2": 2025}


def test_without_sheet_and_key_there_is_no_adopted_plan() -> None:
    """None is not the same as a plan that starts nothing."""
    assert adopted_starts(make_case(estates=[{"estate": "a"}])) is None
    assert adopted_starts(make_case(estates=[{"estate": "a"}], scenario={"adopted": {"a": 0}})) == {"a": 0}


def test_adopted_projects_that_are_none_are_refused(refusal: Refusal) -> None:
    """In the sheet with its row, in the scenario with its line; each with the nearest name."""
    sheet = "项目编号,开工年度\nE1,2025\nX7,2026\n"
    said = refusal(scenario=SCENARIO + "adopted: {E9: 2025}\n", sheets={"既定方案": sheet})
    assert "既定方案.csv, row 3, 项目编号: there is no project 'X7'" in said
    assert "adopted[E9]: there is no project 'E9'" in said


def test_a_stage_without_its_adopted_plan_is_refused(refusal: Refusal) -> None:
    """Nothing can be settled or planned again without a plan to start from."""
    said = refusal(scenario=SCENARIO + "stage: 定案\n")
    assert "stage: the stage 定案 starts from an adopted plan, and there is none" in said


def test_a_settled_list_must_fit_years_and_locks(refusal: Refusal) -> None:
    """A start outside the start years, and a lock that says otherwise."""
    said = refusal(scenario=SCENARIO + "stage: 定案\nlocks: {E2: never}\nadopted: {E1: 2031, E2: 2025}\n")
    assert "adopted[E1]: the year 2031 is no start year" in said
    assert "locks[E2]: the lock 'never' contradicts the settled list, which says 2025" in said


def test_estates_of_one_project_are_listed_together(refusal: Refusal) -> None:
    """A project starts as one, so it stands in the list of one year."""
    estates = "小区编号,县(市、区),项目编号,建成年份,户数(户),列入年度\nE1,东县,P,1985,100,2025\nE2,东县,P,1990,60,\n"
    said = refusal(sheets={"小区": estates})
    assert "the project 'P' has estates listed in different years, or not all of them listed" in said
