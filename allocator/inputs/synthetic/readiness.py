"""Synthetic gates and pledges: how ready estates are, and what residents and former owners promise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.inputs.schemas.scenario import Money
from allocator.inputs.synthetic.draw import Bools, Ints, between, mix, stream
from allocator.inputs.synthetic.recipe import Channel, Recipe, Setting

MARGIN = 1.01
"""Pledges for a fixed share exceed the estimate a little, since parts are rounded one by one."""
MARGIN_STEPS = 20


def make_gates(estates: pd.DataFrame, joins: Bools, setting: Setting) -> tuple[pd.DataFrame, Bools]:
    """Sheet ``gates``, and which estates lack the gate of contribution.

    ``joins`` marks estates that share the project of the estate before; they are as ready as it is.
    """
    recipe, gates = setting.recipe, list(setting.policy.gates)
    rng, count, first = stream(setting.extent.seed, "gates"), len(estates), recipe.scenario.first
    head = np.maximum.accumulate(np.where(joins, 0, np.arange(count)))
    chance = rng.random(count)[head]
    unmet = chance < float(recipe.gates.unmet)
    ready = chance >= 1 - float(recipe.gates.ready)
    last_promise = max(first + 1, first + recipe.scenario.start_years - 2)
    promised_year = rng.integers(first + 1, last_promise + 1, count)[head]
    open_gate = rng.integers(0, len(gates), count)[head]
    place, gate = np.divmod(np.arange(count * len(gates)), len(gates))
    names = np.array(gates, dtype=object)[gate]
    is_unmet = unmet[place] & (names == recipe.gates.contribution)
    is_promised = ~unmet[place] & ~ready[place] & (gate == open_gate[place])
    state = np.where(is_unmet, "unmet", np.where(is_promised, "promised", "met"))
    met_year = rng.integers(first - 3, first, len(place))
    frame = pd.DataFrame(
        {
            "estate": estates["estate"].to_numpy()[place],
            "gate": names,
            "state": state,
            "year": pd.array(np.where(is_promised, promised_year[place], met_year), dtype="Int64"),
            "evidence": np.where(state == "met", recipe.gates.document, ""),
        }
    )
    frame.loc[frame["state"] == "unmet", "year"] = pd.NA
    return frame, unmet


def make_pledges(estates: pd.DataFrame, payments: pd.DataFrame, unmet: Bools, setting: Setting) -> pd.DataFrame:
    """Sheet ``pledges``: enough for what residents must bear, unless the gate of contribution is unmet."""
    recipe, money, residents = setting.recipe, setting.money, setting.policy.residents
    rng, count = stream(setting.extent.seed, "pledges"), len(estates)
    payer = residents.payer if residents else ""
    own = payments[(payments["payer"] == payer) & ~payments["open"]]
    must = _by_estate(estates, own[own["required"]])
    wish = _by_estate(estates, own[~own["required"]])
    low, high = recipe.gates.participation["met"], recipe.gates.participation["unmet"]
    part = np.where(unmet, between(rng, high, count), between(rng, low, count))
    voluntary = _voluntary(rng, estates, recipe.pledges.direct, money)
    direct = np.where(unmet, must * 3 // 10, _with_margin(must)) + voluntary
    frames = [_frame(rng, estates, recipe, recipe.pledges.direct, direct)]
    frames[0]["participation"] = [f"{share:.2f}" for share in part]
    gives = rng.random(count) < float(recipe.pledges.earmarked.share_of_estates)
    frames.append(_frame(rng, estates, recipe, recipe.pledges.earmarked, np.where(gives, _with_margin(wish), 0)))
    for channel in recipe.pledges.others:
        frames.append(_frame(rng, estates, recipe, channel, _voluntary(rng, estates, channel, money)))
    pledges = pd.concat(frames, ignore_index=True).sort_values(["estate", "source"], ignore_index=True)
    return pledges[pledges["amount"] > 0].reset_index(drop=True)


def _by_estate(estates: pd.DataFrame, payments: pd.DataFrame) -> Ints:
    sums = payments.groupby("estate")["amount"].sum().reindex(estates["estate"], fill_value=0.0)
    whole: Ints = np.ceil(sums.to_numpy(dtype=float)).astype(np.int64)
    return whole


def _with_margin(amount: Ints) -> Ints:
    pledged: Ints = np.where(amount > 0, np.ceil(amount * MARGIN).astype(np.int64) + MARGIN_STEPS, 0)
    return pledged


def _voluntary(rng: np.random.Generator, estates: pd.DataFrame, channel: Channel, money: Money) -> Ints:
    """Pledges per household, rounded to tens of steps."""
    count = len(estates)
    per_step = float(money.unit_value * money.step)
    amount = estates["households"].to_numpy() * between(rng, channel.per_household, count) / per_step
    gives = rng.random(count) < float(channel.share_of_estates)
    if channel.only_original_owner:
        gives &= (estates["original_owner"] != "").to_numpy()
    pledged: Ints = np.where(gives, np.round(amount / 10) * 10, 0).astype(np.int64)
    return pledged


def _frame(
    rng: np.random.Generator, estates: pd.DataFrame, recipe: Recipe, channel: Channel, amount: Ints
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "estate": estates["estate"],
            "source": channel.source,
            "amount": amount,
            "participation": None,
            "certainty": mix(rng, recipe.pledges.certainty, len(estates)),
            "document": recipe.names.document,
        }
    )
