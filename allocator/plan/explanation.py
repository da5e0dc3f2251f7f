"""Why an estate that could have started did not, and who was passed over for a lower score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.funding import SHORTFALL
from allocator.formulation.tasks import capacity_left
from allocator.inputs.case import from_steps
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.baseline import project_scores
from allocator.plan.tables import TABLES


def explain_estates(
    f: Formulation, estates: pd.DataFrame, accounts: pd.DataFrame, tasks: pd.DataFrame, blocked: pd.DataFrame
) -> pd.DataFrame:
    """``estates`` with ``reason`` and ``reason_detail`` of those not chosen; the first reason that applies counts."""
    estates = estates.copy()
    open_ = estates["state"] == "not_chosen"
    for code, detail in (
        _locked(f, estates), _exclusive(f, estates), _late(f, estates), _unpledged(f, estates, blocked),
        _unfunded(f, estates), _full(f, estates), _task_full(f, estates, tasks), _weaker(estates),
        _money(f, estates, accounts),
    ):  # fmt: skip
        fits = open_ & detail.notna() & (estates["reason"] == "")
        estates.loc[fits, "reason"] = code
        estates.loc[fits, "reason_detail"] = detail[fits]
    return estates


Found = tuple[str, pd.Series]
"""Reason code, and its detail by row (missing where it does not apply)."""


def _where(estates: pd.DataFrame, applies: pd.Series, detail: object = "") -> pd.Series:
    result = pd.Series(pd.NA, index=estates.index, dtype=object)
    result[applies] = detail[applies] if isinstance(detail, pd.Series) else detail
    return result


def _locked(f: Formulation, estates: pd.DataFrame) -> Found:
    never = {name for name, lock in f.index.case.scenario.locks.items() if lock == "never"}
    return "locked_never", _where(estates, estates["estate"].isin(never) | estates["project"].isin(never))


def _exclusive(f: Formulation, estates: pd.DataFrame) -> Found:
    started = set(estates.loc[estates["start_year"] > 0, "project"])
    rival = {p: s for group in f.index.case.scenario.exclusions for p in group for s in group if s in started}
    return "exclusion", _where(estates, estates["project"].isin(list(rival)), estates["project"].map(rival))


def _late(f: Formulation, estates: pd.DataFrame) -> Found:
    late = estates["ready_year"] > f.index.start_years[-1]
    return "late_ready", _where(estates, late, estates["ready_year"].astype(str))


def _unpledged(f: Formulation, estates: pd.DataFrame, blocked: pd.DataFrame) -> Found:
    """Estates whose residents' pledges that count fall short of what they must bear."""
    money = f.index.case.scenario.money
    own = blocked[(blocked["item"] == "") & (blocked["short"] > 0)]
    short = {
        estate: f"{from_steps(int(steps), money):,} {money.unit}"
        for estate, steps in own[["estate", "short"]].itertuples(index=False, name=None)
    }
    return "residents_pledge", _where(estates, estates["estate"].isin(list(short)), estates["estate"].map(short))


def _unfunded(f: Formulation, estates: pd.DataFrame) -> Found:
    """Estates with a required part that nobody may pay for."""
    pools = f.index.pools
    funded = pd.Series(False, index=pools.table.index)
    funded[pools.sources.loc[pools.sources["source"] != SHORTFALL, "pool"].unique()] = True
    parent = pools.table["parent"].to_numpy()
    funded |= np.where(parent >= 0, funded.to_numpy()[parent], False)
    parts = f.index.parts.assign(required=f.index.items["required"].to_numpy()[f.index.parts["item_row"].to_numpy()])
    possible = pools.members.assign(ok=pools.members["pool"].map(funded)).groupby("part_row")["ok"].any()
    lacking = parts[parts["required"] & ~parts.index.to_series().map(possible).fillna(False).astype(bool)]
    works = lacking.groupby("estate")["work"].agg(lambda w: ",".join(sorted(set(w))))
    return "no_funding_source", _where(estates, estates["estate"].isin(works.index), estates["estate"].map(works))


def _full(f: Formulation, estates: pd.DataFrame) -> Found:
    """Estates whose county has no place left in any year they could start."""
    sheet = f.index.case.register.capacity.dropna(subset=["max_estates"])
    started = estates[estates["start_year"] > 0].groupby(["county", "start_year"]).size()
    full = {
        (county, int(year))
        for (county, year), most in zip(
            sheet[["county", "year"]].itertuples(index=False, name=None), capacity_left(f.index), strict=True
        )
        if started.get((county, int(year)), 0) >= most
    }  # fmt: skip
    return "capacity", _where(estates, _no_year_left(f, estates, full))


