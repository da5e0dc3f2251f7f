"""Views of what residents pay, what their pledges block, and what companies pay by year."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from allocator.inputs.schemas.residents import ResidentRules
from allocator.plan.run_folder import Run
from allocator.plan.tables import TABLES
from allocator.reporting.figures import figures
from allocator.reporting.views.resident_views import blocked_pledges, company_years, resident_payments
from tests.builders import expand


def test_what_is_blocked_in_words(run: Run) -> None:
    """The estate itself, then single works; participation only where it is too low; every cure in words."""
    columns = list(TABLES["blocked_pledges"])
    estate = run.tables["estates"].iloc[0]
    key = (estate["estate"], estate["name"], estate["county"])
    work = next(iter(run.case.policy.works))
    rows = [(*key, "k", work, 5, 5, 9, 0, 4, -1.0, "pledge"), (*key, "", "", 5, 0, 9, 0, 9, 0.5, "vote,participation")]
    tables = {**run.tables, "blocked_pledges": pd.DataFrame(rows, columns=columns)}
    view = blocked_pledges(figures(replace(run, tables=tables), "zh"))
    assert list(view["blocks"]) == ["整个小区开工", run.case.policy.works[work].label.text("zh")]
    assert list(view["cure_text"]) == ["组织业主(重新)表决、动员更多住户出资", "增加承诺资金"]
    assert [None if pd.isna(share) else share for share in view["participation"]] == [0.5, None]


def _with_residents(run: Run) -> Run:
    """The run, as if its utility were the residents, with a warning above 1 元 per household."""
    warning = expand(ResidentRules, {"payer": "utility", "warn_above": {"value": 1, "unit": "元/户"}})
    rules = ResidentRules.model_validate(warning)
    policy = run.case.policy.model_copy(update={"residents": rules})
    return replace(run, case=replace(run.case, policy=policy))


def test_payments_of_residents_are_those_of_the_plan(run: Run) -> None:
    """Estate by estate what residents pay, the highest per household first."""
    view = resident_payments(figures(_with_residents(run), "zh"))
    paid = run.tables["payments"]
    paid = paid[(paid["payer"] == "utility") & (paid["source"] != "shortfall")]
    assert view["amount"].sum() == paid["amount"].sum() > 0
    assert view["per_household"].is_monotonic_decreasing
    assert set(view["warning"]) == {"超过提示线"}


def test_companies_have_what_they_use_and_what_is_left(run: Run) -> None:
    """Neither residents nor the government are companies; limit = used + left."""
    view = company_years(figures(run, "zh"))
    payers = {run.case.policy.sources[source].payer for source in view["source"]}
    assert payers
    assert not payers & {n for n, payer in run.case.policy.payers.items() if payer.last_resort}
    limited = view[~view["unlimited"].astype(bool)]
    assert (limited["available"] - limited["used"] - limited["balance"]).abs().sum() == 0
