"""From pools to parts: who pays which part of which work, exactly.

Each pool and year is a two-way table: parts by sources, with the parts' costs and the sources' payments as margins.
Where no share binds, it is filled from a corner, which gives the fewest lines to sign. Where shares bind, a source is
given its greatest share part by part; if that does not come out even, every part gets the pool's proportions, rounded
so that both margins hold (always possible).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

Ints = npt.NDArray[np.int64]


def corner(costs: Ints, payments: Ints) -> Ints:
    """Fill the table from its first corner: at most parts + sources - 1 cells are not zero."""
    row_ends, column_ends = np.cumsum(costs), np.cumsum(payments)
    row_starts, column_starts = row_ends - costs, column_ends - payments
    overlap = np.minimum(row_ends[:, None], column_ends[None, :]) - np.maximum(
        row_starts[:, None], column_starts[None, :]
    )
    return np.asarray(np.maximum(overlap, 0), dtype=np.int64)


def capped(costs: Ints, payments: Ints, most: Ints) -> Ints | None:
    """Fill source by source up to ``most`` per cell (parts x sources); None when it does not come out even."""
    table = np.zeros((len(costs), len(payments)), dtype=np.int64)
    left = costs.copy()
    limited = (most < costs[:, None]).any(axis=0)
    for source in np.flatnonzero(limited):
        room = np.minimum(left, most[:, source])
        before = np.cumsum(room) - room
        given = np.clip(payments[source] - before, 0, room)
        if given.sum() != payments[source]:
            return None
        table[:, source] = given
        left = left - given
    free = np.flatnonzero(~limited)
    table[:, free] = corner(left, payments[free]) if len(free) else 0
    return table if (table.sum(axis=1) == costs).all() else None


def proportional(costs: Ints, payments: Ints) -> Ints:
    """Give every part the pool's proportions.

    Each cell is the floor or ceiling of its exact value, and both margins hold.
    """
    total = int(costs.sum())
    if total == 0:
        return np.zeros((len(costs), len(payments)), dtype=np.int64)
    exact = [[int(c) * int(p) for p in payments] for c in costs]
    table = np.array([[value // total for value in row] for row in exact], dtype=np.int64)
    open_cells = np.array([[value % total != 0 for value in row] for row in exact])
    rows, columns = costs - table.sum(axis=1), payments - table.sum(axis=0)
    return table + _zero_one(rows, columns, open_cells)


def _zero_one(rows: Ints, columns: Ints, open_cells: npt.NDArray[np.bool_]) -> Ints:
    """A 0/1 table with the given margins in the open cells, by maximum flow."""
    n, m = open_cells.shape
    r, c = np.nonzero(open_cells)
    tail = np.concatenate([np.zeros(n, int), 1 + r, 1 + n + np.arange(m)])
    head = np.concatenate([1 + np.arange(n), 1 + n + c, np.full(m, n + m + 1)])
    capacity = np.concatenate([rows, np.ones(len(r), int), columns])
    graph = sparse.csr_array((capacity.astype(np.int32), (tail, head)), shape=(n + m + 2, n + m + 2))
    flow = maximum_flow(graph, 0, n + m + 1).flow.tocoo()
    table = np.zeros((n, m), dtype=np.int64)
    inner = (flow.data > 0) & (flow.row >= 1) & (flow.row <= n) & (flow.col > n) & (flow.col <= n + m)
    table[flow.row[inner] - 1, flow.col[inner] - 1 - n] = flow.data[inner]
    return table


def corners(costs: Ints, payments: Ints) -> tuple[Ints, Ints, Ints]:
    """Fill many tables from their corners at once.

    Entries of one table follow one another, in the same order on both sides.

    Returns
    -------
    Positions in ``costs``, positions in ``payments``, amounts: one entry per cell that is not zero.
    """
    row_ends, column_ends = np.cumsum(costs), np.cumsum(payments)
    ends = np.union1d(row_ends, column_ends)
    starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
    amounts = ends - starts
    inside = amounts > 0
    ends, amounts = ends[inside], amounts[inside]
    return np.searchsorted(row_ends, ends), np.searchsorted(column_ends, ends), amounts.astype(np.int64)
