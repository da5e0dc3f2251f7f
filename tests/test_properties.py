"""What must hold between two cases that differ in one respect, whatever the case."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.builders import make_case
from tests.features import FEATURES
from tests.oracle.agreement import STEPS, differences
from tests.oracle.brute_force import MONEY_GOALS
from tests.oracle.tool import goal_values
from tests.strategies import small_cases

Parts = dict[str, Any]

CALM = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=6,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

_WITHOUT_MINIMUM_USE = tuple(name for name in FEATURES if name != "minimum_use")
_WITHOUT_BONDS = tuple(name for name in FEATURES if name != "bonds")

MONEY_KEYS = (
    "cost", "amount", "minimum_use", "max_spend", "lot", "affordability", "per_household", "per_estate", "per_building",
)  # fmt: skip
"""Keys of a case's parts that hold money or money per something."""


@CALM
@given(parts=small_cases(others=_WITHOUT_MINIMUM_USE), k=st.integers(0, 99), more=st.integers(1, 400))
def test_more_money_never_hurts(parts: Parts, k: int, more: int) -> None:
    """A greater limit keeps every plan possible. With minimum use it need not: the case leaves that out."""
    richer = copy.deepcopy(parts)
    limit = richer["limits"][k % len(richer["limits"])]
    limit["amount"] += more
    assert not _is_better(parts, richer)


@CALM
@given(parts=small_cases(), k=st.integers(0, 99), most=st.integers(0, 1))
def test_an_added_rule_never_helps(parts: Parts, k: int, most: int) -> None:
    """A limit on starts in one county and year takes plans away and adds none."""
    stricter = copy.deepcopy(parts)
    county = parts["estates"][k % len(parts["estates"])]["county"]
    rows = [row for row in parts.get("capacity", []) if row["county"] == county]
    years = set(range(parts["horizon"][0], parts["horizon"][1] + 1)) - {row["year"] for row in rows}
    if years:
        stricter["capacity"] = [*parts.get("capacity", []), {"county": county, "year": min(years), "max_estates": most}]
    assert not _is_better(stricter, parts)


@CALM
@given(parts=small_cases())
def test_names_and_order_of_estates_do_not_matter(parts: Parts) -> None:
    """Other names, in the opposite order, give the same optimum."""
    names = {estate["estate"]: f"z{9 - k}" for k, estate in enumerate(parts["estates"])}
    renamed = _renamed(parts, names)
    for sheet in ("estates", "items"):
        renamed[sheet].reverse()
    assert differences(_values(parts), _values(renamed)) == {}


@CALM
@given(parts=small_cases(others=_WITHOUT_BONDS), factor=st.sampled_from([3, 10]))
def test_scaling_all_money_together_changes_nothing_else(parts: Parts, factor: int) -> None:
    """Goals of money grow with it, the others stay. Debt service is rounded to steps, so bonds are left out."""
    before, after = _values(parts), _values(_scaled(parts, factor))
    if before is None or after is None:
        assert before is after
        return
    for goal, value in before.items():
        expected = value * factor if goal in MONEY_GOALS else value
        assert abs(after[goal] - expected) <= (STEPS * factor if goal in MONEY_GOALS else 1e-6), goal


def _values(parts: Parts) -> dict[str, float] | None:
    """Goal values but for the tie-break, which looks at names."""
    found = goal_values(make_case(**parts), "highs")
    return None if found is None else {goal: value for goal, value in found.items() if goal != "tie_break"}


def _is_better(first: Parts, second: Parts) -> bool:
    """Whether the optimum of ``first`` comes before that of ``second`` in the lexicographic order."""
    ours, theirs = _values(first), _values(second)
    if ours is None or theirs is None:
        return ours is not None
    for goal, value in ours.items():
        gain = value - theirs[goal] if goal in ("hazards", "points") else theirs[goal] - value
        if abs(gain) > (STEPS if goal in MONEY_GOALS else 1e-6):
            return gain > 0
    return False


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """``value`` with the names of estates replaced, also as the first part of an item's id."""
    if isinstance(value, dict):
        return {_renamed(key, names): _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_renamed(inner, names) for inner in value)
    if isinstance(value, str):
        estate, dash, rest = value.partition("-")
        return names.get(estate, estate) + dash + rest
    return value


def _scaled(value: Any, factor: int, key: str = "") -> Any:
    """``value`` with every amount of money multiplied."""
    if isinstance(value, dict):
        return {name: _scaled(inner, factor, name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_scaled(inner, factor) for inner in value)
    return value * factor if key in MONEY_KEYS and isinstance(value, int) else value
