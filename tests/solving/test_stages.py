"""Goals one after another: order, tolerances, statuses and gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from allocator.errors import InfeasibleError, NoPlanError
from allocator.formulation.build import formulate
from allocator.formulation.goals import Objective
from allocator.solving.base import Answer, Floats, Status, gap_of
from allocator.solving.driver import search_plan
from allocator.solving.stages import Search, Stage, run_stages, trivial_bound
from tests.builders import make_case
from tests.oracle.worked import WORKED
from tests.solved import broken_rows, formulated, new_search, solved, starts_of

HAZARD_OR_POINTS = WORKED["goals_hazards_before_points"].parts
"""Money for one of two: a has a hazard (10 households, 200 points), b has 300 points."""


@pytest.mark.parametrize(
    ("goals", "expected"),
    [
        (["hazards", "points"], "a"),
        (["points", "hazards"], "b"),
        ([{"id": "hazards", "abs": 9}, "points"], "a"),
        ([{"id": "hazards", "abs": 10}, "points"], "b"),  # all ten households may be given up
        ([{"id": "hazards", "rel": 0.9}, "points"], "a"),
        ([{"id": "hazards", "rel": 1}, "points"], "b"),
        ([{"id": "hazards", "rel": 1, "abs": 3}, "points"], "b"),  # the greater of both counts
    ],
)
def test_earlier_goals_give_up_no_more_than_they_allow(goals: list[Any], expected: str) -> None:
    """A later goal is pursued within what earlier ones tolerate."""
    plan = solved(formulate(make_case(**HAZARD_OR_POINTS, goals=goals)))
    assert plan is not None
    assert plan.starts == {expected: 2025}


GOALS = make_case(estates=[{"estate": "a"}], goals=["points", "tie_break"]).scenario.goals
POINTS = GOALS[:1]
NAME = "capacity_of_starts"
"""Two estates of 100 points, one may start: the best plan has 100, column bounds allow 200."""


def best() -> Floats:
    """Columns of the best plan."""
    plan = solved(formulated(NAME))
    assert plan is not None
    return plan.x


def answering(*answers: Answer | None) -> Callable[[Search, Objective, float], Answer | None]:
    """An improver that gives these answers one after another."""
    left = list(answers)
    return lambda search, objective, seconds: left.pop(0)


def answer(x: Floats | None, bound: float, status: Status = Status.OPTIMAL) -> Answer:
    """An answer of a solver for the goal ``points``."""
    value = float("nan") if x is None else formulated(NAME).goals["points"].value(x)
    return Answer(status, x, value, bound, None, 0.0)


@pytest.mark.parametrize(
    ("bound", "status", "gap"),
    [
        (100.0, Status.OPTIMAL, 0.0),
        (105.0, Status.GAP_REACHED, 0.05),  # a solver says optimal when it reached the gap
        (110.0, Status.GAP_REACHED, 0.1),
        (150.0, Status.TIME_LIMIT, 0.5),
        (float("inf"), Status.TIME_LIMIT, 1.0),  # the bound is that of the columns
        (99.0, Status.OPTIMAL, 0.0),  # a bound below the plan is a bound at the plan
    ],
)
def test_status_and_gap_of_a_stage(bound: float, status: Status, gap: float) -> None:
    """Status follows the gap, whatever the solver calls it; the clock is blamed only when it was the reason."""
    search = new_search(formulated(NAME))
    search.gap = 0.1
    run_stages(search, POINTS, answering(answer(best(), bound)))
    stage = search.stages[0]
    assert (stage.id, stage.status, stage.value, stage.gap) == ("points", status, 100.0, pytest.approx(gap))
    assert search.clock_ended == (status is Status.TIME_LIMIT)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"), [(100, 110, 0.1), (110, 100, 1 / 11), (0, 3, 3), (-50, -40, 0.2), (0.5, 1, 0.5)]
)
def test_gap(objective: float, bound: float, gap: float) -> None:
    """|bound - objective| / max(|objective|, 1)."""
    assert gap_of(objective, bound) == pytest.approx(gap)
    assert Stage("points", Status.TIME_LIMIT, objective, bound, 0.0).gap == pytest.approx(gap)


def test_bound_of_the_columns() -> None:
    """Both estates at most for a goal to be large, none for one to be small."""
    search = new_search(formulated(NAME))
    goals = search.formulation.goals
    assert (trivial_bound(search, goals["points"]), trivial_bound(search, goals["shortfall"])) == (200.0, 0.0)


def test_a_goal_at_its_bound_needs_no_solver() -> None:
    """A plan without shortfall cannot have less."""
    search = new_search(formulated(NAME))
    search.incumbent = best()
    goals = make_case(estates=[{"estate": "a"}], goals=["shortfall"]).scenario.goals
    run_stages(search, goals, answering())
    assert [(s.status, s.value, s.bound) for s in search.stages] == [(Status.OPTIMAL, 0.0, 0.0)]


def test_a_worse_answer_does_not_replace_the_plan() -> None:
    """A solver that loses its hint costs nothing."""
    search, x = new_search(formulated(NAME)), best()
    search.incumbent = x
    run_stages(search, POINTS, answering(answer(0 * x, 200.0, Status.TIME_LIMIT)))
    assert (search.stages[0].value, search.incumbent is x) == (100.0, True)


def test_no_answer_keeps_the_plan_and_the_bound_of_the_columns() -> None:
    """A stage whose solver overran ends with the plan before it."""
    search = new_search(formulated(NAME))
    search.incumbent = best()
    run_stages(search, POINTS, answering(None))
    stage = search.stages[0]
    assert (stage.status, stage.value, stage.bound) == (Status.TIME_LIMIT, 100.0, 200.0)


def test_a_stopped_search_ends_its_stages_at_once() -> None:
    """After Ctrl-C no stage asks a solver; every goal still tells its value."""
    search = new_search(formulated(NAME))
    search.incumbent, search.clock.stopped = best(), True
    run_stages(search, GOALS, answering())
    assert [(s.id, s.status) for s in search.stages] == [
        ("points", Status.TIME_LIMIT),
        ("tie_break", Status.TIME_LIMIT),
    ]


def test_the_first_stage_may_take_all_the_time_until_there_is_a_plan() -> None:
    """A first stage that ran out of its share of the clock is asked again; then the time is over."""
    search = new_search(formulated(NAME))
    run_stages(search, POINTS, answering(None, answer(best(), 100.0)))
    assert search.stages[0].status is Status.OPTIMAL
    nothing = answer(None, float("inf"), Status.NO_PLAN)
    with pytest.raises(NoPlanError):
        run_stages(new_search(formulated(NAME)), POINTS, answering(nothing, nothing))


def test_a_wrong_verdict_of_infeasible_is_corrected() -> None:
    """The second solver finds the plan that the first says does not exist."""
    search = new_search(formulated(NAME))
    run_stages(search, POINTS, answering(answer(None, float("inf"), Status.INFEASIBLE)))
    assert search.incumbent is not None
    assert (search.stages[0].value, broken_rows(search.formulation, search.incumbent)) == (100.0, [])


def test_two_solvers_agree_that_there_is_no_plan() -> None:
    """Only then it is told."""
    search = new_search(formulated("once_lock_must_without_money"))
    with pytest.raises(InfeasibleError, match=r"\S"):
        search_plan(search, search.formulation.index.case.scenario.goals)


def test_cut_off_choices_are_not_chosen_again() -> None:
    """A cut on one plan gives the other: a is started instead of b."""
    f = formulated(NAME)
    x = best()
    first = starts_of(f, x)
    search = new_search(f)
    start = f.columns["start"]["col"].to_numpy()
    row = 0 * x
    row[start] = x[start].round()
    search.cuts.append((row, -float("inf"), row.sum() - 1.0))
    second = starts_of(f, search_plan(search, f.index.case.scenario.goals))
    assert sorted([*first, *second]) == ["a", "b"]
