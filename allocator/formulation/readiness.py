"""Which estates the policy is for, when each may start, and what each work is worth.

Source: models/<id>/formulation.md, "Points, eligibility, readiness".
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.formulation.splitting import half_up
from allocator.inputs.case import Case
from allocator.inputs.schemas.base import Dated, in_force

NEVER = 0
"""Ready year of an estate that may never start."""


def value_on(values: Dated | None, case: Case) -> Decimal | None:
    """Value in force on the scenario's date, or None."""
    current = in_force(values, case.scenario.as_of) if values else None
    return None if current is None else current.value


def eligibility(case: Case) -> pd.Series:
    """Why each estate is outside the policy's scope ("" when it is inside), by row of the register."""
    estates = case.register.estates
    scope = case.policy.scope
    why = pd.Series("", index=estates.index, dtype=object)
    if scope is None:
        return why
    limit = value_on(scope.built_until, case)
    newer = value_on(scope.newer_until, case)
    last = max(x for x in (limit, newer, Decimal(-1)) if x is not None)
    built = estates["built_year"]
    why[(built > int(last)).fillna(False).to_numpy(bool)] = "built_after"
    why[built.isna().to_numpy(bool)] = "built_unknown"
    excluded = estates["status"].isin(list(scope.excluded_status))
    why = why.mask(excluded, "status:" + estates["status"])
    return why.mask(is_excused(case), "")


def is_excused(case: Case) -> pd.Series:
    """Estates of projects that the scenario takes as eligible and ready, by row of the register."""
    return case.register.estates["project"].isin(list(case.scenario.excused))


def is_newer(case: Case) -> pd.Series:
    """Estates built after ``built_until`` (which only ``newer_until`` lets in)."""
    scope = case.policy.scope
    limit = value_on(scope.built_until, case) if scope else None
    built = case.register.estates["built_year"]
    return (built > int(limit)).fillna(False).astype(bool) if limit is not None else pd.Series(False, index=built.index)


def gate_years(case: Case) -> pd.DataFrame:
    """Year each estate passes each gate; one row per (estate, gate), column ``ready`` (``NEVER`` when it does not)."""
    first = case.scenario.horizon.first
    estates, gates = case.register.estates["estate"], list(case.policy.gates)
    grid = pd.MultiIndex.from_product([estates, gates], names=["estate", "gate"]).to_frame(index=False)
    grid = grid.merge(case.register.gates[["estate", "gate", "state", "year"]], on=["estate", "gate"], how="left")
    year = grid["year"].fillna(first).astype(np.int64).to_numpy()
    state = grid["state"].fillna("unmet").to_numpy(object)
    ready = np.select(
        [state == "met", state == "promised"], [np.maximum(year, first), np.maximum(year, first + 1)], NEVER
    )
    grid["ready"] = np.where(_too_few_take_part(case, grid), NEVER, ready)
    return grid[["estate", "gate", "ready"]]


def _too_few_take_part(case: Case, grid: pd.DataFrame) -> np.ndarray:
    """Whether the participation stated in the estate's pledges is below what the gate asks."""
    stated = case.register.pledges.dropna(subset=["participation"])
    most = stated.groupby("estate")["participation"].max()
    asked = {
        name: gate.participation.value for name, gate in case.policy.gates.items() if gate.participation is not None
    }
    if most.empty or not asked:
        return np.zeros(len(grid), dtype=bool)
    share = grid["estate"].map(most)
    need = grid["gate"].map(asked)
    known = share.notna() & need.notna()
    few = np.zeros(len(grid), dtype=bool)
    few[known.to_numpy()] = (share[known] < need[known]).to_numpy(bool)
    return few


def too_little_participation(case: Case) -> dict[str, Decimal]:
    """Participation stated by estates, where it is below what a gate asks."""
    asked = [gate.participation.value for gate in case.policy.gates.values() if gate.participation is not None]
    stated = case.register.pledges.dropna(subset=["participation"])
    most = stated.groupby("estate")["participation"].max() if len(stated) else pd.Series(dtype=object)
    return {str(estate): share for estate, share in most.items() if asked and share < max(asked)}


