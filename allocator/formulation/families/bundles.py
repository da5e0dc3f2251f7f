"""Declared areas earn a bonus when enough of their estates start in one year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.frames import row_of
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.schemas.base import in_force


def bundles(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Grant an area's bonus once, in a year in which all, or at least ``k``, of its estates start.

    .. math::
        bonus_{a,t} \le start_{p(i),t} \ \forall i \in a \qquad
        k \, bonus_{a,t} \le \sum_{i \in a} start_{p(i),t} \qquad
        \sum_t bonus_{a,t} \le 1

    Source: policy ``bundle``, register 片区; formulation.md, bundles.
    """
    bonus, bundle = columns["bonus"], index.case.policy.bundle
    if bundle is None:
        return ()
    need = needed_estates(index)
    if in_force((bundle,), index.case.scenario.as_of) is None:
        return (make_rows("bundles.off", bonus[["area", "year"]], [term(bonus, 1.0)], upper=0.0),)
    members = _members(index)
    whole = bonus[bonus["area"].map(need["all"]).astype(bool)]
    each = whole.merge(members, on="area")
    key = ["area", "estate", "year"]
    starting = each[[*key, "project"]].merge(columns["start"], on=["project", "year"])
    all_start = make_rows("bundles", each[key], [term(each, 1.0), term(starting[[*key, "col"]], -1.0)], upper=0.0)
    some = bonus[~bonus["area"].map(need["all"]).astype(bool)]
    count = some.assign(need=some["area"].map(need["least"]).astype(float))
    present = some[["area", "year"]].merge(members, on="area").merge(columns["start"], on=["project", "year"])
    present = present.groupby(["area", "year", "col"], as_index=False).size()
    terms = [term(count, "need"), term(present.assign(size=-present["size"].astype(float)), "size")]
    at_least = make_rows("bundles.at_least", some[["area", "year"]], terms, upper=0.0)
    once = make_rows("bundles.once", bonus[["area"]].drop_duplicates(), [term(bonus[["area", "col"]], 1.0)], upper=1.0)
    return all_start, at_least, once


def _members(index: Index) -> pd.DataFrame:
    own = index.estates.loc[index.estates["area"] != "", ["area", "project"]].reset_index(names="estate")
    return own.assign(area=own["area"].map(row_of(index.case.register.areas["area"])).astype(np.int64))


def needed_estates(index: Index) -> pd.DataFrame:
    """How many estates an area's bonus needs, by row of 片区: ``least``, and ``all`` when every one is needed."""
    areas = index.case.register.areas
    size = areas["area"].map(index.estates["area"].value_counts()).fillna(0).astype(np.int64)
    bundle = index.case.policy.bundle
    default = bundle.at_least if bundle is not None else "all"
    least = areas["at_least"].astype("Int64").fillna(-1 if default == "all" else default).astype(np.int64)
    # An area without estates can never earn its bonus.
    return pd.DataFrame(
        {"least": np.where(size == 0, 1, np.where(least < 0, size, least)), "all": (least < 0) & (size > 0)}
    )
