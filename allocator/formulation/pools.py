"""Pools: parts whose money is interchangeable, and who may pay into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.formulation.funding import (
    SHORTFALL,
    PoolKey,
    bearers,
    counted_works,
    last_resorts,
    on_route,
    part_sources,
    pool_key,
    ties_construction,
)
from allocator.formulation.normal_form import rules_in_force
from allocator.formulation.resident_shares import shared_classes
from allocator.i18n import _
from allocator.inputs.case import Case


@dataclass(frozen=True)
class Pools:
    """Pools, their payers' sources, and the parts in them.

    Attributes
    ----------
    table: one row per pool; columns ``pool`` (readable name), ``estate`` ("" for a county's pool), ``county``, ``rule``
        ("" where it does not matter), ``payer`` ("" when open), ``route``, ``construction`` (share of the parts' costs,
        as a fraction, "" where it does not matter), ``parent`` (row of the pool that pays its rest, -1 for none),
        ``wide_payer`` (payer whose sources pay the rest, or ""), ``work_class`` (class whose least share of residents
        looks at it, else ""), ``counted`` (subsidies with a kink that count what their payer pays here, or "").
    sources: one row per (pool, source); ``pool`` is a row number of ``table``; ``source`` may be ``shortfall``;
        column ``payer``.
    members: one row per (part, route); columns ``part_row``, ``route``, ``pool``.
    """

    table: pd.DataFrame
    sources: pd.DataFrame
    members: pd.DataFrame


class _Money(NamedTuple):
    """What makes the money of parts interchangeable at one place; names as in ``Pools.table``."""

    payer: str
    rule: str
    route: str
    sources: tuple[str, ...]
    construction: str = ""
    rest: tuple[str, ...] | None = None
    """Sources of the county's pool that pays what these leave; None when nothing is left to others."""
    work_class: str = ""
    counted: str = ""
    """Subsidies with a kink that count what a payer pays here, joined by +."""


class _Kind(NamedTuple):
    """What parts have in common whose money is alike, apart from where they are."""

    sources: tuple[str, ...]
    payer: str
    rule: str
    route: str
    built: str
    counted: str
    """Class whose least share of residents looks at it, if it is open, else ""."""
    counting: tuple[str, ...]
    """Subsidies with a kink that count the work."""


class _Pool(NamedTuple):
    """A pool: its place, its money, and the row of the pool that pays its rest (-1 for none)."""

    estate: str
    county: str
    money: _Money
    parent: int


def build_pools(case: Case, parts: pd.DataFrame, routes: pd.DataFrame) -> Pools:
    """Assign every part, on every route of its project, to a pool.

    ``parts`` as from ``cost_parts`` with ``project``, ``county`` and ``construction``; ``routes`` has one row per
    (project, route).
    """
    counted = shared_classes(case, parts).where(parts["payer"] == "", "")
    parts = parts.assign(part_row=np.arange(len(parts)), sources=part_sources(case, parts), counted=counted)
    shared = any(s.share is not None and s.share.of == "construction" for s in case.policy.sources.values())
    parts["built"] = parts["construction"].astype(str) if shared else ""
    parts["counting"] = parts["work"].map(_counting(case))
    long = parts.merge(routes, on="project", how="left").sort_values(["part_row", "route_rank"], kind="stable")
    long["kind"] = long.groupby([*_Kind._fields, "grant_source"], sort=False, dropna=False).ngroup()
    kinds = long.drop_duplicates("kind")
    described = pd.DataFrame(
        [
            (number, *_describe(case, _Kind(*kind)))
            for number, *kind in kinds[["kind", *_Kind._fields]].itertuples(index=False, name=None)
        ],
        columns=["kind", "at_estate", "own", "parent"],
    )
    long = long.merge(described, on="kind", sort=False)
    long["unit"] = np.where(long["at_estate"], long["estate"], "")
    long["pool"] = long.groupby(["unit", "county", "own"], sort=True).ngroup()
    return _assemble(case, long.drop_duplicates("pool").sort_values("pool"), long)


def _counting(case: Case) -> dict[str, tuple[str, ...]]:
    """Subsidies with a kink that count each work."""
    counted = {name: counted_works(kicker, case.policy) for name, kicker in case.policy.kickers.items()}
    return {work: tuple(name for name, works in counted.items() if work in works) for work in case.policy.works}


def _describe(case: Case, kind: _Kind) -> tuple[bool, _Money, _Money | None]:
    """Of one kind of parts: whether their pool is an estate's, its money, and that of the pool that pays its rest."""
    payer, rule, route = kind.payer, kind.rule, kind.route
    sources = on_route(case, kind.sources, route)
    shares = None if payer else rules_in_force(case)[rule]
    key = pool_key(case.policy, sources, shares, counts_residents=kind.counted != "")
    built = kind.built if ties_construction(case.policy, sources, shares) else ""
    _refuse_exclusive(case, sources)
    matters = not payer or _shares_cost(case, key)
    paying = key.wide if not key.at_estate else key.narrow if key.passes_on else key.narrow + key.wide
    onward, work_class = key.wide if key.passes_on else None, kind.counted if key.at_estate else ""
    counted = _counted(case, kind, paying) if key.at_estate else ""
    own = _Money(payer, rule if matters else "", route, paying, built, onward, work_class, counted)
    if not key.passes_on:
        return key.at_estate, own, None
    rest = _Money(_wide_payer(case, key, rule), "", route, key.wide)
    return key.at_estate, own, rest


def _counted(case: Case, kind: _Kind, paying: tuple[str, ...]) -> str:
    """Subsidies with a kink that count what one of the sources pays for these parts."""
    payers = {case.policy.sources[s].payer for s in paying}
    return "+".join(name for name in kind.counting if case.policy.kickers[name].payer in payers)


def _shares_cost(case: Case, key: PoolKey) -> bool:
    """Whether a share of cost ties the pool to one payer rule."""
    shares = [case.policy.sources[s].share for s in (*key.narrow, *key.wide)]
    return any(s is not None and s.of == "cost" for s in shares)


def _wide_payer(case: Case, key: PoolKey, rule: str) -> str:
    if key.wide:
        return case.policy.sources[key.wide[0]].payer
    return next(p for p in bearers(rules_in_force(case), "", rule) if case.policy.payers[p].last_resort)


def _refuse_exclusive(case: Case, sources: tuple[str, ...]) -> None:
    clash = [(a, b) for a in sources for b in case.policy.sources[a].excludes if b in sources]
    if clash:
        first, second = clash[0]
        raise ScenarioError(
            [
                Problem(
                    f"policy.sources[{first}].excludes",
                    _("{first} and {second} may not pay for the same content, but one route allows both").format(
                        first=first, second=second
                    ),
                    _("name one of them in `without` of every route"),
                )
            ]
        )


def _assemble(case: Case, first: pd.DataFrame, long: pd.DataFrame) -> Pools:
    """Tables of pools: first those that parts are in, then parents no part is in.

    ``first`` has the first member of each pool, in the order of pools; ``long`` all members.
    """
    rows: dict[tuple[str, str, _Money], int] = {}
    for place in zip(first["unit"], first["county"], first["own"], strict=True):
        rows[place] = len(rows)
    parents = [-1] * len(rows)
    for position, (county, rest) in enumerate(zip(first["county"], first["parent"], strict=True)):
        if rest is not None:
            parents[position] = rows.setdefault(("", county, rest), len(rows))
    parents += [-1] * (len(rows) - len(parents))
    pools = [_Pool(*place, parent) for place, parent in zip(rows, parents, strict=True)]
    table = pd.DataFrame(
        [
            (p.estate, p.county, p.money.rule, p.money.payer, p.money.route, p.money.construction, p.parent,
             pools[p.parent].money.payer if p.parent >= 0 else "", p.money.work_class, p.money.counted)
            for p in pools
        ],
        columns=["estate", "county", "rule", "payer", "route", "construction", "parent", "wide_payer", "work_class",
                 "counted"],
        dtype=object,
    ).astype({"parent": np.int64})  # fmt: skip
    sources = _pool_sources(case, pools)
    joined = sources.groupby("pool")["source"].agg("+".join).reindex(table.index).fillna("")
    joined += [f">{'+'.join(pool.money.rest)}" if pool.money.rest else "" for pool in pools]
    unit = table["estate"].where(table["estate"] != "", table["county"])
    who = table["payer"].where(table["payer"] != "", table["rule"])
    rule = table["rule"] + ("@" + table["construction"]).where(table["construction"] != "", "")
    rule += ("#" + table["work_class"]).where(table["work_class"] != "", "")
    marked = ("|" + table["counted"]).where(table["counted"] != "", "")
    table.insert(0, "pool", unit + "|" + who + "|" + rule + "|" + table["route"] + marked + "|" + joined)
    return Pools(table, sources, long[["part_row", "route", "pool"]].reset_index(drop=True))


def _pool_sources(case: Case, pools: Sequence[_Pool]) -> pd.DataFrame:
    rules, last = rules_in_force(case), last_resorts(case.policy)
    found = []
    for row, pool in enumerate(pools):
        found += [(row, s, case.policy.sources[s].payer) for s in pool.money.sources]
        if pool.parent < 0:
            found += [(row, SHORTFALL, p) for p in bearers(rules, pool.money.payer, pool.money.rule) if p in last]
    return pd.DataFrame(found, columns=["pool", "source", "payer"]).astype({"pool": np.int64, "source": object})
