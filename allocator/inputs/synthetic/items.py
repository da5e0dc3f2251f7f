"""Synthetic work items: which works an estate needs, how much of each, what it costs, and how bad things are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.inputs.schemas.scenario import Money
from allocator.inputs.synthetic.draw import Bools, Floats, Ints, Words, between, mix, stream
from allocator.inputs.synthetic.recipe import Recipe, Setting, WorkRecipe

ROUNDS = 12
"""Trials of the calibration; quantities are whole, so the total jumps a little."""


def make_items(estates: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Sheet ``items``, with ``cost`` in steps; the density of scaled works meets the extent's total cost, if any."""
    works, seed = setting.recipe.works, setting.extent.seed
    drafts = [_draft(estates, seed, works[work], work) for work in setting.policy.works if work in works]
    _give_community(estates, setting, drafts)
    factor = 1.0
    items = _assembled(estates, setting, drafts, factor)
    if setting.extent.cost is not None:
        target = int(setting.extent.cost / setting.money.step)
        for _ in range(ROUNDS):
            scaled = items["work"].map({w: r.scaled for w, r in works.items()}).to_numpy(dtype=bool)
            fixed, moving = items["cost"][~scaled].sum(), items["cost"][scaled].sum()
            factor *= float(target - fixed) / float(moving)
            items = _assembled(estates, setting, drafts, factor)
    return _linked(items, setting.recipe)


@dataclass(frozen=True)
class _Draft:
    """What chance decided about one work, at every estate."""

    work: str
    needed: Bools
    amount: Floats
    unit_cost: Ints
    severity: Floats
    requester: Words
    asset_owner: Words
    size: Ints


def _draft(estates: pd.DataFrame, seed: int, work: WorkRecipe, name: str) -> _Draft:
    rng, count = stream(seed, f"work {name}"), len(estates)
    hazard_need = work.need if work.hazard_need is None else work.hazard_need
    need = np.where(estates["hazard"], float(hazard_need), float(work.need))
    need = np.where(estates["households"] >= work.min_households, need, 0.0)
    driver = {
        "household": estates["households"], "building": estates["buildings"],
        "floor_area": estates["floor_area"], "estate": pd.Series(1, index=estates.index),
    }[work.driver]  # fmt: skip
    blank = np.full(count, "", dtype=object)
    sizes = rng.integers(work.size[0], work.size[1] + 1, count) if work.size else np.zeros(count)
    return _Draft(
        work=name,
        needed=rng.random(count) < need,
        amount=driver.to_numpy(dtype=float) * work.density * np.exp(rng.normal(0.0, work.spread, count)),
        unit_cost=_readable(between(rng, work.unit_cost, count)),
        severity=rng.random(count),
        requester=mix(rng, work.requester, count) if work.requester else blank,
        asset_owner=mix(rng, work.asset_owner, count) if work.asset_owner else blank,
        size=sizes.astype(np.int64),
    )


def _readable(unit_cost: Floats) -> Ints:
    """Prices as people write them: whole units, three significant digits at most."""
    coarse = np.power(10.0, np.maximum(0.0, np.floor(np.log10(unit_cost)) - 2))
    prices: Ints = (np.round(unit_cost / coarse) * coarse).astype(np.int64)
    return prices


def _give_community(estates: pd.DataFrame, setting: Setting, drafts: list[_Draft]) -> None:
    """Estates with too few community facilities get the fallback work, else they could never start."""
    policy, fallback = setting.policy, setting.recipe.fallback_community
    if policy.community is None:
        return
    rng = stream(setting.extent.seed, "community")
    works = [d for d in drafts if policy.works[d.work].community]
    found = np.sum([d.needed for d in works], axis=0) + estates["community_facilities"].to_numpy()
    missing = found < policy.community.minimum
    others = [d for d in works if d.work != fallback][:1]
    use_other = rng.random(len(estates)) < 0.3
    for draft in works:
        if draft.work == fallback:
            draft.needed[missing & ~use_other] = True
        elif others and draft is others[0]:
            draft.needed[missing & use_other] = True


def _assembled(estates: pd.DataFrame, setting: Setting, drafts: list[_Draft], factor: float) -> pd.DataFrame:
    frames = [_rows(estates, setting, draft, factor) for draft in drafts]
    items = pd.concat(frames, ignore_index=True).sort_values(["row", "rank"], ignore_index=True)
    number = items.groupby("row").cumcount() + 1
    items.insert(0, "item", items["estate"] + "-" + number.astype(str).str.zfill(2))
    return items.drop(columns=["row", "rank"])


def _rows(estates: pd.DataFrame, setting: Setting, draft: _Draft, factor: float) -> pd.DataFrame:
    """Items of one work."""
    recipe, policy = setting.recipe, setting.policy
    work, at = recipe.works[draft.work], np.flatnonzero(draft.needed)
    quantity = np.maximum(1, np.round(draft.amount[at] * (factor if work.scaled else 1.0))).astype(np.int64)
    if work.most is not None:
        quantity = np.minimum(quantity, work.most)
    households = estates["households"].to_numpy()[at]
    if work.each == "household":
        benefiting = quantity.astype(float)
    else:
        benefiting = np.round(quantity * work.benefits) if work.benefits is not None else np.full(len(at), np.nan)
    ends = np.cumsum(recipe.severity)[:-1]
    severity = 1 + np.searchsorted(ends, draft.severity[at], side="right")
    always = policy.classes[policy.works[draft.work].work_class].always_needed
    return pd.DataFrame(
        {
            "row": at,
            "rank": list(policy.works).index(draft.work),
            "estate": estates["estate"].to_numpy()[at],
            "work": draft.work,
            "quantity": quantity.astype(float),
            "size": np.where(draft.size[at] > 0, draft.size[at], np.nan),
            "unit_cost": [Decimal(int(c)) for c in draft.unit_cost[at]],
            "cost": _in_steps(quantity, draft.unit_cost[at], setting.money),
            "severity": severity.astype(np.int64),
            "required": always,
            "benefiting_households": pd.array(np.minimum(benefiting, households), dtype="Int64"),
            "requester": draft.requester[at],
            "asset_owner": draft.asset_owner[at],
        }
    )


def _in_steps(quantity: Ints, unit_cost: Ints, money: Money) -> Ints:
    """Quantity times unit cost in whole steps, halves rounded up, exactly."""
    numerator, denominator = (money.unit_value * money.step).as_integer_ratio()
    return (2 * quantity * unit_cost * denominator + numerator) // (2 * numerator)


def _linked(items: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """Sets ``choice_group`` and ``requires`` where both works are at one estate."""
    ids = items.pivot_table(index="estate", columns="work", values="item", aggfunc="first")
    group = pd.Series("", index=items.index, dtype=object)
    for number, (one, two) in enumerate(recipe.alternatives, start=1):
        if one in ids and two in ids:
            both = ids.index[ids[one].notna() & ids[two].notna()]
            group[items["work"].isin([one, two]) & items["estate"].isin(both)] = f"{number}"
    needed = pd.Series([()] * len(items), index=items.index, dtype=object)
    for work, first in recipe.prerequisites.items():
        if work in ids and first in ids:
            own = items.index[items["work"] == work]
            found = items.loc[own, "estate"].map(ids[first])
            needed.loc[own] = [(x,) if isinstance(x, str) else () for x in found]
    return items.assign(choice_group=group, requires=needed)
