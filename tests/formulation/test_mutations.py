"""Every side of every kind of row matters: without it some hand-worked plan is another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from allocator.errors import InfeasibleError
from allocator.formulation.build import Formulation
from allocator.solving.driver import search_plan
from tests.solved import ALL, formulated, new_search, starts_of

REDUNDANT = {
    ("once.lock", "row_upper"),  # a project starts once anyway
    ("routes", "row_upper"),  # a route without a start only costs
    ("routes.item", "row_upper"),  # so does an item's
    ("source_limits.carry", "row_lower"),  # money used for nothing is only wasted
    ("bonds.quota", "row_upper"),  # the columns' bounds say the same
    ("shortfall", "row_upper"),  # here, too
    ("persistence.move", "row_upper"),  # a move that is none only costs
    ("matching.package", "row_upper"),  # contents differ in what is done or is not; without a start nothing is
    ("matching.split", "row_lower"),  # shares add up to one: at most their share for all sides is all that is paid
    ("matching.split", "row_upper"),  # and so is at least their share
}
"""Sides that no plan worth having would break, or that the others imply."""

NOTHING = {"row_lower": -np.inf, "row_upper": np.inf}
"""Bounds that forbid nothing."""


def mutants(f: Formulation) -> Iterator[tuple[str, str, Formulation]]:
    """The formulation without one side of all rows of one kind, and without both where there are two."""
    first = 0
    for block in f.blocks_of_rows:
        rows = slice(first, first + len(block))
        first += len(block)
        dropped = {}
        for side, nothing in NOTHING.items():
            bounds = getattr(f, side)
            if np.isfinite(bounds[rows]).any():
                dropped[side] = bounds.copy()
                dropped[side][rows] = nothing
                yield block.kind, side, replace(f, **{side: dropped[side]})
        if len(dropped) == len(NOTHING):
            yield block.kind, "both", replace(f, **dropped)


def as_worked(name: str, f: Formulation) -> bool:
    """Whether the best plan is still the one worked out by hand."""
    expected = ALL[name]
    try:
        x = search_plan(new_search(f), f.index.case.scenario.goals)
    except InfeasibleError:
        return expected.values is None
    if expected.values is None:
        return False
    close = all(abs(f.goals[goal].value(x) - value) < 1e-2 for goal, value in expected.values.items())
    return close and expected.starts in (None, starts_of(f, x))


@pytest.mark.slow
def test_no_side_of_a_row_can_be_dropped_unnoticed() -> None:
    """The sides that no hand-worked case notices are the redundant ones."""
    seen: set[tuple[str, str]] = set()
    noticed: set[tuple[str, str]] = set()
    for name in ALL:
        for kind, side, mutant in mutants(formulated(name)):
            seen.add((kind, side))
            if (kind, side) not in noticed and not as_worked(name, mutant):
                noticed.add((kind, side))
    assert seen - noticed == REDUNDANT
