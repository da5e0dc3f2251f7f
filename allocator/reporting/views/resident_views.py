"""Views of what residents pay, what their pledges block, and what companies have and pay by year."""

from __future__ import annotations

import pandas as pd

from allocator.reporting.figures import Figures, rank
from allocator.reporting.views.money_views import accounts
from allocator.reporting.views.summary import residents_line, residents_per_household


def blocked_pledges(f: Figures) -> pd.DataFrame:
    """One row per estate or work that residents' pledges block: pledged, counted, needed, short, and the cure."""
    table = f.table("blocked_pledges")
    separator = f.say("words", "list_sep")
    rows = table.assign(
        shown_name=table["name"].where(table["name"] != "", table["estate"]),
        blocks=[f.label("works", work) if work else f.say("blocked", "start") for work in table["work"]],
        participation=table["participation"].astype("Float64").mask(table["participation"] < 0),
        cure_text=[
            separator.join(f.say("blocked", cure) for cure in cures.split(",") if cure) for cures in table["cure"]
        ],
        order=rank(table["county"], f.counties),
        work_order=(table["item"] != "").astype(int),
    )
    return rows.sort_values(["work_order", "order", "short", "estate"], ascending=[True, True, False, True])


def resident_payments(f: Figures) -> pd.DataFrame:
    """One row per started estate whose residents pay: by all their channels, and per household, highest first."""
    per_household = residents_per_household(f)
    line = residents_line(f)
    rules = f.run.case.policy.residents
    paid = f.payments
    paid = paid[(paid["payer"] == (rules.payer if rules else None)) & (paid["gap"] == 0)]
    sums = paid.groupby("estate")["amount"].sum()
    rows = f.started[f.started["estate"].isin(per_household.index)]
    rows = rows.assign(
        shown_name=rows["name"].where(rows["name"] != "", rows["estate"]),
        amount=rows["estate"].map(sums),
        per_household=rows["estate"].map(per_household),
    )
    over = rows["per_household"] > (float("inf") if line is None else line)
    rows["warning"] = over.map({True: f.say("blocked", "above"), False: ""})
    return rows.sort_values(["per_household", "estate"], ascending=[False, True])


def company_years(f: Figures) -> pd.DataFrame:
    """One row per company, place and year: what it has, what is paid from it, and what is left.

    Companies (and other owners) are payers other than the residents and those the last resort stands in for, and their
    sources that lie elsewhere than at single estates; one without a limit has no figures for what it has and what is
    left.
    """
    policy = f.run.case.policy
    residents = policy.residents.payer if policy.residents else ""
    companies = [name for name, payer in policy.payers.items() if not payer.last_resort and name != residents]
    outside = [n for n, s in policy.sources.items() if s.scope != "estate" and s.payer in companies]
    rows = accounts(f)
    rows = rows[rows["source"].isin(outside)]
    return rows.assign(used=rows["running"] + rows["service"] + rows["paid"])
