"""What residents' pledges that fall short block: estates that cannot start, and works that cannot be done.

A row is a proof from the inputs alone: whatever else a plan does, what residents must bear there is more than what
their pledges that count come to. Works that another source of the residents may pay are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import floor

import pandas as pd

from allocator.formulation.funding import last_resorts, part_sources
from allocator.formulation.index import Index
from allocator.formulation.pledges import counted_pledges
from allocator.formulation.readiness import too_little_participation
from allocator.formulation.resident_shares import least_shares, shared_classes
from allocator.inputs.case import rate_to_steps
from allocator.inputs.schemas.base import in_force
from allocator.plan.tables import TABLES

_Demand = dict[frozenset[str], int]
"""Steps that residents must bear, by the channels that may pay them."""


def blocked_pledges(index: Index, estates: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """Table ``blocked_pledges``; ``estates`` and ``works`` are the plan's tables."""
    columns = list(TABLES["blocked_pledges"])
    residents = index.case.policy.residents
    if residents is None or residents.payer in last_resorts(index.case.policy):
        return pd.DataFrame(columns=columns)
    rows = _Residents(index, residents.payer).rows(estates, works)
    return pd.DataFrame(list(rows), columns=columns)


class _Residents:
    """Parts that residents bear or may bear, and their pledges, by estate."""

    def __init__(self, index: Index, payer: str) -> None:
        case = index.case
        self._index, self._payer, self._least = index, payer, least_shares(case)
        sources = case.policy.sources
        self._channels = {n for n, s in sources.items() if s.payer == payer and s.scope == "estate" and s.limited}
        own = counted_pledges(case)
        own = own[own["source"].isin(list(self._channels))]
        own = own.assign(pledged=case.register.pledges["amount"].reindex(own.index))
        self._pledges = dict(iter(own.groupby("estate")))
        parts = index.parts.assign(
            work_class=shared_classes(case, index.parts), admitted=part_sources(case, index.parts)
        )
        parts = parts[(parts["payer"] == payer) | (parts["work_class"] != "")]
        self._others = {n for n, s in sources.items() if s.payer == payer} - self._channels
        parts["saved"] = 0
        for saving in case.policy.savings.values():
            numerator, denominator = saving.share.as_integer_ratio()
            parts["saved"] += (parts["cost"] * numerator // denominator).where(parts["work"] == saving.on, 0)
        self._has_savings = bool(case.policy.savings)
        self._parts = dict(iter(parts.groupby("estate")))
        rules, money = case.policy.residents, case.scenario.money
        amount = in_force(rules.affordability or (), case.scenario.as_of) if rules else None
        self._affordable: dict[str, int] = {}
        if amount is not None:
            pairs = index.estates[["estate_id", "households"]].itertuples(index=False, name=None)
            self._affordable = {
                name: rate_to_steps(amount.value, amount.unit, Decimal(int(count)), money) for name, count in pairs
            }

    def rows(self, estates: pd.DataFrame, works: pd.DataFrame) -> Iterator[tuple[object, ...]]:
        """One row per estate or work that is blocked."""
        few = too_little_participation(self._index.case)
        undone = dict(iter(works[(works["year"] == 0) & ~works["required"]].groupby("estate")))
        required = self._index.items.set_index("item_id")["required"]
        for estate, name, county, start in estates[["estate", "name", "county", "start_year"]].itertuples(
            index=False, name=None
        ):
            parts = self._parts.get(estate)
            must = parts[parts["item"].map(required)] if parts is not None else None
            if start == 0:
                found = self._row(estate, must, few.get(estate))
                if found:
                    yield (estate, name, county, "", "", *found)
                continue
            for item, work in undone[estate][["item", "work"]].itertuples(index=False) if estate in undone else ():
                added = parts[parts["item"] == item] if parts is not None else None
                if added is not None and len(added):
                    found = self._row(estate, pd.concat([must, added]), None)
                    if found:
                        yield (estate, name, county, item, work, *found)

    def _row(self, estate: str, parts: pd.DataFrame | None, share: Decimal | None) -> tuple[object, ...] | None:
        own = self._pledges.get(estate)
        money = {} if own is None else dict(zip(own["source"], own["amount"].astype(int), strict=True))
        pledged = 0 if own is None else int(own["pledged"].sum())
        needed, least, short = 0, 0, 0
        if parts is not None and len(parts):
            cost = parts["cost"].astype(int)
            variants = [self._needs(parts, cost)]
            if self._has_savings:
                variants.append(self._needs(parts, cost - parts["saved"]))
            told = [(self._short(estate, demand, money), sum(demand.values()), asked) for demand, asked in variants]
            short, needed, least = min(told)
        if short <= 0 and share is None:
            return None
        counted = sum(money.values())
        cures = [
            word for word, helps in (
                ("vote", short > 0 and pledged > counted), ("pledge", short > pledged - counted),
                ("participation", share is not None),
            ) if helps
        ]  # fmt: skip
        taking_part = -1.0 if share is None else float(share)
        return pledged, counted, needed, least, max(short, 0), taking_part, ",".join(cures)

    def _needs(self, parts: pd.DataFrame, cost: pd.Series) -> tuple[_Demand, int]:
        """What residents must bear, and how much of it only the least shares ask for."""
        demand: _Demand = {}
        base: dict[str, int] = {}
        borne: dict[str, int] = {}
        open_to: dict[str, frozenset[str]] = {}
        free: set[str] = set()
        for steps, payer, work_class, admitted in zip(
            cost, parts["payer"], parts["work_class"], parts["admitted"], strict=True
        ):
            theirs = frozenset(admitted) & self._channels
            elsewhere = not self._others.isdisjoint(admitted)
            is_closed = payer == self._payer
            if is_closed and not elsewhere:
                demand[theirs] = demand.get(theirs, 0) + int(steps)
            if work_class:
                base[work_class] = base.get(work_class, 0) + int(steps)
                borne[work_class] = borne.get(work_class, 0) + (int(steps) if is_closed else 0)
                if not payer:
                    open_to[work_class] = open_to.get(work_class, frozenset()) | theirs
                    free |= {work_class} if elsewhere else set()
        asked = 0
        for work_class, total in base.items():
            more = floor(Fraction(self._least[work_class]) * total) - borne[work_class]
            if more > 0 and work_class not in free:
                channels = open_to.get(work_class, frozenset())
                demand[channels] = demand.get(channels, 0) + more
                asked += more
        return demand, asked

    def _short(self, estate: str, demand: _Demand, money: Mapping[str, int]) -> int:
        """Least sum that is missing: over all sets of channels, what only they may pay less what they have."""
        total = sum(demand.values())
        worst = total - self._affordable[estate] if estate in self._affordable else 0
        channels = sorted(frozenset().union(*demand)) if demand else []
        for size in range(len(channels) + 1):
            for some in combinations(channels, size):
                only = sum(steps for able, steps in demand.items() if able <= set(some))
                worst = max(worst, only - sum(money.get(channel, 0) for channel in some))
        return worst
