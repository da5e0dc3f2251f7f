"""What formula grants count and bring: by hand, with a lag, a factor, a fixed part and projects under way."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.plan.plans import tables_of

ESTATES = [
    {"estate": "a", "households": 11, "buildings": 2, "floor_area": 100.5, "area": "x"},
    {"estate": "b", "households": 20, "buildings": 1, "floor_area": 200, "area": "x"},
]
FORMULA: dict[str, Any] = {
    "per_household": 2, "per_floor_area": "0.1", "per_building": 3, "per_estate": 4, "unit": "k", "lag_years": 1,
    "factor": "0.5",
}  # fmt: skip
"""a: (22 + 10.05 + 6 + 4) / 2 = 21.025, 21; b: (40 + 20 + 3 + 4) / 2 = 33.5, 34."""


def world(scope: str = "county", **formula: Any) -> dict[str, pd.DataFrame]:
    """Two roofs of 50 of which the county's 50 a year pay one each; a grant waits for what they bring."""
    place = {"county": "c", "city": "", "area": "x"}[scope]
    return tables_of(
        estates=ESTATES,
        items=[{"estate": "a", "cost": 50}, {"estate": "b", "cost": 50}],
        horizon=(2025, 2026, 2027),
        policy={
            "sources": {"grant": {"payer": "government", "scope": scope, "formula": {**FORMULA, **formula}}},
        },
        limits=[
            {"amount": 50}, {"amount": 50, "year": 2026}, {"amount": 0, "year": 2027},
            {"source": "grant", "place": place, "amount": 7, "year": 2026},
        ],
        running=[{"project": "old", "start_year": 2025, "estates": 3, "households": 40, "amount": 0}],
    )  # fmt: skip


COLUMNS = [
    "place", "start_year", "estates", "households", "buildings", "floor_area", "running_estates", "running_households",
    "by_household", "by_floor_area", "by_building", "by_estate", "gained", "arrival_year", "fixed", "total",
]  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "place", "under_way"), [("county", "c", (3, 40)), ("city", "", (3, 40)), ("area", "x", (0, 0))]
)
def test_counts_parts_and_years(scope: str, place: str, under_way: tuple[int, int]) -> None:
    """b, worth more, starts in 2025, a in 2026; money comes a year later; the fixed part is that of 2026."""
    rows = world(scope)["formula_totals"]
    assert rows[COLUMNS].to_numpy().tolist() == [
        [place, 2025, 1, 20, 1, 200.0, *under_way, 20, 10, 2, 2, 34, 2026, 7, 41],
        [place, 2026, 1, 11, 2, 100.5, 0, 0, 11, 5, 3, 2, 21, 2027, 0, 21],
    ]
    assert rows["factor"].tolist() == [0.5, 0.5]


def test_totals_are_the_money_of_the_accounts() -> None:
    """What the table says is gained arrives in the account, in the year it says."""
    tables = world()
    accounts = tables["accounts"].query("source == 'grant'")
    told = tables["formula_totals"].groupby("arrival_year")["gained"].sum().to_dict()
    assert accounts.set_index("year")["formula"].loc[lambda s: s > 0].to_dict() == told == {2026: 34, 2027: 21}


def test_without_a_lag_the_money_comes_with_the_start() -> None:
    """The year of the start is the year of arrival."""
    rows = world(lag_years=0)["formula_totals"]
    assert rows["arrival_year"].tolist() == rows["start_year"].tolist()


def test_no_formula_no_rows() -> None:
    """The table is there, and empty."""
    plan = tables_of(estates=ESTATES, items=[{"estate": "a", "cost": 50}], limits=[{"amount": 50}])
    assert len(plan["formula_totals"]) == 0


def test_projects_under_way_are_counted_where_nothing_new_starts() -> None:
    """No start and no money of it: the row tells what started before."""
    grant = {"payer": "government", "scope": "county", "formula": FORMULA}
    rows = tables_of(
        estates=ESTATES, items=[{"estate": "a", "cost": 50}, {"estate": "b", "cost": 50}], limits=[{"amount": 0}],
        policy={"sources": {"grant": grant}}, options={"shortfall": False},
        running=[{"project": "old", "start_year": 2025, "estates": 3, "households": 40, "amount": 0}],
    )["formula_totals"]  # fmt: skip
    assert rows[["estates", "running_estates", "running_households", "total"]].to_numpy().tolist() == [[0, 3, 40, 0]]
