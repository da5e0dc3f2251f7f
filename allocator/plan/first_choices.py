"""The baseline as whole columns: something to search from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.plan.plain_projects import plain_projects
from allocator.solving.base import Floats


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


def _earn_savings(f: Formulation, x: Floats) -> None:
    """Set the savings whose two works are both done."""
    offset = 0
    for rows in f.blocks_of_rows:
        if rows.kind == "scope.saving_both":
            acts = f.matrix[offset : offset + len(rows)] @ x
            x[f.columns["both"]["col"].to_numpy(np.int64)[acts <= -1.5]] = 1.0
        offset += len(rows)
