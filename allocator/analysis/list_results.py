"""Frames of an evaluation: what is in the list, who drops out, what each forced project costs; money in steps."""

from __future__ import annotations

from typing import Any

import pandas as pd

from allocator.analysis.evaluate import Evaluation
from allocator.plan.audit.facts import NEVER


def listed_estates(e: Evaluation) -> pd.DataFrame:
    """One row per estate that the list starts, in its order, estates that come with their project last.

    Columns: rows, written, estate, name, county, project, households, asked_year (0: any), start_year, own_year (0: not
    in the own plan), ready_year (0: never), excused, breaches (codes), points, cost, shortfall.
    """
    estates = e.plan.tables["estates"].set_index("estate", drop=False)
    rows: dict[str, list[str]] = {}
    written: dict[str, str] = {}
    for entry in e.asked.listing.entries:
        for estate in entry.estates:
            rows.setdefault(estate, []).append(entry.row)
            written.setdefault(estate, entry.written)
    starts = e.asked.listing.starts
    beside = [name for name, project in estates["project"].items() if project in starts and name not in rows]
    table = estates.loc[[*rows, *beside]].reset_index(drop=True)
    unpaid = e.plan.tables["payments"].query("source == 'shortfall'").groupby("estate")["amount"].sum()
    own = e.own.tables["estates"].set_index("estate")["start_year"]
    excused = set(e.plan.manifest["evaluation"]["excused"])  # type: ignore[index]
    ready = e.asked.facts.projects["ready_year"]
    codes: dict[str, list[str]] = {}
    for breach in e.breaches:
        for project in breach.projects:
            codes.setdefault(project, []).append(breach.rule)
    return pd.DataFrame({
        "rows": [", ".join(rows.get(name, [])) for name in table["estate"]],
        "written": [written.get(name, "") for name in table["estate"]],
        **{key: table[key] for key in ("estate", "name", "county", "project", "households")},
        "asked_year": table["project"].map(starts).astype("int64"),
        "start_year": table["start_year"],
        "own_year": table["estate"].map(own).fillna(0).astype("int64"),
        "ready_year": table["project"].map(ready).where(lambda years: years < NEVER, 0).astype("int64"),
        "excused": table["project"].isin(excused),
        "breaches": [tuple(dict.fromkeys(codes.get(project, ()))) for project in table["project"]],
        "points": table["points"], "cost": table["cost"],
        "shortfall": table["estate"].map(unpaid).fillna(0).astype("int64"),
    })  # fmt: skip


def dropped_estates(e: Evaluation) -> pd.DataFrame:
    """Estates of the own plan that the list leaves out or moves.

    Columns: estate, name, county, project, households, hazard, own_year, start_year (0: dropped), points, cost: as the
    own plan has them.
    """
    own = e.own.tables["estates"]
    now = e.plan.tables["estates"].set_index("estate")["start_year"]
    own = own[own["start_year"] > 0]
    years = own["estate"].map(now).fillna(0).astype("int64")
    table = own.assign(own_year=own["start_year"], start_year=years)[years != own["start_year"]]
    columns = [
        "estate",
        "name",
        "county",
        "project",
        "households",
        "hazard",
        "own_year",
        "start_year",
        "points",
        "cost",
    ]
    return table.sort_values(["own_year", "county", "estate"])[columns].reset_index(drop=True)


def forced_costs(e: Evaluation) -> pd.DataFrame:
    """One row per forced project, dearest first: what it brings, what it costs, what striking it frees.

    Columns: project, rows, estates, name, county, households, start_year, own_year, cost, points (it brings), method,
    lost_points, lost_at_least, added_shortfall, added_public, within_gap, worse, freed_shortfall, freed_public,
    freed_divisible (bonds counted in any amount).
    """
    listed = listed_estates(e)
    found: list[dict[str, Any]] = []
    for project, cost in e.forced.items():
        own, struck = listed[listed["project"] == project], e.struck.get(project)
        found.append({
            "project": project, "rows": ", ".join(e.asked.listing.rows_of([project])), "estates": len(own),
            "name": own["name"].iloc[0] or own["estate"].iloc[0], "county": own["county"].iloc[0],
            "households": int(own["households"].sum()), "start_year": int(own["start_year"].iloc[0]),
            "own_year": int(own["own_year"].iloc[0]), "cost": int(own["cost"].sum()),
            "points": float(own["points"].sum()), "method": cost.method, "lost_points": cost.points,
            "lost_at_least": cost.points_at_least, "added_shortfall": cost.shortfall,
            "added_public": cost.public_money, "within_gap": cost.within_gap, "worse": cost.worse,
            "freed_shortfall": struck.shortfall if struck else None,
            "freed_public": struck.public_money if struck else None,
            "freed_divisible": bool(struck and struck.divisible),
        })  # fmt: skip
    table = pd.DataFrame(found, columns=FORCED)
    whole = ["added_shortfall", "added_public", "freed_shortfall", "freed_public"]
    table = table.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys(["lost_points", "lost_at_least"], "Float64"))
    keys = ["added_shortfall", "lost_points", "freed_shortfall"]
    return table.sort_values(keys, ascending=False, na_position="last", kind="stable", ignore_index=True)


FORCED = [
    "project", "rows", "estates", "name", "county", "households", "start_year", "own_year", "cost", "points", "method",
    "lost_points", "lost_at_least", "added_shortfall", "added_public", "within_gap", "worse", "freed_shortfall",
    "freed_public", "freed_divisible",
]  # fmt: skip
"""Columns of ``forced_costs``."""
