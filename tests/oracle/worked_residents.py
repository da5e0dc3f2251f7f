"""Tiny cases with answers worked out by hand: what residents pay, what their votes release, who serves which area."""

from __future__ import annotations

from typing import Any

from tests.oracle.worlds import GRANT, RICH, Worked, one_roof, two_roofs

VOTE = {"people": 0.5, "area": 0.5, "more_than": True, "taking_part": 0.6}
PASSED = {
    "date": "2023-12-31",
    "people_taking_part": 0.6,
    "area_taking_part": 0.7,
    "people_share": 0.51,
    "area_share": 0.6,
}


def _pipe(**vote: Any) -> dict[str, Any]:
    """A pipe of 100, half of it the residents', who pledged 50 subject to a vote; nobody stands in for them."""
    return {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "work": "pipe", "cost": 100}],
        "policy": {"sources": {"pledge": {"vote": VOTE}}},
        "limits": RICH,
        "pledges": [{"estate": "a", "amount": 50}],
        "votes": [{"estate": "a", **PASSED, **vote}],
    }


def _lift_and_pipe(pledged: int, **rule: Any) -> dict[str, Any]:
    """A lift that anybody may pay and a pipe that is half the residents', 100 each; residents bear at least 0.3."""
    least = {"classes": {"basic": 0.3}, **rule}
    return {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "work": work, "cost": 100} for work in ("lift", "pipe")],
        "policy": {"residents": {"payer": "resident", "least_share": least}},
        "limits": RICH,
        "pledges": [{"estate": "a", "amount": pledged}],
    }


CASES: dict[str, Worked] = {
    "residents_vote_passed": Worked("60 % took part, 51 % of them agree: the pipe is done", _pipe(), {"points": 100}),
    "residents_vote_reached_but_not_exceeded": Worked(
        "exactly half of the owners agree, more than half is asked: no money, no start",
        _pipe(people_share=0.5), {"points": 0}, {},
    ),
    "residents_vote_by_area_failed": Worked(
        "the owners agree, their flats are small: 40 % of the area", _pipe(area_share=0.4), {"points": 0}, {}
    ),
    "residents_vote_of_too_few": Worked(
        "59 % of the area took part, 60 % is asked", _pipe(area_taking_part=0.59), {"points": 0}, {}
    ),
    "residents_vote_not_held_yet": Worked(
        "dated after the day the case speaks of (2024-01-01)", _pipe(date="2024-01-02"), {"points": 0}, {}
    ),
    "residents_vote_left_blank": Worked("no share is written down", _pipe(people_share=None), {"points": 0}, {}),
    "residents_vote_of_another_channel": Worked(
        "the fund's vote failed, the pledge needs none: 30 of the 60 are short",
        one_roof(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"sources": {"fund": {"payer": "resident", "scope": "estate", "vote": {**VOTE, "people": 0.75}}}},
            limits=[{"amount": 40}],
            pledges=[{"estate": "a", "amount": 30}, {"estate": "a", "source": "fund", "amount": 30}],
            votes=[{"estate": "a", "source": "fund", **PASSED}],
        ),
        {"shortfall": 30, "public_money": 40},
    ),
    "residents_least_share_reached": Worked(
        "0.3 of the lift's 100 and the pipe's 100: the pipe's own 50 and 10 of the lift are just pledged",
        _lift_and_pipe(60), {"points": 200, "public_money": 140}, {"a": 2025},
    ),
    "residents_least_share_not_reached": Worked(
        "a pledge of 59 covers the pipe's 50 and 9 of the 10 more that are asked: no start",
        _lift_and_pipe(59), {"points": 0}, {},
    ),
    "residents_least_share_without_lifts": Worked(
        "lifts are not counted: the pipe's 50 of its 100 are more than 0.3",
        _lift_and_pipe(50, not_works=["lift"]), {"points": 200, "public_money": 150}, {"a": 2025},
    ),
    "residents_least_share_by_class": Worked(
        "basic asks 0.1, better 0.7: the door's 60 are all the residents', but the lift would need 70 of 100",
        {
            "estates": [{"estate": "a"}],
            "items": [
                {"estate": "a", "work": "door", "cost": 60},
                {"estate": "a", "work": "lift", "cost": 100, "required": False},
            ],
            "policy": {
                "classes": {"better": {"weight": 1}},
                "works": {"lift": {"work_class": "better"}},
                "residents": {"payer": "resident", "least_share": {"classes": {"basic": 0.1, "better": 0.7}}},
            },
            "limits": RICH,
            "pledges": [{"estate": "a", "amount": 129}],
        },
        {"points": 100, "public_money": 0},
    ),
    "residents_least_share_of_what_is_saved": Worked(
        "the pipe is cheaper with the roof: of its 80 residents bear 40 as the rule says, half is asked",
        {
            "estates": [{"estate": "a"}],
            "items": [{"estate": "a", "cost": 60}, {"estate": "a", "work": "pipe", "cost": 100}],
            "policy": {
                "savings": {"dig": {"works": ("roof", "pipe"), "on": "pipe", "share": 0.2}},
                "residents": {"payer": "resident", "least_share": {"classes": {"basic": 0.5}}},
            },
            "limits": RICH,
            "pledges": [{"estate": "a", "amount": 40}],
        },
        {"points": 200, "public_money": 100},
    ),
    "source_limits_only_large_areas": Worked(
        "the grant is for areas of two estates and 25 households: x has them, y lacks an estate, z households",
        two_roofs(
            estates=[
                {"estate": "a", "area": "x", "households": 15}, {"estate": "b", "area": "x"},
                {"estate": "d", "area": "y", "households": 40},
                {"estate": "e", "area": "z"}, {"estate": "f", "area": "z"}, {"estate": "g"},
            ],
            items=[{"estate": estate, "cost": 60} for estate in "abdefg"],
            policy={
                "sources": {
                    "grant": {**GRANT["grant"], "only_areas": {"at_least_estates": 2, "at_least_households": 25}},
                    "budget": None,
                }
            },
            limits=[{"source": "grant", "amount": 1000}],
        ),
        {"points": 250},
        {"a": 2025, "b": 2025},
    ),
}  # fmt: skip
