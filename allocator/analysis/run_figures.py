"""What one run comes to, as frames that can be laid beside those of another run; money in common steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from allocator.plan.run_folder import Run

Kind = Literal["money", "int", "number"]

SHORTFALL = "shortfall"
"""Source id of money that no limit provides."""

TOTALS: dict[str, Kind] = {
    "projects": "int", "estates": "int", "buildings": "int", "households": "int", "floor_area": "number",
    "works": "int", "points": "number", "cost": "money", "firm": "money", "pending": "money", "shortfall": "money",
    "local_money": "money", "running": "money", "issued": "money", "task_breaches": "int",
}  # fmt: skip
"""Measures of a whole run. cost = firm + pending + shortfall; ``local_money`` is what counties pay themselves of it;
``running`` are the bills of projects under way, which no plan changes."""

MONEY = ("amount", "firm", "pending", "shortfall")
"""Money columns of payments: amount = firm + pending + shortfall."""


def payments(run: Run, factor: int) -> pd.DataFrame:
    """Payments with ``MONEY`` in common steps; money without a source has the level ``""``."""
    table = run.tables["payments"]
    is_gap = (table["source"] == SHORTFALL).to_numpy()
    amount, firm = table["amount"] * factor, (table["firm"] * factor).where(~is_gap, 0)
    gap = amount.where(is_gap, 0)
    level = table["level"].where(~is_gap, "")
    return table.assign(amount=amount, firm=firm, shortfall=gap, pending=amount - firm - gap, level=level)


def totals(run: Run, factor: int) -> dict[str, Any]:
    """Value of every measure of ``TOTALS``."""
    projects, works, paid = run.tables["projects"], run.tables["works"], payments(run, factor)
    local = [name for name, source in run.case.policy.sources.items() if source.local]
    return {
        **{name: int(projects[name].sum()) for name in ("estates", "buildings", "households")},
        "floor_area": float(projects["floor_area"].sum()),
        "projects": len(projects),
        "works": int((works["year"] > 0).sum()),
        "points": float(projects["points"].sum() + run.tables["bundles"]["points"].sum()),
        "cost": int(paid["amount"].sum()),
        **{name: int(paid[name].sum()) for name in ("firm", "pending", "shortfall")},
        "local_money": int(paid.loc[paid["source"].isin(local), "amount"].sum()),
        "running": int(run.tables["running"]["amount"].sum()) * factor,
        "issued": int(run.tables["bonds"]["amount"].sum()) * factor,
        "task_breaches": int(run.tables["tasks"]["breach"].sum()),
    }


def goals(run: Run, factor: int) -> pd.DataFrame:
    """Goal, unit, value, bound, error (distance of the two) and status, in the order of the run."""
    manifest: Mapping[str, Any] = run.manifest
    rows = []
    for goal in manifest.get("goals") or []:
        times = factor if goal.get("unit") == "money" else 1
        value, bound = float(goal["value"]) * times, float(goal["bound"]) * times
        rows.append((goal["id"], goal.get("unit", ""), value, bound, abs(bound - value), str(goal.get("status", ""))))
    return pd.DataFrame(rows, columns=["goal", "unit", "value", "bound", "error", "status"])


def money(run: Run, factor: int) -> pd.DataFrame:
    """``MONEY`` by level, source and payment year."""
    return payments(run, factor).groupby(["level", "source", "year"], as_index=False)[list(MONEY)].sum()


def counties(run: Run, factor: int) -> pd.DataFrame:
    """By county: projects, estates, households and floor area started, and ``MONEY``."""
    projects = run.tables["projects"]
    started = projects.groupby("county").agg(
        projects=("project", "size"), estates=("estates", "sum"), households=("households", "sum"),
        floor_area=("floor_area", "sum"),
    )  # fmt: skip
    paid = payments(run, factor).groupby("county")[list(MONEY)].sum()
    return started.join(paid, how="outer").fillna(0).rename_axis("county").reset_index()


def starts(run: Run, factor: int) -> pd.DataFrame:
    """By start year: projects, estates, households, and their cost."""
    projects = run.tables["projects"]
    projects = projects.assign(year=projects["start_year"], cost=projects["cost"] * factor)
    return projects.groupby("year", as_index=False).agg(
        projects=("project", "size"), estates=("estates", "sum"), households=("households", "sum"), cost=("cost", "sum")
    )


def works(run: Run, factor: int) -> pd.DataFrame:
    """By work type: items done and their cost, net of savings."""
    done = run.tables["works"].query("year > 0")
    done = done.assign(cost=done["cost"] * factor)
    return done.groupby("work", as_index=False).agg(items=("item", "size"), cost=("cost", "sum"))


def debt(run: Run, factor: int) -> pd.DataFrame:
    """By county and year: issued, stock, service, and the room left under both ceilings (missing without a ceiling)."""
    table = run.tables["debt"]
    service = table["principal"] + table["interest"] + table["existing_service"]
    room = (table["stock_ceiling"] - table["stock"]).astype("Int64").mask(table["stock_ceiling"] < 0)
    service_room = (table["service_ceiling"] - service).astype("Int64").mask(table["service_ceiling"] < 0)
    return table[["county", "year"]].assign(
        issued=table["issued"] * factor, stock=table["stock"] * factor, service=service * factor,
        room=room * factor, service_room=service_room * factor,
    )  # fmt: skip
