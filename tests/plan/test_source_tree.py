"""Where money comes from and goes to: every row adds up, the city's money moves to counties, later service is told."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.plan.audit.town import tables
from tests.plan.plans import tables_of


@pytest.fixture(scope="module")
def plan() -> dict[str, pd.DataFrame]:
    """The town's plan, worked out by hand."""
    return tables()


def rows(table: pd.DataFrame, where: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the rows that match."""
    return list(table.query(where)[list(columns)].itertuples(index=False, name=None))


def test_money_is_carried_from_year_to_year(plan: dict[str, pd.DataFrame]) -> None:
    """Central money of 2024 and 2025: 10 and 35 come, 40 are paid, 5 go on; all is spent in 2026."""
    columns = ("year", "limit", "carried_in", "paid", "carried_out", "lapsed")
    assert rows(plan["source_tree"], "source == 'central'", *columns) == [
        (2025, 35, 10, 40, 5, 0),
        (2026, 10, 5, 15, 0, 0),
    ]


def test_the_citys_money_moves_to_the_county_that_spends_it(plan: dict[str, pd.DataFrame]) -> None:
    """Ten of the city's fund in 2025: one lapses, nine are spent in county c."""
    columns = ("county", "limit", "shared", "paid", "lapsed")
    assert rows(plan["source_tree"], "source == 'city_fund' and year == 2025", *columns) == [
        ("", 10, -9, 0, 1),
        ("c", 0, 9, 9, 0),
    ]


def test_what_comes_as_it_is_asked_for(plan: dict[str, pd.DataFrame]) -> None:
    """A source without limit brings what it pays."""
    assert rows(plan["source_tree"], "source == 'water'", "year", "as_needed", "paid") == [(2025, 12, 12), (2026, 8, 8)]


def test_cash_of_a_county(plan: dict[str, pd.DataFrame]) -> None:
    """County c issues 10, pays 1 and 5 of service each year after, and ends with nothing; pledges wait a year."""
    columns = ("year", "opening", "arrived", "issued", "shared", "running", "paid", "interest", "repaid", "lapsed")
    assert rows(plan["cash"], "county == 'c'", *columns, "closing", "stock") == [
        (2025, 10, 148, 10, 22, 0, 168, 0, 0, 1, 21, 110),
        (2026, 21, 112, 0, 14, 3, 112, 1, 5, 26, 0, 105),
        (2027, 0, 6, 0, 0, 0, 0, 1, 5, 0, 0, 100),
    ]


def test_a_shortfall_stands_by_itself(plan: dict[str, pd.DataFrame]) -> None:
    """County d pays 54 with 49 of its own: 5 come from nowhere, and are told."""
    columns = ("arrived", "shortfall", "paid", "lapsed")
    assert rows(plan["cash"], "county == 'd' and year == 2026", *columns) == [(49, 5, 54, 0)]


@pytest.fixture(scope="module")
def borrowed() -> dict[str, pd.DataFrame]:
    """One roof of 10 paid by a bond of three years, repaid in 2026 to 2028; a pledge of 8 pays 5 of a door."""
    bond = {"source": "loan", "lot": 10, "term_years": 3, "coupon": 0.1, "repayment": "bullet",
            "service_source": "budget"}  # fmt: skip
    return tables_of(
        estates=[{"estate": "a"}],
        items=[{"estate": "a", "cost": 10}, {"estate": "a", "work": "door", "cost": 5}],
        policy={"sources": {"loan": {"payer": "government"}}, "bonds": {"b": bond}},
        horizon=(2025, 2025, 2026),
        limits=[{"source": "loan", "amount": 10}, {"amount": 0}, {"year": 2026, "amount": 1}],
        pledges=[{"estate": "a", "amount": 8}],
        running=[{"project": "old", "source": "pledge", "amount": 2}],
    )


def test_service_after_the_payment_years_is_for_later_budgets(borrowed: dict[str, pd.DataFrame]) -> None:
    """Interest of 2026 is paid by the county's budget; that of later years and the principal, by later budgets."""
    columns = ("year", "issued", "interest", "repaid", "later_budgets")
    assert rows(borrowed["cash"], "county == 'c'", *columns) == [
        (2025, 10, 0, 0, 0), (2026, 0, 1, 0, 0), (2027, 0, 1, 0, 1), (2028, 0, 1, 10, 11),
    ]  # fmt: skip


def test_a_sum_for_all_years_comes_first_and_lapses_last(borrowed: dict[str, pd.DataFrame]) -> None:
    """Of the pledge of 8, 5 are paid and 3 are left; 2 that residents of a running project owe come as needed."""
    columns = ("year", "limit", "as_needed", "carried_in", "running", "paid", "carried_out", "lapsed")
    assert rows(borrowed["source_tree"], "source == 'pledge'", *columns) == [
        (2025, 8, 2, 0, 2, 5, 3, 0),
        (2026, 0, 0, 3, 0, 0, 0, 3),
    ]
