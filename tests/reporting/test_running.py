"""续建 and 新开工 are shown apart, and together they are all there is to pay."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from allocator.inputs.case import Case
from allocator.inputs.register_sheets import DEBT_SERVICE
from allocator.plan.run_folder import Run
from allocator.reporting.figures import Figures, figures
from allocator.reporting.views import VIEWS
from tests.builders import frame
from tests.reporting.fake_run import COUNTIES, fake_run


def told(case: Case) -> Case:
    """The case with facts of one of the projects under way."""
    facts = {"estimate": 900_00, "contract": 800_00, "done": 500_00, "expected_end": 2026}
    rows = [
        {"project": f"old-{COUNTIES[0]}", "county": COUNTIES[0], **facts, "source": source, "arrived": arrived,
         "paid": paid, "year": year, "amount": 10_00}
        for source, arrived, paid in (("central", 300_00, 250_00), ("county", None, 40_00))
        for year in (2025, 2026)
    ]  # fmt: skip
    return replace(case, register=replace(case.register, running=frame("running", rows)))


@pytest.fixture(scope="module")
def seen() -> Figures:
    """A run with a project under way in every county."""
    run = fake_run()
    return figures(Run(told(run.case), run.tables, run.manifest, run.path), "zh")


def test_each_project_under_way_has_a_row_with_its_facts(seen: Figures) -> None:
    """Sums over its sources; blank where the register tells nothing."""
    rows = VIEWS["running_projects"](seen).set_index("project")
    assert list(rows.index) == [f"old-{county}" for county in COUNTIES]
    facts = ["estimate", "contract", "done", "expected_end", "arrived", "paid_before"]
    assert rows.loc[f"old-{COUNTIES[0]}", facts].tolist() == [900_00, 800_00, 500_00, 2026, 300_00, 290_00]
    assert rows.loc[f"old-{COUNTIES[1]}", facts].isna().all()
    bills = seen.table("running").groupby("project")["amount"].sum()
    pd.testing.assert_series_equal(rows["amount"].sort_index(), bills.sort_index(), check_names=False)
    assert (rows["firm"] + rows["pending"]).equals(rows["amount"])
    years = [f"paid_{year}" for year in seen.payment_years]
    assert (rows[years].sum(axis=1) == rows["amount"]).all()
    assert (rows[[f"level_{level}" for level in seen.levels]].sum(axis=1) == rows["amount"]).all()


def test_counties_add_their_projects_up(seen: Figures) -> None:
    """A row per county, and what is not told counts nothing."""
    rows = VIEWS["running_counties"](seen).set_index("county")
    assert rows["projects"].to_dict() == dict.fromkeys(COUNTIES, 1)
    assert rows["paid_before"].tolist() == [290_00, *[0] * (len(COUNTIES) - 1)]
    assert rows["amount"].sum() == seen.table("running")["amount"].sum()


def test_bonds_issued_before_are_no_projects(seen: Figures) -> None:
    """Their bills stand in a section of their own, after the projects; counties count them in money alone."""
    bills = seen.run.tables["running"]
    served = bills.assign(kind=bills["kind"].mask(bills["project"] == f"old-{COUNTIES[0]}", DEBT_SERVICE))
    run = Run(seen.run.case, {**seen.run.tables, "running": served}, seen.run.manifest, seen.run.path)
    own = figures(run, "zh")
    rows = VIEWS["running_projects"](own)
    assert rows[["project", "section"]].to_numpy().tolist() == [
        *([f"old-{county}", county] for county in COUNTIES[1:]),
        [f"old-{COUNTIES[0]}", "已发行债券还本付息(不是项目)"],
    ]
    counties = VIEWS["running_counties"](own).set_index("county")
    assert counties["projects"].to_dict() == {county: int(county != COUNTIES[0]) for county in COUNTIES}
    assert counties["amount"].to_dict() == bills.groupby("county")["amount"].sum().to_dict()


def test_levels_and_counties_show_both_apart(seen: Figures) -> None:
    """New starts are the payments, projects under way the bills; no bill is lost."""
    bills, paid = seen.table("running"), seen.table("payments")
    levels = VIEWS["levels"](seen)
    assert levels[["amount", "running", "together"]].sum().tolist() == [
        paid["amount"].sum(), bills["amount"].sum(), paid["amount"].sum() + bills["amount"].sum(),
    ]  # fmt: skip
    counties = VIEWS["counties"](seen).set_index("county")
    assert counties["running"].to_dict() == bills.groupby("county")["amount"].sum().to_dict()


def test_funding_of_both_is_shown_apart_and_together(seen: Figures) -> None:
    """A row for each, with every year."""
    rows = VIEWS["whole_funding"](seen).set_index("group")
    assert list(rows["name"]) == ["续建项目", "新开工项目"]
    for group, view in (("running", "running_funding"), ("starts", "funding")):
        columns = ["amount", "firm", "pending", "gap", *(f"paid_{year}" for year in seen.payment_years)]
        assert rows.loc[group, columns].tolist() == VIEWS[view](seen)[columns].sum().tolist()


def test_bills_after_the_plan_year_are_listed(seen: Figures) -> None:
    """By county and source, the plan year left out."""
    rows, bills = VIEWS["running_later"](seen), seen.table("running")
    later = bills[bills["year"] > seen.start_years[0]]
    assert rows.groupby("county")["amount"].sum().to_dict() == later.groupby("county")["amount"].sum().to_dict()