def _task_full(f: Formulation, estates: pd.DataFrame, tasks: pd.DataFrame) -> Found:
    own = tasks[(tasks["maximum"] >= 0) & (tasks["planned"] >= tasks["maximum"])]
    full = {(c, int(y)) for c, y in own[["county", "year"]].itertuples(index=False, name=None)}
    return "task_maximum", _where(estates, _no_year_left(f, estates, full))


def _no_year_left(f: Formulation, estates: pd.DataFrame, full: set[tuple[str, int]]) -> pd.Series:
    def blocked(county: str, ready: int) -> bool:
        years = [y for y in f.index.start_years if y >= ready]
        return all(not full.isdisjoint({(county, y), ("", y), (county, TOTAL), ("", TOTAL)}) for y in years)

    pairs = zip(estates["county"], estates["ready_year"], strict=True)
    return pd.Series([bool(full) and blocked(c, int(r)) for c, r in pairs], index=estates.index)


def _weaker(estates: pd.DataFrame) -> Found:
    """Estates that give fewer points for their cost than every estate started in their county."""
    ratio = estates["points"] / estates["cost"].clip(lower=1)
    weakest = ratio[estates["start_year"] > 0].groupby(estates["county"]).min()
    return "lower_score", _where(
        estates, ratio < estates["county"].map(weakest), estates["points"].map("{:,.0f}".format)
    )


def _money(f: Formulation, estates: pd.DataFrame, accounts: pd.DataFrame) -> Found:
    """What remains: the sources of the county that have nothing left in some start year."""
    names = {c: ",".join(used_up_sources(f, accounts, c, f.index.start_years)) for c in set(estates["county"])}
    return "money", _where(estates, pd.Series(True, index=estates.index), estates["county"].map(names))


def used_up_sources(f: Formulation, accounts: pd.DataFrame, county: str, years: Sequence[int]) -> list[str]:
    """Sources of a county and of the city that have nothing left in one of ``years``, in declared order."""
    own = accounts[
        ~accounts["unlimited"].astype(bool)
        & accounts["year"].isin(years)
        & (accounts["paid"] > 0)
        & accounts["place"].isin([county, ""])
    ]
    used_up = set(own.loc[(own["lapsed"] + own["carried_out"]) * 50 < own["paid"], "source"])
    return [source for source in f.index.case.policy.sources if source in used_up]


def passed_over(f: Formulation, estates: pd.DataFrame, bundles: pd.DataFrame) -> pd.DataFrame:
    """Ready estates not started while a lower score of their county is; one row per estate, the lowest score taken.

    Scores are points of required works at the first year, the same measure for all.
    """
    score = project_scores(f)
    by_id = dict(zip(f.index.projects["project_id"], score, strict=True))
    table = estates.assign(score=estates["project"].map(by_id))
    lowest = table[table["start_year"] > 0].sort_values("score").drop_duplicates("county").set_index("county")
    waiting = table[table["state"] == "not_chosen"]
    waiting = waiting.join(
        lowest[["estate", "score", "cost", "start_year", "hazard", "area"]].add_suffix("_taken"), on="county"
    )
    waiting = waiting[waiting["score"] > waiting["score_taken"]]
    earned = set(bundles["area"])
    dearer = waiting["cost"] * waiting["score_taken"] > waiting["cost_taken"] * waiting["score"]
    reason = np.select(
        [
            waiting["hazard_taken"].astype("boolean").fillna(False).astype(bool) & ~waiting["hazard"].astype(bool),
            waiting["area_taken"].isin(earned), dearer,
        ],
        ["hazard_first", "bundle", "costs_more"], "money",
    )  # fmt: skip
    result = pd.DataFrame(
        {
            "estate": waiting["estate"], "county": waiting["county"], "points": waiting["score"], "cost":
            waiting["cost"],
            "taken_estate": waiting["estate_taken"], "taken_points": waiting["score_taken"],
            "taken_cost": waiting["cost_taken"].astype("Int64").fillna(0).astype(np.int64),
            "taken_year": waiting["start_year_taken"].astype("Int64").fillna(0).astype(np.int64), "reason": reason,
        }
    )  # fmt: skip
    return result.sort_values(["county", "points"], ascending=[True, False], ignore_index=True)[
        list(TABLES["passed_over"])
    ]
