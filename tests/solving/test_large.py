"""The search for large cases, on a small one: rows hold, Ctrl-C keeps the plan, the clock is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import allocator
from allocator.formulation.build import Formulation, formulate
from allocator.inputs.case import Case
from allocator.inputs.load import load
from allocator.inputs.synthetic import generate
from allocator.solving import driver
from allocator.solving.base import Floats, Progress
from allocator.solving.first_plan import first_plan
from allocator.solving.process import borrow, give_back
from allocator.solving.rounds import Rounds
from allocator.solving.stages import Clock, Search
from tests.solved import broken_rows, silent


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Sixty synthetic estates in three counties."""
    return load(generate(60, 3, 7, tmp_path_factory.mktemp("town"), register="csv"))


@pytest.fixture(scope="module")
def formulation(town: Case) -> Formulation:
    """The town's rows."""
    return formulate(town)


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbourhoods are searched whatever the size."""
    monkeypatch.setattr(driver, "LARGE", 10)


def searching(f: Formulation, seconds: float, progress: Callable[[Progress], None] = silent) -> Search:
    """A search with two processes."""
    return Search(f, "highs", 0.001, 1, 2, Clock(seconds), progress)


def first_plan_of(search: Search) -> Floats:
    """The plan a search starts from; there must be one."""
    process = borrow("highs")
    try:
        process.load(search.problem)
        first_plan(search, process)
    finally:
        give_back(process)
    assert search.incumbent is not None
    return search.incumbent


def test_neighbourhoods_give_a_plan_whose_rows_hold(formulation: Formulation) -> None:
    """Every row, bound and whole column; values never beyond their bounds; one stage per goal."""
    goals = formulation.index.case.scenario.goals
    search = searching(formulation, 6.0)
    x = driver.search_plan(search, goals)
    assert (search.method, broken_rows(formulation, x)) == ("neighbourhoods", [])
    assert [stage.id for stage in search.stages] == [goal.id for goal in goals]
    beyond = [
        (stage.bound - stage.value) * (1 if formulation.goals[stage.id].maximise else -1) < -1e-6
        for stage in search.stages
    ]
    assert not any(beyond)
    assert sum(x[formulation.columns["start"]["col"]]) > 0


def test_the_relaxation_bounds_plans_with_a_shortfall_too(formulation: Formulation) -> None:
    """Its prices hold for what an earlier goal leaves short: the more it may be, the higher the bound."""
    f, goals = formulation, {g.id: g for g in formulation.index.case.scenario.goals}
    primal, bounding = borrow("highs"), borrow("highs")
    try:
        bounds = []
        for short in (0.0, 5000.0):
            search = searching(f, 60.0)
            primal.load(search.problem)
            first_plan(search, primal)
            assert search.relaxed is not None
            for goal, value in (("tasks", 0.0), ("shortfall", short), ("hazards", search.relaxed.hazards)):
                search.keep(goals[goal], f.goals[goal], value)
            stage = Rounds(search, f.goals["points"], 10.0, primal, bounding)
            bounds.append(stage.bound)
            best = primal.solve(search.request(f.goals["points"], 30.0, relax=True))
            assert best is not None
            assert best.objective <= stage.bound
            assert stage.bound <= 1.2 * best.objective
    finally:
        give_back(primal)
        give_back(bounding)
    assert bounds == sorted(bounds)


def test_the_relaxed_hazards_bound_no_plan_that_breaks_a_task(formulation: Formulation) -> None:
    """A small breach is a share of its task, far below one, and still a breach."""
    f, goals = formulation, {g.id: g for g in formulation.index.case.scenario.goals}
    primal = borrow("highs")
    try:
        for breach, known in ((0.0, True), (0.05, False)):
            search = searching(f, 60.0)
            primal.load(search.problem)
            first_plan(search, primal)
            for goal, value in (("tasks", breach), ("shortfall", 0.0)):
                search.keep(goals[goal], f.goals[goal], value)
            assert np.isfinite(Rounds(search, f.goals["hazards"], 10.0, primal, primal).bound) == known
    finally:
        give_back(primal)


def test_a_stop_by_the_user_keeps_the_best_plan(formulation: Formulation) -> None:
    """Ctrl-C once there is a plan: the search ends soon, all stages are told, and the plan holds."""
    stopped_at: list[float] = []

    def interrupt(progress: Progress) -> None:
        if progress.incumbent is not None and not stopped_at:
            stopped_at.append(time.monotonic())
            raise KeyboardInterrupt

    search = searching(formulation, 60.0, interrupt)
    goals = formulation.index.case.scenario.goals
    x = driver.search_plan(search, goals)
    assert time.monotonic() - stopped_at[0] < 5.0
    assert search.clock.stopped
    assert {stage.id for stage in search.stages} == {goal.id for goal in goals}
    assert broken_rows(formulation, x) == []


def test_the_time_limit_holds(town: Case) -> None:
    """Within a tenth and two seconds, from the case to the audited plan."""
    began = time.monotonic()
    plan = allocator.solve(town, time_limit=6.0)
    assert time.monotonic() - began <= 6.0 * 1.1 + 2.0
    assert plan.manifest["audit"]["failures"] == 0  # type: ignore[index]


def test_a_stop_before_any_plan_is_told(formulation: Formulation, tmp_path: Path) -> None:
    """Nothing to keep: no plan."""

    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(allocator.NoPlanError):
        driver.search_plan(searching(formulation, 60.0, interrupt), formulation.index.case.scenario.goals)


def test_choices_that_the_rules_forbid_give_way_to_the_second(formulation: Formulation) -> None:
    """Every project started in every year cannot be; nothing started can, though it breaks tasks."""
    search = searching(formulation, 60.0)
    search.first = np.zeros(formulation.columns.count)
    search.first[formulation.columns["start"]["col"].to_numpy()] = 1.0
    search.second, search.first_is_plan = np.zeros(formulation.columns.count), True
    x = first_plan_of(search)
    assert broken_rows(formulation, x) == []
    assert not search.first_is_plan


def test_choices_that_can_be_are_kept_whole(formulation: Formulation, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a plan is there again, even where less of it would leave less short or break less."""
    known = first_plan_of(searching(formulation, 60.0))
    monkeypatch.setattr("allocator.solving.first_plan._solve_undecided", lambda *_: None)
    search = searching(formulation, 60.0)
    search.first, search.first_is_plan = known, True
    chosen = np.concatenate([formulation.columns[kind]["col"].to_numpy() for kind in ("start", "route", "do")])
    assert np.array_equal(np.round(first_plan_of(search)[chosen]), np.round(known[chosen]))
    assert search.first_is_plan


def test_of_choices_that_the_rules_forbid_together_some_are_left_out(
    formulation: Formulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is relaxed: a search that never gets further has a plan."""
    monkeypatch.setattr("allocator.solving.first_plan._solve_undecided", lambda *_: None)
    search = searching(formulation, 60.0)
    search.first = np.zeros(formulation.columns.count)
    for kind in ("start", "route", "do", "do_route"):
        search.first[formulation.columns[kind]["col"].to_numpy()] = 1.0
    x = first_plan_of(search)
    assert broken_rows(formulation, x) == []
    assert x[formulation.columns["start"]["col"].to_numpy()].sum() > 0
