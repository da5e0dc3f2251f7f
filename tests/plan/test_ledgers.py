"""Accounts through the years: oldest money first, what lapses, what is firm."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.formulation.build import Formulation, formulate
from allocator.plan.audit.facts import Facts
from allocator.plan.ledgers import Flows, ledger_tables
from allocator.plan.solve import solve
from tests.builders import make_case
from tests.plan.audit.test_mutations import is_caught
from tests.plan.plans import tables_of

YEARS = (2025, 2026, 2027)
FLOWS = ("limit", "firm", "formula", "bonds", "firm_bonds", "carried", "running", "service", "paid")


def town(usable: int) -> Formulation:
    """A town whose budget may be used for some years."""
    case = make_case(
        estates=[{"estate": "a"}],
        items=[{"estate": "a", "cost": 1}],
        policy={"sources": {"budget": {"usable_years": usable}, "free": {"payer": "government", "limited": False}}},
        horizon=(2025, 2025, 2027),
        limits=[{"amount": 1}],
    )
    return formulate(case)


@pytest.fixture(scope="module")
def towns() -> dict[int, Formulation]:
    """Towns by years of use."""
    return {usable: town(usable) for usable in (1, 2, 3)}


def flows(source: str = "budget", **amounts: dict[int, int]) -> Flows:
    """Flows of one account at county c, by kind and year."""
    return Flows(**{kind: {(source, "c", y): n for y, n in amounts.get(kind, {}).items()} for kind in FLOWS})


def rows(table: Any, *columns: str) -> list[tuple[int, ...]]:
    """Some columns of a table."""
    return list(table[list(columns)].itertuples(index=False, name=None))


ACCOUNT = ("year", "limit", "carried_in", "running", "service", "paid", "carried_out", "lapsed")


def test_oldest_money_first(towns: dict[int, Formulation]) -> None:
    """Usable for two years: 20 of 2024 go first; 10 of 2025's 100 lapse after 2026; only 2024 and 2025 are firm."""
    accounts, use, firm_left = ledger_tables(
        towns[2],
        flows(
            limit={2025: 100, 2026: 50, 2027: 10}, firm={2025: 100}, carried={2024: 20}, running={2025: 10},
            paid={2025: 30, 2026: 70, 2027: 55},
        ),
    )  # fmt: skip
    assert rows(accounts, *ACCOUNT) == [
        (2025, 100, 20, 10, 0, 30, 80, 0),
        (2026, 50, 80, 0, 0, 70, 50, 10),
        (2027, 10, 50, 0, 0, 55, 5, 0),
    ]
    assert rows(use, "arrival_year", "year", "amount", "firm") == [
        (2024, 2025, 20, 20),
        (2025, 2025, 20, 20),
        (2025, 2026, 70, 70),
        (2026, 2027, 50, 0),
        (2027, 2027, 5, 0),
    ]
    assert [firm_left["budget", "c", year] for year in YEARS] == [30, 70, 0]  # running bills take firm money first


def test_money_of_one_year_lapses(towns: dict[int, Formulation]) -> None:
    """Usable in the year of arrival only; what was carried over may be used in the first year."""
    accounts, use, _ = ledger_tables(
        towns[1], flows(limit={2025: 100, 2026: 50}, carried={2023: 7}, service={2026: 5}, paid={2025: 30, 2026: 45})
    )
    assert rows(accounts, *ACCOUNT) == [(2025, 100, 7, 0, 0, 30, 0, 77), (2026, 50, 0, 0, 5, 45, 0, 0)]
    assert rows(use, "arrival_year", "year", "amount") == [(2023, 2025, 7), (2025, 2025, 23), (2026, 2026, 50)]


def test_formula_and_bond_money_is_not_firm(towns: dict[int, Formulation]) -> None:
    """They arrive like limits; half of the declared money is firm and is counted first."""
    accounts, _, firm_left = ledger_tables(
        towns[1], flows(limit={2025: 40}, firm={2025: 20}, formula={2025: 5}, bonds={2025: 10}, paid={2025: 55})
    )
    assert rows(accounts, "limit", "firm_limit", "formula", "bonds", "paid", "lapsed") == [(40, 20, 5, 10, 55, 0)]
    assert firm_left["budget", "c", 2025] == 20


