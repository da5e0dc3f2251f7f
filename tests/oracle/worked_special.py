"""Tiny cases with answers worked out by hand: areas that issue special bonds."""

from __future__ import annotations

from typing import Any

from tests.builders import merge
from tests.oracle.worlds import Worked

POLICY: dict[str, Any] = {
    "sources": {"special_money": {"payer": "government", "scope": "area"}},
    "bonds": {
        "special": {
            "kind": "special",
            "source": "special_money",
            "lot": 50,
            "term_years": 2,
            "coupon": 0.1,
            "repayment": "bullet",
            "service_source": "budget",
        }
    },
}
"""A lot of 50 costs 5 in the first year and 55 in the second: 60."""


def project(amount: int = 500, policy: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A roof of 200 in area x, which must start in 2025; its start earns ``amount`` a year from 2026 to 2028.

    There is no other money than special bonds of up to 200.
    """
    base: dict[str, Any] = {
        "estates": [{"estate": "a", "area": "x"}],
        "items": [{"estate": "a", "cost": 200}],
        "scenario": {"locks": {"a": "must"}},
        "horizon": (2025, 2025, 2028),
        "limits": [{"source": "special_money", "place": "x", "amount": 200}],
        "income": [{"area": "x", "stream": "parking", "years": 3, "amount": amount}],
    }
    return {**base, **changes, "policy": merge(POLICY, policy or {})}


CASES: dict[str, Worked] = {
    "special_cover": Worked(
        "100 of income in the two years of the bond carry 66 for each lot of 50: one lot",
        project(50, {"special_bonds": {"cover": 1.1}}),
        {"shortfall": 150, "public_money": 50},
    ),
    "special_cover_met_exactly": Worked(
        "66 of income carry the 66 of one lot to the last step; one of 65 would carry none",
        project(33, {"special_bonds": {"cover": 1.1}}),
        {"shortfall": 150, "public_money": 50},
    ),
    "special_cover_of_each_life": Worked(
        "the 200 of 2026 come before the bond issued then; in its life there are 100, which carry 90 for one lot",
        project(
            policy={"special_bonds": {"cover": 1.5}},
            horizon=(2025, 2026, 2028),
            limits=[{"source": "special_money", "place": "x", "amount": 200, "year": 2026}],
            income=[
                {"area": "x", "stream": "parking", "years": 1, "amount": 200},
                {"area": "x", "stream": "rents", "after": 2, "years": 2, "amount": 50},
            ],
            scenario={"locks": {"a": 2025}, "spend_profile": ("0.5", "0.5")},
        ),
        {"shortfall": 150, "public_money": 50},
    ),
    "special_discounted": Worked(
        "at 50 % a lot is worth 3 + 24 and income 37 + 24: two lots, where undiscounted 110 carry one; 10 are added",
        project(
            55,
            {"special_bonds": {"cover": 1.1, "discount": 0.5}},
            limits=[{"source": "special_money", "place": "x", "amount": 200}, {"amount": 10, "year": 2027}],
        ),
        {"shortfall": 100, "public_money": 100 + 10},
    ),
    "special_capital": Worked(
        "at most 60 % of 200 are debt, and there are loans of 30: one lot of 50",
        project(policy={"special_bonds": {"capital_share": 0.4}}, areas=[{"area": "x", "other_debt": 30}]),
        {"shortfall": 150, "public_money": 50},
    ),
    "special_all_debt": Worked(
        "150 of income carry 1.2 times 60 for one lot and 65 for other loans, but not two lots",
        project(50, {"special_bonds": {"cover_all_debt": 1.2}}, areas=[{"area": "x", "other_service": 65}]),
        {"shortfall": 150, "public_money": 50},
    ),
    "special_income_ends_too_early": Worked(
        "income of 2026 only; the bond is repaid in 2027: nothing is issued",
        project(income=[{"area": "x", "stream": "parking", "years": 1, "amount": 500}]),
        {"shortfall": 200, "public_money": 0},
    ),
    "special_income_only_from_works_done": Worked(
        "only the car park earns: it costs 50 more and lets the area issue 200",
        project(
            items=[
                {"estate": "a", "cost": 200},
                {"estate": "a", "work": "park", "cost": 50, "required": False, "points": 0},
            ],
            policy={
                "works": {"park": {"components": {"all": {"rule": "public"}}}},
                "special_bonds": {"cover": 1.1},
            },
            income=[{"area": "x", "stream": "parking", "work": "park", "years": 3, "amount": 500}],
        ),
        {"shortfall": 50, "public_money": 200},
    ),
    "special_income_is_divided": Worked(
        "of the area's 100 a year estate a with 10 of 40 households earns 25: 50 in two years carry no lot at 1.1",
        project(
            estates=[{"estate": "a", "area": "x"}, {"estate": "b", "area": "x", "households": 30}],
            policy={"special_bonds": {"cover": 1.1}},
            income=[{"area": "x", "stream": "parking", "years": 3, "amount": 100}],
            scenario={"locks": {"a": "must", "b": "never"}},
        ),
        {"shortfall": 200, "public_money": 0},
    ),
    "special_topped_up": Worked(
        "a lot costs 60 until 2027 and 40 are earned: the county adds 20, which it has",
        project(
            20,
            limits=[{"source": "special_money", "place": "x", "amount": 50}, {"amount": 20, "year": 2027}],
        ),
        {"shortfall": 150, "public_money": 50 + 20},
    ),
    "special_not_topped_up": Worked(
        "the county has only 19 of the 20 that would be missing: nothing is issued",
        project(
            20,
            limits=[{"source": "special_money", "place": "x", "amount": 50}, {"amount": 19, "year": 2027}],
        ),
        {"shortfall": 200, "public_money": 0},
    ),
    "special_never_stands_in": Worked(
        "what residents should pay is never paid from special bonds",
        project(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={
                "rules": {
                    "open": {
                        "values": [{"shares": {"government": (0, 1), "resident": (0, 1)}, "stands_in": "government"}]
                    }
                }
            },
        ),
        {"shortfall": 100, "public_money": 100},
    ),
    "special_only_for_what_the_source_may_pay": Worked(
        "the purpose of the bond is the pipe of 100, half of it the government's; the roof stays short",
        project(
            items=[{"estate": "a", "cost": 200}, {"estate": "a", "work": "pipe", "cost": 100}],
            policy={"sources": {"special_money": {"eligible": {"works": ["pipe"]}}}},
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 200, "public_money": 50},
    ),
    "special_ceilings": Worked(
        "room for 100 of stock in 2025 and for 59 of service in 2027: one lot; general debt has no part in it",
        project(
            debt=[
                {"year": 2025, "special_stock_ceiling": 150, "special_existing_stock": 50, "stock_ceiling": 0},
                {"year": 2027, "special_service_ceiling": 60, "special_existing_service": 1, "service_ceiling": 0},
            ]
        ),
        {"shortfall": 150, "public_money": 50},
    ),
    "special_quota_of_the_county": Worked(
        "each of two areas may issue 100, all of the county 150",
        project(
            estates=[{"estate": "a", "area": "x"}, {"estate": "b", "area": "y"}],
            items=[{"estate": "a", "cost": 100}, {"estate": "b", "cost": 100}],
            limits=[
                {"source": "special_money", "place": "x", "amount": 100},
                {"source": "special_money", "place": "y", "amount": 100},
                {"source": "special_money", "place": "c", "amount": 150},
            ],
            income=[{"area": area, "stream": "parking", "years": 3, "amount": 500} for area in "xy"],
            scenario={"locks": {"a": "must", "b": "must"}},
        ),
        {"shortfall": 50, "public_money": 150},
    ),
    "special_refused_in_review": Worked(
        "a project that was refused issues nothing",
        project(areas=[{"area": "x", "review": "refused"}]),
        {"shortfall": 200, "public_money": 0},
    ),
}
