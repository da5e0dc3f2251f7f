"""Pools: parts whose money is interchangeable, and who may pay into them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.formulation.funding import SHORTFALL, PoolKey, on_route, part_sources, pool_key
from allocator.formulation.normal_form import rules_in_force
from allocator.i18n import _
from allocator.inputs.case import Case


@dataclass(frozen=True)
class Pools:
    """Pools, their payers' sources, and the parts in them.

    ``table``: one row per pool; columns ``pool`` (readable name), ``estate`` ("" for a county's pool), ``county``,
    ``rule``
    ("" where it does not matter), ``payer`` ("" when open), ``route``, ``parent`` (row of the pool that pays its rest, -1 for none),
    ``wide_payer`` (payer whose sources pay the rest, or "").
    ``sources``: one row per (pool, source); ``pool`` is a row number of ``table``; ``source`` may be ``shortfall``;
    column ``payer``.
    ``members``: one row per (part, route); columns ``part_row``, ``route``, ``pool``.
    """

    table: pd.DataFrame
    sources: pd.DataFrame
    members: pd.DataFrame


def build_pools(case: Case, parts: pd.DataFrame, routes: pd.DataFrame) -> Pools:
    """Assign every part, on every route of its project, to a pool.

    ``parts`` as from ``cost_parts`` with ``project`` and ``county``; ``routes`` has one row per (project, route).
    """
    parts = parts.assign(part_row=np.arange(len(parts)), sources=part_sources(case, parts))
    long = parts.merge(routes, on="project", how="left").sort_values(["part_row", "route_rank"], kind="stable")
    kind = ["sources", "payer", "rule", "route", "grant_source"]
    long["kind"] = long.groupby(kind, sort=False, dropna=False).ngroup()
    kinds = long.drop_duplicates("kind").set_index("kind")[kind]
    builder = _PoolBuilder(case)
    described = pd.DataFrame(
        [builder.describe(k, row) for k, row in kinds.iterrows()],
        columns=["kind", "key_rule", "at_estate", "parent_kind", "own", "parent"],
    )
    long = long.merge(described, on="kind", sort=False)
    long["unit"] = np.where(long["at_estate"], long["estate"], "")
    pool_of = long.groupby(["unit", "county", "own"], sort=True).ngroup()
    own = long.assign(pool=pool_of).drop_duplicates("pool").sort_values("pool")
    return _assemble(builder, own, long.assign(pool=pool_of))


@dataclass(frozen=True)
class _PoolBuilder:
    """Describes kinds of pools: (payer, rule where it matters, sources, route)."""

    case: Case

    def describe(self, kind: int, row: pd.Series) -> tuple[int, str, bool, int, tuple[object, ...], tuple[object, ...]]:
        policy = self.case.policy
        shares = rules_in_force(self.case)[row["rule"]] if row["payer"] == "" else None
        sources = on_route(self.case, row["sources"], row["route"])
        key = pool_key(policy, sources, shares)
        self._refuse_exclusive(sources)
        rule = row["rule"] if row["payer"] == "" or self._matters(key) else ""
        own_sources = (key.narrow if key.passes_on else key.narrow + key.wide) if key.at_estate else key.wide
        own = (row["payer"], rule, row["route"], own_sources, key.passes_on)
        parent: tuple[object, ...] = ()
        if key.passes_on:
            parent = (self._wide_payer(key, row), "", row["route"], key.wide, False)
        return kind, rule, key.at_estate, -1, own, parent

    def _matters(self, key: PoolKey) -> bool:
        """Whether a share of cost ties the pool to one payer rule."""
        shares = [self.case.policy.sources[s].share for s in (*key.narrow, *key.wide)]
        return any(s is not None and s.of == "cost" for s in shares)

    def _wide_payer(self, key: PoolKey, row: pd.Series) -> str:
        if key.wide:
            return self.case.policy.sources[key.wide[0]].payer
        last = [p for p, payer in self.case.policy.payers.items() if payer.last_resort]
        shares = rules_in_force(self.case)[row["rule"]].shares
        return next(p for p in last if p in shares)

    def _refuse_exclusive(self, sources: tuple[str, ...]) -> None:
        clash = [(a, b) for a in sources for b in self.case.policy.sources[a].excludes if b in sources]
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


def _assemble(builder: _PoolBuilder, own: pd.DataFrame, long: pd.DataFrame) -> Pools:
    """Tables of pools: first those that parts are in, then parents no part is in."""
    rows: dict[tuple[object, ...], int] = {}
    records = []
    for estate, county, key in zip(own["unit"], own["county"], own["own"], strict=True):
        rows[estate, county, key] = len(records)
        records.append([estate, county, key, -1])
    for position, (county, parent) in enumerate(zip(own["county"], own["parent"], strict=True)):
        if not parent:
            continue
        place = ("", county, parent)
        if place not in rows:
            rows[place] = len(records)
            records.append(["", county, parent, -1])
        records[position][3] = rows[place]
    table = pd.DataFrame(
        [
            (estate, county, key[1], key[0], key[2], parent, records[parent][2][0] if parent >= 0 else "")
            for estate, county, key, parent in records
        ],
        columns=["estate", "county", "rule", "payer", "route", "parent", "wide_payer"],
    )
    sources = _pool_sources(builder.case, records, table)
    joined = sources.groupby("pool")["source"].agg("+".join).reindex(table.index).fillna("")
    unit = table["estate"].where(table["estate"] != "", table["county"])
    who = table["payer"].where(table["payer"] != "", table["rule"])
    table.insert(0, "pool", unit + "|" + who + "|" + table["rule"] + "|" + table["route"] + "|" + joined)
    return Pools(table, sources, long[["part_row", "route", "pool"]].reset_index(drop=True))


def _pool_sources(case: Case, records: list[list], table: pd.DataFrame) -> pd.DataFrame:
    policy = case.policy
    rules = rules_in_force(case)
    last_resort = {p for p, payer in policy.payers.items() if payer.last_resort}
    found = []
    for pool, (_estate, _county, key, parent) in enumerate(records):
        payer, rule, _route, sources, _passes_on = key
        found += [(pool, s, policy.sources[s].payer) for s in sources]
        bearers = [payer] if payer else [p for p, band in rules[rule].shares.items() if band.max > 0]
        if parent < 0:
            found += [(pool, SHORTFALL, p) for p in bearers if p in last_resort]
    return pd.DataFrame(found, columns=["pool", "source", "payer"])
