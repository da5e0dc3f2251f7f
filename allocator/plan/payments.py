"""Payment lines: project x estate x item x part x source x year, with rule, clause, basis and certainty."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.frames import summed
from allocator.formulation.funding import SHORTFALL, share_edges
from allocator.formulation.normal_form import rules_in_force
from allocator.inputs.schemas.base import Cited
from allocator.inputs.schemas.sources import ShareLimit
from allocator.plan.choices import Choices
from allocator.plan.division import capped, corners, proportional
from allocator.plan.tables import TABLES
from allocator.solving.base import Floats

_REST = "rest"
"""Stands for the county's pool in the table of an estate's pool."""


def divide(f: Formulation, choices: Choices, x: Floats) -> pd.DataFrame:
    """Who pays which part in which year.

    Columns ``part`` (row), ``route``, ``year``, ``pool``, ``source``, ``amount`` [steps].
    """
    members = f.index.pools.members.rename(columns={"part_row": "part"})
    owed = choices.due.merge(members, on=["part", "route"])
    owed["project"] = f.index.parts["project_row"].to_numpy()[owed["part"].to_numpy(np.int64)]
    paid = _paid(f, x)
    table = f.index.pools.table
    at_estate = table["estate"] != ""
    first = _fill(f, owed[owed["pool"].map(at_estate).astype(bool)], paid[paid["pool"].map(at_estate).astype(bool)])
    passed = first[first["source"] == _REST].rename(columns={"amount": "due"}).drop(columns="source")
    passed["pool"] = passed["pool"].map(table["parent"])
    second_owed = pd.concat([owed[~owed["pool"].map(at_estate).astype(bool)], passed], ignore_index=True)
    second = _fill(f, second_owed, paid[~paid["pool"].map(at_estate).astype(bool)])
    lines = pd.concat([first[first["source"] != _REST], second], ignore_index=True)
    return lines.drop(columns="project")


def _paid(f: Formulation, x: Floats) -> pd.DataFrame:
    """Payments and rests by pool and year; ``pool``, ``year``, ``source``, ``rank``, ``amount``."""
    pay, rest = f.columns["pay"], f.columns["rest"].assign(source=_REST)
    order = {name: rank for rank, name in enumerate([*f.index.case.policy.sources, SHORTFALL, _REST])}
    paid = pd.concat([pay, rest], ignore_index=True)
    paid["amount"] = np.round(x[paid["col"].to_numpy(np.int64)]).astype(np.int64)
    paid["rank"] = paid["source"].map(order)
    return paid[paid["amount"] != 0].drop(columns="col")


def _fill(f: Formulation, owed: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """Fill the tables of all given pools and years."""
    owed = owed[owed["due"] != 0].sort_values(["pool", "year", "project", "part"], ignore_index=True)
    paid = paid.sort_values(["pool", "year", "rank"], ignore_index=True)
    limited = _limited_pools(f)
    by_shares = owed["pool"].isin(limited), paid["pool"].isin(limited)
    free_owed, free_paid = owed[~by_shares[0]].reset_index(drop=True), paid[~by_shares[1]].reset_index(drop=True)
    row, column, amount = corners(free_owed["due"].to_numpy(np.int64), free_paid["amount"].to_numpy(np.int64))
    keys = ["part", "route", "year", "pool", "project"]
    filled = [free_owed[keys].iloc[row].assign(source=free_paid["source"].to_numpy()[column], amount=amount)]
    payments = dict(iter(paid[by_shares[1]].groupby(["pool", "year"])))
    for key, costs in owed[by_shares[0]].groupby(["pool", "year"]):
        given = payments[key]
        pool = int(costs["pool"].iloc[0])
        table = _with_shares(f, pool, costs, given)
        r, c = np.nonzero(table)
        filled.append(costs[keys].iloc[r].assign(source=given["source"].to_numpy()[c], amount=table[r, c]))
    return pd.concat(filled, ignore_index=True)


def _limited_pools(f: Formulation) -> set[int]:
    """Pools in which a share of a payer or source can bind."""
    case, pools = f.index.case, f.index.pools
    rules = rules_in_force(case)
    tight = {n for n, r in rules.items() if any(b.min > 0 or b.max < 1 for b in r.shares.values())}
    table = pools.table
    by_rule = set(table.index[(table["payer"] == "") & table["rule"].isin(list(tight))])
    shared = {n for n, s in case.policy.sources.items() if s.share is not None}
    return by_rule | set(pools.sources.loc[pools.sources["source"].isin(list(shared)), "pool"])


def _with_shares(f: Formulation, pool: int, owed: pd.DataFrame, given: pd.DataFrame) -> np.ndarray:
    """Table of one pool and year in which shares bind."""
    costs, payments = owed["due"].to_numpy(np.int64), given["amount"].to_numpy(np.int64)
    case, row = f.index.case, f.index.pools.table.iloc[pool]
    shares = [case.policy.sources[s].share if s in case.policy.sources else None for s in given["source"]]
    if _only_greatest(f, row, shares):
        most = np.repeat(costs[:, None], len(payments), axis=1)
        built = f.index.parts["construction"].to_numpy()[owed["part"].to_numpy(np.int64)]
        for column, share in enumerate(shares):
            greatest = share_edges(case, share, "max").get(str(row["county"])) if share is not None else None
            if share is not None and greatest is not None:
                ratios = Fraction(greatest) * (built if share.of == "construction" else np.ones(len(costs), dtype=int))
                most[:, column] = [math.ceil(ratio * int(cost)) for ratio, cost in zip(ratios, costs, strict=True)]
        table = capped(costs, payments, most)
        if table is not None:
            return table
    return proportional(costs, payments)


def _only_greatest(f: Formulation, pool: pd.Series, shares: list[ShareLimit | None]) -> bool:
    """Whether each part by itself has a greatest amount of each source, and nothing else binds."""
    case = f.index.case
    limits = [share for share in shares if share is not None]
    if any(share_edges(case, share, "min") for share in limits):
        return False
    if pool["payer"]:
        return True
    bands = rules_in_force(case)[pool["rule"]].shares.values()
    return all(share.of != "payer_part" for share in limits) and all(b.min == 0 and b.max == 1 for b in bands)


def payment_lines(f: Formulation, choices: Choices, x: Floats) -> pd.DataFrame:
    """The table ``payments`` without certainty (``firm`` is zero), one row per line, canonically sorted."""
    lines = divide(f, choices, x)
    lines = summed(lines, ["part", "year", "source"], "amount")
    parts = f.index.parts
    part_row = lines["part"].to_numpy(np.int64)
    for name in ("project", "estate", "county", "item", "component", "rule", "payer", "grant_source"):
        lines[name] = parts[name].to_numpy()[part_row]
    lines["unit_grant"] = parts["unit_grant"].to_numpy()[part_row]
    lines["part"] = parts["part"].to_numpy()[part_row]
    _name_payers(f, lines)
    sources = f.index.case.policy.sources
    lines["level"] = lines["source"].map({n: s.level for n, s in sources.items()}).fillna(SHORTFALL)
    lines["ledger"] = lines["source"].map({n: s.ledger for n, s in sources.items()}).fillna(SHORTFALL)
    lines["firm"] = np.int64(0)
    order = {name: rank for rank, name in enumerate([*sources, SHORTFALL])}
    lines["rank"] = lines["source"].map(order)
    lines = lines.sort_values(["project", "estate", "item", "part", "year", "rank"], ignore_index=True)
    return lines[list(TABLES["payments"])]


def _name_payers(f: Formulation, lines: pd.DataFrame) -> None:
    """Fill payer, citation and stand-in mark of every line, in place."""
    case = f.index.case
    rules = rules_in_force(case)
    is_open = lines["payer"] == ""
    of_source = lines["source"].map({n: s.payer for n, s in case.policy.sources.items()})
    last = {p for p, payer in case.policy.payers.items() if payer.last_resort}
    resort = lines["rule"].map({n: next((p for p in r.shares if p in last), "") for n, r in rules.items()})
    lines["payer"] = lines["payer"].where(~is_open, of_source.fillna(resort))
    stands_in = lines["rule"].map({n: r.stands_in or "" for n, r in rules.items()})
    lines["stands_in"] = is_open & (stands_in == lines["payer"]) & (stands_in != "")
    is_grant = lines["grant_source"] != ""
    lines["rule"] = lines["rule"].where(~is_grant, lines["unit_grant"])
    # a grant's amounts are those in force in the year of payment
    year = lines["year"].where(is_grant, 0)
    key = pd.Series(list(zip(lines["rule"], year, strict=True)), index=lines.index, dtype=object)
    cited: dict[tuple[str, int], Cited] = {(name, 0): rule for name, rule in rules.items()}
    for name, when in set(key[is_grant]):
        amounts = case.policy.unit_grants[name].paid_in(int(when))
        if amounts is not None:
            cited[name, when] = amounts
    for field in ("clause", "document", "since", "basis"):
        lines[field] = key.map({k: str(getattr(c, field)) for k, c in cited.items()})
