"""Projects as a bureau would plan them without searching: which works are done, and what falls due to whom and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.formulation.accounts import formula_gain
from allocator.formulation.costs import saved_amounts, saving_pairs
from allocator.formulation.index import Index
from allocator.inputs.schemas.base import in_force

Bools = npt.NDArray[np.bool_]

_ERA = ("from_year", "until_year")
_ROUNDING = 1e-6
"""What sums of fractions may lack of the whole number they are."""


class Bill(NamedTuple):
    """What a project owes when it starts in one of the years ``from_year`` to ``until_year``.

    In which year after its start, to which pool, how much, and what of it is construction.
    """

    offset: int
    pool: int
    amount: int
    construction: int
    from_year: int
    until_year: int

    def falls_due(self, start: int) -> bool:
        """Whether the project owes this when it starts in ``start``."""
        return self.from_year <= start <= self.until_year


@dataclass(frozen=True)
class Plain:
    """The plain form of every project, by row.

    Attributes
    ----------
    works: which items (rows) are done with the start.
    impossible: projects whose works cannot be put together without a search.
    bills: by project; those with the least choice of sources come first, so that nothing they alone depend on is spent
        on others.
    gains: by project, formula money (source, place, years after the start, steps).
    needs: by project, other projects that must have started.
    cost: steps by project, all years.
    """

    works: Bools
    impossible: frozenset[int]
    bills: Mapping[int, list[Bill]]
    gains: Mapping[int, list[tuple[str, str, int, int]]]
    needs: Mapping[int, list[int]]
    cost: Mapping[int, int]


def plain_projects(index: Index) -> Plain:
    """Put every project together without searching, on its first route.

    Done are required works, the first of every group one of which is required, the cheapest community works an estate
    lacks, and what any of these needs first.
    """
    works, impossible = _works(index)
    needs, hopeless = _needed_projects(index, works)
    due = _due(index, works)
    impossible |= hopeless | set(due.loc[due["amount"] < 0, "project"])
    cost = _by_project(due[due["from_year"] == index.start_years[0]])
    return Plain(works, frozenset(impossible), _bills(index, due), _gains(index), needs, cost)


def _works(index: Index) -> tuple[Bools, set[int]]:
    items = index.items
    done = items["required"].to_numpy(bool).copy()
    grouped = items[items["choice_group"] != ""]
    must = grouped.groupby(["estate", "choice_group"])["group_required"].transform("any")
    done[grouped[must.astype(bool)].drop_duplicates(["estate", "choice_group"]).index] = True
    lacking = _add_community_works(index, done)
    _add_prerequisites(index, done)
    crowded = items[done & (items["choice_group"] != "").to_numpy()].duplicated(["estate", "choice_group"])
    return done, set(items.loc[crowded[crowded].index, "project"]) | lacking


def _add_community_works(index: Index, done: Bools) -> set[int]:
    """Add the cheapest community works that estates lack; projects for which there are too few."""
    community, items = index.case.policy.community, index.items
    if community is None or in_force((community,), index.case.scenario.as_of) is None:
        return set()
    have = items[done & items["community"]].groupby("estate").size().reindex(index.estates.index, fill_value=0)
    missing = community.minimum - index.estates["community_facilities"].astype("int64") - have
    spare = items[~done & items["community"] & (items["choice_group"] == "")].sort_values(["cost", "item_id"])
    rank = spare.groupby("estate").cumcount()
    done[spare[rank < spare["estate"].map(missing)].index] = True
    lacking = missing > spare.groupby("estate").size().reindex(missing.index, fill_value=0)
    return set(index.estates.loc[lacking & (missing > 0), "project"])


def _prerequisites(index: Index) -> pd.DataFrame:
    """Pairs of items: ``item`` and what it ``needs``."""
    row = pd.Series(index.items.index, index=index.items["item_id"])
    needs = index.items["requires"].explode().dropna()
    needs = needs[needs != ""]
    return pd.DataFrame({"item": needs.index, "needs": needs.map(row).to_numpy("int64")})


def _add_prerequisites(index: Index, done: Bools) -> None:
    """Add what done items need first at their own project, and what that needs."""
    pairs, project = _prerequisites(index), index.items["project"].to_numpy()
    own = pairs[project[pairs["item"]] == project[pairs["needs"]]]
    while True:
        wanted = own["needs"].to_numpy()[done[own["item"]]]
        if done[wanted].all():
            return
        done[wanted] = True


def _needed_projects(index: Index, works: Bools) -> tuple[dict[int, list[int]], set[int]]:
    """Projects that must have started before others, and those that wait for a work that is never done."""
    pairs, project = _prerequisites(index), index.items["project"].to_numpy()
    item, needs = pairs["item"].to_numpy(), pairs["needs"].to_numpy()
    across = works[item] & (project[item] != project[needs])
    waiting: dict[int, list[int]] = {}
    for after, before in zip(project[item[across]].tolist(), project[needs[across]].tolist(), strict=True):
        waiting.setdefault(after, []).append(before)
    return waiting, set(project[item[across & ~works[needs]]].tolist())


def _due(index: Index, works: Bools) -> pd.DataFrame:
    """Steps by ``project``, ``pool``, ``offset`` [years after the start] and years of starts, savings taken off.

    Columns ``amount`` and ``construction``, which is less by a step where it is no whole number.
    """
    pairs = saving_pairs(index)
    both = pairs[works[pairs["item_1"].to_numpy("int64")] & works[pairs["item_2"].to_numpy("int64")]]
    saved = saved_amounts(index).merge(both[["saving", "estate"]], on=["saving", "estate"])
    part_done = works[index.parts["item_row"].to_numpy("int64")]
    gross = index.due[part_done[index.due["part"].to_numpy("int64")]]
    frames = [gross.rename(columns={"due": "amount"})[["part", "offset", "amount"]]]
    if len(saved):
        frames.append(saved.rename(columns={"change": "amount"})[["part", "offset", "amount"]].astype("int64"))
    due = pd.concat(frames, ignore_index=True)
    part = due["part"].to_numpy("int64")
    due["project"] = index.parts["project_row"].to_numpy("int64")[part]
    due["from_year"], due["until_year"] = (index.parts[name].to_numpy()[part] for name in _ERA)
    due["construction"] = due["amount"] * index.parts["construction"].to_numpy()[part].astype(float)
    first = index.projects["routes"].map(lambda routes: routes[0])
    members = index.pools.members.rename(columns={"part_row": "part"})
    due = due.assign(route=due["project"].map(first)).merge(members, on=["part", "route"])
    keys, figures = ["project", "pool", "offset", *_ERA], ["amount", "construction"]
    by_pool: pd.DataFrame = due.groupby(keys, as_index=False)[figures].sum()
    by_pool["construction"] = np.floor(by_pool["construction"] + _ROUNDING).astype(np.int64)
    return by_pool[by_pool["amount"] != 0]


def _bills(index: Index, due: pd.DataFrame) -> dict[int, list[Bill]]:
    table = index.pools.table
    count = index.pools.sources.groupby("pool").size().reindex(table.index, fill_value=0)
    choice = count + table["parent"].map(count).fillna(0)
    due = due.assign(choice=due["pool"].map(choice)).sort_values(["project", "choice", "offset", "pool"])
    bills: dict[int, list[Bill]] = {}
    for project, *bill in due[["project", *Bill._fields]].astype("int64").to_numpy().tolist():
        bills.setdefault(project, []).append(Bill(*bill))
    return bills


def _gains(index: Index) -> dict[int, list[tuple[str, str, int, int]]]:
    gains: dict[int, list[tuple[str, str, int, int]]] = {}
    for name, source in index.case.policy.sources.items():
        if source.formula is None:
            continue
        amounts = formula_gain(index, name)
        places = index.estates[source.scope] if source.scope in ("county", "area") else [""] * len(index.estates)
        for project, place, amount in zip(index.estates["project"], places, amounts, strict=True):
            gains.setdefault(int(project), []).append((name, place, source.formula.lag_years, int(amount)))
    return gains


def _by_project(due: pd.DataFrame) -> dict[int, int]:
    cost = due.groupby("project")["amount"].sum()
    return dict(zip(cost.index.tolist(), cost.tolist(), strict=True))
