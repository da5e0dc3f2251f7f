"""One county's part of a run: what its own forms show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from allocator.plan.run_folder import Run
from allocator.plan.tables import TABLES

_ADDED_UP = [name for name, kind in TABLES["accounts"].items() if kind == "money"]


def of_county(run: Run, county: str) -> Run:
    """``run`` with the rows of ``county`` alone: its estates, projects, payments, bills, bonds, debt, tasks, accounts.

    Of an account that the whole city shares, the county has what it pays from it and nothing else: the limit is not its
    own. Tasks of the whole city are left out. The case stays whole, so that names and rules are there.
    """
    tables = dict(run.tables)
    for name, columns in TABLES.items():
        if "county" in columns:
            tables[name] = tables[name][tables[name]["county"] == county].reset_index(drop=True)
    tables["works"] = _among(tables["works"], "project", tables["projects"]["project"].tolist())
    areas = run.case.register.areas
    places = [county, *tables["estates"]["estate"], *areas.loc[areas["county"] == county, "area"]]
    for name in ("source_use", "reallocations"):
        tables[name] = _among(tables[name], "place", places)
    own = _among(tables["accounts"], "place", places)
    tables["accounts"] = pd.concat([own, _shared(run, tables)], ignore_index=True)[list(TABLES["accounts"])]
    return replace(run, tables=tables)


def _among(table: pd.DataFrame, column: str, values: Sequence[str]) -> pd.DataFrame:
    return table[table[column].isin(values)].reset_index(drop=True)


def _shared(run: Run, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Accounts of the whole city, with what the county pays from them for new starts and for projects under way."""
    accounts = run.tables["accounts"]
    shared = sorted(set(accounts.loc[accounts["place"] == "", "source"]))
    paid, bills = (_among(tables[name], "source", shared) for name in ("payments", "running"))
    lines = pd.concat([paid.assign(paid=paid["amount"]), bills.assign(running=bills["amount"])], ignore_index=True)
    lines = lines.reindex(columns=["source", "year", "paid", "running"]).fillna({"paid": 0, "running": 0})
    sums = lines.groupby(["source", "year"], as_index=False)[["paid", "running"]].sum()
    empty = {name: 0 for name in _ADDED_UP if name not in sums}
    table = sums.assign(place="", unlimited=True, **empty)
    return table.astype({**dict.fromkeys([*_ADDED_UP, "year"], "int64"), "unlimited": "bool"})
