"""Rows of subsidies with a kink: the share of the subsidy rises and falls with what residents of the estate pay."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.costs import done
from allocator.formulation.frames import stack
from allocator.formulation.index import Index
from allocator.formulation.kickers import (
    claim_slack,
    counted_costs,
    greatest_cost,
    kickers_in_force,
    needs_claim,
    packages,
    subsidised_estates,
)
from allocator.formulation.readiness import value_on
from allocator.formulation.rows import Rows, make_rows, term
from allocator.inputs.case import Case
from allocator.inputs.schemas.matching import Kicker

KEY = ["kicker", "estate"]


def kicker_rows(index: Index, columns: Columns, pay: pd.DataFrame) -> Iterable[Rows]:
    """Rows of all subsidies with a kink; ``pay`` as ``placed_payments``."""
    contents = packages(index)
    for name, kicker in kickers_in_force(index.case).items():
        keys = pd.DataFrame({"kicker": name, "estate": subsidised_estates(index, kicker)})
        own = pay[(pay["source"] == kicker.source) & (pay["estate"] != "")].assign(kicker=name)
        paid = counted_payments(index, name, kicker, pay)
        if kicker.base_cap is None:
            yield from _proportional(index, columns, kicker, (keys, own, paid))
        else:
            mine = contents[contents["kicker"] == name]
            yield from _limited(index, columns, kicker, mine, (keys, own, paid))
            yield from _chosen(index, columns, mine, keys)


def counted_payments(index: Index, name: str, kicker: Kicker, pay: pd.DataFrame) -> pd.DataFrame:
    """Payments of the payer for works that the subsidy counts."""
    counting = index.pools.table["counted"].str.split("+").map(lambda names: name in names)
    sources = [s for s, source in index.case.policy.sources.items() if source.payer == kicker.payer]
    return pay[pay["source"].isin(sources) & pay["pool"].map(counting).astype(bool)].assign(kicker=name)


def _slopes(kicker: Kicker, case: Case) -> tuple[float, dict[str, float], float]:
    """Share at the kink, points per point by side, and greatest share."""
    share = value_on(kicker.share, case) or Decimal(0)
    return float(share), {"up": float(kicker.up), "down": float(kicker.down)}, float(share + kicker.most)


def _difference(one: pd.Series, other: pd.Series) -> pd.Series:
    """Differences of amounts; nothing where only the last digits of floating point differ."""
    return (one - other).where(~np.isclose(one, other, rtol=1e-12, atol=0.0), 0.0)


Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
"""Keys of rows, payments of the subsidy, payments that it counts."""


def _proportional(index: Index, columns: Columns, kicker: Kicker, frames: Frames) -> Iterable[Rows]:
    """The base is the cost: pay <= r0 C + slope (R - m C) on both sides, and <= (r0 + most) C."""
    keys, own, paid = frames
    costs = counted_costs(index, columns, kicker)
    share, slopes, greatest = _slopes(kicker, index.case)
    relaxed: list[pd.DataFrame] = []
    most: object = 0.0
    if needs_claim(kicker, index.case):
        claim = columns["claim"].merge(keys, on=KEY)
        claim["cost"] = claim["estate"].map(greatest_cost(index, kicker)).fillna(0).astype(float)
        claim["slack"] = claim_slack(kicker) * claim["cost"]
        relaxed, most = [term(claim, "slack")], claim["slack"].to_numpy(float)
        bounded = [term(own, 1.0), term(claim.assign(cost=-claim["cost"]), "cost")]
        yield make_rows("matching.claim", keys, bounded, upper=0.0, unit="money")
    for side, slope in slopes.items():
        base = costs.assign(amount=_difference(slope * costs["expected"], share * costs["cost"]))
        terms = [term(own, 1.0), term(paid, -slope), term(base, "amount"), *relaxed]
        yield make_rows(f"matching.{side}", keys, terms, upper=most, unit="money")
    base = costs.assign(amount=-greatest * costs["cost"])
    yield make_rows("matching.most", keys, [term(own, 1.0), term(base, "amount")], upper=0.0, unit="money")


def _limited(index: Index, columns: Columns, kicker: Kicker, contents: pd.DataFrame, frames: Frames) -> Iterable[Rows]:
    """The base is limited: for each content q of the estate, pay <= B_q (r0 + slope (R_q / C_q - m_q))."""
    keys, own, paid = frames
    share, slopes, greatest = _slopes(kicker, index.case)
    key = [*KEY, "package"]
    chosen, counted = (columns[kind].merge(contents, on=key) for kind in ("package", "counted"))
    part = chosen["base"] / chosen["cost"]
    for side, slope in slopes.items():
        amount = _difference(part * slope * chosen["expected"], share * chosen["base"])
        rise = counted.assign(amount=-slope * counted["base"] / counted["cost"])
        terms = [term(own, 1.0), term(chosen.assign(amount=amount)[[*KEY, "col", "amount"]], "amount")]
        terms.append(term(rise[[*KEY, "col", "amount"]], "amount"))
        yield make_rows(f"matching.{side}", keys, terms, upper=0.0, unit="money")
    base = chosen.assign(amount=-greatest * chosen["base"])[[*KEY, "col", "amount"]]
    yield make_rows("matching.most", keys, [term(own, 1.0), term(base, "amount")], upper=0.0, unit="money")
    terms = [term(counted[[*KEY, "col"]], 1.0), term(paid, -1.0)]
    yield make_rows("matching.counted", keys, terms, upper=0.0, unit="money")
    within = chosen.assign(amount=-chosen["cost"].astype(float))
    terms = [term(counted[[*key, "col"]], 1.0), term(within[[*key, "col", "amount"]], "amount")]
    yield make_rows("matching.counted_most", contents[key], terms, upper=0.0, unit="money")


def _chosen(index: Index, columns: Columns, contents: pd.DataFrame, keys: pd.DataFrame) -> Iterable[Rows]:
    """At most one content of a started estate, and only the one it has."""
    package = columns["package"].merge(contents[[*KEY, "package", "elements"]], on=[*KEY, "package"])
    start = index.estates[["estate_id", "project"]].rename(columns={"estate_id": "estate"})
    start = start.merge(columns["start"], on="project")
    terms = [term(package, 1.0), term(start[["estate", "col"]], -1.0)]
    yield make_rows("matching.package", keys, terms, upper=0.0)
    has = package.explode("elements").dropna(subset=["elements"]).rename(columns={"elements": "element"})
    elements = has[[*KEY, "element"]].drop_duplicates()
    lacks = package.merge(elements, on=KEY)
    absent = [e not in names for e, names in zip(lacks["element"], lacks["elements"], strict=True)]
    lacks = lacks[np.array(absent, dtype=bool)]
    doing = _doing(index, columns).merge(elements, on=["estate", "element"])
    on = [*KEY, "element"]
    yield make_rows("matching.with", elements, [term(has[[*on, "col"]], 1.0), term(doing, -1.0)], upper=0.0)
    yield make_rows("matching.without", elements, [term(lacks[[*on, "col"]], 1.0), term(doing, 1.0)], upper=1.0)


def _doing(index: Index, columns: Columns) -> pd.DataFrame:
    """Columns that say that an optional item is done or a saving made; ``estate`` (id), ``element``, ``col``."""
    ids = index.estates["estate_id"]
    items = done(index, columns)
    items["estate"] = items["item"].map(index.items["estate"]).map(ids)
    items["element"] = items["item"].map(index.items["item_id"])
    both = columns["both"]
    savings = both.assign(estate=both["estate"].map(ids), element="saving:" + both["saving"].astype(str))
    return stack([items, savings], ["estate", "element", "col"])
