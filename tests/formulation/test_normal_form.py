"""Costs in their normal form, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.formulation.normal_form import amounts_due, cost_parts, longest_profile
from tests.builders import make_case

GRANT = {"sources": {"grant": {"payer": "government"}}}


def parts(**arguments: Any) -> list[tuple[str, str, str, int]]:
    """Name, rule, payer and cost of the parts of a case with one estate ``a``."""
    estate = arguments.pop("estate", {})
    table = cost_parts(make_case(estates=[{"estate": "a", **estate}], **arguments))
    return list(table[["part", "rule", "payer", "cost"]].itertuples(index=False, name=None))


def test_one_payer_and_open_rules() -> None:
    """A rule of one payer names it; an open rule names nobody."""
    items = [{"estate": "a", "cost": 60}, {"estate": "a", "work": "lift", "cost": 40}]
    assert parts(items=items) == [("a-lift/all", "open", "", 40), ("a-roof/all", "public", "government", 60)]


def test_exact_shares_divide_by_largest_remainder() -> None:
    """41 in halves is 21 and 20; the odd step goes to the first payer of the rule."""
    assert parts(items=[{"estate": "a", "work": "pipe", "cost": 41}]) == [
        ("a-pipe/all/payer:government", "half", "government", 21),
        ("a-pipe/all/payer:resident", "half", "resident", 20),
    ]


PIPE = {
    "works": {
        "pipe": {"components": {"all": {"rule": "private", "share": 0.25}, "civil": {"rule": "public", "share": 0.75}}}
    }
}


def test_components_by_the_catalogue() -> None:
    """A quarter and three quarters of 50: 12.5 and 37.5, the odd step to the first component."""
    assert parts(items=[{"estate": "a", "work": "pipe", "cost": 50}], policy=PIPE) == [
        ("a-pipe/all", "private", "resident", 13),
        ("a-pipe/civil", "public", "government", 37),
    ]


def test_stated_component_costs_come_first() -> None:
    """The register's component costs replace the catalogue's shares; one not stated costs nothing."""
    costs = [{"item": "a-pipe", "component": "civil", "cost": 50}]
    found = parts(items=[{"estate": "a", "work": "pipe"}], component_costs=costs, policy=PIPE)
    assert found == [("a-pipe/civil", "public", "government", 50)]


@pytest.mark.parametrize(
    ("size", "quantity", "granted"),
    [(5, 4, 28), (6, 4, 36), (5, 0.5, 4), (6, 50, 100)],  # 3.5 rounds half up; never more than the cost
)
def test_unit_grants(size: float, quantity: float, granted: int) -> None:
    """7 per unit up to size 5, else 9, taken out first and paid by the grant alone; what remains keeps its rule."""
    policy = {
        **GRANT,
        "works": {"lift": {"components": {"all": {"rule": "half", "unit_grant": "each"}}}},
        "unit_grants": {"each": {"source": "grant", "values": {"tiers": [{"up_to": 5, "amount": 7}, {"amount": 9}]}}},
    }
    item = {"estate": "a", "work": "lift", "cost": 100, "size": size, "quantity": quantity}
    left = 100 - granted
    expected = [
        ("a-lift/all/payer:government", "half", "government", (left + 1) // 2),
        ("a-lift/all/payer:resident", "half", "resident", left // 2),
        ("a-lift/all/grant:each", "half", "government", granted),
    ]
    assert parts(items=[item], policy=policy) == [part for part in expected if part[3]]


def test_unit_grants_over_time() -> None:
    """Bills of 2025 at 7 per unit, later ones at 10, none before that: parts for each run of years of doing.

    Done in 2025: 0.5 x 7 + 0.5 x 10 = 8.5, rounded half up; what is paid and what is left fall due in proportion.
    """
    values = [{"tiers": [{"amount": 7}], "since": "2025-01-01"}, {"tiers": [{"amount": 10}], "since": "2025-12-31"}]
    case = make_case(
        estates=[{"estate": "a"}],
        items=[{"estate": "a", "work": "lift", "cost": 40, "quantity": 1}],
        horizon=(2024, 2027),
        scenario={"spend_profile": ("0.5", "0.5")},
        policy={
            **GRANT,
            "works": {"lift": {"components": {"all": {"rule": "public", "unit_grant": "each"}}}},
            "unit_grants": {"each": {"source": "grant", "values": values}},
        },
    )
    found = cost_parts(case)
    assert list(found[["part", "cost", "weights", "from_year", "until_year"]].itertuples(index=False, name=None)) == [
        ("a-lift/all/from:2024", 36, (40, 33), 2024, 2024),
        ("a-lift/all/from:2025", 31, (33, 30), 2025, 2025),
        ("a-lift/all/from:2026", 30, (1, 1), 2026, 2027),
        ("a-lift/all/from:2024/grant:each", 4, (0, 7), 2024, 2024),
        ("a-lift/all/from:2025/grant:each", 9, (7, 10), 2025, 2025),
        ("a-lift/all/from:2026/grant:each", 10, (1, 1), 2026, 2027),
    ]


OWNER = {
    "payers": {"owner": {}},
    "sources": {"owner_money": {"payer": "owner"}},
    "rules": {"owned": {"values": [{"shares": {"owner": 1}}]}},
    "estate_parts": {"flats": {"attribute": "public_share", "applies_to": ["half"], "rule": "owned"}},
}


def test_publicly_owned_part() -> None:
    """0.3 of 41 is 12.3: 29 stay and 12 leave; only the rules that it applies to are divided."""
    items = [{"estate": "a", "work": "pipe", "cost": 41}, {"estate": "a", "work": "roof", "cost": 10}]
    assert parts(estate={"public_share": 0.3}, items=items, policy=OWNER) == [
        ("a-pipe/all/payer:government", "half", "government", 15),
        ("a-pipe/all/payer:resident", "half", "resident", 14),
        ("a-pipe/all/part:flats", "owned", "owner", 12),
        ("a-roof/all", "public", "government", 10),
    ]


@pytest.mark.parametrize(
    ("item", "estate", "rule"),
    [
        ({"requester": "operator"}, {}, "private"),
        ({"requester": "operator"}, {"ownership": "x"}, "private"),
        ({"requester": "else"}, {"ownership": "x"}, "half"),
        ({}, {}, "public"),
    ],
)
def test_rules_that_choose(item: dict[str, Any], estate: dict[str, Any], rule: str) -> None:
    """A rule may choose by an attribute of the item, and the rule chosen by one of the estate."""
    policy = {
        "works": {"roof": {"components": {"all": {"rule": "asks"}}}},
        "rules": {
            "asks": {"choose": {"attribute": "requester", "cases": {"operator": "private"}, "otherwise": "owns"}},
            "owns": {"choose": {"attribute": "ownership", "cases": {"x": "half"}, "otherwise": "public"}},
        },
    }
    found = parts(estate=estate, items=[{"estate": "a", "cost": 10, **item}], policy=policy)
    assert {part[1] for part in found} == {rule}


def test_the_rule_in_force_counts() -> None:
    """Of two dated values the newest not after ``as_of`` (2024-01-01) counts."""
    values = [
        {"shares": {"government": 1}},
        {"shares": {"resident": 1}, "since": "2023-06-01"},
        {"shares": {"government": 1}, "since": "2024-06-01"},
    ]
    found = parts(items=[{"estate": "a", "cost": 10}], policy={"rules": {"public": {"values": values}}})
    assert found == [("a-roof/all", "public", "resident", 10)]


def test_spend_profiles() -> None:
    """A work's own profile comes before its class's, and that before the scenario's; years of no money are left out."""
    case = make_case(
        estates=[{"estate": "a"}],
        items=[{"estate": "a", "work": work, "cost": 11} for work in ("roof", "door", "pipe")],
        policy={
            "works": {"roof": {"spend_profile": ("0", "0.5", "0.5")}, "door": {"work_class": "extra"}},
            "classes": {"extra": {"weight": 1}},
        },
        scenario={"spend_profile": ("0.6", "0.4"), "class_profiles": {"extra": ("1",)}},
    )  # fmt: skip
    found = cost_parts(case)
    due = amounts_due(found["weights"], found["cost"])
    due["part"] = due["row"].map(found["part"])
    assert list(due[["part", "offset", "due"]].itertuples(index=False, name=None)) == [
        ("a-door/all", 0, 11),
        ("a-pipe/all/payer:government", 0, 4),  # 6 of 11: 3.6 and 2.4
        ("a-pipe/all/payer:government", 1, 2),
        ("a-pipe/all/payer:resident", 0, 3),
        ("a-pipe/all/payer:resident", 1, 2),
        ("a-roof/all", 1, 6),
        ("a-roof/all", 2, 5),
    ]
    assert longest_profile(case) == 3
