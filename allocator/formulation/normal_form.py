"""Costs in their normal form: every work item divided into parts, each with one payer rule and one fixed cost.

Source: models/<id>/formulation.md, "Normal form of costs".
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.formulation.splitting import common_ratio, largest_remainder
from allocator.formulation.unit_grants import carve_unit_grants, doing_years, profile_of, profile_weights
from allocator.inputs.case import Case
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import PayerShares, PolicyModel


def rules_in_force(case: Case) -> dict[str, PayerShares]:
    """Shares in force on the scenario's date, by id of the rules that state shares."""
    found = {name: in_force(rule.values, case.scenario.as_of) for name, rule in case.policy.rules.items()}
    return {name: shares for name, shares in found.items() if shares is not None}


def is_closed(shares: PayerShares) -> bool:
    """Whether the rule leaves no room: a single payer, or exact shares."""
    return len(shares.shares) == 1 or all(band.min == band.max for band in shares.shares.values())


def cost_parts(case: Case) -> pd.DataFrame:
    """Parts of all items, sorted by item and order of division.

    One row per part; columns ``part`` (name), ``item``, ``estate``, ``work``, ``work_class``, ``component``, ``rule``
    (in force), ``payer`` ("" when open), ``grant_source`` ("" but for unit grants), ``cost`` [steps], ``weights``
    (what falls due by year after it is done, in whole proportions), ``from_year`` and ``until_year`` (years of doing
    that it is for).
    """
    parts = _components(case)
    parts = _resolve_choices(case, parts)
    parts = carve_unit_grants(case, parts)
    parts = _carve_estate_parts(case, parts)
    parts = _divide_payers(case, parts)
    parts = parts[parts["cost"] > 0]
    return parts.sort_values("order", kind="stable").drop(columns=["order"]).reset_index(drop=True)


def _catalogue(policy: PolicyModel) -> pd.DataFrame:
    """One row per (work, component): share as numerator/denominator, rule, unit grant, position."""
    records = []
    for work_id, work in policy.works.items():
        numerators, denominator = common_ratio([c.share for c in work.components.values()])
        records += [
            (
                work_id,
                work.work_class,
                component_id,
                position,
                numerator,
                denominator,
                component.rule,
                component.unit_grant or "",
            )
            for position, ((component_id, component), numerator) in enumerate(
                zip(work.components.items(), numerators, strict=True)
            )
        ]
    names = ["work", "work_class", "component", "position", "numerator", "denominator", "rule", "unit_grant"]
    return pd.DataFrame(records, columns=names)


def _components(case: Case) -> pd.DataFrame:
    """Component costs: stated ones, else the catalogue's shares of the item's cost."""
    columns = ["item", "estate", "work", "quantity", "size", "requester", "asset_owner", "cost"]
    items = case.register.items[columns].rename(columns={"cost": "total"})
    items["item_position"] = np.arange(len(items))
    parts = items.merge(_catalogue(case.policy), on="work").sort_values(["item_position", "position"], kind="stable")
    parts["cost"] = largest_remainder(
        parts["item_position"].to_numpy(np.int64), parts["total"].to_numpy(np.int64),
        parts["numerator"].to_numpy(np.int64), parts["denominator"].to_numpy(np.int64),
    )  # fmt: skip
    stated = case.register.component_costs[["item", "component", "cost"]].rename(columns={"cost": "stated"})
    parts = parts.merge(stated, on=["item", "component"], how="left")
    has_stated = parts["item"].isin(stated["item"])
    parts["cost"] = np.where(has_stated, parts["stated"].fillna(0), parts["cost"]).astype(np.int64)
    parts["part"] = parts["item"] + "/" + parts["component"]
    parts["order"] = np.arange(len(parts), dtype=np.float64)
    parts["payer"], parts["grant_source"] = "", ""
    parts["weights"] = parts["work"].map({work: profile_weights(case, work) for work in parts["work"].unique()})
    parts["from_year"], parts["until_year"] = doing_years(case)[0], doing_years(case)[-1]
    estates = case.register.estates[["estate", "ownership", "public_share"]]
    return parts.drop(columns=["stated", "total", "numerator", "denominator", "position"]).merge(
        estates, on="estate", how="left"
    )


def _resolve_choices(case: Case, parts: pd.DataFrame) -> pd.DataFrame:
    """Replace rules that choose by an attribute with the rule chosen, until none is left."""
    choosing = {name: rule.choose for name, rule in case.policy.rules.items() if rule.choose is not None}
    for _ in range(len(choosing)):
        if not parts["rule"].isin(list(choosing)).any():
            break
        rule = parts["rule"].copy()
        for name, choice in choosing.items():
            if choice is None:
                continue
            chosen = parts["rule"] == name
            rule[chosen] = parts.loc[chosen, choice.attribute].map(choice.cases).astype(object).fillna(choice.otherwise)
        parts = parts.assign(rule=rule)
    return parts


