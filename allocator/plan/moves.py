"""What differs from the adopted plan, and why (调入, 调出, 年度变动)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.index import adopted_years
from allocator.inputs.adopted import NOT_STARTED
from allocator.plan.explanation import used_up_sources
from allocator.plan.tables import TABLES


def moves_table(
    f: Formulation, estates: pd.DataFrame, accounts: pd.DataFrame, tasks: pd.DataFrame, bundles: pd.DataFrame
) -> pd.DataFrame:
    """Projects whose start differs from the adopted plan, each with the first reason that applies; empty without one.

    ``estates``, ``accounts``, ``tasks`` and ``bundles`` are tables of the plan.
    """
    adopted = adopted_years(f.index)
    if adopted.empty:
        return pd.DataFrame(columns=list(TABLES["moves"]))
    moves = _differing(f, estates, adopted)
    for code, detail in _reasons(f, moves, accounts, tasks, bundles):
        fits = detail.notna() & (moves["reason"] == "")
        moves.loc[fits, "reason"] = code
        moves.loc[fits, "reason_detail"] = detail[fits]
    order = {"dropped": 0, "added": 1, "moved": 2}
    moves = moves.assign(order=moves["kind"].map(order)).sort_values(["order", "county", "project"], kind="stable")
    return moves[list(TABLES["moves"])].reset_index(drop=True)


def _differing(f: Formulation, estates: pd.DataFrame, adopted: pd.Series) -> pd.DataFrame:
    """One row per project that differs, with what its estates tell; the reason of those dropped is their estates'."""
    telling = estates.sort_values("reason", key=lambda codes: codes == "", kind="stable").drop_duplicates("project")
    hazards = estates.groupby("project")["hazard"].any()
    moves = f.index.projects[["project_id", "households", "ready_year", "listed_year"]].assign(adopted_year=adopted)
    moves = moves.rename(columns={"project_id": "project"}).merge(
        telling[["project", "estate", "name", "county", "area", "start_year", "reason", "reason_detail"]], on="project"
    )
    moves = moves[moves["start_year"] != moves["adopted_year"]].copy()
    named = f.index.case.register.projects.set_index("project")["name"]
    own = moves["project"].map(named).fillna("")
    moves["name"] = own.where(own != "", moves["name"])
    moves["hazard"] = moves["project"].map(hazards).astype(bool)
    dropped, added = moves["start_year"] == NOT_STARTED, moves["adopted_year"] == NOT_STARTED
    moves["kind"] = np.select([dropped, added], ["dropped", "added"], "moved")
    return moves


def _reasons(
    f: Formulation, moves: pd.DataFrame, accounts: pd.DataFrame, tasks: pd.DataFrame, bundles: pd.DataFrame
) -> Iterator[tuple[str, pd.Series]]:
    """Code and detail of each reason, in the order in which they count; the detail is missing where it does not apply.

    ``moves`` with a reason already (those dropped) keep it.
    """
    later = (moves["kind"] == "moved") & (moves["start_year"] > moves["adopted_year"])
    locks = f.index.case.scenario.locks
    lock = moves["project"].map(locks).fillna(moves["estate"].map(locks))
    yield "locked_start", _where(lock.notna() & (lock != "never"), moves["start_year"].astype(str))
    late = moves["adopted_year"] < moves["ready_year"]
    yield "ready_later", _where((moves["kind"] == "moved") & late, moves["ready_year"].astype(str))
    yield "listed", _where(moves["listed_year"] == moves["start_year"], moves["listed_year"].astype(str))
    earned = bundles.set_index(["area", "year"])["name"]
    keys = pd.MultiIndex.from_frame(moves[["area", "start_year"]])
    yield "bundle_formed", _where(pd.Series(keys.isin(earned.index), index=moves.index), moves["area"])
    yield "hazard", _where((moves["kind"] == "added") & moves["hazard"].astype(bool), "")
    tight = tasks[(tasks["minimum"] > 0) & (tasks["planned"] <= tasks["minimum"])]
    places = set(zip(tight["county"], tight["year"], strict=True))
    pairs = zip(moves["county"], moves["start_year"], strict=True)
    needed = pd.Series([not places.isdisjoint({(c, y), ("", y)}) for c, y in pairs], index=moves.index, dtype=bool)
    yield "task_minimum", _where(needed, moves["start_year"].astype(str))
    short = pd.Series(
        [
            ",".join(used_up_sources(f, accounts, county, [int(year)]))
            for county, year in zip(moves["county"], moves["adopted_year"], strict=True)
        ],
        index=moves.index, dtype=object,
    )  # fmt: skip
    yield "money", _where(later & (short != ""), short)
    yield "better_plan", _where(pd.Series(True, index=moves.index), "")


def _where(applies: pd.Series, detail: object) -> pd.Series:
    result = pd.Series(pd.NA, index=applies.index, dtype=object)
    result[applies] = detail[applies] if isinstance(detail, pd.Series) else detail
    return result
