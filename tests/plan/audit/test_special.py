"""Special-bond projects in the audit: a right plan passes, and every change of a step is caught."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pandas as pd
import pytest

import allocator
from allocator.inputs.case import Case
from allocator.plan.audit import audit
from tests.builders import make_case, merge

POLICY: dict[str, Any] = {
    "works": {"park": {"components": {"all": {"rule": "public"}}}},
    "sources": {"special_money": {"payer": "government", "scope": "area"}},
    "bonds": {
        "special": {
            "kind": "special", "source": "special_money", "lot": 50, "term_years": 3, "coupon": 0.1,
            "repayment": "instalments", "service_source": "budget",
        }
    },
    "special_bonds": {"capital_share": 0.2, "cover": 1.1, "cover_all_debt": 1.2},
}  # fmt: skip
"""A lot of 50 costs 17 + 5, 17 + 3 and 16 + 2: 60."""


def world(policy: Mapping[str, Any] | None = None, **changes: Any) -> Case:
    """Area x issues 150 in 2025 for works of 260, of which the car park and the roof earn 210 in 2027 to 2028.

    The first service, 66 in 2026, is the county's.
    """
    base: dict[str, Any] = {
        "estates": [{"estate": "a", "area": "x"}, {"estate": "b"}],
        "items": [
            {"estate": "a", "cost": 200},
            {"estate": "a", "work": "park", "cost": 60, "required": False, "points": 5},
            {"estate": "b", "cost": 50},
        ],
        "horizon": (2025, 2025, 2027),
        "limits": [
            {"amount": 160}, {"amount": 70, "year": 2026}, {"amount": 10, "year": 2027},
            {"source": "special_money", "place": "x", "amount": 150, "certainty": "issued"},
        ],
        "areas": [{"area": "x", "name": "a block", "other_debt": 20, "other_service": 5, "review": "passed"}],
        "income": [
            {"area": "x", "stream": "parking", "work": "park", "estate": "a", "after": 2, "years": 2, "amount": 70},
            {"area": "x", "stream": "rents", "work": "roof", "after": 2, "years": 3, "amount": 35},
        ],
        "debt": [{"year": 2025, "special_stock_ceiling": 180, "special_existing_stock": 30}],
        "scenario": {"locks": {"a": "must"}, "firm": ("issued",)},
    }  # fmt: skip
    return make_case(policy=merge(POLICY, policy or {}), **{**base, **changes})


@pytest.fixture(scope="module")
def plan() -> Any:
    """The best plan: three lots."""
    return allocator.solve(world(), gap=0.0)


def failed(plan: Any, tables: dict[str, pd.DataFrame], case: Case | None = None) -> set[str]:
    """Rules that the audit finds broken."""
    report = audit(case or world(), tables, plan.manifest)
    return {check.rule for check in report.checks if check.failures}


def copied(plan: Any) -> dict[str, pd.DataFrame]:
    """The plan's tables, new each time."""
    return {name: deepcopy(frame) for name, frame in plan.tables.items()}


def test_what_the_tables_tell(plan: Any) -> None:
    """210 of income for 180 of service, 245 in all for 185 of all debt; the county adds 66 before income begins."""
    project = plan.tables["special_bonds"].iloc[0].to_dict()
    assert project == pytest.approx(
        {
            "area": "x", "name": "a block", "county": "c", "bonds": "special", "review": "passed", "approved": 150,
            "issued": 150, "firm": 150, "investment": 260, "other_debt": 20, "capital_share": 1 - 170 / 260, "term": 3,
            "first_income": 2027, "last_income": 2029, "income": 245, "income_in_life": 210, "service": 180,
            "other_service": 5, "cover": 210 / 180, "cover_all_debt": 245 / 185, "topups": 66,
        }
    )  # fmt: skip
    years = plan.tables["special_years"]
    columns = ["year", "issued", "income", "principal", "interest", "topup", "reserve", "stock"]
    assert list(years[columns].itertuples(index=False, name=None)) == [
        (2025, 150, 0, 0, 0, 0, 0, 150),
        (2026, 0, 0, 51, 15, 66, 0, 99),
        (2027, 0, 105, 51, 9, 0, 45, 48),
        (2028, 0, 105, 48, 6, 0, 96, 0),
    ]
    debt = plan.tables["debt"].set_index("year")
    assert debt["special_topup"].to_dict() == {2025: 0, 2026: 66, 2027: 0, 2028: 0}
    assert debt["special_stock"].to_dict() == {2025: 180, 2026: 99, 2027: 48, 2028: 0}
    assert plan.manifest["audit"]["findings"] == []


