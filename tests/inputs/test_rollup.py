"""A reference form that would count money twice, or lose it, is refused when it is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.inputs.load import load
from tests.worlds import SOURCES, replaced, write_world

ROLLUP = """\
rollup:
  label: {zh: 参考表式}
  since: 2024-01-01
  clause: "1"
  document: doc
  basis: assumption
  note: made up
  total: all
  other: rest
  lines:
    - {id: all, label: {zh: 到位}, holds: sum, adds_up: [public, rest]}
    - {id: public, label: {zh: 财政}, holds: sources}
    - {id: rest, label: {zh: 其他}, holds: sources}
    - {id: loans, label: {zh: 信贷}, holds: by_hand}
  sources: {county_budget: public}
"""

FAULTS = {
    "a line that is not there": (
        ("[public, rest]", "[public, rset]"), "there is no line 'rset'\n    -> did you mean 'rest'?",
    ),
    "a source that is not there": (
        ("county_budget: public", "county_budgt: public"), "there is no source 'county_budgt'",
    ),
    "a line added up twice": (
        ("[public, rest]", "[public, rest, rest]"), "the total counts twice: rest",
    ),
    "lines in a circle": (
        ("{id: rest, label: {zh: 其他}, holds: sources}", "{id: rest, label: {zh: 其他}, holds: sum, adds_up: [all]}"),
        "the total counts twice",
    ),
    "money on a line that nobody adds up": (
        ("county_budget: public", "county_budget: loans"),
        "the line 'loans' holds no money of sources below the total",
    ),
    "money on a sum": (
        ("county_budget: public", "county_budget: all"), "the line 'all' holds no money of sources below the total",
    ),
    "a sum of nothing": (
        (", holds: sum, adds_up: [public, rest]", ", holds: sum"), "a line adds up others or holds something itself",
    ),
    "a line twice": (
        ("{id: loans", "{id: rest"), "'rest' stands here twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told(refusal: Callable[..., str], fault: str) -> None:
    """Whatever keeps the total from being all money, counted once."""
    change, text = FAULTS[fault]
    assert text in refusal(sources=SOURCES + replaced(ROLLUP, change))


def test_a_form_that_adds_up_is_read(tmp_path: Path) -> None:
    """The same form without a fault."""
    rollup = load(write_world(tmp_path, sources=SOURCES + ROLLUP)).policy.rollup
    assert rollup is not None
    assert (rollup.total, rollup.sources, len(rollup.lines)) == ("all", {"county_budget": "public"}, 4)
