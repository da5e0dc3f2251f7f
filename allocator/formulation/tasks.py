"""Task bands of the register, one row per county, year and measure."""

from __future__ import annotations

import pandas as pd

from allocator.formulation.index import Index


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
