"""Tiny cases with answers worked out by hand: matching, splits and subsidies with a kink."""

from __future__ import annotations

from typing import Any

from tests.oracle.worlds import Worked


def _lift(pledge: int, *, cost: int = 100, kicker: dict[str, Any] | None = None, **changes: Any) -> Worked:
    """A lift, a pledge, and a subsidy of 30 % that expects 10 % of the residents; what is left is the county's."""
    rule = {"source": "subsidy", "payer": "resident", "share": 0.3, "expected": {"basic": 0.1}, **(kicker or {})}
    case = {
        "estates": [{"estate": "a", "floor_area": 100.0}],
        "items": [{"estate": "a", "work": "lift", "cost": cost}],
        "policy": {
            "sources": {"subsidy": {"payer": "government", "scope": "city"}},
            "kickers": {"kick": rule},
        },
        "scenario": {"locks": {"a": "must"}},
        "limits": [{"amount": 1000}, {"source": "subsidy", "amount": 1000}],
        "pledges": [{"estate": "a", "amount": pledge}],
    }
    why, values = changes.pop("why"), changes.pop("values")
    return Worked(why, {**case, **changes}, values)


_LIMITED: dict[str, Any] = {"base_cap": {"value": 1, "unit": "k/m2"}}
"""At 100 square metres the base is 100 at most."""

_EXTRA = [
    {"estate": "a", "work": "lift", "cost": 100},
    {"estate": "a", "item": "more", "work": "lift", "cost": 100, "required": False, "points": 5},
]


def _matched(**changes: Any) -> dict[str, Any]:
    """Two estates with a roof of 60 each, and an award that needs the county's money beside it."""
    rule = {"sources": ["award"], "of": ["budget"], "at_most": 0.5, **changes.pop("rule", {})}
    case = {
        "estates": [{"estate": "a"}, {"estate": "b"}],
        "items": [{"estate": "a", "cost": 60}, {"estate": "b", "cost": 60}],
        "policy": {
            "sources": {"award": {"payer": "government", "scope": "city"}},
            "matching": {"prov": rule},
        },
        "scenario": {"locks": {"a": "must", "b": "must"}},
        "limits": [{"amount": 1000}, {"source": "award", "amount": 1000}],
    }
    return {**case, **changes}


def _split(**changes: Any) -> dict[str, Any]:
    """A roof of 100 that county and street pay 7 : 3."""
    case = {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "cost": 100}],
        "policy": {
            "sources": {"street": {"payer": "government", "local": True}},
            "splits": {
                "seven_three": {
                    "parts": {
                        "county": {"sources": ["budget"], "share": 0.7},
                        "street": {"sources": ["street"], "share": 0.3},
                    }
                }
            },
        },
        "scenario": {"locks": {"a": "must"}},
        "limits": [{"amount": 1000}, {"source": "street", "amount": 1000}],
    }
    return {**case, **changes}


_TWO_YEARS: dict[str, Any] = {
    "scenario": {"locks": {"a": "must", "b": "must"}, "spend_profile": ("0.5", "0.5")},
    "limits": [
        {"amount": 60},
        {"amount": 0, "year": 2026},
        {"source": "award", "amount": 0},
        {"source": "award", "amount": 60, "year": 2026},
    ],
}

