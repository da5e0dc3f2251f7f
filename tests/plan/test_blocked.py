"""What residents' pledges block: estates that cannot start, works that cannot be done, by how much, and the cure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from allocator.plan.audit.blocked import check_blocked
from allocator.plan.audit.facts import Facts
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View, tidy
from tests.builders import make_case
from tests.plan.test_explanation import tables_of

FIGURES = ["estate", "work", "pledged", "counted", "needed", "least_share", "short", "participation", "cure"]
VOTE = {"people": 0.5, "area": 0.5}
PASSED = {"date": "2023-05-01", "people_share": 0.6, "area_share": 0.6}


def _doors(cost: int = 100, **changes: Any) -> dict[str, Any]:
    """A door at estate a that its residents must pay, 10 households."""
    return {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "work": "door", "cost": cost}],
        "policy": {"residents": {"payer": "resident"}},
        "limits": [{"amount": 1000}],
        "pledges": [{"estate": "a", "amount": 80}],
        **changes,
    }


def _policy(**parts: Any) -> dict[str, Any]:
    return {"residents": {"payer": "resident"}, **parts}


CASES: dict[str, tuple[dict[str, Any], list[tuple[object, ...]]]] = {
    "a pledge too small": (_doors(), [("a", "", 80, 80, 100, 0, 20, -1.0, "pledge")]),
    "a pledge just enough": (_doors(80), []),
    "a vote that failed": (
        _doors(
            80, policy=_policy(sources={"pledge": {"vote": VOTE}}),
            votes=[{"estate": "a", **PASSED, "area_share": 0.4}],
        ),
        [("a", "", 80, 0, 80, 0, 80, -1.0, "vote")],
    ),
    "no vote, and too small a pledge": (
        _doors(90, policy=_policy(sources={"pledge": {"vote": VOTE}})),
        [("a", "", 80, 0, 90, 0, 90, -1.0, "vote,pledge")],
    ),
    "a vote that passed": (
        _doors(80, policy=_policy(sources={"pledge": {"vote": VOTE}}), votes=[{"estate": "a", **PASSED}]), [],
    ),
    "channels that may pay for other works only": (
        # the fund's 90 are for lifts: of the door's 100 the pledge pays 80
        _doors(
            policy=_policy(sources={"fund": {"payer": "resident", "scope": "estate", "eligible": {"works": ["lift"]}}}),
            pledges=[{"estate": "a", "amount": 80}, {"estate": "a", "source": "fund", "amount": 90}],
        ),
        [("a", "", 170, 170, 100, 0, 20, -1.0, "pledge")],
    ),
    "another source of the residents may pay": (
        _doors(
            policy=_policy(sources={"fund": {"payer": "resident"}}),
            limits=[{"amount": 1000}, {"source": "fund", "amount": 10}],
        ),
        [],
    ),
    "more than residents can afford": (
        _doors(80, policy=_policy(residents={"payer": "resident", "affordability": 7})),
        [("a", "", 80, 80, 80, 0, 10, -1.0, "pledge")],
    ),
    "the least share": (
        # of the lift's 100 residents bear at least 0.9: 10 more than they pledged
        _doors(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy=_policy(residents={"payer": "resident", "least_share": {"classes": {"basic": 0.9}}}),
        ),
        [("a", "", 80, 80, 90, 90, 10, -1.0, "pledge")],
    ),
    "a work that a started estate cannot do": (
        # the door's 50 are pledged, the second one's 40 besides are not
        _doors(
            items=[
                {"estate": "a", "work": "door", "cost": 50},
                {"estate": "a", "work": "door", "item": "a-more", "cost": 40, "required": False},
            ]
        ),
        [("a", "door", 80, 80, 90, 0, 10, -1.0, "pledge")],
    ),
    "too few who take part": (
        _doors(
            80,
            policy=_policy(gates={"g": {"participation": 0.6}}),
            gates=[{"estate": "a", "gate": "g", "state": "met"}],
            pledges=[{"estate": "a", "amount": 80, "participation": 0.5}],
        ),
        [("a", "", 80, 80, 80, 0, 0, 0.5, "participation")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_blocked(name: str) -> None:
    """Every figure of the table, worked out by hand."""
    parts, expected = CASES[name]
    table = tables_of(**parts)["blocked_pledges"]
    assert list(table[FIGURES].itertuples(index=False, name=None)) == expected


def test_the_reason_says_what_is_missing() -> None:
    """An estate that residents block is not told to be short of the county's money."""
    row = tables_of(**_doors())["estates"].iloc[0]
    assert tuple(row[["state", "reason", "reason_detail"]]) == ("not_chosen", "residents_pledge", "20 k")


MUTATIONS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "pledged": lambda table: table.assign(pledged=81),
    "counted": lambda table: table.assign(counted=79),
    "short": lambda table: table.assign(short=19),
    "the least share": lambda table: table.assign(least_share=101),
    "a row left out": lambda table: table.iloc[:0],
    "a row twice": lambda table: pd.concat([table, table]),
    "a required work": lambda table: table.assign(item="a-door", work="door"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_audit_notices_a_change(name: str) -> None:
    """The figures come from the inputs again."""
    tables, facts = tables_of(**_doors()), Facts(make_case(**_doors()))
    assert _failures(facts, tables) == 0
    assert _failures(facts, {**tables, "blocked_pledges": MUTATIONS[name](tables["blocked_pledges"])}) > 0


def _failures(facts: Facts, tables: dict[str, pd.DataFrame]) -> int:
    book = Book(facts.case.scenario.money)
    check_blocked(View(facts, tidy(tables, book)), book)
    return sum(len(check.failures) for check in book.checks)
