"""Cases about money, worked out by hand: each is lost when one kind of its rows is."""

from __future__ import annotations

from typing import Any

from tests.oracle import worked_special
from tests.oracle.worked import Worked
from tests.oracle.worlds import two_roofs


def _kicked(pledge: int, *costs: int, **kicker: Any) -> dict[str, Any]:
    """A lift that must be done, at 100 square metres, and perhaps another that only costs.

    A subsidy pays 30 % and expects 10 % of the residents, who pledge ``pledge``; what is left is the county's.
    """
    required, *optional = costs
    rule = {"source": "subsidy", "payer": "resident", "share": 0.3, "expected": {"basic": 0.1}, **kicker}
    return {
        "estates": [{"estate": "a", "floor_area": 100.0}],
        "items": [
            {"estate": "a", "work": "lift", "cost": required},
            *(
                {"estate": "a", "item": f"more-{cost}", "work": "lift", "cost": cost, "required": False, "points": 0}
                for cost in optional
            ),
        ],
        "policy": {"sources": {"subsidy": {"payer": "government", "scope": "city"}}, "kickers": {"kick": rule}},
        "scenario": {"locks": {"a": "must"}},
        "limits": [{"amount": 1000}, {"source": "subsidy", "amount": 1000}],
        "pledges": [{"estate": "a", "amount": pledge}],
    }


_AREA_CAP: dict[str, Any] = {"base_cap": {"value": 1, "unit": "k/m2"}}
"""At 100 square metres the base is 100 at most."""


def _carried(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Two roofs, 30 of this year's money, a bill of 20 of a project that money was carried over for.

    What moves to a roof counts a quarter of itself.
    """
    base = two_roofs(
        policy={"reallocation": {"price": 0.25}},
        limits=[{"amount": 30}],
        carried=[{"project": "old", **row} for row in rows],
        running=[{"project": "old", "amount": 20}],
    )
    return {**base, **changes}


MONEY: dict[str, Worked] = {
    # source_limits
    "limits_tied_money_is_used_once": Worked(
        "30 came for a project that owes 20: 10 move, which with 30 buys a for 40 (100), not b for 50 (200), "
        "for which the 20 would have to be used twice",
        _carried(
            {"amount": 30, "arrival_year": 2024},
            estates=[{"estate": "a"}, {"estate": "b", "households": 20}],
            items=[{"estate": "a", "cost": 40}, {"estate": "b", "cost": 50}],
        ),
        {"points": 100, "public_money": 40 + 2.5},
        {"a": 2025},
    ),
    "limits_own_bills_are_paid_once": Worked(
        "20 of 2023 and 20 of 2024 came for a project that owes 20: one of them pays it, the other 20 move to the roof "
        "of 50, beside 30 of the year, at a quarter",
        _carried({"amount": 20, "arrival_year": 2023}, {"amount": 20, "arrival_year": 2024}),
        {"points": 100, "public_money": 50 + 5},
        {"b": 2025},
    ),
    # matching
    "matching_kink_five_points_above": Worked(
        "residents pay 15 of 100, five points more than expected: the subsidy is 35 and not the 40 of ten points",
        _kicked(15, 100),
        {"public_money": 100 - 15 - 35},
    ),
    "matching_limited_base_of_nothing_more": Worked(
        "residents pay 5 of 50 as expected: 15; beside a second lift the base would be 100 and 5 points less make 20, "
        "but that lift brings no points, costs the county 30, and is not done",
        _kicked(5, 50, 50, **_AREA_CAP),
        {"points": 100, "public_money": 50 - 5 - 15},
    ),
    # bonds
    "special_stock_ceiling": Worked(
        "60 of special debt are there and 159 may be: 99 carry one lot of 50; general debt has no part in it",
        worked_special.project(
            debt=[{"year": 2025, "special_stock_ceiling": 159, "special_existing_stock": 60, "stock_ceiling": 0}]
        ),
        {"shortfall": 150, "public_money": 50},
    ),
}
