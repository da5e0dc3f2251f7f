"""Sources that may pay only as far as others do, fixed shares between levels, and subsidies with a kink."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from allocator.formulation.accounts import placed_payments
from allocator.formulation.columns import Columns
from allocator.formulation.index import Index
from allocator.formulation.kicker_rows import kicker_rows
from allocator.formulation.readiness import value_on
from allocator.formulation.rows import CITY, COUNTY, LOCAL, Rows, make_rows, term
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.matching import Split

PLACE = {"city": [], "county": ["county"], "project": ["project"], "estate": ["estate"]}
"""Key columns of the place at which a rule adds up."""

REACH = {"city": CITY, "county": COUNTY, "project": LOCAL, "estate": LOCAL}


def matching(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Keep matched sources within their ratio, levels at their shares, and subsidies below their kink.

    .. math::
        \sum_{s \in A} pay_{s,q,\tau} \le r \sum_{s \in B} pay_{s,q,\tau} \\
        \sum_{s \in L} pay_{s,q,\tau} = share_L \sum_{s} pay_{s,q,\tau} \\
        pay_i \le r_0 C_i + \min(up \, (R_i - m C_i), \; down \, (R_i - m C_i), \; most \, C_i)

    Only payments of new starts count: bills of running projects and the service of bonds stand on neither side. A
    split is about pools that every side may pay into; where one has no money, nothing is divided. A place and year
    without payments has no row. Steps of money. Source: policy ``matching``, ``splits``, ``kickers``; formulation.md,
    matching.
    """
    pay = placed_payments(index, columns)
    pay["county"] = pay["pool"].map(index.pools.table["county"])
    projects = index.estates.set_index("estate_id")["project"]
    pay["project"] = pay["estate"].map(projects).fillna(-1).astype(np.int64)
    return (*_ratios(index, pay), *_splits(index, pay), *kicker_rows(index, columns, pay))


def _ratios(index: Index, pay: pd.DataFrame) -> Iterable[Rows]:
    """Matched sources against those that match them, one row per place and year."""
    for name, rule in index.case.policy.matching.items():
        ratio = value_on(rule.at_most, index.case)
        if ratio is None or in_force((rule,), index.case.scenario.as_of) is None:
            continue
        own, other = pay[pay["source"].isin(rule.sources)], pay[pay["source"].isin(rule.of)]
        on = [*PLACE[rule.at], *(["year"] if rule.over == "year" else [])]
        keys = own[on].drop_duplicates().sort_values(on) if on else pd.DataFrame(index=range(min(len(own), 1)))
        keys.insert(0, "matching", name)
        terms = [term(frame.assign(matching=name), value) for frame, value in ((own, 1.0), (other, -float(ratio)))]
        yield make_rows("matching", keys, terms, upper=0.0, reach=REACH[rule.at], unit="money")


def _splits(index: Index, pay: pd.DataFrame) -> Iterable[Rows]:
    """Each side of a split against what all sides pay, one row per side, place and year."""
    for name, split in index.case.policy.splits.items():
        if in_force((split,), index.case.scenario.as_of) is None:
            continue
        sides = {source: side for side, part in split.parts.items() for source in part.sources}
        every = pay[pay["source"].isin(list(sides)) & pay["pool"].isin(divided_pools(index, split))]
        on = [*PLACE[split.at], *(["year"] if split.over == "year" else [])]
        places = every[on].drop_duplicates() if on else pd.DataFrame(index=range(min(len(every), 1)))
        keys = pd.DataFrame({"split": name, "part": list(split.parts)}).merge(places, how="cross")
        keys = keys.sort_values(["part", *on])[["split", "part", *on]]
        shares = {side: float(part.share) for side, part in split.parts.items()}
        own = every.assign(split=name, part=every["source"].map(sides))
        whole = every.assign(split=name).merge(pd.DataFrame({"part": list(shares)}), how="cross")
        whole["coefficient"] = -whole["part"].map(shares)
        terms, reach = [term(own, 1.0), whole], REACH[split.at]
        yield make_rows("matching.split", keys, terms, lower=0.0, upper=0.0, reach=reach, unit="money")


def divided_pools(index: Index, split: Split) -> list[int]:
    """Pools that every side of a split may pay into."""
    sources = index.pools.sources
    able = [set(sources.loc[sources["source"].isin(part.sources), "pool"]) for part in split.parts.values()]
    return sorted(set.intersection(*able))