def ready_years(case: Case) -> pd.Series:
    """First year each estate may start, by row of the register; ``NEVER`` when ineligible or a gate is not met."""
    estates = case.register.estates
    if case.policy.gates:
        gates = gate_years(case)
        latest = gates.groupby("estate")["ready"].agg(lambda years: NEVER if (years == NEVER).any() else years.max())
        ready = estates["estate"].map(latest).astype(np.int64)
    else:
        ready = pd.Series(case.scenario.horizon.first, index=estates.index, dtype=np.int64)
    ready = ready.mask((eligibility(case) != "").to_numpy(), NEVER)
    return ready.mask(is_excused(case).to_numpy(), case.scenario.horizon.first)


def required_items(case: Case) -> pd.Series:
    """Which items come with the start of their estate, by row of the register."""
    items = case.register.items
    always = {name for name, c in case.policy.classes.items() if c.always_needed}
    classes = items["work"].map({name: work.work_class for name, work in case.policy.works.items()})
    needed = items["required"].astype(bool) | (classes.isin(always) & (items["severity"] > 0))
    return needed & (items["choice_group"] == "")


def item_points(case: Case) -> pd.DataFrame:
    """Points of each item (rows as in the register) by year of doing (columns), float; 0 under an estate's override."""
    items, policy = case.register.items, case.policy
    years = range(case.scenario.horizon.first, case.scenario.horizon.last + case.scenario.options.staging_years + 1)
    estates = case.register.estates.set_index("estate")
    households = items["benefiting_households"].fillna(items["estate"].map(estates["households"])).astype(np.int64)
    weight = {n: value_on(c.weight, case) or Decimal(0) for n, c in policy.classes.items()}
    by_work = items["work"].map({n: weight[w.work_class] for n, w in policy.works.items()})
    hazard = items["estate"].map(estates["hazard"]).astype(bool)
    factor = np.where(hazard, float(policy.scoring.hazard_factor.value), 1.0)
    # Weights have few decimals: products in float are exact enough to round half up after adding a hair.
    base = households.to_numpy(float) * items["severity"].to_numpy(float) * by_work.astype(float).to_numpy() * factor
    window = float(policy.scoring.window_years.value)
    points = pd.DataFrame(
        {y: np.floor(base * (window - k) + 0.5 + 1e-9) for k, y in enumerate(years)}, index=items.index
    )
    own = items["points"].notna().to_numpy()
    if own.any():
        stated = items.loc[own, "points"].astype(float).to_numpy()
        points.loc[own] = np.repeat(stated[:, None], len(points.columns), axis=1)
    replaced = items["estate"].map(estates["points"].notna()).astype(bool) & required_items(case)
    points.loc[replaced.to_numpy()] = 0.0
    return points


def estate_points(case: Case) -> pd.Series:
    """Points that come with an estate's start because the register states them, by row of the register; else 0."""
    stated = case.register.estates["points"]
    return stated.where(stated.notna(), 0).astype(float)


def bundle_points(case: Case) -> pd.Series:
    """Bonus of each area (rows of 片区).

    Stated, else the policy's share of its estates' required points at ``first``.
    """
    areas = case.register.areas
    bundle = case.policy.bundle
    share = bundle.points_share if bundle is not None else Decimal(0)
    points = item_points(case)[case.scenario.horizon.first].where(required_items(case), 0.0)
    by_estate = points.groupby(case.register.items["estate"]).sum()
    estates = case.register.estates
    worth = estates["estate"].map(by_estate).fillna(0.0) + estate_points(case)
    by_area = worth.groupby(estates["area"]).sum()
    computed = areas["area"].map(by_area).fillna(0.0).map(lambda p: float(half_up(Decimal(str(p)) * share)))
    return areas["bonus_points"].astype(float).where(areas["bonus_points"].notna(), computed).astype(float)
