"""Why an estate is not in the plan, and who was passed over, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plan.plans import tables_of

RICH = [{"amount": 1000}]


def _two(**changes: Any) -> dict[str, Any]:
    """Estate a (20 households) and estate b (10), a roof of 50 each."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a", "households": 20}, {"estate": "b"}],
        "items": [{"estate": "a", "cost": 50}, {"estate": "b", "cost": 50}],
        "options": {"shortfall": False},
        "limits": RICH,
    }
    return {**base, **changes}


GATE = {"policy": {"gates": {"g": {}, "h": {}}}, "horizon": (2025, 2026)}
MET = [{"estate": e, "gate": g, "state": "met"} for e, g in (("a", "g"), ("a", "h"), ("b", "h"))]

REASONS: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "locked": (_two(scenario={"locks": {"b": "never"}}), ("not_chosen", "locked_never", "")),
    "exclusive": (_two(scenario={"exclusions": (("a", "b"),)}), ("not_chosen", "exclusion", "a")),
    "ready after the last start": (
        _two(**GATE, gates=[*MET, {"estate": "b", "gate": "g", "state": "promised", "year": 2027}]),
        ("not_chosen", "late_ready", "2027"),
    ),
    "a gate": (_two(**GATE, gates=MET), ("not_ready", "gate", "g")),
    "outside the scope": (
        _two(
            estates=[{"estate": "a"}, {"estate": "b", "status": "renovated"}],
            policy={"scope": {"built_until": 2000, "excluded_status": {"renovated": {}}}},
        ),
        ("not_eligible", "status", "renovated"),
    ),
    "too new": (
        _two(
            estates=[{"estate": "a"}, {"estate": "b", "built_year": 2003}],
            policy={"scope": {"built_until": 2000, "excluded_status": {}}},
        ),
        ("not_eligible", "built_after", "2003"),
    ),
    "nobody may pay": (
        _two(items=[{"estate": "a", "cost": 50}, {"estate": "b", "work": "door", "cost": 50}]),
        ("not_chosen", "no_funding_source", "door"),
    ),
    "capacity": (_two(capacity=[{"max_estates": 1}]), ("not_chosen", "capacity", "")),
    "a task's upper end": (_two(tasks=[{"max_estates": 1}]), ("not_chosen", "task_maximum", "")),
    "fewer points for the money": (_two(limits=[{"amount": 60}]), ("not_chosen", "lower_score", "100")),
    "money": (
        # b gives more for its money (100 for 30) but less in all: 200 for the whole 60
        _two(items=[{"estate": "a", "cost": 60}, {"estate": "b", "cost": 20}], limits=[{"amount": 60}]),
        ("not_chosen", "money", "budget"),
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_the_first_reason_that_applies(name: str) -> None:
    """A starts; b does not, and the table says why."""
    parts, expected = REASONS[name]
    estates = tables_of(**parts)["estates"].set_index("estate")
    assert tuple(estates.loc["a", ["state", "reason", "reason_detail"]]) == ("started", "", "")
    assert tuple(estates.loc["b", ["state", "reason", "reason_detail"]]) == expected


def passed_over(**parts: Any) -> list[tuple[Any, ...]]:
    """Rows of the list of those passed over."""
    return list(tables_of(**parts)["passed_over"].itertuples(index=False, name=None))


def _three(big: int, cost: int, small: int, **changes: Any) -> dict[str, Any]:
    """One big estate b and two small ones of 100 points, for which there is money: twice ``small``."""
    return _two(
        estates=[{"estate": "a"}, {"estate": "b", "households": big}, {"estate": "d"}],
        items=[{"estate": "a", "cost": small}, {"estate": "b", "cost": cost}, {"estate": "d", "cost": small}],
        limits=[{"amount": 2 * small}],
        **changes,
    )


def test_passed_over_because_it_costs_more() -> None:
    """150 points for 100, two others give 200 for it."""
    assert passed_over(**_three(15, 100, 50)) == [("b", "c", 150.0, 100, "a", 100.0, 50, 2025, "costs_more")]


def test_passed_over_for_want_of_money() -> None:
    """190 points for 50 is the better price, but two others give 200 for the 60 that are there."""
    assert passed_over(**_three(19, 50, 30)) == [("b", "c", 190.0, 50, "a", 100.0, 30, 2025, "money")]


def test_passed_over_for_a_hazard() -> None:
    """A has a hazard (200 points), b has none and 300."""
    estates = [{"estate": "a", "hazard": True}, {"estate": "b", "households": 30}]
    assert passed_over(**_two(estates=estates, limits=[{"amount": 60}])) == [
        ("b", "c", 300.0, 50, "a", 200.0, 50, 2025, "hazard_first")
    ]


def test_passed_over_for_a_bundle() -> None:
    """A and d of area x earn a bonus together; b alone has 190 points."""
    parts = _three(
        19, 60, 30, areas=[{"area": "x", "bonus_points": 5}], policy={"bundle": {"at_least": "all", "points_share": 0}}
    )
    for estate in parts["estates"]:
        estate["area"] = "" if estate["estate"] == "b" else "x"
    assert passed_over(**parts) == [("b", "c", 190.0, 60, "a", 100.0, 30, 2025, "bundle")]


def test_nobody_is_passed_over_by_a_higher_score() -> None:
    """Nor in another county."""
    assert passed_over(**_two(limits=[{"amount": 60}])) == []
    estates = [{"estate": "a"}, {"estate": "b", "households": 30, "county": "d"}]
    assert passed_over(**_two(estates=estates, limits=[{"place": "c", "amount": 60}])) == []
