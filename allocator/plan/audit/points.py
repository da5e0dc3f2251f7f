"""Points, worked out anew from the scoring rules."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from allocator.plan.audit.exact import fraction, half_up, lookup
from allocator.plan.audit.facts import Facts


def item_points(facts: Facts, items: pd.DataFrame, years: pd.Series) -> pd.Series:
    """Points of each of ``items`` when done in the year beside it; a register's own points hold in every year."""
    policy = facts.case.policy
    weights = {key: facts.now(kind.weight) or Fraction(0) for key, kind in policy.classes.items()}
    hazard = fraction(policy.scoring.hazard_factor.value)
    window = fraction(policy.scoring.window_years.value)
    factors = pd.DataFrame(
        {"work_class": items["work_class"], "hazard": items["hazard"], "after": years - facts.first}, index=items.index
    )
    known = {
        (kind, at_risk, after): weights[kind] * (hazard if at_risk else 1) * (window - int(after))
        for kind, at_risk, after in factors.drop_duplicates().itertuples(index=False, name=None)
    }
    bare = items["households"].astype("int64") * items["severity"].astype("int64")
    keys = factors.itertuples(index=False, name=None)
    points = [float(half_up(int(count) * known[key])) for count, key in zip(bare, keys, strict=True)]
    computed = pd.Series(points, index=items.index, dtype="float64")
    stated = items["points"].map(lambda value: float(fraction(value)), na_action="ignore").astype("float64")
    return stated.fillna(computed)


def required_points(facts: Facts, years: pd.Series) -> pd.Series:
    """Points of each estate's required items (or its own, when stated) started in the year beside it."""
    must = facts.items[facts.items["must"]]
    worth = item_points(facts, must, lookup(must["estate"], years, facts.first)).groupby(must["estate"]).sum()
    stated = facts.estates["points"].map(lambda value: float(fraction(value)), na_action="ignore").astype("float64")
    return stated.fillna(worth.reindex(facts.estates.index, fill_value=0.0))
