"""The last-resort source, on unless switched off."""

from __future__ import annotations

from allocator.formulation.columns import Columns
from allocator.formulation.funding import SHORTFALL
from allocator.formulation.index import Index
from allocator.formulation.rows import COUNTY, Rows, make_rows, term


def shortfall(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Say how much money, by county and year, no limit provides; none of it when switched off.

    .. math:: \sum_{g \in c} pay_{g,shortfall,\tau} = 0 \quad \text{when } \texttt{options.shortfall} \text{ is off}

    While it is on it needs no row: it pays without limit and is minimised right after the tasks (goals).
    Source: scenario ``options.shortfall``; formulation.md, shortfall.
    """
    if index.case.scenario.options.shortfall:
        return ()
    pay = columns["pay"]
    own = pay[pay["source"] == SHORTFALL]
    own = own.assign(county=own["pool"].map(index.pools.table["county"]))
    keys = own[["county", "year"]].drop_duplicates().sort_values(["county", "year"])
    return (
        make_rows(
            "shortfall", keys, [term(own[["county", "year", "col"]], 1.0)], upper=0.0, reach=COUNTY, unit="money"
        ),
    )
