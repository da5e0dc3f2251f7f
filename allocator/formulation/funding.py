"""Which sources may pay for which parts, and which parts share a pool.

Source: models/<id>/formulation.md, "Sources of a part" and "Pools".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.formulation.normal_form import rules_in_force
from allocator.formulation.pledges import counted_pledges
from allocator.formulation.readiness import value_on
from allocator.inputs.case import Case
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.matching import Kicker
from allocator.inputs.schemas.policy import PayerShares, PolicyModel
from allocator.inputs.schemas.sources import Eligibility, ShareLimit, Source

SHORTFALL = "shortfall"
"""Name of the last-resort source."""

AREA_MEASURES = ("estates", "households", "floor_area")
"""How the size of an area is measured: its estates in the register, their households, their square metres."""


@dataclass(frozen=True)
class PoolKey:
    """Scope of the money that a set of rules makes interchangeable."""

    at_estate: bool
    """Whether the narrow sources pay at the estate."""
    passes_on: bool
    """Whether what they leave is paid by the county's pool of the wide sources."""
    narrow: tuple[str, ...]
    wide: tuple[str, ...]


def is_narrow(name: str, policy: PolicyModel) -> bool:
    """Whether a rule of the source, or about its payer, is about one estate."""
    source, residents = policy.sources[name], policy.residents
    protected = (
        residents is not None
        and (residents.affordability is not None or residents.least_share is not None)
        and source.payer == residents.payer
    )
    counted = any(name == k.source or source.payer == k.payer for k in policy.kickers.values())
    matched = any(m.at in ("project", "estate") and name in (*m.sources, *m.of) for m in policy.matching.values())
    return source.scope in ("estate", "area") or bool(source.caps) or protected or counted or matched


def pool_key(
    policy: PolicyModel, sources: Sequence[str], shares: PayerShares | None, *, counts_residents: bool = False
) -> PoolKey:
    """Smallest unit named by any rule that touches the money of these sources under one payer rule.

    ``shares`` is None for a closed part; ``counts_residents``: what residents bear of it counts towards the least share
    of a class, so all of that is paid at the estate. Exactness: without a rule of one estate the feasible payments of
    every member are one and the same convex cone, so sums may be split in proportion; a rule that is not homogeneous
    narrows the scope.
    """
    narrow = tuple(s for s in sources if is_narrow(s, policy))
    wide = tuple(s for s in sources if s not in narrow)
    residents = policy.residents.payer if policy.residents is not None and counts_residents else ""
    if not narrow and residents not in last_resorts(policy):
        return PoolKey(at_estate=False, passes_on=False, narrow=(), wide=wide)
    wide_payers = {policy.sources[s].payer for s in wide}
    if shares is not None:
        wide_payers |= {name for name in last_resorts(policy) & set(shares.shares) if shares.shares[name].max > 0}
    narrow_payers = {policy.sources[s].payer for s in narrow}
    of_cost = any(_shares_of(policy.sources[s], base) for s in wide for base in ("cost", "construction"))
    of_mixed_part = any(
        _shares_of(policy.sources[s], "payer_part") and policy.sources[s].payer in narrow_payers for s in wide
    )
    passes_on = len(wide_payers) == 1 and not of_cost and not of_mixed_part and residents not in wide_payers
    return PoolKey(at_estate=True, passes_on=passes_on, narrow=narrow, wide=wide)


def ties_construction(policy: PolicyModel, sources: Sequence[str], shares: PayerShares | None) -> bool:
    """Whether parts may share a pool only when construction is the same share of their costs.

    A source that may pay at most a share of construction, beside others that may pay anything, leaves each part a range
    of payments, and ranges add. Where another share binds as well, the sums would allow what no division reaches.
    """
    shared = [s for name in sources if (s := policy.sources[name].share) is not None]
    own = [s for s in shared if s.of == "construction"]
    if not own:
        return False
    least = any(s.min is not None or any(r.min is not None for r in s.by_region.values()) for s in own)
    banded = shares is not None and any(band.min > 0 or band.max < 1 for band in shares.shares.values())
    return least or banded or len(shared) > 1


