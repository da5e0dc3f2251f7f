"""How a search is run: the whole problem at once when it is small, otherwise neighbourhoods beside a bound."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.errors import NoPlanError
from allocator.i18n import _
from allocator.inputs.schemas.scenario import Goal
from allocator.solving.base import Floats
from allocator.solving.process import borrow, give_back
from allocator.solving.stages import Search, direct, run_stages


def search_plan(search: Search, goals: Sequence[Goal]) -> Floats:
    """Run all goals; returns the columns of the best plan found (money not yet exact).

    Ctrl-C ends the search and keeps the plan so far.
    """
    process = borrow(search.solver)
    try:
        process.load(search.problem)
        run_stages(search, goals, direct(process))
    except KeyboardInterrupt:
        search.clock.stopped = True
    finally:
        give_back(process)
    if search.incumbent is None:
        raise NoPlanError(_("no plan was found before the search was stopped"))
    return search.incumbent
