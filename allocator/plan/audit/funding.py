"""Which sources may pay for which parts, and which parts share a pool."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from allocator.inputs.schemas.base import in_force
from allocator.plan.audit.exact import lookup
from allocator.plan.audit.facts import CITY, Facts
from allocator.plan.audit.parts import bands_in_force

COMBINATION = ["work", "work_class", "component", "rule", "payer", "open", "grant", "source"]
"""What decides, apart from the place, which sources may pay for a part."""


@dataclass(frozen=True)
class Funding:
    """Sources of every part."""

    facts: Facts

    @cached_property
    def places(self) -> dict[str, frozenset[str] | None]:
        """Places where each source has money; None: everywhere."""
        register, bonds = self.facts.case.register, self.facts.case.policy.bonds
        fed = {bond.source for bond in bonds.values()}
        found: dict[str, frozenset[str] | None] = {}
        for key, source in self.facts.case.policy.sources.items():
            if source.scope == "city" or not source.limited:
                found[key] = None
            elif source.scope == "estate":
                pledges = register.pledges[(register.pledges["source"] == key) & (register.pledges["amount"] > 0)]
                found[key] = frozenset(pledges["estate"])
            elif source.scope == "county" and (key in fed or source.formula is not None):
                found[key] = None
            else:
                stated = [frame.loc[frame["source"] == key, "place"] for frame in (register.limits, register.carried)]
                found[key] = frozenset(place for places in stated for place in places) - {CITY}
        return found

    def has_money(self, sources: pd.Series, places: pd.Series) -> pd.Series:
        """Whether each source has money at the place beside it; False for unknown sources."""
        found = pd.Series(False, index=sources.index)
        for source, known in self.places.items():
            here = sources == source
            found[here] = True if known is None else places[here].isin(known)
        return found

    def admits(self, source: str, work: str, component: str, rule: str) -> bool:
        """Whether ``source`` may pay for a component of a work under a rule, wherever it is."""
        entry = self.facts.case.policy.sources.get(source)
        if entry is None or in_force((entry,), self.facts.as_of) is None:
            return False
        lists, work_class = entry.eligible, self.facts.case.policy.works[work].work_class
        pairs = (
            (lists.classes, work_class),
            (lists.works, work),
            (lists.components, component),
            (lists.rules, rule),
        )
        return work not in lists.not_works and all(not allowed or value in allowed for allowed, value in pairs)

    @cached_property
    def last_resort(self) -> frozenset[str]:
        """Payers for which the shortfall may stand in."""
        if not self.facts.case.scenario.options.shortfall:
            return frozenset()
        return frozenset(key for key, payer in self.facts.case.policy.payers.items() if payer.last_resort)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """One row per part and source with money for it: part, candidate, candidate_payer, narrow."""
        parts = self.facts.parts
        combinations = parts[COMBINATION].drop_duplicates()
        lists = [self._of_combination(row) for row in combinations.to_dict("records")]
        combinations["candidate"] = pd.Series(lists, index=combinations.index, dtype=object)
        wide = parts.merge(combinations, on=COMBINATION, how="left")
        wide = wide[["part", "estate", "county", "area", "candidate"]].explode("candidate", ignore_index=True)
        wide = wide[wide["candidate"].notna()]
        scope = wide["candidate"].map(self.facts.sources["scope"])
        place = wide["estate"].where(scope == "estate", wide["county"].where(scope == "county", wide["area"]))
        wide = wide[self.has_money(wide["candidate"], place.where(scope != "city", CITY))]
        capped = [key for key, source in self.facts.case.policy.sources.items() if source.caps]
        narrow = wide["candidate"].isin(capped) | wide["candidate"].map(self.facts.sources["scope"]).isin(
            ["estate", "area"]
        )
        return wide[["part", "candidate"]].assign(
            candidate_payer=wide["candidate"].map(self.facts.sources["payer"]), narrow=narrow
        )

    def payers_of(self, rule: str, payer: str, is_open: bool) -> list[str]:
        """Payers of a part: its own, or all of its open rule."""
        return list(bands_in_force(self.facts.case, rule)) if is_open else [payer]

    def _of_combination(self, part: Mapping[Hashable, Any]) -> list[str]:
        payers = self.payers_of(part["rule"], part["payer"], part["open"])
        all_sources = self.facts.case.policy.sources
        named = [key for key, source in all_sources.items() if source.payer in payers]
        able = [part["source"]] if part["grant"] else named
        return [source for source in able if self.admits(source, part["work"], part["component"], part["rule"])]

    def pools(self, routes: pd.Series) -> pd.DataFrame:
        """Pool of each part on the route beside it: columns ``pool``, ``wide_pool`` and ``at_estate``.

        ``pool`` is where narrow sources and payers' shares are counted; ``wide_pool`` where the shares of the others
        are: the county's pool that a rest is passed to, else the pool itself.
        """
        parts = self.facts.parts.loc[routes.index]
        rows = self.candidates[self.candidates["part"].isin(parts.index)]
        without = {key: frozenset(route.without) for key, route in self.facts.case.policy.routes.items()}
        on_route = zip(rows["candidate"], lookup(rows["part"], routes, ""), strict=True)
        rows = rows[np.array([source not in without.get(route, ()) for source, route in on_route], dtype=bool)]
        every = self._sets(rows, parts.index)
        narrow = self._sets(rows[rows["narrow"]], parts.index)
        wide = self._sets(rows[~rows["narrow"]], parts.index)
        head = parts["rule"] + "|" + parts["payer"] + "|" + parts["grant"]
        tail = "|" + routes
        shape = pd.DataFrame({"rule": parts["rule"], "open": parts["open"], "narrow": narrow, "wide": wide})
        kinds = shape.drop_duplicates()
        known = {row: self._tied(*row) for row in kinds.itertuples(index=False, name=None)}
        tied = pd.Series(
            [known[row] for row in shape.itertuples(index=False, name=None)], index=parts.index, dtype=bool
        )
        at_estate = (narrow != "") | tied
        place = parts["estate"].where(at_estate, "/" + parts["county"])
        pool = place + "|" + head + "|" + every + tail
        wide_pool = ("/" + parts["county"] + "|" + head + "|" + wide + tail).where(~tied, pool)
        return pd.DataFrame({"pool": pool, "wide_pool": wide_pool, "at_estate": at_estate})

    def _tied(self, rule: str, is_open: bool, narrow: str, wide: str) -> bool:
        """Whether everything is paid at the estate: no money is passed to a county's pool."""
        policy = self.facts.case.policy
        bands = bands_in_force(self.facts.case, rule) if is_open else {}
        residents = policy.residents
        if residents and residents.payer in bands and self.facts.now(residents.affordability) is not None:
            return True
        if not narrow:
            return False
        sources = [policy.sources[key] for key in wide.split("+") if key]
        if any(source.share is not None and source.share.of == "cost" for source in sources):
            return True
        payers = {source.payer for source in sources} | (self.last_resort & set(bands))
        roomless = any(bands[p].min > 0 or bands[p].max < 1 for p in payers if p in bands)
        return is_open and (len(payers) > 1 or roomless)

    def _sets(self, rows: pd.DataFrame, parts: pd.Index) -> pd.Series:
        """Sources of each part as text, joined by +; "" when there are none."""
        sources = list(self.facts.sources.index)
        bits = pd.Series([1 << place for place in range(len(sources))], index=sources, dtype=object)
        if len(sources) < 63:
            bits = bits.astype("int64")
        masks = lookup(rows["candidate"], bits, 0).groupby(rows["part"]).sum().reindex(parts, fill_value=0)
        names = {
            mask: "+".join(key for place, key in enumerate(sources) if int(mask) >> place & 1)
            for mask in masks.unique()
        }
        return masks.map(names).astype("str")
