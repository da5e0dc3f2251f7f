"""The whole decisions of a plan, read off the columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.costs import acts, saved_amounts
from allocator.formulation.debt import county_of
from allocator.formulation.frames import summed
from allocator.solving.base import Floats


@dataclass(frozen=True)
class Choices:
    """What starts, what is done, what is earned and issued.

    Attributes
    ----------
    starts: ``project`` (row), ``year``, ``route``.
    works: ``item`` (row), ``year``, ``route``; items of started projects that are done.
    bonuses: ``area`` (row), ``year``.
    issues: ``bond``, ``place``, ``county``, ``year``, ``lots``.
    topups: ``place`` (area), ``year``, ``amount`` [steps]: what its county adds for its special bonds.
    due: ``part`` (row), ``route``, ``year``, ``due`` [steps]: what falls due, savings taken off.
    """

    starts: pd.DataFrame
    works: pd.DataFrame
    bonuses: pd.DataFrame
    issues: pd.DataFrame
    topups: pd.DataFrame
    due: pd.DataFrame


def read_choices(f: Formulation, x: Floats) -> Choices:
    """Read the whole columns of ``x``."""

    def chosen(frame: pd.DataFrame) -> pd.DataFrame:
        on = pd.Series(x[frame["col"].to_numpy(np.int64)] > 0.5, index=frame.index)
        return frame[on].drop(columns="col").reset_index(drop=True)

    works = chosen(acts(f.index, f.columns))[["item", "year", "route"]].sort_values("item", ignore_index=True)
    starts = chosen(f.columns["start"]).sort_values("project", ignore_index=True)
    routes = chosen(f.columns["route"]) if len(f.columns["route"]) else f.columns["route"].drop(columns="col")
    starts = starts.merge(routes, on=["project", "year"], how="left")
    only = starts["project"].map(f.index.projects["routes"].map(lambda r: r[0]))
    starts["route"] = starts["route"].where(starts["route"].notna(), only)
    issue = f.columns["issue"]
    lots = np.round(x[issue["col"].to_numpy(np.int64)]).astype(np.int64)
    issues = issue.assign(county=issue["place"].map(county_of(f.index.case)), lots=lots).drop(columns="col")
    topup = f.columns["topup"]
    added = np.round(x[topup["col"].to_numpy(np.int64)]).astype(np.int64)
    topups = topup.assign(amount=added).drop(columns="col")
    return Choices(
        starts,
        works,
        chosen(f.columns["bonus"]),
        issues[issues["lots"] > 0].reset_index(drop=True),
        topups[topups["amount"] > 0].reset_index(drop=True),
        _due(f, works, chosen(f.columns["both"])),
    )


def _due(f: Formulation, works: pd.DataFrame, both: pd.DataFrame) -> pd.DataFrame:
    parts = f.index.parts[["item_row"]].reset_index(names="part").rename(columns={"item_row": "item"})
    gross = f.index.in_era(parts.merge(works, on="item"), "year").merge(f.index.due, on="part")
    gross["year"] += gross["offset"]
    saved = f.index.in_era(saved_amounts(f.index).merge(both, on=["saving", "estate"]), "year")
    saved = saved.assign(year=saved["year"] + saved["offset"]).rename(columns={"change": "due"})
    keys = ["part", "route", "year"]
    due = pd.concat([gross[[*keys, "due"]], saved[[*keys, "due"]]], ignore_index=True)
    due = due.astype({"part": np.int64, "year": np.int64, "due": np.int64})
    total = summed(due, keys, "due")
    return total[total["due"] != 0].reset_index(drop=True)
