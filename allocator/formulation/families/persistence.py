"""The plan stays near the adopted one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.index import Index, adopted_years
from allocator.formulation.rows import CITY, Rows, make_rows, term
from allocator.inputs.adopted import NOT_STARTED


def persistence(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Forbid more projects to leave the adopted plan than the scenario allows, and any to leave what is settled.

    .. math:: moved_p + start_{p,a_p} = 1 \quad (adopted) \qquad moved_p = \sum_t start_{p,t} \quad (not\ adopted)
        \qquad \sum_p moved_p \le most

    ``moved`` is 0 by its bounds for every project at the stage 定案, and for those adopted in a frozen year; no other
    project starts in a frozen year. No rows without an adopted plan. Counts of projects.
    Source: register 既定方案; scenario ``adopted``, ``stage``, ``persistence``; formulation.md, persistence.
    """
    adopted, start, moved = adopted_years(index), columns["start"], columns["moved"]
    year = start["project"].map(adopted)
    kept, new = start[year == start["year"]], start[year == NOT_STARTED]
    keys = moved[["project"]]
    one = (keys["project"].map(adopted).to_numpy() != NOT_STARTED).astype(float)
    terms = [term(moved, 1.0), term(kept[["project", "col"]], 1.0), term(new[["project", "col"]], -1.0)]
    moves = make_rows("persistence.move", keys, terms, lower=one, upper=one)
    return moves, _limit(index, moved), _frozen(index, start, year)


def _limit(index: Index, moved: pd.DataFrame) -> Rows:
    most = index.case.scenario.persistence.most_moves
    keys = pd.DataFrame({"plan": ["adopted"] if most is not None and len(moved) else []}, dtype=object)
    terms = [term(moved[["col"]].assign(plan="adopted"), 1.0)]
    return make_rows("persistence.limit", keys, terms, upper=np.inf if most is None else float(most), reach=CITY)


def _frozen(index: Index, start: pd.DataFrame, adopted: pd.Series) -> Rows:
    """Starts of other projects in frozen years."""
    until = index.case.scenario.persistence.frozen_until or NOT_STARTED
    added = start[(start["year"] <= until) & adopted.notna() & (adopted != start["year"])]
    return make_rows("persistence.frozen", added[["project", "year"]], [term(added, 1.0)], upper=0.0)
