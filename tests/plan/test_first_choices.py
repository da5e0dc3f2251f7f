"""A search may begin with a plan that is there: its choices are told by its tables."""

from __future__ import annotations

from typing import Any

import allocator
from allocator.cli.scenarios import find_scenario
from allocator.formulation.build import formulate
from allocator.plan.choices import read_choices
from allocator.plan.first_choices import choices_of


def test_choices_told_by_tables_are_those_of_the_plan() -> None:
    """Starts, routes, works and their years come back; bonds and bonuses are found anew."""
    case = allocator.load(find_scenario("teaching"))
    plan = allocator.solve(case)
    f = formulate(case)
    told = read_choices(f, choices_of(f, plan.tables))
    starts = told.starts.assign(project=told.starts["project"].map(f.index.projects["project_id"]))
    kept = plan.tables["projects"].sort_values("project", ignore_index=True)
    assert starts[["project", "year", "route"]].to_numpy().tolist() == (
        kept[["project", "start_year", "route"]].to_numpy().tolist()
    )
    works = told.works.assign(item=told.works["item"].map(f.index.items["item_id"])).sort_values("item")
    done = plan.tables["works"].query("year > 0").sort_values("item")
    assert works[["item", "year"]].to_numpy().tolist() == done[["item", "year"]].to_numpy().tolist()


def test_a_search_that_begins_with_the_best_plan_ends_with_it() -> None:
    """The same plan, and a key of its own: it was asked for in another way."""
    case = allocator.load(find_scenario("teaching"))
    plan = allocator.solve(case)
    again = allocator.solve(case, start=plan)
    assert again.objective == plan.objective
    assert again.tables["projects"].equals(plan.tables["projects"])
    assert again.manifest["key"] != plan.manifest["key"]


def test_a_larger_gap_asked_for_is_no_finding() -> None:
    """The caller's gap counts, not the scenario's; the manifest tells it."""
    plan = allocator.solve(allocator.load(find_scenario("teaching")), gap=0.5)
    assert plan.manifest["gap_asked"] == 0.5
    audit: Any = plan.manifest["audit"]
    assert audit["findings"] == []
