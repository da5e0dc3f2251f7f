"""Cases about costs, worked out by hand: how they are made up, and what depends on it."""

from __future__ import annotations

from typing import Any

from tests.oracle.worked import Worked

_SPLIT = {"works": 0.8, "other": 0.15, "contingency": 0.05}


def _built(share: dict[str, Any], *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Estates that must start; a grant pays a share of construction, the county's budget of 1000 the rest."""
    policy = {
        "cost_split": _SPLIT,
        "sources": {"grant": {"payer": "government", "share": {"of": "construction", **share}}},
    }
    base: dict[str, Any] = {
        "estates": [{"estate": name} for name in dict.fromkeys(item["estate"] for item in items)],
        "items": list(items),
        "policy": policy,
        "scenario": {"locks": {item["estate"]: "must" for item in items}},
        "limits": [{"amount": 1000}, {"source": "grant", "amount": 1000}],
    }
    return {**base, **changes}


_LIFT = {
    "works": {"tower": {"components": {"all": {"rule": "public", "unit_grant": "each"}}}},
    "sources": {"grant": {"payer": "government", "eligible": {"rules": ["private"]}}},
    "unit_grants": {
        "each": {
            "source": "grant",
            "values": [
                {"tiers": [{"amount": 15}], "since": "2024-06-01"},
                {"tiers": [{"up_to": 9, "amount": 10}, {"amount": 20}], "since": "2026-01-01"},
            ],
        }
    },
}
"""15 for a tower; from 2026 on 10 up to size 9 and 20 above."""


def _tower(size: int, **changes: Any) -> dict[str, Any]:
    """A tower of 40, half of it paid in the year it is built, two fifths in the next, a tenth in the third."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "work": "tower", "cost": 40, "quantity": 1, "size": size}],
        "horizon": (2025, 2026),
        "policy": _LIFT,
        "scenario": {"locks": {"a": 2025}, "spend_profile": ("0.5", "0.4", "0.1")},
        "limits": [
            {"source": source, "year": year, "amount": 100}
            for source in ("budget", "grant")
            for year in range(2025, 2029)
        ],
    }
    return {**base, **changes}


COSTS: dict[str, Worked] = {
    "caps_per_unit_of_works_done": Worked(
        "10 per unit: two and a half of the main allow 25, the roof not done nothing, so 35 of 60 are short",
        {
            "estates": [{"estate": "a"}],
            "items": [
                {"estate": "a", "work": "main", "cost": 60, "quantity": 2.5},
                {"estate": "a", "cost": 500, "quantity": 9, "required": False},
            ],
            "policy": {
                "works": {"main": {"components": {"all": {"rule": "public"}}}},
                "sources": {"budget": {"caps": [{"per": "unit", "works": ["main", "roof"], "amount": 10}]}},
            },
            "scenario": {"locks": {"a": "must"}},
            "limits": [{"amount": 1000}],
        },
        {"shortfall": 35, "public_money": 25},
    ),
    "routes_of_a_whole_project": Worked(
        "two estates apply as one: the investment has 60, but may not pay the main of the other; the grant's 100 may",
        {
            "estates": [{"estate": "a", "project": "p"}, {"estate": "b", "project": "p"}],
            "items": [{"estate": "a", "cost": 60}, {"estate": "b", "work": "main", "cost": 50}],
            "projects": [{"project": "p", "routes": ["by_grant", "by_investment"]}],
            "policy": {
                "cost_split": _SPLIT,
                "works": {"main": {"components": {"all": {"rule": "public"}}}},
                "sources": {
                    "grant": {"payer": "government"},
                    "investment": {
                        "payer": "government",
                        "excludes": ["grant"],
                        "eligible": {"works": ["roof"]},
                        "share": {"of": "construction", "max": 1},
                    },
                },
                "routes": {"by_grant": {"without": ["investment"]}, "by_investment": {"without": ["grant"]}},
            },
            "scenario": {"locks": {"p": "must"}},
            "limits": [{"source": "investment", "amount": 60}, {"source": "grant", "amount": 100}],
        },
        {"shortfall": 10},
    ),
    "balance_of_a_grant_by_the_year_of_payment": Worked(
        "built in 2025 the tower of size 6 gets 7.5 + 4 + 1, rounded to 13: 27 are the county's",
        _tower(6),
        {"public_money": 27},
    ),
    "balance_of_a_grant_that_grows": Worked(
        "of size 12: 7.5 + 8 + 2, rounded to 18; by year 8, 8 and 2, so the county pays 12 in 2025 and has 11",
        _tower(
            12,
            limits=[
                {"amount": 11},
                *({"year": year, "amount": 100} for year in (2026, 2027)),
                *({"source": "grant", "year": year, "amount": 100} for year in range(2025, 2028)),
            ],
        ),
        {"shortfall": 1, "public_money": 21},
    ),
    "balance_of_a_grant_in_the_next_year": Worked(
        "built in 2026 the tower of size 6 gets 10, all of it at the amounts of 2026",
        _tower(6, scenario={"locks": {"a": 2026}, "spend_profile": ("0.5", "0.4", "0.1")}),
        {"public_money": 30},
    ),
    "shares_of_construction": Worked(
        "four fifths of 100 are works, the grant pays all of that; the county 20",
        _built({"max": 1}, {"estate": "a", "cost": 100}),
        {"public_money": 20},
    ),
    "shares_of_construction_as_the_register_says": Worked(
        "works are 30 of 100 and 72 of 80: half of each is 15 + 36",
        _built(
            {"max": 0.5},
            {"estate": "a", "cost": 100, "works_cost": 30},
            {"estate": "b", "cost": 80, "other_fees": 3, "contingency": 5},
        ),
        {"public_money": 180 - 15 - 36},
    ),
    "shares_of_construction_beside_another_share": Worked(
        "a is no works at all: the fee pays 70 and the county 30; b is all works: fee and grant pay all of it",
        _built(
            {"max": 1},
            {"estate": "a", "cost": 100, "works_cost": 0, "other_fees": 100, "contingency": 0},
            {"estate": "b", "cost": 100, "works_cost": 100, "other_fees": 0, "contingency": 0},
            policy={
                "sources": {
                    "grant": {"payer": "government", "share": {"of": "construction", "max": 1}},
                    "fee": {"payer": "government", "share": {"of": "payer_part", "max": 0.7}},
                }
            },
            limits=[{"amount": 1000}, {"source": "grant", "amount": 1000}, {"source": "fee", "amount": 1000}],
        ),
        {"public_money": 30},
    ),
    "shares_of_construction_with_a_saving": Worked(
        "the main of 100 costs 25 less beside the roof: works are four fifths of 60 and of 75, half of them 24 + 30",
        _built(
            {"max": 0.5},
            {"estate": "a", "cost": 60},
            {"estate": "a", "work": "main", "cost": 100},
            policy={
                "cost_split": _SPLIT,
                "works": {"main": {"components": {"all": {"rule": "public"}}}},
                "savings": {"dig": {"works": ("roof", "main"), "on": "main", "share": 0.25}},
                "sources": {"grant": {"payer": "government", "share": {"of": "construction", "max": 0.5}}},
            },
        ),
        {"public_money": 135 - 24 - 30},
    ),
    "shares_by_region": Worked(
        "of 100 each, all of it works: a lies where 0.6 is paid, b where 0.3 is",
        {
            "estates": [{"estate": "a", "county": "c"}, {"estate": "b", "county": "d"}],
            "items": [{"estate": "a", "cost": 100}, {"estate": "b", "cost": 100}],
            "policy": {
                "sources": {
                    "grant": {
                        "payer": "government",
                        "share": {"of": "construction", "max": 0.3, "by_region": {"西部": {"max": 0.6}}},
                    }
                }
            },
            "scenario": {"locks": {"a": "must", "b": "must"}, "regions": {"c": "西部", "d": "东部"}},
            "limits": [
                *({"place": place, "amount": 1000} for place in "cd"),
                *({"place": place, "source": "grant", "amount": 1000} for place in "cd"),
            ],
        },
        {"public_money": 110},
    ),
    "shares_least_of_construction": Worked(
        "at least 0.9 of the 80 of works must be the grant's, which has 70 (72 needed)",
        _built(
            {"min": 0.9}, {"estate": "a", "cost": 100}, limits=[{"amount": 1000}, {"source": "grant", "amount": 70}]
        ),
        None,
    ),
}
