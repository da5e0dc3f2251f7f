"""Every table about money says how much of it is firm."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from allocator.inputs.case import Register
from allocator.plan.run_folder import Run
from allocator.reporting.figures import figures
from allocator.reporting.views.money_views import accounts, bond_issues
from allocator.reporting.views.plan_views import annual_plan


def test_the_annual_plan_splits_the_cost(run: Run) -> None:
    """Firm, pending and without a source come to the cost, county by county."""
    rows = annual_plan(figures(run, "zh"))
    assert rows["firm"].sum() == figures(run, "zh").payments["firm"].sum() > 0
    assert (rows["firm"] + rows["pending"] + rows["gap"]).tolist() == rows["cost"].tolist()


def test_what_accounts_spend_is_firm_or_pending(run: Run) -> None:
    """The account of a source and place spends what its uses say is firm, and the rest is pending."""
    use = pd.DataFrame(
        [("central", "", 2025, 2025, 700, 400), ("central", "", 2025, 2026, 50, 50)],
        columns=["source", "place", "arrival_year", "year", "amount", "firm"],
    )
    rows = accounts(figures(replace(run, tables={**run.tables, "source_use": use}), "zh"))
    spent = rows["running"] + rows["service"] + rows["paid"]
    assert (rows["spent_firm"] + rows["spent_pending"]).tolist() == spent.tolist()
    own = rows[rows["source"] == "central"].set_index("year")["spent_firm"].to_dict()
    assert (own[2025], own[2026]) == (400, 50)


def test_an_issue_is_as_firm_as_its_quota(run: Run) -> None:
    """Of 300 issued, 120 are under a quota that has been handed down; the other county's quota does not count."""
    limits = pd.DataFrame(
        [("bond", "甲区", 2025, 120_00, "issued"), ("bond", "甲区", 2025, 380_00, "expected"),
         ("bond", "乙县", 2025, 500_00, "issued")],
        columns=["source", "place", "year", "amount", "certainty"],
    )  # fmt: skip
    register = Register(**{**vars(run.case.register), "limits": limits})
    issues = bond_issues(figures(replace(run, case=replace(run.case, register=register)), "zh"))
    assert issues[["amount", "firm", "pending"]].to_numpy().tolist() == [[300_00, 120_00, 180_00]]
