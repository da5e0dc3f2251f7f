"""Which column says that an item is done, and what its doing costs each pool in each payment year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.formulation.frames import row_of, stack, summed
from allocator.formulation.index import Index
from allocator.formulation.normal_form import amounts_due
from allocator.inputs.schemas.base import in_force

if TYPE_CHECKING:
    from allocator.formulation.columns import Columns


def done(index: Index, columns: Columns) -> pd.DataFrame:
    """Column that says an item is done in a year, whatever the route; ``item``, ``year``, ``col``."""
    required = index.items.loc[index.items["required"], ["project"]].reset_index(names="item")
    with_start = required.merge(columns["start"], on="project")[["item", "year", "col"]]
    return pd.concat([with_start, columns["do"][["item", "year", "col"]]], ignore_index=True)


def acts(index: Index, columns: Columns) -> pd.DataFrame:
    """Column that says an item is done in a year on a route; ``item``, ``project``, ``year``, ``route``, ``col``."""
    items = index.items[["project", "required"]].reset_index(names="item")
    routes = index.projects["routes"]
    items["several"] = items["project"].map(routes.map(len) > 1)
    items["route"] = items["project"].map(routes.map(lambda r: r[0]))
    single, several = items[~items["several"]], items[items["several"]].drop(columns="route")
    frames = [
        single[single["required"]].merge(columns["start"], on="project"),
        single[~single["required"]].merge(columns["do"], on="item"),
        several[several["required"]].merge(columns["route"], on="project"),
        several[~several["required"]].merge(columns["do_route"], on="item"),
    ]
    return pd.concat(frames, ignore_index=True)[["item", "project", "year", "route", "col"]]


def saving_pairs(index: Index) -> pd.DataFrame:
    """Estates where both works of a saving are needed.

    Columns ``saving``, ``estate``, ``project``, ``item_1``, ``item_2``; where an estate has several items of a work,
    the first by id counts.
    """
    first = index.items.groupby(["estate", "project", "work"])["item_id"].idxmin().rename("item").reset_index()
    found = []
    for name, saving in index.case.policy.savings.items():
        one = first[first["work"] == saving.works[0]].rename(columns={"item": "item_1"})
        two = first[first["work"] == saving.works[1]].rename(columns={"item": "item_2"})
        pair = one.merge(two[["estate", "item_2"]], on="estate")
        found.append(pair.assign(saving=name))
    return stack(found, ["saving", "estate", "project", "item_1", "item_2"])


def pool_costs(index: Index, columns: Columns) -> pd.DataFrame:
    """What each pool owes per column and payment year; ``pool``, ``year``, ``col``, ``amount`` [steps].

    Amounts of ``both`` columns (savings) are differences from the gross cost, so they may be negative.
    """
    return _pool_terms(index, columns, _members(index))


def construction_costs(index: Index, columns: Columns, pools: Iterable[int]) -> pd.DataFrame:
    """What of the cost of ``pools`` is construction; like ``pool_costs``, in fractions of steps."""
    members = _members(index)
    members = members[members["pool"].isin(list(pools))]
    share = index.parts["construction"].to_numpy()[members["part"].to_numpy(np.int64)].astype(float)
    return _pool_terms(index, columns, members.assign(weight=share))


def _members(index: Index) -> pd.DataFrame:
    """Parts and their pools by route; all of a part's cost counts."""
    return index.pools.members.rename(columns={"part_row": "part"})


def _pool_terms(index: Index, columns: Columns, members: pd.DataFrame) -> pd.DataFrame:
    """Costs of parts, times ``weight`` where ``members`` has that column; ``pool``, ``year``, ``col``, ``amount``."""
    acting = acts(index, columns)
    terms = _done_in_era(_item_costs(index, members).merge(acting, on=["item", "route"]))
    terms = terms.assign(year=terms["year"] + terms["offset"])
    saved = _saving_costs(index, columns, members)
    terms = pd.concat([terms[["pool", "year", "col", "amount"]], saved], ignore_index=True)
    last = index.payment_years[-1]
    return summed(terms[terms["year"] <= last], ["pool", "year", "col"], "amount")


