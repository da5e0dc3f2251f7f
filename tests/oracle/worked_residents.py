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
