"""Sheets of sources, pace and cash: what they say ties with payments, accounts and the reference form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from allocator.plan.run_folder import Run
from allocator.reporting import write_workbook
from allocator.reporting.figures import figures
from allocator.reporting.views.cash_views import cash, cash_years, progress, source_levels, source_ties
from tests.plan.audit.town import tables, town

FORM = {
    "label": {},
    "total": "all",
    "other": "all",
    "lines": [{"id": "all", "label": {"zh": "到位"}, "holds": "sources"}],
    "sources": {},
}


@pytest.fixture(scope="module")
def plan() -> Run:
    """The town's plan, worked out by hand, with a reference form of one line."""
    return Run(town({"rollup": FORM}), tables(), {"status": "optimal"}, Path("runs/town"))


def test_everything_ties(plan: Run) -> None:
    """Both sides of every comparison, by their sums."""
    rows = source_ties(figures(plan, "zh"))
    assert rows[["own", "other", "difference"]].to_numpy().tolist() == [
        [468, 468, 0], [365, 365, 0], [3, 3, 0], [417, 417, 0], [67, 67, 0], [368, 368, 0], [368, 368, 0],
    ]  # fmt: skip
    assert set(rows["note"]) == {"相符"}


def test_what_does_not_tie_is_shown(plan: Run) -> None:
    """A step of a payment that the tree does not have is a difference of one step."""
    payments = plan.tables["payments"].copy()
    payments.loc[0, "amount"] += 1
    rows = source_ties(figures(replace(plan, tables={**plan.tables, "payments": payments}), "zh"))
    assert rows.loc[rows["difference"] != 0, ["key", "difference", "note"]].to_numpy().tolist() == [
        ["payments", -1, "不符，须查明"],
        ["rollup", -1, "不符，须查明"],
    ]


def test_levels_add_up_to_the_payments(plan: Run) -> None:
    """All counties together, by year; what the city shares out is in no level twice."""
    rows = source_levels(figures(plan, "zh"))
    assert rows.groupby("year")["paid"].sum().to_dict() == {2025: 168, 2026: 161, 2027: 36}
    assert rows["shared"].tolist() == [0] * len(rows)
    assert rows["difference"].tolist() == [0] * len(rows)


def test_pace_of_an_account(plan: Run) -> None:
    """Central money: 40 of 45 in 2025, all 55 by the end of 2026; the award lapses by 20 on 31 December 2026."""
    rows = progress(figures(plan, "zh"))
    columns = ["year", "available", "used", "arrived_until", "used_until", "lapsed"]
    assert rows.loc[rows["source"] == "central", columns].to_numpy().tolist() == [
        [2025, 45, 40, 45, 40, 0],
        [2026, 15, 15, 55, 55, 0],
    ]
    assert rows.loc[(rows["source"] == "award") & (rows["place"] == "c"), "lapsed"].tolist() == [20]
    assert "water" not in set(rows["source"])


def test_cash_of_all_counties(plan: Run) -> None:
    """Years are sums of counties; a ceiling that one county lacks is no ceiling of the city."""
    rows, by_county = cash_years(figures(plan, "zh")), cash(figures(plan, "zh"))
    assert rows[["year", "opening", "paid", "closing"]].to_numpy().tolist() == [
        [2025, 10, 168, 21], [2026, 21, 166, 0], [2027, 0, 36, 0],
    ]  # fmt: skip
    assert rows["difference"].tolist() == [0, 0, 0]
    assert [None if pd.isna(value) else int(value) for value in rows["headroom"]] == [0, None, None]
    own = by_county[by_county["county"] == "c"]
    assert own[["headroom", "service_room"]].to_numpy().tolist() == [[0, 6], [5, 0], [10, 0]]
    assert by_county["section"].tolist()[:2] == ["全市统筹账户"] * 2


def test_differences_are_printed_as_nought(plan: Run, tmp_path: Path) -> None:
    """The sheets show zero, not a dash, where nothing is off."""
    write_workbook(plan, tmp_path / "plan.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["资金来源总表"]
    checks = [row for row in sheet.iter_rows(values_only=True) if "相符" in row]
    assert [row[5] for row in checks] == [0] * 7
