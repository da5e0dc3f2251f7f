"""What a search starts from: a plan that is there, the adopted plan, or the baseline, as whole columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.formulation.build import Formulation
from allocator.formulation.index import adopted_years
from allocator.i18n import _
from allocator.inputs.adopted import NOT_STARTED
from allocator.plan.plain_projects import plain_projects
from allocator.solving.base import Floats


def first_starts(f: Formulation, baseline: pd.Series) -> pd.Series:
    """Start years by project id to search from: the adopted plan's where projects are ready, else the baseline's."""
    adopted = adopted_years(f.index)
    if adopted.empty:
        return baseline
    return adopted.where(_is_ready(f, adopted), NOT_STARTED).set_axis(f.index.projects["project_id"])


def _is_ready(f: Formulation, year: pd.Series) -> pd.Series:
    ready = f.index.projects["ready_year"]
    return (ready > 0) & (ready <= year)


def refuse_impossible_list(f: Formulation) -> None:
    """Refuse a settled list with projects that may not start in their year; no solver would say which they are.

    Raises
    ------
    ScenarioError
        With every such project, and the year from which it may start.
    """
    scenario = f.index.case.scenario
    if scenario.stage != "定案" or "gates" in scenario.options.rules_off:
        return
    adopted, projects = adopted_years(f.index), f.index.projects
    early = projects[(adopted > NOT_STARTED) & ~_is_ready(f, adopted)]
    problems = []
    for row, name, ready in zip(early.index, early["project_id"], early["ready_year"], strict=True):
        finding = _("the settled list starts it in {year}, when it is not eligible or its gates are not met")
        cure = _("start it in {ready} or later").format(ready=ready) if ready else _("take it off the list")
        problems.append(Problem(f"{_('settled list')}: {name}", finding.format(year=adopted[row]), cure))
    if problems:
        raise ScenarioError(problems)


def first_choices(f: Formulation, starts: pd.Series) -> Floats:
    """Whole columns of plain projects started in given years (by project id, 0: not started); no bonds, no bonuses."""
    x = np.zeros(f.columns.count)
    year = starts.reindex(f.index.projects["project_id"]).fillna(0).to_numpy(np.int64)
    works = np.asarray(plain_projects(f.index).works, dtype=bool)
    first = f.index.projects["routes"].map(lambda routes: routes[0]).to_numpy(object)
    of_item = f.index.items["project"].to_numpy(np.int64)
    for kind in ("start", "route", "do", "do_route"):
        frame = f.columns[kind]
        item = frame["item"].to_numpy(np.int64) if "item" in frame else None
        project = frame["project"].to_numpy(np.int64) if item is None else of_item[item]
        on = year[project] == frame["year"].to_numpy(np.int64)
        if item is not None:
            on &= works[item]
        if "route" in frame:
            on &= first[project] == frame["route"].to_numpy(object)
        x[frame["col"].to_numpy(np.int64)[on]] = 1.0
    _earn_savings(f, x)
    return x


def choices_of(f: Formulation, tables: Mapping[str, pd.DataFrame]) -> Floats:
    """Whole columns of a plan of (nearly) the same inputs, told by its tables; bonds and bonuses are left out.

    What the formulation does not have, and starts of projects that are not ready, are left out too.
    """
    x = np.zeros(f.columns.count)
    projects = tables["projects"].set_index("project")
    own = f.index.projects["project_id"]
    start = own.map(projects["start_year"]).fillna(NOT_STARTED).astype(np.int64)
    start = start.where(_is_ready(f, start), NOT_STARTED)
    works = tables["works"].set_index("item")["year"]
    items = f.index.items
    done = items["item_id"].map(works).fillna(NOT_STARTED).astype(np.int64)
    done = done.where(items["project"].map(start) > NOT_STARTED, NOT_STARTED)
    route = own.map(projects["route"]).fillna("")
    for kind, key, year, taken in (
        ("start", "project", start, route), ("route", "project", start, route),
        ("do", "item", done, items["project"].map(route)), ("do_route", "item", done, items["project"].map(route)),
    ):  # fmt: skip
        frame = f.columns[kind]
        on = frame[key].map(year) == frame["year"]
        if "route" in frame:
            on &= frame[key].map(taken) == frame["route"]
        x[frame["col"].to_numpy(np.int64)[on.to_numpy(bool)]] = 1.0
    _earn_savings(f, x)
    return x


def _earn_savings(f: Formulation, x: Floats) -> None:
    """Set the savings whose two works are both done."""
    offset = 0
    for rows in f.blocks_of_rows:
        if rows.kind == "scope.saving_both":
            acts = f.matrix[offset : offset + len(rows)] @ x
            x[f.columns["both"]["col"].to_numpy(np.int64)[acts <= -1.5]] = 1.0
        offset += len(rows)
