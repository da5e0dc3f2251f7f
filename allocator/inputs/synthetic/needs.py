"""Who would have to pay how much if everything were done: the estimate that pledges and limits are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import PayerShares, PolicyModel
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.synthetic.recipe import Recipe, Setting

GRANT = "grant:"
"""Prefix of the payer of unit grants: ``grant:<source>``."""


def expected_payments(items: pd.DataFrame, estates: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Expected payments of every item, one row per (item, component, payer).

    Columns ``item``, ``estate``, ``county``, ``required``, ``payer``, ``open`` (whether the rule leaves room) and
    ``amount`` (steps, a fraction). For closed rules the amount is what the rule says, short of rounding; open rules are
    divided as the recipe expects.
    """
    recipe, policy, money = setting.recipe, setting.policy, setting.money
    parts = _components(items, policy)
    parts["rule"] = _chosen(parts, estates, policy)
    here = estates.set_index("estate")[["county", "public_share"]]
    parts = parts.merge(here, left_on="estate", right_index=True)
    granted = _grants(parts, policy, money)
    parts["amount"] = parts["amount"] - granted["amount"].reindex(parts.index, fill_value=0.0)
    left = _public_housing(parts, policy)
    parts["amount"] = parts["amount"] - left["amount"].reindex(parts.index, fill_value=0.0)
    columns = ["item", "estate", "county", "required", "payer", "open", "amount"]
    frames = [granted.assign(open=False), *_divided(pd.concat([parts, left], ignore_index=True), recipe, policy)]
    return pd.concat([frame[columns] for frame in frames], ignore_index=True)


def _components(items: pd.DataFrame, policy: PolicyModel) -> pd.DataFrame:
    table = pd.DataFrame(
        [
            (work_id, name, float(c.share), c.rule, c.unit_grant or "")
            for work_id, work in policy.works.items()
            for name, c in work.components.items()
        ],
        columns=["work", "component", "share", "rule", "unit_grant"],
    )
    parts = items.merge(table, on="work")
    return parts.assign(amount=parts["cost"] * parts["share"])


def _chosen(parts: pd.DataFrame, estates: pd.DataFrame, policy: PolicyModel) -> pd.Series:
    """Rule of each part after all choices."""
    rule = parts["rule"].copy()
    ownership = parts["estate"].map(estates.set_index("estate")["ownership"])
    while True:
        open_choices = [r for r in rule.unique() if policy.rules[r].choose is not None]
        if not open_choices:
            return rule
        for name in open_choices:
            choose = policy.rules[name].choose
            if choose is None:
                continue
            at = rule == name
            values = ownership if choose.attribute == "ownership" else parts[choose.attribute]
            rule[at] = values[at].map(choose.cases).fillna(choose.otherwise)


def _grants(parts: pd.DataFrame, policy: PolicyModel, money: Money) -> pd.DataFrame:
    """What unit grants pay, taking the last tier of the oldest amounts."""
    frames = []
    units = {money.unit: money.unit_value, money.currency: Decimal(1), **money.other_units}
    for name, grant in policy.unit_grants.items():
        steps = grant.values[0].tiers[-1].amount * units[grant.unit.split("/")[0]] / money.unit_value / money.step
        found = parts[parts["unit_grant"] == name]
        amount = np.minimum(found["amount"], found["quantity"] * float(steps))
        frames.append(found.assign(payer=GRANT + grant.source, amount=amount))
    return pd.concat(frames) if frames else parts.iloc[:0].assign(payer="")


def _public_housing(parts: pd.DataFrame, policy: PolicyModel) -> pd.DataFrame:
    """Parts that an attribute of the estate moves to another rule; row labels are those of ``parts``."""
    frames = []
    for part in policy.estate_parts.values():
        found = parts[parts["rule"].isin(part.applies_to) & (parts["public_share"].astype(float) > 0)]
        frames.append(found.assign(amount=found["amount"] * found["public_share"].astype(float), rule=part.rule))
    return pd.concat(frames) if frames else parts.iloc[:0]


def _divided(parts: pd.DataFrame, recipe: Recipe, policy: PolicyModel) -> list[pd.DataFrame]:
    frames = []
    for name, found in parts.groupby("rule"):
        shares = in_force(policy.rules[str(name)].values, recipe.scenario.as_of)
        if shares is None:
            continue
        for payer, share in _expected(str(name), shares, recipe.money.expected).items():
            is_open = any(band.min != band.max for band in shares.shares.values()) and len(shares.shares) > 1
            frames.append(found.assign(payer=payer, open=is_open, amount=found["amount"] * share))
    return frames


def _expected(rule: str, shares: PayerShares, expected: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    """Share of each payer: the recipe's, else the middle of its band."""
    if rule in expected:
        return expected[rule]
    if len(shares.shares) == 1:
        return dict.fromkeys(shares.shares, 1.0)
    middle = {payer: float(band.min + band.max) / 2 for payer, band in shares.shares.items()}
    return {payer: value / sum(middle.values()) for payer, value in middle.items()}
