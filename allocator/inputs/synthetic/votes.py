"""Synthetic votes of owners: most pledges that need a vote have one, and most votes pass."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from allocator.inputs.synthetic.draw import Floats, between, stream
from allocator.inputs.synthetic.recipe import Setting


def make_votes(pledges: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Sheet ``votes``: one row for most pledges of a source that asks for a vote."""
    recipe, sources = setting.recipe.votes, setting.policy.sources
    rng = stream(setting.extent.seed, "votes")
    asked = pledges["source"].isin([name for name, source in sources.items() if source.vote is not None])
    rows = pledges.loc[asked, ["estate", "source"]].reset_index(drop=True)
    count = len(rows)
    chance = rng.random(count)
    passed = chance < float(recipe.passed)
    shares = {
        name: np.where(
            passed, between(rng, recipe.in_favour["passed"], count), between(rng, recipe.in_favour["failed"], count)
        )
        for name in ("people_share", "area_share")
    }
    taking_part = {name: between(rng, recipe.taking_part, count) for name in ("people_taking_part", "area_taking_part")}
    last = date(setting.recipe.scenario.first, 1, 1)
    held = [(last - timedelta(days=int(days))).isoformat() for days in rng.integers(10, recipe.within_days, count)]
    rows = rows.assign(date=held, document=setting.recipe.names.document)
    for name, values in {**taking_part, **shares}.items():
        rows[name] = _percent(values)
    return rows[chance < float(recipe.held)].reset_index(drop=True)


def _percent(values: Floats) -> list[str]:
    return [f"{value:.2f}" for value in values]
