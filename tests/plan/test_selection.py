"""Tables of what is chosen."""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from tests.builders import make_case
from tests.plan.plans import tables_of

TASKS: dict[str, tuple[dict[str, int], list[tuple[Any, ...]]]] = {
    "a minimum of nothing": ({"min_estates": 0}, [("estates", 0, -1, 1, 0)]),
    "a minimum": ({"min_households": 15}, [("households", 15, -1, 10, 5)]),
    "a maximum of nothing": ({"max_estates": 0}, [("estates", -1, 0, 0, 0)]),
    "two measures": (
        {"min_estates": 1, "max_households": 10},
        [("estates", 1, -1, 1, 0), ("households", -1, 10, 10, 0)],
    ),
}


@pytest.mark.parametrize("name", TASKS)
def test_every_stated_band_is_a_row(name: str) -> None:
    """Also one that asks for nothing; the audit finds the same rows."""
    task, expected = TASKS[name]
    parts: dict[str, Any] = {"estates": [{"estate": "a"}], "items": [{"estate": "a"}], "limits": [{"amount": 1000}]}
    columns = ["measure", "minimum", "maximum", "planned", "breach"]
    assert list(tables_of(**parts, tasks=[task])["tasks"][columns].itertuples(index=False, name=None)) == expected
    audit: Any = allocator.solve(make_case(**parts, tasks=[task]), gap=0.0).manifest["audit"]
    assert audit["findings"] == []