CASES: dict[str, Worked] = {
    # the share of the subsidy rises and falls with what residents pay (the form published in 温州)
    "matching_kink_exactly": _lift(
        10, why="residents pay the expected 10: the subsidy is 30, the county pays 60", values={"public_money": 60}
    ),
    "matching_kink_ten_points_above": _lift(
        20, why="ten points more earn ten points more: 20 + 40, the county pays 40", values={"public_money": 40}
    ),
    "matching_kink_twelve_points_above": _lift(
        22, why="ten points are the most: 22 + 40, the county pays 38", values={"public_money": 38}
    ),
    "matching_kink_three_points_below": _lift(
        7, why="three points less lose six: 7 + 24, the county pays 69", values={"public_money": 69}
    ),
    "matching_kink_ends_at_nothing": _lift(
        20,
        kicker={"expected": {"basic": 0.5}},
        why="thirty points less would lose sixty: no subsidy, and no start is forbidden: 20 + 0 + 80",
        values={"public_money": 80, "shortfall": 0},
    ),
    "matching_kink_may_be_left": _lift(
        40,
        kicker={"expected": {"basic": 0.5}},
        why="ten points less lose twenty of thirty: 40 + 10, the county pays 50",
        values={"public_money": 50},
    ),
    "matching_kink_counts_its_works_only": _lift(
        30,
        items=[{"estate": "a", "work": "lift", "cost": 100}, {"estate": "a", "work": "door", "cost": 20}],
        kicker={"not_works": ["door"]},
        why="20 of the 30 go to the door, which residents pay alone and which does not count: 10 + 30, the county 60",
        values={"public_money": 60},
    ),
    # the base is limited by floor area
    "matching_limited_base_exactly": _lift(
        20, cost=200, kicker=_LIMITED, why="30 % of 100: the county pays 200 - 20 - 30", values={"public_money": 150}
    ),
    "matching_limited_base_ten_points_above": _lift(
        40, cost=200, kicker=_LIMITED, why="40 % of 100: the county pays 200 - 40 - 40", values={"public_money": 120}
    ),
    "matching_limited_base_twelve_points_above": _lift(
        44,
        cost=200,
        kicker=_LIMITED,
        why="40 % is the most: the county pays 200 - 44 - 40",
        values={"public_money": 116},
    ),
    "matching_limited_base_three_points_below": _lift(
        14, cost=200, kicker=_LIMITED, why="24 % of 100: the county pays 200 - 14 - 24", values={"public_money": 162}
    ),
    "matching_limited_base_of_what_is_done": _lift(
        20,
        items=_EXTRA,
        kicker=_LIMITED,
        limits=[{"amount": 149}, {"source": "subsidy", "amount": 1000}],
        options={"shortfall": False},
        why="with both lifts 20 are 10 % of 200: 20 + 30 + 150, one more than the county has; with one it pays 40",
        values={"points": 100, "public_money": 40},
    ),
    "matching_limited_base_of_all_that_is_done": _lift(
        20,
        items=_EXTRA,
        kicker=_LIMITED,
        limits=[{"amount": 150}, {"source": "subsidy", "amount": 1000}],
        options={"shortfall": False},
        why="the same with 150",
        values={"points": 105, "public_money": 150},
    ),
    # matching
    "matching_in_the_county": Worked(
        "the award is half of what the county pays: 40 + 80", _matched(), {"public_money": 80, "shortfall": 0}
    ),
    "matching_in_the_city": Worked(
        "the sums are the city's: 40 is paid in d, where the county has little",
        _matched(
            rule={"at": "city"},
            estates=[{"estate": "a"}, {"estate": "b", "county": "d"}],
            limits=[{"amount": 1000}, {"amount": 20, "place": "d"}, {"source": "award", "amount": 1000}],
        ),
        {"public_money": 80, "shortfall": 0},
    ),
    "matching_by_year": Worked(
        "bills of 60 a year; the award comes in 2026, when the county pays nothing that would match it",
        _matched(rule={"at_most": 1}, **_TWO_YEARS),
        {"shortfall": 60},
    ),
    "matching_over_all_years": Worked(
        "over both years 60 match 60", _matched(rule={"at_most": 1, "over": "total"}, **_TWO_YEARS), {"shortfall": 0}
    ),
    "matching_at_the_estate": Worked(
        "award up to what residents of the same estate pay: a 10 + 10 + 40, b pays its 60 itself",
        _matched(
            rule={"of": ["pledge"], "at_most": 1, "at": "estate"},
            items=[{"estate": e, "work": "lift", "cost": 60} for e in "ab"],
            pledges=[{"estate": "a", "amount": 10}, {"estate": "b", "amount": 60}],
        ),
        {"public_money": 40},
    ),
    "matching_at_the_project": Worked(
        "the two are one project, so b's 60 match a's award: nothing is left",
        _matched(
            rule={"of": ["pledge"], "at_most": 1, "at": "project"},
            estates=[{"estate": e, "project": "p"} for e in "ab"],
            scenario={"locks": {"p": "must"}},
            items=[{"estate": e, "work": "lift", "cost": 60} for e in "ab"],
            pledges=[{"estate": "a", "amount": 10}, {"estate": "b", "amount": 60}],
        ),
        {"public_money": 0},
    ),
    # splits
    "matching_split_of_the_residue": Worked(
        "the street has 21, three tenths of 70: 30 are missing",
        _split(limits=[{"amount": 1000}, {"source": "street", "amount": 21}]),
        {"shortfall": 30, "public_money": 70},
    ),
    "matching_split_only_where_all_may_pay": Worked(
        "the street pays for roofs only: 7 : 3 of the roof, the main is the county's alone",
        _split(
            items=[{"estate": "a", "cost": 100}, {"estate": "a", "work": "main", "cost": 50}],
            policy={
                **_split()["policy"],
                "works": {"main": {"components": {"all": {"rule": "public"}}}},
                "sources": {"street": {"payer": "government", "local": True, "eligible": {"works": ["roof"]}}},
            },
            limits=[{"amount": 120}, {"source": "street", "amount": 30}],
        ),
        {"shortfall": 0, "public_money": 150},
    ),
}
