"""For whom a report is: the public (公示), the house (内部), or higher levels (上报).

Publishing is an allow-list twice over. A layout shows a sheet, table or column to the public only where it says so; and
it may say so only of the columns named here. Points, gaps, debt, reasons and what single households pay are not among
them, so that no layout can publish them, by mistake or on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from allocator.plan.run_folder import Run

Audience = Literal["公示", "内部", "上报"]

PUBLIC: Audience = "公示"
INTERNAL: Audience = "内部"

NOT_PUBLIC: tuple[Audience, ...] = ("内部", "上报")
"""Audiences of what does not say otherwise."""

PUBLISHABLE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "annual_plan": frozenset(
            {"no", "section", "county", "projects", "estates", "buildings", "households", "floor_area", "cost"}
        ),
        "running_counties": frozenset({"no", "county", "projects", "estates", "households", "estimate"}),
        "running_projects": frozenset(
            {
                "no", "section", "project", "name", "county", "start_text", "expected_end", "estates", "households",
                "estimate",
            }
        ),
        "projects": frozenset(
            {
                "no", "section", "project", "name", "county", "body", "approval",
                "listed_text", "batch", "listing_document",
                "start_year", "estate_names", "works",
                "estates", "buildings", "households", "floor_area", "cost",
            }
        ),
        "public_list": frozenset(
            {
                "no", "section", "estate", "shown_name", "county", "area_name", "built_year", "households", "buildings",
                "floor_area", "works", "start_year", "body",
            }
        ),
    }
)  # fmt: skip
"""Columns that may be published, by view; nothing of any other view may be."""


def publishable(view: str, column: str) -> bool:
    """Whether a layout may show the column ``column`` of ``view`` to the public."""
    return column in PUBLISHABLE.get(view, frozenset())


def unfunded_projects(run: Run) -> frozenset[str]:
    """Started projects with a payment that has no source: they may not start (政府投资条例 第22条)."""
    payments = run.tables["payments"]
    return frozenset(payments.loc[(payments["source"] == "shortfall") & (payments["amount"] > 0), "project"])


def without_projects(run: Run, projects: frozenset[str]) -> Run:
    """``run`` as if it had not started ``projects``, for lists of what is certain: starts, works and payments."""
    tables = dict(run.tables)
    for name in ("projects", "works", "payments"):
        tables[name] = tables[name][~tables[name]["project"].isin(projects)]
    estates = tables["estates"]
    tables["estates"] = estates[~(estates["project"].isin(projects) & (estates["state"] == "started"))]
    return replace(run, tables=tables)