def _item_costs(index: Index, members: pd.DataFrame) -> pd.DataFrame:
    """Steps due per (item, route, pool, offset), and per era (``from_year``, ``until_year``) where there are any."""
    long = members.merge(index.due, on="part")
    if "weight" in long:
        long["due"] = long["due"] * long["weight"]
    long["item"] = index.parts["item_row"].to_numpy()[long["part"].to_numpy()]
    keys = ["item", "route", "pool", "offset"]
    if index.has_eras:
        for name in ("from_year", "until_year"):
            long[name] = index.parts[name].to_numpy()[long["part"].to_numpy()]
            keys.append(name)
    return summed(long, keys, "due").rename(columns={"due": "amount"})


def _done_in_era(terms: pd.DataFrame) -> pd.DataFrame:
    """Terms of costs that hold when the item is done in ``year``."""
    if "from_year" not in terms:
        return terms
    return terms[(terms["year"] >= terms["from_year"]) & (terms["year"] <= terms["until_year"])]


def saved_amounts(index: Index) -> pd.DataFrame:
    """Change of what is due per part when a saving is made.

    ``saving``, ``estate`` (row), ``part`` (row), ``offset`` [years after the saving], ``change`` [steps].
    """
    frames = []
    case = index.case
    for name, saving in case.policy.savings.items():
        if in_force((saving,), case.scenario.as_of) is None:
            continue
        cheaper = index.parts[index.parts["work"] == saving.on]
        first = cheaper.groupby("estate")["item"].transform("min") == cheaper["item"]
        cheaper = cheaper[first]
        numerator, denominator = saving.share.as_integer_ratio()
        net = cheaper["cost"] - cheaper["cost"] * numerator // denominator
        due = amounts_due(cheaper["weights"].reset_index(drop=True), net.reset_index(drop=True))
        due["part"] = cheaper.index.to_numpy()[due["row"].to_numpy()]
        gross = index.due[index.due["part"].isin(cheaper.index)]
        both = due[["part", "offset", "due"]].merge(
            gross, on=["part", "offset"], how="outer", suffixes=("_net", "_gross")
        )
        both["change"] = both["due_net"].fillna(0).astype(np.int64) - both["due_gross"].fillna(0).astype(np.int64)
        both["estate"] = both["part"].map(index.parts["estate"]).map(row_of(index.estates["estate_id"]))
        frames.append(both.assign(saving=name))
    return stack(frames, ["saving", "estate", "part", "offset", "change"])


def _saving_costs(index: Index, columns: Columns, members: pd.DataFrame) -> pd.DataFrame:
    saved = index.in_era(saved_amounts(index).merge(columns["both"], on=["saving", "estate"]), "year")
    saved = saved.merge(members, on=["part", "route"])
    if "weight" in saved:
        saved["change"] = saved["change"] * saved["weight"]
    saved = saved.assign(year=saved["year"] + saved["offset"]).rename(columns={"change": "amount"})
    return saved[["pool", "year", "col", "amount"]]


def greatest_demand(index: Index, columns: Columns) -> pd.DataFrame:
    """An upper bound of each pool's cost by payment year; ``pool``, ``year``, ``amount`` [steps], all positive."""
    by_item = _item_costs(index, _members(index))
    acting = acts(index, columns)[["item", "route", "year"]].drop_duplicates()
    terms = _done_in_era(by_item.merge(acting, on=["item", "route"]))
    terms = terms.assign(year=terms["year"] + terms["offset"])
    terms = terms[terms["year"] <= index.payment_years[-1]]
    greatest = terms.groupby(["pool", "year", "item"], as_index=False)[["amount"]].max()
    return summed(greatest, ["pool", "year"], "amount")
