"""The page ``report.html``: one file that opens offline in any browser; its parts lie in ``reports/page``."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import allocator
from allocator.plan.run_folder import Run
from allocator.reporting.charts import level_bars, money_by_year, source_charts
from allocator.reporting.figures import Figures, figures
from allocator.reporting.layout import TableLayout
from allocator.reporting.maps import estate_maps
from allocator.reporting.page_data import estate_rows, page_json
from allocator.reporting.page_parts import cell_text, render
from allocator.reporting.tables import Column, Row, Table, make_table
from allocator.reporting.views.money_views import levels
from allocator.reporting.views.summary import key_figures, risks
from allocator.reporting.workbook import scratch_file

MOST_ROWS = 300
"""Rows of a table on the page; the workbook has them all."""

_SHOWN = (
    "task_years", "counties", "running_counties", "running_funding", "funding", "whole_funding", "county_debt",
    "cash_years", "source_levels", "source_ties", "reallocations", "formula_totals",
    "bundles", "not_chosen_summary", "blocked_pledges", "passed_over", "assumptions", "audit_rules", "audit_failures",
    "tolerances", "goals", "solver_notes", "inputs", "notices",
)  # fmt: skip
"""Views shown as tables, with the columns the workbook's layout gives them."""


def write_page(run: Run, path: Path, language: str = "zh") -> Path:
    """Write the page of ``run`` to ``path``, whole or not at all; it needs no network and nothing beside it.

    Raises
    ------
    FileError
        When another program holds the file open.
    """
    text = render_page(figures(run, language))
    with scratch_file(path) as scratch:
        scratch.write_text(text, encoding="utf-8", newline="\n")
    return path


def render_page(f: Figures) -> str:
    """Text of the page; everything from the data is escaped."""
    estates = estate_rows(f)
    return render(
        "report",
        f,
        "page",
        data=page_json(f, estates),
        key_figures=key_figures(f),
        risks=risks(f),
        tables=_tables(f),
        year_chart=money_by_year(f),
        source_charts=source_charts(f),
        level_bars=level_bars(f, levels(f)),
        maps=estate_maps(f, estates),
        baseline=_baseline(f),
        version=str((f.manifest.get("versions") or {}).get("allocator") or allocator.__version__),
    )


def _tables(f: Figures) -> dict[str, Table]:
    """Tables by view, as the workbook lays them out; a view that no sheet shows is left out."""
    layouts: dict[str, TableLayout] = {}
    for sheet in f.layout.sheets:
        for table in sheet.tables:
            layouts.setdefault(table.view, table)
    return {
        view: make_table(layouts[view].model_copy(update={"max_rows": MOST_ROWS}), f)
        for view in _SHOWN
        if view in layouts
    }


def _baseline(f: Figures) -> Table | None:
    """The plan beside the baseline; None when the run has none."""
    given = f.manifest.get("baseline") or {}
    if not given:
        return None
    projects, started = f.table("projects"), f.started
    points = Decimal(str(projects["points"].sum() + f.table("bundles")["points"].sum()))
    measures: list[tuple[str, Any, Any, str]] = [
        ("points", points, Decimal(str(given.get("points") or 0)), "number"),
        ("estates_measure", len(started), int(given.get("estates") or 0), "int"),
        ("households_measure", int(started["households"].sum()), int(given.get("households") or 0), "int"),
        ("cost_measure", f.cost, f.manifest_steps(given.get("cost")), "money"),
        ("shortfall_measure", f.shortfall, f.manifest_steps(given.get("shortfall")), "money"),
    ]
    heads = [f.say("page", key) for key in ("measure", "this_plan", "ranking", "difference")]
    kinds = ("text", "number", "number", "number")
    columns = tuple(_column(kind, head, kind) for kind, head in zip(kinds, heads, strict=True))
    rows = []
    for key, own, other, kind in measures:
        shown = [cell_text(f, _column("own", "", kind), value) for value in (own, other, own - other)]
        rows.append(Row("row", (f.say("page", key).replace("{unit}", f.unit), *shown)))
    return Table("", columns, tuple(rows), "", 0)


def _column(key: str, head: str, kind: Any = "text") -> Column:  # noqa: ANN401 - a Kind
    return Column(key, head, "", kind, 0, 10, 1, 1, is_summed=False)
