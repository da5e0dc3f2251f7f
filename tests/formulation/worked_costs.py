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


COSTS: dict[str, Worked] = {
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
