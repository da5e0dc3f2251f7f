"""A project starts at most once; locks and exclusions fix or forbid it."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.frames import row_of
from allocator.formulation.index import Index
from allocator.formulation.rows import CITY, Rows, make_rows, term


def once(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Let every project start at most once, as locked, and exclusive projects not together.

    .. math:: l_p \le \sum_t start_{p,t} \le u_p, \qquad \sum_{p \in E, t} start_{p,t} \le 1

    A lock ``must`` gives (1, 1), ``never`` (0, 0), a year fixes that year; a lock on an estate is one on its project.
    Source: scenario ``locks`` and ``exclusions``; formulation.md, once.
    """
    start = columns["start"]
    locks = _locks(index)
    rows = range(len(index.projects))
    lower = [1.0 if locks.get(p) == "must" else 0.0 for p in rows]
    upper = [0.0 if locks.get(p) == "never" else 1.0 for p in rows]
    starts = make_rows("once", pd.DataFrame({"project": rows}), [term(start, 1.0)], lower=lower, upper=upper)
    fixed = pd.DataFrame(
        [(p, year) for p, year in locks.items() if isinstance(year, int)], columns=["project", "year"]
    ).astype({"project": "int64", "year": "int64"})
    fixing = make_rows("once.lock", fixed, [term(start, 1.0)], lower=1.0, upper=1.0)
    return (starts, fixing, _exclusive(index, start))


def _locks(index: Index) -> dict[int, str | int]:
    """Lock by row of project; a name that is both a project's and an estate's means the project."""
    row: dict[str, int] = dict(zip(index.estates["estate_id"], index.estates["project"].tolist(), strict=True))
    row |= dict(zip(index.projects["project_id"], range(len(index.projects)), strict=True))
    return {row.get(name, -1): lock for name, lock in index.case.scenario.locks.items()}


def _exclusive(index: Index, start: pd.DataFrame) -> Rows:
    row = row_of(index.projects["project_id"])
    sets = index.case.scenario.exclusions
    members = pd.DataFrame(
        [(number, row[name]) for number, names in enumerate(sets) for name in names], columns=["exclusion", "project"]
    ).astype("int64")
    keys = pd.DataFrame({"exclusion": range(len(sets))})
    return make_rows("once.exclusion", keys, [term(start.merge(members, on="project"), 1.0)], upper=1.0, reach=CITY)
