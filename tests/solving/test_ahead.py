"""The bound of the goal after the headline, begun in the headline's time."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.formulation.build import formulate
from allocator.inputs.load import load
from allocator.inputs.synthetic import generate
from allocator.solving import rounds
from allocator.solving.first_plan import first_plan
from allocator.solving.process import borrow, give_back
from allocator.solving.rounds import Rounds
from allocator.solving.stages import Clock, Search
from tests.solved import silent


def test_a_bound_begun_a_stage_early_holds_for_the_plan_the_stage_ends_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is never above the relaxation with the points as they came out, and close to it."""
    case = load(generate(60, 3, 7, tmp_path, register="csv"))
    f, goals = formulate(case), {g.id: g for g in case.scenario.goals}
    search = Search(f, "highs", 0.001, 1, 2, Clock(60.0), silent, goals=case.scenario.goals)
    monkeypatch.setattr(rounds, "seconds_ahead", lambda _search, goal, _seconds: 2.5 if goal == "points" else 0.0)
    primal, bounding = borrow("highs"), borrow("highs")
    try:
        primal.load(search.problem)
        bounding.load(search.problem)
        first_plan(search, primal)
        for goal in ("tasks", "shortfall", "hazards", "points"):
            answer = Rounds(search, f.goals[goal], 3.0, primal, bounding).run()
            assert answer is not None
            search.keep(goals[goal], f.goals[goal], answer.objective)
        assert search.ahead is not None
        assert search.ahead.goal == "public_money"
        search.ahead.answer = search.ahead.answer or bounding.poll(30.0)
        early = search.ahead.answer
        stage = Rounds(search, f.goals["public_money"], 1.0, primal, bounding).run()
        exact = primal.solve(search.request(f.goals["public_money"], 30.0, relax=True))
    finally:
        give_back(primal)
        give_back(bounding)
    assert early is not None
    assert exact is not None
    assert stage is not None
    assert 0.8 * exact.objective <= early.bound <= exact.objective * (1 + 1e-6)
    assert early.bound * (1 - 1e-9) <= stage.bound <= stage.objective
    assert search.ahead is None