def share_edges(case: Case, share: ShareLimit, side: str) -> dict[str, Decimal]:
    """Least (``min``) or greatest (``max``) share by county; counties where there is none, or it cannot bind, lack."""
    idle = Decimal(0) if side == "min" else None if share.of == "construction" else Decimal(1)
    found = {}
    for county in case.scenario.counties:
        edge = value_on(getattr(share.in_region(case.scenario.regions.get(county)), side), case)
        if edge is not None and edge != idle:
            found[county] = edge
    return found


def last_resorts(policy: PolicyModel) -> set[str]:
    """Payers for whom the last-resort source stands in."""
    return {name for name, payer in policy.payers.items() if payer.last_resort}


def counted_works(kicker: Kicker, policy: PolicyModel) -> dict[str, Decimal]:
    """Expected share by work that a subsidy counts."""
    works = policy.works.items()
    return {
        name: kicker.expected[work.work_class]
        for name, work in works
        if work.work_class in kicker.expected and name not in kicker.not_works
    }


def bearers(rules: Mapping[str, PayerShares], payer: str, rule: str) -> list[str]:
    """Payers that may bear a cost: ``payer`` when the cost is closed, else all that ``rule`` gives a share."""
    return [payer] if payer else [name for name, band in rules[rule].shares.items() if band.max > 0]


def _shares_of(source: Source, base: str) -> bool:
    return source.share is not None and source.share.of == base


def _admits(eligible: Eligibility, part: pd.Series) -> bool:
    lists = (
        (eligible.classes, part["work_class"]), (eligible.works, part["work"]),
        (eligible.components, part["component"]), (eligible.rules, part["rule"]),
    )  # fmt: skip
    return (
        all(not admitted or value in admitted for admitted, value in lists) and part["work"] not in eligible.not_works
    )


def _candidates(case: Case, kinds: pd.DataFrame) -> pd.DataFrame:
    """Sources that may pay for each kind of part by its rules alone; one row per (kind, source)."""
    rules = rules_in_force(case)
    active = {n: s for n, s in case.policy.sources.items() if in_force((s,), case.scenario.as_of) is not None}
    records = []
    for kind, part in kinds.iterrows():
        if part["grant_source"]:
            records.append((kind, part["grant_source"]))
            continue
        payers = bearers(rules, part["payer"], part["rule"])
        barred = _never_for_residents(case) if not part["payer"] and rules[part["rule"]].stands_in else set()
        records += [
            (kind, name)
            for name, s in active.items()
            if s.payer in payers and name not in barred and _admits(s.eligible, part)
        ]
    return pd.DataFrame(records, columns=["kind", "source"]).astype({"source": object})


def _never_for_residents(case: Case) -> set[str]:
    """Sources that may not stand in for residents: the money of special bonds."""
    return {bond.source for bond in case.policy.bonds.values() if bond.kind == "special"}


def scopes(case: Case, source: pd.Series) -> pd.Series:
    """Scope of each source; missing for the last-resort source."""
    return source.map({name: s.scope for name, s in case.policy.sources.items()})


def account_places(case: Case, source: pd.Series, estate: pd.Series, county: pd.Series) -> pd.Series:
    """Place of the account of ``source`` that money for ``estate`` (id, "" for any) in ``county`` is drawn from.

    The estate, its area, the county, or "" for the city, as the source's scope says; the last resort is the county's.
    """
    scope = scopes(case, source).fillna("county")
    area = estate.map(case.register.estates.set_index("estate")["area"]).fillna("")
    place = np.select([scope == "estate", scope == "area", scope == "county"], [estate, area, county], "")
    return pd.Series(place, index=source.index, dtype=object)