def _carve_estate_parts(case: Case, parts: pd.DataFrame) -> pd.DataFrame:
    """Move a share that an attribute of the estate gives to another payer into parts of its own."""
    for position, (name, rule) in enumerate(case.policy.estate_parts.items()):
        if in_force((rule,), case.scenario.as_of) is None:
            continue
        here = parts["rule"].isin(rule.applies_to) & (parts["grant_source"] == "") & (parts["public_share"] > 0)
        if not here.any():
            continue
        moved = parts[here]
        leave = _leaving(moved["cost"].to_numpy(np.int64), list(moved[rule.attribute]))
        parts.loc[here, "cost"] -= leave
        added = moved.assign(
            cost=leave,
            part=moved["part"] + f"/part:{name}",
            rule=rule.rule,
            order=moved["order"] + 0.2 + position / 100,
        )
        parts = pd.concat([parts, added], ignore_index=True)
    return parts


def _leaving(cost: np.ndarray, share: list[Decimal]) -> np.ndarray:
    """Second part of the largest-remainder split of ``cost`` by (1 - share, share)."""
    ratios = [common_ratio([1 - s, s]) for s in share]
    numerator = np.array([n for numerators, _ in ratios for n in numerators], dtype=np.int64)
    denominator = np.repeat(np.array([d for _, d in ratios], dtype=np.int64), 2)
    group = np.repeat(np.arange(len(cost)), 2)
    return largest_remainder(group, np.repeat(cost, 2), numerator, denominator)[1::2]


def _divide_payers(case: Case, parts: pd.DataFrame) -> pd.DataFrame:
    """Divide parts under exact shares among their payers; name the payer of single-payer rules."""
    divided = []
    rules = rules_in_force(case)
    open_now = parts["payer"] == ""
    divided.append(parts[~open_now])
    for name, group in parts[open_now].groupby("rule", sort=True):
        shares = rules[str(name)]
        payers = list(shares.shares)
        if not is_closed(shares):
            divided.append(group)
        elif len(payers) == 1:
            divided.append(group.assign(payer=payers[0]))
        else:
            divided.append(_by_exact_shares(group, payers, [shares.shares[p].max for p in payers]))
    return pd.concat(divided, ignore_index=True)


def _by_exact_shares(group: pd.DataFrame, payers: list[str], shares: list[Decimal]) -> pd.DataFrame:
    numerators, denominator = common_ratio(shares)
    rows = np.repeat(np.arange(len(group)), len(payers))
    spread = group.iloc[rows].copy()
    position = np.tile(np.arange(len(payers)), len(group))
    spread["payer"] = np.array(payers)[position]
    spread["cost"] = largest_remainder(
        rows, spread["cost"].to_numpy(np.int64), np.array(numerators, dtype=np.int64)[position],
        np.full(len(rows), denominator, dtype=np.int64),
    )  # fmt: skip
    spread["part"] = spread["part"] + "/payer:" + spread["payer"]
    spread["order"] = spread["order"] + position / 1000
    return spread


def amounts_due(weights: pd.Series, cost: pd.Series) -> pd.DataFrame:
    """Spread costs over payment years, each in proportion to its weights (tuples of whole numbers, one per year).

    One row per entry of ``cost`` and year after the start with money due; columns ``row`` (position in the input),
    ``offset`` [years after the start], ``due`` [steps].
    """
    frames = []
    values, lengths = cost.to_numpy(np.int64), weights.map(len).to_numpy(np.int64)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        numerator = np.array(weights.iloc[rows].tolist(), dtype=np.int64)
        group = np.repeat(rows, length)
        due = largest_remainder(group, values[group], numerator.ravel(), np.repeat(numerator.sum(axis=1), length))
        frames.append(pd.DataFrame({"row": group, "offset": np.tile(np.arange(length), len(rows)), "due": due}))
    if not frames:
        return pd.DataFrame({"row": [], "offset": [], "due": []}, dtype=np.int64)
    due_frame = pd.concat(frames, ignore_index=True)
    return due_frame[due_frame["due"] != 0].sort_values(["row", "offset"], ignore_index=True)


def longest_profile(case: Case) -> int:
    """Years over which the slowest work of the register is paid."""
    works = case.register.items["work"].unique()
    return max((len(profile_of(case, w)) for w in works), default=1)