def test_an_unlimited_account_has_nothing_to_carry(towns: dict[int, Formulation]) -> None:
    """It pays what is asked; nothing lapses and nothing of it is firm unless its source says so."""
    accounts, use, _ = ledger_tables(towns[1], flows("free", paid={2026: 9}))
    assert rows(accounts, *ACCOUNT, "unlimited") == [(2026, 0, 0, 0, 0, 9, 0, 0, True)]
    assert rows(use, "arrival_year", "year", "amount", "firm") == [(2026, 2026, 9, 0)]


@given(
    usable=st.integers(1, 3),
    limits=st.lists(st.integers(0, 100), min_size=3, max_size=3),
    carried=st.integers(0, 50),
    parts=st.lists(st.integers(0, 10), min_size=3, max_size=3),
)
def test_every_account_balances(
    towns: dict[int, Formulation], usable: int, limits: list[int], carried: int, parts: list[int]
) -> None:
    """Money in = money out + carried out + lapsed, and one year's carried out is the next year's carried in."""
    money, paid = {2024: carried}, {}
    for year, limit, tenths in zip(YEARS, limits, parts, strict=True):
        money[year] = limit
        last = 2025 if usable == 1 else 2024 + usable - 1
        there = [a for a in money if year <= (last if a == 2024 else a + usable - 1)]
        paid[year] = sum(money[a] for a in there) * tenths // 10
        left = paid[year]
        for arrival in there:
            taken = min(left, money[arrival])
            money[arrival] -= taken
            left -= taken
    accounts, use, _ = ledger_tables(
        towns[usable], flows(limit=dict(zip(YEARS, limits, strict=True)), carried={2024: carried}, paid=paid)
    )
    out = accounts["paid"] + accounts["carried_out"] + accounts["lapsed"]
    assert (accounts["limit"] + accounts["carried_in"]).tolist() == out.tolist()
    by_year = accounts.set_index("year")
    carried_out = by_year["carried_out"].reindex(YEARS, fill_value=0).tolist()
    assert carried_out[:-1] == by_year["carried_in"].reindex(YEARS, fill_value=0).tolist()[1:]
    assert use.groupby("year")["amount"].sum().to_dict() == {year: amount for year, amount in paid.items() if amount}


def test_accounts_of_a_plan() -> None:
    """Two lots of 50 under a firm quota pay 100 in 2025; the budget serves them with 60 and 56, and has 1 left."""
    tables = tables_of(
        estates=[{"estate": "a"}],
        items=[{"estate": "a", "cost": 100}],
        scenario={"locks": {"a": "must"}},
        horizon=(2025, 2025, 2027),
        policy={
            "sources": {"bond_money": {"payer": "government"}},
            "bonds": {
                "bond": {
                    "source": "bond_money", "lot": 50, "term_years": 2, "coupon": 0.1, "repayment": "instalments",
                    "service_source": "budget",
                }
            },
        },
        limits=[
            {"source": "bond_money", "amount": 149, "certainty": "issued"},
            {"amount": 61, "year": 2026, "certainty": "issued"},
            {"amount": 56, "year": 2027, "certainty": "expected"},
        ],
        debt=[{"year": 2026, "stock_ceiling": 300, "existing_stock": 40, "service_ceiling": 90, "existing_service": 7}],
    )  # fmt: skip
    assert rows(tables["accounts"], "source", "year", "limit", "bonds", "service", "paid", "lapsed") == [
        ("bond_money", 2025, 0, 100, 0, 100, 0),
        ("budget", 2026, 61, 0, 60, 0, 1),
        ("budget", 2027, 56, 0, 56, 0, 0),
    ]
    assert rows(tables["bonds"], "bond", "county", "year", "lots", "amount", "quota") == [
        ("bond", "c", 2025, 2, 100, 149)
    ]
    assert rows(tables["debt"], "year", "issued", "principal", "interest", "existing_service", "service_ceiling") == [
        (2025, 100, 0, 0, 0, -1),
        (2026, 0, 50, 10, 7, 90),
        (2027, 0, 50, 6, 0, -1),
    ]
    assert rows(tables["debt"], "stock", "stock_ceiling") == [(100, -1), (90, 300), (0, -1)]
    assert rows(tables["payments"], "source", "amount", "firm") == [("bond_money", 100, 100)]


