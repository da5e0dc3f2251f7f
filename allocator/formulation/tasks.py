"""Task bands of the register, one row per county, year and measure."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.inputs.case import Case
from allocator.inputs.register_sheets import TOTAL


def task_bands(index: Index) -> pd.DataFrame:
    """Bands on estates and households; those without either end are left out.

    Columns ``county`` ("" the city), ``year`` (0 the total), ``measure``, ``minimum`` and ``maximum`` (-1: none).
    """
    tasks = index.case.register.tasks
    frames = [
        pd.DataFrame(
            {
                "county": tasks["county"], "year": tasks["year"].astype(int), "measure": measure,
                "minimum": tasks[f"min_{measure}"].fillna(-1).astype(int),
                "maximum": tasks[f"max_{measure}"].fillna(-1).astype(int),
            }
        )
        for measure in ("estates", "households")
    ]  # fmt: skip
    bands = pd.concat(frames, ignore_index=True)
    bands = bands[(bands["minimum"] >= 0) | (bands["maximum"] >= 0)]
    return bands.sort_values(["county", "year", "measure"], ignore_index=True)


def running_starts(case: Case) -> pd.DataFrame:
    """Estates and households of running projects that started in a start year: they count towards its tasks.

    Columns ``county``, ``year``, ``estates``, ``households``.
    """
    horizon, running = case.scenario.horizon, case.register.running
    inside = running["start_year"].between(horizon.first, horizon.last).fillna(False).astype(bool)
    own = running[inside].drop_duplicates("project").rename(columns={"year": "due", "start_year": "year"})
    own = own.astype({"year": "int64", "estates": "int64", "households": "int64"})
    return summed(own, ["county", "year"], "estates", "households")[["county", "year", "estates", "households"]]


def already_started(case: Case, bands: pd.DataFrame) -> pd.Series:
    """What running projects count towards each band (rows as ``task_bands``)."""
    running = running_starts(case)
    copies = [running.assign(**new) for new in ({}, {"county": ""}, {"year": TOTAL}, {"county": "", "year": TOTAL})]
    long = pd.concat(copies, ignore_index=True).melt(["county", "year"], ["estates", "households"], "measure")
    counts = long.groupby(["county", "year", "measure"])["value"].sum()
    keys = pd.MultiIndex.from_frame(bands[["county", "year", "measure"]])
    return pd.Series(counts.reindex(keys, fill_value=0).to_numpy("int64"), index=bands.index)


def capacity_left(index: Index) -> pd.Series:
    """Estates a county may still start, by row of 实施能力 with ``max_estates``: running ones of the year taken off."""
    sheet = index.case.register.capacity.dropna(subset=["max_estates"]).astype({"year": "int64"})
    running = running_starts(index.case).set_index(["county", "year"])["estates"]
    taken = running.reindex(pd.MultiIndex.from_frame(sheet[["county", "year"]]), fill_value=0).to_numpy("int64")
    return (sheet["max_estates"].astype("int64") - taken).clip(lower=0)
