"""Which sources may pay for which parts, and which parts share a pool."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import Band
from allocator.inputs.schemas.sources import Source
from allocator.plan.audit.admission import large_areas
from allocator.plan.audit.exact import lookup
from allocator.plan.audit.facts import CITY, SHORTFALL, Facts
from allocator.plan.audit.parts import bands_in_force, shares_in_force

COMBINATION = ["work", "work_class", "component", "rule", "payer", "open", "grant", "source"]
"""What decides, apart from the place, which sources may pay for a part."""


class _Shape(NamedTuple):
    """What decides how a pool pays."""

    rule: str
    payer: str
    is_open: bool
    narrow: str
    wide: str
    counts: bool
    """Whether a least share of residents looks at it."""


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
                pledges = self.facts.pledges
                found[key] = frozenset(pledges.loc[(pledges["source"] == key) & (pledges["amount"] > 0), "estate"])
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

    def in_large_area(self, sources: pd.Series, areas: pd.Series) -> pd.Series:
        """Whether each source pays in the area beside it, or wherever it has money."""
        found = pd.Series(True, index=sources.index)
        for source in self.facts.case.policy.sources:
            large = large_areas(self.facts.case, source)
            if large is not None:
                here = sources == source
                found[here] = areas[here].isin(large)
        return found

    def admits(self, source: str, work: str, component: str, rule: str, *, is_open: bool) -> bool:
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
        shares = shares_in_force(self.facts.case, rule) if is_open and source in self.never_for_residents else None
        if shares is not None and shares.stands_in is not None:
            return False
        return work not in lists.not_works and all(not allowed or value in allowed for allowed, value in pairs)

    @cached_property
    def last_resort(self) -> frozenset[str]:
        """Payers for which the shortfall may stand in."""
        if not self.facts.case.scenario.options.shortfall:
            return frozenset()
        return frozenset(key for key, payer in self.facts.case.policy.payers.items() if payer.last_resort)

    @cached_property
    def may_fall_short(self) -> frozenset[str]:
        """Payers for which the shortfall may stand in, whether the scenario allows a shortfall or not."""
        return frozenset(key for key, payer in self.facts.case.policy.payers.items() if payer.last_resort)

    @cached_property
    def never_for_residents(self) -> frozenset[str]:
        """Sources that special bonds feed: they may not stand in for residents."""
        return frozenset(self.facts.case.policy.bonds[key].source for key in self.facts.special)

    @cached_property
    def narrow(self) -> frozenset[str]:
        """Sources with a rule, or a payer with a rule, about one estate.

        Pledges, areas, caps, what residents bear, subsidies with a kink and what they count, matching at estates.
        """
        residents = self.facts.case.policy.residents
        has_rule = residents is not None and (residents.affordability or residents.least_share)
        protected = residents.payer if residents is not None and has_rule else None
        every = self.facts.case.policy.sources
        kickers = self.facts.case.policy.kickers.values()
        payers = {protected} | {kicker.payer for kicker in kickers}
        named = {kicker.source for kicker in kickers}
        for rule in self.facts.case.policy.matching.values():
            if rule.at in ("project", "estate"):
                named |= {*rule.sources, *rule.of}
        at_estates = {k for k, s in every.items() if s.scope in ("estate", "area") or s.caps or s.payer in payers}
        return frozenset(named | at_estates)

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
        wide = wide[self.in_large_area(wide["candidate"], wide["area"])]
        return wide[["part", "candidate"]].assign(
            candidate_payer=wide["candidate"].map(self.facts.sources["payer"]),
            narrow=wide["candidate"].isin(self.narrow),
        )

    def payers_of(self, rule: str, payer: str, is_open: bool) -> list[str]:
        """Payers of a part: its own, or all of its open rule."""
        return [name for name, band in self._bands(rule, payer, is_open).items() if band.max > 0]

    def _bands(self, rule: str, payer: str, is_open: bool) -> Mapping[str, Band]:
        return bands_in_force(self.facts.case, rule) if is_open else {payer: Band()}

    def _of_combination(self, part: Mapping[Hashable, Any]) -> list[str]:
        payers = self.payers_of(part["rule"], part["payer"], part["open"])
        all_sources = self.facts.case.policy.sources
        named = [key for key, source in all_sources.items() if source.payer in payers]
        if part["grant"]:
            return [part["source"]]  # the grant itself says what its source pays
        what = part["work"], part["component"], part["rule"]
        return [source for source in named if self.admits(source, *what, is_open=part["open"])]

    def pools(self, parts: pd.Series, routes: pd.Series) -> pd.DataFrame:
        """Pool of each of ``parts`` on the route beside it, same index.

        Columns: ``pool`` is where narrow sources and payers' shares are counted; when it may pass a rest to the county,
        ``wide_pool`` is the county's pool that takes it and ``wide_payer`` who pays it there, else "". ``pool_class``:
        the class whose least share of residents looks at it.
        A label reads place|payer or open rule|rule where it matters|route|sources, and >sources of the rest, if any;
        the class follows the rule after #; before the sources stand the subsidies with a kink that count what is paid
        there, if any.
        """
        rows = pd.DataFrame({"part": parts, "route": routes})
        kinds = rows.drop_duplicates().reset_index(drop=True)
        found = self._pools(kinds)
        return rows.merge(pd.concat([kinds, found], axis=1), on=["part", "route"], how="left").set_index(rows.index)[
            list(found.columns)
        ]

    def _pools(self, kinds: pd.DataFrame) -> pd.DataFrame:
        parts = self.facts.parts.loc[kinds["part"]].reset_index(drop=True)
        keys = kinds.reset_index(names="kind")
        rows = keys.merge(self.candidates, on="part")
        without = {key: frozenset(route.without) for key, route in self.facts.case.policy.routes.items()}
        on_route = zip(rows["candidate"], rows["route"], strict=True)
        rows = rows[np.array([source not in without.get(route, ()) for source, route in on_route], dtype=bool)]
        narrow = self._sets(rows[rows["narrow"]], kinds.index)
        wide = self._sets(rows[~rows["narrow"]], kinds.index)
        work_class = lookup(parts["part"], self.facts.shared_classes, "").where(parts["open"], "")
        shape = pd.DataFrame({"rule": parts["rule"], "payer": parts["payer"], "open": parts["open"]})
        shape = shape.assign(narrow=narrow, wide=wide, counts=work_class != "")
        known = {row: self._shape(_Shape(*row)) for row in shape.drop_duplicates().itertuples(index=False, name=None)}
        told = [known[row] for row in shape.itertuples(index=False, name=None)]
        sources = pd.DataFrame(told, columns=["own", "passed", "wide_payer"], index=kinds.index)
        payer = parts["payer"].where(~parts["open"], parts["rule"])
        of_cost = [key for key, source in self.facts.case.policy.sources.items() if _is_of(source, "cost")]
        ruled = rows["kind"][rows["candidate"].isin(of_cost)]
        rule = parts["rule"].where(parts["open"] | kinds.index.isin(ruled), "") + self._construction(parts, rows)
        at_estate = (narrow != "") | ((work_class != "") & (self._residents in self.may_fall_short))
        place = parts["estate"].where(at_estate, parts["county"])
        work_class = work_class.where(at_estate, "")
        rule = rule + ("#" + work_class).where(work_class != "", "")
        tail = "|" + kinds["route"] + "|"
        county = parts["county"] + "|" + sources["wide_payer"] + "|" + tail + sources["passed"]
        marked = self._counted(parts["work"], sources["own"], at_estate)
        return pd.DataFrame(
            {
                "pool": place + "|" + payer + "|" + rule + "|" + kinds["route"] + marked + "|" + sources["own"],
                "wide_pool": county.where(sources["passed"] != "", ""),
                "wide_payer": sources["wide_payer"],
                "pool_class": work_class,
            }
        )

    @property
    def _residents(self) -> str:
        residents = self.facts.case.policy.residents
        return residents.payer if residents else ""

    def counting(self, work: str) -> list[str]:
        """Subsidies with a kink that count a work."""
        policy = self.facts.case.policy
        kind = policy.works[work].work_class
        return [key for key, k in policy.kickers.items() if kind in k.expected and work not in k.not_works]

    def _counted(self, works: pd.Series, sources: pd.Series, at_estate: pd.Series) -> pd.Series:
        """Part of the label of an estate's pool: subsidies that count what a payer of the pool pays for the work."""
        policy = self.facts.case.policy
        known = {work: self.counting(work) for work in works.unique()}
        found = []
        for work, own, here in zip(works, sources, at_estate, strict=True):
            names = own.split(">")[0].split("+")
            payers = {policy.sources[name].payer for name in names if name in policy.sources}
            marks = [key for key in known[work] if here and policy.kickers[key].payer in payers]
            found.append("|" + "+".join(marks) if marks else "")
        return pd.Series(found, index=works.index, dtype="str")

    def _shape(self, of: _Shape) -> tuple[str, str, str]:
        """Sources of the pool; sources of the county's pool that a rest is passed to, and who pays it there, or ""."""
        sources, narrow, wide = self.facts.case.policy.sources, of.narrow, of.wide
        last = self.may_fall_short & set(self.payers_of(of.rule, of.payer, of.is_open))
        narrows, wides = ([key for key in text.split("+") if key] for text in (narrow, wide))
        stand_in = [SHORTFALL] if last else []
        others = {sources[key].payer for key in wides}
        if of.is_open:
            others |= last
        if (
            (of.counts and self._residents in others)
            or not narrows
            or len(others) != 1
            or self._tied_by_shares(narrows, wides)
        ):
            return "+".join([*narrows, *wides, *stand_in]), "", ""
        return narrow + (f">{wide}" if wide else ""), "+".join([*wides, *stand_in]), others.pop()

    def _tied_by_shares(self, narrows: list[str], wides: list[str]) -> bool:
        """Whether a share of a wide source is of a base that is not the county's to count."""
        sources = self.facts.case.policy.sources
        payers = {sources[key].payer for key in narrows}
        shares = [(share, sources[key].payer) for key in wides if (share := sources[key].share) is not None]
        return any(share.of != "payer_part" or payer in payers for share, payer in shares)

    def _construction(self, parts: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
        """Share of construction, for the label of a pool, where it must be the same for all its parts; else "".

        ``rows`` has the sources of each kind of part. It need not be the same where only one share binds, and that is a
        greatest share of construction.
        """
        sources = self.facts.case.policy.sources
        shared = {key: source.share for key, source in sources.items() if source.share is not None}
        built = {key: share for key, share in shared.items() if share.of == "construction"}
        kinds = rows["kind"]
        counted = kinds[rows["candidate"].isin(list(shared))].value_counts().reindex(parts.index, fill_value=0)
        least = [key for key, share in built.items() if share.min or any(one.min for one in share.by_region.values())]
        banded = (
            [
                bool(is_open)
                and any(band.min > 0 or band.max < 1 for band in bands_in_force(self.facts.case, rule).values())
                for rule, is_open in zip(parts["rule"], parts["open"], strict=True)
            ]
            if built
            else [False] * len(parts)
        )
        tied = (counted > 1) | parts.index.isin(kinds[rows["candidate"].isin(least)]) | np.array(banded, dtype=bool)
        tied &= parts.index.isin(kinds[rows["candidate"].isin(list(built))])
        return ("@" + parts["construction"].astype("str")).where(tied, "")

    def _sets(self, rows: pd.DataFrame, kinds: pd.Index) -> pd.Series:
        """Sources of each kind of part as text, joined by + in the order of the policy model; "" when it has none."""
        sources = list(self.facts.sources.index)
        bits = pd.Series([1 << place for place in range(len(sources))], index=sources, dtype=object)
        if len(sources) < 63:
            bits = bits.astype("int64")
        masks = lookup(rows["candidate"], bits, 0).groupby(rows["kind"]).sum().reindex(kinds, fill_value=0)
        names = {
            mask: "+".join(key for place, key in enumerate(sources) if int(mask) >> place & 1)
            for mask in masks.unique()
        }
        return masks.map(names).astype("str")


def _is_of(source: Source, base: str) -> bool:
    return source.share is not None and source.share.of == base