def test_bills_that_residents_pay_charge_no_account() -> None:
    """Of the residents' 6 + 4, the 8 that arrived beyond what was paid are firm; the budget has all of its 5."""
    bills = [{"project": "old", "source": "pledge", "year": year, "amount": n, "arrived": 11, "paid": 3}
             for year, n in ((2025, 6), (2026, 4))]  # fmt: skip
    case: dict[str, Any] = {
        "estates": [{"estate": "a"}], "items": [{"estate": "a", "cost": 5}], "horizon": (2025, 2025, 2026),
        "limits": [{"amount": 5}, {"year": 2026, "amount": 0}], "running": bills, "options": {"shortfall": False},
    }  # fmt: skip
    tables = tables_of(**case)
    assert rows(tables["running"], "year", "amount", "firm") == [(2025, 6, 6), (2026, 4, 2)]
    assert rows(tables["accounts"], "source", "running", "paid") == [("budget", 0, 5)]
    facts = Facts(make_case(**case))
    assert not is_caught("source_limits", facts, tables)
    assert not is_caught("certainty", facts, tables)
    tables["running"]["firm"] = tables["running"]["amount"]
    assert is_caught("certainty", facts, tables)


def test_bills_of_running_projects_take_firm_money_first_in_their_order() -> None:
    """12 firm of 2025's 20 go to the bills 10 and 5 first; 2026 has no firm money; 2030 is past the payment years."""
    bills = [("old", 2025, 10), ("older", 2025, 5), ("old", 2026, 4), ("old", 2030, 9)]
    tables = tables_of(
        estates=[{"estate": "a"}],
        items=[{"estate": "a", "cost": 1}],
        horizon=(2025, 2025, 2026),
        limits=[
            {"amount": 12, "certainty": "arrived"}, {"amount": 8, "certainty": "expected"}, {"amount": 9, "year": 2026},
        ],
        running=[{"project": name, "name": "Old", "start_year": 2024, "year": y, "amount": n} for name, y, n in bills],
    )  # fmt: skip
    assert rows(tables["running"], "project", "county", "start_year", "level", "year", "amount", "firm") == [
        ("old", "c", 2024, "local", 2025, 10, 10),
        ("old", "c", 2024, "local", 2026, 4, 0),
        ("older", "c", 2024, "local", 2025, 5, 2),
    ]


@pytest.mark.parametrize(("certainty", "firm"), [("issued", 10), ("expected", 0)])
def test_money_of_bonds_is_as_firm_as_their_quota(certainty: str, firm: int) -> None:
    """A lot of 10 is issued, and pays for the only estate."""
    bond = {
        "source": "bond",
        "lot": 10,
        "term_years": 1,
        "coupon": 0,
        "repayment": "bullet",
        "service_source": "budget",
    }
    case = make_case(
        estates=[{"estate": "a"}],
        items=[{"estate": "a", "cost": 10}],
        policy={"sources": {"bond": {"payer": "government"}}, "bonds": {"general": bond}},
        horizon=(2025, 2025, 2026),
        limits=[
            {"year": 2025, "amount": 0, "certainty": "issued"},
            {"year": 2026, "amount": 10},
            {"source": "bond", "amount": 10, "certainty": certainty},
        ],
        options={"shortfall": False},
    )
    plan = solve(case, workers=1)
    assert plan.tables["payments"][["source", "amount", "firm"]].to_numpy().tolist() == [["bond", 10, firm]]
    assert plan.manifest["audit"]["findings"] == []  # type: ignore[index]
