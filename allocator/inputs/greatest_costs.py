"""The most that a source could ever be asked to pay, from the catalogue and the register alone.

An upper bound, for finding rules that can never bind: savings, unit grants and the parts of other payers only lower it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.inputs.contents import Content, admits, contents
from allocator.inputs.frames import looked_up
from allocator.inputs.register_reader import Sheets
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import PolicyModel


def greatest_costs(sheets: Sheets, policy: PolicyModel, as_of: date) -> pd.DataFrame:
    """Most that each source in force could pay at each estate, over all years.

    Columns ``source``, ``estate``, ``amount`` [steps]. One row per source and estate with a work it may pay for.
    """
    costs = _component_costs(sheets, policy)
    shares = pd.DataFrame(
        [
            (name, content.work, content.component, float(share))
            for content in contents(policy, as_of)
            for name, share in _payable(policy, content, as_of)
        ],
        columns=["source", "work", "component", "share"],
    )
    most = shares.groupby(["source", "work", "component"], as_index=False)["share"].max()
    found = costs.merge(most, on=["work", "component"])
    found["amount"] = np.ceil(found["cost"] * found["share"]).astype("int64")
    return found.groupby(["source", "estate"])["amount"].sum().reset_index()


def by_account(greatest: pd.DataFrame, sheets: Sheets, policy: PolicyModel) -> pd.DataFrame:
    """The same summed over the places of the sources' accounts; ``source``, ``place``, ``amount`` [steps]."""
    estates = sheets.frames["estates"].set_index("estate")
    scope = looked_up(greatest["source"], {name: source.scope for name, source in policy.sources.items()})
    county, area = greatest["estate"].map(estates["county"]), greatest["estate"].map(estates["area"])
    place = np.select([scope == "county", scope == "area", scope == "estate"], [county, area, greatest["estate"]], "")
    placed = greatest.assign(place=pd.Series(place, index=greatest.index, dtype=object))
    return placed.groupby(["source", "place"])["amount"].sum().reset_index()


def _payable(policy: PolicyModel, content: Content, as_of: date) -> Iterator[tuple[str, Decimal]]:
    """Sources in force that may pay for a content, with the greatest share of its cost."""
    for name, source in policy.sources.items():
        if in_force((source,), as_of) is None:
            continue
        if name == content.grant_source:
            yield name, Decimal(1)
        elif source.payer in content.payers and admits(source.eligible, content):
            yield name, content.payers[source.payer]


def _component_costs(sheets: Sheets, policy: PolicyModel) -> pd.DataFrame:
    """Cost of every component of every item: stated, or its share of the item's cost; ``estate``, ``work``, ..."""
    items, stated = sheets.frames["items"], sheets.frames["component_costs"]
    catalogue = pd.DataFrame(
        [(w, c, float(part.share)) for w, work in policy.works.items() for c, part in work.components.items()],
        columns=["work", "component", "share"],
    )
    divided = items[~items["item"].isin(set(stated["item"]))][["item", "estate", "work", "cost"]].merge(
        catalogue, on="work"
    )
    divided["cost"] = np.ceil(divided["cost"] * divided["share"])
    own = stated.merge(items[["item", "estate", "work"]], on="item")
    columns = ["estate", "work", "component", "cost"]
    return pd.concat([divided[columns], own[columns].astype({"cost": float})], ignore_index=True)