def change(table: str, where: str, **values: int | str) -> Callable[[dict[str, pd.DataFrame]], None]:
    """Add whole numbers to columns, or set texts, in the rows that match."""

    def apply(tables: dict[str, pd.DataFrame]) -> None:
        rows = tables[table].query(where).index
        assert len(rows)
        for column, value in values.items():
            if isinstance(value, str):
                tables[table].loc[rows, column] = value
            else:
                tables[table].loc[rows, column] += value

    return apply


MUTATIONS: dict[str, tuple[str, Callable[[dict[str, pd.DataFrame]], None]]] = {
    "one lot too many for cover and capital": ("special_bonds", change("bonds", "lots == 3", lots=1, amount=50)),
    "one lot too many for the quota and the ceiling": ("bonds", change("bonds", "lots == 3", lots=1, amount=50)),
    "income of a work that is not done": ("special_bonds", change("works", "work == 'park'", year=-2025)),
    "income of a year": ("special_bonds", change("special_years", "year == 2027", income=1)),
    "a top-up a step short": ("source_limits", change("special_years", "year == 2026", topup=-1, reserve=-1)),
    "a top-up the account does not bear": ("source_limits", change("accounts", "service == 66", service=-1)),
    "a top-up the debt does not show": ("bonds", change("debt", "year == 2026", special_topup=1)),
    "what is left of income": ("special_bonds", change("special_years", "year == 2028", reserve=1)),
    "the county of a project": ("special_bonds", change("special_years", "year == 2028", county="d")),
    "stock of special debt": ("bonds", change("debt", "year == 2026", special_stock=1)),
    "a bond of an area that a county issues": ("bonds", change("bonds", "lots == 3", place="c")),
    "a special bond called general": ("bonds", change("bonds", "lots == 3", kind="general")),
    "what an area invests": ("special_bonds", change("special_bonds", "area == 'x'", investment=1)),
    "cover told too high": ("special_bonds", change("special_bonds", "area == 'x'", cover=1)),
    "the state of review": ("special_bonds", change("special_bonds", "area == 'x'", review="submitted")),
    "what is approved": ("special_bonds", change("special_bonds", "area == 'x'", approved=1)),
    "what is firm of it": ("special_bonds", change("special_bonds", "area == 'x'", firm=-1)),
    "a project left out": ("special_bonds", lambda t: t.update(special_bonds=t["special_bonds"].iloc[:0])),
    "money of the area at another estate": (
        "sources", change("payments", "estate == 'b' and source == 'budget'", source="special_money"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_change_is_caught(plan: Any, name: str) -> None:
    """The audit names the rule."""
    rule, mutate = MUTATIONS[name]
    tables = copied(plan)
    mutate(tables)
    assert rule in failed(plan, tables)


@pytest.mark.parametrize(
    ("rules", "areas", "caught"),
    [
        ({"cover": "1.1666"}, {}, False),
        ({"cover": "1.1667"}, {}, True),
        ({"cover_all_debt": "1.3243"}, {}, False),
        ({"cover_all_debt": "1.3244"}, {}, True),
        ({"capital_share": "0.34"}, {}, False),
        ({"capital_share": "0.35"}, {}, True),
        ({}, {"review": "refused"}, True),
    ],
)
def test_rules_bind_to_the_last_step(plan: Any, rules: dict[str, str], areas: dict[str, str], *, caught: bool) -> None:
    """The same plan under rules just met, and just broken."""
    stated = {name: {"value": value, "unit": "share"} for name, value in rules.items()}
    row = {"area": "x", "name": "a block", "other_debt": 20, "other_service": 5, "review": "passed", **areas}
    found = failed(plan, copied(plan), world({"special_bonds": stated}, areas=[row]))
    assert bool({"special_bonds", "bonds"} & found) is caught


def test_money_of_special_bonds_never_stands_in_for_residents(plan: Any) -> None:
    """The same payments are none of the source's once the rule says that the government stands in."""
    rule = {"values": [{"shares": {"government": (0, 1), "resident": (0, 1)}, "stands_in": "government"}]}
    case = world({"rules": {"public": rule}})
    assert "sources" in failed(plan, copied(plan), case)
