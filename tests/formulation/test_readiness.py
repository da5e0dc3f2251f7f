"""Eligibility, gates and points, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.formulation.readiness import bundle_points, eligibility, is_newer, item_points, ready_years
from tests.builders import make_case

SCOPE = {"scope": {"built_until": 2000, "newer_until": 2005, "newer_share": 0.5, "excluded_status": {"renovated": {}}}}


@pytest.mark.parametrize(
    ("estate", "why", "newer"),
    [
        ({"built_year": 2000}, "", False),
        ({"built_year": 2001}, "", True),
        ({"built_year": 2005}, "", True),
        ({"built_year": 2006}, "built_after", True),
        ({"built_year": None}, "built_unknown", False),
        ({"built_year": 1990, "status": "renovated"}, "status:renovated", False),
        ({"built_year": 1990, "status": "dangerous_c"}, "", False),
    ],
)
def test_eligibility(estate: dict[str, Any], why: str, newer: bool) -> None:
    """Age and status decide; newer estates are let in up to a later year."""
    case = make_case(estates=[{"estate": "a", **estate}], policy=SCOPE)
    assert (list(eligibility(case)), list(is_newer(case))) == ([why], [newer])


@pytest.mark.parametrize(
    ("gates", "ready"),
    [
        ([("g", "met", 2020), ("h", "met", None)], 2025),
        ([("g", "met", 2026), ("h", "met", 2020)], 2026),
        ([("g", "promised", 2020), ("h", "met", 2020)], 2026),  # a promise never counts for the plan year
        ([("g", "promised", 2027), ("h", "promised", 2026)], 2027),
        ([("g", "met", 2020)], 0),  # a gate without a row is not met
        ([("g", "unmet", 2020), ("h", "met", 2020)], 0),
    ],
)
def test_ready_year(gates: list[tuple[str, str, int | None]], ready: int) -> None:
    """The last gate decides; one that is not met decides for ever."""
    rows = [{"estate": "a", "gate": gate, "state": state, "year": year} for gate, state, year in gates]
    case = make_case(estates=[{"estate": "a"}], policy={"gates": {"g": {}, "h": {}}}, gates=rows, horizon=(2025, 2027))
    assert list(ready_years(case)) == [ready]


@pytest.mark.parametrize(("stated", "ready"), [(0.69, 0), (0.7, 2025), (None, 2025)])
def test_participation(stated: float | None, ready: int) -> None:
    """The greatest stated share counts; where none is stated the state of the gate does."""
    case = make_case(
        estates=[{"estate": "a"}],
        policy={"gates": {"g": {"participation": 0.7}}, "sources": {"other": {"payer": "resident", "scope": "estate"}}},
        gates=[{"estate": "a", "gate": "g", "state": "met"}],
        pledges=[
            {"estate": "a", "amount": 1, "participation": 0.1 if stated else None},
            {"estate": "a", "source": "other", "amount": 1, "participation": stated},
        ],
    )
    assert list(ready_years(case)) == [ready]


def test_an_ineligible_estate_is_never_ready() -> None:
    """Scope comes before gates."""
    case = make_case(estates=[{"estate": "a", "built_year": 2010}], policy=SCOPE)
    assert list(ready_years(case)) == [0]


@pytest.mark.parametrize(
    ("estate", "item", "expected"),
    [
        ({}, {}, [100, 90]),  # 10 households x severity 1 x weight 1 x 10 years, then 9
        ({}, {"severity": 3}, [300, 270]),
        ({}, {"severity": 0}, [0, 0]),
        ({"hazard": True}, {}, [200, 180]),
        ({}, {"benefiting_households": 3}, [30, 27]),
        ({}, {"work": "door"}, [45, 41]),  # weight 0.45: 40.5 rounds half up
        ({"hazard": True}, {"points": 7, "severity": 3}, [7, 7]),
        ({"points": 500}, {}, [0, 0]),  # they come with the estate
        ({"points": 500}, {"required": False}, [100, 90]),
    ],
)
def test_points(estate: dict[str, Any], item: dict[str, Any], expected: list[int]) -> None:
    """Households x severity x class weight x hazard factor x years in use left."""
    policy = {"classes": {"extra": {"weight": 0.45}}, "works": {"door": {"work_class": "extra"}}}
    case = make_case(
        estates=[{"estate": "a", **estate}],
        items=[{"estate": "a", "cost": 1, **item}],
        policy=policy,
        horizon=(2025, 2026),
    )  # fmt: skip
    assert item_points(case).to_numpy().tolist() == [expected]


def test_points_of_staged_years() -> None:
    """An item done a year after the last start year has a year less in use."""
    case = make_case(estates=[{"estate": "a"}], items=[{"estate": "a", "cost": 1}], options={"staging_years": 1})
    assert item_points(case).to_numpy().tolist() == [[100, 90]]


@pytest.mark.parametrize(("area", "expected"), [({}, 45), ({"bonus_points": 7}, 7), ({"bonus_points": 0}, 0)])
def test_points_of_a_bundle(area: dict[str, Any], expected: float) -> None:
    """What 片区 states, else 0.15 of its estates' required points (100 and 200), optional works left out."""
    case = make_case(
        estates=[{"estate": "a", "area": "x"}, {"estate": "b", "area": "x", "points": 200}, {"estate": "d"}],
        items=[
            *({"estate": e, "cost": 1} for e in "abd"),
            {"estate": "a", "work": "door", "cost": 1, "required": False},
        ],
        areas=[{"area": "x", **area}],
        policy={"bundle": {"at_least": "all", "points_share": 0.15}},
    )  # fmt: skip
    assert list(bundle_points(case)) == [expected]
