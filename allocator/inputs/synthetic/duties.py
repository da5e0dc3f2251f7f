"""Synthetic duties of counties: yearly tasks, what they can carry out, and their debt."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from allocator.inputs.synthetic.limits import Purse, service_of


def make_tasks(purse: Purse, estates: pd.DataFrame) -> pd.DataFrame:
    """Sheet ``tasks``: bands on estates and households, by county and start year."""
    recipe, starts = purse.recipe, purse.recipe.scenario.start_years
    found = estates.groupby("county")["households"]
    count, households = found.size(), found.sum()
    records = []
    for county in purse.extent.counties:
        even = recipe.money.coverage / starts
        even_estates, even_households = even * float(count[county.id]), even * float(households[county.id])
        records += [
            {
                "county": county.id,
                "year": year,
                "min_estates": math.floor(even_estates * recipe.tasks.least),
                "max_estates": math.ceil(even_estates * recipe.tasks.most) + 1,
                "min_households": math.floor(even_households * recipe.tasks.least / 2 / 10) * 10,
                "document": recipe.names.document,
            }
            for year in purse.years[:starts]
        ]
    frame = pd.DataFrame(records)
    counts = ["min_estates", "max_estates", "min_households"]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def make_capacity(purse: Purse, estates: pd.DataFrame, cost: pd.Series) -> pd.DataFrame:
    """Sheet ``capacity``: estates a county can start, and money it can spend, in a year; ``cost`` is by county."""
    recipe = purse.recipe
    coverage, starts = recipe.money.coverage, recipe.scenario.start_years
    records = []
    for county in purse.extent.counties:
        count = int((estates["county"] == county.id).sum())
        unit = float(1 / purse.money.step)
        spend = float(cost[county.id]) * coverage * purse.weights.max() * recipe.tasks.capacity_spend
        records += [
            {
                "county": county.id,
                "year": year,
                "max_estates": math.ceil(count * coverage / starts * recipe.tasks.capacity_estates) + 1,
                "max_spend": int(np.ceil(spend / unit) * unit),
            }
            for year in purse.years[:starts]
        ]
    return pd.DataFrame(records).astype({"max_estates": "Int64", "max_spend": "Int64"})


def make_debt(purse: Purse, limits: pd.DataFrame) -> pd.DataFrame:
    """Sheet ``debt``: existing stock and service, and their ceilings, until the last repayment of new bonds."""
    recipe, first = purse.recipe.money.debt, purse.years[0]
    unit = float(1 / purse.money.step)
    frames = []
    for county in purse.extent.counties:
        stock = purse.public[county.id] / purse.recipe.scenario.start_years * recipe.stock
        quota, service = _new_debt(purse, limits, county.id)
        if not len(service):
            continue
        elapsed = np.arange(len(service))
        existing = stock * np.clip(1 - recipe.repaid_share * elapsed, 0, None)
        owed = np.where(existing > 0, stock * recipe.repaid_share + existing * recipe.interest, 0.0)
        room = np.cumsum(np.pad(quota, (0, len(service) - len(quota)))) * recipe.stock_room
        steps = {
            "stock_ceiling": existing + room,
            "existing_stock": existing,
            "service_ceiling": owed + service.max() * recipe.service_room,
            "existing_service": owed,
        }
        whole = {name: (np.round(value / unit) * unit).astype(np.int64) for name, value in steps.items()}
        frames.append(pd.DataFrame({"county": county.id, "year": first + elapsed, **whole}))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"county": [], "year": []})


def _new_debt(purse: Purse, limits: pd.DataFrame, county: str) -> tuple[np.ndarray, np.ndarray]:
    """Quota by payment year, and the service if all of it were issued, summed over bonds."""
    quota, service = np.zeros(len(purse.years)), np.zeros(0)
    for bond in purse.policy.bonds.values():
        here = limits[(limits["source"] == bond.source) & (limits["place"] == county)]
        issued = here["amount"].to_numpy(dtype=float)
        if not len(issued):
            continue
        due = service_of(bond, issued)
        longest = max(len(service), len(due))
        service = np.pad(service, (0, longest - len(service))) + np.pad(due, (0, longest - len(due)))
        quota = quota + issued
    return quota, service
