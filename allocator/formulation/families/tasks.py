"""Tasks of the year: bands on estates and households, newer estates, fairness between counties."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.index import Index
from allocator.formulation.readiness import value_on
from allocator.formulation.rows import CITY, COUNTY, Rows, make_rows, term
from allocator.formulation.tasks import already_started, task_bands
from allocator.inputs.register_sheets import TOTAL


def tasks(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Start as many estates and households as the tasks ask, by county and year.

    .. math::
        min - running \le \sum_p n_p \, start_{p,t} + under \qquad
        \sum_p n_p \, start_{p,t} - over \le max - running \\
        \sum_p newer_p \, start_{p,t} \le share \sum_p households_p \, start_{p,t} \\
        ready \sum_{p \in c,t} households_p \, start_{p,t} \ge f \, ready_c \sum_{p,t} households_p \, start_{p,t}

    Source: register 年度任务, policy ``scope.newer_share``, scenario ``options.fairness``; formulation.md, tasks.
    """
    bands = task_bands(index)
    started = _started(index, columns)
    counted = already_started(index.case, bands)
    rows = [_band(bands, started, columns, side, counted) for side in ("minimum", "maximum")]
    return (*rows, *_newer(index, columns), *_fairness(index, columns))


def _started(index: Index, columns: Columns) -> pd.DataFrame:
    """Counted starts for every band they fall in; ``county``, ``year``, ``measure``, ``col``, ``count``."""
    projects = index.projects[["county", "estates", "households"]].reset_index(names="project")
    start = columns["start"].merge(projects, on="project")
    long = start.melt(["county", "year", "col"], ["estates", "households"], var_name="measure", value_name="count")
    copies = [long.assign(**new) for new in ({}, {"county": ""}, {"year": TOTAL}, {"county": "", "year": TOTAL})]
    return pd.concat(copies, ignore_index=True).assign(count=lambda f: f["count"].astype(float))


def _band(bands: pd.DataFrame, started: pd.DataFrame, columns: Columns, side: str, counted: pd.Series) -> Rows:
    own = bands[bands[side] > 0] if side == "minimum" else bands[bands[side] >= 0]
    key = ["county", "year", "measure"]
    breach = term(columns["under"], 1.0) if side == "minimum" else term(columns["over"], -1.0)
    bound = (own[side] - counted[own.index]).to_numpy(float)
    reach = np.where(own["county"] == "", CITY, COUNTY)
    terms = [term(started, "count"), breach]
    if side == "minimum":
        return make_rows("tasks.minimum", own[key], terms, lower=bound, reach=reach)
    return make_rows("tasks.maximum", own[key], terms, upper=bound, reach=reach)


def _newer(index: Index, columns: Columns) -> tuple[Rows, ...]:
    scope = index.case.policy.scope
    share = value_on(scope.newer_share, index.case) if scope else None
    if share is None or not index.estates["newer"].any():
        return ()
    projects = index.projects.reset_index(names="project")
    count = projects["newer_households"] - float(share) * projects["households"]
    start = columns["start"].merge(projects[["project", "county"]].assign(count=count), on="project")
    keys = start[["county", "year"]].drop_duplicates().sort_values(["county", "year"])
    return (make_rows("tasks.newer", keys, [term(start, "count")], upper=0.0, reach=COUNTY),)


def _fairness(index: Index, columns: Columns) -> tuple[Rows, ...]:
    least = float(index.case.scenario.options.fairness)
    ready = index.projects[index.projects["ready_year"].between(1, index.start_years[-1])]
    if least <= 0 or ready.empty:
        return ()
    in_county = ready.groupby("county")["households"].sum()
    in_city = float(ready["households"].sum())
    households = columns["start"]["project"].map(index.projects["households"]).to_numpy(float)
    start = columns["start"].assign(
        share=households / in_city, home=columns["start"]["project"].map(index.projects["county"])
    )
    keys = pd.DataFrame({"county": in_county.index})
    everyone = start[["col", "share"]].merge(keys, how="cross")
    everyone["share"] *= -least
    own = start.rename(columns={"home": "county"}).merge(in_county.rename("ready").reset_index(), on="county")
    own["share"] = own["share"] * in_city / own["ready"]
    terms = [term(own[["county", "col", "share"]], "share"), term(everyone, "share")]
    return (make_rows("tasks.fairness", keys, terms, lower=0.0, reach=CITY),)