def places_with_money(case: Case) -> pd.DataFrame:
    """Accounts that can hold money; one row per (source, place), place "" being the city."""
    register, policy = case.register, case.policy
    fed = {bond.source for bond in policy.bonds.values()}
    declared = pd.concat([register.limits[["source", "place"]], register.carried[["source", "place"]]])
    scope = scopes(case, declared["source"])
    at_area = (scope == "area") & declared["place"].isin(list(register.areas["area"]))
    declared = declared[((declared["place"] != "") & (scope == "county")) | at_area]
    records = list(declared.itertuples(index=False, name=None))
    places = {"county": list(case.scenario.counties), "area": list(register.areas["area"])}
    for name, source in policy.sources.items():
        if source.scope == "city":
            records.append((name, ""))
        elif source.scope in places and (
            not source.limited or source.formula is not None or (name in fed and source.scope == "county")
        ):
            records += [(name, place) for place in places[source.scope]]
    pledges = counted_pledges(case)
    pledged = pledges.loc[pledges["amount"] > 0, ["source", "estate"]]
    records += list(pledged.itertuples(index=False, name=None))
    unlimited = [n for n, s in policy.sources.items() if s.scope == "estate" and not s.limited]
    records += [(name, estate) for name in unlimited for estate in register.estates["estate"]]
    return pd.DataFrame(records, columns=["source", "place"]).drop_duplicates(ignore_index=True)


def _in_small_area(case: Case, source: pd.Series, estate: pd.Series) -> np.ndarray:
    """Whether each source pays only for estates of areas larger than that of the estate beside it."""
    estates = case.register.estates
    totals = estates[estates["area"] != ""].assign(estates=1).groupby("area")[list(AREA_MEASURES)].sum()
    small = np.zeros(len(source), dtype=bool)
    for name, entry in case.policy.sources.items():
        if entry.only_areas is None:
            continue
        here = (source == name).to_numpy(bool)
        sizes = totals.reindex(estate[here].map(estates.set_index("estate")["area"]))
        for measure in AREA_MEASURES:
            least = value_on(getattr(entry.only_areas, f"at_least_{measure}"), case)
            if least is not None:
                small[here] |= ~(sizes[measure] >= float(least)).to_numpy(bool)
    return small


def part_sources(case: Case, parts: pd.DataFrame) -> pd.Series:
    """Sources that may pay for each part at its place, before routes.

    A tuple in declared order, by row of ``parts``.
    """
    by_kind = ["work", "work_class", "component", "rule", "payer", "grant_source"]
    kind = parts.groupby(by_kind, sort=False).ngroup()
    kinds = parts[by_kind].assign(kind=kind).drop_duplicates("kind").set_index("kind")
    county = case.register.estates.set_index("estate")["county"]
    combos = pd.DataFrame({"kind": kind, "estate": parts["estate"]}).drop_duplicates(ignore_index=True)
    long = combos.reset_index(names="combo").merge(_candidates(case, kinds), on="kind")
    long["place"] = account_places(case, long["source"], long["estate"], long["estate"].map(county))
    long = long.merge(places_with_money(case), on=["source", "place"])
    long = long[~_in_small_area(case, long["source"], long["estate"])]
    order = {name: position for position, name in enumerate(case.policy.sources)}
    long = long.assign(rank=long["source"].map(order)).sort_values(["combo", "rank"])
    found = long.groupby("combo")["source"].agg(tuple)
    combos["sources"] = found.reindex(combos.index)
    combos["sources"] = [s if isinstance(s, tuple) else () for s in combos["sources"]]
    keyed = combos.set_index(["kind", "estate"])["sources"]
    return pd.Series(
        keyed.reindex(pd.MultiIndex.from_arrays([kind, parts["estate"]])).to_numpy(), index=parts.index, dtype=object
    )


def on_route(case: Case, sources: Iterable[str], route: str) -> tuple[str, ...]:
    """Sources that pay on a route ("" when the policy has none)."""
    without = case.policy.routes[route].without if route else ()
    return tuple(s for s in sources if s not in without)
