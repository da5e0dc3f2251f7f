"""How a search is run: the whole problem at once when it is small, otherwise neighbourhoods beside a bound."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from allocator.errors import NoPlanError
from allocator.i18n import _
from allocator.inputs.schemas.scenario import Goal
from allocator.solving.base import Floats
from allocator.solving.first_plan import first_plan
from allocator.solving.process import borrow, give_back
from allocator.solving.rounds import beside_bound
from allocator.solving.stages import Search, direct, run_stages

LARGE = 3000
"""Whole columns above which neighbourhoods are searched."""


def search_plan(search: Search, goals: Sequence[Goal]) -> Floats:
    """Run all goals; returns the columns of the best plan found (money not yet exact).

    Ctrl-C ends the search and keeps the plan so far.
    """
    large = int(search.formulation.integer.sum()) > LARGE
    processes = [borrow(search.solver) for _number in range(2 if large and search.workers > 1 else 1)]
    try:
        for process in processes:
            process.load(search.problem)
        if large:
            search.method, search.goals = "neighbourhoods", goals
            first_plan(search, processes[0])
            run_stages(search, _no_time_for_ties(goals), beside_bound(processes[0], processes[-1]))
        else:
            run_stages(search, goals, direct(processes[0]))
    except KeyboardInterrupt:
        search.clock.stopped = True
        _fill_stages(search, goals)
    finally:
        for process in processes:
            give_back(process)
    if search.incumbent is None:
        raise NoPlanError(_("no plan was found before the search was stopped"))
    return search.incumbent


def _fill_stages(search: Search, goals: Sequence[Goal]) -> None:
    """Stages that a stop cut short, with the bounds that column bounds give."""
    if search.incumbent is not None:
        run_stages(search, [g for g in goals if g.id not in {s.id for s in search.stages}], lambda *_: None)


def _no_time_for_ties(goals: Sequence[Goal]) -> list[Goal]:
    """Goals of a large search: a tie-break cannot be proved there, its time goes to the goal with the most."""
    spare = sum((g.clock for g in goals if g.id == "tie_break"), Decimal(0))
    longest = max((g for g in goals if g.id != "tie_break"), key=lambda g: g.clock, default=None)
    clocks = {id(g): min(Decimal(1), g.clock + spare) if g is longest else g.clock for g in goals}
    return [g.model_copy(update={"clock": Decimal(0) if g.id == "tie_break" else clocks[id(g)]}) for g in goals]
